//! Hashed n-grams of a block's first and last words: what stage 1 of the model looks up.

use super::surface::{Ends, HEAD, Surface, TAIL, log2, mix};

/// Blocks of at most so many tokens are also looked up as a whole: "Advertisement", "Read more".
const WHOLE: usize = 8;

/// Calls `each` with the hash of every n-gram of the block; one may come twice.
pub(super) fn each(ends: &Ends, surface: &Surface, mut each: impl FnMut(u32)) {
    let mut gram = |kind: u32, a: u32, b: u32, c: u32| {
        let h = mix(mix(mix(mix(kind, a), b), c), 0x5bd1);
        each((h ^ (h >> 15)).wrapping_mul(0x85EB_CA6B));
    };
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
