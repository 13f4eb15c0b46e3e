//! Who may be a duplicate of whom: documents that share anchors.

use std::cell::Cell;
use std::ops::Deref;

/// The lists of kept documents by anchor.
pub(super) trait Postings {
    /// By what the lists are found: the place of the list, or the anchor itself.
    type Key: Copy;
    /// The kept documents that have the anchor, in the order in which they were kept.
    fn kept(&self, key: Self::Key) -> &[u32];
    /// How much the anchor counts: it is less the more stories have it.
    fn weight(&self, key: Self::Key) -> f64;
    /// The weight of all long and all short anchors of a kept document.
    fn totals(&self, document: u32) -> [f64; 2];
}

/// How many entries of the lists are read for one document, rarest anchors first. A page has 50 anchors, of which the
/// furniture's have long lists; what makes a story is in the short ones.
pub(super) const READS: usize = 512;

/// How many candidates of a document are verified, the most promising first.
const CANDIDATES: usize = 8;

/// The share of the anchors of the smaller document that a candidate must have in common, by weight. At a true
/// containment of 0.3 in scattered edits about a tenth of the anchors survive.
const LEAST_SHARE: f64 = 0.08;

/// The anchors of one document: so many long ones, then the short ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys<'a, K> {
    pub(super) long: usize,
    pub(super) anchors: &'a [K],
}

/// A kept document and the share of anchors in common.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Candidate {
    pub(super) document: u32,
    pub(super) share: f64,
}

/// The most promising candidates, best first: those with the greatest share, of equals the first document.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Best {
    all: [Candidate; CANDIDATES],
    count: usize,
}

impl Best {
    /// Puts a candidate where it belongs. The answer is whether one, this or another, fell out at the end.
    fn add(&mut self, c: Candidate) -> bool {
        let stays_before = |x: &&Candidate| {
            let order = c.share.total_cmp(&x.share);
            order.then(x.document.cmp(&c.document)).is_lt()
        };
        let place = self.iter().take_while(stays_before).count();
        let full = self.count == CANDIDATES;
        self.count += usize::from(!full);
        if let Some(rest @ [_, ..]) = self.all.get_mut(place..self.count) {
            rest.rotate_right(1);
            rest[0] = c;
        }
        full
    }
}

impl Deref for Best {
    type Target = [Candidate];

    fn deref(&self) -> &[Candidate] {
        &self.all[..self.count]
    }
}

/// The candidates of one document.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    pub(super) best: Best,
    /// Whether lists were too long to be read to the end.
    pub(super) unread: bool,
    /// Candidates beyond the most that are verified.
    pub(super) skipped: usize,
}

/// Calls `each` with the weight of each of these anchors, which are of one kind.
fn weigh<P: Postings>(anchors: &[P::Key], postings: &P, each: impl FnMut(f64)) {
    even_out(anchors, |&anchor| postings.weight(anchor), each);
}

/// Calls `each` with the weight that each of these anchors has among its neighbours.
///
/// What is common is common in runs: an anchor counts as the median of the five around it, some forty words, does. A
/// word changed in the middle of what everybody has does not make a story, and a rare name in a menu does not either.
#[inline(always)] // and the median with it: not inlined it was 3 % of the instructions of clustering
pub(super) fn even_out<K>(anchors: &[K], weight: impl Fn(&K) -> f64, mut each: impl FnMut(f64)) {
    const AROUND: usize = 5;
    let around = AROUND.min(anchors.len());
    let mut last = [0.0; AROUND];
    for (i, anchor) in anchors.iter().enumerate() {
        last[i % AROUND] = weight(anchor);
        if i + 1 < around {
            continue;
        }
        // The first two and the last two have fewer than two on one side, and share the five of their neighbour.
        let (first, end) = (i + 1 == around, i + 1 == anchors.len());
        let stands_for = match (first, end) {
            (true, true) => around,
            (true, false) | (false, true) => AROUND.div_ceil(2),
            (false, false) => 1,
        };
        let median = median(&last[..around]);
        (0..stands_for).for_each(|_| each(median));
    }
}

