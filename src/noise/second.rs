//! Stage 2 of the model: a small convolutional network over the sequence of blocks.
//!
//! Features go into [`CHANNELS`] channels; residual convolutions of width 3 with growing dilation let every block see its
//! neighbours; a pooled summary of the page (mean and maximum) enters in the middle; the outputs are a score for each label
//! (to which the features also contribute directly) and, out of the whole page and of its story alone, for each kind of page.
//! Inference is plain Rust: sums over fixed-size arrays in a fixed order, so the answers are the same on every platform.

use std::ops::Range;

use super::features::{FEATURES, WORDS};
use super::label::{Label, PageKind};
use super::math::{exp, greater};
use super::product::{Products, Row, TOGETHER, Work, add_product, coarse, widest};

pub(crate) const CHANNELS: usize = 48;
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

/// What the page kind is told by: the pooled channels, those of the story alone, and how much story there is.
pub(crate) const KIND_INPUTS: usize = 3 * CHANNELS + AMOUNTS;
const AMOUNTS: usize = 3;

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
    pub(crate) const KIND: Range<usize> = after(SUMMARY_BIAS, KIND_INPUTS * KINDS);
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

/// The weights as the network reads them, and what they are made of. All have eight significant bits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Network {
    pub(crate) stage: SecondStage,
    rows: Rows,
}

/// Rows of weights that are multiplied with the numbers of every block.
#[derive(Debug, Clone, PartialEq)]
struct Rows {
    mean: [f32; FEATURES],
    inverse_spread: [f32; FEATURES],
    /// From the features to the channels, and straight to the outputs.
    input: Vec<Row<WIDE>>,
    bias: [f32; WIDE],
    /// Three taps each.
    convolutions: [Vec<Row<CHANNELS>>; DILATIONS.len()],
    output: Vec<Row<OUT>>,
}

/// The channels and the outputs.
const WIDE: usize = CHANNELS + OUT;

/// What the network computes for a page; kept between pages for its memory, and read by the trainer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Activations {
    /// Features, centred and scaled; for the trainer only.
    pub(crate) input: Vec<f32>,
    /// The channels before the first convolution and behind each.
    pub(crate) hidden: Vec<Vec<Lane>>,
    /// What each convolution adds (already rectified); for the trainer only.
    pub(crate) added: Vec<Vec<Lane>>,
    /// Means then maxima, in the middle and at the end, and which block was the maximum.
    pub(crate) pooled: [Vec<f32>; 2],
    pub(crate) maxima: [Vec<u32>; 2],
    /// The rectified page summary.
    pub(crate) summary: Vec<f32>,
    /// Scores of the labels of every block, and of the page kinds.
    pub(crate) labels: Vec<[f32; OUT]>,
    pub(crate) kinds: [f32; KINDS],
    /// How much of the story each block is, by the labels' scores, and the sum.
    pub(crate) shares: Vec<f32>,
    pub(crate) share: f32,
    /// The inputs of the page kind.
    pub(crate) of_kind: Vec<f32>,
}

pub(crate) fn lane(weights: &[f32]) -> Lane {
    std::array::from_fn(|i| weights[i])
}

impl Network {
    pub(crate) fn new(stage: SecondStage) -> Self {
        Self {
            rows: Rows::new(&stage),
            stage,
        }
    }

    /// Runs the network over the rows of features of a page.
    #[inline(never)] // counted by itself, see benches/instructions.rs
    pub(crate) fn forward(&self, features: &[f32], activations: &mut Activations) {
        widest(Forward::<true> {
            net: &self.stage,
            rows: &self.rows,
            features,
            activations,
        });
    }
}

impl SecondStage {
    /// Runs the network while it is trained: the weights are any numbers, so nothing is fused, and nothing is rounded for
    /// the sake of that.
    #[cfg(feature = "train")]
    pub(crate) fn forward(&self, features: &[f32], activations: &mut Activations) {
        widest(Forward::<false> {
            net: self,
            rows: &Rows::new(self),
            features,
            activations,
        });
    }
}

impl Rows {
    fn new(stage: &SecondStage) -> Self {
        let p = &stage.parameters;
        fn rows<const N: usize>(weights: &[f32]) -> Vec<Row<N>> {
            weights.as_chunks().0.iter().map(|row| Row(*row)).collect()
        }
        let both = |channels: &[f32], outputs: &[f32]| {
            std::array::from_fn(|i| match i.checked_sub(CHANNELS) {
                None => channels[i],
                Some(i) => outputs[i],
            })
        };
        let inputs = p[layout::INPUT].chunks_exact(CHANNELS);
        let inputs = inputs.zip(p[layout::DIRECT].chunks_exact(OUT));
        Self {
            mean: std::array::from_fn(|f| stage.mean[f]),
            inverse_spread: std::array::from_fn(|f| stage.inverse_spread[f]),
            input: inputs
                .map(|(channels, outputs)| Row(both(channels, outputs)))
                .collect(),
            bias: both(&p[layout::INPUT_BIAS], &p[layout::OUTPUT_BIAS]),
            convolutions: std::array::from_fn(|layer| rows(&p[layout::conv(layer)])),
            output: rows(&p[layout::OUTPUT]),
        }
    }
}

