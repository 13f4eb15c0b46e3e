//! From scores to labels and the page kind.

use super::label::{Label, PageKind};
use super::math::exp;
use super::second::{Activations, KINDS, LABELS};

/// What was decided for a page.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Label and confidence of every block.
    pub(crate) labels: Vec<(Label, f32)>,
    pub(crate) kind: PageKind,
}

/// A page needs so many words of story to be one.
pub(super) const MIN_STORY_WORDS: usize = 12;

/// Labels by the greater sum of probabilities: story labels against noise first, then the best of the side that won.
/// `lean` is added to the story's log odds: above 0 keeps more, below 0 drops more.
pub(super) fn decide(a: &Activations, words: impl Iterator<Item = usize>, lean: f32) -> Answer {
    let mut labels: Vec<(Label, f32)> = a
        .labels
        .iter()
        .map(|scores| label(&scores[..LABELS], lean))
        .collect();
    let story_words: usize = words
        .zip(&labels)
        .filter(|(_, l)| matches!(l.0, Label::Body | Label::Subhead))
        .map(|(w, _)| w)
        .sum();
    let best = (0..KINDS)
        .max_by(|&x, &y| a.kinds[x].total_cmp(&a.kinds[y]).then(y.cmp(&x)))
        .unwrap_or(0);
    let says = PageKind::ALL[best];
    let kind = if story_words >= MIN_STORY_WORDS && says == PageKind::Story {
        PageKind::Story
    } else {
        // No story: what was taken for one is the next best thing.
        for (l, scores) in labels.iter_mut().zip(&a.labels) {
            if l.0.is_story() {
                *l = best_of(&scores[..LABELS], |l| !l.is_story());
            }
        }
        let teasers = labels.iter().filter(|l| l.0 == Label::Teaser).count();
        if teasers >= 3 {
            PageKind::Listing
        } else {
            PageKind::Empty
        }
    };
    Answer { labels, kind }
}

fn label(scores: &[f32], lean: f32) -> (Label, f32) {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let (mut story, mut noise) = (0.0, 0.0);
    for (&s, l) in scores.iter().zip(Label::ALL) {
        let e = exp(s - max);
        if l.is_story() {
            story += e;
        } else {
            noise += e;
        }
    }
    let keep = story * exp(lean) >= noise;
    best_of(scores, |l| l.is_story() == keep)
}

/// The best of the allowed labels and its share of the probability.
fn best_of(scores: &[f32], allowed: impl Fn(Label) -> bool) -> (Label, f32) {
    let max = scores.iter().copied().fold(f32::MIN, f32::max);
    let all: f32 = scores.iter().map(|&s| exp(s - max)).sum();
    let mut best = (Label::Other, f32::MIN);
    for (&s, &l) in scores.iter().zip(Label::ALL) {
        if allowed(l) && s > best.1 {
            best = (l, s);
        }
    }
    (best.0, exp(best.1 - max) / all)
}
