//! What two prepared texts have in common.

use std::cmp::Ordering;
use std::ops::Range;

use super::document::SHORT_TEXT;
use super::evidence::{Evidence, Relation, Seams};
use super::prepared::{Prepared, View};

/// A run of words that both texts have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) words: usize,
}

/// The longest gap between two shared runs, in words, that still counts as one place with two readings: a price, a
/// score, a date with its words around it.
const SLOT_WORDS: usize = 12;

/// So many words between two shared runs are what an edit changes: a word, a name with its title, a clause.
const SEAM_WORDS: usize = 8;

/// From this share of the one text on, it counts as contained when the relation is named.
const MOST: f64 = 0.5;

/// What the texts have in common, in buffers that are used again from pair to pair.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    /// In the order of the first text.
    pub(super) runs: Vec<Run>,
    /// For each shingle of the first text its first place in the second.
    places: Vec<Option<usize>>,
    /// By shingle of each text, whether the other has it, and how much it counts.
    shared: [Vec<bool>; 2],
    weights: [Vec<f64>; 2],
    /// Words a shingle.
    k: usize,
}

impl Alignment {
    /// Words a shingle.
    pub(super) fn k(&self) -> usize {
        self.k
    }

    /// Whether this shingle of the first (0) or the second text is in the other.
    pub(super) fn is_shared(&self, text: usize, shingle: usize) -> bool {
        self.shared[text].get(shingle) == Some(&true)
    }

    /// How much the shingles of a run count in the first text, in the mean.
    pub(super) fn weight(&self, run: &Run) -> f64 {
        let weights = &self.weights[0];
        // What the run before took is not in this one, which can then be shorter than a shingle.
        let from = run.a.min(weights.len() - 1);
        let to = (run.a + run.words + 1).saturating_sub(self.k);
        let of_run = &weights[from..to.clamp(from + 1, weights.len())];
        of_run.iter().sum::<f64>() / of_run.len() as f64
    }
}

/// The evidence; the shared runs are left in `with`.
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn align(a: &mut Prepared, b: &Prepared, with: &mut Alignment) -> Evidence {
    let lengths = [a.words().len(), b.words().len()];
    let (shorter, longer) = (lengths[0].min(lengths[1]), lengths[0].max(lengths[1]));
    let short = shorter < SHORT_TEXT && longer < 2 * SHORT_TEXT;
    let (va, vb) = if short {
        (&mut a.short, &b.short)
    } else {
        (&mut a.long, &b.long)
    };
    with.runs.clear();
    if shorter == 0 || va.k != vb.k {
        return Evidence::nothing();
    }
    with.k = va.k;
    meet(va, vb, with);
    let [shared_a, shared_b] = &with.shared;
    let [wa, wb] = &mut with.weights;
    va.weights(shared_a, wa);
    vb.weights(shared_b, wb);
    let (total_a, inter_a) = sums(wa, shared_a);
    let (total_b, inter_b) = sums(wb, shared_b);
    let share = |x: f64, y: f64| if y > 0.0 { x / y } else { 0.0 };
    let containment = [share(inter_a, total_a), share(inter_b, total_b)];
    let coverage = [covered(va, wa, shared_a), covered(vb, wb, shared_b)];
    let inter = inter_a.min(inter_b);
    runs(va, vb, &with.places, &mut with.runs);
    let runs = &with.runs;
    let facts = Facts::of(a, b, runs);
    // The smaller text by what counts, which need not be the one with fewer words.
    let of = |i: usize| (containment[i] + coverage[i]) / 2.0;
    let small = match total_a.total_cmp(&total_b) {
        Ordering::Less => of(0),
        Ordering::Greater => of(1),
        Ordering::Equal => of(0).max(of(1)),
    };
    Evidence {
        similarity: small,
        resemblance: share(inter, total_a + total_b - inter),
        containment,
        coverage,
        mass: [inter_a, inter_b],
        longest_run: runs.iter().map(|r| r.words).max().unwrap_or(0),
        conflicts: facts.conflicts,
        agreements: facts.agreements,
        names: facts.names,
        seams: seams(runs),
        witnesses: 0,
        respelled: 0,
        relation: if a.words() == b.words() {
            Relation::Exact
        } else if of(0) >= MOST && of(1) < MOST {
            Relation::ExcerptOf
        } else if of(1) >= MOST && of(0) < MOST {
            Relation::Contains
        } else {
            Relation::Near
        },
    }
}

