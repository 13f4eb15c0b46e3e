//! Makes text of bytes: UTF-8 as it is, UTF-16 and old encodings recognised, damage replaced, binary files refused.

use std::borrow::Cow;
use std::fmt;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::problems::{Kind, Problem};

/// The byte order mark of UTF-8.
pub const BOM: &[u8] = b"\xef\xbb\xbf";

/// As many bytes at the start of a file are looked at to tell what it is, as `git` and `grep` do.
const LOOK: usize = 8192;

/// A file that holds no text.
#[derive(Debug, PartialEq, Eq)]
pub struct NotText {
    /// What it is instead, in words.
    pub what: &'static str,
}

/// What a person should know of how bytes became text.
#[derive(Debug, PartialEq, Eq)]
pub enum Remark {
    /// Read in another encoding than UTF-8.
    Recoded {
        encoding: &'static str,
        damaged: bool,
    },
    /// Bytes that are no UTF-8 became U+FFFD: in how many places, and where the first is.
    Replaced { count: usize, first: usize },
}

impl Remark {
    pub fn problem(&self, place: &dyn fmt::Display) -> Problem {
        match self {
            Remark::Recoded { encoding, damaged } => {
                let damage = if *damaged {
                    "; what is damaged became U+FFFD"
                } else {
                    ""
                };
                Problem::new(
                    Kind::Recoded,
                    place,
                    format!("not UTF-8, read as {encoding}{damage}"),
                )
            }
            Remark::Replaced { count, first } => {
                let places = if *count == 1 { "place" } else { "places" };
                Problem::new(
                    Kind::Replaced,
                    place,
                    format!(
                        "invalid UTF-8 replaced by U+FFFD in {count} {places}, the first at byte {first}"
                    ),
                )
            }
        }
    }
}

/// The text of a file.
pub fn file(mut bytes: Vec<u8>) -> Result<(String, Option<Remark>), NotText> {
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    let look = &bytes[..bytes.len().min(LOOK)];
    if let Some(encoding) = utf16(look) {
        let (text, damaged) = encoding.decode_with_bom_removal(&bytes);
        let encoding = encoding.name();
        return match mostly_controls(text.as_bytes()) {
            true => Err(NotText {
                what: "binary data",
            }),
            false => Ok((
                text.into_owned(),
                Some(Remark::Recoded { encoding, damaged }),
            )),
        };
    }
    if let Some(what) = binary(look) {
        return Err(NotText { what });
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => {
            let (text, remark) = repair(error.as_bytes());
            (text, Some(remark))
        }
    })
}

/// The text of a line of JSON Lines.
pub fn line(bytes: &[u8]) -> (Cow<'_, str>, Option<Remark>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) => {
            let (text, remark) = repair(bytes);
            (Cow::Owned(text), Some(remark))
        }
    }
}

/// Whether a file that begins so holds JSON Lines: objects, that is.
pub fn looks_like_json_lines(start: &[u8]) -> bool {
    let start = start.strip_prefix(BOM).unwrap_or(start);
    utf16_json(start).is_some() || start.trim_ascii_start().starts_with(b"{")
}

/// The UTF-16 of JSON Lines that begin so.
pub fn utf16_json(start: &[u8]) -> Option<&'static Encoding> {
    match start {
        [0xff, 0xfe, b'{', 0, ..] | [b'{', 0, ..] => Some(UTF_16LE),
        [0xfe, 0xff, 0, b'{', ..] | [0, b'{', ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// What a file that begins so is, when it is no text in an encoding of bytes.
pub fn binary(start: &[u8]) -> Option<&'static str> {
    known_format(start).or_else(|| mostly_controls(start).then_some("binary data"))
}

fn known_format(start: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"\xff\xd8\xff", "a JPEG image"),
        (b"\x1f\x8b", "gzip data (name it .gz)"),
        (b"\x28\xb5\x2f\xfd", "zstd data (name it .zst)"),
        (b"\xfd7zXZ\0", "xz data"),
        (b"BZh", "bzip2 data"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\x7fELF", "a program"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"\xff\xfe\0\0", "UTF-32 text"),
        (b"\0\0\xfe\xff", "UTF-32 text"),
    ];
    let known = MAGIC
        .iter()
        .find(|(magic, _)| start.starts_with(magic))
        .map(|(_, what)| *what);
    // "BZh" also begins a word in a text; bzip2 has a digit and a binary mark after it.
    known.filter(|_| !start.starts_with(b"BZh") || start.get(4..10) == Some(b"1AY&SY"))
}