impl Rows {
    /// Centres and scales the features of a block.
    #[inline(always)]
    fn scale<const EXACT: bool>(&self, block: &[f32; FEATURES], scaled: &mut [f32; FEATURES]) {
        // The last lanes begin before the others end, so that none is alone.
        for at in (0..FEATURES).step_by(LANES) {
            let at = at.min(FEATURES - LANES);
            let lanes =
                |of: &[f32; FEATURES]| -> [f32; LANES] { std::array::from_fn(|i| of[at + i]) };
            let (x, mean, spread) = (lanes(block), lanes(&self.mean), lanes(&self.inverse_spread));
            let out: [f32; LANES] = std::array::from_fn(|i| {
                factor::<EXACT>(((x[i] - mean[i]) * spread[i]).clamp(-5.0, 5.0))
            });
            scaled[at..at + LANES].copy_from_slice(&out);
        }
    }
}

/// Features that are scaled together.
const LANES: usize = 16;

/// The network at work on a page. Every pass over the blocks does all it can while they are at hand. `EXACT` says that the
/// weights have eight significant bits and their size is one of [`super::product::WEIGHTS`]; all that they are multiplied
/// with is made [`coarse`] then.
struct Forward<'a, const EXACT: bool> {
    net: &'a SecondStage,
    rows: &'a Rows,
    features: &'a [f32],
    activations: &'a mut Activations,
}

impl<const EXACT: bool> Work for Forward<'_, EXACT> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(mut self, products: P) {
        self.project(products);
        let (net, rows, a) = (self.net, self.rows, self.activations);
        let p = &net.parameters;
        for (layer, &dilation) in DILATIONS.iter().enumerate() {
            if layer == SUMMARY_AT {
                pool(&a.hidden[layer], &mut a.pooled[0], &mut a.maxima[0]);
                let mut s = lane(&p[layout::SUMMARY_BIAS]);
                add_product(&a.pooled[0], &p[layout::SUMMARY], &mut s);
                rectify(&mut s);
                for h in &mut a.hidden[layer] {
                    *h = std::array::from_fn(|c| factor::<EXACT>(h[c] + s[c]));
                }
                a.summary.clear();
                a.summary.extend_from_slice(&s);
            }
            let (below, above) = a.hidden.split_at_mut(layer + 1);
            let convolution = Convolution::<EXACT> {
                dilation,
                rows: &rows.convolutions[layer],
                bias: lane(&p[layout::conv_bias(layer)]),
            };
            convolution.run(products, &below[layer], &mut a.added[layer], &mut above[0]);
        }
        let last = &a.hidden[DILATIONS.len()];
        pool(last, &mut a.pooled[1], &mut a.maxima[1]);
        let output = rows.output.first_chunk().expect("a row a channel");
        for (last, labels) in last.chunks(TOGETHER).zip(a.labels.chunks_mut(TOGETHER)) {
            let mut x = [&NOTHING; TOGETHER];
            let mut sums = [[0.0; OUT]; TOGETHER];
            for ((x, last), (sums, labels)) in
                x.iter_mut().zip(last).zip(sums.iter_mut().zip(&*labels))
            {
                (*x, *sums) = (last, *labels);
            }
            products.add::<EXACT, _, _>(last.len(), x, output, &mut sums);
            labels.copy_from_slice(&sums[..labels.len()]);
        }
        attend(self.features, a);
        let mut kinds: [f32; KINDS] = std::array::from_fn(|k| p[layout::KIND_BIAS][k]);
        add_product(&a.of_kind, &p[layout::KIND], &mut kinds);
        a.kinds = kinds;
    }
}

/// What the page kind is told by. The kept blocks are looked at by themselves: whether they go together or are leads of
/// many stories is lost in the mean of all blocks.
#[inline(always)]
fn attend(rows: &[f32], a: &mut Activations) {
    let (rows, _) = rows.as_chunks::<FEATURES>();
    let last = &a.hidden[DILATIONS.len()];
    a.shares.clear();
    let (mut sum, mut most, mut all) = (0.0, 0.0, 0.0);
    let mut story = [0.0; CHANNELS];
    for ((row, labels), h) in rows.iter().zip(&a.labels).zip(last) {
        let length = row[WORDS] * row[WORDS];
        let sides = SIDES.map(|lane| labels[lane]);
        let greatest = greater(greater(sides[0], sides[1]), sides[2]);
        let [title, body, noise] = sides.map(|side| exp(side - greatest));
        let share = length * body / (title + body + noise);
        for (story, h) in story.iter_mut().zip(h) {
            *story += share * h;
        }
        sum += share;
        all += length;
        most = greater(most, share);
        a.shares.push(share);
    }
    a.share = sum.max(1.0);
    a.of_kind.clear();
    a.of_kind.extend_from_slice(&a.pooled[1]);
    a.of_kind.extend(story.map(|s| s / a.share));
    a.of_kind
        .extend([sum.sqrt() / 16.0, most / 32.0, sum / all.max(1.0)]);
}

