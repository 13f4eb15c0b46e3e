//! Classes of characters, the same with every toolchain: the standard library's tables grow with its Unicode version.

/// What a character is to the features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::noise) enum Class {
    /// White space and control characters.
    Space,
    /// A letter in lower case, or of a script without case.
    Lower,
    /// A letter in upper case.
    Upper,
    /// A digit.
    Digit,
    /// A character of a script written without spaces: a word of its own.
    Wide,
    /// Everything that joins a word without being a letter: combining marks, apostrophes, soft hyphens.
    Joiner,
    /// Punctuation and symbols.
    Punct,
}

/// The scripts that the features tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::noise) enum Script {
    Latin,
    Greek,
    Cyrillic,
    Arabic,
    Indic,
    Wide,
    Hangul,
    Other,
}

pub(super) const SCRIPTS: usize = 8;

/// Class of every ASCII character.
pub(in crate::noise) static ASCII: [Class; 128] = {
    let mut table = [Class::Punct; 128];
    let mut i = 0;
    while i < 128 {
        let b = i as u8;
        table[i] = if b <= b' ' || b == 127 {
            Class::Space
        } else if b.is_ascii_lowercase() {
            Class::Lower
        } else if b.is_ascii_uppercase() {
            Class::Upper
        } else if b.is_ascii_digit() {
            Class::Digit
        } else if b == b'\'' {
            Class::Joiner
        } else {
            Class::Punct
        };
        i += 1;
    }
    table
};

/// Which ASCII characters end a word: white space, punctuation, symbols.
pub(super) static ENDS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 128 {
        table[i] = matches!(ASCII[i], Class::Space | Class::Punct);
        i += 1;
    }
    table
};

/// The lower-case form of ASCII letters, 0 for all other bytes.
pub(super) static LETTERS: [u8; 256] = {
    let mut table = [0; 256];
    let mut b = b'a';
    while b <= b'z' {
        table[b as usize] = b;
        table[b.to_ascii_uppercase() as usize] = b;
        b += 1;
    }
    table
};

/// Bytes that are asked together.
pub(crate) const WINDOW: usize = 16;

/// Which bytes of a window are ASCII letters, and which of these capitals; bit `i` stands for byte `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LetterMasks {
    pub(crate) letter: u32,
    pub(crate) upper: u32,
}

/// The same as asking `is_ascii_alphabetic` and `is_ascii_uppercase` of every byte.
#[inline(always)]
pub(super) fn letters(window: &[u8; WINDOW]) -> LetterMasks {
    #[cfg(all(target_arch = "x86_64", not(newsift_plain)))]
    return crate::simd::letters(window);
    #[cfg(any(newsift_plain, not(target_arch = "x86_64")))]
    return portable(window);
}

/// Which bytes of a text are ASCII letters, a bit for every byte, to be asked from any byte on.
#[derive(Debug, Clone, Default)]
pub(super) struct LetterMap(Vec<u8>);

impl LetterMap {
    /// Reads the bytes of a text; what was read before is gone.
    #[inline(always)]
    pub(super) fn read(&mut self, bytes: &[u8]) {
        // Four bytes more, so that the last byte can be asked.
        let len = 2 * bytes.len().div_ceil(WINDOW) + 4;
        self.0.clear();
        self.0.resize(len, 0);
        let (windows, rest) = bytes.as_chunks::<WINDOW>();
        let mut last = [0; WINDOW];
        last[..rest.len()].copy_from_slice(rest);
        let places = self.0.as_chunks_mut().0;
        for (window, place) in windows.iter().chain([&last]).zip(places) {
            *place = (letters(window).letter as u16).to_le_bytes();
        }
    }

    /// How many letters follow each other from byte `at` on; of more than 24 perhaps fewer are told.
    #[inline(always)]
    pub(super) fn run(&self, at: usize) -> u32 {
        let bytes = self.0[at / 8..].first_chunk().expect("four bytes more");
        (u32::from_le_bytes(*bytes) >> (at % 8)).trailing_ones()
    }
}

