//! The one place with `unsafe`: calls of functions for instructions that the processor is known to have.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
    _mm_set_epi64x, _mm_set1_epi8,
};

#[cfg(target_arch = "x86_64")]
use crate::text::block::{BLOCK, Masks};

/// A computation written in plain Rust that gains from wider vectors. `run` and all it calls must be `#[inline(always)]`.
pub(crate) trait Kernel {
    /// Does the work.
    fn run(self);
}

/// Runs the kernel compiled for the widest vectors of this machine. Its results must not depend on their width, and do not
/// where every sum has a fixed order: Rust never fuses nor reorders floating-point operations.
///
/// Labels naive pages 1.9 times as fast as the plain code of x86-64-v1 (bench `strip`, with and without the call).
pub(crate) fn widest(kernel: impl Kernel) {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F, as was just asked.
            return unsafe { with_avx512(kernel) };
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, as was just asked.
            return unsafe { with_avx2(kernel) };
        }
    }
    kernel.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(kernel: impl Kernel) {
    kernel.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn with_avx512(kernel: impl Kernel) {
    kernel.run();
}

#[cfg(target_arch = "x86_64")]
/// The masks of a block, as the portable twin in `text/block.rs` makes them.
///
/// Reads words 1.4 times as fast as the twin does: 3.7 against 5.2 ns a word when measured one after the other (bench
/// `words/read/Plain`).
#[inline(always)]
pub(crate) fn masks(block: &[u8; BLOCK]) -> Masks {
    // SAFETY: SSE2 is part of every x86-64 processor.
    unsafe { masks_sse2(block) }
}

#[cfg(target_arch = "x86_64")]
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
        let value = u128::from_le_bytes(*part);
        let bytes = _mm_set_epi64x(
            ((value >> 64) as u64).cast_signed(),
            (value as u64).cast_signed(),
        );
        let up_to = |bytes: __m128i, from: u8, count: i8| {
            let from = _mm_add_epi8(bytes, _mm_set1_epi8(from.wrapping_neg().cast_signed()));
            _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(count - 1)), from)
        };
        let letter = up_to(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), b'a', 26);
        let word = _mm_or_si128(letter, up_to(bytes, b'0', 10));
        let apostrophe = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\''.cast_signed()));
        let bits = |bytes| u64::from(_mm_movemask_epi8(bytes) as u16) << (16 * i);
        masks.word |= bits(word);
        masks.apostrophe |= bits(apostrophe);
        masks.high |= bits(bytes);
    }
    masks
}
