//! The data of a report: packed pages, which a script unpacks when they are looked at, and an index over them.
//!
//! Pages go in parts of some hundred kilobytes, each compressed (raw deflate, which every browser of these years can
//! undo) and in base64. As the pages of a cluster are neighbours, each copy costs little.

use std::io::Write as _;
use std::ops::Range;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use newsift::{Evidence, Settings};
use rayon::prelude::*;
use serde::Serialize;

use crate::problems::Problem;
use crate::report::{Answers, Status, rounded};
use crate::scan::Scan;

use super::marks::{Mark, marks};
use super::shown::Shown;

/// A part ends with the page that brings it to so many bytes: few enough to be unpacked while a finger is still on the
/// key.
const PART: u64 = 192 << 10;

/// The pages of a report in their order: those of a cluster stand together, the kept one first; then those alone.
pub struct Order {
    /// Numbers of the scan's documents.
    pub documents: Vec<usize>,
    /// Where each cluster starts among them; the last one ends where those alone start.
    pub clusters: Vec<usize>,
    pub alone: usize,
    /// Clusters and lone documents that are left out, because the report would have too many pages.
    pub clusters_left_out: usize,
    pub alone_left_out: usize,
}

impl Order {
    /// At most so many pages: clusters first, and those whole.
    pub fn new(answers: &Answers<'_>, most: usize) -> Self {
        let all = answers.scan.clusters.clusters();
        let (mut documents, mut clusters) = (Vec::new(), Vec::new());
        for cluster in all {
            if documents.len() + 1 + cluster.duplicates().len() > most {
                break;
            }
            clusters.push(documents.len());
            documents.push(cluster.kept());
            documents.extend(cluster.duplicates().iter().map(|found| found.document()));
        }
        let alone = documents.len();
        let lone = |&number: &usize| {
            !matches!(
                answers.of(number).status,
                Status::Kept | Status::Duplicate | Status::Known
            )
        };
        let lone: Vec<usize> = (0..answers.scan.asked).filter(lone).collect();
        let room = most - alone;
        documents.extend(lone.iter().take(room));
        Self {
            documents,
            clusters_left_out: all.len() - clusters.len(),
            alone_left_out: lone.len().saturating_sub(room),
            clusters,
            alone,
        }
    }

    /// The place of the kept page of the cluster that a page is in; none for a page alone.
    fn kept(&self, at: usize) -> Option<usize> {
        if at >= self.alone {
            return None;
        }
        let after = self.clusters.partition_point(|&start| start <= at);
        Some(self.clusters[after - 1])
    }
}

/// What lists need to know of every page, a column each.
#[derive(Debug, Default, Serialize)]
pub struct Index {
    /// The first page of each part, and of each cluster.
    parts: Vec<usize>,
    clusters: Vec<usize>,
    /// The clusters' numbers as in the other formats of the program.
    numbers: Vec<usize>,
    alone: usize,
    name: Vec<String>,
    title: Vec<String>,
    host: Vec<String>,
    url: Vec<String>,
    words: Vec<usize>,
    status: Vec<u8>,
    /// 0 for a story, 1 a listing, 2 empty; 3 unknown.
    kind: Vec<u8>,
    /// Of duplicates, in per mille; and how they relate to the kept page.
    similarity: Vec<u16>,
    relation: Vec<&'static str>,
}

/// A page in a part.
#[derive(Serialize)]
struct Page {
    chars: usize,
    shown: usize,
    /// Label (-1 without), confidence in percent, text.
    blocks: Vec<(i8, u8, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "match")]
    matched: Option<Matched>,
}

/// What a duplicate has in common with the kept page.
#[derive(Serialize)]
struct Matched {
    similarity: f64,
    resemblance: f64,
    containment: [f64; 2],
    coverage: [f64; 2],
    run: usize,
    agree: usize,
    differ: usize,
    relation: &'static str,
    rule: String,
    /// The shared runs in this page, and in the kept one.
    runs: usize,
    marks: [Vec<Mark>; 2],
}

/// A part as it stands in the report, and its rows of the index.
pub struct Part {
    pub base64: String,
    pub rows: Index,
}

/// Builds the parts in parallel and gives them away in order; the index comes last.
pub fn parts(
    answers: &Answers<'_>,
    order: &Order,
    settings: &Settings,
    mut each: impl FnMut(&str) -> Result<(), Problem> + Send,
) -> Result<Index, Problem> {
    let mut index = Index {
        clusters: order.clusters.clone(),
        numbers: order
            .clusters
            .iter()
            .map(|&start| answers.of(order.documents[start]).cluster)
            .collect(),
        alone: order.alone,
        ..Index::default()
    };
    let ranges = ranges(answers.scan, order);
    for round in ranges.chunks(4 * rayon::current_num_threads()) {
        let parts: Vec<Part> = round
            .par_iter()
            .map(|range| part(answers, order, settings, range.clone()))
            .collect();
        for (range, part) in round.iter().zip(parts) {
            each(&part.base64)?;
            index.parts.push(range.start);
            index.append(part.rows);
        }
    }
    Ok(index)
}

