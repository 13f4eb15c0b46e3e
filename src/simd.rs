//! The one place with `unsafe`: calls of functions for instructions that the processor is known to have.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128, __m128i, __m256, __m512, _mm_add_epi8, _mm_add_ps, _mm_cmpeq_epi8, _mm_loadu_ps,
    _mm_min_epu8, _mm_movemask_epi8, _mm_mul_ps, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    _mm_set1_ps, _mm_slli_epi16, _mm_storeu_ps, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_mul_ps, _mm256_set1_ps, _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps,
    _mm512_loadu_ps, _mm512_mul_ps, _mm512_set1_ps, _mm512_storeu_ps,
};

use crate::noise::features::chars::{LetterMasks, WINDOW};
use crate::noise::product::{Products, Row, TOGETHER, Work};
use crate::text::block::{BLOCK, Masks};

/// The masks of a block, as the portable twin in `text/block.rs` makes them.
///
/// Reads words 1.4 times as fast as the twin does: 3.7 against 5.2 ns a word when measured one after the other (bench
/// `words/read/Plain`).
#[inline(always)]
pub(crate) fn masks(block: &[u8; BLOCK]) -> Masks {
    // SAFETY: SSE2 is part of every x86-64 processor.
    unsafe { masks_sse2(block) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn masks_sse2(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks {
        word: 0,
        apostrophe: 0,
        high: 0,
    };
    let (parts, _) = block.as_chunks::<16>();
    for (i, part) in parts.iter().enumerate() {
        let bytes = register(part);
        let word = _mm_or_si128(ascii_letters(bytes), within(bytes, b'0', 10));
        let apostrophe = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\''.cast_signed()));
        masks.word |= u64::from(bits(word)) << (16 * i);
        masks.apostrophe |= u64::from(bits(apostrophe)) << (16 * i);
        masks.high |= u64::from(bits(bytes)) << (16 * i);
    }
    masks
}

/// The letters of a window, as the portable twin in `noise/features/chars.rs` finds them.
#[inline(always)]
pub(crate) fn letters(window: &[u8; WINDOW]) -> LetterMasks {
    // SAFETY: SSE2 is part of every x86-64 processor.
    unsafe { letters_sse2(window) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn letters_sse2(window: &[u8; WINDOW]) -> LetterMasks {
    let bytes = register(window);
    let letter = bits(ascii_letters(bytes));
    // The bit of lower case, moved to the top of its byte.
    let not_upper = bits(_mm_slli_epi16::<2>(bytes));
    LetterMasks {
        letter,
        upper: letter & !not_upper,
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn register(bytes: &[u8; 16]) -> __m128i {
    let value = u128::from_le_bytes(*bytes);
    _mm_set_epi64x(
        ((value >> 64) as u64).cast_signed(),
        (value as u64).cast_signed(),
    )
}

/// Which bytes are `first` or one of the `count` from there on.
#[target_feature(enable = "sse2")]
#[inline]
fn within(bytes: __m128i, first: u8, count: i8) -> __m128i {
    let from = _mm_add_epi8(bytes, _mm_set1_epi8(first.wrapping_neg().cast_signed()));
    _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(count - 1)), from)
}

#[target_feature(enable = "sse2")]
#[inline]
fn ascii_letters(bytes: __m128i) -> __m128i {
    within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), b'a', 26)
}

/// The top bit of each byte.
#[target_feature(enable = "sse2")]
#[inline]
fn bits(bytes: __m128i) -> u32 {
    _mm_movemask_epi8(bytes).cast_unsigned()
}

/// Does the work with the widest registers that the processor has.
///
/// All of it is compiled once for each kind of processor, so that its plain loops become wide too; asked once a page, the
/// question costs nothing.
pub(crate) fn widest<W: Work>(work: W) -> W::Out {
    if has_avx512() {
        // SAFETY: the processor has these instructions.
        unsafe { with_avx512(work) }
    } else if has_avx2() {
        // SAFETY: the processor has these instructions.
        unsafe { with_avx2(work) }
    } else {
        // SSE2 is part of every x86-64 processor.
        work.run(Sse2(()))
    }
}

/// AVX-512, and what [`has_avx2`] asks for.
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f") && has_avx2()
}

/// AVX2, fused multiply-add, and the instructions for counting and shifting bits that came before it.
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
}

#[target_feature(enable = "avx512f,fma,bmi1,bmi2,popcnt")]
fn with_avx512<W: Work>(work: W) -> W::Out {
    work.run(Avx512(()))
}

