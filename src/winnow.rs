//! Winnowing: a few shingles of every text, chosen so that a long shared run is never missed.

/// One chosen shingle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// The hash of the shingle.
    pub hash: u64,
    /// Its place among the shingles of the text.
    pub position: usize,
}

/// Appends the smallest hash of every window of `window` consecutive shingles to `out`, the last of equals, each place
/// once; `out` is cleared first (Schleimer, Wilkerson and Aiken 2003, "Winnowing").
///
/// **Guarantee**: when two texts share a run of `window` consecutive shingles, that is of `window + k - 1` words, they
/// have at least one anchor hash in common. Expect `2 / (window + 1)` anchors a shingle. A text with fewer shingles
/// than a window gets the smallest of all. Takes about constant time a shingle.
///
/// `window` of 0 counts as 1, which keeps every shingle.
pub fn winnow(shingles: &[u64], window: usize, out: &mut Vec<Anchor>) {
    out.clear();
    if shingles.is_empty() {
        return;
    }
    let window = window.clamp(1, shingles.len());
    for (start, hashes) in shingles.windows(window).enumerate() {
        let mut best = 0;
        for i in 1..window {
            if hashes[i] <= hashes[best] {
                best = i;
            }
        }
        let anchor = Anchor {
            hash: hashes[best],
            position: start + best,
        };
        if out.last() != Some(&anchor) {
            out.push(anchor);
        }
    }
}
