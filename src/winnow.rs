//! Winnowing: a few shingles of every text, chosen so that a long shared run is never missed.

/// One chosen shingle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The hash of the shingle.
    pub hash: u64,
    /// Its place among the shingles of the text.
    pub position: usize,
}

/// Puts the smallest hash of every window of `window` consecutive shingles into `out`, the last of equals, each place
/// once; `out` is cleared first (Schleimer, Wilkerson and Aiken 2003, "Winnowing").
///
/// **Guarantee**: when two texts share a run of `window` consecutive shingles, that is of `window + k - 1` words, they
/// have at least one anchor hash in common. Expect `2 / (window + 1)` anchors a shingle. A text with fewer shingles
/// than a window gets the smallest of all. Takes about constant time a shingle, for hashes in no special order.
///
/// `window` of 0 counts as 1, which keeps every shingle.
///
/// ```
/// use newsift::winnow::winnow;
///
/// let mut anchors = Vec::new();
/// winnow(&[77, 74, 42, 17, 98, 50], 4, &mut anchors);
/// let places: Vec<usize> = anchors.iter().map(|anchor| anchor.position).collect();
/// assert_eq!(places, [3]);
/// ```
pub fn winnow(shingles: &[u64], window: usize, out: &mut Vec<Anchor>) {
    out.clear();
    if shingles.is_empty() {
        return;
    }
    let window = window.clamp(1, shingles.len());
    let mut best = last_smallest(shingles, 0, window);
    out.push(best);
    for (position, &hash) in shingles.iter().enumerate().skip(window) {
        if hash <= best.hash {
            best = Anchor { hash, position };
        } else if best.position + window <= position {
            best = last_smallest(shingles, position + 1 - window, position + 1);
        } else {
            continue;
        }
        out.push(best);
    }
}

fn last_smallest(shingles: &[u64], start: usize, end: usize) -> Anchor {
    let mut best = Anchor {
        hash: shingles[start],
        position: start,
    };
    for (position, &hash) in shingles.iter().enumerate().take(end).skip(start + 1) {
        if hash <= best.hash {
            best = Anchor { hash, position };
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    /// The last of the smallest of every window.
    fn naive(shingles: &[u64], window: usize) -> Vec<Anchor> {
        let mut anchors = BTreeSet::new();
        let window = window.clamp(1, shingles.len().max(1));
        for (start, hashes) in shingles.windows(window).enumerate() {
            let smallest = hashes.iter().min().copied().unwrap_or(0);
            let place = hashes.iter().rposition(|&h| h == smallest).unwrap_or(0);
            anchors.insert((start + place, smallest));
        }
        anchors
            .into_iter()
            .map(|(position, hash)| Anchor { hash, position })
            .collect()
    }

    #[test]
    fn the_example_of_the_paper() {
        // Figure 2 of the paper: windows of 4 over the hashes of "adorunrunrunadorunrun".
        let hashes = [
            77, 74, 42, 17, 98, 50, 17, 98, 8, 88, 67, 39, 77, 74, 42, 17, 98,
        ];
        let mut out = Vec::new();
        winnow(&hashes, 4, &mut out);
        let found: Vec<(u64, usize)> = out.iter().map(|a| (a.hash, a.position)).collect();
        assert_eq!(found, [(17, 3), (17, 6), (8, 8), (39, 11), (17, 15)]);
    }

    proptest! {
        #[test]
        fn as_the_twin(shingles in prop::collection::vec(0..50_u64, 0..100), window in 0..20_usize) {
            let mut out = Vec::new();
            winnow(&shingles, window, &mut out);
            prop_assert_eq!(out, naive(&shingles, window));
        }

        #[test]
        fn a_shared_run_has_a_shared_anchor(
            a: Vec<u64>, b: Vec<u64>, c: Vec<u64>, d: Vec<u64>, window in 1..20_usize,
            shared in prop::collection::vec(any::<u64>(), 20),
        ) {
            let (mut x, mut y) = (Vec::new(), Vec::new());
            winnow(&[a, shared[..window].to_vec(), b].concat(), window, &mut x);
            winnow(&[c, shared[..window].to_vec(), d].concat(), window, &mut y);
            prop_assert!(x.iter().any(|p| y.iter().any(|q| p.hash == q.hash)));
        }
    }
}
