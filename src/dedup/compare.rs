use super::align::{Run, places};
use super::evidence::{Difference, Evidence, SharedRun};
use super::prepared::Prepared;
use super::scratch;
use super::settings::Settings;

/// Two texts side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub(crate) evidence: Evidence,
    pub(crate) runs: Vec<SharedRun>,
    pub(crate) differences: Vec<Difference>,
    pub(crate) duplicates: bool,
    pub(crate) reason: String,
}

impl Comparison {
    /// The evidence; `a` is the first document.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
    /// The shared runs, in the order of `a`.
    pub fn runs(&self) -> &[SharedRun] {
        &self.runs
    }
    /// The places between shared runs where a number or a name differs, in the order of `a`.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }
    /// Whether the rule calls them duplicates.
    pub fn are_duplicates(&self) -> bool {
        self.duplicates
    }
    /// In words, the part of the rule that decided.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Compares two texts with the default settings.
pub fn compare(a: &str, b: &str) -> Comparison {
    Settings::default().compare(a, b)
}

impl Settings {
    /// Compares two texts. Nothing is known here of what other stories have in common, so every word counts alike.
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        scratch::with(|scratch| {
            scratch.own.read_to_compare(a);
            scratch.other.read_to_compare(b);
            let (evidence, reason) = scratch.compare(self);
            let (a, b, runs) = (&scratch.own, &scratch.other, &scratch.alignment.runs);
            let span = |p: &Prepared, from: usize, words: usize| {
                p.spans()[from].start..p.spans()[from + words - 1].end
            };
            Comparison {
                runs: runs
                    .iter()
                    .map(|r: &Run| SharedRun {
                        a: span(a, r.a, r.words),
                        b: span(b, r.b, r.words),
                        words: r.words,
                    })
                    .collect(),
                differences: places(a, b, runs)
                    .filter(|p| p.numbers + p.names > 0)
                    .map(|p| Difference {
                        a: span(a, p.a.start, p.a.len()),
                        b: span(b, p.b.start, p.b.len()),
                        numbers: p.numbers,
                        names: p.names,
                    })
                    .collect(),
                duplicates: reason.are_duplicates(),
                reason: reason.explain(&evidence, self.threshold()),
                evidence,
            }
        })
    }
}
