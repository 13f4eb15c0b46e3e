//! Groups for people: which document is kept, what duplicates it, how alike they are and why.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use newsift::{Cluster, Evidence, PageKind, Relation};

use crate::output::Sink;
use crate::problems::{Problem, Problems};
use crate::scan::Record;
use crate::words::{count, cut, percent, plain, size, width};

use super::{Answers, Status};

const KEEP: Style = AnsiColor::Green.on_default().bold();
const DUPLICATE: Style = AnsiColor::Yellow.on_default();
const HEADING: Style = Style::new().bold();
const ASIDE: Style = Style::new().dimmed();

/// Columns of a heading; it should fit a terminal.
const HEADING_WIDTH: usize = 78;
/// A name longer than this does not push the other rows' reasons to the right.
const NAME_WIDTH: usize = 60;

/// Prints each group, then a summary.
pub fn print(answers: &Answers<'_>, out: &mut Sink, problems: &Problems) -> Result<(), Problem> {
    for cluster in answers.scan.clusters.clusters() {
        if out.is_closed() {
            break;
        }
        out.write(group(answers, cluster).as_bytes())?;
    }
    out.write(summary(answers, problems).as_bytes())
}

fn group(answers: &Answers<'_>, cluster: &Cluster) -> String {
    let kept = &answers.scan.records[cluster.kept()];
    let mut rows = vec![Row {
        mark: if kept.place.source.reference {
            "known"
        } else {
            "keep"
        },
        style: KEEP,
        share: String::new(),
        words: words(kept),
        size: size(kept.bytes),
        name: plain(&kept.place.name(&kept.id)),
        why: String::new(),
    }];
    for found in cluster.duplicates() {
        let (record, evidence) = (&answers.scan.records[found.document()], found.evidence());
        rows.push(Row {
            mark: match evidence.relation() {
                Relation::ExcerptOf => "excerpt",
                other => other.as_str(),
            },
            style: DUPLICATE,
            share: percent(evidence.similarity()),
            words: words(record),
            size: size(record.bytes),
            name: plain(&record.place.name(&record.id)),
            why: match record.words {
                0 => String::from("the same page"),
                _ => why(evidence),
            },
        });
    }

    let story = answers.scan.stories.text(cluster.kept());
    let first = story
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("(pages without a story)");
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(
        text,
        "{HEADING}{}{HEADING:#}",
        cut(&plain(first.trim()), HEADING_WIDTH)
    );
    let widest = |of: fn(&Row) -> &str| rows.iter().map(|row| width(of(row))).max().unwrap_or(0);
    let (words, size) = (widest(|row| &row.words), widest(|row| &row.size));
    let name = widest(|row| &row.name).min(NAME_WIDTH);
    for row in &rows {
        let Row {
            mark, style, share, ..
        } = row;
        let pad = |text: &str, to: usize| " ".repeat(to.saturating_sub(width(text)));
        let _ = write!(
            text,
            "  {style}{mark:<8}{style:#} {share:>5}  {}{}  {}{}  {}",
            pad(&row.words, words),
            row.words,
            pad(&row.size, size),
            row.size,
            row.name,
        );
        if !row.why.is_empty() {
            let _ = write!(
                text,
                "{}  {ASIDE}{}{ASIDE:#}",
                pad(&row.name, name),
                row.why
            );
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

/// How long a story is.
fn words(record: &Record) -> String {
    match record.words {
        0 => String::from("no story"),
        n => count(n, "word"),
    }
}

struct Row {
    mark: &'static str,
    style: Style,
    share: String,
    words: String,
    size: String,
    name: String,
    why: String,
}

/// Why a document is a duplicate of the kept one, in words.
pub fn why(evidence: &Evidence) -> String {
    let run = count(evidence.longest_run(), "word");
    let (of_it, of_kept) = (
        percent(evidence.containment()),
        percent(evidence.containment_of_other()),
    );
    let witnesses = match evidence.witnesses() {
        0 => String::new(),
        n => format!("; {n} others are like both"),
    };
    let respelled = match evidence.respelled() {
        0 => String::new(),
        n => format!("; {} spelled otherwise", count(n, "word")),
    };
    let shares = match evidence.relation() {
        Relation::Exact => return String::from("the same words"),
        Relation::Near => format!("{of_it} of it is in the kept one, {of_kept} the other way"),
        Relation::ExcerptOf => format!("{of_it} of it is in the kept one"),
        Relation::Contains => format!("has {of_kept} of the kept one"),
    };
    format!("{shares}; {run} in a row{witnesses}{respelled}")
}

fn summary(answers: &Answers<'_>, problems: &Problems) -> String {
    let of = |status| answers.count(status);
    let (duplicates, groups) = (of(Status::Duplicate), answers.groups().count());
    let mut text = format!(
        "{HEADING}{}{HEADING:#}: ",
        count(answers.scan.asked, "document")
    );
    let known = of(Status::Known);
    if known > 0 {
        let _ = write!(text, "{known} known already, ");
    }
    if duplicates == 0 {
        text.push_str("no duplicates");
        if known > 0 {
            let _ = write!(
                text,
                " among the others, {} to keep",
                of(Status::Kept) + of(Status::Unique)
            );
        }
    } else {
        let _ = write!(
            text,
            "{} in {}, {} to keep",
            count(duplicates, "duplicate"),
            count(groups, "group"),
            of(Status::Kept) + of(Status::Unique),
        );
    }
    let (empty, listing) = (of(Status::Empty), answers.pages(PageKind::Listing));
    if empty > 0 {
        let _ = write!(text, "; {empty} without a story");
    }
    if listing > 0 {
        let _ = write!(
            text,
            "; {} of other stories",
            count(listing, "listing page")
        );
    }
    if of(Status::Unreadable) > 0 {
        let _ = write!(text, "; {} unreadable", of(Status::Unreadable));
    }
    if problems.errors() > 0 {
        let _ = write!(text, "; {}, told below", count(problems.errors(), "error"));
    }
    text.push('\n');
    text
}
