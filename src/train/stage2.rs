//! Trains stage 2: the gradient of the network by hand, and Adam (Kingma and Ba 2015) with decoupled decay.

use super::example::{Example, Target};
use super::rng::Rng;
use super::stage1::marginal_gradient;
use crate::noise::features::FEATURES;
use crate::noise::math::exp;
use crate::noise::product::add_product;
use crate::noise::second::{
    Activations, CHANNELS, DILATIONS, KINDS, LABELS, Lane, OUT, SIDES, SUMMARY_AT, SecondStage,
    WITHIN, lane, layout,
};

/// A page ready for the network.
pub(super) struct Prepared {
    pub(super) rows: Vec<f32>,
    pub(super) targets: Vec<Target>,
    pub(super) weights: Vec<f32>,
    /// How much telling the sides apart counts.
    pub(super) sides: f32,
    pub(super) kind: Option<usize>,
    /// What the teachers say of it, where there are any.
    pub(super) opinion: Option<Opinion>,
}

/// Probabilities that a page's blocks and its kind are to be given.
pub(super) struct Opinion {
    /// The side lanes hold the sides' probabilities, the others those of the labels within their side.
    labels: Vec<[f32; OUT]>,
    kinds: [f32; KINDS],
}

/// The mean opinion of the teachers: the softmax of their mean scores.
pub(super) fn opinion(
    teachers: &[SecondStage],
    rows: &[f32],
    a: &mut Activations,
) -> Option<Opinion> {
    let (first, others) = teachers.split_first()?;
    first.forward(rows, a);
    let (mut labels, mut kinds) = (a.labels.clone(), a.kinds);
    for teacher in others {
        teacher.forward(rows, a);
        for (sum, more) in labels
            .as_flattened_mut()
            .iter_mut()
            .zip(a.labels.as_flattened())
        {
            *sum += more;
        }
        kinds
            .iter_mut()
            .zip(a.kinds)
            .for_each(|(sum, more)| *sum += more);
    }
    let share = 1.0 / teachers.len() as f32;
    for scores in &mut labels {
        scores.iter_mut().for_each(|s| *s *= share);
        let sides = softmax(SIDES.map(|lane| scores[lane]));
        for lanes in &WITHIN[1..] {
            softmax_in_place(&mut scores[lanes.clone()]);
        }
        for (lane, p) in SIDES.into_iter().zip(sides) {
            scores[lane] = p;
        }
    }
    let kinds = softmax(kinds.map(|k| k * share));
    Some(Opinion { labels, kinds })
}

fn softmax<const N: usize>(mut scores: [f32; N]) -> [f32; N] {
    softmax_in_place(&mut scores);
    scores
}

fn softmax_in_place(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for s in scores.iter_mut() {
        *s = exp(*s - max);
        sum += *s;
    }
    scores.iter_mut().for_each(|s| *s /= sum);
}

impl Prepared {
    pub(super) fn new(page: &Example, rows: Vec<f32>) -> Self {
        // The square root of the length: a paragraph matters more than a menu item, not forty times more.
        let weights = page
            .lines
            .iter()
            .zip(&page.targets)
            .map(|(line, target)| {
                let weight = (line.len() as f32 / 100.0).sqrt().clamp(0.3, 3.0);
                if target.count_ones() == 1 {
                    weight.max(LABELLED_WEIGHT)
                } else {
                    weight
                }
            })
            .collect();
        Self {
            rows,
            targets: page.targets.clone(),
            weights,
            sides: page.sides,
            kind: page.kind.map(|k| k as usize),
            opinion: None,
        }
    }
}

/// How much telling the labels of a side apart counts beside telling the sides apart.
const LABEL_WEIGHT: f32 = 0.7;
/// The least weight of a block with one of the fourteen labels: short blocks tell most of them.
const LABELLED_WEIGHT: f32 = 0.7;
/// How much the teachers' opinion counts, the labels the rest.
const OPINION_WEIGHT: f32 = 0.5;
/// How much the page kind counts, as so many blocks.
const KIND_WEIGHT: f32 = 1.0;

