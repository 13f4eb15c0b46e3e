//! Hashed n-grams of a block's first and last words: what stage 1 of the model looks up.

use super::context::Seen;
use super::surface::{HEAD, Surface, TAIL, log2, mix};
use super::tokens::Ends;
use crate::noise::first::FirstStage;
use crate::noise::product::{Products, Work, widest};

/// Blocks of at most so many tokens are also looked up as a whole: "Advertisement", "Read more".
const WHOLE: usize = 8;

/// Room for the n-grams of a block; it has 49 at most, of which the places are fixed.
const MOST: usize = 64;

/// The kinds of the n-grams, in the order of their places.
#[rustfmt::skip]
static KINDS: [u32; MOST] = {
    let kinds = [
        1, 2, 1, 3, 1, 4, 1, 5, 1, 1, 1, 1, // a word of the head, and the same at its place
        10, 10, 10, 10, 10, 10, 10, // two words
        11, 11, 11, 11, 11, 11, // three
        20, 21, 20, 22, 20, 23, 20, 20, 20, // a word of the tail, and the same at its place
        30, 30, 30, 30, 30, // two
        60, 61, 61, 61, 61, // a word and the form of the next
        62, 63, 64, // forms
        40, // the whole block
        50, // its length and its end
    ];
    let mut table = [0; MOST];
    let mut i = 0;
    while i < kinds.len() {
        table[i] = kinds[i];
        i += 1;
    }
    table
};

/// Which of them a block of so many tokens has, a bit for each; the last stands for more tokens than [`WHOLE`].
static PRESENT: [u64; WHOLE + 2] = {
    let mut table = [0; WHOLE + 2];
    let mut count = 0;
    while count < table.len() {
        let heads = if count < HEAD { count } else { HEAD };
        let tails = if count < TAIL { count } else { TAIL };
        let at_place = if heads < 4 { 2 * heads } else { heads + 4 };
        let tail_at_place = if tails < 3 { 2 * tails } else { tails + 3 };
        let behind = if heads < 6 {
            heads.saturating_sub(1)
        } else {
            5
        };
        table[count] = ones(at_place)
            | ones(heads.saturating_sub(1)) << 12
            | ones(heads.saturating_sub(2)) << 19
            | ones(tail_at_place) << 25
            | ones(tails.saturating_sub(1)) << 34
            | ones(behind) << 39
            | 0b111 << 44
            | ((count <= WHOLE) as u64) << 47
            | 1 << 48;
        count += 1;
    }
    table
};

const fn ones(count: usize) -> u64 {
    (1 << count) - 1
}

/// The n-grams of a block: what each is made of, and its hash.
pub(super) struct Grams {
    parts: [[u32; MOST]; 3],
    hashes: [u32; MOST],
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
            parts: [[0; MOST]; 3],
            hashes: [0; MOST],
        }
    }

    /// The hash of every n-gram of the block; one may come twice.
    #[inline(always)]
    pub(super) fn read(&mut self, ends: &Ends, surface: &Surface) -> impl Iterator<Item = u32> {
        self.write(ends, surface);
        // All are hashed together, by vector instructions, those that the block has not too.
        let [a, b, c] = &self.parts;
        for i in 0..MOST {
            let h = mix(mix(mix(mix(KINDS[i], a[i]), b[i]), c[i]), 0x5bd1);
            self.hashes[i] = (h ^ (h >> 15)).wrapping_mul(0x85EB_CA6B);
        }
        let mut present = PRESENT[ends.count.min(WHOLE + 1)];
        std::iter::from_fn(move || {
            let next = present.trailing_zeros() as usize;
            present &= present.wrapping_sub(1);
            self.hashes.get(next).copied()
        })
    }

    /// Writes what the n-grams of the block are made of, each to its place.
    #[inline(always)]
    fn write(&mut self, ends: &Ends, surface: &Surface) {
        let (head, tail) = (&ends.head, &ends.tail);
        let [a, b, c] = &mut self.parts;
        for i in 0..4 {
            a[2 * i..2 * i + 2].fill(head[i]);
        }
        a[8..12].copy_from_slice(&head[4..]);
        a[12..19].copy_from_slice(&head[..7]);
        b[12..19].copy_from_slice(&head[1..]);
        a[19..25].copy_from_slice(&head[..6]);
        b[19..25].copy_from_slice(&head[1..7]);
        c[19..25].copy_from_slice(&head[2..]);
        for i in 0..3 {
            a[25 + 2 * i..27 + 2 * i].fill(tail[i]);
        }
        a[31..34].copy_from_slice(&tail[3..]);
        a[34..39].copy_from_slice(&tail[..5]);
        b[34..39].copy_from_slice(&tail[1..]);
        a[39..44].copy_from_slice(&head[..5]);
        for i in 0..5 {
            b[39 + i] = u32::from(ends.head_form[1 + i]);
        }
        let heads = &ends.head_form[..ends.count.min(6)];
        a[44] = forms(&heads[..heads.len().min(3)]);
        a[45] = forms(heads);
        a[46] = forms(&ends.tail_form[..ends.count.min(3)]);
        a[47] = ends.all;
        (a[48], b[48]) = length(surface);
    }
}

fn forms(forms: &[u8]) -> u32 {
    forms.iter().fold(0, |h, &f| mix(h, u32::from(f)))
}

/// The length of a block, roughly, and how it ends.
fn length(surface: &Surface) -> (u32, u32) {
    let end = u32::from(surface.ends_sentence) + 2 * u32::from(surface.ends_ellipsis);
    ((log2(surface.words) * 2.0) as u32, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain way: calls `each` with kind and parts of every n-gram of the block.
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
        let (length, end) = length(surface);
        gram(50, length, end, 0);
    }

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
        for count in (0..=10).chain([40]).rev() {
            ends.count = count;
            let mut want = Vec::new();
            each(&ends, &Surface::default(), |kind, [a, b, c]| {
                let h = mix(mix(mix(mix(kind, a), b), c), 0x5bd1);
                want.push((h ^ (h >> 15)).wrapping_mul(0x85EB_CA6B));
            });
            let got: Vec<u32> = grams.read(&ends, &Surface::default()).collect();
            assert_eq!(got, want, "{count}");
            assert!(want.len() <= MOST && want.len() >= count.min(HEAD));
        }
    }
}
