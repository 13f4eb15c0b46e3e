use std::collections::{BTreeMap, VecDeque};

use super::align::align;
use super::buckets::{DECIDING, rarity};
use super::candidates::{Postings, candidates, totals, weights};
use super::clusters::Match;
use super::document::Sketch;
use super::evidence::Evidence;
use super::prepared::Prepared;
use super::settings::{Preset, Settings, SettingsBuilder};
use crate::error::Error;

/// Finds the duplicates of documents as they arrive.
///
/// **Memory.** It keeps the texts of the documents that are no duplicates, for verification, and beside each a sketch and
/// the lists by anchor: 3.1 kB for a text of 400 words that has no passage in common with others
/// (`cargo test --test memory_stream -- --nocapture` prints it). Duplicates leave nothing.
///
/// **Batch and stream.** [`Batch::cluster`](super::Batch::cluster) gives what inserting the documents in the order of
/// the keep policy gives, with one difference: the batch knows from the start how common a passage is among all
/// stories, the stream counts the kept documents so far. As long as no passage is in more than two stories both agree.
#[derive(Debug, Clone, Default)]
pub struct Deduplicator {
    settings: Settings,
    /// The documents that were new, from number `first` on; `None` for those that were forgotten since. The first is not.
    docs: VecDeque<Option<(Sketch, Box<str>)>>,
    first: usize,
    bytes: usize,
    exact: BTreeMap<u128, u32>,
    lists: BTreeMap<u32, Vec<u32>>,
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
    pub fn insert(&mut self, text: &str) -> Verdict {
        let sketch = self.settings.sketch(text);
        if let Some(found) = self.find(&sketch, text) {
            return Verdict::Duplicate(found);
        }
        let number = (self.first + self.docs.len()) as u32;
        self.bytes += cost(&sketch, text);
        if sketch.words > 0 {
            self.exact.insert(sketch.key, number);
            for &a in &sketch.anchors {
                let list = self.lists.entry(a).or_default();
                if list.last() != Some(&number) {
                    list.push(number);
                }
            }
        }
        self.docs.push_back(Some((sketch, text.into())));
        Verdict::New(number as usize)
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
            self.exact.remove(&sketch.key);
        }
        for a in &sketch.anchors {
            if let Some(list) = self.lists.get_mut(a) {
                // Numbers ascend, as they were pushed.
                if let Ok(place) = list.binary_search(&(number as u32)) {
                    list.remove(place);
                }
                if list.is_empty() {
                    self.lists.remove(a);
                }
            }
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
        self.find(&self.settings.sketch(text), text)
    }

    fn find(&self, sketch: &Sketch, text: &str) -> Option<Match> {
        if sketch.words == 0 {
            return None;
        }
        if let Some(&document) = self.exact.get(&sketch.key) {
            return Some(Match {
                document: document as usize,
                evidence: Evidence::exact(sketch.words()),
            });
        }
        let own = self.prepare(sketch, text);
        let mut best: Option<Match> = None;
        for c in candidates(sketch.keys(), self, |_| true).best {
            let Some((other, text)) = self.doc(c.document) else {
                continue;
            };
            let other = self.prepare(other, text);
            let (mut evidence, _) = align(&own, &other);
            let words = [own.words.len(), other.words.len()];
            let better = best
                .as_ref()
                .is_none_or(|b| evidence.similarity > b.evidence.similarity);
            if self.settings.judge(&mut evidence, words).are_duplicates() && better {
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

    fn prepare(&self, sketch: &Sketch, text: &str) -> Prepared {
        Prepared::new(text, sketch, |i| self.weight(sketch.anchors[i]))
    }
}

/// About how much memory a document takes: its text and sketch, an entry by its exact key, and for each anchor an entry
/// in a tree and a list that mostly holds this document alone.
fn cost(sketch: &Sketch, text: &str) -> usize {
    const DOCUMENT: usize = 128;
    const ANCHOR: usize = 80;
    text.len() + sketch.bytes() + DOCUMENT + ANCHOR * sketch.anchors.len()
}

impl Postings for Deduplicator {
    type Key = u32;

    fn kept(&self, anchor: u32) -> &[u32] {
        self.lists.get(&anchor).map_or(&[], |l| l)
    }
    fn weight(&self, anchor: u32) -> f64 {
        rarity(self.kept(anchor).len(), DECIDING)
    }
    fn totals(&self, document: u32) -> [f64; 2] {
        match self.doc(document) {
            Some((sketch, _)) => totals(sketch.long as usize, &weights(sketch.keys(), self)),
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
