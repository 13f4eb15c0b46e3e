//! Labelled pages as they come: JSON Lines, a page a line. The fields tell the format: `labels` of words are the fourteen
//! labels, `labels` of 0 and 1 say body text or not, `with` and `without` are snippets that belong to the story or do not.

use std::collections::BTreeMap;
use std::path::Path;

use newsift::train::{Target, TrainPage};
use newsift::{Label, PageKind};
use serde::Deserialize;
use serde_json::Value;

use super::annotations::Annotations;
use crate::problems::{Kind, Problem, Problems};

/// How many times an epoch a page is seen. Hand-labelled pages tell the fourteen labels apart and are few; snippets say
/// little of a page; outputs of extractors are many for the same page.
const LABELLED: f32 = 3.0;
/// Annotated pages are whole dumps, with much more furniture than story.
const ANNOTATED: f32 = 1.5;
const BODY_LINES: f32 = 0.7;
const SNIPPETS: f32 = 0.5;
const EXTRACTED: f32 = 0.3;
/// A page whose gold text is not on its lines teaches the wrong thing.
const MIN_GOLD_COVERED: f64 = 0.8;

/// A line of a training file.
#[derive(Debug, Deserialize)]
struct Row {
    #[serde(default)]
    id: String,
    #[serde(default)]
    host: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    lines: Vec<String>,
    labels: Option<Vec<Value>>,
    #[serde(default)]
    unsure: Vec<usize>,
    page: Option<String>,
    /// How many times an epoch the page is seen, in the place of what its kind is seen.
    weight: Option<f32>,
    with: Option<Vec<String>>,
    #[serde(default)]
    without: Vec<String>,
    extractor: Option<String>,
    gold_cov: Option<f64>,
}

/// Adds the pages of a file; rows that teach nothing are counted, wrong ones are problems.
pub fn read(
    path: &Path,
    bytes: &[u8],
    annotations: &mut Annotations,
    pages: &mut Vec<TrainPage>,
    problems: &mut Problems,
) {
    let mut skipped: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let row = serde_json::from_slice::<Row>(line).map_err(|error| error.to_string());
        match row.and_then(|row| page(row, annotations)) {
            Ok(Ok(page)) => pages.push(page),
            Ok(Err(why)) => *skipped.entry(why).or_default() += 1,
            Err(why) => {
                problems.add(Problem::new(
                    Kind::BrokenJson,
                    format!("{}:{number}", path.display()),
                    why,
                ));
            }
        }
    }
    for (why, n) in skipped {
        problems.add(Problem::new(
            Kind::LeftOut,
            path.display(),
            format!("{n} pages left out: {why}"),
        ));
    }
}

/// A training page of a row; `Ok(Err(_))` where the row is sound but teaches nothing.
fn page(
    row: Row,
    annotations: &mut Annotations,
) -> Result<Result<TrainPage, &'static str>, String> {
    if let Some(weight) = row.weight.filter(|w| *w < 0.0) {
        return Err(format!("`weight` must be 0 or more, got {weight}"));
    }
    let host = row.host.trim_start_matches("www.").to_string();
    // What an extractor made of a page goes by the page's id, but has other lines.
    let annotation = match &row.extractor {
        None => annotations.of(&row.id, &row.lines)?,
        Some(_) => None,
    };
    let teasers = |targets: &[Target]| {
        targets
            .iter()
            .filter(|&&t| t == Target::Label(Label::Teaser))
            .count()
    };
    // "other": no story; listings are told by their teasers as the program tells them
    let kind_of = |page: &str, targets: &[Target]| match page {
        "story" => PageKind::Story,
        "listing" => PageKind::Listing,
        "empty" => PageKind::Empty,
        _ if teasers(targets) >= 3 => PageKind::Listing,
        _ => PageKind::Empty,
    };
    let (targets, weight, kind) = match (annotation, &row.labels, &row.with) {
        (Some(annotation), labels, _) => {
            let mut targets = annotation.targets.clone();
            // Where the page's own labels see the other side, a careful reader could say either.
            let own = labels.iter().flatten().map(|l| l.as_u64());
            for (target, own) in targets.iter_mut().zip(own) {
                let Target::Label(label) = *target else {
                    continue;
                };
                let body = matches!(label, Label::Body | Label::Subhead);
                if own.is_some_and(|own| (own == 1) != body) {
                    *target = Target::Unknown;
                }
            }
            let kind = kind_of(&annotation.page, &targets);
            (targets, ANNOTATED, Some(kind))
        }
        (None, Some(labels), _) => {
            if labels.len() != row.lines.len() {
                return Err(format!(
                    "`labels` must be as many as `lines` ({}), got {}",
                    row.lines.len(),
                    labels.len()
                ));
            }
            let mut targets = labels.iter().map(target).collect::<Result<Vec<_>, _>>()?;
            for &i in &row.unsure {
                if let Some(target) = targets.get_mut(i) {
                    *target = Target::Unknown;
                }
            }
            let named = labels.iter().any(Value::is_string);
            let whole = row.extractor.is_none(); // what an extractor lost does not make its lines wrong
            if !named && whole && row.gold_cov.is_some_and(|share| share < MIN_GOLD_COVERED) {
                return Ok(Err("their gold text is not on their lines"));
            }
            let kind = match row.page.as_deref() {
                Some(page) => Some(kind_of(page, &targets)),
                None => targets
                    .contains(&Target::Body(true))
                    .then_some(PageKind::Story),
            };
            let weight = if named {
                LABELLED
            } else if row.extractor.is_some() {
                EXTRACTED
            } else {
                BODY_LINES
            };
            (targets, weight, kind)
        }
        (None, None, Some(with)) => {
            let targets: Vec<Target> = row
                .lines
                .iter()
                .map(|line| by_snippets(line, with, &row.without))
                .collect();
            if !targets.contains(&Target::Body(true)) {
                return Ok(Err("none of their snippets is on a line"));
            }
            (targets, SNIPPETS, Some(PageKind::Story))
        }
        (None, None, None) => {
            return Err(String::from(
                "no field `labels`, nor `with`: nothing says what the lines are",
            ));
        }
    };
    let blocks = row.lines.into_iter().zip(targets).collect();
    Ok(Ok(TrainPage {
        host,
        blocks,
        kind,
        language: row.lang,
        weight: row.weight.unwrap_or(weight),
        scored: true,
    }))
}

fn target(label: &Value) -> Result<Target, String> {
    match label {
        Value::String(name) => name
            .parse()
            .map(Target::Label)
            .map_err(|error: newsift::Error| error.to_string()),
        Value::Number(n) if n.as_u64() == Some(0) => Ok(Target::Body(false)),
        Value::Number(n) if n.as_u64() == Some(1) => Ok(Target::Body(true)),
        other => Err(format!(
            "a label must be a name, or 0 or 1 (body text), got {other}"
        )),
    }
}

/// A line with a snippet of the story is body text, one with a snippet of the noise is not; short snippets and long lines
/// prove little.
fn by_snippets(line: &str, with: &[String], without: &[String]) -> Target {
    let words = line.split_whitespace().count();
    if words > 3
        && with
            .iter()
            .any(|s| s.len() > 8 && line.contains(s.as_str()))
    {
        Target::Body(true)
    } else if words < 60
        && without
            .iter()
            .any(|s| s.len() > 3 && line.contains(s.as_str()))
    {
        Target::Body(false)
    } else {
        Target::Unknown
    }
}