/// Whether a text begins with more control characters than texts have. Random bytes have one in nine and are no UTF-8, so
/// there one in 32 is enough; texts that scrapers leave have form feeds, escapes and stray NULs, and one in four is too
/// many of those.
fn mostly_controls(bytes: &[u8]) -> bool {
    let look = &bytes[..bytes.len().min(LOOK)];
    let is_control = |&b: &u8| u8::from(matches!(b, 0..=8 | 14..=26 | 28..=31 | 127));
    // In bytes the sums of short pieces take sixteen at a step: 5 times as fast as counting them one by one.
    let sum = |piece: &[u8]| usize::from(piece.iter().map(is_control).sum::<u8>());
    let controls: usize = look.chunks(128).map(sum).sum();
    controls > 1 && controls * if is_utf8(look) { 4 } else { 32 } >= look.len()
}

/// Whether bytes are UTF-8, a cut last character aside.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// The UTF-16 that a file beginning so is written in, by its byte order mark or by where its zero bytes are.
fn utf16(look: &[u8]) -> Option<&'static Encoding> {
    match look {
        [0xff, 0xfe, 0, 0, ..] => return None,
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let whole = &look[..look.len() & !1];
    if !look.contains(&0)
        || known_format(look).is_some()
        || is_utf8(whole) && !mostly_controls(whole)
    {
        return None;
    }
    // Even a text without Latin letters has spaces and line ends, which have a zero byte on one side; read the wrong way
    // round these become characters that nobody writes.
    let [little, big] = [UTF_16LE, UTF_16BE].map(|encoding| {
        let (text, _) = encoding.decode_without_bom_handling(whole);
        let all = text.chars().count();
        let is_common = |c: &char| {
            matches!(
                c,
                ' '..='~' | '\n' | '\r' | '\t' | '\u{3001}' | '\u{3002}' | '\u{ff0c}'
            )
        };
        let is_strange = |c: &char| {
            c.is_control() && !c.is_whitespace()
                || *c == '\u{fffd}'
                || ('\u{e000}'..'\u{f900}').contains(c)
        };
        let common = text.chars().filter(is_common).count();
        // One in 50, and one that is cut by the end of the look.
        let strange = text.chars().filter(is_strange).count();
        (common * 200 >= all && strange <= all / 50, common, encoding)
    });
    let (plausible, _, encoding) = if big.1 > little.1 { big } else { little };
    (plausible && little.1 != big.1).then_some(encoding)
}

/// Text of bytes that are no valid UTF-8: in the old encoding they are likely in, or with the damage replaced.
fn repair(bytes: &[u8]) -> (String, Remark) {
    if let Some((encoding, text)) = old_encoding(bytes) {
        let damaged = text.contains('\u{fffd}');
        let encoding = encoding.name();
        return (text, Remark::Recoded { encoding, damaged });
    }
    let (mut count, mut first, mut at) = (0, 0, 0);
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            if count == 0 {
                first = at + chunk.valid().len();
            }
            count += 1;
            text.push('\u{fffd}');
        }
        at += chunk.valid().len() + chunk.invalid().len();
    }
    (text, Remark::Replaced { count, first })
}

/// The encoding from before Unicode that the bytes are likely in, and their text in it. None when they look like UTF-8 with
/// damage, or like nothing.
fn old_encoding(bytes: &[u8]) -> Option<(&'static Encoding, String)> {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    let only_cut = std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none());
    if good >= bad || only_cut {
        return None;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&bytes[..bytes.len().min(1 << 16)], true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (mut high, mut likely) = (0, 0);
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_ascii() {
            high += 1;
            likely += usize::from(is_likely(c, before, rest.peek().copied().unwrap_or(' ')));
        }
        before = c;
    }
    (likely * 10 >= high * 8).then(|| (encoding, text.into_owned()))
}

