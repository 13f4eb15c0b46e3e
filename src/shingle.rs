//! Shingles: the runs of k words by which two texts are compared.

use crate::hash::{K0, K1, fold};

/// The base of the polynomial: odd, so that no word is lost, and with well-spread bits (π, digits after [`K1`]).
///
/// [`K1`]: crate::hash
const BASE: u64 = 0x1319_8a2e_0370_7345;

/// Puts the hash of every run of `k` words into `out`, in order; `out` is cleared first.
///
/// A text of `n` words has `n - k + 1` shingles; one with fewer than `k` words is a single shingle of all its words,
/// so that a short headline still equals its copy; no words, no shingles. The hash is a polynomial over the word
/// hashes, taken modulo 2^64 and finalised: the order counts, and because whole words are hashed first, *ab c* and
/// *a bc* differ. Positions matter to winnowing; for set comparison collect them in a [`Shingles`].
///
/// `k` of 0 counts as 1. Takes about 2 ns a shingle whatever `k` is (bench `sketch/shingles`).
///
/// ```
/// use newsift::shingle::{shingle, shingles};
///
/// let mut out = Vec::new();
/// shingles(&[11, 12, 13, 14], 3, &mut out);
/// assert_eq!(out, [shingle(&[11, 12, 13]), shingle(&[12, 13, 14])]);
/// ```
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
    ///
    /// ```
    /// use newsift::shingle::Shingles;
    /// use newsift::similarity::{containment, resemblance};
    /// use newsift::text::Words;
    ///
    /// let mut words = Words::new();
    /// words.read("The bridge will stay closed until March, the harbour authority said.");
    /// let story = Shingles::of_words(words.hashes(), 3);
    /// words.read("Bridge will stay closed until March");
    /// let brief = Shingles::of_words(words.hashes(), 3);
    /// assert_eq!(containment(brief.as_slice(), story.as_slice()), 1.0);
    /// assert!(resemblance(brief.as_slice(), story.as_slice()) < 0.5);
    /// ```
    pub fn of_words(words: &[u64], k: usize) -> Self {
        let mut hashes = Vec::new();
        shingles(words, k, &mut hashes);
        let mut set = Self::default();
        set.refill(&hashes);
        set
    }

    /// The set of these hashes, in any order and with repeats.
    pub fn from_hashes(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// Makes this the set of these hashes; what was in it is gone, its buffer is used again.
    ///
    /// The same as [`from_hashes`](Self::from_hashes) of a copy, in less than half the time for a page of shingles (bench
    /// `sketch/set`).
    pub fn refill(&mut self, hashes: &[u64]) {
        self.0.clear();
        if hashes.len() < 128 || hashes.len() >= 1 << 16 || !self.distribute(hashes) {
            self.0.clear();
            self.0.extend_from_slice(hashes);
            self.0.sort_unstable();
        }
        self.0.dedup();
    }

    /// Sorts hashes that are spread evenly over all numbers: each goes about where it belongs by its highest bits, and
    /// then a few places up or down. Whether they were spread well enough for that.
    fn distribute(&mut self, hashes: &[u64]) -> bool {
        const MOST_BUCKETS: usize = 1 << 12;
        const FULL: u16 = 48;
        let buckets = hashes.len().next_power_of_two().min(MOST_BUCKETS);
        let shift = 64 - buckets.ilog2();
        let mut places = [0_u16; MOST_BUCKETS];
        let places = &mut places[..buckets];
        for hash in hashes {
            places[(hash >> shift) as usize] += 1;
        }
        let mut sum = 0_u16;
        let mut fullest = 0;
        for place in &mut *places {
            fullest = fullest.max(*place);
            (*place, sum) = (sum, sum + *place);
        }
        if fullest > FULL {
            return false;
        }
        self.0.resize(hashes.len(), 0);
        for &hash in hashes {
            let place = &mut places[(hash >> shift) as usize];
            self.0[usize::from(*place)] = hash;
            *place += 1;
        }
        for i in 1..self.0.len() {
            let hash = self.0[i];
            let mut j = i;
            while j > 0 && self.0[j - 1] > hash {
                self.0[j] = self.0[j - 1];
                j -= 1;
            }
            self.0[j] = hash;
        }
        true
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
    fn sets_of_all_sizes() {
        let all: Vec<u64> = (0..70_000).map(|i| shingle(&[i % 69_000])).collect();
        let mut set = Shingles::default();
        for len in [0, 1, 127, 128, 129, 4096, 4097, 65_535, 65_536, 70_000] {
            set.refill(&all[..len]);
            assert_eq!(set, Shingles::from_hashes(all[..len].to_vec()), "{len}");
        }
    }

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

        #[test]
        fn refilling_is_sorting(
            spread in prop::collection::vec(any::<u64>(), 0..300),
            close in prop::collection::vec(0..90_u64, 0..300),
            again in 0..300_usize,
        ) {
            let mut set = Shingles::default();
            let mut hashes = [spread.clone(), close].concat();
            for _ in 0..2 {
                set.refill(&hashes);
                prop_assert_eq!(&set, &Shingles::from_hashes(hashes));
                hashes = spread.clone();
                hashes.extend_from_slice(&spread[..again.min(spread.len())]);
            }
        }
    }
}
