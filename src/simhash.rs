//! SimHash fingerprints and the search for those within a few bits.

/// The 64-bit SimHash of hashed features (Charikar 2002): a bit is set when more than half of the features set it.
///
/// Features count as often as they occur; words, pairs of words or shingles all do. `None` without features.
///
/// Reach for it to recognise pages that differ in a few words: re-crawls, clocks, counters. It is a filter, not a
/// judge: with a fifth of a story cut off only one copy in a hundred stays within 3 bits, and with single words as
/// features one unrelated pair in eight comes within 12. Takes 1 to 2 ns a feature (bench `sketch/simhash`).
///
/// ```
/// use newsift::simhash::{HammingIndex, hamming, simhash};
/// use newsift::text::Words;
///
/// let mut words = Words::new();
/// let fingerprints: Vec<u64> = ["Rain all day, 12 degrees", "Rain all day, 13 degrees", "Ferry strike ends"]
///     .iter()
///     .filter_map(|text| {
///         words.read(text);
///         simhash(words.hashes())
///     })
///     .collect();
/// assert!(hamming(fingerprints[0], fingerprints[1]) < hamming(fingerprints[0], fingerprints[2]));
/// let mut found = Vec::new();
/// HammingIndex::new(&fingerprints, 3).within(fingerprints[2], &mut found);
/// assert_eq!(found, [2]);
/// ```
pub fn simhash(features: &[u64]) -> Option<u64> {
    if features.is_empty() {
        return None;
    }
    // The plain code counts 64 bits one by one. Here bit i of all 64 counts is plane i, so that one operation counts
    // for all of them; eight features at a time go through carry-save adders as in Harley and Seal's population count
    // (Warren, Hacker's Delight, 5-2).
    let mut planes = [0_u64; 64];
    let (eights, rest) = features.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in eights {
        let (ones, twos_a) = add(planes[0], a, b);
        let (ones, twos_b) = add(ones, c, d);
        let (twos, fours_a) = add(planes[1], twos_a, twos_b);
        let (ones, twos_a) = add(ones, e, f);
        let (ones, twos_b) = add(ones, g, h);
        let (twos, fours_b) = add(twos, twos_a, twos_b);
        let (fours, eights) = add(planes[2], fours_a, fours_b);
        (planes[0], planes[1], planes[2]) = (ones, twos, fours);
        carry(&mut planes[3..], eights);
    }
    for &feature in rest {
        carry(&mut planes, feature);
    }
    // Compares all counts with half the number of features, from the highest bit down.
    let half = features.len() as u64 / 2;
    let (mut more, mut equal) = (0, u64::MAX);
    for (i, &plane) in planes.iter().enumerate().rev() {
        if half >> i & 1 == 0 {
            more |= equal & plane;
            equal &= !plane;
        } else {
            equal &= plane;
        }
    }
    Some(more)
}

/// Adds three bits in each of 64 places: sum and carry.
#[inline(always)]
fn add(a: u64, b: u64, c: u64) -> (u64, u64) {
    let either = a ^ b;
    (either ^ c, a & b | either & c)
}

/// Adds one bit in each of 64 places to the counts that begin with this plane.
#[inline(always)]
fn carry(planes: &mut [u64], mut bits: u64) {
    for plane in planes {
        if bits == 0 {
            return;
        }
        (*plane, bits) = (*plane ^ bits, *plane & bits);
    }
}

