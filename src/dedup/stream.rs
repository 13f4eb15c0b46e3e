use std::collections::BTreeMap;

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
/// It keeps the texts of the documents that are no duplicates, for verification, and beside each about 240 bytes and
/// the lists by anchor, some 60 bytes for every anchor that no other document has.
///
/// **Batch and stream.** [`Batch::cluster`](super::Batch::cluster) gives what inserting the documents in the order of
/// the keep policy gives, with one difference: the batch knows from the start how common a passage is among all
/// stories, the stream counts the kept documents so far. As long as no passage is in more than two stories both agree.
#[derive(Debug, Clone, Default)]
pub struct Deduplicator {
    settings: Settings,
    /// The kept documents; `None` for duplicates.
    docs: Vec<Option<(Sketch, Box<str>)>>,
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
        let number = self.docs.len() as u32;
        if sketch.words > 0 {
            self.exact.insert(sketch.key, number);
            for &a in &sketch.anchors {
                let list = self.lists.entry(a).or_default();
                if list.last() != Some(&number) {
                    list.push(number);
                }
            }
        }
        self.docs.push(Some((sketch, text.into())));
        Verdict::New(number as usize)
    }

    /// Forgets a kept document; texts like it are new from then on. Its number is not given out again. The answer is
    /// whether there was such a document.
    pub fn remove(&mut self, number: usize) -> bool {
        let Some((sketch, _)) = self.docs.get_mut(number).and_then(Option::take) else {
            return false;
        };
        self.exact.remove(&sketch.key);
        for a in &sketch.anchors {
            if let Some(list) = self.lists.get_mut(a) {
                list.retain(|&d| d as usize != number);
                if list.is_empty() {
                    self.lists.remove(a);
                }
            }
        }
        true
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
            let Some(Some((other, text))) = self.docs.get(c.document as usize) else {
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

    fn prepare(&self, sketch: &Sketch, text: &str) -> Prepared {
        Prepared::new(text, sketch, |i| self.weight(sketch.anchors[i]))
    }
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
        match self.docs.get(document as usize) {
            Some(Some((sketch, _))) => totals(sketch.long as usize, &weights(sketch.keys(), self)),
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
