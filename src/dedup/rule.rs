//! The rule that decides.

use super::evidence::Evidence;
use super::settings::{Preset, Settings};

/// Why two texts are, or are not, duplicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Exact,
    Alike,
    NothingShared,
    TooLittle,
    OnlyShortRuns,
    OtherNumbers,
}

/// The least longest run: three sentences' worth of agreement is not made of set phrases.
const LEAST_RUN: usize = 12;

/// In a short text at least this part of it in one run.
const LEAST_RUN_PART: usize = 3;

/// From so many conflicting numbers on, a text can be a template with other facts.
const CONFLICTS: usize = 2;

impl Settings {
    /// The similarity by the measure of the preset.
    pub(super) fn judge(&self, e: &mut Evidence, shorter: usize) -> Reason {
        if self.preset() == Preset::Strict {
            e.similarity = e.resemblance;
        }
        if e.longest_run == 0 {
            return Reason::NothingShared;
        }
        if e.similarity < self.threshold() {
            return Reason::TooLittle;
        }
        if e.longest_run < LEAST_RUN.min(shorter.div_ceil(LEAST_RUN_PART)) {
            return Reason::OnlyShortRuns;
        }
        if e.conflicts >= CONFLICTS && 3 * e.conflicts >= e.conflicts + e.agreements {
            return Reason::OtherNumbers;
        }
        Reason::Alike
    }
}

impl Reason {
    pub(super) fn are_duplicates(self) -> bool {
        matches!(self, Reason::Exact | Reason::Alike)
    }

    /// In words.
    pub(super) fn explain(self, e: &Evidence, threshold: f64) -> String {
        let percent = |x: f64| format!("{:.0} %", 100.0 * x);
        match self {
            Reason::Exact => "the same words in the same order".into(),
            Reason::Alike => format!(
                "{} of the smaller text is in the other, {} are needed; the longest shared run has {} words",
                percent(e.similarity),
                percent(threshold),
                e.longest_run
            ),
            Reason::NothingShared => "no run of words is shared".into(),
            Reason::TooLittle => format!(
                "only {} of the smaller text is in the other, {} are needed",
                percent(e.similarity),
                percent(threshold)
            ),
            Reason::OnlyShortRuns => format!(
                "what is shared are set phrases: the longest shared run has only {} words",
                e.longest_run
            ),
            Reason::OtherNumbers => format!(
                "the same words with other facts: {} numbers differ in the same places, {} agree",
                e.conflicts, e.agreements
            ),
        }
    }
}
