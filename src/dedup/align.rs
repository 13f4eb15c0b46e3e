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

/// The evidence, and the runs in the order of `a`.
pub(super) fn align(a: &Prepared, b: &Prepared) -> (Evidence, Vec<Run>) {
    let (shorter, longer) = (
        a.words.len().min(b.words.len()),
        a.words.len().max(b.words.len()),
    );
    let short = shorter < SHORT_TEXT && longer < 2 * SHORT_TEXT;
    let (va, vb) = if short {
        (&a.short, &b.short)
    } else {
        (&a.long, &b.long)
    };
    if shorter == 0 || va.k != vb.k {
        let mut none = Evidence::exact(0);
        none.relation = Relation::Near;
        return (none, Vec::new());
    }
    let (shared_a, shared_b) = (shared(va, vb), shared(vb, va));
    let (wa, wb) = (va.weights(&shared_a), vb.weights(&shared_b));
    let (total_a, inter_a) = sums(&wa, &shared_a);
    let (total_b, inter_b) = sums(&wb, &shared_b);
    let share = |x: f64, y: f64| if y > 0.0 { x / y } else { 0.0 };
    let containment = [share(inter_a, total_a), share(inter_b, total_b)];
    let coverage = [covered(va, &wa, &shared_a), covered(vb, &wb, &shared_b)];
    let inter = inter_a.min(inter_b);
    let runs = runs(va, vb, &shared_a);
    let facts = Facts::of(a, b, &runs);
    // The smaller text by what counts, which need not be the one with fewer words.
    let of = |i: usize| (containment[i] + coverage[i]) / 2.0;
    let small = match total_a.total_cmp(&total_b) {
        Ordering::Less => of(0),
        Ordering::Greater => of(1),
        Ordering::Equal => of(0).max(of(1)),
    };
    let evidence = Evidence {
        similarity: small,
        resemblance: share(inter, total_a + total_b - inter),
        containment,
        coverage,
        mass: [inter_a, inter_b],
        longest_run: runs.iter().map(|r| r.words).max().unwrap_or(0),
        conflicts: facts.conflicts,
        agreements: facts.agreements,
        names: facts.names,
        seams: seams(&runs),
        relation: if a.words == b.words {
            Relation::Exact
        } else if of(0) >= MOST && of(1) < MOST {
            Relation::ExcerptOf
        } else if of(1) >= MOST && of(0) < MOST {
            Relation::Contains
        } else {
            Relation::Near
        },
    };
    (evidence, runs)
}

fn shared(of: &View, with: &View) -> Vec<bool> {
    of.shingles
        .iter()
        .map(|&s| with.find(s).is_some())
        .collect()
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
fn runs(a: &View, b: &View, shared: &[bool]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut p = 0;
    while p < a.shingles.len() {
        let place = if shared[p] {
            b.find(a.shingles[p])
        } else {
            None
        };
        let Some(q) = place else {
            p += 1;
            continue;
        };
        let mut n = 1;
        while a
            .shingles
            .get(p + n)
            .is_some_and(|s| b.shingles.get(q + n) == Some(s))
        {
            n += 1;
        }
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
    runs
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
                    .filter(|&i| kind(x)[i] && !y.contains(&x.words[i]))
                    .count()
            };
            let of_a = only(a, &in_a, &b.words[in_b.clone()]);
            of_a.min(only(b, &in_b, &a.words[in_a.clone()]))
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
    use crate::dedup::Settings;

    fn prepared(text: &str) -> Prepared {
        Prepared::new(text, &Settings::default().sketch(text), |_| 1.0)
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
                let (e, runs) = align(&prepared(a), &prepared(b));
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
            let (a, b) = (prepared(&words.join(" ")), prepared(&other.join(" ")));
            let (e, runs) = align(&a, &b);
            assert_eq!(e.longest_run, longest(&a.words, &b.words));
            let mut end = 0;
            for r in runs {
                assert!(r.a >= end);
                end = r.a + r.words;
                assert_eq!(a.words[r.a..end], b.words[r.b..r.b + r.words]);
            }
        }
    }
}