/// In how many bits two fingerprints differ.
#[inline]
pub fn hamming(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

/// Finds the fingerprints within a few bits of a given one, among many.
///
/// The 64 bits are cut into blocks, more than the bits that may differ; then some blocks must be equal, and for every
/// choice of them there is a table sorted by these blocks, where equal ones stand together (Manku, Jain and Das Sarma
/// 2007, "Detecting near-duplicates for web crawling", section 3). The number of blocks follows from the number of
/// fingerprints; up to 16 bytes a fingerprint and table, with 4 tables for a million fingerprints within 3 bits. Where
/// tables would not help, as for a few fingerprints or a large distance, all are compared.
#[derive(Debug, Clone, Default)]
pub struct HammingIndex {
    max_distance: u32,
    /// The only one has mask 0 where all are compared.
    tables: Vec<Table>,
}

#[derive(Debug, Clone)]
struct Table {
    /// The blocks that must be equal.
    mask: u64,
    /// In the order of their masked bits, then of their places.
    fingerprints: Vec<u64>,
    places: Vec<u32>,
    /// Where those begin that share their first masked bits, for each value of these bits; about one a fingerprint.
    starts: Vec<u32>,
}

impl Table {
    fn new(fingerprints: &[u64], count: u32, mask: u64) -> Self {
        let mut entries: Vec<(u64, u32)> = fingerprints.iter().copied().zip(0..count).collect();
        entries.sort_unstable_by_key(|&(f, place)| (f & mask, place));
        let (fingerprints, places): (Vec<u64>, Vec<u32>) = entries.into_iter().unzip();
        let mut table = Self {
            mask,
            fingerprints,
            places,
            starts: Vec::new(),
        };
        let bits = mask.count_ones().min(count.max(1).ilog2());
        table.starts.resize((1 << bits) + 1, 0);
        for i in 0..table.fingerprints.len() {
            let first = table.first_bits(table.fingerprints[i]);
            table.starts[first + 1] += 1;
        }
        for i in 0..1 << bits {
            table.starts[i + 1] += table.starts[i];
        }
        table
    }

    /// The highest of the masked bits, moved together.
    fn first_bits(&self, fingerprint: u64) -> usize {
        let (mut mask, mut missing) = (self.mask, (self.starts.len() - 1).ilog2());
        let mut first = 0;
        while missing > 0 {
            let top = mask.leading_zeros();
            let run = (mask << top).leading_ones().min(missing);
            first = first << run | (fingerprint << top >> (64 - run));
            missing -= run;
            mask &= !(u64::MAX << (64 - run) >> top);
        }
        first as usize
    }

    /// The fingerprints with the same masked bits, and their places.
    fn bucket(&self, query: u64) -> impl Iterator<Item = (u64, u32)> + '_ {
        let first = self.first_bits(query);
        let range = self.starts[first] as usize..self.starts[first + 1] as usize;
        let fingerprints = &self.fingerprints[range.clone()];
        let key = query & self.mask;
        let skip = fingerprints.partition_point(|&f| f & self.mask < key);
        fingerprints[skip..]
            .iter()
            .copied()
            .zip(self.places[range].iter().copied().skip(skip))
            .take_while(move |&(f, _)| f & self.mask == key)
    }
}

impl HammingIndex {
    /// An index of these fingerprints for searches of up to `max_distance` bits; more than 64 counts as 64.
    ///
    /// # Panics
    ///
    /// When there are 2^32 fingerprints or more.
    pub fn new(fingerprints: &[u64], max_distance: u32) -> Self {
        let count = u32::try_from(fingerprints.len()).expect("less than 2^32 fingerprints");
        let max_distance = max_distance.min(64);
        let tables = masks(fingerprints.len(), max_distance)
            .into_iter()
            .map(|mask| Table::new(fingerprints, count, mask))
            .collect();
        Self {
            max_distance,
            tables,
        }
    }

    /// Puts the places of all fingerprints within the distance of `query` into `out`, ascending; `out` is cleared
    /// first.
    pub fn within(&self, query: u64, out: &mut Vec<usize>) {
        out.clear();
        for table in &self.tables {
            out.extend(
                table
                    .bucket(query)
                    .filter(|&(f, _)| hamming(f, query) <= self.max_distance)
                    .map(|(_, place)| place as usize),
            );
        }
        out.sort_unstable();
        out.dedup();
    }
}

/// What finding the bucket in one table costs, in comparisons of two fingerprints: it misses the cache about three times
/// (bench `hamming`).
const SEARCH: u64 = 64;

