//! Eight bytes at once in one number, for processors that [`crate::simd`] does not know and as the twin of what it does.
//!
//! Answers stand in the top bit of each byte; [`bits`] brings them together.

const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bits.
pub(crate) const TOPS: u64 = ONES << 7;

/// Which bytes, all below 128, lie from `first` to `last`.
#[inline(always)]
pub(crate) fn within(bytes: u64, first: u8, last: u8) -> u64 {
    // The top bit of a byte of this sum says whether the byte is `n` or more.
    let at_least = |n: u8| bytes + ONES * u64::from(128 - n);
    at_least(first) & !at_least(last + 1) & TOPS
}

/// ASCII letters in lower case; other bytes become something else that is no letter, either.
#[inline(always)]
pub(crate) fn lower(bytes: u64) -> u64 {
    bytes | (ONES * 0x20)
}

/// The top bit of byte `k` as bit `k`.
#[inline(always)]
pub(crate) fn bits(tops: u64) -> u64 {
    ((tops & TOPS) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}
