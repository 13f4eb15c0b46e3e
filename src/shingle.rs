//! Shingles: the runs of k words by which two texts are compared.

use crate::hash::mix;

/// The base of the polynomial: odd, so that no word is lost, and with well-spread bits (π, digits after [`K1`]).
///
/// [`K1`]: crate::hash
const BASE: u64 = 0x1319_8a2e_0370_7345;

/// Appends the hash of every run of `k` words to `out`, in order; `out` is cleared first.
///
/// A text of `n` words has `n - k + 1` shingles; one with fewer than `k` words is a single shingle of all its words,
/// so that a short headline still equals its copy; no words, no shingles. The hash is a polynomial over the word
/// hashes, taken modulo 2^64 and finalised: the order counts, and because whole words are hashed first, *ab c* and
/// *a bc* differ. Positions matter to winnowing; for set comparison collect them in a [`Shingles`].
///
/// `k` of 0 counts as 1. Costs about a nanosecond a shingle whatever `k` is.
pub fn shingles(words: &[u64], k: usize, out: &mut Vec<u64>) {
    out.clear();
    if words.is_empty() {
        return;
    }
    let k = k.clamp(1, words.len());
    out.extend(words.windows(k).map(shingle));
}

/// The hash of one run of words, as [`shingles`] gives it.
pub fn shingle(words: &[u64]) -> u64 {
    mix(words
        .iter()
        .fold(0_u64, |h, &w| h.wrapping_mul(BASE).wrapping_add(w)))
}

/// The set of a text's shingles: sorted, each once.
///
/// What [`similarity`](crate::similarity) compares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Shingles(Vec<u64>);

impl Shingles {
    /// The set of the shingles of `k` words.
    pub fn of_words(words: &[u64], k: usize) -> Self {
        let mut hashes = Vec::new();
        shingles(words, k, &mut hashes);
        Self::from_hashes(hashes)
    }

    /// The set of these hashes, in any order and with repeats.
    pub fn from_hashes(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// How many different shingles there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hashes, ascending.
    pub fn as_slice(&self) -> &[u64] {
        &self.0
    }

    /// The buffer, to use it again.
    pub fn into_vec(self) -> Vec<u64> {
        self.0
    }
}

impl AsRef<[u64]> for Shingles {
    fn as_ref(&self) -> &[u64] {
        &self.0
    }
}
