//! A text made ready to be compared with others.

use std::ops::Range;

use super::document::{LONG, SHORT, SHORT_PEER, SHORT_WINDOW, short_hash, window};
use super::firsts::Firsts;
use super::spelling::Respelled;
use crate::shingle::shingles;
use crate::text::Words;
use crate::winnow::{Anchor, winnow};

/// The words of a text with everything that comparing it needs, in buffers that are used again from text to text.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    words: Words,
    /// Whether the word has a digit.
    pub(super) numeric: Vec<bool>,
    /// Whether the word begins with a capital letter.
    pub(super) capital: Vec<bool>,
    pub(super) long: View,
    /// Only filled for texts of fewer than [`SHORT_PEER`] words.
    pub(super) short: View,
    winnowed: Vec<Anchor>,
    /// Their hashes, each once.
    once: Vec<u32>,
    firsts: Firsts,
}

/// Anchors: place among the shingles and weight.
pub(super) type Anchors = Vec<(usize, f64)>;

/// The shingles of one length.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) k: usize,
    pub(super) shingles: Vec<u64>,
    /// None when all count fully.
    anchors: Anchors,
    /// For every shingle its first place, once that was asked for.
    first: Vec<usize>,
    firsts: Firsts,
}

impl Prepared {
    /// Reads a text: its words and shingles. That is enough for its sketch.
    pub(super) fn read(&mut self, text: &str) {
        self.words.read_with_spans(text);
        self.shingle();
        self.numeric.clear();
        self.capital.clear();
    }

    /// Finds the shingles of its words.
    fn shingle(&mut self) {
        let words = self.words.hashes();
        self.long.read(words, LONG);
        let short = if words.len() < SHORT_PEER { words } else { &[] };
        self.short.read(short, SHORT);
    }

    /// Reads a text that will be compared.
    pub(super) fn read_to_compare(&mut self, text: &str) {
        self.read(text);
        self.find_facts(text);
    }

    pub(super) fn words(&self) -> &[u64] {
        self.words.hashes()
    }

    /// Where the words stand in the text.
    pub(super) fn spans(&self) -> &[Range<usize>] {
        self.words.spans()
    }

    /// Finds out which words of the text that was read are numbers and names, unless that is known.
    pub(super) fn find_facts(&mut self, text: &str) {
        let spans = self.words.spans();
        if self.numeric.len() == spans.len() {
            return;
        }
        self.capital
            .extend(spans.iter().map(|s| is_capital(text, s.start)));
        self.numeric.resize(spans.len(), false);
        // Digits are rare: most blocks have none, and one look says so.
        let mut word = 0;
        for (block, start) in text.as_bytes().chunks(32).zip((0..).step_by(32)) {
            if !block.iter().fold(false, |any, b| any | b.is_ascii_digit()) {
                continue;
            }
            for (at, _) in (start..).zip(block).filter(|(_, b)| b.is_ascii_digit()) {
                while spans.get(word).is_some_and(|s| s.end <= at) {
                    word += 1;
                }
                let around = spans[word..].iter().take_while(|s| s.start <= at);
                self.numeric[word..word + around.count()].fill(true);
            }
        }
    }

    /// Makes this the text `b`, with the words that were found in the spelling of `a`; they are in the order of `b`.
    pub(super) fn respell(&mut self, b: &Self, a: &Self, found: &[Respelled]) {
        self.words.clear();
        self.numeric.clear();
        self.capital.clear();
        let mut next = 0;
        for words in found {
            self.extend(b, next..words.b.start, |word| b.spans()[word].clone());
            let all = b.spans()[words.b.start].start..b.spans()[words.b.end - 1].end;
            self.extend(a, words.a.clone(), |_| all.clone());
            next = words.b.end;
        }
        self.extend(b, next..b.words.len(), |word| b.spans()[word].clone());
        self.shingle();
    }

    /// Adds words of another text, and where they stand in this one.
    fn extend(&mut self, of: &Self, words: Range<usize>, span: impl Fn(usize) -> Range<usize>) {
        self.numeric.extend(&of.numeric[words.clone()]);
        self.capital.extend(&of.capital[words.clone()]);
        for word in words {
            self.words.push(of.words.hashes()[word], span(word));
        }
    }

    /// The anchors of the shingles of `k` words.
    pub(super) fn anchors(&self, k: usize) -> &Anchors {
        match k == self.long.k {
            true => &self.long.anchors,
            false => &self.short.anchors,
        }
    }

    pub(super) fn anchors_mut(&mut self, k: usize) -> &mut Anchors {
        match k == self.long.k {
            true => &mut self.long.anchors,
            false => &mut self.short.anchors,
        }
    }

