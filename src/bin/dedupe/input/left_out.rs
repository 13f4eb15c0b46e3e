//! Files that are left out for their names, counted by the ending.

use std::collections::BTreeMap;
use std::path::Path;

use crate::problems::{Kind, Problem};
use crate::words::count;

use super::format::{ENDINGS, by_name};

/// As many endings are told one by one.
const TOLD: usize = 8;

#[derive(Default)]
pub struct OtherNames {
    count_of: BTreeMap<String, usize>,
    /// Files that another build would read.
    not_built_in: bool,
}

impl OtherNames {
    pub fn count(&mut self, path: &Path) {
        let ending = path.extension().map_or_else(
            || String::from("without ending"),
            |ending| format!(".{}", ending.to_string_lossy()),
        );
        *self.count_of.entry(ending).or_default() += 1;
        self.not_built_in |= by_name(path).is_some_and(|(holds, _)| !holds.is_built_in());
    }

    /// What to say about them; `place` as in "in directories".
    pub fn problem(self, place: &str) -> Option<Problem> {
        let total: usize = self.count_of.values().sum();
        if total == 0 {
            return None;
        }
        let mut endings: Vec<_> = self.count_of.into_iter().collect();
        endings.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut list: Vec<String> = endings
            .iter()
            .take(TOLD)
            .map(|(ending, n)| format!("{n} {ending}"))
            .collect();
        if endings.len() > list.len() {
            list.push(String::from("…"));
        }
        let mut message = format!(
            "{} {place} left out, for names that are not {ENDINGS} ({}): give a file by its name to read it nevertheless",
            count(total, "file"),
            list.join(", ")
        );
        if self.not_built_in {
            message += "; .html needs a build with the feature `html`, .parquet one with `parquet` (dedupe doctor)";
        }
        Some(Problem::new(Kind::LeftOut, "", message))
    }
}
