//! Stage 1 of the model: what the words of a block say by themselves.
//!
//! A linear model over n-grams at the block's head and tail: those seen on several hosts in training have a weight for each
//! label and one for "body text"; a block's scores are the sums over its n-grams. N-grams are known by a 32-bit hash; those
//! that are not in the dictionary say nothing.

use super::label::Label;

/// Scores of a block: one a label, then one for body text.
pub(crate) const SCORES: usize = Label::ALL.len() + 1;

/// Where the score for body text stands.
pub(crate) const BODY_SCORE: usize = SCORES - 1;

/// The scores of a block.
pub(crate) type Scores = [f32; SCORES];

/// A row of weights, padded to 16 for the sake of vector instructions.
pub(crate) type Row = [i8; 16];

/// The dictionary and its weights, as eight-bit steps of `scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FirstStage {
    pub(crate) scale: f32,
    pub(crate) bias: Scores,
    /// The n-grams' hashes, ascending, none zero; a row of weights each.
    pub(crate) grams: Vec<u32>,
    pub(crate) rows: Vec<Row>,
    table: Table,
}

/// Open addressing: hash and place in the dictionary, a hash of zero where the slot is free.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    slots: Vec<(u32, u32)>,
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

    fn may_contain(&self, gram: u32) -> bool {
        let at = (gram >> self.shift) as usize;
        self.bits[at / 64] >> (at % 64) & 1 == 1
    }
}

impl Table {
    fn new(grams: &[u32]) -> Self {
        let size = (grams.len() * 3).next_power_of_two().max(16);
        let mut table = Self {
            slots: vec![(0, 0); size],
            shift: 32 - size.ilog2(),
            seen: Filter::new(grams),
        };
        for (i, &gram) in grams.iter().enumerate() {
            let mut slot = table.home(gram);
            while table.slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            table.slots[slot] = (gram, i as u32);
        }
        table
    }

    fn home(&self, gram: u32) -> usize {
        (gram >> self.shift) as usize
    }

    fn find(&self, gram: u32) -> Option<usize> {
        let mut slot = self.home(gram);
        loop {
            match self.slots[slot] {
                (0, _) => return None,
                (found, i) if found == gram => return Some(i as usize),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }
}

impl FirstStage {
    pub(crate) fn new(scale: f32, bias: Scores, grams: Vec<u32>, rows: Vec<Row>) -> Self {
        let table = Table::new(&grams);
        Self {
            scale,
            bias,
            grams,
            rows,
            table,
        }
    }

    /// A stage that knows nothing.
    #[cfg(feature = "train")]
    pub(crate) fn empty() -> Self {
        Self::new(1.0, [0.0; SCORES], Vec::new(), Vec::new())
    }

    /// The scores of the block with these n-grams, of which those in the dictionary are left over.
    #[inline(never)] // counted by itself, see benches/instructions.rs
    pub(crate) fn scores(&self, grams: &mut Vec<u32>) -> Scores {
        // All questions to the filter first, without a branch: they then wait for memory together.
        let mut kept = 0;
        for i in 0..grams.len() {
            let gram = grams[i];
            grams[kept] = gram;
            kept += usize::from(self.table.seen.may_contain(gram));
        }
        grams.truncate(kept);
        let mut sums = [0_i32; 16];
        for &gram in &*grams {
            if let Some(i) = self.table.find(gram) {
                for (sum, &w) in sums.iter_mut().zip(&self.rows[i]) {
                    *sum += i32::from(w);
                }
            }
        }
        std::array::from_fn(|i| self.bias[i] + sums[i] as f32 * self.scale)
    }
}