/// Loss of the page, its gradient added to `grad`.
pub(super) fn gradient(
    net: &SecondStage,
    page: &Prepared,
    a: &mut Activations,
    grad: &mut [f32],
) -> f32 {
    net.forward(&page.rows, a);
    let p = &net.parameters;
    let n = page.targets.len();
    let mut loss = 0.0;
    let label_weight = if page.opinion.is_some() {
        1.0 - OPINION_WEIGHT
    } else {
        1.0
    };
    let total: f32 = page.weights.iter().sum::<f32>().max(1.0);
    // A page counts as the square root of its blocks' weight: long pages have more to say, but not in proportion.
    let norm = 1.0 / total.sqrt();
    let mut back: Vec<Lane> = Vec::with_capacity(n);
    for t in 0..n {
        let mut d = [0.0_f32; OUT];
        let w = page.weights[t] * norm;
        if page.targets[t] != 0 {
            let w = w * label_weight;
            loss += w * block_gradient(&a.labels[t], page.targets[t], page.sides, &mut d);
            d.iter_mut().for_each(|d| *d *= w);
        }
        if let Some(opinion) = &page.opinion {
            let w = w * OPINION_WEIGHT;
            loss += opinion_gradient(&a.labels[t], &opinion.labels[t], w, &mut d);
        }
        outer(&a.hidden[DILATIONS.len()][t], &d, &mut grad[layout::OUTPUT]);
        add(&d, &mut grad[layout::OUTPUT_BIAS]);
        outer(
            &a.input[t * FEATURES..(t + 1) * FEATURES],
            &d,
            &mut grad[layout::DIRECT],
        );
        back.push(std::array::from_fn(|c| {
            dot(&d, &p[layout::OUTPUT][c * OUT..][..OUT])
        }));
    }
    if page.kind.is_some() || page.opinion.is_some() {
        let mut d = [0.0_f32; KINDS];
        if let Some(kind) = page.kind {
            let ok = marginal_gradient(&a.kinds, 1 << kind, &mut d);
            let w = KIND_WEIGHT * label_weight;
            loss -= w * ok.ln();
            d.iter_mut().for_each(|d| *d *= w);
        }
        if let Some(opinion) = &page.opinion {
            let w = KIND_WEIGHT * OPINION_WEIGHT;
            loss += cross_entropy(&a.kinds, &opinion.kinds, w, &mut d);
        }
        outer(&a.of_kind, &d, &mut grad[layout::KIND]);
        add(&d, &mut grad[layout::KIND_BIAS]);
        let inputs: Vec<f32> = (0..3 * CHANNELS)
            .map(|i| dot(&d, &p[layout::KIND][i * KINDS..][..KINDS]))
            .collect();
        let (pooled, story) = inputs.split_at(2 * CHANNELS);
        unpool(pooled, &a.maxima[1], &mut back);
        // The labels are not taught by the kind: what is story is for them to say.
        for (back, share) in back.iter_mut().zip(&a.shares) {
            for (back, d) in back.iter_mut().zip(story) {
                *back += d * share / a.share;
            }
        }
    }
    for (layer, &dilation) in DILATIONS.iter().enumerate().rev() {
        let from = &a.hidden[layer];
        let taps: Vec<Vec<f32>> = p[layout::conv(layer)]
            .chunks_exact(CHANNELS * CHANNELS)
            .map(transposed)
            .collect();
        let mut below = back.clone();
        for (t, back) in back.iter().enumerate() {
            let d: Lane = std::array::from_fn(|c| {
                if a.added[layer][t][c] > 0.0 {
                    back[c]
                } else {
                    0.0
                }
            });
            add(&d, &mut grad[layout::conv_bias(layer)]);
            let mut tap = |tap: usize, s: usize| {
                let range = tap * CHANNELS * CHANNELS..(tap + 1) * CHANNELS * CHANNELS;
                outer(&from[s], &d, &mut grad[layout::conv(layer)][range]);
                add_product(&d, &taps[tap], &mut below[s]);
            };
            if t >= dilation {
                tap(0, t - dilation);
            }
            tap(1, t);
            if t + dilation < n {
                tap(2, t + dilation);
            }
        }
        back = below;
        if layer == SUMMARY_AT {
            let mut d: Lane = [0.0; CHANNELS];
            for b in &back {
                for c in 0..CHANNELS {
                    d[c] += b[c];
                }
            }
            for (d, &summary) in d.iter_mut().zip(&a.summary) {
                if summary <= 0.0 {
                    *d = 0.0;
                }
            }
            outer(&a.pooled[0], &d, &mut grad[layout::SUMMARY]);
            add(&d, &mut grad[layout::SUMMARY_BIAS]);
            let pooled: Vec<f32> = (0..2 * CHANNELS)
                .map(|i| dot(&d, &lane(&p[layout::SUMMARY][i * CHANNELS..])))
                .collect();
            unpool(&pooled, &a.maxima[0], &mut back);
        }
    }
    for (t, back) in back.iter().enumerate() {
        let d: Lane = std::array::from_fn(|c| {
            if a.hidden[0][t][c] > 0.0 {
                back[c]
            } else {
                0.0
            }
        });
        outer(
            &a.input[t * FEATURES..(t + 1) * FEATURES],
            &d,
            &mut grad[layout::INPUT],
        );
        add(&d, &mut grad[layout::INPUT_BIAS]);
    }
    loss
}