/// The masks of the tables that make a search cheapest.
fn masks(fingerprints: usize, max_distance: u32) -> Vec<u64> {
    let count = fingerprints as u64;
    let mut cheapest = (count, vec![0]);
    for blocks in max_distance + 1..=(max_distance + 4).min(64) {
        let equal = blocks - max_distance;
        let tables = choose(u64::from(blocks), u64::from(max_distance));
        // The smallest blocks make the fullest buckets.
        let bits = equal * (64 / blocks);
        let bucket = count.checked_shr(bits).unwrap_or(0);
        let cost = tables.saturating_mul(SEARCH + bucket);
        if cost < cheapest.0 {
            let block = |i: u32| {
                let (start, end) = (i * 64 / blocks, (i + 1) * 64 / blocks);
                (u64::MAX >> (64 - (end - start))) << start
            };
            let mut masks = Vec::new();
            combinations(0, blocks, equal, 0, &block, &mut masks);
            cheapest = (cost, masks);
        }
    }
    cheapest.1
}

fn choose(n: u64, k: u64) -> u64 {
    (0..k.min(n - k)).fold(1_u64, |product, i| product.saturating_mul(n - i) / (i + 1))
}

/// All ways to take `more` of the blocks from `first` on.
fn combinations(
    first: u32,
    blocks: u32,
    more: u32,
    mask: u64,
    block: &impl Fn(u32) -> u64,
    out: &mut Vec<u64>,
) {
    if more == 0 {
        out.push(mask);
        return;
    }
    for i in first..=blocks - more {
        combinations(i + 1, blocks, more - 1, mask | block(i), block, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts every bit.
    fn naive(features: &[u64]) -> u64 {
        (0..64)
            .filter(|bit| {
                let count = features.iter().filter(|&f| f >> bit & 1 == 1).count();
                2 * count > features.len()
            })
            .map(|bit| 1 << bit)
            .sum()
    }

    #[test]
    fn small_cases() {
        for (features, expected) in [
            (&[][..], None),
            (&[5], Some(5)),
            (&[0b11, 0b01], Some(0b01)),
            (&[0b11, 0b01, 0b10], Some(0b11)),
            (&[u64::MAX; 17], Some(u64::MAX)),
        ] {
            assert_eq!(simhash(features), expected);
        }
        assert_eq!(hamming(0b1011, 0b0010), 2);
    }

    #[test]
    fn tables_follow_the_number_of_fingerprints() {
        for (fingerprints, max_distance, tables) in [
            (0, 3, 1),
            (100, 3, 1),
            (1_000_000, 0, 1),
            (1_000_000, 3, 4),
            (1 << 28, 3, 10),
            (1_000_000, 40, 1),
        ] {
            let masks = masks(fingerprints, max_distance);
            assert_eq!(masks.len(), tables, "{fingerprints} within {max_distance}");
        }
    }

    proptest! {
        #[test]
        fn as_counting_every_bit(features in prop::collection::vec(any::<u64>(), 1..300)) {
            prop_assert_eq!(simhash(&features), Some(naive(&features)));
        }

        #[test]
        fn as_comparing_all(
            seeds in prop::collection::vec(any::<u64>(), 1..6),
            flips in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(0..64, 0..6)), 0..1200),
            max_distance in 0..8_u32,
        ) {
            let fingerprints: Vec<u64> = flips
                .iter()
                .map(|(seed, bits)| bits.iter().fold(*seed.get(&seeds), |f, bit| f ^ 1_u64 << bit))
                .collect();
            let index = HammingIndex::new(&fingerprints, max_distance);
            let mut out = Vec::new();
            for &query in &seeds {
                index.within(query, &mut out);
                let all: Vec<usize> = (0..fingerprints.len())
                    .filter(|&i| hamming(fingerprints[i], query) <= max_distance)
                    .collect();
                prop_assert_eq!(&out, &all);
            }
        }
    }
}
