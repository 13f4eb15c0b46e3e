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
//! | a run of [`SENTENCE`] words, [`VERSION`] rare words and [`SEAMS`] edited seams, between texts of comparable length | 4/5 | 0.375 |
//! | less than [`LITTLE`] rare words, no run of [`SENTENCE`] words, less than [`NEARLY_ALL`] of the shorter text | five times | 0.9 |
//! | less than [`MUCH`] rare words, no run of [`PARAGRAPH`] words, and a number or a name differs | five times | 0.9 |
//! | anything between | once | 0.5 |
//!
//! **Seams.** Two versions of one text, each with paragraphs of its own, go down to shares under 0.4, and so do two
//! stories on one event that quote the same statement. What tells them apart is how shared runs follow each other. An
//! editor changes a few words, and on both sides of them the texts go on together: nearly half of the joints between
//! runs of two versions are such seams. Who quotes takes whole passages, and what stands between them is long and his
//! own: one joint in twenty is that narrow.
//!
//! **Facts.** Reports from a template (police logs, dividends, weather) share set phrases and differ in the numbers and
//! names between them. Of some 60 such pairs with little in common, 25 had a number or name that differs and were
//! other stories, against 8 that were the same story.
//!
//! The numbers come from some 38,000 candidate pairs of news texts with known answers, ten collections beside
//! generated ones. The results hardly change when any of the constants is moved by a fifth.

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

/// Versions of one text have so many rare words in common: two paragraphs.
const VERSION: f64 = 60.0;

/// Below so many there is little to judge by: a sentence and a half.
const LITTLE: f64 = 30.0;

/// A shared run of so many words is a sentence or more; set phrases, titles and names are shorter.
const SENTENCE: usize = 20;

/// Two texts of which none is more than so many times as long as the other may be two versions of one story, each with
/// paragraphs of its own. What a much shorter text has in common with a long one, short of half of it, is a quotation.
const COMPARABLE: usize = 2;

/// So many seams are no accident: one can stand inside a quotation that was shortened.
const SEAMS: usize = 2;

/// Of the joints between shared runs at least one in so many is a seam where a text was edited.
const EDITED: usize = 4;

/// A brief of which so much lies in shared runs, with no number and no name that differs, is the same with a word changed
/// here and there.
const NEARLY_ALL: f64 = 0.85;

/// A shared run of so many words without a number that differs seldom occurs in reports made from a template.
const PARAGRAPH: usize = 40;

/// In a text with fewer words a single number that differs can make it another story; in a longer one it takes two, or
/// a number and a name.
const BRIEF: usize = 100;

/// Of the threshold so much is enough for two texts that others stand between, see [`Settings::are_kin`].
const KIN: f64 = 0.6;

/// Two documents that are duplicates of both. One can be a roundup that holds two stories.
pub(super) const FEW_WITNESSES: usize = 2;

/// From so many on it does not take the marks of editing in a quarter of the joints: one seam will do.
const MANY_WITNESSES: usize = 4;

/// Numbers differ when at least one in so many does.
const ONE_IN: usize = 3;

/// In a report that is made of facts one differs in every so many shared words; fewer are corrections.
const FACT_WORDS: usize = 100;

/// With so many times as many facts, a long run is the fixed part of a template.
const DENSE: usize = 4;

impl Settings {
    /// Decides, and sets the similarity.
    pub(super) fn judge(&self, e: &mut Evidence, words: [usize; 2]) -> Reason {
        if self.preset() == Preset::Strict {
            e.similarity = e.resemblance;
        }
        if e.longest_run == 0 {
            return Reason::NothingShared;
        }
        let share = e.similarity;
        let missing = 1.0 - share;
        let little = is_little(e, words);
        e.similarity = if little {
            1.0 - 5.0 * missing
        } else if self.preset() == Preset::Wire && are_versions(e, words) {
            1.0 - missing * 4.0 / 5.0
        } else {
            share
        }
        .clamp(0.0, 1.0);
        if e.similarity.max(share) >= self.threshold() && other_facts(e, words[0].min(words[1])) {
            return Reason::OtherNumbers;
        }
        // Rounded away from what the order of additions decides.
        if e.similarity + 1e-9 < self.threshold() {
            return if little && share >= self.threshold() {
                Reason::OnlyShortRuns
            } else {
                Reason::TooLittle
            };
        }
        Reason::Alike
    }
}