/// Whether a character makes sense between its neighbours: an accented letter in a word of plain letters, a letter of
/// another script beside one like it, a quotation mark.
fn is_likely(c: char, before: char, after: char) -> bool {
    if c == '\u{fffd}' || c.is_control() {
        return false;
    }
    if c < '\u{250}' && c.is_alphabetic() {
        return before.is_ascii_alphabetic()
            || after.is_ascii_alphabetic()
            || "àáèéíòóöåæøÀÁÈÉÍÒÓÖÅÆØ".contains(c)
                && !before.is_alphabetic()
                && !after.is_alphabetic();
    }
    if c.is_alphabetic() {
        return [before, after]
            .iter()
            .any(|n| n.is_alphabetic() && !n.is_ascii());
    }
    "«»„“”‘’‚‹›–—…•·°§£€©®™¿¡½¼¾²³\u{a0}\u{ad}".contains(c) || c >= '\u{2000}'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_bytes(text: &str, little: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf8_is_taken_as_it_is() {
        for text in [
            "",
            "a",
            "Größe\n四\n",
            "one\0two words in a longer line of text",
        ] {
            assert_eq!(file(text.into()), Ok((text.into(), None)), "{text:?}");
        }
        assert_eq!(file(b"\xef\xbb\xbfab".to_vec()), Ok(("ab".into(), None)));
    }

    #[test]
    fn utf16_with_and_without_mark() {
        for text in [
            "The council met on Monday.\nNothing was decided.\n",
            "Совет собрался в понедельник.\nНичего не решили.\n",
            "市議会は月曜日に開かれた。\n何も決まらなかった。\n",
        ] {
            for little in [true, false] {
                let name = if little { "UTF-16LE" } else { "UTF-16BE" };
                let want = Ok((
                    text.into(),
                    Some(Remark::Recoded {
                        encoding: name,
                        damaged: false,
                    }),
                ));
                assert_eq!(file(utf16_bytes(text, little)), want, "{name}");
                assert_eq!(
                    file(utf16_bytes(&format!("\u{feff}{text}"), little)),
                    want,
                    "{name} with mark"
                );
            }
        }
    }

    #[test]
    fn old_encodings_are_recognised() {
        for (encoding, text) in [
            (
                encoding_rs::WINDOWS_1252,
                "Der Bürgermeister eröffnete die Brücke über den Fluß am späten Abend.",
            ),
            (
                encoding_rs::WINDOWS_1252,
                "Le maire a inauguré « le pont » à l’été dernier, déjà très fréquenté.",
            ),
            (
                encoding_rs::WINDOWS_1251,
                "Мэр открыл новый мост через реку, сообщила городская газета.",
            ),
            (
                encoding_rs::GBK,
                "市长星期一宣布新桥正式通车，市民表示欢迎。",
            ),
            (
                encoding_rs::SHIFT_JIS,
                "市長は月曜日に新しい橋の開通を発表した。",
            ),
        ] {
            let (bytes, ..) = encoding.encode(text);
            let (got, remark) = file(bytes.into_owned()).expect("it is text");
            assert_eq!(got, text);
            assert!(
                matches!(remark, Some(Remark::Recoded { damaged: false, .. })),
                "{remark:?}"
            );
        }
    }

    #[test]
    fn damage_is_replaced() {
        for (bytes, text, count, first) in [
            (b"a \xff b".as_slice(), "a \u{fffd} b", 1, 2),
            (
                b"hello \xff\xfe world",
                "hello \u{fffd}\u{fffd} world",
                2,
                6,
            ),
            (
                b"cut at the end of caf\xc3",
                "cut at the end of caf\u{fffd}",
                1,
                21,
            ),
            (
                b"gr\xc3\xb6\xc3\x9fer, gr\xf6ss",
                "größer, gr\u{fffd}ss",
                1,
                12,
            ),
        ] {
            let want = (text.to_owned(), Some(Remark::Replaced { count, first }));
            assert_eq!(file(bytes.to_vec()), Ok(want));
        }
    }

    #[test]
    fn binary_is_refused() {
        let noise: Vec<u8> = (0..4096u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect();
        let utf32: Vec<u8> = "plain text"
            .chars()
            .flat_map(|c| (c as u32).to_le_bytes())
            .collect();
        for bytes in [
            b"%PDF-1.7\nplain".to_vec(),
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            b"PK\x03\x04word".to_vec(),
            vec![0; 100],
            noise,
            [b"\xff\xfe\0\0".to_vec(), utf32].concat(),
        ] {
            assert!(file(bytes.clone()).is_err(), "{:?}", &bytes[..10]);
        }
    }
}
