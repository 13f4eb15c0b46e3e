//! Stage 1 of the model: what the words of a block say by themselves.
//!
//! A linear model over hashed n-grams: every bucket has a weight for each label and one for "body text", and a block's
//! scores are the sums over its buckets.

use super::features::BUCKETS;
use super::label::Label;

/// Scores of a block: one a label, then one for body text.
pub(crate) const SCORES: usize = Label::ALL.len() + 1;

/// Where the score for body text stands.
pub(crate) const BODY_SCORE: usize = SCORES - 1;

/// The scores of a block.
pub(crate) type Scores = [f32; SCORES];

/// A row of weights, padded to 16 for the sake of vector instructions.
pub(crate) type Row = [i8; 16];

/// The weights, as eight-bit steps of `scale`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FirstStage {
    pub(crate) scale: f32,
    pub(crate) bias: Scores,
    pub(crate) rows: Vec<Row>,
}

impl FirstStage {
    /// A stage that knows nothing.
    #[cfg(any(test, feature = "train"))]
    pub(crate) fn empty() -> Self {
        Self {
            scale: 1.0,
            bias: [0.0; SCORES],
            rows: vec![[0; 16]; BUCKETS],
        }
    }

    /// The scores of the block whose buckets `feed` names.
    pub(crate) fn scores(&self, feed: impl FnOnce(&mut dyn FnMut(usize))) -> Scores {
        let mut sums = [0_i32; 16];
        feed(&mut |bucket| {
            for (sum, &w) in sums.iter_mut().zip(&self.rows[bucket % BUCKETS]) {
                *sum += i32::from(w);
            }
        });
        std::array::from_fn(|i| self.bias[i] + sums[i] as f32 * self.scale)
    }
}