/// Loss of a block and its gradient: the sides always (by `weight`), the labels within the side where the target is one label.
fn block_gradient(scores: &[f32; OUT], target: Target, weight: f32, d: &mut [f32; OUT]) -> f32 {
    let sides = SIDES.map(|lane| scores[lane]);
    let mut allowed: Target = 0;
    for (k, lanes) in WITHIN.iter().enumerate() {
        allowed |= Target::from(lanes.clone().any(|l| target & (1 << l) != 0)) << k;
    }
    let mut g = [0.0; 3];
    let mut loss = -weight * marginal_gradient(&sides, allowed, &mut g).ln();
    for (lane, g) in SIDES.iter().zip(g) {
        d[*lane] += weight * g;
    }
    if target.count_ones() == 1 {
        for lanes in &WITHIN[1..] {
            let within = (target >> lanes.start) & ((1 << lanes.len()) - 1);
            if within != 0 {
                let mut g = [0.0; LABELS];
                let g = &mut g[..lanes.len()];
                loss -= LABEL_WEIGHT * marginal_gradient(&scores[lanes.clone()], within, g).ln();
                for (d, g) in d[lanes.clone()].iter_mut().zip(g) {
                    *d += LABEL_WEIGHT * *g;
                }
            }
        }
    }
    loss
}

/// Loss of a block against the teachers' opinion, times `w`; its gradient is added to `d`.
fn opinion_gradient(scores: &[f32; OUT], opinion: &[f32; OUT], w: f32, d: &mut [f32; OUT]) -> f32 {
    let mut g = [0.0; 3];
    let sides = SIDES.map(|lane| opinion[lane]);
    let mut loss = cross_entropy(&SIDES.map(|lane| scores[lane]), &sides, w, &mut g);
    for (lane, g) in SIDES.iter().zip(g) {
        d[*lane] += g;
    }
    for (lanes, side) in WITHIN.iter().zip(sides).skip(1) {
        let w = w * LABEL_WEIGHT * side;
        let lanes = lanes.clone();
        loss += cross_entropy(
            &scores[lanes.clone()],
            &opinion[lanes.clone()],
            w,
            &mut d[lanes],
        );
    }
    loss
}

/// `w` times the cross entropy of the softmax of `scores` against `wanted`; its gradient is added to `d`.
fn cross_entropy(scores: &[f32], wanted: &[f32], w: f32, d: &mut [f32]) -> f32 {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|s| exp(s - max)).sum();
    let mut loss = 0.0;
    for ((&s, &want), d) in scores.iter().zip(wanted).zip(d) {
        *d += w * (exp(s - max) / sum - want);
        loss -= want * (s - max - sum.ln());
    }
    w * loss
}

fn unpool(pooled: &[f32], maxima: &[u32], back: &mut [Lane]) {
    let n = back.len().max(1) as f32;
    for b in back.iter_mut() {
        for c in 0..CHANNELS {
            b[c] += pooled[c] / n;
        }
    }
    for c in 0..CHANNELS {
        if let Some(b) = back.get_mut(maxima[c] as usize) {
            b[c] += pooled[CHANNELS + c];
        }
    }
}

fn outer<const N: usize>(x: &[f32], d: &[f32; N], grad: &mut [f32]) {
    let (rows, _) = grad.as_chunks_mut::<N>();
    for (&x, row) in x.iter().zip(rows) {
        if x != 0.0 {
            for (g, &d) in row.iter_mut().zip(d) {
                *g += x * d;
            }
        }
    }
}

fn add(d: &[f32], grad: &mut [f32]) {
    for (g, d) in grad.iter_mut().zip(d) {
        *g += d;
    }
}

/// A square matrix of channels, transposed: sums over outputs then run along rows.
fn transposed(weights: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; weights.len()];
    for i in 0..CHANNELS {
        for o in 0..CHANNELS {
            out[o * CHANNELS + i] = weights[i * CHANNELS + o];
        }
    }
    out
}

fn dot<const N: usize>(a: &[f32; N], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (i, (x, y)) in a.iter().zip(b).enumerate() {
        sums[i & 7] += x * y;
    }
    sums.iter().sum()
}