impl<const EXACT: bool> Forward<'_, EXACT> {
    /// Centres and scales the features, and brings them to the channels and straight to the outputs.
    #[inline(always)]
    fn project(&mut self, products: impl Products) {
        let a = &mut *self.activations;
        a.hidden.resize_with(DILATIONS.len() + 1, Vec::new);
        a.added.resize_with(DILATIONS.len(), Vec::new);
        a.input.clear();
        a.hidden[0].clear();
        a.labels.clear();
        let (blocks, _) = self.features.as_chunks::<FEATURES>();
        let input = self.rows.input.first_chunk().expect("a row a feature");
        for blocks in blocks.chunks(TOGETHER) {
            let mut scaled = [[0.0; FEATURES]; TOGETHER];
            for (scaled, block) in scaled.iter_mut().zip(blocks) {
                self.rows.scale::<EXACT>(block, scaled);
            }
            let mut sums = [self.rows.bias; TOGETHER];
            products.add::<EXACT, _, _>(blocks.len(), scaled.each_ref(), input, &mut sums);
            if !EXACT {
                a.input
                    .extend_from_slice(scaled[..blocks.len()].as_flattened());
            }
            let sums = &sums[..blocks.len()];
            a.hidden[0].extend(sums.iter().map(|sums| -> Lane {
                std::array::from_fn(|c| factor::<EXACT>(sums[c].max(0.0)))
            }));
            let labels = sums
                .iter()
                .map(|sums| sums.last_chunk::<OUT>().expect("outputs"));
            a.labels.extend(labels);
        }
    }
}

/// The number, fit for exact products where these are wanted.
#[inline(always)]
fn factor<const EXACT: bool>(x: f32) -> f32 {
    if EXACT { coarse(x) } else { x }
}

/// A convolution of width 3, rectified: each block sees itself and those `dilation` before and behind.
struct Convolution<'a, const EXACT: bool> {
    dilation: usize,
    rows: &'a [Row<CHANNELS>],
    bias: Lane,
}

impl<const EXACT: bool> Convolution<'_, EXACT> {
    /// What it adds to each block, and the sums.
    #[inline(always)]
    fn run(
        &self,
        products: impl Products,
        from: &[Lane],
        added: &mut Vec<Lane>,
        to: &mut Vec<Lane>,
    ) {
        let (taps, _) = self.rows.as_chunks();
        added.clear();
        to.clear();
        for (group, own) in from.chunks(TOGETHER).enumerate() {
            let mut sums = [self.bias; TOGETHER];
            for (tap, rows) in taps.iter().enumerate() {
                // The neighbours seen lie from `start - dilation` on. Outside the page there is nothing: zeros, which
                // change no sum.
                let start = group * TOGETHER + tap * self.dilation;
                if start + TOGETHER <= self.dilation || start >= from.len() + self.dilation {
                    continue;
                }
                let mut x = [&NOTHING; TOGETHER];
                for (i, x) in x.iter_mut().enumerate() {
                    if let Some(at) = (start + i).checked_sub(self.dilation)
                        && let Some(from) = from.get(at)
                    {
                        *x = from;
                    }
                }
                products.add::<EXACT, _, _>(own.len(), x, rows, &mut sums);
            }
            let sums = &mut sums[..own.len()];
            let before = to.len();
            to.extend_from_slice(own);
            let whole = to[before..].as_flattened_mut().iter_mut();
            for (whole, sum) in whole.zip(sums.as_flattened_mut()) {
                *sum = sum.max(0.0);
                *whole = factor::<EXACT>(*whole + *sum);
            }
            if !EXACT {
                added.extend_from_slice(sums);
            }
        }
    }
}

static NOTHING: Lane = [0.0; CHANNELS];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Model;
    use crate::noise::product::Portable;

    #[test]
    fn the_network_has_the_bits_of_plain_loops() {
        let model = Model::default();
        let net = model.second();
        let number = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) / 97.0;
        for blocks in [0, 1, 4, 5, 8, 12, 40] {
            let features: Vec<f32> = (0..blocks * FEATURES).map(number).collect();
            let [mut plain, mut wide] = [Activations::default(), Activations::default()];
            Forward::<true> {
                net: &net.stage,
                rows: &net.rows,
                features: &features,
                activations: &mut plain,
            }
            .run(Portable);
            net.forward(&features, &mut wide);
            let bits = |a: &Activations| {
                let all = a.labels.as_flattened().iter().chain(&a.kinds);
                all.map(|x| x.to_bits()).collect::<Vec<_>>()
            };
            assert_eq!(plain.labels.len(), blocks);
            assert_eq!(bits(&wide), bits(&plain), "{blocks} blocks");
        }
    }
}