/// The middle one of up to five numbers, the higher of two.
#[inline(always)]
fn median(some: &[f64]) -> f64 {
    if some.iter().all(|x| *x == some[0]) {
        return some[0];
    }
    let mut sorted = [0.0; 5];
    let sorted = &mut sorted[..some.len()];
    sorted.copy_from_slice(some);
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The weight of all long and of all short anchors.
pub(super) fn totals<P: Postings>(keys: Keys<'_, P::Key>, postings: &P) -> [f64; 2] {
    let (long, short) = keys.anchors.split_at(keys.long);
    [long, short].map(|anchors| {
        let mut sum = 0.0;
        weigh(anchors, postings, |weight| sum += weight);
        sum
    })
}

/// Memory that is used again from document to document.
#[derive(Default)]
struct Room {
    /// The lists that are not empty: how long, and of which anchor.
    lists: Vec<(usize, usize)>,
    weights: Vec<f64>,
    hits: Vec<Hit>,
}

/// One entry of a list.
struct Hit {
    /// The document, and how many were read before: so that sums are always formed in the same order.
    order: u64,
    kind: usize,
    weight: f64,
}

impl Hit {
    fn document(&self) -> u32 {
        (self.order >> 32) as u32
    }
}

thread_local! {
    static ROOM: Cell<Room> = Cell::default();
}

/// The kept documents that may match, from those that pass `allowed`.
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn candidates<P: Postings>(
    keys: Keys<'_, P::Key>,
    postings: &P,
    allowed: impl Fn(u32) -> bool,
) -> Candidates {
    let mut room = ROOM.take();
    let found = look_up(keys, postings, allowed, &mut room);
    ROOM.set(room);
    found
}

fn look_up<P: Postings>(
    keys: Keys<'_, P::Key>,
    postings: &P,
    allowed: impl Fn(u32) -> bool,
    room: &mut Room,
) -> Candidates {
    let mut found = Candidates::default();
    let Room {
        lists,
        weights,
        hits,
    } = room;
    lists.clear();
    let lengths = keys.anchors.iter().map(|&a| postings.kept(a).len());
    lists.extend(lengths.zip(0..).filter(|&(n, _)| n > 0));
    if lists.is_empty() {
        return found;
    }
    lists.sort_unstable();
    weights.clear();
    let (long, short) = keys.anchors.split_at(keys.long);
    for anchors in [long, short] {
        weigh(anchors, postings, |weight| weights.push(weight));
    }
    hits.clear();
    let mut reads = READS;
    for &(n, i) in &*lists {
        let kind = usize::from(i >= keys.long);
        let weight = weights[i];
        let list = postings.kept(keys.anchors[i]);
        let take = n.min(reads);
        reads -= take;
        found.unread |= n > take;
        for &d in &list[..take] {
            if allowed(d) {
                let order = u64::from(d) << 32 | hits.len() as u64;
                hits.push(Hit {
                    order,
                    kind,
                    weight,
                });
            }
        }
    }
    hits.sort_unstable_by_key(|h| h.order);
    let (long, short) = weights.split_at(keys.long);
    let own: [f64; 2] = [long.iter().sum(), short.iter().sum()];
    for group in hits.chunk_by(|a, b| a.document() == b.document()) {
        let mut shared = [0.0; 2];
        for h in group {
            shared[h.kind] += h.weight;
        }
        let document = group[0].document();
        let other = postings.totals(document);
        let share = [0, 1]
            .map(|k| {
                let least = own[k].min(other[k]);
                if least > 0.0 { shared[k] / least } else { 0.0 }
            })
            .into_iter()
            .fold(0.0, f64::max);
        if share >= LEAST_SHARE {
            found.skipped += usize::from(found.best.add(Candidate { document, share }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Anchors that are their weights.
    struct Weights;

    impl Postings for Weights {
        type Key = f64;

        fn kept(&self, _: f64) -> &[u32] {
            &[]
        }
        fn weight(&self, weight: f64) -> f64 {
            weight
        }
        fn totals(&self, _: u32) -> [f64; 2] {
            [0.0; 2]
        }
    }

    proptest! {
        #[test]
        fn an_anchor_weighs_as_the_median_of_the_five_around_it(raw in prop::collection::vec(0..4_u8, 0..20)) {
            let raw: Vec<f64> = raw.into_iter().map(f64::from).collect();
            let mut found = Vec::new();
            weigh(&raw, &Weights, |weight| found.push(weight));
            let naive = (0..raw.len()).map(|i| {
                let from = i.saturating_sub(2).min(raw.len().saturating_sub(5));
                let mut around = raw[from..raw.len().min(from + 5)].to_vec();
                around.sort_by(f64::total_cmp);
                around[around.len() / 2]
            });
            prop_assert!(naive.eq(found));
        }

        #[test]
        fn the_best_are_the_first_when_sorted(shares in prop::collection::vec(0..9_u8, 0..30)) {
            let all = shares.iter().zip(0..).map(|(&share, document)| Candidate { document, share: share.into() });
            let mut sorted: Vec<Candidate> = all.collect();
            let mut best = Best::default();
            let out = sorted.iter().filter(|&&c| best.add(c)).count();
            sorted.sort_by(|x, y| y.share.total_cmp(&x.share).then(x.document.cmp(&y.document)));
            prop_assert_eq!(out, sorted.len().saturating_sub(CANDIDATES));
            sorted.truncate(CANDIDATES);
            prop_assert_eq!(&*best, sorted);
        }
    }
}
