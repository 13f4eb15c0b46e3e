//! The rule that decides.
//!
//! Two texts are duplicates when their similarity reaches the threshold and they are not one template with different
//! facts. The similarity starts from the share of the smaller text that is in the other: the mean of the share of its
//! shingles and the share of its words in shared runs, both weighted by rarity. (The first falls with every edit,
//! five shingles a word; the second hardly at all. On labelled pairs their mean separates better than either.) Then
//! what is missing counts by how much there is to judge by:
//!
//! | what is shared | what is missing counts | so 0.5 is reached at a share of |
//! | --- | --- | --- |
//! | a run of [`SENTENCE`] words and [`MUCH`] rare words, between texts of comparable length | 5/6 | 0.4 |
//! | less than [`LITTLE`] rare words, and no run of [`SENTENCE`] words | five times | 0.9 |
//! | anything between | once | 0.5 |
//!
//! The numbers come from some 17,000 candidate pairs of news texts with known answers, ten collections beside
//! generated ones. Unrelated pairs reach shares of 0.4 and more nearly only by set phrases, that is with few rare words
//! in short runs; updates of one story, each with paragraphs of its own, go down to 0.4 with hundreds of words in
//! common. The results hardly change when any of the constants is moved by a fifth.

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

/// From so many rare words in common on (shingles by weight), two texts share more than a quotation.
const MUCH: f64 = 40.0;

/// Below so many there is little to judge by: a sentence and a half.
const LITTLE: f64 = 30.0;

/// A shared run of so many words is a sentence or more; set phrases, titles and names are shorter.
const SENTENCE: usize = 20;

/// Two texts of which none is more than so many times as long as the other may be two versions of one story, each with
/// paragraphs of its own. What a much shorter text has in common with a long one, short of half of it, is a quotation.
const COMPARABLE: usize = 2;

/// A shared run of so many words without a number that differs does not occur in reports made from a template.
const PARAGRAPH: usize = 40;

/// In a text with fewer words a single number that differs can make it another story; in a longer one it takes two.
const BRIEF: usize = 100;

/// Numbers differ when at least one in so many does.
const ONE_IN: usize = 3;

impl Settings {
    /// Decides, and sets the similarity.
    pub(super) fn judge(&self, e: &mut Evidence, words: [usize; 2]) -> Reason {
        let strict = self.preset() == Preset::Strict;
        if strict {
            e.similarity = e.resemblance;
        }
        if e.longest_run == 0 {
            return Reason::NothingShared;
        }
        let (shorter, longer) = (words[0].min(words[1]), words[0].max(words[1]));
        let mass = e.mass[0].min(e.mass[1]);
        let sentence = e.longest_run >= SENTENCE;
        let little = !sentence && mass < LITTLE;
        let missing = 1.0 - e.similarity;
        e.similarity = if little {
            1.0 - 5.0 * missing
        } else if sentence && mass >= MUCH && COMPARABLE * shorter >= longer && !strict {
            1.0 - missing * 5.0 / 6.0
        } else {
            e.similarity
        }
        .clamp(0.0, 1.0);
        let template = if shorter < BRIEF { 1 } else { 2 };
        if e.similarity.max(1.0 - missing) >= self.threshold()
            && e.longest_run < PARAGRAPH
            && e.conflicts >= template
            && ONE_IN * e.conflicts >= e.conflicts + e.agreements
        {
            return Reason::OtherNumbers;
        }
        // Rounded away from what the order of additions decides.
        if e.similarity + 1e-9 < self.threshold() {
            return if little && 1.0 - missing >= self.threshold() {
                Reason::OnlyShortRuns
            } else {
                Reason::TooLittle
            };
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
                "similarity {:.2}, {threshold:.2} is needed: {} of the one text and {} of the other are shared, {} words in the longest run",
                e.similarity,
                percent(e.coverage[0]),
                percent(e.coverage[1]),
                e.longest_run
            ),
            Reason::NothingShared => "no run of words is shared".into(),
            Reason::TooLittle => format!(
                "similarity {:.2}, {threshold:.2} is needed: only {} of the one text and {} of the other are shared",
                e.similarity,
                percent(e.coverage[0]),
                percent(e.coverage[1])
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
