//! Stage 2 of the model: a small convolutional network over the sequence of blocks.
//!
//! Features go into [`CHANNELS`] channels; residual convolutions of width 3 with growing dilation let every block see its
//! neighbours; a pooled summary of the page (mean and maximum) enters in the middle; the outputs are a score for each
//! label (to which the features also contribute directly), and for each kind of page. Inference is plain Rust: sums over fixed-size arrays in a fixed order, so the answers
//! are the same on every platform.

use std::ops::Range;

use super::features::FEATURES;
use super::label::{Label, PageKind};
use super::product::{TOGETHER, add_product, add_products};

pub(crate) const CHANNELS: usize = 32;
/// Distance of the neighbours that each convolution sees.
pub(crate) const DILATIONS: [usize; 5] = [1, 2, 4, 8, 16];
/// The page summary enters before this convolution.
pub(crate) const SUMMARY_AT: usize = 2;
pub(crate) const LABELS: usize = Label::ALL.len();
pub(crate) const KINDS: usize = PageKind::ALL.len();
/// Output lanes: a score for each label within its side, then the two sides' own. The headline is a side of its own, so its
/// lane is that side's score.
pub(crate) const OUT: usize = 16;
/// The three sides that a block is on: headline, body (with subheads), noise. Body/not-body sets train these scores only.
pub(crate) const SIDES: [usize; 3] = [Label::Title as usize, LABELS, LABELS + 1];
/// The lanes of the labels within each side.
pub(crate) const WITHIN: [Range<usize>; 3] = [0..1, 1..3, 3..LABELS];
const _: () =
    assert!(Label::Body as usize == 1 && Label::Subhead as usize == 2 && LABELS + 2 == OUT);

/// A vector of channels.
pub(crate) type Lane = [f32; CHANNELS];

/// Where each group of weights lies in the list of parameters.
pub(crate) mod layout {
    use super::*;

    const fn after(r: Range<usize>, len: usize) -> Range<usize> {
        r.end..r.end + len
    }
    pub(crate) const INPUT: Range<usize> = 0..FEATURES * CHANNELS;
    pub(crate) const INPUT_BIAS: Range<usize> = after(INPUT, CHANNELS);
    const CONV_LEN: usize = 3 * CHANNELS * CHANNELS + CHANNELS;
    pub(crate) const CONVS: Range<usize> = after(INPUT_BIAS, DILATIONS.len() * CONV_LEN);
    pub(crate) const SUMMARY: Range<usize> = after(CONVS, 2 * CHANNELS * CHANNELS);
    pub(crate) const SUMMARY_BIAS: Range<usize> = after(SUMMARY, CHANNELS);
    pub(crate) const KIND: Range<usize> = after(SUMMARY_BIAS, 2 * CHANNELS * KINDS);
    pub(crate) const KIND_BIAS: Range<usize> = after(KIND, KINDS);
    pub(crate) const OUTPUT: Range<usize> = after(KIND_BIAS, CHANNELS * OUT);
    pub(crate) const OUTPUT_BIAS: Range<usize> = after(OUTPUT, OUT);
    /// From the features straight to the outputs.
    pub(crate) const DIRECT: Range<usize> = after(OUTPUT_BIAS, FEATURES * OUT);
    /// Number of parameters.
    pub(crate) const PARAMETERS: usize = DIRECT.end;

    /// The weights of a convolution, `[tap][in][out]`.
    pub(crate) const fn conv(layer: usize) -> Range<usize> {
        let start = CONVS.start + layer * CONV_LEN;
        start..start + 3 * CHANNELS * CHANNELS
    }
    /// The bias of a convolution.
    pub(crate) const fn conv_bias(layer: usize) -> Range<usize> {
        let start = conv(layer).end;
        start..start + CHANNELS
    }
}

/// The network's weights.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SecondStage {
    /// Each feature's mean and the inverse of its spread on the training pages.
    pub(crate) mean: Vec<f32>,
    pub(crate) inverse_spread: Vec<f32>,
    pub(crate) parameters: Vec<f32>,
}

/// What the network computes for a page; kept between pages for its memory, and read by the trainer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activations {
    /// Features, centred and scaled.
    pub(crate) input: Vec<f32>,
    /// The channels before the first convolution and behind each.
    pub(crate) hidden: Vec<Vec<Lane>>,
    /// What each convolution adds (already rectified).
    pub(crate) added: Vec<Vec<Lane>>,
    /// Means then maxima, in the middle and at the end, and which block was the maximum.
    pub(crate) pooled: [Vec<f32>; 2],
    pub(crate) maxima: [Vec<u32>; 2],
    /// The rectified page summary.
    pub(crate) summary: Vec<f32>,
    /// Scores of the labels of every block, and of the page kinds.
    pub(crate) labels: Vec<[f32; OUT]>,
    pub(crate) kinds: [f32; KINDS],
}

pub(crate) fn lane(weights: &[f32]) -> Lane {
    std::array::from_fn(|i| weights[i])
}

