//! Products of vectors and matrices, the work of the network: rows of weights in memory, sums in registers.
//!
//! Every sum is formed in one order, whatever the number of blocks at once and the width of the registers, so that the
//! answers are the same to the last bit everywhere. (Fused multiply-add would be faster still, and not the same.)

/// Blocks whose sums are formed together: a row of weights is loaded once for all of them.
pub(crate) const TOGETHER: usize = 4;

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

/// [`add_product`] for each of at most [`TOGETHER`] blocks.
pub(super) fn add_products<const N: usize>(x: &[&[f32]], weights: &[f32], out: &mut [[f32; N]]) {
    let (rows, _) = weights.as_chunks::<N>();
    let Some(first) = x.first() else { return };
    if let (Some(x), Some(out)) = (x.first_chunk(), out.first_chunk_mut()) {
        return all(*x, rows, out);
    }
    // Fewer cost as much as all would, which is less than one after the other.
    let mut together = [[0.0; N]; TOGETHER];
    let mut padded = [*first; TOGETHER];
    padded[..x.len()].copy_from_slice(x);
    together[..x.len()].copy_from_slice(out);
    all(padded, rows, &mut together);
    out.copy_from_slice(&together[..x.len()]);
}

#[cfg(all(target_arch = "x86_64", not(newsift_plain)))]
use crate::simd::add_products as all;

#[cfg(any(newsift_plain, not(target_arch = "x86_64")))]
use portable as all;

/// What the functions of [`crate::simd`] do, for other processors and as their twin.
#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
pub(crate) fn portable<const N: usize>(
    x: [&[f32]; TOGETHER],
    rows: &[[f32; N]],
    out: &mut [[f32; N]; TOGETHER],
) {
    for (x, out) in x.iter().zip(out) {
        add_product(x, rows.as_flattened(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_together_and_alone_have_the_same_bits() {
        let number = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) / 37.0;
        let weights: Vec<f32> = (0..31 * 32).map(number).collect();
        let inputs: Vec<Vec<f32>> = (0..5)
            .map(|b| (0..31).map(|k| number(b * 31 + k + 5)).collect())
            .collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
        let start = [0.1_f32; 32];
        for count in 0..=TOGETHER {
            let mut together = vec![start; count];
            add_products(&inputs[..count], &weights, &mut together);
            for b in 0..count {
                let mut alone = start;
                add_product(inputs[b], &weights, &mut alone);
                assert_eq!(alone.map(f32::to_bits), together[b].map(f32::to_bits));
            }
        }
        let x = *inputs.first_chunk().expect("four");
        let (rows, _) = weights.as_chunks::<32>();
        let (mut fast, mut slow) = ([start; TOGETHER], [start; TOGETHER]);
        all(x, rows, &mut fast);
        portable(x, rows, &mut slow);
        assert_eq!(
            fast.map(|out| out.map(f32::to_bits)),
            slow.map(|out| out.map(f32::to_bits))
        );
    }
}
