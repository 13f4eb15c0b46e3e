//! From scores to labels and the page kind.

use std::ops::Range;

use super::label::{Label, PageKind};
use super::math::exp;
use super::product::{Products, Work, widest};
use super::second::{Activations, KINDS, LABELS, OUT, SIDES, WITHIN};

/// What was decided for a page; kept between pages for its memory.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Label and confidence of every block.
    pub(crate) labels: Vec<(Label, f32)>,
    pub(crate) kind: PageKind,
    /// The probabilities of the labels of every block.
    shares: Vec<[f32; LABELS]>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            labels: Vec::new(),
            kind: PageKind::Empty,
            shares: Vec::new(),
        }
    }
}

/// A page needs so many words of story to be one, where nothing else is asked for.
pub(super) const MIN_STORY_WORDS: usize = 12;
/// A page without a story that has so many teasers is a listing.
pub(super) const MIN_TEASERS: usize = 3;

/// The labels of the story; the others are noise.
const STORY: Range<usize> = 0..WITHIN[2].start;
const NOISE: Range<usize> = STORY.end..LABELS;

/// Labels by the greater sum of probabilities: story against noise first, then the best of the side that won. `lean` is
/// added to the story's log odds: above 0 keeps more, below 0 drops more. A page with fewer than `min_words` words of body
/// and subheads is no story.
pub(super) fn decide(
    a: &Activations,
    words: impl Iterator<Item = usize>,
    lean: f32,
    min_words: usize,
    answer: &mut Answer,
) {
    widest(Labels {
        scores: &a.labels,
        lean,
        answer,
    });
    let Answer {
        labels,
        kind,
        shares,
    } = answer;
    let story_words: usize = words
        .zip(&*labels)
        .filter(|(_, l)| matches!(l.0, Label::Body | Label::Subhead))
        .map(|(w, _)| w)
        .sum();
    let best = (0..KINDS)
        .max_by(|&x, &y| a.kinds[x].total_cmp(&a.kinds[y]).then(y.cmp(&x)))
        .unwrap_or(0);
    *kind = if story_words >= min_words.max(1) && PageKind::ALL[best] == PageKind::Story {
        PageKind::Story
    } else {
        // No story: what was taken for one is the next best thing.
        for (l, p) in labels.iter_mut().zip(shares) {
            if l.0.is_story() {
                *l = best_of(p, NOISE);
            }
        }
        let teasers = labels.iter().filter(|l| l.0 == Label::Teaser).count();
        if teasers >= MIN_TEASERS {
            PageKind::Listing
        } else {
            PageKind::Empty
        }
    };
}

/// The probabilities and labels of a page's blocks.
struct Labels<'a> {
    scores: &'a [[f32; OUT]],
    lean: f32,
    answer: &'a mut Answer,
}

impl Work for Labels<'_> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(self, _: P) {
        let Answer { labels, shares, .. } = self.answer;
        labels.clear();
        shares.clear();
        let odds = exp(self.lean);
        for scores in self.scores {
            let p = probabilities(scores);
            let story: f32 = p[STORY].iter().sum();
            let keep = story * odds >= 1.0 - story;
            labels.push(best_of(&p, if keep { STORY } else { NOISE }));
            shares.push(p);
        }
    }
}

/// The probability of each label: that of its side times its share within the side.
#[inline(always)]
fn probabilities(scores: &[f32; OUT]) -> [f32; LABELS] {
    // Every score against the greatest of its kind: the sides' among themselves, the labels' within their side. The
    // headline is alone in its side, and its lane is the side's.
    let max = |scores: &[f32]| scores.iter().copied().fold(f32::MIN, f32::max);
    let mut greatest = [max(&SIDES.map(|lane| scores[lane])); OUT];
    for lanes in &WITHIN[1..] {
        greatest[lanes.clone()].fill(max(&scores[lanes.clone()]));
    }
    let mut e = [0.0; OUT];
    for ((e, score), greatest) in e.iter_mut().zip(scores).zip(greatest) {
        *e = exp(score - greatest);
    }
    let all: f32 = SIDES.iter().map(|&lane| e[lane]).sum();
    let sides = SIDES.map(|lane| e[lane] / all);
    let mut out = [0.0; LABELS];
    out[0] = sides[0];
    for (lanes, side) in WITHIN.into_iter().zip(sides).skip(1) {
        let within: f32 = e[lanes.clone()].iter().sum();
        for l in lanes {
            out[l] = e[l] * (side / within);
        }
    }
    out
}

/// The most probable of these labels, the first of equals.
#[inline(always)]
fn best_of(p: &[f32; LABELS], labels: Range<usize>) -> (Label, f32) {
    let (mut best, mut most) = (Label::Other as usize, -1.0);
    for l in labels {
        let more = p[l] > most;
        best = if more { l } else { best };
        most = if more { p[l] } else { most };
    }
    (Label::ALL[best], most)
}