/// Finds for each shingle of both texts whether the other has it, and for those of `a` the first place in `b`.
///
/// Plainly, each shingle is looked up among those of the other. Here only those of `b` are, among the first places of
/// `a`, which stay the same while `a` is compared with several.
fn meet(a: &mut View, b: &View, with: &mut Alignment) {
    let Alignment { places, shared, .. } = with;
    let [shared_a, shared_b] = shared;
    a.firsts();
    places.clear();
    places.resize(a.shingles.len(), None);
    shared_b.clear();
    shared_b.extend(b.shingles.iter().enumerate().map(|(q, &shingle)| {
        let found = a.find(shingle);
        if let Some(p) = found {
            places[p].get_or_insert(q);
        }
        found.is_some()
    }));
    // The others of `a` are where the first is.
    for (p, &first) in a.firsts().iter().enumerate() {
        places[p] = places[first];
    }
    shared_a.clear();
    shared_a.extend(places.iter().map(Option::is_some));
}

/// The sum of all weights, and of those that are shared.
fn sums(weights: &[f64], shared: &[bool]) -> (f64, f64) {
    weights
        .iter()
        .zip(shared)
        .fold((0.0, 0.0), |(total, inter), (w, s)| {
            (total + w, if *s { inter + w } else { inter })
        })
}

/// The share of the words, by weight, that lie in a shared shingle.
fn covered(view: &View, weights: &[f64], shared: &[bool]) -> f64 {
    let (mut total, mut inter, mut until) = (0.0, 0.0, 0);
    let last = weights.len() - 1;
    for word in 0..last + view.k {
        let w = weights[word.min(last)];
        if word <= last && shared[word] {
            until = word + view.k;
        }
        total += w;
        if word < until {
            inter += w;
        }
    }
    if total > 0.0 { inter / total } else { 0.0 }
}

/// The maximal shared runs, disjoint and in order in `a`.
///
/// A run goes on as long as both texts agree; where one ends, the next begins at the first place in `b` of the
/// shingle. Content that `b` repeats can thereby be split into more runs than needed, never into wrong ones.
fn runs(a: &View, b: &View, places: &[Option<usize>], runs: &mut Vec<Run>) {
    let mut p = 0;
    while p < a.shingles.len() {
        let Some(q) = places[p] else {
            p += 1;
            continue;
        };
        let same = a.shingles[p..].iter().zip(&b.shingles[q..]);
        let n = same.take_while(|(x, y)| x == y).count();
        // What the run before already took.
        let taken = runs.last().map_or(0, |r| (r.a + r.words).saturating_sub(p));
        let words = n + a.k - 1 - taken;
        runs.push(Run {
            a: p + taken,
            b: q + taken,
            words,
        });
        p += n;
    }
}

/// A place between two shared runs, in words, and what differs there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) a: Range<usize>,
    pub(super) b: Range<usize>,
    pub(super) numbers: usize,
    pub(super) names: usize,
}

/// What two texts say in the same places.
struct Facts {
    /// Numbers that differ.
    conflicts: usize,
    /// Numbers in shared runs.
    agreements: usize,
    /// Capitalised words that differ.
    names: usize,
}

impl Facts {
    fn of(a: &Prepared, b: &Prepared, runs: &[Run]) -> Self {
        let (conflicts, names) = places(a, b, runs).fold((0, 0), |(numbers, names), p| {
            (numbers + p.numbers, names + p.names)
        });
        Self {
            conflicts,
            agreements: runs
                .iter()
                .map(|r| a.numeric[r.a..r.a + r.words].iter().filter(|n| **n).count())
                .sum(),
            names,
        }
    }
}

