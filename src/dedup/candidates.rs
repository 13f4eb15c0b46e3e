//! Who may be a duplicate of whom: documents that share anchors.

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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    pub(super) document: u32,
    pub(super) share: f64,
}

/// The candidates of one document.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    /// The most promising first.
    pub(super) best: Vec<Candidate>,
    /// Whether lists were too long to be read to the end.
    pub(super) unread: bool,
    /// Candidates beyond the most that are verified.
    pub(super) skipped: usize,
}

/// The weight of each of the long and of the short anchors of a document.
///
/// What is common is common in runs: an anchor counts as the median of the five around it, some forty words, does. A
/// word changed in the middle of what everybody has does not make a story, and a rare name in a menu does not either.
pub(super) fn weights<P: Postings>(keys: Keys<'_, P::Key>, postings: &P) -> Vec<f64> {
    let raw: Vec<f64> = keys.anchors.iter().map(|&a| postings.weight(a)).collect();
    let (long, short) = raw.split_at(keys.long);
    let mut smooth = Vec::with_capacity(raw.len());
    for kind in [long, short] {
        for i in 0..kind.len() {
            let from = i.saturating_sub(2).min(kind.len().saturating_sub(5));
            let around = &kind[from..kind.len().min(from + 5)];
            let mut five = [0.0; 5];
            five[..around.len()].copy_from_slice(around);
            let five = &mut five[..around.len()];
            five.sort_unstable_by(f64::total_cmp);
            smooth.push(five[five.len() / 2]);
        }
    }
    smooth
}

/// The weight of all long and of all short anchors.
pub(super) fn totals(long: usize, weights: &[f64]) -> [f64; 2] {
    let (long, short) = weights.split_at(long);
    [long.iter().sum(), short.iter().sum()]
}

/// The kept documents that may match, from those that pass `allowed`.
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn candidates<P: Postings>(
    keys: Keys<'_, P::Key>,
    postings: &P,
    allowed: impl Fn(u32) -> bool,
) -> Candidates {
    let weights = weights(keys, postings);
    let mut lists: Vec<(usize, usize)> = Vec::new();
    for (i, &a) in keys.anchors.iter().enumerate() {
        let n = postings.kept(a).len();
        if n > 0 {
            lists.push((n, i));
        }
    }
    lists.sort_unstable();
    let mut found = Candidates::default();
    let mut hits: Vec<(u32, usize, f64)> = Vec::new();
    let mut reads = READS;
    for &(n, i) in &lists {
        let anchor = keys.anchors[i];
        let kind = usize::from(i >= keys.long);
        let weight = weights[i];
        let list = postings.kept(anchor);
        let take = n.min(reads);
        reads -= take;
        found.unread |= n > take;
        for &d in &list[..take] {
            if allowed(d) {
                hits.push((d, kind, weight));
            }
        }
    }
    // Stable, so that sums are always formed in the same order.
    hits.sort_by_key(|h| h.0);
    let own = totals(keys.long, &weights);
    for group in hits.chunk_by(|a, b| a.0 == b.0) {
        let mut shared = [0.0; 2];
        for h in group {
            shared[h.1] += h.2;
        }
        let document = group[0].0;
        let other = postings.totals(document);
        let share = [0, 1]
            .map(|k| {
                let least = own[k].min(other[k]);
                if least > 0.0 { shared[k] / least } else { 0.0 }
            })
            .into_iter()
            .fold(0.0, f64::max);
        if share >= LEAST_SHARE {
            found.best.push(Candidate { document, share });
        }
    }
    found.best.sort_by(|x, y| {
        y.share
            .total_cmp(&x.share)
            .then(x.document.cmp(&y.document))
    });
    found.skipped = found.best.len().saturating_sub(CANDIDATES);
    found.best.truncate(CANDIDATES);
    found
}