    /// Gives this respelling the anchors of what it respells.
    pub(super) fn take_anchors(&mut self, anchors: &Anchors, found: &[Respelled], k: usize) {
        let last = self.words.len().saturating_sub(k);
        let to = self.anchors_mut(k);
        // The words before, in this text and in the other.
        let mut before = (0, 0);
        let mut found = found.iter().peekable();
        for &(place, weight) in anchors {
            while let Some(words) = found.next_if(|words| words.b.end <= place) {
                before.0 += words.a.len();
                before.1 += words.b.len();
            }
            to.push(((place + before.0 - before.1).min(last), weight));
        }
    }

    /// Gives the anchors of a text that was read their weights: `weight` says how much those of its sketch count, from 0
    /// to 1. Without this all count fully, and so do those of a text that changed since and has more or fewer now.
    pub(super) fn weigh<K>(&mut self, sketched: &[K], weight: impl Fn(&K) -> f64) {
        if sketched.iter().all(|anchor| weight(anchor) == 1.0) {
            return;
        }
        let words = self.words.len();
        let mut before = 0;
        for (view, window) in [
            (&mut self.long, window(words)),
            (&mut self.short, SHORT_WINDOW),
        ] {
            winnow(&view.shingles, window, &mut self.winnowed);
            // The sketch has them in the same order, but each only once.
            self.once.clear();
            self.firsts.clear(self.winnowed.len());
            for a in &self.winnowed {
                self.once.push(short_hash(a.hash));
                let first = self.firsts.add(self.once.len() - 1, &self.once);
                if first < self.once.len() - 1 {
                    self.once.pop();
                }
                let weight = sketched.get(before + first).map_or(1.0, &weight);
                view.anchors.push((a.position, weight));
            }
            before += self.once.len();
        }
        if before != sketched.len() {
            self.long.anchors.clear();
            self.short.anchors.clear();
        }
    }
}

/// Whether a capital of Latin, Greek, Cyrillic or Armenian stands there; the later alphabets with two cases are rare, and
/// the toolchain's tables of them change.
fn is_capital(text: &str, at: usize) -> bool {
    let first = text.as_bytes()[at];
    if first.is_ascii() {
        return first.is_ascii_uppercase();
    }
    let letter = text[at..].chars().next();
    letter.is_some_and(|c| c < '\u{590}' && c.is_uppercase())
}

impl View {
    fn read(&mut self, words: &[u64], k: usize) {
        self.k = k.min(words.len());
        shingles(words, k, &mut self.shingles);
        self.anchors.clear();
        self.first.clear();
    }

    /// For every shingle its first place.
    pub(super) fn firsts(&mut self) -> &[usize] {
        if self.first.len() < self.shingles.len() {
            self.firsts.clear(self.shingles.len());
            let places = 0..self.shingles.len();
            self.first
                .extend(places.map(|place| self.firsts.add(place, &self.shingles)));
        }
        &self.first
    }

    /// The first place of a shingle, after [`firsts`](Self::firsts).
    pub(super) fn find(&self, shingle: u64) -> Option<usize> {
        self.firsts.find(shingle, &self.shingles)
    }

    /// How much every shingle counts, given which of them the other text has.
    ///
    /// A shingle weighs as its nearest anchor of its own kind (shared or not) does, for what is common is common in
    /// runs. A shingle that is not shared, next to an anchor that is, is where this text differs from what others
    /// have: it counts fully.
    pub(super) fn weights(&self, shared: &[bool], weights: &mut Vec<f64>) {
        weights.clear();
        weights.resize(self.shingles.len(), 1.0);
        if self.anchors.is_empty() {
            return;
        }
        let nearest = |p: usize, at: usize| {
            let after = self.anchors.get(at).copied();
            let before = at.checked_sub(1).map(|i| self.anchors[i]);
            match (before, after) {
                (Some(b), Some(a)) if shared[b.0] == shared[a.0] => {
                    Some(if p - b.0 <= a.0 - p { b } else { a })
                }
                (Some(b), Some(a)) => Some(if shared[b.0] == shared[p] { b } else { a }),
                (one, other) => one.or(other),
            }
        };
        let mut at = 0;
        for (p, weight) in weights.iter_mut().enumerate() {
            while self.anchors.get(at).is_some_and(|a| a.0 < p) {
                at += 1;
            }
            if let Some((place, w)) = nearest(p, at)
                && (shared[p] || !shared[place])
            {
                *weight = w;
            }
        }
    }
}
