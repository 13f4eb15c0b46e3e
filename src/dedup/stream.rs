use std::collections::VecDeque;

use super::buckets::{DECIDING, rarity};
use super::candidates::{Keys, Postings, candidates, totals};
use super::clusters::Match;
use super::document::Sketch;
use super::evidence::Evidence;
use super::lists::{ANCHOR_BYTES, Lists};
use super::prepared::Prepared;
use super::scratch::{self, Scratch};
use super::settings::{Preset, Settings, SettingsBuilder};
use crate::error::Error;

/// Finds the duplicates of documents as they arrive.
///
/// **Memory.** It keeps the texts of the documents that are no duplicates, for verification, and beside each a sketch and
/// the lists by anchor: 1.4 kB for a text of 400 words that has no passage in common with others
/// (`cargo test --test memory_stream -- --nocapture` prints it). Duplicates leave nothing.
///
/// **Batch and stream.** [`Batch::cluster`](super::Batch::cluster) gives what inserting the documents in the order of
/// the keep policy gives, with two differences: the batch knows from the start how common a passage is among all
/// stories, the stream counts the kept documents so far; and what witnesses say of two kept documents comes too late
/// here. As long as no passage is in more than two documents both agree.
#[derive(Debug, Clone, Default)]
pub struct Deduplicator {
    settings: Settings,
    /// The documents that were new, from number `first` on; `None` for those that were forgotten since. The first is not.
    docs: VecDeque<Option<(Sketch, Box<str>)>>,
    first: usize,
    bytes: usize,
    /// By the lowest bits of the exact key.
    exact: Lists,
    /// By anchor.
    lists: Lists,
}

/// The settings of a [`Deduplicator`] by name.
#[derive(Debug, Clone, Default)]
pub struct DeduplicatorBuilder(SettingsBuilder);

/// The answer for one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing like it was seen; it now has this number.
    New(usize),
    /// It duplicates a document that was kept.
    Duplicate(Match),
}

impl Deduplicator {
    /// With the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts from the default settings.
    pub fn builder() -> DeduplicatorBuilder {
        DeduplicatorBuilder::default()
    }

    /// Compares the text with the kept documents and keeps it when it is new.
    ///
    /// Once the buffers of this thread have found their size a duplicate takes no memory, and a new document what is
    /// stored: its text, its sketch, a list for each anchor that a second document has, and now and then more room in
    /// the tables.
    pub fn insert(&mut self, text: &str) -> Verdict {
        scratch::with(|scratch| {
            scratch.sketch(text);
            match self.find(text, scratch) {
                Some(found) => Verdict::Duplicate(found),
                None => Verdict::New(self.keep(text, scratch.draft.to_sketch())),
            }
        })
    }

    fn keep(&mut self, text: &str, sketch: Sketch) -> usize {
        let number = self.first + self.docs.len();
        self.bytes += cost(&sketch, text);
        if sketch.words > 0 {
            self.exact.push(sketch.key as u32, number as u32);
            for &anchor in &sketch.anchors {
                self.lists.push(anchor, number as u32);
            }
        }
        self.docs.push_back(Some((sketch, text.into())));
        number
    }

    /// Forgets a kept document; texts like it are new from then on. Its number is not given out again. The answer is
    /// whether there was such a document.
    ///
    /// This is how an endless stream is deduplicated in bounded memory:
    ///
    /// ```
    /// let mut seen = newsift::Deduplicator::new();
    /// for story in ["The ferry sails again on Monday.", "Rates stay where they are.", "A hoard was found."] {
    ///     seen.insert(story);
    ///     while seen.bytes() > 1000 {
    ///         let Some(oldest) = seen.oldest() else { break };
    ///         seen.remove(oldest);
    ///     }
    /// }
    /// assert!(seen.bytes() <= 1000);
    /// ```
    pub fn remove(&mut self, number: usize) -> bool {
        let place = number.checked_sub(self.first);
        let doc = place.and_then(|place| self.docs.get_mut(place));
        let Some((sketch, text)) = doc.and_then(Option::take) else {
            return false;
        };
        self.bytes -= cost(&sketch, &text);
        if sketch.words > 0 {
            self.exact.remove(sketch.key as u32, number as u32);
        }
        for &anchor in &sketch.anchors {
            self.lists.remove(anchor, number as u32);
        }
        while let Some(None) = self.docs.front() {
            self.docs.pop_front();
            self.first += 1;
        }
        true
    }

