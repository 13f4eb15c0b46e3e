//! The anchors of a whole batch, sorted into buckets.

use std::ops::Range;

use super::candidates::{Candidate, Keys, Postings, candidates, totals};
use super::document::Sketch;
use super::parallel;

/// All anchors that two documents or more share, each with its documents; documents are known by rank.
pub(super) struct Buckets {
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
    /// For every anchor of every document the bucket, or [`ALONE`].
    buckets: Vec<u32>,
    /// Where the anchors of each document begin in `buckets`, and how many long ones there are.
    documents: Vec<(usize, usize)>,
}

/// The bucket of an anchor that no other document has.
const ALONE: u32 = u32::MAX;

/// The share of anchors in common, by weight, from which two documents are taken for one story when stories are
/// counted. It only decides how rare an anchor is; verification decides who is a duplicate.
const SAME_STORY: f64 = 0.3;

/// How often stories are counted. Each round starts from the counts of the one before, the first from the number of
/// documents.
const ROUNDS: usize = 3;

/// How many documents are looked up at the same time while stories are counted; the counts are the same for any number.
const BLOCK: usize = 1024;

/// So many documents or buckets are one thread's share of work that takes no longer than handing it over one by one.
const SHARE: usize = 4096;

/// An anchor of so many stories still counts fully while stories are counted: copies that were not yet recognised
/// make one story look like a few. With 8 more of the copies in clusters of a hundred are recognised, but thirty briefs
/// under one notice of twice their length become one story.
const COUNTING: f64 = 4.0;

/// The same when candidates are judged. Two stories that share a passage are as often one that was not recognised.
pub(super) const DECIDING: f64 = 2.0;

/// What the most common anchor still counts. Without it one word changed in each of 10,000 copies would weigh more than
/// all that they share; with it, a legal notice of 300 words in 10,000 pages counts as much as one sentence.
const LEAST_WEIGHT: f64 = 0.02;