#[target_feature(enable = "avx2,fma,bmi1,bmi2,popcnt")]
fn with_avx2<W: Work>(work: W) -> W::Out {
    work.run(Avx2(()))
}

/// Proof that the processor has these instructions: made in this file only, behind the question.
#[derive(Clone, Copy)]
struct Sse2(());
#[derive(Clone, Copy)]
struct Avx2(());
#[derive(Clone, Copy)]
struct Avx512(());

/// Registers of numbers.
trait Lanes: Copy {
    const LANES: usize;
    type Register: Copy;
    fn splat(self, x: f32) -> Self::Register;
    /// The numbers of `row` from `at` on.
    fn load<const N: usize>(self, row: &[f32; N], at: usize) -> Self::Register;
    fn store<const N: usize>(self, register: Self::Register, row: &mut [f32; N], at: usize);
    /// `sum + x * w`. What `EXACT` says of the product makes fused and plain instructions the same.
    fn add_product<const EXACT: bool>(
        self,
        sum: Self::Register,
        x: Self::Register,
        w: Self::Register,
    ) -> Self::Register;
}

macro_rules! lanes {
    ($name:ident, $lanes:literal, $all_together:literal, $register:ident, $splat:ident, $load:ident, $store:ident,
        |$sum:ident, $x:ident, $w:ident| $plain:expr, $fused:expr) => {
        impl Lanes for $name {
            const LANES: usize = $lanes;
            type Register = $register;
            #[inline(always)]
            fn splat(self, x: f32) -> $register {
                // SAFETY: `self` is proof of the instructions.
                unsafe { $splat(x) }
            }
            #[inline(always)]
            fn load<const N: usize>(self, row: &[f32; N], at: usize) -> $register {
                let lanes: &[f32; $lanes] = row[at..].first_chunk().expect("whole registers");
                // SAFETY: `self` is proof of the instructions, and the array is as long as the register.
                unsafe { $load(lanes.as_ptr()) }
            }
            #[inline(always)]
            fn store<const N: usize>(self, register: $register, row: &mut [f32; N], at: usize) {
                let lanes: &mut [f32; $lanes] =
                    row[at..].first_chunk_mut().expect("whole registers");
                // SAFETY: `self` is proof of the instructions, and the array is as long as the register.
                unsafe { $store(lanes.as_mut_ptr(), register) }
            }
            #[inline(always)]
            fn add_product<const EXACT: bool>(
                self,
                $sum: $register,
                $x: $register,
                $w: $register,
            ) -> $register {
                // SAFETY: `self` is proof of the instructions.
                unsafe { if EXACT { $fused } else { $plain } }
            }
        }

        impl Products for $name {
            #[inline(always)]
            fn add<const EXACT: bool, const K: usize, const N: usize>(
                self,
                count: usize,
                x: [&[f32; K]; TOGETHER],
                rows: &[Row<N>; K],
                out: &mut [[f32; N]; TOGETHER],
            ) {
                if $all_together && count > TOGETHER / 2 {
                    add_in_columns::<EXACT, Self, K, N, TOGETHER>(self, x, rows, out);
                } else {
                    let x = x.as_chunks::<{ TOGETHER / 2 }>().0;
                    let out = out.as_chunks_mut::<{ TOGETHER / 2 }>().0;
                    for (x, out) in x.iter().zip(out).take(count.div_ceil(TOGETHER / 2)) {
                        add_in_columns::<EXACT, Self, K, N, { TOGETHER / 2 }>(self, *x, rows, out);
                    }
                }
            }
        }
    };
}

lanes!(
    Sse2,
    4,
    false,
    __m128,
    _mm_set1_ps,
    _mm_loadu_ps,
    _mm_storeu_ps,
    |sum, x, w| _mm_add_ps(sum, _mm_mul_ps(x, w)),
    _mm_add_ps(sum, _mm_mul_ps(x, w))
);
lanes!(
    Avx2,
    8,
    false,
    __m256,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    |sum, x, w| _mm256_add_ps(sum, _mm256_mul_ps(x, w)),
    _mm256_fmadd_ps(x, w, sum)
);
lanes!(
    Avx512,
    16,
    true,
    __m512,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    |sum, x, w| _mm512_add_ps(sum, _mm512_mul_ps(x, w)),
    _mm512_fmadd_ps(x, w, sum)
);