/// The places of a few words between two shared runs.
pub(super) fn places<'p>(
    a: &'p Prepared,
    b: &'p Prepared,
    runs: &'p [Run],
) -> impl Iterator<Item = Place> + 'p {
    joints(runs).filter_map(|(from, to)| {
        let (in_a, in_b) = (from.0..to.0, from.1..to.1);
        let few = |r: &Range<usize>| r.start < r.end && r.end - r.start <= SLOT_WORDS;
        if !few(&in_a) || !few(&in_b) {
            return None;
        }
        // So many of a kind stand in only one of the texts, counted in the one with fewer.
        let differ = |kind: fn(&Prepared) -> &[bool]| {
            let only = |x: &Prepared, of: &Range<usize>, y: &[u64]| {
                of.clone()
                    .filter(|&i| kind(x)[i] && !y.contains(&x.words()[i]))
                    .count()
            };
            let of_a = only(a, &in_a, &b.words()[in_b.clone()]);
            of_a.min(only(b, &in_b, &a.words()[in_a.clone()]))
        };
        Some(Place {
            numbers: differ(|p| &p.numeric),
            names: differ(|p| &p.capital),
            a: in_a,
            b: in_b,
        })
    })
}

/// For all runs but the last the ends of it, and the starts of the next.
fn joints(runs: &[Run]) -> impl Iterator<Item = ((usize, usize), (usize, usize))> {
    runs.windows(2).map(|pair| {
        let end = (pair[0].a + pair[0].words, pair[0].b + pair[0].words);
        (end, (pair[1].a, pair[1].b))
    })
}

fn seams(runs: &[Run]) -> Seams {
    let few = |from: usize, to: usize| to.checked_sub(from).is_some_and(|n| n <= SEAM_WORDS);
    Seams {
        shared: runs.iter().map(|r| r.words).sum(),
        joints: runs.len().saturating_sub(1),
        narrow: joints(runs)
            .filter(|(from, to)| few(from.0, to.0) && few(from.1, to.1))
            .count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(a: &str, b: &str) -> (Evidence, Vec<Run>, [Prepared; 2]) {
        let mut texts = [a, b].map(|text| {
            let mut prepared = Prepared::default();
            prepared.read_to_compare(text);
            prepared
        });
        let mut with = Alignment::default();
        let [x, y] = &mut texts;
        let evidence = align(x, y, &mut with);
        (evidence, with.runs, texts)
    }

    /// The longest run of words in both, by trying all places.
    fn longest(a: &[u64], b: &[u64]) -> usize {
        let mut best = 0;
        for i in 0..a.len() {
            for j in 0..b.len() {
                let n = a[i..]
                    .iter()
                    .zip(&b[j..])
                    .take_while(|(x, y)| x == y)
                    .count();
                best = best.max(n);
            }
        }
        best
    }

    #[test]
    fn small_cases() {
        let page =
            "the harbour of port seldom gets a new crane next spring the mayor said on tuesday";
        for (a, b, run, similarity) in [
            (page, page, 16, 1.0),
            (page, "", 0, 0.0),
            ("", "", 0, 0.0),
            ("crane", "harbour", 0, 0.0),
            (page, "nothing of this is in the other text at all", 0, 0.0),
            (page, "a new crane next spring the mayor", 7, 1.0),
        ] {
            for (a, b) in [(a, b), (b, a)] {
                let (e, runs, _) = aligned(a, b);
                assert_eq!(
                    (e.longest_run, e.similarity),
                    (run, similarity),
                    "{a} / {b}"
                );
                assert_eq!(runs.is_empty(), run == 0);
            }
        }
    }

    #[test]
    fn runs_are_shared_disjoint_and_as_long_as_the_slow_twin_finds() {
        let mut state = 7_u64;
        let mut dice = move |below: u64| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..40 {
            let words: Vec<String> = (0..120).map(|_| format!("w{}", dice(5_000))).collect();
            let mut other = words[10..].to_vec();
            for _ in 0..4 {
                let at = dice(other.len() as u64) as usize;
                other[at] = format!("x{}", dice(100));
            }
            let (e, runs, [a, b]) = aligned(&words.join(" "), &other.join(" "));
            let (a, b) = (a.words(), b.words());
            assert_eq!(e.longest_run, longest(a, b));
            let mut end = 0;
            for r in runs {
                assert!(r.a >= end);
                end = r.a + r.words;
                assert_eq!(a[r.a..end], b[r.b..r.b + r.words]);
            }
        }
    }
}