    /// The number of the document that was inserted before all others that are kept.
    pub fn oldest(&self) -> Option<usize> {
        // No forgotten one stays in front.
        (!self.docs.is_empty()).then_some(self.first)
    }

    /// About how many bytes of memory the kept documents take: their texts, sketches, and the lists by anchor.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Inserts the documents that another deduplicator keeps, in their order; the answers are the verdicts on each.
    pub fn merge(&mut self, other: Self) -> Vec<Verdict> {
        let kept = other.docs.into_iter().flatten();
        kept.map(|(_, text)| self.insert(&text)).collect()
    }

    /// How many documents are kept.
    pub fn len(&self) -> usize {
        self.docs.iter().flatten().count()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The kept document that the text duplicates, if any; nothing is changed.
    pub fn check(&self, text: &str) -> Option<Match> {
        scratch::with(|scratch| {
            scratch.sketch(text);
            self.find(text, scratch)
        })
    }

    /// The best match of a text that was sketched.
    fn find(&self, text: &str, scratch: &mut Scratch) -> Option<Match> {
        let (words, key) = (scratch.draft.words, scratch.draft.key);
        if words == 0 {
            return None;
        }
        let mut same = self.exact.of(key as u32).iter();
        if let Some(&document) = same.find(|&&d| self.doc(d).is_some_and(|doc| doc.0.key == key)) {
            return Some(Match {
                document: document as usize,
                evidence: Evidence::exact(words as usize),
            });
        }
        let found = candidates(scratch.draft.keys(), self, |_| true).best;
        if !found.is_empty() {
            scratch.own.find_facts(text);
            self.weigh(scratch.draft.keys(), &mut scratch.own);
        }
        let mut best: Option<Match> = None;
        for c in found.iter() {
            let Some((sketch, other)) = self.doc(c.document) else {
                continue;
            };
            scratch.other.read_to_compare(other);
            self.weigh(sketch.keys(), &mut scratch.other);
            let (evidence, reason) = scratch.compare(&self.settings, [text, other]);
            let better = best
                .as_ref()
                .is_none_or(|b| evidence.similarity > b.evidence.similarity);
            if reason.are_duplicates() && better {
                best = Some(Match {
                    document: c.document as usize,
                    evidence,
                });
            }
        }
        best
    }

    fn doc(&self, number: u32) -> Option<&(Sketch, Box<str>)> {
        let place = (number as usize).checked_sub(self.first)?;
        self.docs.get(place)?.as_ref()
    }

    fn weigh(&self, keys: Keys<'_, u32>, prepared: &mut Prepared) {
        prepared.weigh(keys.anchors, |&anchor| self.weight(anchor));
    }
}

/// About how much memory a document takes: its text and sketch, and what its exact key and its anchors take in the lists.
fn cost(sketch: &Sketch, text: &str) -> usize {
    const DOCUMENT: usize = 64;
    text.len() + sketch.bytes() + DOCUMENT + ANCHOR_BYTES * (sketch.anchors.len() + 1)
}

impl Postings for Deduplicator {
    type Key = u32;

    fn kept(&self, anchor: u32) -> &[u32] {
        self.lists.of(anchor)
    }
    fn weight(&self, anchor: u32) -> f64 {
        rarity(self.lists.count(anchor), DECIDING)
    }
    fn totals(&self, document: u32) -> [f64; 2] {
        match self.doc(document) {
            Some((sketch, _)) => totals(sketch.keys(), self),
            _ => [0.0; 2],
        }
    }
}

impl DeduplicatorBuilder {
    /// Which duplicates count.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.0 = self.0.preset(preset);
        self
    }

    /// The similarity from which two documents count as duplicates, between 0 and 1.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.0 = self.0.threshold(threshold);
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the threshold is not between 0 and 1.
    pub fn build(self) -> Result<Deduplicator, Error> {
        Ok(Deduplicator {
            settings: self.0.build()?,
            ..Deduplicator::default()
        })
    }
}
