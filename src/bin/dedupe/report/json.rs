//! Answers as JSON: a line a document, or one object for the whole scan.

use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::fingerprint::Fingerprint;
use crate::output::Sink;
use crate::paths;
use crate::problems::{Problem, Problems};

use super::files::Files;
use super::{Answer, Answers, Status, rounded};

/// Changes when a program that reads the lines would have to.
pub const VERSION: u32 = 1;

/// So many lines are made together,
const TOGETHER: usize = 8192;
/// so many by one thread.
const SHARE: usize = 512;

/// A document's answer.
#[derive(Serialize)]
struct Document<'a> {
    /// Of the lines; an object for the whole scan has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    id: &'a RawValue,
    cluster: usize,
    kept: bool,
    status: &'static str,
    path: String,
    /// The path's bytes where they are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_encoded: Option<String>,
    /// The archive that `path` leads into; `path` alone is no file then.
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// What `apply` compares the file with that holds the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mtime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
    /// Words and bytes of the story.
    words: usize,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
    #[serde(flatten)]
    evidence: Option<Against<'a>>,
}

/// The evidence of a duplicate against the kept document.
#[derive(Serialize)]
struct Against<'a> {
    kept_id: &'a RawValue,
    kept_path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_path_encoded: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_mtime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_hash: Option<String>,
    similarity: f64,
    resemblance: f64,
    /// The share of the duplicate that is in the kept document, and the other way round.
    containment: f64,
    containment_of_kept: f64,
    /// In words.
    longest_run: usize,
    relation: &'static str,
}

impl<'a> Document<'a> {
    fn new(answer: &Answer<'a>, files: &Files) -> Self {
        let record = answer.record;
        let file = files.of(record);
        Self {
            version: None,
            id: record.id.as_raw(),
            cluster: answer.cluster,
            kept: answer.kept,
            status: answer.status.as_str(),
            path: record.place.source.to_string(),
            path_encoded: paths::encoded(&record.place.source.path),
            archive: record
                .place
                .source
                .archive
                .as_ref()
                .map(|archive| archive.to_string()),
            line: record.place.line(),
            size: file.map(|file| file.size),
            mtime: file.map(|file| file.mtime.to_string()),
            hash: file.map(Fingerprint::hex),
            words: record.words,
            bytes: record.bytes,
            page: record.page.map(|kind| kind.as_str()),
            evidence: answer.evidence.map(|(kept, evidence)| Against {
                kept_path_encoded: paths::encoded(&kept.place.source.path),
                kept_size: files.of(kept).map(|file| file.size),
                kept_mtime: files.of(kept).map(|file| file.mtime.to_string()),
                kept_hash: files.of(kept).map(Fingerprint::hex),
                kept_id: kept.id.as_raw(),
                kept_path: kept.place.source.to_string(),
                kept_line: kept.place.line(),
                similarity: rounded(evidence.similarity()),
                resemblance: rounded(evidence.resemblance()),
                containment: rounded(evidence.containment()),
                containment_of_kept: rounded(evidence.containment_of_other()),
                longest_run: evidence.longest_run(),
                relation: evidence.relation().as_str(),
            }),
        }
    }
}

/// One object a document, in the order of the input.
pub fn lines(answers: &Answers<'_>, out: &mut Sink) -> Result<(), Problem> {
    let files = Files::read(answers);
    let lines = |numbers: &[usize]| {
        let mut lines = Vec::new();
        for &number in numbers {
            let answer = answers.of(number);
            let mut document = Document::new(&answer, &files);
            document.version = Some(VERSION);
            write(&mut lines, &document);
            lines.push(b'\n');
        }
        lines
    };
    let numbers: Vec<usize> = (0..answers.scan.asked).collect();
    let mut made: Vec<Vec<u8>> = Vec::new();
    // Some lines are written while the next are made; after the last, none.
    for numbers in numbers.chunks(TOGETHER).chain([&[][..]]) {
        if out.is_closed() {
            break;
        }
        let (written, next) = rayon::join(
            || made.iter().try_for_each(|lines| out.write(lines)),
            || numbers.par_chunks(SHARE).map(lines).collect(),
        );
        written?;
        made = next;
    }
    Ok(())
}

/// One object for the whole scan: `version`, `summary`, `clusters` of two documents and more, `problems`.
pub fn object(answers: &Answers<'_>, out: &mut Sink, problems: &Problems) -> Result<(), Problem> {
    #[derive(Serialize)]
    struct Group<'a> {
        cluster: usize,
        kept: Document<'a>,
        duplicates: Vec<Document<'a>>,
    }
    #[derive(Serialize)]
    struct Told<'a> {
        severity: &'static str,
        kind: &'static str,
        place: &'a str,
        message: &'a str,
    }

    let files = Files::default();
    let mut text = format!("{{\"version\":{VERSION},\n\"summary\":").into_bytes();
    let mut summary = serde_json::Map::new();
    let mut count = |name: &str, n: usize| summary.insert(name.into(), n.into());
    count("documents", answers.scan.asked);
    for status in Status::ALL {
        count(status.as_str(), answers.count(status));
    }
    count("groups", answers.groups().count());
    count("errors", problems.errors());
    write(&mut text, &summary);

    text.extend(b",\n\"clusters\":[");
    for (n, cluster) in answers.scan.clusters.clusters().iter().enumerate() {
        text.extend_from_slice(if n == 0 { b"\n" } else { b",\n" });
        let kept = answers.of(cluster.kept());
        let duplicates: Vec<_> = cluster
            .duplicates()
            .iter()
            .map(|m| answers.of(m.document()))
            .collect();
        let group = Group {
            cluster: kept.cluster,
            kept: Document::new(&kept, &files),
            duplicates: duplicates
                .iter()
                .map(|duplicate| Document::new(duplicate, &files))
                .collect(),
        };
        write(&mut text, &group);
        out.write(&text)?;
        text.clear();
    }

    text.extend(b"],\n\"problems\":[");
    let told = problems.kinds().flat_map(|(_, _, told)| told);
    for (n, problem) in told.enumerate() {
        text.extend_from_slice(if n == 0 { b"\n" } else { b",\n" });
        let told = Told {
            severity: if problem.is_error() { "error" } else { "note" },
            kind: problem.kind.as_str(),
            place: &problem.place,
            message: &problem.message,
        };
        write(&mut text, &told);
    }
    text.extend(b"]}\n");
    out.write(&text)
}

/// Appends a value as JSON.
pub fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    // Our values have string keys, and memory does not fail.
    let _ = serde_json::to_writer(out, value);
}
