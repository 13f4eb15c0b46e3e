//! Shingles: the runs of k words by which two texts are compared.

use crate::hash::{K0, K1, fold};

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
    // The plain code is `words.windows(k).map(shingle)`. Rolling takes a word in and another out by two multiplications
    // instead of k, of which only one waits for the shingle before.
    let mut last = polynomial(&words[..k]);
    let leaving = (0..k).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    out.reserve(words.len() - k + 1);
    out.push(finish(last));
    out.extend(words.iter().zip(&words[k..]).map(|(&first, &next)| {
        last = last
            .wrapping_mul(BASE)
            .wrapping_add(next.wrapping_sub(first.wrapping_mul(leaving)));
        finish(last)
    }));
}

/// The hash of one run of words, as [`shingles`] gives it.
pub fn shingle(words: &[u64]) -> u64 {
    finish(polynomial(words))
}

/// Spreads the low bits, which the polynomial leaves weak.
#[inline(always)]
fn finish(polynomial: u64) -> u64 {
    fold(polynomial ^ K1, K0)
}

fn polynomial(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(0, |h: u64, &w| h.wrapping_mul(BASE).wrapping_add(w))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn small_cases() {
        for (words, k, count) in [
            (&[][..], 3, 0),
            (&[1], 3, 1),
            (&[1, 2, 3], 3, 1),
            (&[1, 2, 3, 4], 3, 2),
            (&[1, 2, 3], 0, 3),
        ] {
            let mut out = vec![7];
            shingles(words, k, &mut out);
            assert_eq!(out.len(), count, "{words:?} by {k}");
        }
        assert_ne!(shingle(&[1, 2]), shingle(&[2, 1]));
        assert_eq!(Shingles::from_hashes(vec![3, 1, 3]).as_slice(), [1, 3]);
    }

    proptest! {
        #[test]
        fn rolling_is_hashing_every_window(words: Vec<u64>, k in 1..9_usize) {
            let mut out = Vec::new();
            shingles(&words, k, &mut out);
            let naive: Vec<u64> = words.windows(k.clamp(1, words.len().max(1))).map(shingle).collect();
            prop_assert_eq!(out, naive);
        }
    }
}
