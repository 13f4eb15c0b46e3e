//! Answers as `fdupes` prints them: the names of a group a line each, groups apart by a blank line.

use crate::output::Sink;
use crate::problems::Problem;
use crate::scan::Record;

use super::Answers;

/// The groups; of each the kept document comes first.
pub fn print(answers: &Answers<'_>, out: &mut Sink) -> Result<(), Problem> {
    let mut text = Vec::new();
    for (n, cluster) in answers.scan.clusters.clusters().iter().enumerate() {
        if out.is_closed() {
            break;
        }
        text.clear();
        if n > 0 {
            text.push(b'\n');
        }
        let duplicates = cluster.duplicates().iter().map(|found| found.document());
        for number in std::iter::once(cluster.kept()).chain(duplicates) {
            text.extend(name(&answers.scan.records[number]));
            text.push(b'\n');
        }
        out.write(&text)?;
    }
    Ok(())
}

/// The path byte for byte, so that other programs find the file; a line of one as `explain` takes it.
fn name(record: &Record) -> Vec<u8> {
    match record.place.line() {
        None => record
            .place
            .source
            .path
            .as_os_str()
            .as_encoded_bytes()
            .to_vec(),
        Some(_) => record.place.name(&record.id).into_bytes(),
    }
}
