//! Why a block was kept or dropped: which of its features speak for the story, and which against.

use std::fmt;
use std::ops::Range;

use super::features::{FEATURES, FIRST_SCORE, Reader, name};
use super::math::ln;
use super::model::Model;
use super::second::{Activations, DILATIONS, OUT, SIDES};
use super::site::SiteProfile;
use super::weigh_recurrence;

/// A feature of a block and what it adds to the log odds of the block being story: above 0 it speaks for the story, below 0
/// against it.
///
/// It prints as the feature and what the block has of it: `ends as a sentence: yes`, `words shared with the story: low`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    feature: &'static str,
    found: &'static str,
    weight: f32,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.feature, self.found)
    }
}

/// How the names of features begin that a block has or has not; of the others it has more or less.
const EITHER_OR: [&str; 10] = [
    "a ",
    "an ",
    "starts ",
    "ends ",
    "inside ",
    "first of ",
    "repeats at ",
    "unfinished ",
    "likely ",
    "long without ",
];

/// What a block has of a feature, in a word; `mean` is that of the training pages.
fn found(feature: usize, value: f32, mean: f32, weight: f32) -> &'static str {
    if feature >= FIRST_SCORE {
        return if weight > 0.0 {
            "as in stories"
        } else {
            "as in noise"
        };
    }
    match (
        EITHER_OR
            .iter()
            .any(|start| name(feature).starts_with(start)),
        value > 0.0,
    ) {
        (true, true) => "yes",
        (true, false) => "no",
        (false, false) => "none",
        (false, true) if value > mean => "high",
        (false, true) => "low",
    }
}

impl Reason {
    /// The feature in words.
    pub fn feature(&self) -> &'static str {
        self.feature
    }

    /// What the block has of it, in a word: `yes`, `no`, `none`, `high` and `low` against the mean of the training pages.
    pub fn found(&self) -> &'static str {
        self.found
    }

    /// Whether it comes from what is known of the site, see [`Recurrence`](super::Recurrence), and not from the page.
    pub fn is_of_site(&self) -> bool {
        self.feature == RECURS
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
                let mean = &model.second().stage.mean[group.clone()];
                any |= row[group.clone()] != *mean;
                row[group.clone()].copy_from_slice(mean);
            }
            if !any {
                continue;
            }
            model.second().forward(&hidden, &mut a);
            for i in (first..spans.len()).step_by(step) {
                let weight = base[i] - log_odds(&a.labels[i]);
                let (value, mean) = (
                    rows[i * FEATURES + group.start],
                    model.second().stage.mean[group.start],
                );
                all[i].push(Reason {
                    feature: name(group.start),
                    found: found(group.start, value, mean, weight),
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
                    found: "yes",
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
