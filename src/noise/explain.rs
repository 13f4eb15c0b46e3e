//! Why a block was kept or dropped: which of its features speak for the story, and which against.

use std::ops::Range;

use super::features::{FEATURES, FIRST_SCORE, Reader, name};
use super::math::ln;
use super::model::Model;
use super::second::{Activations, DILATIONS, OUT, SIDES};
use super::site::SiteProfile;
use super::weigh_recurrence;

/// A feature of a block and what it adds to the log odds of the block being story: above 0 it speaks for the story, below 0
/// against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    feature: &'static str,
    weight: f32,
}

impl Reason {
    /// The feature in words.
    pub fn feature(&self) -> &'static str {
        self.feature
    }

    /// Change of the log odds (natural logarithm).
    pub fn weight(&self) -> f32 {
        self.weight
    }
}

/// The reason that a [`SiteProfile`] gives.
pub(super) const RECURS: &str = "recurs beside other stories of the site";

/// How far the convolutions see to either side.
const SIGHT: usize = {
    let (mut sum, mut i) = (0, 0);
    while i < DILATIONS.len() {
        sum += DILATIONS[i];
        i += 1;
    }
    sum
};

/// The strongest reasons of every block, strongest first, by hiding one feature at a time (occlusion, Zeiler and Fergus
/// 2014): the block's feature gets its mean over the training pages, and the reason weighs what the log odds lose. Blocks
/// beyond each other's sight are asked in one pass, so that the cost is linear in the page.
pub(super) fn reasons(
    model: &Model,
    site: Option<&SiteProfile>,
    text: &str,
    spans: &[Range<usize>],
    most: usize,
) -> Vec<Vec<Reason>> {
    let mut reader = Reader::default();
    let rows = reader.read(text, spans, model.first()).to_vec();
    let mut a = Activations::default();
    model.second().forward(&rows, &mut a);
    let base: Vec<f32> = a.labels.iter().map(log_odds).collect();
    let mut all: Vec<Vec<Reason>> = vec![Vec::new(); spans.len()];
    let step = (2 * SIGHT + 1).min(spans.len().max(1));
    // The scores of stage 1 are one reason: the block's words.
    let groups = (0..FIRST_SCORE)
        .map(|f| f..f + 1)
        .chain(std::iter::once(FIRST_SCORE..FEATURES));
    for group in groups {
        for first in 0..step {
            let mut hidden = rows.clone();
            let mut any = false;
            for row in hidden.chunks_exact_mut(FEATURES).skip(first).step_by(step) {
                let mean = &model.second().mean[group.clone()];
                any |= row[group.clone()] != *mean;
                row[group.clone()].copy_from_slice(mean);
            }
            if !any {
                continue;
            }
            model.second().forward(&hidden, &mut a);
            for i in (first..spans.len()).step_by(step) {
                let weight = base[i] - log_odds(&a.labels[i]);
                all[i].push(Reason {
                    feature: name(group.start),
                    weight,
                });
            }
        }
    }
    if let Some(site) = site {
        model.second().forward(&rows, &mut a);
        weigh_recurrence(site, text, spans, &mut a.labels);
        for ((reasons, scores), base) in all.iter_mut().zip(&a.labels).zip(&base) {
            let weight = log_odds(scores) - base;
            if weight != 0.0 {
                reasons.push(Reason {
                    feature: RECURS,
                    weight,
                });
            }
        }
    }
    for reasons in &mut all {
        reasons.sort_by(|x, y| y.weight.abs().total_cmp(&x.weight.abs()));
        reasons.truncate(most);
    }
    all
}

/// Log odds of a block being story.
fn log_odds(scores: &[f32; OUT]) -> f32 {
    let [title, body, noise] = SIDES.map(|lane| scores[lane]);
    let max = title.max(body);
    max + ln(super::math::exp(title - max) + super::math::exp(body - max)) - noise
}
