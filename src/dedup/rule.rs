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

/// From so many rare words in common on, in shingles by weight, two texts share more than a quotation.
const MUCH: f64 = 40.0;

/// Below so many there is little to judge by: a sentence and a half.
const LITTLE: f64 = 30.0;

/// Two texts of which none is more than so many times as long as the other may be two versions of one story, each with
/// paragraphs of its own. What a much shorter text has in common with a long one, short of half of it, is a quotation.
const COMPARABLE: usize = 2;

/// A shared run of so many words is a sentence or more; set phrases, titles and names are shorter.
const SENTENCE: usize = 20;

/// A shared run of so many words without a number that differs does not occur in reports made from a template.
const PARAGRAPH: usize = 40;

/// In a text with fewer words a single number that differs can make it another story; in a longer one it takes two.
const BRIEF: usize = 100;

impl Settings {
    /// Decides, and sets the similarity by the measure of the preset.
    pub(super) fn judge(&self, e: &mut Evidence, words: [usize; 2]) -> Reason {
        if self.preset() == Preset::Strict {
            e.similarity = e.resemblance;
        }
        if e.longest_run == 0 {
            return Reason::NothingShared;
        }
        let threshold = self.threshold();
        let (shorter, longer) = (words[0].min(words[1]), words[0].max(words[1]));
        let mass = e.mass[0].min(e.mass[1]);
        if e.similarity < lowered(threshold) {
            return Reason::TooLittle;
        }
        let conflicts = if shorter < BRIEF { 1 } else { 2 };
        if e.longest_run < PARAGRAPH
            && e.conflicts >= conflicts
            && 3 * e.conflicts >= e.conflicts + e.agreements
        {
            return Reason::OtherNumbers;
        }
        if e.longest_run >= SENTENCE && mass >= MUCH && COMPARABLE * shorter >= longer {
            return Reason::Alike;
        }
        if e.similarity < threshold {
            return Reason::TooLittle;
        }
        if e.longest_run < SENTENCE && mass < LITTLE && e.similarity < raised(threshold) {
            return Reason::OnlyShortRuns;
        }
        Reason::Alike
    }
}

/// What is enough when much is shared.
pub(super) fn lowered(threshold: f64) -> f64 {
    0.8 * threshold
}

/// What is needed when little is shared.
fn raised(threshold: f64) -> f64 {
    1.0 - 0.2 * (1.0 - threshold)
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