impl SecondStage {
    /// Runs the network over the rows of features of a page.
    #[inline(never)] // counted by itself, see benches/instructions.rs
    pub(crate) fn forward(&self, rows: &[f32], a: &mut Activations) {
        let p = &self.parameters;
        a.hidden.resize_with(DILATIONS.len() + 1, Vec::new);
        a.added.resize_with(DILATIONS.len(), Vec::new);
        self.scale(rows, &mut a.input);
        project::<CHANNELS>(
            &a.input,
            &p[layout::INPUT],
            lane(&p[layout::INPUT_BIAS]),
            &mut a.hidden[0],
        );
        rectify(&mut a.hidden[0]);
        for (layer, &dilation) in DILATIONS.iter().enumerate() {
            if layer == SUMMARY_AT {
                pool(&a.hidden[layer], &mut a.pooled[0], &mut a.maxima[0]);
                let mut s = lane(&p[layout::SUMMARY_BIAS]);
                add_product(&a.pooled[0], &p[layout::SUMMARY], &mut s);
                rectify(std::slice::from_mut(&mut s));
                for h in &mut a.hidden[layer] {
                    for (h, &s) in h.iter_mut().zip(&s) {
                        *h += s;
                    }
                }
                a.summary.clear();
                a.summary.extend_from_slice(&s);
            }
            let (below, above) = a.hidden.split_at_mut(layer + 1);
            let (from, to, added) = (&below[layer], &mut above[0], &mut a.added[layer]);
            convolve(
                from,
                dilation,
                &p[layout::conv(layer)],
                lane(&p[layout::conv_bias(layer)]),
                added,
            );
            to.clear();
            to.extend_from_slice(from);
            for (to, added) in to.iter_mut().zip(added) {
                for (to, &added) in to.iter_mut().zip(added.iter()) {
                    *to += added;
                }
            }
        }
        let last = &a.hidden[DILATIONS.len()];
        pool(last, &mut a.pooled[1], &mut a.maxima[1]);
        let mut kinds: [f32; KINDS] = std::array::from_fn(|k| p[layout::KIND_BIAS][k]);
        add_product(&a.pooled[1], &p[layout::KIND], &mut kinds);
        a.kinds = kinds;
        let bias: [f32; OUT] = std::array::from_fn(|i| p[layout::OUTPUT_BIAS][i]);
        project::<OUT>(&a.input, &p[layout::DIRECT], bias, &mut a.labels);
        for (last, out) in last.chunks(TOGETHER).zip(a.labels.chunks_mut(TOGETHER)) {
            let mut x: [&[f32]; TOGETHER] = [&[]; TOGETHER];
            for (x, last) in x.iter_mut().zip(last) {
                *x = last;
            }
            add_products::<OUT>(&x[..out.len()], &p[layout::OUTPUT], out);
        }
    }

    /// Centres and scales the features.
    fn scale(&self, rows: &[f32], input: &mut Vec<f32>) {
        input.clear();
        input.extend_from_slice(rows);
        for row in input.chunks_exact_mut(FEATURES) {
            for ((x, m), s) in row.iter_mut().zip(&self.mean).zip(&self.inverse_spread) {
                *x = ((*x - m) * s).clamp(-5.0, 5.0);
            }
        }
    }
}

/// The features of every block times a matrix, into `out`.
fn project<const N: usize>(
    input: &[f32],
    weights: &[f32],
    bias: [f32; N],
    out: &mut Vec<[f32; N]>,
) {
    out.clear();
    out.resize(input.len() / FEATURES, bias);
    for (rows, out) in input
        .chunks(TOGETHER * FEATURES)
        .zip(out.chunks_mut(TOGETHER))
    {
        let mut x: [&[f32]; TOGETHER] = [&[]; TOGETHER];
        for (x, row) in x.iter_mut().zip(rows.chunks_exact(FEATURES)) {
            *x = row;
        }
        add_products::<N>(&x[..out.len()], weights, out);
    }
}

/// A convolution of width 3, rectified: each block sees itself and those `dilation` before and behind.
fn convolve(from: &[Lane], dilation: usize, weights: &[f32], bias: Lane, out: &mut Vec<Lane>) {
    out.clear();
    out.resize(from.len(), bias);
    let (taps, _) = weights.as_chunks::<{ CHANNELS * CHANNELS }>();
    for (group, out) in out.chunks_mut(TOGETHER).enumerate() {
        let first = group * TOGETHER;
        for (tap, weights) in taps.iter().enumerate() {
            // The neighbours seen lie from `first - dilation + tap * dilation` on; some may lie outside the page.
            let start = first + tap * dilation;
            let skip = dilation.saturating_sub(start).min(out.len());
            let end = (from.len() + dilation).saturating_sub(start).min(out.len());
            let mut x: [&[f32]; TOGETHER] = [&[]; TOGETHER];
            for i in skip..end {
                x[i] = &from[start + i - dilation];
            }
            if skip < end {
                add_products::<CHANNELS>(&x[skip..end], weights, &mut out[skip..end]);
            }
        }
    }
    rectify(out);
}

fn rectify<const N: usize>(lanes: &mut [[f32; N]]) {
    for value in lanes.as_flattened_mut() {
        *value = value.max(0.0);
    }
}

/// Means and maxima of the channels over the page.
fn pool(hidden: &[Lane], pooled: &mut Vec<f32>, maxima: &mut Vec<u32>) {
    let (mut mean, mut max, mut at) = ([0.0; CHANNELS], [0.0_f32; CHANNELS], [0_u32; CHANNELS]);
    for (t, h) in hidden.iter().enumerate() {
        for c in 0..CHANNELS {
            mean[c] += h[c];
            if h[c] > max[c] {
                max[c] = h[c];
                at[c] = t as u32;
            }
        }
    }
    let n = hidden.len().max(1) as f32;
    pooled.clear();
    pooled.extend(mean.iter().map(|m| m / n));
    pooled.extend_from_slice(&max);
    maxima.clear();
    maxima.extend_from_slice(&at);
}