#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
#[inline(always)]
fn portable(window: &[u8; WINDOW]) -> LetterMasks {
    use crate::swar::{TOPS, bits, lower, within};

    let mut masks = LetterMasks {
        letter: 0,
        upper: 0,
    };
    let (parts, _) = window.as_chunks::<8>();
    for (i, part) in parts.iter().enumerate() {
        let bytes = u64::from_le_bytes(*part);
        let letter = within(lower(bytes & !TOPS), b'a', b'z') & !bytes;
        masks.letter |= (bits(letter) as u32) << (8 * i);
        // The bit of lower case, moved to the top of its byte.
        masks.upper |= (bits(letter & !(bytes << 2)) as u32) << (8 * i);
    }
    masks
}

/// Class, script and lower-case form of a character beyond ASCII. Case is known for Latin, Greek, Cyrillic and Armenian;
/// the lower-case form only has to be the same for both cases.
#[inline]
pub(in crate::noise) fn wide(c: u32) -> (Class, Script, u32) {
    let near = match c {
        0..0x800 => TWO_BYTES[c as usize],
        0x900..0xE00 => INDIC[(c - 0x900) as usize],
        0x2000..0x2070 => PUNCTUATION[(c - 0x2000) as usize],
        0x4E00..=0x9FFF => return (Class::Wide, Script::Wide, c),
        _ => return find(c),
    };
    (near.0, near.1, u32::from(near.2))
}

/// The answers for the characters of most texts: letters with case, Indic letters, quotation marks and dashes.
static TWO_BYTES: [(Class, Script, u16); 0x800] = table(0);
static INDIC: [(Class, Script, u16); 0x500] = table(0x900);
static PUNCTUATION: [(Class, Script, u16); 0x70] = table(0x2000);

const fn table<const N: usize>(from: u32) -> [(Class, Script, u16); N] {
    let mut table = [(Class::Punct, Script::Other, 0); N];
    let mut i = 0;
    while i < N {
        let (class, script, low) = find(from + i as u32);
        table[i] = (class, script, low as u16);
        i += 1;
    }
    table
}

