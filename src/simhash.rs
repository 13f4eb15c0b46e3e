//! SimHash fingerprints and the search for those within a few bits.

/// The 64-bit SimHash of hashed features (Charikar 2002): a bit is set when more than half of the features set it.
///
/// Features count as often as they occur; words, pairs of words or shingles all do. `None` without features.
///
/// Reach for it to recognise pages that differ in a few words: re-crawls, clocks, counters. It is a filter, not a
/// judge: with a fifth of a story cut off only one copy in a hundred stays within 3 bits, and with single words as
/// features one unrelated pair in eight comes within 12.
pub fn simhash(features: &[u64]) -> Option<u64> {
    if features.is_empty() {
        return None;
    }
    let mut counts = [0_u64; 64];
    for &feature in features {
        for (bit, count) in counts.iter_mut().enumerate() {
            *count += feature >> bit & 1;
        }
    }
    let half = features.len() as u64;
    Some(
        counts
            .iter()
            .enumerate()
            .map(|(bit, &count)| u64::from(2 * count > half) << bit)
            .sum(),
    )
}

/// In how many bits two fingerprints differ.
#[inline]
pub fn hamming(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// Finds the fingerprints within a few bits of a given one, among many.
#[derive(Debug, Clone, Default)]
pub struct HammingIndex {
    fingerprints: Vec<u64>,
    max_distance: u32,
}

impl HammingIndex {
    /// An index of these fingerprints for searches of up to `max_distance` bits; more than 63 counts as 63.
    pub fn new(fingerprints: &[u64], max_distance: u32) -> Self {
        Self {
            fingerprints: fingerprints.to_vec(),
            max_distance: max_distance.min(63),
        }
    }

    /// Appends the places of all fingerprints within the distance of `query` to `out`, ascending; `out` is cleared
    /// first.
    pub fn within(&self, query: u64, out: &mut Vec<usize>) {
        out.clear();
        out.extend(
            (0..self.fingerprints.len())
                .filter(|&i| hamming(self.fingerprints[i], query) <= self.max_distance),
        );
    }
}
