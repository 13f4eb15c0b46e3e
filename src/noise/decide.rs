//! From scores to labels and the page kind.

use std::ops::Range;

use super::label::{Label, PageKind};
use super::math::{exp, greater};
use super::product::{Products, Work, widest};
use super::second::{Activations, KINDS, LABELS, OUT, SIDES, WITHIN};

/// What was decided for a page; kept between pages for its memory.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// Label and confidence of every block.
    pub(crate) labels: Vec<(Label, f32)>,
    pub(crate) kind: PageKind,
    /// The same of every block were it noise.
    noise: Vec<(Label, f32)>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            labels: Vec::new(),
            kind: PageKind::Empty,
            noise: Vec::new(),
        }
    }
}

/// A page needs so many words of story to be one, where nothing else is asked for.
pub(super) const MIN_STORY_WORDS: usize = 12;
/// A page without a story that has so many teasers is a listing.
pub(super) const MIN_TEASERS: usize = 3;

/// Added to the story's log odds: more of the pages that a model did not see is kept wrongly than is lost (hand-labelled
/// pages by models without their host: of the words P 0.971 and R 0.985 without it, P 0.974 and R 0.982 with it).
const BALANCE: f32 = -0.3;

/// Added to the score of a story among the page kinds: a wall's first lines are taken for a story more readily than a story
/// for none (walls without a story answered so 0.899 without it, 0.908 with it; clean short texts 0.935, 0.933).
const KIND_BALANCE: f32 = -0.4;

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
        lean: lean + BALANCE,
        answer,
    });
    let Answer {
        labels,
        kind,
        noise,
    } = answer;
    let story_words: usize = words
        .zip(&*labels)
        .filter(|(_, l)| matches!(l.0, Label::Body | Label::Subhead))
        .map(|(w, _)| w)
        .sum();
    let mut kinds = a.kinds;
    kinds[PageKind::Story as usize] += KIND_BALANCE;
    let best = (0..KINDS)
        .max_by(|&x, &y| kinds[x].total_cmp(&kinds[y]).then(y.cmp(&x)))
        .unwrap_or(0);
    *kind = if story_words >= min_words.max(1) && PageKind::ALL[best] == PageKind::Story {
        PageKind::Story
    } else {
        // No story: what was taken for one is the next best thing.
        for (l, &mut noise) in labels.iter_mut().zip(noise) {
            if l.0.is_story() {
                *l = noise;
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
        let Answer { labels, noise, .. } = self.answer;
        labels.clear();
        noise.clear();
        let odds = exp(self.lean);
        for blocks in self.scores.chunks(TOGETHER) {
            let mut scores = [[0.0; TOGETHER]; OUT];
            for (i, block) in blocks.iter().enumerate() {
                for (scores, &score) in scores.iter_mut().zip(block) {
                    scores[i] = score;
                }
            }
            let p = probabilities(&scores);
            let story = sum(&p[STORY]);
            let (of_story, of_noise) = (best_of(&p, STORY), best_of(&p, NOISE));
            for i in 0..blocks.len() {
                let keep = story[i] * odds >= 1.0 - story[i];
                let [story, other] = [of_story, of_noise]
                    .map(|(best, most)| (Label::ALL[best[i] as usize], most[i]));
                labels.push(if keep { story } else { other });
                noise.push(other);
            }
        }
    }
}

/// Blocks that are decided on together, a number of each in a vector.
const TOGETHER: usize = 16;

type Blocks = [f32; TOGETHER];

#[inline(always)]
fn map(mut a: Blocks, b: &Blocks, of: impl Fn(f32, f32) -> f32) -> Blocks {
    for (a, &b) in a.iter_mut().zip(b) {
        *a = of(*a, b);
    }
    a
}

#[inline(always)]
fn sum<'b>(of: impl IntoIterator<Item = &'b Blocks>) -> Blocks {
    of.into_iter().fold([0.0; TOGETHER], |all, one| {
        map(all, one, |all, one| all + one)
    })
}

#[inline(always)]
fn max<'b>(of: impl IntoIterator<Item = &'b Blocks>) -> Blocks {
    of.into_iter()
        .fold([f32::MIN; TOGETHER], |all, one| map(all, one, greater))
}

