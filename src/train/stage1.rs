//! Trains stage 1: logistic regression over hashed n-grams, with AdaGrad (Duchi et al. 2011).

use super::example::{Target, only, side};
use super::rng::Rng;
use crate::noise::Label;
use crate::noise::features::BUCKETS;
use crate::noise::first::{BODY_SCORE, FirstStage, SCORES};
use crate::noise::math::exp;

const LABELS: usize = Label::ALL.len();
const RATE: f32 = 0.25;
/// Pulls weights to zero, so that n-grams seen once say little.
const DECAY: f32 = 2e-4;

/// A block for stage 1: its buckets, its target, how much it counts.
pub(super) struct Sample<'a> {
    pub(super) buckets: &'a [u16],
    pub(super) target: Target,
    pub(super) weight: f32,
}

/// Trains on the samples in an order drawn from `rng`.
pub(super) fn train(samples: &[Sample<'_>], epochs: usize, rng: &mut Rng) -> FirstStage {
    let mut weights = vec![[0.0_f32; 16]; BUCKETS];
    let mut squares = vec![[1e-2_f32; 16]; BUCKETS];
    let mut bias = [0.0_f32; SCORES];
    let mut bias_squares = [1.0_f32; SCORES];
    let mut order: Vec<u32> = (0..samples.len() as u32).collect();
    let body = side(Label::Body);
    for epoch in 0..epochs {
        rng.shuffle(&mut order);
        let rate = RATE * (1.0 - epoch as f32 / epochs as f32 * 0.8);
        for &i in &order {
            let s = &samples[i as usize];
            if s.target == 0 {
                continue;
            }
            let mut scores = bias;
            for &b in s.buckets {
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
                grad[BODY_SCORE] = p - f32::from(u8::from(is_body));
            }
            for k in 0..SCORES {
                let g = grad[k] * s.weight;
                bias_squares[k] += g * g;
                bias[k] -= rate * 0.1 * g / bias_squares[k].sqrt();
            }
            for &b in s.buckets {
                let (w, q) = (&mut weights[b as usize], &mut squares[b as usize]);
                for k in 0..SCORES {
                    let g = grad[k] * s.weight + DECAY * w[k];
                    q[k] += g * g;
                    w[k] -= rate * g / q[k].sqrt();
                }
            }
        }
    }
    quantise(&weights, bias)
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

fn quantise(weights: &[[f32; 16]], bias: [f32; SCORES]) -> FirstStage {
    let most = weights
        .iter()
        .flatten()
        .fold(0.0_f32, |m, w| m.max(w.abs()))
        .clamp(1e-3, 2.0);
    let scale = most / 127.0;
    let rows = weights
        .iter()
        .map(|row| row.map(|w| (w / scale).round().clamp(-127.0, 127.0) as i8))
        .collect();
    FirstStage { scale, bias, rows }
}

/// Labels that only hand-labelled pages tell apart count more there.
pub(super) fn weight_of(target: Target) -> f32 {
    if target.count_ones() == 1 && target != only(Label::Other) {
        1.0
    } else {
        0.5
    }
}