/// Which pages go into each part: decided by sizes alone, so that it is the same for any number of threads.
fn ranges(scan: &Scan, order: &Order) -> Vec<Range<usize>> {
    let (mut ranges, mut start, mut bytes) = (Vec::new(), 0, 0);
    let Some(pages) = &scan.pages else {
        return ranges;
    };
    for (at, &number) in order.documents.iter().enumerate() {
        bytes += pages.packed.len(number);
        if bytes >= PART || at + 1 == order.documents.len() {
            ranges.push(start..at + 1);
            (start, bytes) = (at + 1, 0);
        }
    }
    ranges
}

fn part(answers: &Answers<'_>, order: &Order, settings: &Settings, range: Range<usize>) -> Part {
    let mut rows = Index::default();
    let mut kept: Option<(usize, Shown)> = None;
    let mut json = Vec::from(b"[");
    for at in range {
        let number = order.documents[at];
        let shown = shown(answers.scan, number);
        let answer = answers.of(number);
        let matched = order
            .kept(at)
            .filter(|&place| place != at)
            .and_then(|place| {
                if kept.as_ref().is_none_or(|(known, _)| *known != place) {
                    kept = Some((place, self::shown(answers.scan, order.documents[place])));
                }
                let (_, of_kept) = kept.as_ref()?;
                let stories = &answers.scan.stories;
                let (a, b) = (stories.text(number), stories.text(order.documents[place]));
                let comparison = settings.compare(&a, &b);
                let (_, evidence) = answer.evidence?;
                Some(Matched {
                    runs: comparison.runs().len(),
                    marks: marks(comparison.runs(), &shown.blocks, &of_kept.blocks),
                    ..Matched::of(evidence, settings)
                })
            });
        if json.len() > 1 {
            json.push(b',');
        }
        let record = answer.record;
        rows.name.push(record.place.name(&record.id));
        rows.words.push(record.words);
        rows.status.push(answer.status as u8);
        rows.kind.push(record.page.map_or(3, |kind| kind as u8));
        let evidence = answer.evidence.map(|(_, evidence)| evidence);
        rows.similarity
            .push(evidence.map_or(0, |e| (1000.0 * e.similarity()).round() as u16));
        rows.relation
            .push(evidence.map_or("", |e| e.relation().as_str()));
        let block = |block: super::shown::Block| {
            let label = block.label.map_or(-1, u8::cast_signed);
            (label, block.percent, block.text)
        };
        let page = Page {
            chars: shown.chars,
            shown: shown.shown,
            blocks: shown.blocks.into_iter().map(block).collect(),
            matched,
        };
        crate::report::write_json(&mut json, &page);
        rows.title.push(shown.title);
        rows.host.push(shown.host);
        rows.url.push(shown.url);
    }
    json.push(b']');
    Part {
        base64: base64(&deflate(&json)),
        rows,
    }
}

/// What is shown of a document. When the disk failed it is empty, and the spill knows.
fn shown(scan: &Scan, number: usize) -> Shown {
    let packed = scan.pages.as_ref().map(|pages| pages.packed.text(number));
    packed
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

impl Matched {
    fn of(evidence: &Evidence, settings: &Settings) -> Self {
        Self {
            similarity: rounded(evidence.similarity()),
            resemblance: rounded(evidence.resemblance()),
            containment: [evidence.containment(), evidence.containment_of_other()].map(rounded),
            coverage: [evidence.coverage(), evidence.coverage_of_other()].map(rounded),
            run: evidence.longest_run(),
            agree: evidence.agreeing_numbers(),
            differ: evidence.conflicting_numbers(),
            relation: evidence.relation().as_str(),
            rule: super::rule::in_words(evidence, settings),
            runs: 0,
            marks: [Vec::new(), Vec::new()],
        }
    }
}

impl Index {
    fn append(&mut self, rows: Index) {
        self.name.extend(rows.name);
        self.title.extend(rows.title);
        self.host.extend(rows.host);
        self.url.extend(rows.url);
        self.words.extend(rows.words);
        self.status.extend(rows.status);
        self.kind.extend(rows.kind);
        self.similarity.extend(rows.similarity);
        self.relation.extend(rows.relation);
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    // Writing into memory cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Base64 with padding (RFC 4648), as `atob` reads it.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit > three.len() {
                text.push('=');
            } else {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
    }
}
