//! The anchors of a whole batch, sorted into buckets.

use std::cell::Cell;

use super::candidates::{Candidate, Candidates, Keys, Postings, candidates, totals};
use super::parallel;
use super::prepared::Prepared;
use super::rows::Rows;

/// All anchors that two documents or more share, each with the kept documents that have it; documents are known by rank.
pub(super) struct Buckets {
    lists: Vec<List>,
    /// The kept documents of each bucket.
    live: Vec<u32>,
    /// How many stories have the anchor.
    stories: Vec<u32>,
    totals: Vec<[f64; 2]>,
    /// An anchor of so many stories or fewer counts fully.
    full: f64,
    docs: Vec<Ranked>,
    /// For the anchors of every document the buckets. Most anchors are of one document only: [`RUN`] and how many of those
    /// there are in a row.
    rows: Rows,
}

/// A document, in its place by rank.
pub(super) struct Ranked {
    /// Which row of anchors it has.
    pub(super) row: u32,
    /// How many of them are long.
    pub(super) long: u32,
}

/// The kept documents of a bucket: so many, from there on.
#[derive(Debug, Clone, Copy)]
struct List {
    start: u32,
    len: u32,
}

/// The bucket of an anchor that no other document has.
const ALONE: u32 = u32::MAX;

const RUN: u32 = 1 << 31;

/// The share of anchors in common, by weight, from which two documents are taken for one story when stories are
/// counted. It only decides how rare an anchor is; verification decides who is a duplicate.
const SAME_STORY: f64 = 0.3;

/// How often stories are counted. Each round starts from the counts of the one before, the first from the number of
/// documents.
const ROUNDS: usize = 3;

/// How many documents are looked up at the same time while stories are counted; the counts are the same for any number.
const BLOCK: usize = 1024;

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

thread_local! {
    /// Memory for the anchors of one document.
    static ANCHORS: Cell<Vec<u32>> = Cell::default();
}

impl Buckets {
    /// Sorts the anchors of these documents, in their memory.
    pub(super) fn new(docs: Vec<Ranked>, mut rows: Rows) -> Self {
        let mut long = vec![None; rows.len()];
        for doc in &docs {
            long[doc.row as usize] = Some(doc.long);
        }
        rows.rewrite(|row, _, anchor| long[row].map(|_| anchor));
        let parts: Vec<u32> = (0..PARTS).collect();
        let parts = parallel::map(&parts, |&part| in_common(&rows, &long, part));
        drop(long);
        let (mut keys, mut stories) = (Vec::new(), Vec::new());
        for (anchors, documents) in parts {
            keys.extend(anchors);
            stories.extend(documents);
        }
        let places = Places::of(&keys);
        rows.rewrite(
            |_, last, anchor| match (places.find(spread(anchor)), last) {
                (None, Some(run)) if *run >= RUN => {
                    *run += 1;
                    None
                }
                (None, _) => Some(RUN | 1),
                (bucket, _) => bucket,
            },
        );
        drop(keys);
        let mut start = 0;
        let lists = stories.iter().map(|&documents| {
            let list = List { start, len: 0 };
            start += documents;
            list
        });
        Self {
            lists: lists.collect(),
            live: vec![0; start as usize],
            stories,
            totals: Vec::new(),
            full: COUNTING,
            docs,
            rows,
        }
    }

    /// The buckets of a document, and runs of anchors without.
    fn of(&self, rank: u32) -> &[u32] {
        self.rows.of(self.docs[rank as usize].row as usize)
    }

    /// The buckets of the anchors that the document has in common with others.
    fn shared(&self, rank: u32) -> impl Iterator<Item = usize> {
        let buckets = self.of(rank).iter();
        buckets.filter(|&&b| b < RUN).map(|&b| b as usize)
    }

    /// How many anchors a document has.
    fn anchors(&self, rank: u32) -> usize {
        let buckets = self.of(rank).iter();
        let anchors = buckets.map(|bucket| bucket.checked_sub(RUN).unwrap_or(1) as usize);
        anchors.sum()
    }

