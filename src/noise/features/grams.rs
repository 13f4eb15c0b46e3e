//! Hashed n-grams of a block's first and last words: what stage 1 of the model looks up.

use super::context::Seen;
use super::surface::{HEAD, Surface, TAIL, log2, mix};
use super::tokens::Ends;
use crate::noise::first::FirstStage;
use crate::noise::product::{Products, Work, widest};

/// Blocks of at most so many tokens are also looked up as a whole: "Advertisement", "Read more".
const WHOLE: usize = 8;

/// Room for the n-grams of a block; it has 49 at most.
const MOST: usize = 64;
/// So many are hashed at once.
const LANES: usize = 16;

/// The n-grams of a block, what each is made of and then its hash.
pub(super) struct Grams {
    kind: [u32; MOST],
    parts: [[u32; MOST]; 3],
    count: usize,
}

/// Writes the scores that stage 1 gives to each of the blocks.
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn scores(seen: &mut [Seen], first: &FirstStage) {
    widest(Scoring { seen, first });
}

struct Scoring<'a> {
    seen: &'a mut [Seen],
    first: &'a FirstStage,
}

impl Work for Scoring<'_> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(self, _: P) {
        let mut grams = Grams::new();
        for b in self.seen {
            b.scores = self.first.scores(grams.read(&b.ends, &b.surface));
        }
    }
}

impl Grams {
    pub(super) fn new() -> Self {
        Self {
            kind: [0; MOST],
            parts: [[0; MOST]; 3],
            count: 0,
        }
    }

    /// The hash of every n-gram of the block; one may come twice.
    #[inline(always)]
    pub(super) fn read(&mut self, ends: &Ends, surface: &Surface) -> &mut [u32] {
        self.count = 0;
        each(ends, surface, |kind, parts| {
            // Never more than `MOST`, and no check.
            let at = self.count % MOST;
            self.kind[at] = kind;
            for (column, part) in self.parts.iter_mut().zip(parts) {
                column[at] = part;
            }
            self.count += 1;
        });
        // All are hashed together, by vector instructions.
        let [a, b, c] = self
            .parts
            .each_ref()
            .map(|parts| parts.as_chunks::<LANES>().0);
        let kinds = self.kind.as_chunks_mut::<LANES>().0;
        let chunks = kinds.iter_mut().zip(a).zip(b.iter().zip(c));
        for ((kind, a), (b, c)) in chunks.take(self.count.div_ceil(LANES)) {
            for ((h, &a), (&b, &c)) in kind.iter_mut().zip(a).zip(b.iter().zip(c)) {
                *h = mix(mix(mix(mix(*h, a), b), c), 0x5bd1);
                *h = (*h ^ (*h >> 15)).wrapping_mul(0x85EB_CA6B);
            }
        }
        &mut self.kind[..self.count]
    }
}

/// Calls `each` with kind and parts of every n-gram of the block.
#[inline(always)]
fn each(ends: &Ends, surface: &Surface, mut each: impl FnMut(u32, [u32; 3])) {
    let mut gram = |kind: u32, a: u32, b: u32, c: u32| each(kind, [a, b, c]);
    let heads = ends.count.min(HEAD);
    let head = &ends.head[..heads];
    for (i, &t) in head.iter().enumerate() {
        gram(1, t, 0, 0);
        if i < 4 {
            gram(2 + i as u32, t, 0, 0);
        }
    }
    for w in head.windows(2) {
        gram(10, w[0], w[1], 0);
    }
    for w in head.windows(3) {
        gram(11, w[0], w[1], w[2]);
    }
    let tail = &ends.tail[..ends.count.min(TAIL)];
    for (i, &t) in tail.iter().enumerate() {
        gram(20, t, 0, 0);
        if i < 3 {
            gram(21 + i as u32, t, 0, 0);
        }
    }
    for w in tail.windows(2) {
        gram(30, w[0], w[1], 0);
    }
    let forms = |f: &[u8]| f.iter().fold(0, |h, &f| mix(h, u32::from(f)));
    let head_forms = &ends.head_form[..heads];
    for (i, pair) in head
        .iter()
        .zip(&head_forms[1.min(heads)..])
        .take(5)
        .enumerate()
    {
        gram(60 + (i.min(1)) as u32, *pair.0, u32::from(*pair.1), 0);
    }
    gram(62, forms(&head_forms[..heads.min(3)]), 0, 0);
    gram(63, forms(&head_forms[..heads.min(6)]), 0, 0);
    gram(64, forms(&ends.tail_form[..tail.len().min(3)]), 0, 0);
    if ends.count <= WHOLE {
        gram(40, ends.all, 0, 0);
    }
    let length = (log2(surface.words) * 2.0) as u32;
    let end = u32::from(surface.ends_sentence) + 2 * u32::from(surface.ends_ellipsis);
    gram(50, length, end, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_are_hashed_as_one_by_one() {
        let mut ends = Ends {
            head: std::array::from_fn(|i| 1000 + i as u32),
            tail: std::array::from_fn(|i| 2000 + i as u32),
            head_form: [1, 2, 3, 4, 5, 6, 7, 8],
            ..Ends::default()
        };
        let mut grams = Grams::new();
        // A long block first: what it leaves must not be seen.
        for count in [40, 8, 3, 1, 0] {
            ends.count = count;
            let mut want = Vec::new();
            each(&ends, &Surface::default(), |kind, [a, b, c]| {
                let h = mix(mix(mix(mix(kind, a), b), c), 0x5bd1);
                want.push((h ^ (h >> 15)).wrapping_mul(0x85EB_CA6B));
            });
            assert_eq!(grams.read(&ends, &Surface::default()), want);
            assert!(want.len() <= MOST && want.len() >= count.min(HEAD));
        }
    }
}
