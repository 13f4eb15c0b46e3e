//! Products of vectors and matrices, the work of the network: rows of weights in memory, sums in registers.
//!
//! Every sum is formed in one order, whatever the number of blocks at once and the width of the registers, so that the
//! answers are the same to the last bit everywhere. Fused multiply-add rounds once where a product and a sum round twice:
//! it is the same only where the product needs no rounding, and is taken only there.

/// Blocks whose sums are formed together.
pub(crate) const TOGETHER: usize = 8;

/// A row of weights, at the beginning of a cache line: the widest registers load from one line each.
#[derive(Debug, Clone, PartialEq)]
#[repr(align(64))]
pub(crate) struct Row<const N: usize>(pub(crate) [f32; N]);

/// What a kind of processor multiplies with.
pub(crate) trait Products: Copy {
    /// [`add_product`] for each of the first `count` blocks, perhaps for more; a row of weights is loaded once for several
    /// of them. `EXACT` says that every product of a number of `x` and a weight is one that an `f32` holds, see [`coarse`].
    fn add<const EXACT: bool, const K: usize, const N: usize>(
        self,
        count: usize,
        x: [&[f32; K]; TOGETHER],
        rows: &[Row<N>; K],
        out: &mut [[f32; N]; TOGETHER],
    );
}

/// Work of products and of plain loops between them. `run` is to be inlined, and all it calls within its loops.
pub(crate) trait Work {
    type Out;
    fn run<P: Products>(self, products: P) -> Self::Out;
}

#[cfg(all(target_arch = "x86_64", not(newsift_plain)))]
pub(crate) use crate::simd::widest;

#[cfg(any(newsift_plain, not(target_arch = "x86_64")))]
pub(crate) fn widest<W: Work>(work: W) -> W::Out {
    work.run(Portable)
}

/// Plain loops, for processors that [`crate::simd`] does not know and as the twin of what it does.
#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
#[derive(Clone, Copy)]
pub(crate) struct Portable;

#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
impl Products for Portable {
    fn add<const EXACT: bool, const K: usize, const N: usize>(
        self,
        count: usize,
        x: [&[f32; K]; TOGETHER],
        rows: &[Row<N>; K],
        out: &mut [[f32; N]; TOGETHER],
    ) {
        for (x, out) in x.iter().zip(out).take(count) {
            for (&x, row) in x.iter().zip(rows) {
                add_scaled(x, &row.0, out);
            }
        }
    }
}

/// `out += x * weights`, a row of weights for every number of `x`.
#[inline]
pub(crate) fn add_product<const N: usize>(x: &[f32], weights: &[f32], out: &mut [f32; N]) {
    let (rows, _) = weights.as_chunks::<N>();
    for (&x, row) in x.iter().zip(rows) {
        add_scaled(x, row, out);
    }
}

#[inline(always)]
fn add_scaled<const N: usize>(x: f32, row: &[f32; N], out: &mut [f32; N]) {
    for (o, &w) in out.iter_mut().zip(row) {
        *o += x * w;
    }
}

/// The size of the weights that [`coarse`] numbers may be multiplied with, but for 0.
///
/// Smaller ones would make products that have not room for their bits. Greater ones could overflow: sums of the network,
/// seven layers of at most 127 numbers each, stay below 2^120 so.
pub(crate) const WEIGHTS: std::ops::RangeInclusive<f32> = LEAST..=256.0;

/// 2^-40. The last of 24 bits of a product of two such numbers stands for 2^-102, and the last that an `f32` has for 2^-149.
const LEAST: f32 = 1.0 / (1_u64 << 40) as f32;

/// The nearest number of sixteen significant bits, and 0 for very small ones: the product with a weight, which has eight
/// (bfloat16), is exact.
#[inline(always)]
pub(crate) fn coarse(x: f32) -> f32 {
    let bits = x.to_bits();
    // To nearest, ties to even, as IEEE 754 rounds.
    let near = f32::from_bits(bits.wrapping_add(0x7F + (bits >> 8 & 1)) & !0xFF);
    if near.abs() < LEAST { 0.0 } else { near }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_numbers_are_near_and_their_products_exact() {
        assert_eq!(
            coarse(1.0 + 1.0 / 65536.0),
            1.0,
            "a tie goes to the even one"
        );
        assert_eq!(coarse(1.0 + 3.0 / 65536.0), 1.0 + 4.0 / 65536.0);
        assert_eq!(coarse(1e-13), 0.0);
        let mut bits = 1_u32;
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(0x9E37_79B1).wrapping_add(0x7F4A_7C15);
            // From 2^-40 to 2^40, of both signs.
            let x = f32::from_bits(bits & 0x807F_FFFF | (87 + (bits >> 24) % 80) << 23);
            let w = f32::from_bits((bits ^ bits << 9) & 0x807F_0000 | (87 + bits % 48) << 23);
            let near = coarse(x);
            assert!((near - x).abs() <= x.abs() / 65536.0, "{x:e}");
            assert_eq!(
                f64::from(near * w),
                f64::from(near) * f64::from(w),
                "{x:e} {w:e}"
            );
        }
    }
}
