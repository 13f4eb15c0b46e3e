//! The first thing a report shows: counts and their pictures, how it was made, and what went wrong.
//!
//! It is plain HTML, so that it can be read where scripts are off.

use std::fmt::Write as _;

use newsift::{Label, PageKind};

use crate::problems::Problems;
use crate::report::{Answers, Status};
use crate::words::{count, number, percent};

use super::data::Order;
use super::escape::html;
use super::shown::Tally;

/// How a report was made: names and values in the order in which they are shown.
pub type Made = Vec<(&'static str, String)>;

/// Cluster sizes are counted in these steps, each up to the next.
const SIZES: [usize; 9] = [2, 3, 4, 5, 6, 11, 21, 51, 101];

/// Similarities are counted in steps of a twentieth.
const STEPS: usize = 20;

pub fn summary(
    answers: &Answers<'_>,
    order: &Order,
    tally: Option<&Tally>,
    threshold: f64,
    made: &Made,
    problems: &Problems,
) -> String {
    let mut text = String::new();
    text.push_str(&facts(answers, tally));
    text.push_str(&left_out(order));
    text.push_str("<div class=\"figures\">\n");
    text.push_str(&documents(answers));
    if let Some(tally) = tally {
        text.push_str(&labels(tally));
    }
    text.push_str(&sizes(answers));
    text.push_str(&similarities(answers, threshold));
    text.push_str("</div>\n");
    text.push_str(&told(problems));
    text.push_str(&how(made));
    text
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The numbers that matter most.
fn facts(answers: &Answers<'_>, tally: Option<&Tally>) -> String {
    let of = |status| answers.count(status);
    let clusters = answers.groups().count();
    let plural = |n: usize, one: &'static str, many: &'static str| if n == 1 { one } else { many };
    let (documents, duplicates) = (answers.scan.asked, of(Status::Duplicate));
    let mut facts = vec![
        (
            number(documents),
            plural(documents, "document", "documents").to_owned(),
        ),
        (
            number(duplicates),
            format!(
                "{} in {}",
                plural(duplicates, "duplicate", "duplicates"),
                count(clusters, "cluster")
            ),
        ),
        (
            number(of(Status::Kept) + of(Status::Unique)),
            String::from("to keep"),
        ),
    ];
    if of(Status::Known) > 0 {
        facts.push((number(of(Status::Known)), String::from("known already")));
    }
    if let Some(tally) = tally {
        let all: usize = tally.chars.iter().sum();
        let noise = noise(tally);
        facts.push((
            percent(share(noise, all)),
            String::from("of all text is noise"),
        ));
    }
    let listings = answers.pages(PageKind::Listing);
    if listings > 0 {
        facts.push((
            number(listings),
            plural(listings, "page lists stories", "pages list stories").to_owned(),
        ));
    }
    let mut text = String::from("<dl class=\"facts\">\n");
    for (value, name) in facts {
        let _ = writeln!(text, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    }
    text.push_str("</dl>\n");
    text
}

fn noise(tally: &Tally) -> usize {
    let of_noise = |label: &&Label| !label.is_story();
    let labels = Label::ALL.iter().filter(of_noise);
    labels.map(|&label| tally.chars[label as usize]).sum()
}

/// What the lists do not have, and how to have it.
fn left_out(order: &Order) -> String {
    let mut missing = Vec::new();
    if order.clusters_left_out > 0 {
        missing.push(count(order.clusters_left_out, "cluster"));
    }
    if order.alone_left_out > 0 {
        missing.push(format!(
            "{} without duplicates",
            count(order.alone_left_out, "page")
        ));
    }
    if missing.is_empty() {
        return String::new();
    }
    format!(
        "<p class=\"notice\">{} are counted here, but not among the pages of this report: it has {}. \
         <code>--max-pages</code> sets how many it may have.</p>\n",
        missing.join(" and "),
        count(order.documents.len(), "page")
    )
}

/// A row of a picture of horizontal bars.
struct Bar {
    class: String,
    name: String,
    share: f64,
    value: String,
}

/// A figure of horizontal bars with their values beside them.
fn bars(class: &str, heading: &str, note: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(|bar| bar.share).fold(0.0, f64::max);
    let mut text = format!(
        "<figure class=\"{class}\"><figcaption>{heading}</figcaption>\n<table class=\"bars\">\n"
    );
    for bar in bars {
        let width = if longest > 0.0 {
            100.0 * bar.share / longest
        } else {
            0.0
        };
        // What is there must be seen.
        let width = if bar.share > 0.0 { width.max(0.5) } else { 0.0 };
        let _ = writeln!(
            text,
            "<tr><th scope=\"row\">{}</th><td class=\"bar\"><svg width=\"100%\" height=\"14\" aria-hidden=\"true\">\
             <rect class=\"{}\" width=\"{width:.1}%\" height=\"14\" rx=\"2\"/></svg></td><td>{}</td></tr>",
            bar.name, bar.class, bar.value
        );
    }
    let _ = writeln!(text, "</table>\n<p class=\"note\">{note}</p></figure>");
    text
}

fn documents(answers: &Answers<'_>) -> String {
    let all = answers.scan.asked;
    let row = |status: Status, name: &str| {
        let n = answers.count(status);
        Bar {
            class: format!("s-{}", status.as_str()),
            name: name.to_owned(),
            share: share(n, all),
            value: format!("{} <i>{}</i>", number(n), percent(share(n, all))),
        }
    };
    let mut rows = vec![
        row(Status::Unique, "without duplicates"),
        row(Status::Kept, "kept of a cluster"),
        row(Status::Duplicate, "duplicate"),
    ];
    for (status, name) in [
        (Status::Known, "known already"),
        (Status::Empty, "without a story"),
        (Status::Unreadable, "unreadable"),
    ] {
        if answers.count(status) > 0 {
            rows.push(row(status, name));
        }
    }
    bars(
        "documents",
        "Documents",
        "Of each cluster one document is kept; nothing was changed on disk.",
        &rows,
    )
}

fn labels(tally: &Tally) -> String {
    let all: usize = tally.chars.iter().sum();
    let mut labels = Label::ALL.to_vec();
    labels.sort_by_key(|&label| std::cmp::Reverse(tally.chars[label as usize]));
    let (story, noise): (Vec<Label>, Vec<Label>) = labels
        .into_iter()
        .filter(|&label| tally.blocks[label as usize] > 0)
        .partition(|label| label.is_story());
    let row = |label: Label| {
        let n = label as usize;
        Bar {
            class: format!("l-{label}"),
            name: label.to_string(),
            share: share(tally.chars[n], all),
            value: format!(
                "{} <i>{}</i>",
                percent(share(tally.chars[n], all)),
                count(tally.blocks[n], "block")
            ),
        }
    };
    let rows: Vec<Bar> = story.into_iter().chain(noise).map(row).collect();
    bars(
        "labels",
        "Story and noise",
        "Share of all characters by what each block of a page is: first the story, then the noise that was stripped.",
        &rows,
    )
}

/// A column of a histogram.
struct Column {
    name: String,
    count: usize,
    dim: bool,
}

/// A histogram; `every` says how many columns share a name below.
fn histogram(heading: &str, note: &str, columns: &[Column], every: usize) -> String {
    const HEIGHT: f64 = 120.0;
    let highest = columns.iter().map(|column| column.count).max().unwrap_or(0);
    let width = 100.0 / columns.len() as f64;
    let said: Vec<String> = columns
        .iter()
        .filter(|column| column.count > 0)
        .map(|column| format!("{}: {}", column.name, number(column.count)))
        .collect();
    let said = if said.is_empty() {
        String::from("none")
    } else {
        said.join("; ")
    };
    let mut text = format!(
        "<figure><figcaption>{heading}</figcaption>\n<svg class=\"histogram\" role=\"img\" width=\"100%\" height=\"164\" \
         aria-label=\"{heading}: {said}\">\n"
    );
    for (n, column) in columns.iter().enumerate() {
        let left = n as f64 * width;
        let middle = left + width / 2.0;
        let height = HEIGHT * share(column.count, highest);
        let height = if column.count > 0 {
            height.max(2.0)
        } else {
            0.0
        };
        let class = if column.dim { " class=\"dim\"" } else { "" };
        let _ = writeln!(
            text,
            "<g{class}><title>{}: {}</title><rect x=\"{:.2}%\" y=\"{:.1}\" width=\"{:.2}%\" height=\"{height:.1}\" rx=\"2\"/>",
            column.name,
            number(column.count),
            left + 0.08 * width,
            20.0 + HEIGHT - height,
            0.84 * width,
        );
        if column.count > 0 && every == 1 {
            let _ = writeln!(
                text,
                "<text x=\"{middle:.2}%\" y=\"{:.1}\">{}</text>",
                14.0 + HEIGHT - height,
                number(column.count)
            );
        }
        if n % every == 0 {
            let (x, name) = match every {
                1 => (middle, column.name.as_str()),
                _ => (left, column.name.split('–').next().unwrap_or_default()),
            };
            let anchor = if every > 1 && n == 0 {
                " class=\"first\""
            } else {
                ""
            };
            let _ = writeln!(text, "<text{anchor} x=\"{x:.2}%\" y=\"158\">{name}</text>");
        }
        text.push_str("</g>\n");
    }
    let _ = writeln!(text, "</svg>\n<p class=\"note\">{note}</p></figure>");
    text
}

fn sizes(answers: &Answers<'_>) -> String {
    let mut counts = [0; SIZES.len()];
    let mut largest = 0;
    for cluster in answers.scan.clusters.clusters() {
        let size = 1 + cluster.duplicates().len();
        largest = largest.max(size);
        counts[SIZES.partition_point(|&from| from <= size) - 1] += 1;
    }
    let columns: Vec<Column> = counts
        .iter()
        .enumerate()
        .map(|(n, &count)| Column {
            name: match SIZES.get(n + 1) {
                None => format!("{}+", SIZES[n]),
                Some(next) if next - SIZES[n] == 1 => SIZES[n].to_string(),
                Some(next) => format!("{}–{}", SIZES[n], next - 1),
            },
            count,
            dim: false,
        })
        .collect();
    let note = match largest {
        0 => String::from("There are no clusters."),
        n => format!(
            "How many clusters have how many documents. The largest has {}.",
            number(n)
        ),
    };
    histogram("Cluster sizes", &note, &columns, 1)
}

fn similarities(answers: &Answers<'_>, threshold: f64) -> String {
    let mut counts = [0; STEPS];
    let mut exact = 0;
    for cluster in answers.scan.clusters.clusters() {
        for found in cluster.duplicates() {
            let similarity = found.evidence().similarity();
            exact += usize::from(found.evidence().relation() == newsift::Relation::Exact);
            // A little is added so that 0.55, which is less than it as a binary number, falls where people expect it.
            let step = (similarity * STEPS as f64 + 1e-6) as usize;
            counts[step.min(STEPS - 1)] += 1;
        }
    }
    let columns: Vec<Column> = counts
        .iter()
        .enumerate()
        .map(|(n, &count)| Column {
            name: format!("{}–{} %", 5 * n, 5 * n + 5),
            count,
            dim: ((n + 1) as f64) < threshold * STEPS as f64,
        })
        .collect();
    let note = format!(
        "How many duplicates are how alike to the kept document. From {} on they are duplicates; {} the same words exactly.",
        percent(threshold),
        match exact {
            0 => String::from("none has"),
            1 => String::from("1 has"),
            n => format!("{} have", number(n)),
        }
    );
    histogram("Similarity", &note, &columns, 4)
}

fn told(problems: &Problems) -> String {
    let mut text = String::from("<section class=\"problems\"><h2>Problems while reading</h2>\n");
    if problems.kinds().next().is_none() {
        text.push_str("<p>None.</p></section>\n");
        return text;
    }
    for (kind, count, told) in problems.kinds() {
        let severity = if told.first().is_some_and(|problem| problem.is_error()) {
            "error"
        } else {
            "note"
        };
        let _ = writeln!(
            text,
            "<details open><summary><b class=\"{severity}\">{severity}</b> {} {}</summary><ul>",
            number(count),
            kind.as_str()
        );
        for problem in told {
            let place = if problem.place.is_empty() {
                String::new()
            } else {
                format!("<code dir=\"auto\">{}</code> ", html(&problem.place))
            };
            let _ = writeln!(
                text,
                "<li>{place}<span dir=\"auto\">{}</span></li>",
                html(&problem.message)
            );
        }
        if count > told.len() {
            let _ = writeln!(text, "<li>… and {} more</li>", number(count - told.len()));
        }
        text.push_str("</ul></details>\n");
    }
    text.push_str("</section>\n");
    text
}

fn how(made: &Made) -> String {
    let mut text = String::from("<section><h2>How this was made</h2>\n<dl class=\"made\">\n");
    for (name, value) in made {
        let _ = writeln!(
            text,
            "<div><dt>{name}</dt><dd dir=\"auto\">{}</dd></div>",
            html(value)
        );
    }
    text.push_str("</dl></section>\n");
    text
}