/// The sums of `T` blocks, as many registers of each at a time as there is room for.
#[inline(always)]
fn add_in_columns<const EXACT: bool, L: Lanes, const K: usize, const N: usize, const T: usize>(
    lanes: L,
    x: [&[f32; K]; T],
    rows: &[Row<N>; K],
    out: &mut [[f32; N]; T],
) {
    if N.is_multiple_of(3 * L::LANES) {
        add_products::<EXACT, L, K, N, T, 3>(lanes, x, rows, out);
    } else if N.is_multiple_of(2 * L::LANES) {
        add_products::<EXACT, L, K, N, T, 2>(lanes, x, rows, out);
    } else {
        add_products::<EXACT, L, K, N, T, 1>(lanes, x, rows, out);
    }
}

/// `R` registers of sums for each of `T` blocks stay where they are while the rows pass by.
#[inline(always)]
fn add_products<
    const EXACT: bool,
    L: Lanes,
    const K: usize,
    const N: usize,
    const T: usize,
    const R: usize,
>(
    lanes: L,
    x: [&[f32; K]; T],
    rows: &[Row<N>; K],
    out: &mut [[f32; N]; T],
) {
    for at in (0..N).step_by(R * L::LANES) {
        let mut sums = [[lanes.splat(0.0); R]; T];
        for (sums, out) in sums.iter_mut().zip(&*out) {
            for (r, sum) in sums.iter_mut().enumerate() {
                *sum = lanes.load(out, at + r * L::LANES);
            }
        }
        for (k, row) in rows.iter().enumerate() {
            let mut weights = [lanes.splat(0.0); R];
            for (r, w) in weights.iter_mut().enumerate() {
                *w = lanes.load(&row.0, at + r * L::LANES);
            }
            for (sums, x) in sums.iter_mut().zip(x) {
                let x = lanes.splat(x[k]);
                for (sum, w) in sums.iter_mut().zip(weights) {
                    *sum = lanes.add_product::<EXACT>(*sum, x, w);
                }
            }
        }
        for (sums, out) in sums.iter().zip(&mut *out) {
            for (r, sum) in sums.iter().enumerate() {
                lanes.store(*sum, out, at + r * L::LANES);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::product::{Portable, coarse};

    /// Sums of 31 products for so many blocks.
    #[derive(Clone, Copy)]
    struct Sums<const EXACT: bool, const N: usize>(usize);

    impl<const EXACT: bool, const N: usize> Work for Sums<EXACT, N> {
        type Out = [[u32; N]; TOGETHER];

        #[inline(always)]
        fn run<P: Products>(self, products: P) -> Self::Out {
            let number = |i: usize| ((i * 7919 % 1013) as f32 - 500.0) / 37.0;
            let weight = |i: usize| match EXACT {
                true => f32::from_bits(number(i).to_bits() & 0xFFFF_0000),
                false => number(i),
            };
            let input = |i: usize| match EXACT {
                true => coarse(number(i)),
                false => number(i),
            };
            let rows: [Row<N>; 31] =
                std::array::from_fn(|k| Row(std::array::from_fn(|o| weight(k * N + o))));
            let inputs: [[f32; 31]; TOGETHER] =
                std::array::from_fn(|b| std::array::from_fn(|k| input(b * 31 + k + 5)));
            let mut out = [[0.1; N]; TOGETHER];
            products.add::<EXACT, 31, N>(self.0, inputs.each_ref(), &rows, &mut out);
            out[self.0..].fill([0.0; N]);
            out.map(|out| out.map(f32::to_bits))
        }
    }

    fn same_bits<const EXACT: bool, const N: usize>() {
        for count in 1..=TOGETHER {
            let sums = Sums::<EXACT, N>(count);
            let want = sums.run(Portable);
            assert_eq!(sums.run(Sse2(())), want);
            if has_avx2() {
                // SAFETY: the processor has these instructions.
                assert_eq!(unsafe { with_avx2(sums) }, want);
            }
            if has_avx512() {
                // SAFETY: the processor has these instructions.
                assert_eq!(unsafe { with_avx512(sums) }, want);
            }
            assert_eq!(widest(sums), want);
        }
    }

    #[test]
    fn sums_have_the_bits_of_the_portable_twin() {
        same_bits::<true, 16>();
        same_bits::<true, 32>();
        same_bits::<true, 48>();
        same_bits::<false, 16>();
        same_bits::<false, 32>();
        same_bits::<false, 48>();
    }
}
