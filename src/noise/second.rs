//! Stage 2 of the model: a small convolutional network over the sequence of blocks.
//!
//! Features go into [`CHANNELS`] channels; residual convolutions of width 3 with growing dilation let every block see its
//! neighbours; a pooled summary of the page (mean and maximum) enters in the middle; the outputs are a score for each
//! label (to which the features also contribute directly), and for each kind of page. Inference is plain Rust: sums over fixed-size arrays in a fixed order, so the answers
//! are the same on every platform.

use std::ops::Range;

use super::features::FEATURES;
use super::label::{Label, PageKind};
use super::product::{Products, TOGETHER, Work, add_product, widest};

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
    pub(crate) fn forward(&self, rows: &[f32], activations: &mut Activations) {
        widest(Forward {
            net: self,
            rows,
            activations,
        });
    }
}

/// The network at work on a page. Every pass over the blocks does all it can while they are at hand.
struct Forward<'a> {
    net: &'a SecondStage,
    rows: &'a [f32],
    activations: &'a mut Activations,
}

impl Work for Forward<'_> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(self, products: P) {
        let (net, a) = (self.net, self.activations);
        let p = &net.parameters;
        a.hidden.resize_with(DILATIONS.len() + 1, Vec::new);
        a.added.resize_with(DILATIONS.len(), Vec::new);
        net.project(products, self.rows, a);
        for (layer, &dilation) in DILATIONS.iter().enumerate() {
            if layer == SUMMARY_AT {
                pool(&a.hidden[layer], &mut a.pooled[0], &mut a.maxima[0]);
                let mut s = lane(&p[layout::SUMMARY_BIAS]);
                add_product(&a.pooled[0], &p[layout::SUMMARY], &mut s);
                rectify(&mut s);
                for h in &mut a.hidden[layer] {
                    for (h, &s) in h.iter_mut().zip(&s) {
                        *h += s;
                    }
                }
                a.summary.clear();
                a.summary.extend_from_slice(&s);
            }
            let (below, above) = a.hidden.split_at_mut(layer + 1);
            let convolution = Convolution {
                dilation,
                weights: &p[layout::conv(layer)],
                bias: lane(&p[layout::conv_bias(layer)]),
            };
            convolution.run(products, &below[layer], &mut a.added[layer], &mut above[0]);
        }
        let last = &a.hidden[DILATIONS.len()];
        pool(last, &mut a.pooled[1], &mut a.maxima[1]);
        let mut kinds: [f32; KINDS] = std::array::from_fn(|k| p[layout::KIND_BIAS][k]);
        add_product(&a.pooled[1], &p[layout::KIND], &mut kinds);
        a.kinds = kinds;
        let (output, _) = p[layout::OUTPUT].as_chunks::<OUT>();
        for (last, labels) in last.chunks(TOGETHER).zip(a.labels.chunks_mut(TOGETHER)) {
            let (x, mut sums) = (padded(last), padded(labels));
            products.add(x.each_ref().map(|x| x.as_slice()), output, &mut sums);
            labels.copy_from_slice(&sums[..labels.len()]);
        }
    }
}

impl SecondStage {
    /// Centres and scales the features, and brings them to the channels and straight to the outputs.
    #[inline(always)]
    fn project(&self, products: impl Products, rows: &[f32], a: &mut Activations) {
        let p = &self.parameters;
        let (inputs, _) = p[layout::INPUT].as_chunks::<CHANNELS>();
        let (direct, _) = p[layout::DIRECT].as_chunks::<OUT>();
        let bias = lane(&p[layout::INPUT_BIAS]);
        let direct_bias: [f32; OUT] = std::array::from_fn(|i| p[layout::OUTPUT_BIAS][i]);
        let (rows, _) = rows.as_chunks::<FEATURES>();
        a.input.clear();
        a.hidden[0].clear();
        a.labels.clear();
        for rows in rows.chunks(TOGETHER) {
            let mut scaled = [[0.0; FEATURES]; TOGETHER];
            for (scaled, row) in scaled.iter_mut().zip(rows) {
                let scales = self.mean.iter().zip(&self.inverse_spread);
                for ((scaled, &x), (m, s)) in scaled.iter_mut().zip(row).zip(scales) {
                    *scaled = ((x - m) * s).clamp(-5.0, 5.0);
                }
            }
            let x = scaled.each_ref().map(|x| x.as_slice());
            let mut hidden = [bias; TOGETHER];
            products.add(x, inputs, &mut hidden);
            for hidden in &mut hidden {
                rectify(hidden);
            }
            let mut labels = [direct_bias; TOGETHER];
            products.add(x, direct, &mut labels);
            let count = rows.len();
            a.input.extend_from_slice(scaled[..count].as_flattened());
            a.hidden[0].extend_from_slice(&hidden[..count]);
            a.labels.extend_from_slice(&labels[..count]);
        }
    }
}

/// A convolution of width 3, rectified: each block sees itself and those `dilation` before and behind.
struct Convolution<'a> {
    dilation: usize,
    weights: &'a [f32],
    bias: Lane,
}

impl Convolution<'_> {
    /// What it adds to each block, and the sums.
    #[inline(always)]
    fn run(
        &self,
        products: impl Products,
        from: &[Lane],
        added: &mut Vec<Lane>,
        to: &mut Vec<Lane>,
    ) {
        let (rows, _) = self.weights.as_chunks::<CHANNELS>();
        let (taps, _) = rows.as_chunks::<CHANNELS>();
        added.clear();
        to.clear();
        for (group, own) in from.chunks(TOGETHER).enumerate() {
            let mut sums = [self.bias; TOGETHER];
            for (tap, weights) in taps.iter().enumerate() {
                // The neighbours seen lie from `start - dilation` on. Outside the page there is nothing: zeros, which
                // change no sum.
                let start = group * TOGETHER + tap * self.dilation;
                if start + TOGETHER <= self.dilation || start >= from.len() + self.dilation {
                    continue;
                }
                let mut x: [&[f32]; TOGETHER] = [&NOTHING; TOGETHER];
                for (i, x) in x.iter_mut().enumerate() {
                    if let Some(at) = (start + i).checked_sub(self.dilation)
                        && let Some(from) = from.get(at)
                    {
                        *x = from;
                    }
                }
                products.add(x, weights, &mut sums);
            }
            let mut whole = padded(own);
            for (whole, sum) in whole.iter_mut().zip(&mut sums) {
                rectify(sum);
                for (whole, sum) in whole.iter_mut().zip(sum) {
                    *whole += *sum;
                }
            }
            added.extend_from_slice(&sums[..own.len()]);
            to.extend_from_slice(&whole[..own.len()]);
        }
    }
}

static NOTHING: Lane = [0.0; CHANNELS];

/// At most [`TOGETHER`] blocks, and zeros in the place of those that lack.
#[inline(always)]
fn padded<const N: usize>(blocks: &[[f32; N]]) -> [[f32; N]; TOGETHER] {
    let mut all = [[0.0; N]; TOGETHER];
    for (all, block) in all.iter_mut().zip(blocks) {
        *all = *block;
    }
    all
}

#[inline(always)]
fn rectify<const N: usize>(lane: &mut [f32; N]) {
    for value in lane {
        *value = value.max(0.0);
    }
}

/// Means and maxima of the channels over the page.
#[inline(always)]
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