const fn find(c: u32) -> (Class, Script, u32) {
    use Class::*;
    use Script as S;
    match c {
        0x80..=0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028..=0x202F | 0x205F | 0x3000 => {
            (Space, S::Other, c)
        }
        0xAD | 0x200B..=0x200F | 0x2060..=0x2064 | 0xFEFF => (Joiner, S::Other, c),
        0xAA | 0xB5 | 0xBA => (Lower, S::Latin, c),
        0xA1..=0xBF | 0xD7 | 0xF7 => (Punct, S::Other, c),
        0xC0..=0xDE => (Upper, S::Latin, c + 0x20),
        0xDF..=0xFF => (Lower, S::Latin, c),
        // In these rows upper and lower case alternate; where the parity is the other way round, so is the answer.
        0x139..=0x148 | 0x179..=0x17E => alternate(c, 1),
        0x100..=0x24F | 0x1E00..=0x1EFF => alternate(c, 0),
        0x250..=0x2AF => (Lower, S::Latin, c),
        0x2B0..=0x36F
        | 0x483..=0x489
        | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20FF
        | 0xFE00..=0xFE0F => (Joiner, S::Other, c),
        0x386 => (Upper, S::Greek, 0x3AC),
        0x388..=0x38A => (Upper, S::Greek, c + 37),
        0x38C => (Upper, S::Greek, 0x3CC),
        0x38E | 0x38F => (Upper, S::Greek, c + 63),
        0x391..=0x3AB => (Upper, S::Greek, c + 0x20),
        0x370..=0x3FF | 0x1F00..=0x1FFF => (Lower, S::Greek, if c == 0x3C2 { 0x3C3 } else { c }),
        0x400..=0x40F => (Upper, S::Cyrillic, c + 0x50),
        0x410..=0x42F => (Upper, S::Cyrillic, c + 0x20),
        0x430..=0x45F => (Lower, S::Cyrillic, c),
        0x460..=0x52F => {
            let (class, _, low) = alternate(c, 0);
            (class, S::Cyrillic, low)
        }
        0x531..=0x556 => (Upper, S::Other, c + 0x30),
        0x561..=0x587 | 0x5D0..=0x5F2 => (Lower, S::Other, c),
        0x591..=0x5C7 | 0x610..=0x61A | 0x64B..=0x65F | 0x670 | 0x6D6..=0x6ED => {
            (Joiner, S::Other, c)
        }
        0x660..=0x669 | 0x6F0..=0x6F9 | 0x966..=0x96F | 0xE50..=0xE59 | 0xFF10..=0xFF19 => {
            (Digit, S::Other, c)
        }
        0x60C | 0x61B | 0x61F | 0x66A..=0x66D | 0x6D4 | 0x964 | 0x965 => (Punct, S::Other, c),
        0x620..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => {
            (Lower, S::Arabic, c)
        }
        0x900..=0xDFF => (Lower, S::Indic, c),
        0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF => (Wide, S::Wide, c),
        0x10A0..=0x10FF | 0x1200..=0x137F => (Lower, S::Other, c),
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => (Lower, S::Hangul, c),
        0x3040..=0x30FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x3FFFF => (Wide, S::Wide, c),
        0x3005..=0x3007 => (Wide, S::Wide, c),
        0xFF21..=0xFF3A => (Upper, S::Latin, c + 0x20),
        0xFF41..=0xFF5A => (Lower, S::Latin, c),
        0xFF66..=0xFF9D => (Wide, S::Wide, c),
        0x2018 | 0x2019 => (Joiner, S::Other, c),
        _ => (Punct, S::Other, c),
    }
}

/// Whether a letter belongs to a script that has no full stop, or none that counts as one here: Thai, Lao, Burmese, Khmer.
pub(super) fn marks_no_sentence(c: u32) -> bool {
    matches!(c, 0xE00..=0xEFF | 0x1000..=0x109F | 0x1780..=0x17FF)
}

const fn alternate(c: u32, upper_parity: u32) -> (Class, Script, u32) {
    if c & 1 == upper_parity {
        (Class::Upper, Script::Latin, c + 1)
    } else {
        (Class::Lower, Script::Latin, c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_a_window() {
        for byte in 0..=255 {
            for place in 0..WINDOW {
                let mut window = *b"aZ z@[`{/AB1\x80y Q";
                window[place] = byte;
                let bits =
                    |is: fn(&u8) -> bool| (0..WINDOW).map(|i| u32::from(is(&window[i])) << i).sum();
                let want = LetterMasks {
                    letter: bits(u8::is_ascii_alphabetic),
                    upper: bits(u8::is_ascii_uppercase),
                };
                assert_eq!(letters(&window), want, "{window:?}");
                assert_eq!(portable(&window), want, "{window:?}");
            }
        }
    }

    #[test]
    fn runs_of_letters() {
        let text = "It's café, isn’t it? Internationalisation [Aé@Z]";
        for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
            let bytes = &text.as_bytes()[..end];
            let mut map = LetterMap::default();
            map.read("what was there before, and longer than the text is".as_bytes());
            map.read(bytes);
            for at in 0..=end {
                let run = bytes[at..].iter().take_while(|b| b.is_ascii_alphabetic());
                assert_eq!(map.run(at), run.count() as u32, "{at} of {end}");
            }
        }
    }

    #[test]
    fn short_ways_lead_to_the_same_answer() {
        for c in 0x80..0x11_0000 {
            assert_eq!(wide(c), find(c), "{c:x}");
        }
    }
}