/// The probability of each label: that of its side times its share within the side.
#[inline(always)]
fn probabilities(scores: &[Blocks; OUT]) -> [Blocks; LABELS] {
    // Every score against the greatest of its kind: the sides' among themselves, the labels' within their side. The
    // headline is alone in its side, and its lane is the side's.
    let mut greatest = [max(SIDES.map(|lane| &scores[lane])); OUT];
    for lanes in &WITHIN[1..] {
        greatest[lanes.clone()].fill(max(&scores[lanes.clone()]));
    }
    let mut e = *scores;
    for (e, greatest) in e.iter_mut().zip(&greatest) {
        *e = map(*e, greatest, |score, greatest| exp(score - greatest));
    }
    let all = sum(SIDES.map(|lane| &e[lane]));
    let sides = SIDES.map(|lane| map(e[lane], &all, |e, all| e / all));
    let mut out = [[0.0; TOGETHER]; LABELS];
    out[0] = sides[0];
    for (lanes, side) in WITHIN.into_iter().zip(sides).skip(1) {
        let share = map(side, &sum(&e[lanes.clone()]), |side, within| side / within);
        for l in lanes {
            out[l] = map(e[l], &share, |e, share| e * share);
        }
    }
    out
}

/// The most probable of these labels, the first of equals.
#[inline(always)]
fn best_of(p: &[Blocks; LABELS], labels: Range<usize>) -> ([u32; TOGETHER], Blocks) {
    let (mut best, mut most) = ([Label::Other as u32; TOGETHER], [-1.0; TOGETHER]);
    for l in labels {
        for i in 0..TOGETHER {
            let more = p[l][i] > most[i];
            best[i] = if more { l as u32 } else { best[i] };
            most[i] = if more { p[l][i] } else { most[i] };
        }
    }
    (best, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::product::Portable;

    /// The answers for blocks by themselves, the plain way.
    fn one_by_one(scores: &[[f32; OUT]]) -> [Vec<(Label, f32)>; 2] {
        let max = |scores: &[f32]| scores.iter().copied().fold(f32::MIN, f32::max);
        let both = scores.iter().map(|scores| {
            let sides = SIDES.map(|lane| scores[lane]);
            let sides = sides.map(|side| exp(side - max(&sides)));
            let all = sides[0] + sides[1] + sides[2];
            let mut p = [0.0; LABELS];
            for (lanes, side) in WITHIN.into_iter().zip(sides) {
                let e: Vec<f32> = scores[lanes.clone()]
                    .iter()
                    .map(|score| exp(score - max(&scores[lanes.clone()])))
                    .collect();
                let within: f32 = e.iter().sum();
                for (p, e) in p[lanes].iter_mut().zip(e) {
                    *p = e * (side / all / within);
                }
            }
            let best = |labels: Range<usize>| {
                let most = max(&p[labels.clone()]);
                let best = labels.clone().find(|&l| p[l] == most).expect("a label");
                (Label::ALL[best], most)
            };
            let story: f32 = p[STORY].iter().sum();
            let keep = story >= 1.0 - story;
            (best(if keep { STORY } else { NOISE }), best(NOISE))
        });
        let (labels, noise) = both.unzip();
        [labels, noise]
    }

    #[test]
    fn blocks_are_decided_on_as_one_by_one() {
        for count in [0, 1, 15, 16, 40] {
            let number = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) / 97.0;
            let scores: Vec<[f32; OUT]> = (0..count)
                .map(|b| std::array::from_fn(|o| number(b * OUT + o)))
                .collect();
            let [labels, noise] = one_by_one(&scores);
            let [mut plain, mut wide] = [Answer::default(), Answer::default()];
            let work = |answer| Labels {
                scores: &scores,
                lean: 0.0,
                answer,
            };
            work(&mut plain).run(Portable);
            widest(work(&mut wide));
            for answer in [plain, wide] {
                assert_eq!(answer.labels, labels);
                assert_eq!(answer.noise, noise);
            }
        }
    }
}
