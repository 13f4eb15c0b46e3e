//! What the bytes of a block of text are, as one bit a byte.

/// The bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// The classes of 64 bytes; bit `i` stands for byte `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Masks {
    /// ASCII letters and digits.
    pub(crate) word: u64,
    /// Apostrophes.
    pub(crate) apostrophe: u64,
    /// Bytes of characters outside ASCII.
    pub(crate) high: u64,
}

/// The masks of a block.
///
/// The same as asking `is_ascii_alphanumeric`, `== b'\''` and `>= 128` of every byte. SSE2, which every x86-64 has,
/// collects 16 bits at once; elsewhere eight bytes are asked at once in one number.
#[inline(always)]
pub(crate) fn masks(block: &[u8; BLOCK]) -> Masks {
    #[cfg(all(target_arch = "x86_64", not(newsift_plain)))]
    return crate::simd::masks(block);
    #[cfg(any(newsift_plain, not(target_arch = "x86_64")))]
    return portable(block);
}

#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
#[inline(always)]
fn portable(block: &[u8; BLOCK]) -> Masks {
    use crate::swar::{TOPS, bits, lower, within};

    let mut masks = Masks {
        word: 0,
        apostrophe: 0,
        high: 0,
    };
    let (parts, _) = block.as_chunks::<8>();
    for (i, part) in parts.iter().enumerate() {
        let bytes = u64::from_le_bytes(*part);
        let low = bytes & !TOPS;
        let word = within(lower(low), b'a', b'z') | within(low, b'0', b'9');
        masks.word |= bits(word & !bytes) << (8 * i);
        masks.apostrophe |= bits(within(low, b'\'', b'\'') & !bytes) << (8 * i);
        masks.high |= bits(bytes) << (8 * i);
    }
    masks
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(block: &[u8; BLOCK]) -> Masks {
        let bits = |is: fn(&u8) -> bool| (0..BLOCK).map(|i| u64::from(is(&block[i])) << i).sum();
        Masks {
            word: bits(u8::is_ascii_alphanumeric),
            apostrophe: bits(|&b| b == b'\''),
            high: bits(|&b| b >= 128),
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=255 {
            for place in 0..BLOCK {
                let mut block = [b' '; BLOCK];
                block[place] = byte;
                assert_eq!(masks(&block), naive(&block), "{byte} at {place}");
                assert_eq!(portable(&block), naive(&block), "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_block(block: [u8; BLOCK]) {
            prop_assert_eq!(masks(&block), naive(&block));
            prop_assert_eq!(portable(&block), naive(&block));
        }
    }
}
