//! What makes two lines of a site the same line.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};
use xxhash_rust::xxh3::Xxh3Default;

use crate::noise::features::chars::{ASCII, Class, wide};

/// A line with fewer letters says nothing of its site: prices, scores and numbers recur in stories.
const FEWEST_LETTERS: usize = 2;

/// The hash of a line's normal form: compatibility characters replaced (NFKC), case removed, every number the same number,
/// every quote and dash the same mark, white space one space. None where hardly a letter is left.
///
/// Two lines that differ in a date, a count or a price only are thus one line.
pub(super) fn hash(line: &str) -> Option<u64> {
    let mut normal = Normal::default();
    if line.is_ascii() {
        line.bytes().for_each(|b| normal.push(u32::from(b)));
    } else if is_nfkc_quick(line.chars()) == IsNormalized::Yes {
        line.chars().for_each(|c| normal.push(c as u32));
    } else {
        line.nfkc().for_each(|c| normal.push(c as u32));
    }
    normal.finish()
}

/// The normal form on its way into the hash, a few hundred characters at a time.
struct Normal {
    hash: Xxh3Default,
    buffer: [u8; Normal::CHARS * 4],
    filled: usize,
    letters: usize,
    last: u32,
}

impl Default for Normal {
    fn default() -> Self {
        Self {
            hash: Xxh3Default::new(),
            buffer: [0; Self::CHARS * 4],
            filled: 0,
            letters: 0,
            last: SPACE,
        }
    }
}

const SPACE: u32 = b' ' as u32;
const NUMBER: u32 = b'0' as u32;
const QUOTE: u32 = b'"' as u32;
const DASH: u32 = b'-' as u32;

impl Normal {
    const CHARS: usize = 256;

    fn push(&mut self, c: u32) {
        let (class, low) = match ASCII.get(c as usize) {
            Some(&class @ Class::Upper) => (class, c | 0x20),
            Some(&class) => (class, c),
            None => {
                let (class, _, low) = wide(c);
                (class, low)
            }
        };
        let c = match class {
            Class::Space => SPACE,
            Class::Digit => NUMBER,
            Class::Lower | Class::Upper | Class::Wide => {
                self.letters += 1;
                low
            }
            Class::Joiner => match c {
                0x27 | 0x2018 | 0x2019 => QUOTE,
                // Soft hyphens and zero-width characters come and go with the page's width.
                0xAD | 0x200B..=0x200F | 0x2060..=0x2064 | 0xFEFF => return,
                _ => c,
            },
            Class::Punct => match c {
                0x22 | 0xAB | 0xBB | 0x201A..=0x201F | 0x2039 | 0x203A => QUOTE,
                0x2D | 0x2010..=0x2015 | 0x2212 => DASH,
                _ => c,
            },
        };
        if c == self.last && matches!(c, SPACE | NUMBER | QUOTE) {
            return;
        }
        self.last = c;
        if self.filled == self.buffer.len() {
            self.hash.update(&self.buffer);
            self.filled = 0;
        }
        self.buffer[self.filled..self.filled + 4].copy_from_slice(&c.to_le_bytes());
        self.filled += 4;
    }

    fn finish(mut self) -> Option<u64> {
        self.hash.update(&self.buffer[..self.filled]);
        (self.letters >= FEWEST_LETTERS).then(|| self.hash.digest())
    }
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn the_same_line() {
        for (a, b) in [
            (
                "Last updated: 3 May 2026, 09:15",
                "LAST UPDATED:  12 may 1999, 9:5",
            ),
            (
                "Don’t miss “Tide Talk” – every week",
                "Don't miss \"Tide Talk\" - every week",
            ),
            ("Ｈａｒｂｏｕｒ Gazette", "Harbour Gazette"),
            ("ﬁsh mar\u{ad}ket", "fish market"),
            ("ПОГОДА на 15 июня", "Погода на 3 Июня"),
            ("新闻 12 条", "新闻\u{3000}7 条"),
        ] {
            assert!(hash(a).is_some());
            assert_eq!(hash(a), hash(b), "{a} and {b}");
        }
        let long = "harbour ".repeat(1000);
        assert_eq!(hash(&long), hash(&long.to_uppercase()));
    }

    #[test]
    fn another_line_or_none() {
        for (a, b) in [("Read more", "Read on"), ("a b", "ab"), ("Sport", "Sports")] {
            assert_ne!(hash(a), hash(b), "{a} and {b}");
        }
        for line in ["", "12.5", "– – –", "$1,200", "©", "5 m", "\0"] {
            assert_eq!(hash(line), None, "{line:?}");
        }
    }
}
