//! Products of vectors and matrices, the work of the network: rows of weights in memory, sums in registers.
//!
//! Every sum is formed in one order, whatever the number of blocks at once and the width of the registers, so that the
//! answers are the same to the last bit everywhere. (Fused multiply-add would be faster still, and not the same.)

/// Blocks whose sums are formed together: a row of weights is loaded once for all of them.
pub(crate) const TOGETHER: usize = 4;

/// What a kind of processor multiplies with.
pub(crate) trait Products: Copy {
    /// [`add_product`] for each of the blocks.
    fn add<const N: usize>(
        self,
        x: [&[f32]; TOGETHER],
        rows: &[[f32; N]],
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
    fn add<const N: usize>(
        self,
        x: [&[f32]; TOGETHER],
        rows: &[[f32; N]],
        out: &mut [[f32; N]; TOGETHER],
    ) {
        for (x, out) in x.iter().zip(out) {
            add_product(x, rows.as_flattened(), out);
        }
    }
}

/// `out += x * weights`, a row of weights for every number of `x`.
#[inline]
pub(crate) fn add_product<const N: usize>(x: &[f32], weights: &[f32], out: &mut [f32; N]) {
    let (rows, _) = weights.as_chunks::<N>();
    for (&x, row) in x.iter().zip(rows) {
        for (o, &w) in out.iter_mut().zip(row) {
            *o += x * w;
        }
    }
}
