//! Answers as CSV: a row a document.

use csv::Writer;

use crate::output::Sink;
use crate::problems::Problem;

use super::{Answer, Answers, rounded};

const COLUMNS: [&str; 15] = [
    "id",
    "cluster",
    "kept",
    "status",
    "path",
    "line",
    "words",
    "bytes",
    "kept_id",
    "similarity",
    "resemblance",
    "containment",
    "containment_of_kept",
    "longest_run",
    "relation",
];

/// A row a document under a row of names, in the order of the input (RFC 4180).
pub fn csv(answers: &Answers<'_>, out: &mut Sink) -> Result<(), Problem> {
    write(out, &COLUMNS.map(String::from))?;
    for answer in answers.iter() {
        if out.is_closed() {
            break;
        }
        write(out, &row(&answer))?;
    }
    Ok(())
}

fn row(answer: &Answer<'_>) -> [String; COLUMNS.len()] {
    let record = answer.record;
    let share = |share: f64| rounded(share).to_string();
    let against = answer.evidence.map(|(kept, evidence)| {
        [
            kept.id.to_text().into_owned(),
            share(evidence.similarity()),
            share(evidence.resemblance()),
            share(evidence.containment()),
            share(evidence.containment_of_other()),
            evidence.longest_run().to_string(),
            evidence.relation().as_str().to_owned(),
        ]
    });
    let [
        kept,
        similarity,
        resemblance,
        containment,
        of_kept,
        run,
        relation,
    ] = against.unwrap_or_default();
    [
        record.id.to_text().into_owned(),
        answer.cluster.to_string(),
        answer.kept.to_string(),
        answer.status.as_str().to_owned(),
        record.place.source.to_string(),
        record
            .place
            .line()
            .map_or_else(String::new, |line| line.to_string()),
        record.words.to_string(),
        record.bytes.to_string(),
        kept,
        similarity,
        resemblance,
        containment,
        of_kept,
        run,
        relation,
    ]
}

fn write(out: &mut Sink, row: &[String; COLUMNS.len()]) -> Result<(), Problem> {
    let mut writer = Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and all rows have as many columns.
    let _ = writer.write_record(row);
    out.write(&writer.into_inner().unwrap_or_default())
}
