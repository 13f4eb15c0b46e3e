//! What each character is to the reader of words, and what it becomes.

use unicode_normalization::UnicodeNormalization;

use super::table;
use crate::hash::SHORT;

/// What a character, or the first one it becomes, does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Ends a word: spaces, punctuation, symbols, controls, what is not assigned.
    Gap,
    /// Letters and digits.
    Word,
    /// Letters that decompose into one and marks that end in an accent.
    WordAccent,
    /// Combining marks that keep their place (combining class 0), as Devanagari vowel signs.
    Mark,
    /// Combining marks that are sorted by their combining class, as accents and viramas.
    Accent,
    /// Letters of scripts without spaces between words: they go into bigrams.
    Gram,
    /// Letters of such scripts that decompose into one and an accent.
    GramAccent,
    /// Joins the words on both sides.
    Apostrophe,
    /// Soft hyphens, zero-width characters, Arabic and Hebrew vowel points: as if they were not there.
    Drop,
    /// Marks and some letters that may become one character with the one before.
    Joins,
    /// Becomes a letter and perhaps marks of class 0.
    ToWord,
    /// Becomes a letter and marks that end in an accent.
    ToWordAccent,
    /// Becomes a letter of a script without spaces, and perhaps marks that end in an accent.
    ToGram,
    /// Becomes some other sequence: look at each of its characters.
    ToMany,
}

use Class::*;

/// The classes by the number they have in the table.
const CLASSES: [Class; 16] = [
    Gap,
    Word,
    WordAccent,
    Mark,
    Accent,
    Gram,
    GramAccent,
    Apostrophe,
    Drop,
    Joins,
    ToWord,
    ToWordAccent,
    ToGram,
    ToMany,
    Gap,
    Gap,
];

/// Whether a character of the class [`Joins`] is a letter and not a mark: Hangul vowels and finals, Kirat Rai vowels.
pub(super) fn is_joining_letter(c: char) -> bool {
    matches!(c, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}' | '\u{16d67}'..='\u{16d68}')
}

/// The class of a character and the number of the text that it becomes, if its class says so.
#[inline(always)]
pub(super) fn look_up(c: char) -> (Class, usize) {
    let entry = entry(c);
    (CLASSES[entry & 15], entry >> 4)
}

/// One bit for the class of a character, as [`Class::bit`] gives it.
#[inline(always)]
pub(super) fn class_bit(c: char) -> u32 {
    1 << (entry(c) & 15)
}

impl Class {
    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }
}

#[inline(always)]
fn entry(c: char) -> usize {
    let c = c as usize;
    let block = table::BLOCKS
        .get(c / table::BLOCK)
        .map_or(0, |&b| usize::from(b));
    usize::from(table::ENTRIES[block][c % table::BLOCK])
}

/// The text with this number.
#[inline(always)]
pub(super) fn becomes(number: usize) -> &'static str {
    &table::TEXT[usize::from(table::STARTS[number])..usize::from(table::STARTS[number + 1])]
}

/// The bytes of [`becomes`], which are at most 16 unless the class is [`ToMany`], and their number; what follows them
/// is of no meaning.
#[inline(always)]
pub(super) fn becomes_short(number: usize) -> ([u8; SHORT], usize) {
    let start = usize::from(table::STARTS[number]);
    let len = usize::from(table::STARTS[number + 1]) - start;
    let mut bytes = [0; SHORT];
    bytes.copy_from_slice(&table::TEXT.as_bytes()[start..start + SHORT]);
    (bytes, len)
}

/// Sorts and composes (NFC), and takes the dot from a small i (Turkish İ).
pub(super) fn compose_word(chars: &mut Vec<char>) {
    let sorted: Vec<char> = chars.iter().copied().nfd().collect();
    let dotless = sorted
        .iter()
        .zip(0..)
        .filter(|&(&c, i)| c != '\u{307}' || i == 0 || sorted[i - 1] != 'i');
    *chars = dotless.map(|(&c, _)| c).nfc().collect();
}

/// The rules from which the table is made, on the Unicode data of std and unicode-normalization.
///
/// The twin reader uses them too, save for what is assigned, which depends on the toolchain.
#[cfg(any(test, fuzzing))]
pub(super) mod rules {
    use super::Class::{self, *};
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

