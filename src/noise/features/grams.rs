//! Hashed n-grams of a block's first and last words: what stage 1 of the model looks up.

use super::surface::{Ends, HEAD, Surface, TAIL, log2, mix};

/// Number of hash buckets.
pub(crate) const BUCKETS: usize = 1 << 14;

/// Blocks of at most so many tokens are also looked up as a whole: "Advertisement", "Read more".
const WHOLE: usize = 8;

/// Calls `each` with every bucket of the block's n-grams; a bucket may come twice.
pub(super) fn each(ends: &Ends, surface: &Surface, mut each: impl FnMut(usize)) {
    let mut bucket = |kind: u32, a: u32, b: u32, c: u32| {
        let h = mix(mix(mix(mix(kind, a), b), c), 0x5bd1);
        each(((h ^ (h >> 15)).wrapping_mul(0x85EB_CA6B) >> 18) as usize);
    };
    let heads = ends.count.min(HEAD);
    let head = &ends.head[..heads];
    for (i, &t) in head.iter().enumerate() {
        bucket(1, t, 0, 0);
        if i < 4 {
            bucket(2 + i as u32, t, 0, 0);
        }
    }
    for w in head.windows(2) {
        bucket(10, w[0], w[1], 0);
    }
    for w in head.windows(3) {
        bucket(11, w[0], w[1], w[2]);
    }
    let tail = &ends.tail[..ends.count.min(TAIL)];
    for (i, &t) in tail.iter().enumerate() {
        bucket(20, t, 0, 0);
        if i < 3 {
            bucket(21 + i as u32, t, 0, 0);
        }
    }
    for w in tail.windows(2) {
        bucket(30, w[0], w[1], 0);
    }
    if ends.count <= WHOLE {
        bucket(40, ends.all, 0, 0);
    }
    let length = (log2(surface.words) * 2.0) as u32;
    let end = u32::from(surface.ends_sentence) + 2 * u32::from(surface.ends_ellipsis);
    bucket(50, length, end, 0);
}
