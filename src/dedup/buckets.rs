//! The anchors of a whole batch, sorted into buckets.

use super::candidates::{Postings, candidates, totals, weights};
use super::document::Sketch;
use super::parallel;

/// All anchors that two documents or more share, each with its documents; documents are known by rank.
pub(super) struct Buckets {
    keys: Vec<u32>,
    starts: Vec<u32>,
    docs: Vec<u32>,
    /// How many stories have the anchor.
    stories: Vec<u32>,
    /// The kept documents of each bucket stand at the front of its part, so many as `len` says.
    live: Vec<u32>,
    len: Vec<u32>,
    totals: Vec<[f64; 2]>,
    /// An anchor of so many stories or fewer counts fully.
    full: f64,
    /// Where the keys with these upper 16 bits begin.
    top: Vec<u32>,
}

/// The share of anchors in common, by weight, from which two documents are taken for one story when stories are
/// counted. It only decides how rare an anchor is; verification decides who is a duplicate.
const SAME_STORY: f64 = 0.3;

/// How often stories are counted. Each round starts from the counts of the one before, the first from the number of
/// documents.
const ROUNDS: usize = 3;

/// An anchor of so many stories still counts fully while stories are counted: copies that were not yet recognised
/// make one story look like a few.
const COUNTING: f64 = 4.0;

/// The same when candidates are judged. Two stories that share a passage are as often one that was not recognised.
const DECIDING: f64 = 2.0;

/// What the most common anchor still counts. Without it one word changed in each of 10,000 copies would weigh more than
/// all that they share; with it, a legal notice of 300 words in 10,000 pages counts as much as one sentence.
const LEAST_WEIGHT: f64 = 0.02;

impl Buckets {
    /// Sorts the anchors of the documents, given by rank.
    pub(super) fn new(sketches: &[&Sketch]) -> Self {
        let mut entries: Vec<u64> =
            Vec::with_capacity(sketches.iter().map(|s| s.anchors.len()).sum());
        for (rank, s) in sketches.iter().enumerate() {
            entries.extend(s.anchors.iter().map(|&a| u64::from(a) << 32 | rank as u64));
        }
        parallel::sort(&mut entries);
        // A long and a short anchor may have the same hash.
        entries.dedup();
        let mut b = Self {
            keys: Vec::new(),
            starts: vec![0],
            docs: Vec::new(),
            stories: Vec::new(),
            live: Vec::new(),
            len: Vec::new(),
            totals: vec![[0.0; 2]; sketches.len()],
            full: COUNTING,
            top: Vec::new(),
        };
        for bucket in entries.chunk_by(|x, y| x >> 32 == y >> 32) {
            if bucket.len() > 1 {
                b.keys.push((bucket[0] >> 32) as u32);
                b.docs.extend(bucket.iter().map(|&e| e as u32));
                b.starts.push(b.docs.len() as u32);
                b.stories.push(bucket.len() as u32);
            }
        }
        b.live = vec![0; b.docs.len()];
        b.len = vec![0; b.keys.len()];
        b.top = (0..=1_u32 << 16)
            .map(|t| b.keys.partition_point(|&k| k >> 16 < t) as u32)
            .collect();
        b
    }

    fn bucket(&self, anchor: u32) -> Option<usize> {
        let t = (anchor >> 16) as usize;
        let (from, to) = (self.top[t] as usize, self.top[t + 1] as usize);
        let place = self.keys[from..to].binary_search(&anchor).ok()?;
        Some(from + place)
    }

    /// Takes a document for kept.
    pub(super) fn keep(&mut self, rank: u32, sketch: &Sketch) {
        self.totals[rank as usize] = totals(sketch, &weights(sketch, |a| self.weight(a)));
        for &a in &sketch.anchors {
            if let Some(b) = self.bucket(a) {
                let start = self.starts[b] as usize;
                let n = self.len[b] as usize;
                // A hash that is both a long and a short anchor comes twice.
                if n > 0 && self.live[start + n - 1] == rank {
                    continue;
                }
                self.live[start + n] = rank;
                self.len[b] += 1;
            }
        }
    }

    /// Takes back that the documents of these sketches, the last that were kept, are kept.
    pub(super) fn forget<'s>(&mut self, from: u32, sketches: impl Iterator<Item = &'s Sketch>) {
        for s in sketches {
            for &a in &s.anchors {
                if let Some(b) = self.bucket(a) {
                    let start = self.starts[b] as usize;
                    while self.len[b] > 0 && self.live[start + self.len[b] as usize - 1] >= from {
                        self.len[b] -= 1;
                    }
                }
            }
        }
    }

    /// Counts for every anchor the stories that have it.
    ///
    /// Counting documents would make the sentences of a story common because the story was copied often. So copies are
    /// first gathered by their anchors alone: in one pass every document joins the one that shares most, if that is
    /// enough, or founds a story. What is in many documents counts little in the first round; in the next the counts
    /// of the one before are used.
    pub(super) fn count_stories(&mut self, sketches: &[&Sketch]) {
        for _ in 0..ROUNDS {
            self.len.fill(0);
            let mut story: Vec<u32> = Vec::with_capacity(sketches.len());
            for (rank, s) in sketches.iter().enumerate() {
                let best = candidates(s, self, |_| true)
                    .best
                    .first()
                    .copied()
                    .filter(|c| c.share >= SAME_STORY);
                story.push(match best {
                    Some(c) => c.document,
                    None => {
                        self.keep(rank as u32, s);
                        rank as u32
                    }
                });
            }
            let mut members = Vec::new();
            for b in 0..self.keys.len() {
                members.clear();
                members.extend(
                    self.docs[self.starts[b] as usize..self.starts[b + 1] as usize]
                        .iter()
                        .map(|&d| story[d as usize]),
                );
                members.sort_unstable();
                members.dedup();
                self.stories[b] = members.len() as u32;
            }
        }
        self.len.fill(0);
        self.full = DECIDING;
    }
}

impl Postings for Buckets {
    fn kept(&self, anchor: u32) -> &[u32] {
        match self.bucket(anchor) {
            Some(b) => &self.live[self.starts[b] as usize..][..self.len[b] as usize],
            None => &[],
        }
    }

    fn weight(&self, anchor: u32) -> f64 {
        match self.bucket(anchor) {
            Some(b) => (self.full / f64::from(self.stories[b])).clamp(LEAST_WEIGHT, 1.0),
            None => 1.0,
        }
    }

    fn totals(&self, document: u32) -> [f64; 2] {
        self.totals[document as usize]
    }
}
