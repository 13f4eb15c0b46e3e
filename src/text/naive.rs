//! The words of a text by the plainest code: the twin of the fast reader.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use crate::hash;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Class {
    Gap,
    Word,
    Mark,
    Gram,
    Apostrophe,
    Drop,
}

fn class(c: char) -> Class {
    match c {
        '\'' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bb}' | '\u{2bc}' | '\u{2032}'
        | '\u{5f3}' => Class::Apostrophe,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{70f}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' => Class::Drop,
        '\u{591}'..='\u{5bd}'
        | '\u{5bf}'
        | '\u{5c1}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}'
        | '\u{5c7}'
        | '\u{600}'..='\u{605}'
        | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{652}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6dd}'
        | '\u{6df}'..='\u{6e4}'
        | '\u{6e7}'..='\u{6e8}'
        | '\u{6ea}'..='\u{6ed}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => Class::Drop,
        _ if is_combining_mark(c) => Class::Mark,
        _ if !c.is_alphanumeric() => Class::Gap,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{19e0}'..='\u{19ff}'
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
        | '\u{20000}'..='\u{3ffff}' => Class::Gram,
        _ => Class::Word,
    }
}

/// Full case folding by way of the capitals.
fn fold(c: char) -> impl Iterator<Item = char> {
    let keep = c == '\u{345}';
    c.to_uppercase()
        .flat_map(char::to_lowercase)
        .map(move |f| if keep { c } else { f })
        .take(if keep { 1 } else { 3 })
}

/// Calls `each` with the hash and the span of every word.
pub(crate) fn words(text: &str, mut each: impl FnMut(u64, Range<usize>)) {
    // Every character of the normal form with the bytes it came from.
    let mut chars: Vec<(char, Class, Range<usize>)> = Vec::new();
    for (start, c) in text.char_indices() {
        let span = start..start + c.len_utf8();
        if matches!(c, '\u{b4}') {
            chars.push(('\'', Class::Apostrophe, span));
            continue;
        }
        if matches!(c, '\u{2120}' | '\u{2122}') {
            chars.push((' ', Class::Gap, span));
            continue;
        }
        let folded: String = std::iter::once(c).nfkd().flat_map(fold).nfkd().collect();
        for f in folded.chars() {
            let class = class(f);
            let f = if class == Class::Apostrophe { '\'' } else { f };
            if class != Class::Drop {
                chars.push((f, class, span.clone()));
            }
        }
    }
    for marks in chars.chunk_by_mut(|a, b| {
        canonical_combining_class(a.0) != 0 && canonical_combining_class(b.0) != 0
    }) {
        marks.sort_by_key(|m| canonical_combining_class(m.0));
    }
    let at = |i: usize| chars.get(i).map_or(Class::Gap, |c| c.1);
    let take = |range: Range<usize>| {
        let part = &chars[range];
        let text: String = part.iter().map(|c| c.0).collect();
        let start = part.iter().map(|c| c.2.start).min().unwrap_or(0);
        let end = part.iter().map(|c| c.2.end).max().unwrap_or(0);
        (hash::word(text.as_bytes()), start..end)
    };
    let mut i = 0;
    while i < chars.len() {
        match at(i) {
            Class::Word => {
                let start = i;
                while at(i) == Class::Word
                    || at(i) == Class::Mark
                    || at(i) == Class::Apostrophe
                        && at(i - 1) != Class::Apostrophe
                        && at(i + 1) == Class::Word
                {
                    i += 1;
                }
                let (hash, span) = take(start..i);
                each(hash, span);
            }
            Class::Gram => {
                let mut grams = Vec::new();
                while at(i) == Class::Gram {
                    grams.push(i);
                    i += 1;
                    while at(i) == Class::Mark {
                        i += 1;
                    }
                }
                grams.push(i);
                if grams.len() == 2 {
                    let (hash, span) = take(grams[0]..i);
                    each(hash, span);
                }
                for g in grams.windows(3) {
                    let (hash, span) = take(g[0]..g[2]);
                    each(hash, span);
                }
            }
            _ => i += 1,
        }
    }
}
