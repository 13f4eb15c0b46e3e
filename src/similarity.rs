//! How alike two sets of shingles are, exactly.
//!
//! The functions take sorted slices without repeats, as [`Shingles::as_slice`](crate::shingle::Shingles::as_slice)
//! gives them.

/// How much longer the one set must be before single elements of the other are searched in it by galloping instead of
/// walking both. A merge looks at `n + m` elements, galloping at about `2 n log2(m / n)`.
const GALLOP: usize = 16;

/// How many elements two sorted sets share.
///
/// Linear in both sets, or nearly linear in the smaller one when the other is at least 16 times as long.
pub fn intersection(a: &[u64], b: &[u64]) -> usize {
    let (small, large) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if small.len().saturating_mul(GALLOP) < large.len() {
        gallop(small, large)
    } else {
        merge(small, large)
    }
}

/// The share of the shingles of both texts that they have in common, from 0 to 1 (Jaccard; Broder 1997, "resemblance").
///
/// The measure of two versions of about the same length; see [`containment`] for excerpts. Two empty sets resemble
/// nothing: the answer is then 0.
#[doc(alias = "jaccard")]
pub fn resemblance(a: &[u64], b: &[u64]) -> f64 {
    let shared = intersection(a, b);
    ratio(shared, a.len() + b.len() - shared)
}

/// The share of `a`'s shingles that also occur in `b`, from 0 to 1 (Broder 1997, "containment").
///
/// Reach for this instead of [`resemblance`] when one text may be an excerpt of the other: a brief inside a long story
/// has a small resemblance to it, but a containment near 1. An empty `a` is contained in nothing, so the answer is
/// then 0. Takes time linear in the two sets.
pub fn containment(a: &[u64], b: &[u64]) -> f64 {
    ratio(intersection(a, b), a.len())
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

fn merge(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        shared += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    shared
}

fn gallop(small: &[u64], mut large: &[u64]) -> usize {
    let mut shared = 0;
    for &x in small {
        let mut step = 1;
        while step < large.len() && large[step] < x {
            step *= 2;
        }
        let end = large.len().min(step + 1);
        let skip = step / 2 + large[step / 2..end].partition_point(|&y| y < x);
        large = &large[skip..];
        match large.first() {
            None => break,
            Some(&y) => shared += usize::from(x == y),
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases() {
        let many: Vec<u64> = (0..100).map(|i| i * 2).collect();
        for (a, b, shared) in [
            (&[][..], &[][..], 0),
            (&[], &[1, 2], 0),
            (&[1, 2, 3], &[2, 3, 4], 2),
            (&[0, 7, 198], &many, 2),
            (&[199], &many, 0),
        ] {
            assert_eq!(intersection(a, b), shared, "{a:?} {b:?}");
            assert_eq!(intersection(b, a), shared, "{b:?} {a:?}");
        }
        assert_eq!(resemblance(&[1, 2, 3], &[2, 3, 4]), 0.5);
        assert_eq!(containment(&[0, 7, 198], &many), 2.0 / 3.0);
        assert_eq!((resemblance(&[], &[]), containment(&[], &[1])), (0.0, 0.0));
    }
}
