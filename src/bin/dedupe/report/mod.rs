//! What a scan found, for people and for programs.

mod fdupes;
mod files;
pub mod html;
mod json;
#[cfg(feature = "parquet")]
mod parquet;
mod table;
mod text;

pub use json::{VERSION, write as write_json};

use newsift::{Cluster, Evidence, PageKind};

use crate::args::{Format, OutputArgs};
use crate::output::{Look, Sink};
use crate::problems::{Problem, Problems};
use crate::scan::{Record, Scan};

/// Writes the answer in a format.
pub fn print(
    scan: &Scan,
    format: Format,
    output: &OutputArgs,
    problems: &Problems,
) -> Result<(), Problem> {
    let answers = Answers::new(scan);
    let look = match format {
        Format::Text => Look::Styled,
        _ => Look::Plain,
    };
    if format == Format::Parquet {
        parquet::check(output)?;
    }
    let mut out = Sink::open(output, look)?;
    match format {
        Format::Text => text::print(&answers, &mut out, problems),
        Format::Json => json::object(&answers, &mut out, problems),
        Format::Jsonl => json::lines(&answers, &mut out),
        Format::Csv => table::csv(&answers, &mut out),
        Format::Fdupes => fdupes::print(&answers, &mut out),
        Format::Parquet => parquet::table(&answers, &mut out),
    }?;
    out.finish()
}

/// Stands in for the table in a build that has none.
#[cfg(not(feature = "parquet"))]
mod parquet {
    use super::Answers;
    use crate::args::OutputArgs;
    use crate::output::Sink;
    use crate::problems::{Kind, Problem};

    pub fn check(_output: &OutputArgs) -> Result<(), Problem> {
        Err(Problem::new(
            Kind::Setting,
            "--format parquet",
            "this build writes no Parquet: install it with --features cli,parquet (dedupe doctor)",
        ))
    }

    pub fn table(_answers: &Answers<'_>, _out: &mut Sink) -> Result<(), Problem> {
        Ok(())
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Nothing like it is there.
    Unique,
    /// It has duplicates, and is the one that is kept.
    Kept,
    /// The kept document of its cluster says the same.
    Duplicate,
    /// A document of the collection that it was looked up in says the same.
    Known,
    /// It has no story, and no other page has the same words.
    Empty,
    /// It has no text, and its problem is told.
    Unreadable,
}

impl Status {
    pub const ALL: [Status; 6] = [
        Status::Unique,
        Status::Kept,
        Status::Duplicate,
        Status::Known,
        Status::Empty,
        Status::Unreadable,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unique => "unique",
            Status::Kept => "kept",
            Status::Duplicate => "duplicate",
            Status::Known => "known",
            Status::Empty => "empty",
            Status::Unreadable => "unreadable",
        }
    }
}

/// The answer for one document.
pub struct Answer<'s> {
    pub record: &'s Record,
    /// Whether it stays when duplicates go; of each cluster one document does.
    pub kept: bool,
    /// Counted from 1 in the order in which the clusters' first documents came.
    pub cluster: usize,
    pub status: Status,
    /// For a duplicate: the kept document, or the known one, and what speaks for it.
    pub evidence: Option<(&'s Record, &'s Evidence)>,
}

/// A scan with its clusters numbered and the evidence found by document.
pub struct Answers<'s> {
    pub scan: &'s Scan,
    numbers: Vec<u32>,
    /// For each duplicate the places of its evidence: which cluster, which match.
    evidence: Vec<Option<(u32, u32)>>,
    /// Whether a document is kept for others.
    has_duplicates: Vec<bool>,
}

impl<'s> Answers<'s> {
    pub fn new(scan: &'s Scan) -> Self {
        let kept_of = scan.clusters.kept_of();
        let mut of_kept = vec![0; kept_of.len()];
        let mut clusters = 0u32;
        let number_of = |(number, &kept): (usize, &usize)| {
            // The same document a second time, without words to compare.
            let kept = scan.records[number].repeats.unwrap_or(kept);
            if of_kept[kept] == 0 {
                clusters += 1;
                of_kept[kept] = clusters;
            }
            of_kept[kept]
        };
        let numbers = kept_of.iter().enumerate().map(number_of).collect();
        let mut evidence = vec![None; kept_of.len()];
        let mut has_duplicates = vec![false; kept_of.len()];
        for (c, cluster) in scan.clusters.clusters().iter().enumerate() {
            has_duplicates[cluster.kept()] = true;
            for (m, found) in cluster.duplicates().iter().enumerate() {
                evidence[found.document()] = Some((c as u32, m as u32));
            }
        }
        Self {
            scan,
            numbers,
            evidence,
            has_duplicates,
        }
    }

    /// The answers for all documents, in the order of the input.
    pub fn iter(&self) -> impl Iterator<Item = Answer<'_>> {
        (0..self.scan.asked).map(|number| self.of(number))
    }

    /// The answer for a document by its number.
    pub fn of(&self, number: usize) -> Answer<'_> {
        let record = &self.scan.records[number];
        let evidence = self.evidence[number].map(|(c, m)| {
            let cluster = &self.scan.clusters.clusters()[c as usize];
            (
                &self.scan.records[cluster.kept()],
                cluster.duplicates()[m as usize].evidence(),
            )
        });
        let status = match record {
            _ if evidence.is_some_and(|(kept, _)| kept.place.source.reference) => Status::Known,
            _ if evidence.is_some() => Status::Duplicate,
            Record {
                readable: false, ..
            } => Status::Unreadable,
            _ if self.has_duplicates[number] => Status::Kept,
            Record { words: 0, .. } => Status::Empty,
            _ => Status::Unique,
        };
        Answer {
            record,
            cluster: self.numbers[number] as usize,
            kept: !matches!(status, Status::Duplicate | Status::Known) && record.repeats.is_none(),
            status,
            evidence,
        }
    }

    /// The groups of documents of the input, without those around a known one.
    pub fn groups(&self) -> impl Iterator<Item = &Cluster> {
        let clusters = self.scan.clusters.clusters().iter();
        clusters.filter(|c| c.kept() < self.scan.asked)
    }

    /// How many documents there are of a status.
    pub fn count(&self, status: Status) -> usize {
        self.iter().filter(|answer| answer.status == status).count()
    }

    /// How many pages are of a kind.
    pub fn pages(&self, kind: PageKind) -> usize {
        self.scan.records[..self.scan.asked]
            .iter()
            .filter(|record| record.page == Some(kind))
            .count()
    }
}

/// A share as it is printed for programs: four digits, which is more than the sketches can tell.
pub fn rounded(share: f64) -> f64 {
    (share * 1e4).round() / 1e4
}
