//! MinHash signatures: a few hundred bytes that stand for a set of shingles.

use crate::hash::{K0, K1, fold, mix};

/// Makes signatures of `SLOTS` numbers, from which the resemblance of two sets can be estimated.
///
/// The share of equal slots estimates the Jaccard resemblance `J` without bias, with a standard error of at most
/// `sqrt(J (1 - J) / SLOTS)`: 4.4 points at `J` = 0.5 with 128 slots.
///
/// The method is Fast Similarity Sketching (Dahlgaard, Knudsen and Thorup, FOCS 2017): in round after round every
/// element throws one number into one slot of its choice, a slot keeps the smallest number of its first round, and the
/// rounds end when every slot is filled. A text of 700 shingles needs one round or two, so the cost is that of a single hash an
/// element, where classic MinHash needs one an element and slot, and there are no empty slots to be patched as in
/// one-permutation hashing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinHash<const SLOTS: usize = 128> {
    seed: u64,
}

/// The MinHash signature of a set that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature<const SLOTS: usize = 128>([u32; SLOTS]);

impl<const SLOTS: usize> Default for MinHash<SLOTS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SLOTS: usize> MinHash<SLOTS> {
    /// With the default seed. Signatures can only be compared when slots and seed are the same.
    pub const fn new() -> Self {
        Self::with_seed(0)
    }

    /// With another family of hashes.
    pub const fn with_seed(seed: u64) -> Self {
        const { assert!(SLOTS > 0 && SLOTS < 1 << 16) }
        Self { seed }
    }

    /// The signature of a set of hashes, in any order, repeats allowed; `None` for the empty set.
    pub fn signature(&self, hashes: &[u64]) -> Option<Signature<SLOTS>> {
        if hashes.is_empty() {
            return None;
        }
        // A slot holds the round in its upper half, so that numbers of earlier rounds are smaller.
        let mut slots = [u64::MAX; SLOTS];
        for round in 0..SLOTS as u64 {
            let salt = self.salt(round);
            for &hash in hashes {
                let h = fold(hash ^ salt, K0);
                let slot = (((h >> 32) * SLOTS as u64) >> 32) as usize;
                slots[slot] = slots[slot].min(round << 32 | h & 0xffff_ffff);
            }
            if !slots.contains(&u64::MAX) {
                return Some(Signature(slots.map(|s| s as u32)));
            }
        }
        // Sets of few elements may leave slots empty; each has a last round of its own.
        for (round, slot) in (SLOTS as u64..).zip(&mut slots) {
            if *slot == u64::MAX {
                let salt = self.salt(round);
                let least = hashes.iter().map(|&h| fold(h ^ salt, K0) as u32).min();
                *slot = u64::from(least.unwrap_or(0));
            }
        }
        Some(Signature(slots.map(|s| s as u32)))
    }

    /// What makes the hashes of one round differ from those of another.
    fn salt(&self, round: u64) -> u64 {
        mix(self.seed ^ K1.wrapping_mul(round + 1))
    }
}

impl<const SLOTS: usize> Signature<SLOTS> {
    /// The estimated resemblance of the two sets: the share of equal slots.
    pub fn resemblance(&self, other: &Self) -> f64 {
        let equal = self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count();
        equal as f64 / SLOTS as f64
    }

    /// The numbers, to store or to cut into bands.
    pub fn as_slots(&self) -> &[u32; SLOTS] {
        &self.0
    }

    /// A signature that was stored.
    pub fn from_slots(slots: [u32; SLOTS]) -> Self {
        Self(slots)
    }
}
