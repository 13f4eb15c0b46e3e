//! From scores to labels and the page kind.

use super::label::{Label, PageKind};
use super::math::exp;
use super::second::{Activations, KINDS, LABELS, OUT, SIDES, WITHIN};

/// What was decided for a page.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Label and confidence of every block.
    pub(crate) labels: Vec<(Label, f32)>,
    pub(crate) kind: PageKind,
}

/// A page needs so many words of story to be one, where nothing else is asked for.
pub(super) const MIN_STORY_WORDS: usize = 12;
/// A page without a story that has so many teasers is a listing.
pub(super) const MIN_TEASERS: usize = 3;

/// Labels by the greater sum of probabilities: story against noise first, then the best of the side that won. `lean` is
/// added to the story's log odds: above 0 keeps more, below 0 drops more. A page with fewer than `min_words` words of body
/// and subheads is no story.
pub(super) fn decide(
    a: &Activations,
    words: impl Iterator<Item = usize>,
    lean: f32,
    min_words: usize,
) -> Answer {
    let shares: Vec<[f32; LABELS]> = a.labels.iter().map(probabilities).collect();
    let mut labels: Vec<(Label, f32)> = shares.iter().map(|p| label(p, lean)).collect();
    let story_words: usize = words
        .zip(&labels)
        .filter(|(_, l)| matches!(l.0, Label::Body | Label::Subhead))
        .map(|(w, _)| w)
        .sum();
    let best = (0..KINDS)
        .max_by(|&x, &y| a.kinds[x].total_cmp(&a.kinds[y]).then(y.cmp(&x)))
        .unwrap_or(0);
    let kind = if story_words >= min_words.max(1) && PageKind::ALL[best] == PageKind::Story {
        PageKind::Story
    } else {
        // No story: what was taken for one is the next best thing.
        for (l, p) in labels.iter_mut().zip(&shares) {
            if l.0.is_story() {
                *l = best_of(p, |l| !l.is_story());
            }
        }
        let teasers = labels.iter().filter(|l| l.0 == Label::Teaser).count();
        if teasers >= MIN_TEASERS {
            PageKind::Listing
        } else {
            PageKind::Empty
        }
    };
    Answer { labels, kind }
}

/// The probability of each label: that of its side times its share within the side.
fn probabilities(scores: &[f32; OUT]) -> [f32; LABELS] {
    let sides = softmax(SIDES.map(|lane| scores[lane]));
    let mut out = [0.0; LABELS];
    for (lanes, side) in WITHIN.into_iter().zip(sides) {
        let max = scores[lanes.clone()]
            .iter()
            .copied()
            .fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for l in lanes.clone() {
            out[l] = exp(scores[l] - max);
            sum += out[l];
        }
        for p in &mut out[lanes] {
            *p *= side / sum;
        }
    }
    out
}

fn softmax<const N: usize>(scores: [f32; N]) -> [f32; N] {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let e = scores.map(|s| exp(s - max));
    let sum: f32 = e.iter().sum();
    e.map(|e| e / sum)
}

fn label(p: &[f32; LABELS], lean: f32) -> (Label, f32) {
    let story: f32 = p
        .iter()
        .zip(Label::ALL)
        .filter(|(_, l)| l.is_story())
        .map(|(p, _)| p)
        .sum();
    let keep = story * exp(lean) >= 1.0 - story;
    best_of(p, |l| l.is_story() == keep)
}

/// The most probable of the allowed labels.
fn best_of(p: &[f32; LABELS], allowed: impl Fn(Label) -> bool) -> (Label, f32) {
    let mut best = (Label::Other, -1.0);
    for (&p, &l) in p.iter().zip(Label::ALL) {
        if allowed(l) && p > best.1 {
            best = (l, p);
        }
    }
    best
}