    /// The zeros of the decimal digits outside ASCII (Unicode 17, general category Nd; compatibility digits aside).
    const ZEROS: &str = "\u{660}\u{6f0}\u{7c0}\u{966}\u{9e6}\u{a66}\u{ae6}\u{b66}\u{be6}\u{c66}\u{ce6}\u{d66}\u{de6}\
        \u{e50}\u{ed0}\u{f20}\u{1040}\u{1090}\u{17e0}\u{1810}\u{1946}\u{19d0}\u{1a80}\u{1a90}\u{1b50}\u{1bb0}\u{1c40}\
        \u{1c50}\u{a620}\u{a8d0}\u{a900}\u{a9d0}\u{a9f0}\u{aa50}\u{abf0}\u{104a0}\u{10d30}\u{11066}\u{110f0}\u{11136}\
        \u{111d0}\u{112f0}\u{11450}\u{114d0}\u{11650}\u{116c0}\u{11730}\u{118e0}\u{11950}\u{11c50}\u{11d50}\u{11da0}\
        \u{16a60}\u{16ac0}\u{16b50}\u{1e140}\u{1e2f0}\u{1e950}";

    /// The class of a character of the normal form.
    pub(crate) fn class(c: char) -> Class {
        match c {
            '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bb}' | '\u{2bc}' | '\u{2032}'
            | '\u{5f3}' => Apostrophe,
            // Default_Ignorable_Code_Point and the format characters (Cf).
            '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}' => Drop,
            // The tatweel, which only stretches a word.
            '\u{640}' => Drop,
            // Vowel points that most texts omit: Hebrew; Arabic, save the madda and hamzas of U+0653..0655; keycaps
            // and other enclosures.
            '\u{591}'..='\u{5bd}'
            | '\u{5bf}'
            | '\u{5c1}'..='\u{5c2}'
            | '\u{5c4}'..='\u{5c5}'
            | '\u{5c7}'
            | '\u{610}'..='\u{61a}'
            | '\u{64b}'..='\u{652}'
            | '\u{656}'..='\u{65f}'
            | '\u{670}'
            | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}'
            | '\u{6e7}'..='\u{6e8}'
            | '\u{6ea}'..='\u{6ed}'
            | '\u{8d3}'..='\u{8e1}'
            | '\u{8e3}'..='\u{8ff}'
            | '\u{20dd}'..='\u{20e0}'
            | '\u{20e2}'..='\u{20e4}' => Drop,
            _ if canonical_combining_class(c) != 0 => Accent,
            _ if is_combining_mark(c) => Mark,
            _ if !c.is_alphanumeric() => Gap,
            // Thai, Lao; Myanmar; Khmer; Han, Kana.
            '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{2fdf}'
            | '\u{3005}'..='\u{3007}'
            | '\u{3021}'..='\u{3029}'
            | '\u{3031}'..='\u{303c}'
            | '\u{3041}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{a9e0}'..='\u{a9fe}'
            | '\u{aa60}'..='\u{aa7f}'
            | '\u{f900}'..='\u{faff}'
            | '\u{1aff0}'..='\u{1b16f}'
            | '\u{20000}'..='\u{3ffff}' => Gram,
            _ => Word,
        }
    }

    /// Full case folding, by way of the capitals so that ß is ss, ς is σ and ı is i; and decimal digits to ASCII.
    fn fold(c: char) -> impl Iterator<Item = char> {
        let digit = ZEROS
            .chars()
            .filter(|_| c.is_numeric())
            .map(|zero| (c as u32).wrapping_sub(zero as u32))
            .find(|&value| value < 10)
            .and_then(|value| char::from_digit(value, 10));
        // The capital of the iota subscript is a letter; it would no longer be sorted with the other accents.
        let keep = digit.or((c == '\u{345}').then_some(c));
        let cased = keep.is_none().then(|| {
            c.to_lowercase()
                .flat_map(char::to_uppercase)
                .flat_map(char::to_lowercase)
        });
        keep.into_iter().chain(cased.into_iter().flatten())
    }

    /// What one character becomes, before accents are sorted across characters.
    pub(crate) fn normal(c: char) -> impl Iterator<Item = char> {
        let c = Some(c).into_iter();
        c.nfkd()
            .flat_map(|d| Some(d).into_iter().nfkd().flat_map(fold).nfkd())
            .map(|d| if class(d) == Apostrophe { '\'' } else { d })
            .filter(|&d| class(d) != Drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

    const COMMAND: &str = "cargo test --lib text::chars::tests::make_table -- --ignored";

    /// The table as Rust source.
    fn table() -> String {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut texts: Vec<String> = Vec::new();
        let mut blocks: Vec<Vec<usize>> = vec![vec![0; 64]];
        let mut starts: Vec<usize> = Vec::new();
        for block in 0..0x110000 / 64 {
            let entries: Vec<usize> = (block * 64..block * 64 + 64)
                .map(|c| {
                    let Some(c) = char::from_u32(c) else { return 0 };
                    // Nothing is assigned there; this spares most of the time.
                    if matches!(c, '\u{40000}'..='\u{dffff}' | '\u{f0000}'..) {
                        return 0;
                    }
                    let normal: Vec<char> = rules::normal(c).collect();
                    let classes: Vec<Class> = normal.iter().map(|&c| rules::class(c)).collect();
                    if normal.is_empty() {
                        return Drop as usize;
                    }
                    if classes.iter().all(|&c| c == Gap) {
                        return Gap as usize;
                    }
                    if classes == [Apostrophe] {
                        return Apostrophe as usize;
                    }
                    let text: String = normal.iter().copied().nfc().collect();
                    let same = text.chars().eq([c]);
                    let marks = classes[1..].iter().all(|&c| matches!(c, Mark | Accent));
                    let accent = classes[classes.len() - 1] == Accent;
                    if same {
                        assert!(marks || classes.iter().all(|&c| c == Word), "{c:?}");
                        let joins = is_nfc_quick([c].into_iter()) == IsNormalized::Maybe;
                        assert!(
                            !joins || (classes[0] == Word) == is_joining_letter(c),
                            "{c:?}"
                        );
                        return match classes[0] {
                            _ if joins => Joins,
                            Word if accent => WordAccent,
                            Gram if accent => GramAccent,
                            class => class,
                        } as usize;
                    }
                    let class = match classes[0] {
                        _ if text.contains("i\u{307}") || text.len() > SHORT => ToMany,
                        _ if is_nfc_quick(text.chars().take(1)) == IsNormalized::Maybe => ToMany,
                        Word if marks && accent => ToWordAccent,
                        Word if marks => ToWord,
                        Gram if marks => ToGram,
                        _ => ToMany,
                    };
                    let number = *numbers.entry(text.clone()).or_insert_with(|| {
                        texts.push(text);
                        texts.len() - 1
                    });
                    assert!(number < 4096);
                    number << 4 | class as usize
                })
                .collect();
            let number = blocks
                .iter()
                .position(|b| *b == entries)
                .unwrap_or_else(|| {
                    blocks.push(entries);
                    blocks.len() - 1
                });
            starts.push(number);
        }
        while starts.last() == Some(&0) {
            starts.pop();
        }
        let mut source = format!(
            "// Made by `{COMMAND}` from std {:?} and unicode-normalization {:?}.\n\
            // XXH3-64 of the text below: {{sum}}.\n\n",
            char::UNICODE_VERSION,
            unicode_normalization::UNICODE_VERSION
        );
        let mut body = String::new();
        let list = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut lines = String::new();
            let mut width = 0;
            for n in numbers {
                let n = format!("{n},");
                if width + n.len() > 110 {
                    lines.push('\n');
                    width = 0;
                }
                width += n.len();
                lines += &n;
            }
            lines
        };
        body += "pub(super) const BLOCK: usize = 64;\n";
        body += &format!(
            "pub(super) static BLOCKS: [u16; {}] = [\n{}\n];\n",
            starts.len(),
            list(&mut starts.iter().copied())
        );
        body += &format!(
            "pub(super) static ENTRIES: [[u16; BLOCK]; {}] = [\n",
            blocks.len()
        );
        for block in &blocks {
            body += &format!("[{}],\n", list(&mut block.iter().copied()));
        }
        let mut at = 0;
        let mut places = vec![0];
        for text in &texts {
            at += text.len();
            places.push(at);
        }
        body += &format!(
            "];\npub(super) static STARTS: [u16; {}] = [\n{}\n];\n",
            places.len(),
            list(&mut places.iter().copied())
        );
        let mut text = String::new();
        for (i, c) in texts.concat().chars().enumerate() {
            if i > 0 && i % 24 == 0 {
                text += "\\\n";
            }
            text += &format!("{}", c.escape_unicode());
        }
        // So that 16 bytes can be read from every start.
        text += &"\\0".repeat(SHORT);
        body += &format!("pub(super) static TEXT: &str = \"\\\n{text}\";\n");
        let sum = xxhash_rust::xxh3::xxh3_64(body.as_bytes());
        source = source.replace("{sum}", &format!("{sum:016x}"));
        source + &body
    }

    /// Where the toolchain or the crate knows other characters, the table stays as it is.
    #[test]
    fn the_table_is_what_the_rules_make() {
        let versions = (
            char::UNICODE_VERSION,
            unicode_normalization::UNICODE_VERSION,
        );
        if versions == ((17, 0, 0), (18, 0, 0)) {
            assert!(
                table() == include_str!("table.rs"),
                "make it anew: {COMMAND}"
            );
        }
    }

    #[test]
    #[ignore = "writes the table anew"]
    fn make_table() -> std::io::Result<()> {
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/table.rs"),
            table(),
        )
    }
}
