//! What the files were like that the documents of a scan were read from.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use crate::fingerprint::Fingerprint;
use crate::scan::Record;

use super::Answers;

/// The fingerprints of the files that were not read as one page each, by their path; those have theirs from the reading.
/// Files that changed since the scan began have none: what was read of them is
/// not what they hold.
#[derive(Default)]
pub struct Files<'s>(HashMap<&'s Path, Fingerprint>);

impl<'s> Files<'s> {
    /// Reads the files once more, on all cores. They were read a moment ago, so that this costs little; and whatever they
    /// hold, be it compressed or an archive, it is the bytes on the disk that count.
    pub fn read(answers: &Answers<'s>) -> Self {
        let scan = answers.scan;
        // Of a collection that documents were looked up in only what was found counts.
        let kept = scan
            .clusters
            .clusters()
            .iter()
            .map(|cluster| cluster.kept());
        let mut paths: Vec<&Path> = (0..scan.asked)
            .chain(kept)
            .filter(|&number| scan.records[number].file.is_none())
            .filter_map(|number| scan.records[number].place.source.file())
            .collect();
        // All pages of a file come one after the other.
        paths.dedup();
        paths.sort_unstable();
        paths.dedup();
        let read = |path: &'s Path| Some((path, Fingerprint::since(path, scan.started)?));
        Self(paths.into_par_iter().filter_map(read).collect())
    }

    pub fn of<'f>(&'f self, record: &'f Record) -> Option<&'f Fingerprint> {
        if record.file.is_some() {
            return record.file.as_ref();
        }
        self.0.get(record.place.source.file()?)
    }
}
