//! Numbers and names as people read them.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// `1 word`, `1,234 words`.
pub fn count(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", number(n))
}

/// A number with its thousands apart.
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage. Only what is whole is 100 %, and only nothing is 0 %.
pub fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    if share < 1.0 && rounded >= 100.0 {
        return String::from("99 %");
    }
    if share > 0.0 && rounded < 1.0 {
        return String::from("<1 %");
    }
    format!("{rounded} %")
}

/// A number of bytes: `312 B`, `4.2 kB`.
pub fn size(bytes: usize) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB"] {
        if value < 999.5 {
            return if unit == "B" || value >= 9.95 {
                format!("{value:.0} {unit}")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} GB")
}

/// How many columns of a terminal a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A text that fits a number of columns, with an ellipsis where it was cut.
pub fn cut(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut taken = 1;
    let fits = |c: &char| {
        taken += c.width().unwrap_or(0);
        taken <= columns
    };
    let start: String = text.chars().take_while(fits).collect();
    format!("{}…", start.trim_end())
}

/// A text that cannot do anything to a terminal: control characters and those that turn the direction of writing are
/// shown, not sent; white space is a space.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' => plain.push(' '),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                plain.extend(c.escape_unicode());
            }
            c if c.is_control() => plain.extend(c.escape_unicode()),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(number(n), text);
        }
        assert_eq!(
            (count(1, "word"), count(2, "word")),
            ("1 word".into(), "2 words".into())
        );
        for (share, text) in [
            (0.0, "0 %"),
            (0.001, "<1 %"),
            (0.504, "50 %"),
            (0.9999, "99 %"),
            (1.0, "100 %"),
        ] {
            assert_eq!(percent(share), text);
        }
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (12_345, "12 kB"),
            (5_000_000_000, "5.0 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn cuts_by_columns() {
        for (text, columns, short) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("新しい橋", 8, "新しい橋"),
            ("新しい橋", 7, "新しい…"),
            ("新しい橋", 6, "新し…"),
        ] {
            assert_eq!(cut(text, columns), short);
        }
    }

    #[test]
    fn nothing_reaches_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\tc\u{202e}"), "a\\u{1b}[31mb c\\u{202e}");
        assert_eq!(plain("größer 新"), "größer 新");
    }
}
