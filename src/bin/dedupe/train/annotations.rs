//! Labels that are kept apart from the texts they are about: annotations, for pages whose text may not be stored with
//! them.
//!
//! JSON Lines, a page a line: its `id`, its kind `page`, the `xxh3` of its lines, its labels as runs
//! (`nav 0-11; title 12; body 13-20`) and the lines that a reader would be `unsure` of.

use std::collections::BTreeMap;
use std::path::Path;

use newsift::Label;
use newsift::train::Target;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::problems::{Kind, Problem, Problems};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    page: String,
    xxh3: String,
    runs: String,
    #[serde(default)]
    unsure: Vec<usize>,
}

/// What a reader said of a page.
#[derive(Debug)]
pub struct Annotation {
    /// The kind of the page, as the field `page` of a training page.
    pub page: String,
    xxh3: u64,
    /// A target for each line.
    pub targets: Vec<Target>,
    place: String,
    used: bool,
}

/// Annotations by the id of their page.
#[derive(Debug, Default)]
pub struct Annotations(BTreeMap<String, Annotation>);

impl Annotations {
    /// Adds those of a file; what is wrong with a line becomes a problem.
    pub fn read(&mut self, path: &Path, bytes: &[u8], problems: &mut Problems) {
        for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let place = format!("{}:{number}", path.display());
            let parsed = serde_json::from_slice::<Row>(line)
                .map_err(|error| error.to_string())
                .and_then(|row| Ok((row.id.clone(), annotation(row, place.clone())?)));
            match parsed {
                Ok((id, annotation)) => {
                    if let Some(first) = self.0.get(&id) {
                        let why = format!("id {id} is annotated already at {}", first.place);
                        problems.add(Problem::new(Kind::WrongType, place, why));
                    } else {
                        self.0.insert(id, annotation);
                    }
                }
                Err(why) => problems.add(Problem::new(Kind::BrokenJson, place, why)),
            }
        }
    }

    /// The annotation of a page, if there is one.
    ///
    /// # Errors
    ///
    /// When the page is not the one that was annotated.
    pub fn of(&mut self, id: &str, lines: &[String]) -> Result<Option<&Annotation>, String> {
        let Some(annotation) = self.0.get_mut(id) else {
            return Ok(None);
        };
        let actual = checksum(lines);
        if actual != annotation.xxh3 {
            return Err(format!(
                "{} is about lines with xxh3 {:016x}, got {actual:016x}: the page has changed since",
                annotation.place, annotation.xxh3
            ));
        }
        if annotation.targets.len() != lines.len() {
            return Err(format!(
                "{} has labels for {} lines, the page has {}",
                annotation.place,
                annotation.targets.len(),
                lines.len()
            ));
        }
        annotation.used = true;
        Ok(Some(annotation))
    }

    /// Tells of annotations that no page was found for.
    pub fn tell_unused(&self, problems: &mut Problems) {
        for (id, annotation) in self.0.iter().filter(|(_, a)| !a.used) {
            problems.add(Problem::new(
                Kind::LeftOut,
                &annotation.place,
                format!("no training page has the id {id}"),
            ));
        }
    }
}

/// What ties an annotation to the text of its page.
fn checksum(lines: &[String]) -> u64 {
    xxh3_64(lines.join("\n").as_bytes())
}

fn annotation(row: Row, place: String) -> Result<Annotation, String> {
    let xxh3 = u64::from_str_radix(&row.xxh3, 16)
        .map_err(|_| format!("`xxh3` must be hexadecimal, got {}", row.xxh3))?;
    let mut targets = Vec::new();
    for run in row.runs.split(';').map(str::trim).filter(|r| !r.is_empty()) {
        let (name, range) = run.split_once(' ').unwrap_or((run, ""));
        let label: Label = name.parse().map_err(|e: newsift::Error| e.to_string())?;
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
            return Err(format!("a run must be `label first-last`, got `{run}`"));
        };
        if first != targets.len() || last < first || last > MOST_LINES {
            return Err(format!(
                "runs must follow each other from line 0 on, to {MOST_LINES} at most: line {} is next, got `{run}`",
                targets.len()
            ));
        }
        targets.resize(last + 1, Target::Label(label));
    }
    for &line in &row.unsure {
        *targets
            .get_mut(line)
            .ok_or_else(|| format!("`unsure` must name a line of the page, got {line}"))? =
            Target::Unknown;
    }
    Ok(Annotation {
        page: row.page,
        xxh3,
        targets,
        place,
        used: false,
    })
}

/// No page that a person labels has more lines; a slip of the pen must not fill the memory.
const MOST_LINES: usize = 1_000_000;