impl Settings {
    /// Whether two texts that have less than the threshold in common are versions of one story nevertheless, because
    /// so many others as the evidence says are duplicates of both.
    ///
    /// Heavily edited, cut and continued versions of one text go down to a third in common, and so do reports that
    /// quote each other. What tells them apart is what lies between: a text with many versions has some that are
    /// close to both. Of pairs of real news texts with similarities from 0.3 to 0.5 and facts that do not differ, all
    /// but one with two such witnesses were the same story, with one witness every second; under 0.3 they were not.
    /// That one, and the furniture that the pages of a site share, are runs without the seams of editing.
    pub(super) fn are_kin(&self, e: &Evidence, words: [usize; 2]) -> bool {
        let edited = EDITED * e.seams.narrow >= e.seams.joints;
        self.preset() == Preset::Wire
            && e.witnesses >= FEW_WITNESSES
            && e.seams.narrow >= 1
            && (edited || e.witnesses >= MANY_WITNESSES)
            && e.similarity >= KIN * self.threshold()
            && !is_little(e, words)
            && !other_facts(e, words[0].min(words[1]))
    }
}

impl Settings {
    /// Whether it is worth while to look for damaged spelling in two texts that were judged so. Versions of one text are
    /// asked for, not copies that are nearly identical.
    pub(super) fn respells(&self, reason: Reason) -> bool {
        self.preset() != Preset::Strict
            && matches!(
                reason,
                Reason::TooLittle | Reason::OnlyShortRuns | Reason::OtherNumbers
            )
    }
}

fn rare_words(e: &Evidence) -> f64 {
    e.mass[0].min(e.mass[1])
}

/// Whether what is shared may be set phrases.
fn is_little(e: &Evidence, words: [usize; 2]) -> bool {
    if e.conflicts > 0 || e.names > 0 {
        e.longest_run < PARAGRAPH && rare_words(e) < MUCH
    } else {
        let of_shorter = e.coverage[usize::from(words[1] < words[0])];
        e.longest_run < SENTENCE && rare_words(e) < LITTLE && of_shorter < NEARLY_ALL
    }
}

/// Whether the two are versions of one text, of which each may have paragraphs of its own.
fn are_versions(e: &Evidence, words: [usize; 2]) -> bool {
    e.longest_run >= SENTENCE
        && rare_words(e) >= VERSION
        && COMPARABLE * words[0].min(words[1]) >= words[0].max(words[1])
        && e.seams.narrow >= SEAMS
        && EDITED * e.seams.narrow >= e.seams.joints
}

/// Whether the two are one template with different facts.
fn other_facts(e: &Evidence, shorter: usize) -> bool {
    let enough = if shorter < BRIEF {
        e.conflicts >= 1
    } else {
        e.conflicts >= 1 && e.conflicts + e.names >= 2
    };
    let dense = |times: usize| FACT_WORDS * e.conflicts >= times * e.seams.shared;
    enough
        && ONE_IN * e.conflicts >= e.conflicts + e.agreements
        && dense(1)
        && (e.longest_run < PARAGRAPH || (e.conflicts > 2 * e.agreements && dense(DENSE)))
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
                "similarity {:.2}, {threshold:.2} is needed: {} of the one text and {} of the other are shared, {} words in the longest run; {} of {} joints between shared runs are a few edited words{}",
                e.similarity,
                percent(e.coverage[0]),
                percent(e.coverage[1]),
                e.longest_run,
                e.seams.narrow,
                e.seams.joints,
                match e.respelled {
                    0 => String::new(),
                    n =>
                        format!("; {n} words that are damaged are read as the other text has them"),
                }
            ),
            Reason::NothingShared => "no run of words is shared".into(),
            Reason::TooLittle => format!(
                "similarity {:.2}, {threshold:.2} is needed: only {} of the one text and {} of the other are shared",
                e.similarity,
                percent(e.coverage[0]),
                percent(e.coverage[1])
            ),
            Reason::OnlyShortRuns if e.conflicts + e.names > 0 => format!(
                "what is shared are set phrases around other facts: {} numbers and {} names differ in the same places, the longest shared run has only {} words",
                e.conflicts, e.names, e.longest_run
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
