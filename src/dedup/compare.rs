use std::ops::Range;

use super::align::{Run, places};
use super::batch::Batch;
use super::evidence::{Difference, Evidence, SharedRun};
use super::prepared::Prepared;
use super::scratch::{self, Scratch};
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
    /// Compares two pages that have no story: they are duplicates when they have the very same words.
    ///
    /// Reach for this where [`Sketch::exact`](super::Sketch::exact) stands for them in a batch; the answer is the same.
    /// Pages without words are nobody's duplicates.
    ///
    /// ```
    /// use newsift::{Comparison, Relation};
    ///
    /// let found = Comparison::exact("404 - not found", "404 – NOT FOUND");
    /// assert!(found.are_duplicates());
    /// assert_eq!(found.evidence().relation(), Relation::Exact);
    ///
    /// assert!(!Comparison::exact("404 - not found", "404 - not found, try our archive").are_duplicates());
    /// ```
    pub fn exact(a: &str, b: &str) -> Self {
        scratch::with(|scratch| {
            scratch.own.read(a);
            scratch.other.read(b);
            let (a, b) = (&scratch.own, &scratch.other);
            let words = a.words().len();
            let duplicates = words > 0 && a.words() == b.words();
            let all = duplicates.then(|| SharedRun {
                a: span(a, 0, words),
                b: span(b, 0, words),
                words,
                weight: 1.0,
            });
            let reason = match words.max(b.words().len()) {
                0 => "there are no words",
                _ if duplicates => "there is no story, and the words are the very same",
                _ => "there is no story, and pages without one must have the very same words",
            };
            Self {
                evidence: match duplicates {
                    true => Evidence::exact(words),
                    false => Evidence::nothing(),
                },
                runs: all.into_iter().collect(),
                differences: Vec::new(),
                duplicates,
                reason: reason.into(),
            }
        })
    }

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

/// The bytes of so many words.
fn span(text: &Prepared, from: usize, words: usize) -> Range<usize> {
    text.spans()[from].start..text.spans()[from + words - 1].end
}

/// Compares two texts with the default settings.
pub fn compare(a: &str, b: &str) -> Comparison {
    Settings::default().compare(a, b)
}

impl Settings {
    /// Compares two texts.
    ///
    /// **Damage.** Where the rule says no, but the shared runs end at words that are nearly the same, one of the texts may
    /// have been read from print by machine. Then the second is judged as the first spells it: words that stand in the same
    /// place and differ in one place by at most two letters are taken for the same, and so are words that were cut or glued.
    /// It takes four of them, and one in twenty of the words that can be followed; numbers are never taken for others.
    /// [`Evidence::respelled`] tells. Not with [`Preset::Strict`](super::Preset::Strict).
    ///
    /// Nothing is known here of what other stories have in common, so every word counts alike; see
    /// [`Batch::compare`].
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        scratch::with(|scratch| {
            scratch.own.read_to_compare(a);
            scratch.other.read_to_compare(b);
            self.comparison(scratch, [a, b])
        })
    }

    /// Compares the two texts that were read.
    fn comparison(&self, scratch: &mut Scratch, texts: [&str; 2]) -> Comparison {
        let (evidence, reason) = scratch.compare(self, texts);
        let (a, b, runs) = (&scratch.own, &scratch.other, &scratch.alignment.runs);
        Comparison {
            runs: runs
                .iter()
                .map(|r: &Run| SharedRun {
                    a: span(a, r.a, r.words),
                    b: span(b, r.b, r.words),
                    words: r.words,
                    weight: scratch.alignment.weight(r),
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
    }
}

impl Batch {
    /// Compares two texts with the weights that [`Batch::cluster`] gives what its documents have in common.
    ///
    /// Reach for this to see why two documents of a collection are, or are not, duplicates there: the passages that many
    /// stories share have little [`SharedRun::weight`]. The two need not be among the documents; they are counted once
    /// each. The answer is about these two; that of `cluster` also depends on which documents are kept. It takes as long as
    /// clustering the documents without verifying them.
    ///
    /// ```
    /// use newsift::{Batch, Document, Settings};
    ///
    /// let notice = "All rights reserved. This material may not be published, broadcast, rewritten or redistributed \
    ///               without the written consent of the Harbour Gazette and its partners.";
    /// // Forty pages of thirty words of their own each.
    /// let pages: Vec<String> = (0..40)
    ///     .map(|page| (0..30).map(|word| format!("story{page}word{word} ")).collect::<String>() + notice)
    ///     .collect();
    /// let mut batch = Batch::new(Settings::default());
    /// for (number, page) in pages.iter().enumerate() {
    ///     batch.push(batch.settings().sketch(page), Document { id: number.to_string(), ..Document::default() });
    /// }
    /// let alone = newsift::compare(&pages[0], &pages[1]);
    /// let among = batch.compare(&pages[0], &pages[1]);
    /// assert_eq!(alone.runs()[0].weight, 1.0);
    /// assert!(among.runs()[0].weight < 0.1);
    /// assert!(among.evidence().similarity() < alone.evidence().similarity());
    /// ```
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        let settings = self.settings();
        let sketches = [a, b].map(|text| settings.sketch(text));
        let (buckets, ranks) = self.buckets_with(&sketches);
        scratch::with(|scratch| {
            scratch.own.read_to_compare(a);
            scratch.other.read_to_compare(b);
            for (prepared, rank) in [(&mut scratch.own, ranks[0]), (&mut scratch.other, ranks[1])] {
                buckets.weigh(rank, prepared);
            }
            settings.comparison(scratch, [a, b])
        })
    }
}
