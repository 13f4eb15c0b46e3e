//! Trains stage 1: logistic regression over hashed n-grams, with AdaGrad (Duchi et al. 2011).

use super::example::{Target, only, side};
use super::rng::Rng;
use crate::noise::Label;
use crate::noise::first::{BODY_SCORE, FirstStage, SCORES};
use crate::noise::math::exp;
use crate::noise::pack::round;

const LABELS: usize = Label::ALL.len();
const RATE: f32 = 0.1;

/// A block for stage 1: its n-grams, its target, how much it counts.
pub(super) struct Sample<'a> {
    pub(super) grams: &'a [u32],
    pub(super) target: Target,
    pub(super) weight: f32,
    /// How much its being body text or not counts beside its label.
    pub(super) sides: f32,
    /// Number of the host.
    pub(super) host: u32,
}

/// An n-gram must be seen on so many hosts: what one site alone says is that site's name, not a sign.
pub(super) const MIN_HOSTS: usize = 3;
/// Size of the dictionary, so that the whole model stays below 512 KB.
const GRAMS: usize = 38_800;
/// N-grams left out at random of every sample, so that the weight spreads over all that speak for a label.
const DROP: f32 = 0.3;
/// Pulls weights to zero, so that n-grams seen rarely say little.
const DECAY: f32 = 2e-4;

/// The n-grams that occur on enough hosts, ascending, and on how many.
fn dictionary(samples: &[Sample<'_>]) -> (Vec<u32>, Vec<usize>) {
    let mut seen: Vec<(u32, u32)> = samples
        .iter()
        .flat_map(|s| s.grams.iter().map(|&g| (g, s.host)))
        .collect();
    seen.sort_unstable();
    seen.dedup();
    seen.chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() >= MIN_HOSTS && group[0].0 != 0)
        .map(|group| (group[0].0, group.len()))
        .unzip()
}

/// Keeps the n-grams that matter most: the greatest weight times the square root of the hosts it is seen on.
fn prune(grams: Vec<u32>, hosts: &[usize], weights: Vec<[f32; 16]>) -> (Vec<u32>, Vec<[f32; 16]>) {
    let matter = |i: usize| {
        weights[i].iter().fold(0.0_f32, |m, w| m.max(w.abs())) * (hosts[i] as f32).sqrt()
    };
    let mut order: Vec<usize> = (0..grams.len()).collect();
    order.sort_by(|&a, &b| matter(b).total_cmp(&matter(a)).then(a.cmp(&b)));
    order.truncate(GRAMS);
    order.sort_unstable();
    order.into_iter().map(|i| (grams[i], weights[i])).unzip()
}

/// Trains on the samples in an order drawn from `rng`.
pub(super) fn train(samples: &[Sample<'_>], epochs: usize, rng: &mut Rng) -> FirstStage {
    let (grams, hosts) = dictionary(samples);
    let known: Vec<Vec<u32>> = samples
        .iter()
        .map(|s| {
            s.grams
                .iter()
                .filter_map(|g| grams.binary_search(g).ok())
                .map(|i| i as u32)
                .collect()
        })
        .collect();
    let mut weights = vec![[0.0_f32; 16]; grams.len()];
    let mut squares = vec![[1e-2_f32; 16]; grams.len()];
    let mut bias = [0.0_f32; SCORES];
    let mut bias_squares = [1.0_f32; SCORES];
    let mut order: Vec<u32> = (0..samples.len() as u32).collect();
    let body = side(Label::Body);
    let mut live: Vec<u32> = Vec::new();
    for epoch in 0..epochs {
        rng.shuffle(&mut order);
        let rate = RATE * (1.0 - epoch as f32 / epochs as f32 * 0.8);
        for &i in &order {
            let s = &samples[i as usize];
            if s.target == 0 {
                continue;
            }
            let mut scores = bias;
            live.clear();
            live.extend(
                known[i as usize]
                    .iter()
                    .copied()
                    .filter(|_| !rng.chance(DROP)),
            );
            for &b in &live {
                for k in 0..SCORES {
                    scores[k] += weights[b as usize][k];
                }
            }
            let mut grad = [0.0_f32; 16];
            // Body/not-body sets say nothing of the fourteen labels; a marginal loss would only feed the commonest.
            if s.target.count_ones() == 1 {
                marginal_gradient(&scores[..LABELS], s.target, &mut grad[..LABELS]);
            }
            let is_body = s.target & body == s.target;
            let is_not = s.target & body == 0;
            if is_body || is_not {
                let p = 1.0 / (1.0 + exp(-scores[BODY_SCORE]));
                grad[BODY_SCORE] = s.sides * (p - f32::from(u8::from(is_body)));
            }
            for k in 0..SCORES {
                let g = grad[k] * s.weight;
                bias_squares[k] += g * g;
                bias[k] -= rate * 0.1 * g / bias_squares[k].sqrt();
            }
            for &b in &live {
                let (w, q) = (&mut weights[b as usize], &mut squares[b as usize]);
                for k in 0..SCORES {
                    if grad[k] == 0.0 {
                        continue;
                    }
                    let g = grad[k] * s.weight + DECAY * w[k];
                    q[k] += g * g;
                    w[k] -= rate * g / q[k].sqrt();
                }
            }
        }
    }
    let (grams, weights) = prune(grams, &hosts, weights);
    quantise(grams, &weights, bias)
}

/// The gradient of `-ln(sum of the allowed labels' probabilities)`.
pub(super) fn marginal_gradient(scores: &[f32], allowed: Target, grad: &mut [f32]) -> f32 {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let (mut all, mut ok) = (0.0, 0.0);
    for (k, (&s, g)) in scores.iter().zip(grad.iter_mut()).enumerate() {
        let e = exp(s - max);
        *g = e;
        all += e;
        if allowed & (1 << k) != 0 {
            ok += e;
        }
    }
    let ok = ok.max(1e-12);
    for (k, g) in grad.iter_mut().enumerate() {
        let e = *g;
        *g = e / all - if allowed & (1 << k) != 0 { e / ok } else { 0.0 };
    }
    ok / all
}

fn quantise(grams: Vec<u32>, weights: &[[f32; 16]], bias: [f32; SCORES]) -> FirstStage {
    let most = weights
        .iter()
        .flatten()
        .fold(0.0_f32, |m, w| m.max(w.abs()))
        .clamp(1e-3, 2.0);
    let scale = most / 127.0;
    let rows = weights
        .iter()
        .map(|row| round(row.map(|w| w / scale)))
        .collect();
    FirstStage::new(scale, bias, grams, rows)
}

/// Labels that only hand-labelled pages tell apart count more there.
pub(super) fn weight_of(target: Target) -> f32 {
    if target.count_ones() == 1 && target != only(Label::Other) {
        1.0
    } else {
        0.5
    }
}