    /// Does something with all anchors of a document.
    fn with_keys<R>(&self, rank: u32, work: impl FnOnce(Keys<'_, u32>) -> R) -> R {
        let mut anchors = ANCHORS.take();
        anchors.clear();
        for &bucket in self.of(rank) {
            match bucket.checked_sub(RUN) {
                Some(run) => anchors.extend((0..run).map(|_| ALONE)),
                None => anchors.push(bucket),
            }
        }
        let result = work(Keys {
            long: self.docs[rank as usize].long as usize,
            anchors: &anchors,
        });
        ANCHORS.set(anchors);
        result
    }

    /// Whether nothing that the document has is common, so that all its anchors count fully.
    fn is_rare(&self, rank: u32) -> bool {
        self.shared(rank).all(|b| self.weight(b as u32) == 1.0)
    }

    /// The kept documents that may match, from those that pass `allowed`.
    pub(super) fn candidates(&self, rank: u32, allowed: impl Fn(u32) -> bool) -> Candidates {
        if self.listed(rank) == 0 {
            return Candidates::default();
        }
        self.with_keys(rank, |keys| candidates(keys, self, allowed))
    }

    /// Gives the text of a document, which was read, its weights.
    pub(super) fn weigh(&self, rank: u32, text: &mut Prepared) {
        if !self.is_rare(rank) {
            self.with_keys(rank, |keys| {
                text.weigh(keys.anchors, |&bucket| self.weight(bucket));
            });
        }
    }

    /// Takes a document for kept.
    pub(super) fn keep(&mut self, rank: u32) {
        for &bucket in self.rows.of(self.docs[rank as usize].row as usize) {
            let Some(list) = self.lists.get_mut(bucket as usize) else {
                continue;
            };
            let end = (list.start + list.len) as usize;
            // A hash that is both a long and a short anchor comes twice.
            if list.len > 0 && self.live[end - 1] == rank {
                continue;
            }
            self.live[end] = rank;
            list.len += 1;
        }
    }

    /// Takes back that these documents, the last that were kept, are kept.
    pub(super) fn forget(&mut self, ranks: &[u32]) {
        let Some(&first) = ranks.first() else { return };
        for &rank in ranks {
            for &bucket in self.rows.of(self.docs[rank as usize].row as usize) {
                let Some(list) = self.lists.get_mut(bucket as usize) else {
                    continue;
                };
                while list.len > 0 && self.live[(list.start + list.len) as usize - 1] >= first {
                    list.len -= 1;
                }
            }
        }
    }

    /// Takes back that any document is kept.
    pub(super) fn forget_all(&mut self) {
        self.lists.iter_mut().for_each(|list| list.len = 0);
    }

    /// Counts for every anchor the stories that have it.
    ///
    /// Counting documents would make the sentences of a story common because the story was copied often. So copies are
    /// first gathered by their anchors alone: in one pass every document joins the one that shares most, if that is
    /// enough, or founds a story. The most typical come first, those with the most anchors that others have too and the
    /// fewest of their own, because a document that is half new resembles nobody well. What is in many documents counts little in the first round; in the next the counts
    /// of the one before are used.
    pub(super) fn count_stories(&mut self) {
        let n = self.docs.len() as u32;
        let mut order: Vec<u64> = (0..n)
            .map(|rank| {
                let shared = self.shared(rank).count();
                let alone = self.anchors(rank) - shared;
                ((RUN as usize + alone - shared) as u64) << 32 | u64::from(rank)
            })
            .collect();
        parallel::sort(&mut order);
        let order: Vec<u32> = order.into_iter().map(|entry| entry as u32).collect();
        let mut story = vec![0; n as usize];
        for _ in 0..ROUNDS {
            self.forget_all();
            self.weigh_all();
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
            self.stories = self.count(&story);
        }
        self.forget_all();
        self.full = DECIDING;
        self.weigh_all();
    }

    /// How many stories have each anchor, given the story of every document.
    fn count(&self, story: &[u32]) -> Vec<u32> {
        let mut members: Vec<u64> = (0..)
            .zip(story)
            .map(|(rank, &story)| u64::from(story) << 32 | rank)
            .collect();
        parallel::sort(&mut members);
        // The last story that was counted, and how many.
        let mut counts = vec![(u32::MAX, 0); self.lists.len()];
        for member in members {
            let story = (member >> 32) as u32;
            for bucket in self.shared(member as u32) {
                let (last, count) = &mut counts[bucket];
                *count += u32::from(*last != story);
                *last = story;
            }
        }
        counts.into_iter().map(|(_, count)| count).collect()
    }

    /// Finds out how much the anchors of each document count together.
    fn weigh_all(&mut self) {
        let ranks: Vec<u32> = (0..self.docs.len() as u32).collect();
        self.totals = parallel::map(&ranks, |&rank| {
            if !self.is_rare(rank) {
                return self.with_keys(rank, |keys| totals(keys, self));
            }
            let long = self.docs[rank as usize].long as usize;
            [long, self.anchors(rank) - long].map(|count| count as f64)
        });
    }

    /// How many entries the lists of a document's anchors have together. While documents are kept it only grows.
    pub(super) fn listed(&self, rank: u32) -> usize {
        let lists = self.shared(rank).map(|b| self.lists[b]);
        lists.map(|list| list.len as usize).sum()
    }

    /// Whether a kept document has an anchor in common with another one that was kept since so many entries were
    /// [`listed`](Self::listed).
    pub(super) fn meets_others(&self, rank: u32, listed: usize) -> bool {
        self.listed(rank) > listed + self.shared(rank).count()
    }

    /// The kept document that shares most of the anchors of this one, if it is enough to be taken for the same story.
    fn same_story(&self, rank: u32) -> Option<Candidate> {
        let found = self.candidates(rank, |_| true);
        let best = found.best.first().copied();
        best.filter(|c| c.share >= SAME_STORY)
    }
}

impl Postings for Buckets {
    type Key = u32;

