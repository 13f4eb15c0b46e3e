//! How the model file keeps its numbers small: rows of stage 1 in eight bytes, ascending hashes by their differences,
//! weights of the network in the upper half of an `f32` (bfloat16).
//!
//! Packing loses nothing: the trainer rounds to what can be packed.

use super::first::{Row, SCORES};
#[cfg(feature = "train")]
use super::product::WEIGHTS;

/// The greatest step of a packed weight, before it is shifted.
#[cfg(feature = "train")]
const MOST: i8 = 7;

/// A row as fifteen four-bit steps from -7 to 7 and, in the uppermost four bits, by how much all of them are shifted.
/// The row must be one that [`unpack`] gives.
pub(super) fn pack(row: &Row) -> u64 {
    let bits = row.iter().fold(0, |all, &w| all | w.unsigned_abs());
    // The smallest shift that brings every step down to seven; rows come from `unpack`, so nothing is cut off.
    let shift = (8 - bits.leading_zeros()).saturating_sub(3);
    let steps = row[..SCORES].iter().rev().fold(0_u64, |steps, &w| {
        steps << 4 | u64::from((w >> shift).cast_unsigned() & 15)
    });
    u64::from(shift) << 60 | steps
}

/// The row of packed steps, or nothing where they are not ones that `pack` gives.
pub(super) fn unpack(packed: u64) -> Option<Row> {
    let shift = (packed >> 60) as u32;
    if shift > 4 {
        return None;
    }
    let mut row = [0; 16];
    for (k, w) in row[..SCORES].iter_mut().enumerate() {
        let nibble = (packed >> (4 * k) & 15) as u8;
        // Four bits of two's complement: shifted to the top of the byte and back.
        let step = (nibble << 4).cast_signed() >> 4;
        *w = step.checked_mul(1 << shift)?;
    }
    (pack(&row) == packed).then_some(row)
}

/// The nearest row that can be packed to weights in steps of one.
#[cfg(feature = "train")]
pub(crate) fn round(weights: [f32; 16]) -> Row {
    let most = weights.iter().fold(0.0_f32, |m, w| m.max(w.abs()));
    let mut shift = 0;
    while shift < 4 && most > (f32::from(MOST) + 0.5) * f32::from(1_u8 << shift) {
        shift += 1;
    }
    let step = f32::from(1_u8 << shift);
    let most = f32::from(MOST);
    weights.map(|w| (w / step).round().clamp(-most, most) as i8 * (1 << shift))
}

/// Appends ascending numbers as the differences from one to the next, seven bits a byte, the lowest first (LEB128).
pub(super) fn push_ascending(numbers: &[u32], out: &mut Vec<u8>) {
    let mut before = 0;
    for &number in numbers {
        let mut rest = number - before;
        before = number;
        while rest > 127 {
            out.push(rest as u8 | 128);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
}

/// Reads `count` numbers that [`push_ascending`] wrote; nothing where the bytes end early or the numbers do not ascend.
pub(super) fn ascending(count: usize, bytes: &[u8]) -> Option<Vec<u32>> {
    let mut bytes = bytes.iter();
    let mut before = 0_u32;
    let mut out = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count {
        let mut difference = 0_u32;
        for shift in (0..).step_by(7) {
            let &byte = bytes.next()?;
            let part = u32::from(byte & 127);
            if shift > 28 || part << shift >> shift != part {
                return None;
            }
            difference |= part << shift;
            if byte < 128 {
                break;
            }
        }
        before = before.checked_add(difference).filter(|_| difference > 0)?;
        out.push(before);
    }
    bytes.next().is_none().then_some(out)
}

/// The upper half of a weight.
pub(super) fn half(weight: f32) -> u16 {
    (weight.to_bits() >> 16) as u16
}

/// The weight of an upper half.
pub(super) fn whole(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// The nearest weight that has an empty lower half and a size that the network can do with.
#[cfg(feature = "train")]
pub(crate) fn round_weight(weight: f32) -> f32 {
    if weight.abs() < *WEIGHTS.start() {
        return 0.0;
    }
    let bits = weight.clamp(-WEIGHTS.end(), *WEIGHTS.end()).to_bits();
    // To nearest, ties to even, as IEEE 754 rounds.
    whole(((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_packing() {
        for row in [
            [0; 16],
            [7, -7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0],
            [112, -112, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -16, 48, 0],
            [8, -14, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(unpack(pack(&row)), Some(row));
        }
        assert_eq!(unpack(5 << 60), None, "a shift that overflows");
        assert_eq!(unpack(8), None, "the step -8 is never written");
        assert_eq!(unpack(1 << 60 | 1), None, "a greater shift than needed");
    }

    #[test]
    fn ascending_numbers_survive_packing() {
        let numbers = [1, 2, 129, 130, 70_000, u32::MAX];
        let mut bytes = Vec::new();
        push_ascending(&numbers, &mut bytes);
        assert_eq!(ascending(6, &bytes), Some(numbers.to_vec()));
        assert_eq!(ascending(5, &bytes), None, "bytes left over");
        assert_eq!(ascending(7, &bytes), None, "bytes missing");
        assert_eq!(ascending(1, &[0]), None, "zero is no hash");
        assert_eq!(ascending(2, &[1, 0]), None, "not ascending");
        assert_eq!(ascending(1, &[255; 6]), None, "too long for a number");
    }

    #[cfg(feature = "train")]
    #[test]
    fn rounding_gives_the_nearest_that_can_be_packed() {
        let mut weights = [0.0; 16];
        weights[..4].copy_from_slice(&[127.0, -60.0, 7.4, 8.6]);
        let row = round(weights);
        assert_eq!(row[..4], [112, -64, 0, 16]);
        assert_eq!(unpack(pack(&row)), Some(row));
        assert_eq!(round([7.4; 16])[0], 7);
        assert_eq!(round([7.6; 16])[0], 8);
        for weight in [0.0, 1.0, -0.3, 1e-9, 123.456] {
            let near = round_weight(weight);
            assert!((near - weight).abs() <= weight.abs() / 256.0);
            assert_eq!(whole(half(near)), near);
        }
    }
}