/// Weights drawn for rectified units (He et al. 2015); outputs start at zero.
pub(super) fn fresh(mean: Vec<f32>, inverse_spread: Vec<f32>, rng: &mut Rng) -> SecondStage {
    let mut parameters = vec![0.0; layout::PARAMETERS];
    let mut fill = |range: std::ops::Range<usize>, inputs: usize, gain: f32| {
        let scale = gain * (2.0 / inputs as f32).sqrt();
        for p in &mut parameters[range] {
            *p = rng.normal() * scale;
        }
    };
    fill(layout::INPUT, FEATURES, 1.0);
    for layer in 0..DILATIONS.len() {
        fill(layout::conv(layer), 3 * CHANNELS, 0.5);
    }
    fill(layout::SUMMARY, 2 * CHANNELS, 0.5);
    fill(layout::OUTPUT, CHANNELS, 0.3);
    SecondStage {
        mean,
        inverse_spread,
        parameters,
    }
}

/// Adam's memory, and the moving average of the weights that is the result.
pub(super) struct Adam {
    first: Vec<f32>,
    second: Vec<f32>,
    pub(super) average: Vec<f32>,
    step: i32,
}

impl Adam {
    pub(super) fn new(parameters: &[f32]) -> Self {
        Self {
            first: vec![0.0; parameters.len()],
            second: vec![0.0; parameters.len()],
            average: parameters.to_vec(),
            step: 0,
        }
    }

    pub(super) fn step(&mut self, parameters: &mut [f32], grad: &[f32], rate: f32, decay: f32) {
        const B1: f32 = 0.9;
        const B2: f32 = 0.99;
        self.step += 1;
        let (c1, c2) = (1.0 - B1.powi(self.step), 1.0 - B2.powi(self.step));
        // The average forgets slowly, and fast in the beginning.
        let keep = (1.0 - 10.0 / (self.step as f32 + 10.0)).min(0.998);
        for i in 0..parameters.len() {
            let g = grad[i];
            self.first[i] = B1 * self.first[i] + (1.0 - B1) * g;
            self.second[i] = B2 * self.second[i] + (1.0 - B2) * g * g;
            let move_by = (self.first[i] / c1) / ((self.second[i] / c2).sqrt() + 1e-6);
            parameters[i] -= rate * (move_by + decay * parameters[i]);
            self.average[i] = keep * self.average[i] + (1.0 - keep) * parameters[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::side;
    use super::*;
    use crate::noise::{Label, PageKind};

    /// The slow twin: the difference quotient of the loss.
    #[test]
    fn gradient_is_the_slope() {
        slope(false);
    }

    #[test]
    fn gradient_is_the_slope_with_teachers() {
        slope(true);
    }

    fn slope(taught: bool) {
        let mut rng = Rng::new(7, 0);
        let mut net = fresh(vec![0.0; FEATURES], vec![1.0; FEATURES], &mut rng);
        for p in &mut net.parameters {
            *p += 0.05 * rng.normal();
        }
        let n = 7;
        let mut teacher = net.clone();
        for p in &mut teacher.parameters {
            *p += 0.1 * rng.normal();
        }
        let rows: Vec<f32> = (0..n * FEATURES).map(|_| rng.normal() * 0.5).collect();
        let mut a = Activations::default();
        let teachers = [teacher, net.clone()];
        let page = Prepared {
            opinion: opinion(&teachers[..2 * usize::from(taught)], &rows, &mut a),
            rows,
            targets: (0..n)
                .map(|t| [1 << (t % 14), side(Label::Body), side(Label::Nav)][t % 3])
                .collect(),
            weights: vec![1.0; n],
            sides: 0.6,
            kind: Some(PageKind::Listing as usize),
        };
        let mut grad = vec![0.0; layout::PARAMETERS];
        gradient(&net, &page, &mut a, &mut grad);
        let mut checked = 0;
        for i in (0..layout::PARAMETERS).step_by(97) {
            let eps = 2e-3;
            let old = net.parameters[i];
            let mut loss = |v: f32| {
                net.parameters[i] = v;
                gradient(&net, &page, &mut a, &mut vec![0.0; layout::PARAMETERS])
            };
            let slope = (loss(old + eps) - loss(old - eps)) / (2.0 * eps);
            net.parameters[i] = old;
            let close = (slope - grad[i]).abs() <= 0.02 + 0.1 * slope.abs().max(grad[i].abs());
            checked += usize::from(close);
        }
        assert_eq!(page.opinion.is_some(), taught);
        let all = layout::PARAMETERS.div_ceil(97);
        // Kinks of rectified units make a few quotients wrong.
        assert!(checked * 100 >= all * 97, "{checked} of {all}");
    }
}
