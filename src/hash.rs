//! Hashes that give the same numbers on every platform.
//!
//! Everything here is defined on little-endian bytes and fixed constants, so that what is stored on one machine can be
//! read on another. These are fast mixers for honest text, not a defence against crafted collisions.

use xxhash_rust::xxh3::xxh3_64;

/// Odd 64-bit constants: the first digits of the golden ratio and of π (Knuth, TAOCP 3, 6.4; "nothing up my sleeve").
/// No UTF-8 text contains the bytes of `K0`, so the first factor in [`word`] is never 0.
pub(crate) const K0: u64 = 0x9e37_79b9_7f4a_7c15;
pub(crate) const K1: u64 = 0x243f_6a88_85a3_08d3;

/// The bytes of the longest word that [`word`] hashes without a call.
pub(crate) const SHORT: usize = 16;

/// The hash of one normalised word.
///
/// Up to 16 bytes are padded with zeros and read as two numbers, which are mixed by two folded multiplications with
/// the length (the short-input path of wyhash); longer words are XXH3-64. Reading a fixed width keeps the common case
/// free of branches on the length, which differs from word to word and is mispredicted.
pub fn word(bytes: &[u8]) -> u64 {
    if bytes.len() > SHORT {
        return xxh3_64(bytes);
    }
    let mut padded = [0; SHORT];
    padded[..bytes.len()].copy_from_slice(bytes);
    let value = u128::from_le_bytes(padded);
    short(value as u64, (value >> 64) as u64, bytes.len())
}

/// [`word`] of up to 16 bytes that were read into two numbers.
#[inline(always)]
pub(crate) fn short(low: u64, high: u64, len: usize) -> u64 {
    let product = u128::from(low ^ K0) * u128::from(high ^ K1);
    fold(
        product as u64 ^ K0 ^ len as u64,
        (product >> 64) as u64 ^ K1,
    )
}

/// The high half of the product of two numbers, combined with the low half.
#[inline(always)]
pub(crate) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A one-to-one scrambling of 64 bits: every bit of the result depends on every bit of `x`.
///
/// The finaliser of MurmurHash3 with the constants of Stafford's variant 13, as in SplitMix64.
#[inline(always)]
pub fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
