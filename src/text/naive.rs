//! The words of a text by the plainest code: the twin of the fast reader.

use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;

use super::chars::{Class, compose_word, is_joining_letter, look_up, rules};
use crate::hash;

/// One character of the normal form, and the bytes of the text it came from.
type Char = (char, Range<usize>);

/// What joins a character to those before: one of the classes `Gap`, `Word`, `Mark`, `Gram`, `Apostrophe`.
fn class(c: char) -> Class {
    match look_up(c).0 {
        Class::Joins if is_joining_letter(c) => Class::Word,
        Class::Joins | Class::Accent => Class::Mark,
        class => class,
    }
}

/// Hash and span of every word, in order.
pub(crate) fn words(text: &str) -> Vec<(u64, Range<usize>)> {
    let mut chars: Vec<Char> = Vec::new();
    for (start, c) in text.char_indices() {
        let span = start..start + c.len_utf8();
        chars.extend(rules::normal(c).map(|n| (n, span.clone())));
    }
    for accents in chars.chunk_by_mut(|a, b| {
        canonical_combining_class(a.0) != 0 && canonical_combining_class(b.0) != 0
    }) {
        accents.sort_by_key(|m| canonical_combining_class(m.0));
    }
    let at = |i: usize| chars.get(i).map_or(Class::Gap, |c| class(c.0));
    let mut words = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let start = i;
        match at(i) {
            Class::Word => {
                while matches!(at(i), Class::Word | Class::Mark)
                    || at(i) == Class::Apostrophe && at(i + 1) == Class::Word
                {
                    i += 1;
                }
                words.push(word(&chars[start..i]));
            }
            Class::Gram => {
                let mut places = Vec::new();
                while at(i) == Class::Gram {
                    places.push(i);
                    i += 1;
                    while at(i) == Class::Mark {
                        i += 1;
                    }
                }
                places.push(i);
                match places.len() {
                    2 => words.push(word(&chars[start..i])),
                    _ => words.extend(places.windows(3).map(|p| word(&chars[p[0]..p[2]]))),
                }
            }
            _ => i += 1,
        }
    }
    words
}

fn word(chars: &[Char]) -> (u64, Range<usize>) {
    let start = chars.iter().map(|c| c.1.start).min().unwrap_or(0);
    let end = chars.iter().map(|c| c.1.end).max().unwrap_or(0);
    let mut chars: Vec<char> = chars.iter().map(|c| c.0).collect();
    compose_word(&mut chars);
    (hash::word(String::from_iter(chars).as_bytes()), start..end)
}
