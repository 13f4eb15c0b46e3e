//! Stage 1 of the model: what the words of a block say by themselves.
//!
//! A linear model over n-grams at the block's head and tail: those seen on several hosts in training have a weight for each
//! label and one for "body text"; a block's scores are the sums over its n-grams. N-grams are known by a 32-bit hash; those
//! that are not in the dictionary say nothing.

use std::hint::select_unpredictable;

use super::label::Label;

/// Scores of a block: one a label, then one for body text.
pub(crate) const SCORES: usize = Label::ALL.len() + 1;

/// Where the score for body text stands.
pub(crate) const BODY_SCORE: usize = SCORES - 1;

/// Lanes of scores and weights: the last is padding, for the sake of vector instructions.
const LANES: usize = SCORES + 1;

/// The scores of a block.
pub(crate) type Scores = [f32; LANES];

/// A row of weights.
pub(crate) type Row = [i8; LANES];

/// The dictionary and its weights, as eight-bit steps of `scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FirstStage {
    pub(crate) scale: f32,
    pub(crate) bias: Scores,
    /// The n-grams' hashes, ascending, none zero; a row of weights each.
    pub(crate) grams: Vec<u32>,
    pub(crate) rows: Vec<Row>,
    index: Index,
}

/// Where n-grams stand in the dictionary, which is sorted: those that begin with the same bits follow each other.
#[derive(Debug, Clone, PartialEq)]
struct Index {
    /// The place of the first that begins with these bits, or with higher ones.
    starts: Vec<u32>,
    shift: u32,
    seen: Filter,
}

/// A bit for every hash, of which one in ten or so is set. Nine in ten n-grams of a page are not in the dictionary: this
/// says so from memory that stays in the first cache.
#[derive(Debug, Clone, PartialEq)]
struct Filter {
    bits: Vec<u64>,
    shift: u32,
}

impl Filter {
    fn new(grams: &[u32]) -> Self {
        let size = (grams.len() * 8).next_power_of_two().max(64);
        let mut filter = Self {
            bits: vec![0; size / 64],
            shift: 32 - size.ilog2(),
        };
        for &gram in grams {
            let at = (gram >> filter.shift) as usize;
            filter.bits[at / 64] |= 1 << (at % 64);
        }
        filter
    }

    #[inline(always)]
    fn may_contain(&self, gram: u32) -> bool {
        let at = (gram >> self.shift) as usize;
        self.bits[at / 64] >> (at % 64) & 1 == 1
    }
}

impl Index {
    fn new(grams: &[u32]) -> Self {
        // One or two n-grams begin with the same bits.
        let size = (grams.len().next_power_of_two() / 2).max(16);
        let shift = 32 - size.ilog2();
        let start = |bits| grams.partition_point(|&gram| gram >> shift < bits) as u32;
        Self {
            starts: (0..size as u32).map(start).collect(),
            shift,
            seen: Filter::new(grams),
        }
    }

    /// The place of an n-gram in the dictionary, if it has it: that of one not less, or of the last.
    #[inline(always)]
    fn place(&self, grams: &[u32], gram: u32) -> usize {
        let last = grams.len() - 1;
        let mut place = self.starts[(gram >> self.shift) as usize] as usize;
        // Most stand in the first three places: these are passed without a guess.
        for _ in 0..2 {
            place = place.min(last);
            place += usize::from(grams[place] < gram);
        }
        while place < last && grams[place] < gram {
            place += 1;
        }
        place.min(last)
    }
}

impl FirstStage {
    pub(crate) fn new(scale: f32, bias: [f32; SCORES], grams: Vec<u32>, rows: Vec<Row>) -> Self {
        let index = Index::new(&grams);
        Self {
            scale,
            bias: std::array::from_fn(|i| bias.get(i).copied().unwrap_or(0.0)),
            grams,
            rows,
            index,
        }
    }

    /// A stage that knows nothing.
    #[cfg(feature = "train")]
    pub(crate) fn empty() -> Self {
        Self::new(1.0, [0.0; SCORES], Vec::new(), Vec::new())
    }

    /// The scores of the block with these n-grams, 64 at most.
    #[inline(always)]
    pub(crate) fn scores(&self, grams: impl Iterator<Item = u32>) -> Scores {
        if self.grams.is_empty() {
            return self.bias;
        }
        // All questions to the filter first, without a branch: they then wait for memory together.
        let (seen, mut kept, mut count) = (&self.index.seen, [0; 64], 0);
        for gram in grams {
            kept[count % 64] = gram;
            count += usize::from(seen.may_contain(gram));
        }
        let (dictionary, rows) = (self.grams.as_slice(), self.rows.as_slice());
        let mut sums = [0_i32; LANES];
        // Likewise the rows: nothing is added in the place of one that is not this n-gram's.
        for &gram in &kept[..count.min(64)] {
            let place = self.index.place(dictionary, gram);
            let found = dictionary[place] == gram;
            let row = select_unpredictable(found, &rows[place], &[0; LANES]);
            for (sum, &w) in sums.iter_mut().zip(row) {
                *sum += i32::from(w);
            }
        }
        std::array::from_fn(|i| self.bias[i] + sums[i] as f32 * self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grams_of_the_dictionary_are_found_and_no_others() {
        for count in [0_u32, 1, 2, 15, 1000] {
            // Some begin with the same bits, and the last is the greatest there is.
            let grams: Vec<u32> = (1..=count)
                .map(|i| {
                    if i == count {
                        u32::MAX
                    } else {
                        i * i * 4000 + i
                    }
                })
                .collect();
            let rows = (1..=count).map(|i| [(i % 100) as i8; 16]).collect();
            let first = FirstStage::new(1.0, [0.0; SCORES], grams.clone(), rows);
            for (gram, i) in grams.iter().zip(1..) {
                for (asked, want) in [
                    (vec![*gram], (i % 100) as f32),
                    (vec![gram - 1, *gram, *gram], (i % 100 * 2) as f32),
                    (vec![gram - 1], 0.0),
                ] {
                    assert_eq!(
                        first.scores(asked.iter().copied())[..SCORES],
                        [want; SCORES],
                        "{asked:?} of {count}"
                    );
                }
            }
            assert_eq!(first.scores([1, 7, u32::MAX - 1].into_iter()), [0.0; LANES]);
        }
    }
}