    fn kept(&self, bucket: u32) -> &[u32] {
        match self.lists.get(bucket as usize) {
            Some(list) => &self.live[list.start as usize..][..list.len as usize],
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

/// Spreads anchors, which are the least of many hashes, over all numbers. Each has its own.
fn spread(anchor: u32) -> u32 {
    anchor.wrapping_mul(0x9e37_79b9)
}

/// Anchors are sorted in so many parts, each a thread's work and memory.
const PARTS: u32 = 8;

/// The anchors of this part that two documents or more have, spread, in their order; and how many have each. `long` says
/// of every row how many of its anchors are long.
fn in_common(rows: &Rows, long: &[Option<u32>], part: u32) -> (Vec<u32>, Vec<u32>) {
    // They are spread evenly, but not quite.
    let evenly = rows.numbers() / PARTS as usize;
    let mut anchors: Vec<u32> = Vec::with_capacity(evenly + evenly / 16 + 64);
    for (row, long) in rows.iter().zip(long) {
        let (long, short) = row.split_at(long.unwrap_or(0) as usize);
        let of_part = |a: &&u32| spread(**a) >> (u32::BITS - PARTS.ilog2()) == part;
        anchors.extend(long.iter().filter(of_part).map(|&a| spread(a)));
        // A hash that is both a long and a short anchor is one.
        let short = short.iter().filter(of_part).filter(|a| !long.contains(a));
        anchors.extend(short.map(|&a| spread(a)));
    }
    anchors.sort_unstable();
    let alike = anchors.chunk_by(|x, y| x == y);
    let shared = alike.filter(|alike| alike.len() > 1);
    shared.map(|alike| (alike[0], alike.len() as u32)).unzip()
}

/// Finds sorted numbers that are spread evenly.
struct Places<'k> {
    keys: &'k [u32],
    /// For every value of the upper bits the place of the first key that has it or a higher one.
    first: Vec<u32>,
    shift: u32,
    /// A bit for every value of some more upper bits, whether there is a key: most that is asked for is no key, and the bits
    /// fit a cache.
    any: Vec<u64>,
}

/// So many bits in `any` stand for one place in `first`.
const FINER: u32 = 8;

impl<'k> Places<'k> {
    fn of(keys: &'k [u32]) -> Self {
        let bits = keys.len().max(1).ilog2().clamp(3, 24);
        let shift = 32 - bits;
        let mut first = vec![0; (1 << bits) + 1];
        let mut any = vec![0; ((FINER as usize) << bits) / 64];
        for &key in keys {
            first[(key >> shift) as usize + 1] += 1;
            let fine = (key >> (shift - FINER.ilog2())) as usize;
            any[fine / 64] |= 1 << (fine % 64);
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        Self {
            keys,
            first,
            shift,
            any,
        }
    }

    fn find(&self, key: u32) -> Option<u32> {
        let fine = (key >> (self.shift - FINER.ilog2())) as usize;
        if self.any[fine / 64] >> (fine % 64) & 1 == 0 {
            return None;
        }
        let top = (key >> self.shift) as usize;
        let (from, to) = (self.first[top], self.first[top + 1]);
        let alike = &self.keys[from as usize..to as usize];
        let place = alike.iter().position(|&k| k == key)?;
        Some(from + place as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_those_of_a_search(mut keys in prop::collection::vec(any::<u32>(), 0..200), other: u32) {
            keys.sort_unstable();
            keys.dedup();
            let places = Places::of(&keys);
            for key in keys.iter().flat_map(|&k| [k, k ^ 1, k.wrapping_add(1 << 20)]).chain([0, u32::MAX, other]) {
                prop_assert_eq!(places.find(key), keys.binary_search(&key).ok().map(|place| place as u32));
            }
        }
    }
}