/// The weight of an anchor of so many stories, when it counts fully up to `full`.
pub(super) fn rarity(stories: usize, full: f64) -> f64 {
    (full / stories.max(1) as f64).clamp(LEAST_WEIGHT, 1.0)
}

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
            starts: vec![0],
            docs: Vec::new(),
            stories: Vec::new(),
            live: Vec::new(),
            len: Vec::new(),
            totals: vec![[0.0; 2]; sketches.len()],
            full: COUNTING,
            buckets: Vec::new(),
            documents: Vec::with_capacity(sketches.len() + 1),
        };
        let mut keys = Vec::new();
        for bucket in entries.chunk_by(|x, y| x >> 32 == y >> 32) {
            if bucket.len() > 1 {
                keys.push((bucket[0] >> 32) as u32);
                b.docs.extend(bucket.iter().map(|&e| e as u32));
                b.starts.push(b.docs.len() as u32);
                b.stories.push(bucket.len() as u32);
            }
        }
        drop(entries);
        b.live = vec![0; b.docs.len()];
        b.len = vec![0; keys.len()];
        // Where the keys with these upper 16 bits begin.
        let top: Vec<usize> = (0..=1_u32 << 16)
            .map(|t| keys.partition_point(|&k| k >> 16 < t))
            .collect();
        let bucket = |&a: &u32| {
            let t = (a >> 16) as usize;
            match keys[top[t]..top[t + 1]].binary_search(&a) {
                Ok(place) => (top[t] + place) as u32,
                Err(_) => ALONE,
            }
        };
        let shares: Vec<&[&Sketch]> = sketches.chunks(SHARE).collect();
        let found = parallel::map(&shares, |share| -> Vec<u32> {
            share
                .iter()
                .flat_map(|s| s.anchors.iter().map(bucket))
                .collect()
        });
        b.buckets.reserve_exact(found.iter().map(Vec::len).sum());
        for share in found {
            b.buckets.extend(share);
        }
        let mut from = 0;
        for s in sketches {
            b.documents.push((from, s.long as usize));
            from += s.anchors.len();
        }
        b.documents.push((from, 0));
        b
    }

    /// The anchors of a document.
    pub(super) fn of(&self, rank: u32) -> Keys<'_, u32> {
        let (from, long) = self.documents[rank as usize];
        let to = self.documents[rank as usize + 1].0;
        Keys {
            long,
            anchors: &self.buckets[from..to],
        }
    }

    /// Takes a document for kept.
    pub(super) fn keep(&mut self, rank: u32) {
        self.totals[rank as usize] = totals(self.of(rank), self);
        for i in self.range(rank) {
            let b = self.buckets[i] as usize;
            if b == ALONE as usize {
                continue;
            }
            let (start, n) = (self.starts[b] as usize, self.len[b] as usize);
            // A hash that is both a long and a short anchor comes twice.
            if n > 0 && self.live[start + n - 1] == rank {
                continue;
            }
            self.live[start + n] = rank;
            self.len[b] += 1;
        }
    }

    /// Takes back that these documents, the last that were kept, are kept.
    pub(super) fn forget(&mut self, ranks: &[u32]) {
        let Some(&first) = ranks.first() else { return };
        for &rank in ranks {
            for i in self.range(rank) {
                let b = self.buckets[i] as usize;
                if b == ALONE as usize {
                    continue;
                }
                let start = self.starts[b] as usize;
                while self.len[b] > 0 && self.live[start + self.len[b] as usize - 1] >= first {
                    self.len[b] -= 1;
                }
            }
        }
    }

    /// Takes back that any document is kept.
    pub(super) fn forget_all(&mut self) {
        self.len.fill(0);
    }

    fn range(&self, rank: u32) -> Range<usize> {
        self.documents[rank as usize].0..self.documents[rank as usize + 1].0
    }

    /// Counts for every anchor the stories that have it.
    ///
    /// Counting documents would make the sentences of a story common because the story was copied often. So copies are
    /// first gathered by their anchors alone: in one pass every document joins the one that shares most, if that is
    /// enough, or founds a story. The most typical come first, those with the most anchors that others have too and the
    /// fewest of their own, because a document that is half new resembles nobody well. What is in many documents counts little in the first round; in the next the counts
    /// of the one before are used.
    pub(super) fn count_stories(&mut self) {
        let n = self.totals.len() as u32;
        let mut order: Vec<u32> = (0..n).collect();
        order.sort_by_cached_key(|&rank| {
            let keys = self.of(rank);
            let alone = keys.anchors.iter().filter(|&&b| b == ALONE).count();
            let shared = keys.anchors.len() - alone;
            (usize::MAX / 2 + alone - shared, rank)
        });
        let mut story = vec![0; n as usize];
        for _ in 0..ROUNDS {
            self.forget_all();
            // The answer is that of taking one document after the other. In many threads a block is looked up among what
            // was kept before it; that holds for a document of the block unless one before it in the block is kept and
            // has an anchor of it.
            for block in order.chunks(BLOCK) {
                let before =
                    parallel::map(block, |&rank| (self.listed(rank), self.same_story(rank)));
                for (&rank, (listed, found)) in block.iter().zip(before) {
                    let best = if self.listed(rank) == listed {
                        found
                    } else {
                        self.same_story(rank)
                    };
                    story[rank as usize] = match best {
                        Some(c) => c.document,
                        None => {
                            self.keep(rank);
                            rank
                        }
                    };
                }
            }
            let all = self.len.len();
            let shares: Vec<Range<usize>> = (0..all)
                .step_by(SHARE)
                .map(|from| from..all.min(from + SHARE))
                .collect();
            let counts = parallel::map(&shares, |share| -> Vec<u32> {
                let mut members = Vec::new();
                let count = |b: usize| {
                    let documents = self.starts[b] as usize..self.starts[b + 1] as usize;
                    members.clear();
                    members.extend(self.docs[documents].iter().map(|&d| story[d as usize]));
                    members.sort_unstable();
                    members.dedup();
                    members.len() as u32
                };
                share.clone().map(count).collect()
            });
            self.stories = counts.concat();
        }
        self.forget_all();
        self.full = DECIDING;
    }

    /// How many entries the lists of a document's anchors have together. While documents are kept it only grows.
    fn listed(&self, rank: u32) -> usize {
        let anchors = self.of(rank).anchors.iter();
        anchors.map(|&b| self.kept(b).len()).sum()
    }

    /// The kept document that shares most of the anchors of this one, if it is enough to be taken for the same story.
    fn same_story(&self, rank: u32) -> Option<Candidate> {
        let found = candidates(self.of(rank), self, |_| true);
        let best = found.best.first().copied();
        best.filter(|c| c.share >= SAME_STORY)
    }
}

impl Postings for Buckets {
    type Key = u32;

    fn kept(&self, bucket: u32) -> &[u32] {
        match self.starts.get(bucket as usize) {
            Some(&from) => &self.live[from as usize..][..self.len[bucket as usize] as usize],
            None => &[],
        }
    }

    fn weight(&self, bucket: u32) -> f64 {
        match self.stories.get(bucket as usize) {
            Some(&n) => rarity(n as usize, self.full),
            None => 1.0,
        }
    }

    fn totals(&self, document: u32) -> [f64; 2] {
        self.totals[document as usize]
    }
}
