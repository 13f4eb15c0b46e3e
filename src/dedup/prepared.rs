//! A text made ready to be compared with others.

use std::ops::Range;

use super::document::{LONG, SHORT, SHORT_PEER, Sketch, anchors, short_hash};
use crate::shingle::shingles;
use crate::text::Words;

/// The words of a text with everything that comparing it needs.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) words: Vec<u64>,
    pub(super) spans: Vec<Range<usize>>,
    /// Whether the word has a digit.
    pub(super) numeric: Vec<bool>,
    /// Whether the word begins with a capital letter.
    pub(super) capital: Vec<bool>,
    pub(super) long: View,
    /// Only filled for texts of fewer than [`SHORT_PEER`] words.
    pub(super) short: View,
}

/// The shingles of one length.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) k: usize,
    pub(super) shingles: Vec<u64>,
    /// The anchors: place among the shingles and weight.
    pub(super) anchors: Vec<(usize, f64)>,
    table: Table,
}

impl Prepared {
    /// Reads a text. `sketch` is that of the text, and `weight` says how much its anchors count, by number, from 0 to 1.
    pub(super) fn new(text: &str, sketch: &Sketch, weight: impl Fn(usize) -> f64) -> Self {
        let mut words = Words::new();
        words.read_with_spans(text);
        let mut p = Self {
            words: words.hashes().to_vec(),
            spans: words.spans().to_vec(),
            ..Self::default()
        };
        let bytes = text.as_bytes();
        p.numeric = p
            .spans
            .iter()
            .map(|s| bytes[s.clone()].iter().any(u8::is_ascii_digit))
            .collect();
        p.capital = p
            .spans
            .iter()
            .map(|s| text[s.clone()].chars().next().is_some_and(is_capital))
            .collect();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        shingles(&p.words, LONG, &mut long);
        if p.words.len() < SHORT_PEER {
            shingles(&p.words, SHORT, &mut short);
        }
        let (mut la, mut sa) = (Vec::new(), Vec::new());
        // The sketch has them in the same order, but each only once. A text that changed since has others: they
        // count fully.
        let mut next = 0;
        anchors(&p.words, &long, &short, |is_long, a| {
            let hash = short_hash(a.hash);
            let i = if sketch.anchors.get(next) == Some(&hash) {
                next += 1;
                Some(next - 1)
            } else {
                sketch.anchors.iter().position(|&s| s == hash)
            };
            let anchor = (a.position, i.map_or(1.0, &weight));
            if is_long { &mut la } else { &mut sa }.push(anchor);
        });
        p.long = View::new(LONG.min(p.words.len()), long, la);
        p.short = View::new(SHORT.min(p.words.len()), short, sa);
        p
    }
}

/// Whether the letter is a capital of Latin, Greek, Cyrillic or Armenian; the later alphabets with two cases are rare, and
/// the toolchain's tables of them change.
fn is_capital(c: char) -> bool {
    c < '\u{590}' && c.is_uppercase()
}

impl View {
    fn new(k: usize, shingles: Vec<u64>, anchors: Vec<(usize, f64)>) -> Self {
        Self {
            k,
            table: Table::new(&shingles),
            shingles,
            anchors,
        }
    }

    /// The first place of a shingle.
    pub(super) fn find(&self, shingle: u64) -> Option<usize> {
        self.table.find(shingle, &self.shingles)
    }

    /// How much every shingle counts, given which of them the other text has.
    ///
    /// A shingle weighs as its nearest anchor of its own kind (shared or not) does, for what is common is common in
    /// runs. A shingle that is not shared, next to an anchor that is, is where this text differs from what others
    /// have: it counts fully.
    pub(super) fn weights(&self, shared: &[bool]) -> Vec<f64> {
        let mut weights = vec![1.0; self.shingles.len()];
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
        weights
    }
}

/// Where each shingle first stands: open addressing, for texts of a few hundred shingles much faster than sorting.
#[derive(Debug, Default)]
struct Table {
    slots: Vec<u32>,
}

const EMPTY: u32 = u32::MAX;

impl Table {
    fn new(shingles: &[u64]) -> Self {
        if shingles.is_empty() {
            return Self::default();
        }
        let size = (2 * shingles.len()).next_power_of_two();
        let mut slots = vec![EMPTY; size];
        for (p, &s) in shingles.iter().enumerate() {
            let mut i = s as usize & (size - 1);
            while slots[i] != EMPTY && shingles[slots[i] as usize] != s {
                i = (i + 1) & (size - 1);
            }
            if slots[i] == EMPTY {
                slots[i] = p as u32;
            }
        }
        Self { slots }
    }

    fn find(&self, shingle: u64, shingles: &[u64]) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut i = shingle as usize & mask;
        loop {
            match self.slots[i] {
                EMPTY => return None,
                p if shingles[p as usize] == shingle => return Some(p as usize),
                _ => i = (i + 1) & mask,
            }
        }
    }
}
