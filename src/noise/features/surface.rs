//! What a block shows by itself: counts of one pass over its characters.

use std::ops::Range;

use super::chars::{self, Class, LetterMap, SCRIPTS, Script, WINDOW};
use super::context::Seen;
use super::tokens::{About, Tokens, form};
use crate::noise::product::{Products, Work, widest};

/// How many words at the head and the tail of a block the n-grams see.
pub(super) const HEAD: usize = 8;
pub(super) const TAIL: usize = 6;

/// Counts over a block's characters and words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Surface {
    pub(super) chars: u32,
    pub(super) words: u32,
    pub(super) sentence_ends: u32,
    /// The block ends like a sentence, quotes and brackets left out.
    pub(super) ends_sentence: bool,
    pub(super) ends_ellipsis: bool,
    letters: u32,
    upper: u32,
    digits: u32,
    punct: u32,
    capitalised: u32,
    all_caps: u32,
    short_lower: u32,
    lower_words: u32,
    numbers: u32,
    word_letters: u32,
    longest_word: u32,
    capital_run: u32,
    commas: u32,
    quotes: u32,
    parens: u32,
    separators: u32,
    slashes: u32,
    dashes: u32,
    colons: u32,
    questions: u32,
    exclamations: u32,
    currency: u32,
    hashes: u32,
    years: u32,
    clock: bool,
    date: bool,
    url: bool,
    mail: bool,
    handle: bool,
    copyright: bool,
    arrow: bool,
    kicker: bool,
    dateline: bool,
    early_colon: bool,
    starts_upper: bool,
    starts_lower: bool,
    starts_digit: bool,
    starts_quote: bool,
    starts_mark: bool,
    ends_colon: bool,
    ends_paren: bool,
    ends_question: bool,
    ends_letter: bool,
    scripts: [u32; SCRIPTS],
    /// Letters of scripts that mark no sentence ends.
    unmarked: u32,
    /// Words, and capitalised words, up to the last sentence end.
    words_at_end: u32,
    capitalised_at_end: u32,
}

/// Number of surface features.
pub(super) const SURFACE: usize = 52 + SCRIPTS;

/// Names of the surface features, in their order.
#[rustfmt::skip]
pub(super) static SURFACE_NAMES: [&str; SURFACE] = [
    "length in characters", "length in words", "letters a word", "share of capitals", "share of capitalised words",
    "share of all-caps words", "share of short lower-case words", "share of lower-case words", "share of numbers",
    "longest word", "longest run of capitalised words", "share of digits", "share of punctuation", "commas a word",
    "quotation marks", "quotation marks a word", "parentheses", "bars and bullets", "slashes", "dashes", "colons",
    "question marks", "exclamation marks", "currency signs", "hash signs", "a year", "a clock time", "a numeric date",
    "a web address", "a mail address", "a handle", "a copyright sign", "an arrow", "a kicker in capitals", "a dateline",
    "a colon near its start", "starts with a capital", "starts in lower case", "starts with a digit",
    "starts with a quotation mark", "starts with a mark", "ends as a sentence", "ends with an ellipsis",
    "ends with a colon", "ends with a bracket", "ends with a question mark", "ends with a letter",
    "long without a sentence end", "sentence ends", "sentence ends a word",
    "words behind its last sentence", "capitalised words behind its last sentence",
    "Latin script", "Greek script", "Cyrillic script", "Arabic script", "Indic script", "script without spaces",
    "Hangul script", "other script",
];

/// A word in progress.
#[derive(Default)]
struct Word {
    len: u32,
    upper: u32,
    digits: u32,
    first_upper: bool,
    hash: u32,
    number: u32,
}

/// What the words until now were like.
#[derive(Default)]
struct SoFar {
    /// Length of the run of capitalised words that ends here.
    capital_run: u32,
    /// Length of the last word; initials and abbreviations end no sentence.
    word_len: u32,
    /// A word that is not in capitals was seen.
    not_all_caps: bool,
    /// A word of this sentence was seen: a capital is a name's from now on.
    in_sentence: bool,
    /// The wide character before this one, if directly before; likewise the mark.
    last_wide: u32,
    last_mark: u32,
}

impl Word {
    fn is_all_caps(&self) -> bool {
        self.upper == self.len && self.len > 1
    }

    fn form(&self) -> u8 {
        if self.digits > 0 {
            return if self.digits == self.len {
                form::NUMBER + self.digits.min(5) as u8
            } else {
                form::MIXED
            };
        }
        // All capitals begin with one.
        form::LOWER + u8::from(self.first_upper) + u8::from(self.is_all_caps())
    }
}

/// Reusable memory for [`read`].
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    map: LetterMap,
    tokens: Tokens,
    /// Where the tokens of the blocks end that are not taken yet.
    ends: Vec<usize>,
}

/// Reads blocks: the counts of each, both its ends, and its content words (appended to `content`: the hash of the
/// lower-case word, lowest bit set when it is capitalised inside a sentence).
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn read(
    text: &str,
    spans: &[Range<usize>],
    scratch: &mut Scratch,
    seen: &mut [Seen],
    content: &mut Vec<u32>,
) {
    widest(Reading {
        text,
        spans,
        scratch,
        seen,
        content,
    });
}

struct Reading<'a> {
    text: &'a str,
    spans: &'a [Range<usize>],
    scratch: &'a mut Scratch,
    seen: &'a mut [Seen],
    content: &'a mut Vec<u32>,
}

impl Work for Reading<'_> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(self, _: P) {
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else {
            return;
        };
        let Scratch { map, tokens, ends } = self.scratch;
        // Spans are those of this part of the text from now on.
        let text = &self.text[first.start..last.end];
        map.read(text.as_bytes());
        tokens.clear();
        ends.clear();
        for (i, span) in self.spans.iter().enumerate() {
            let span = span.start - first.start..span.end - first.start;
            self.seen[i].surface = surface(text, span, map, tokens);
            ends.push(tokens.count());
            if tokens.are_enough() || i + 1 == self.spans.len() {
                tokens.hash();
                let mut from = 0;
                let blocks = i + 1 - ends.len()..i + 1;
                for (b, &to) in self.seen[blocks].iter_mut().zip(&*ends) {
                    let before = self.content.len();
                    tokens.take(from, to, &mut b.ends, self.content);
                    b.words = before..self.content.len();
                    from = to;
                }
                tokens.clear();
                ends.clear();
            }
        }
    }
}

/// Reads the block of a text with these map.
#[inline(always)]
fn surface(text: &str, span: Range<usize>, map: &LetterMap, tokens: &mut Tokens) -> Surface {
    let mut surface = Surface::default();
    let s = &mut surface;
    let mut word = Word::default();
    let mut so_far = SoFar::default();
    let block = &text[span.clone()];
    let bytes = block.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if word.len == 0 {
            let from = at;
            let end = plain_words(text, &span, span.start + at, map, s, &mut so_far, tokens);
            at = end - span.start;
            if at > from {
                (so_far.last_mark, so_far.last_wide) = (0, 0);
            }
        }
        let Some(&b) = bytes.get(at) else { break };
        // What most plain words end with where there is no space.
        let is_mark = chars::ASCII.get(usize::from(b)) == Some(&Class::Punct);
        if is_mark && word.len == 0 && s.chars > 0 {
            mark(s, &mut so_far, u32::from(b), bytes, at, 1, tokens);
            let space = bytes.get(at + 1) == Some(&b' ');
            let width = 1 + usize::from(space);
            s.chars += width as u32;
            at += width;
            continue;
        }
        if chars::LETTERS[usize::from(b)] != 0 {
            let run = letters(&bytes[at..], word.hash);
            at += run.len as usize;
            let (len, upper) = (run.len, run.upper);
            word.hash = run.hash;
            let up = b.is_ascii_uppercase();
            if s.chars == 0 {
                s.start_with_letter(up);
            }
            if word.len == 0 {
                word.first_upper = up;
            }
            s.chars += len;
            s.letters += len;
            s.upper += upper;
            s.scripts[Script::Latin as usize] += len;
            word.len += len;
            word.upper += upper;
            so_far.last_wide = 0;
            continue;
        }
        if b == b' ' {
            s.chars += 1;
            if word.len > 0 {
                so_far.word_len = word.len;
                end_word(s, &mut word, &mut so_far, tokens);
                so_far.last_mark = 0;
            }
            at += 1;
            continue;
        }
        let (class, script, low, width, c);
        if b < 128 {
            c = u32::from(b);
            class = chars::ASCII[b as usize];
            script = Script::Latin;
            low = c | if class == Class::Upper { 0x20 } else { 0 };
            width = 1;
        } else {
            let ch = block[at..].chars().next().unwrap_or(' ');
            width = ch.len_utf8();
            c = ch as u32;
            (class, script, low) = chars::wide(c);
        }
        s.chars += 1;
        if s.chars == 1 {
            s.starts_upper = class == Class::Upper;
            s.starts_lower = class == Class::Lower
                && matches!(script, Script::Latin | Script::Greek | Script::Cyrillic);
            s.starts_digit = class == Class::Digit;
            s.starts_quote = matches!(c, 0x22 | 0x27 | 0xAB | 0x2018 | 0x201C | 0x201E | 0x300C);
            s.starts_mark = class == Class::Punct && !s.starts_quote;
        }
        match class {
            Class::Lower | Class::Upper => {
                let up = class == Class::Upper;
                s.letters += 1;
                s.upper += u32::from(up);
                s.scripts[script as usize] += 1;
                if word.len == 0 {
                    word.first_upper = up;
                }
                word.len += 1;
                word.upper += u32::from(up);
                word.hash = mix(word.hash, low);
                so_far.last_wide = 0;
            }
            Class::Digit => {
                s.digits += 1;
                word.len += 1;
                word.digits += 1;
                word.number = word.number.wrapping_mul(10).wrapping_add(c & 15);
                word.hash = mix(word.hash, u32::from(b'0'));
                so_far.last_wide = 0;
            }
            Class::Joiner => {
                if c == 0x2018 || (c == 0x27 || c == 0x2019) && word.len == 0 {
                    s.quotes += 1;
                }
            }
            _ => {
                if word.len > 0 {
                    so_far.word_len = word.len;
                    end_word(s, &mut word, &mut so_far, tokens);
                    so_far.last_mark = 0;
                }
                if class == Class::Wide {
                    s.words += 1;
                    s.letters += 1;
                    s.word_letters += 1;
                    s.scripts[Script::Wide as usize] += 1;
                    s.unmarked += u32::from(chars::marks_no_sentence(c));
                    tokens.wide(c, so_far.last_wide);
                    so_far.last_wide = c;
                    so_far.last_mark = 0;
                    so_far.word_len = 9;
                    so_far.not_all_caps = true;
                } else if class == Class::Punct {
                    mark(s, &mut so_far, c, bytes, at, width, tokens);
                }
            }
        }
        at += width;
    }
    if word.len > 0 {
        end_word(s, &mut word, &mut so_far, tokens);
    }
    last_char(s, block);
    s.mark_unmarked(tokens);
    surface
}

/// Reads words of ASCII letters and the spaces behind them, what most of a page consists of, and says where they end. The
/// same as what [`surface`] does letter by letter, but with the counts in registers.
#[inline(always)]
fn plain_words(
    text: &str,
    span: &Range<usize>,
    from: usize,
    map: &LetterMap,
    s: &mut Surface,
    so_far: &mut SoFar,
    tokens: &mut Tokens,
) -> usize {
    let text = &text.as_bytes()[..span.end];
    let mut tally = 0;
    let (mut upper, mut spaces) = (0, 0);
    let (mut longest, mut run, mut longest_run) =
        (s.longest_word, so_far.capital_run, s.capital_run);
    let (mut in_sentence, mut word_len) = (so_far.in_sentence, so_far.word_len);
    let mut at = from;
    // The tally counts up to 65,535.
    while spaces < 60_000 {
        let len = map.run(at);
        let behind = at + len as usize;
        if len == 0 || len > WINDOW as u32 || behind > text.len() {
            break;
        }
        let next = text.get(behind).copied().unwrap_or(b'.');
        if next != b' ' && !chars::ENDS_WORD[usize::from(next)] {
            break;
        }
        let window = window(text, at);
        let capitals = chars::letters(&window).upper & ((1 << len) - 1);
        let name = capitals & 1;
        let capitals = capitals.count_ones();
        let kind = PLAIN[4 * len as usize + 2 * usize::from(capitals == len) + name as usize];
        tally += kind.tally;
        upper += capitals;
        longest = longest.max(len);
        run = (run + 1) * name;
        longest_run = longest_run.max(run);
        tokens.letters(&window, kind.about, (name == 1) & in_sentence);
        in_sentence = true;
        word_len = len;
        at = behind;
        if next != b' ' {
            break;
        }
        at += 1;
        spaces += 1;
    }
    if at == from {
        return at;
    }
    if s.chars == 0 {
        s.start_with_letter(text[from].is_ascii_uppercase());
    }
    let [words, names, all_caps, short] = [0, 16, 32, 48]
        .map(|by| (tally >> by) as u16)
        .map(u32::from);
    let chars = (at - from) as u32;
    let letters = chars - spaces;
    s.chars += chars;
    s.words += words;
    s.letters += letters;
    s.word_letters += letters;
    s.scripts[Script::Latin as usize] += letters;
    s.upper += upper;
    s.capitalised += names;
    s.lower_words += words - names;
    s.all_caps += all_caps;
    s.short_lower += short;
    s.longest_word = longest;
    s.capital_run = longest_run;
    so_far.capital_run = run;
    so_far.not_all_caps |= all_caps < words;
    so_far.in_sentence = in_sentence;
    so_far.word_len = word_len;
    at
}

/// What is known of a word of letters by its length, a capital in front, and capitals only.
#[derive(Clone, Copy)]
struct Plain {
    /// Words, capitalised words, words in capitals, short words in lower case: sixteen bits each.
    tally: u64,
    about: About,
}

static PLAIN: [Plain; 4 * (WINDOW + 1)] = {
    let mut table = [Plain {
        tally: 0,
        about: About::new(0, 0, false),
    }; 4 * (WINDOW + 1)];
    let mut i = 0;
    while i < table.len() {
        let (len, capitals, name) = (i / 4, i / 2 % 2, i % 2);
        let all_caps = if len > 1 { capitals } else { 0 };
        let short = (name == 0 && len <= 3) as u64;
        table[i] = Plain {
            tally: 1 | (name as u64) << 16 | (all_caps as u64) << 32 | short << 48,
            about: About::new(
                len as u32,
                form::LOWER + (name + all_caps) as u8,
                len >= 4 || name == 1 && len > 1,
            ),
        };
        i += 1;
    }
    table
};

/// The bytes from a place on, and zeros behind the end.
#[inline(always)]
fn window(bytes: &[u8], at: usize) -> [u8; WINDOW] {
    let bytes = &bytes[at..];
    match bytes.first_chunk() {
        Some(window) => *window,
        None => {
            let mut window = [0; WINDOW];
            window[..bytes.len()].copy_from_slice(bytes);
            window
        }
    }
}

/// A run of at most 16 ASCII letters.
struct Run {
    len: u32,
    upper: u32,
    /// The hash that was before them, with their lower-case forms mixed in.
    hash: u32,
}

/// The ASCII letters that `bytes` begins with, at most 16.
///
/// The same as a loop that asks every byte whether it is a letter and mixes it in. But where such a loop ends is anyone's
/// guess, and the processor's guess is wrong once a word: so eight letters are mixed in always, and the hash taken where
/// the letters end.
#[inline(always)]
fn letters(bytes: &[u8], hash: u32) -> Run {
    let window = window(bytes, 0);
    let masks = chars::letters(&window);
    let len = masks.letter.trailing_ones();
    let inside = (1_u32 << len) - 1;
    let lower = u128::from_le_bytes(window) | u128::from_ne_bytes([0x20; chars::WINDOW]);
    let eight = (lower as u64, (lower >> 64) as u64);
    let mut hash = mix_in(eight.0, len.min(8), hash);
    if len > 8 {
        hash = mix_in(eight.1, len - 8, hash);
    }
    Run {
        len,
        upper: (masks.upper & inside).count_ones(),
        hash,
    }
}

/// Mixes the lowest `count` bytes in, of eight.
#[inline(always)]
fn mix_in(bytes: u64, count: u32, hash: u32) -> u32 {
    let mut hashes = [hash; 9];
    for i in 0..8 {
        hashes[i + 1] = mix(hashes[i], (bytes >> (8 * i)) as u32 & 0xFF);
    }
    hashes[(count % 9) as usize]
}

fn end_word(s: &mut Surface, word: &mut Word, so_far: &mut SoFar, tokens: &mut Tokens) {
    let w = std::mem::take(word);
    s.words += 1;
    s.word_letters += w.len;
    s.longest_word = s.longest_word.max(w.len);
    let name = w.first_upper;
    if w.digits == w.len {
        s.numbers += 1;
        s.years += u32::from(w.digits == 4 && (1900..2100).contains(&w.number));
        so_far.capital_run = 0;
    } else {
        // Sums instead of branches: what kind of word comes next cannot be guessed.
        let all_caps = w.is_all_caps();
        s.all_caps += u32::from(all_caps);
        s.capitalised += u32::from(name);
        s.lower_words += u32::from(!name);
        s.short_lower += u32::from(!name && w.len <= 3);
        so_far.capital_run = (so_far.capital_run + 1) * u32::from(name);
        so_far.not_all_caps |= !all_caps;
    }
    s.capital_run = s.capital_run.max(so_far.capital_run);
    tokens.word(
        w.hash,
        w.form(),
        w.digits == 0 && (w.len >= 4 || name && w.len > 1),
        name && so_far.in_sentence,
    );
    so_far.in_sentence = true;
}

/// Notes a punctuation mark at byte `at`.
fn mark(
    s: &mut Surface,
    so_far: &mut SoFar,
    c: u32,
    bytes: &[u8],
    at: usize,
    width: usize,
    tokens: &mut Tokens,
) {
    s.punct += 1;
    so_far.capital_run = 0;
    so_far.last_wide = 0;
    if c != so_far.last_mark {
        tokens.mark(c);
        so_far.last_mark = c;
    }
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let digits_around = at > 0 && digit(at - 1) && digit(at + width);
    let opens = |i: usize| {
        bytes
            .get(i)
            .is_none_or(|&b| b <= b' ' || matches!(b, b'"' | b')' | b']' | b'\'') || b >= 0xC2)
    };
    match c {
        0x2E => {
            // "26.12.2018": digits on both sides, two of them on one, and the next full stop not far
            s.date |= digits_around
                && (digit(at + 2) || at > 1 && digit(at - 2))
                && bytes[at + 1..].iter().take(3).any(|&b| b == b'.');
            if bytes[at..].starts_with(b".com") || bytes[at..].starts_with(b".org") {
                s.url = true;
            }
            if opens(at + 1) && so_far.word_len > 2 {
                s.end_sentence();
                so_far.in_sentence = false;
            }
        }
        0x21 | 0x3F => {
            if c == 0x21 {
                s.exclamations += 1;
            } else {
                s.questions += 1;
            }
            if opens(at + 1) {
                s.end_sentence();
                so_far.in_sentence = false;
            }
        }
        0x3002 | 0xFF01 | 0xFF1F | 0x964 | 0x6D4 | 0x61F => s.end_sentence(),
        0x2C | 0x3001 | 0xFF0C | 0x60C => s.commas += 1,
        0x22 | 0xAB | 0xBB | 0x201C..=0x201F | 0x300C..=0x300F | 0x2039 | 0x203A => s.quotes += 1,
        0x28 | 0x29 | 0x5B | 0x5D | 0xFF08 | 0xFF09 | 0x3010 | 0x3011 => s.parens += 1,
        0x7C | 0xB7 | 0x2022 | 0x25CF | 0x25A0 | 0x25AA | 0x2219 | 0x2027 => s.separators += 1,
        0x2F => {
            s.slashes += 1;
            s.date |= digits_around;
            s.url |= bytes[at..].starts_with(b"//") && at > 0 && bytes[at - 1] == b':';
        }
        0x2D | 0x2010..=0x2015 => {
            s.dashes += 1;
            s.date |= digits_around && bytes[at + width..].iter().take(3).any(|&b| b == b'-');
            // "LONDON (AP) -": a dash behind capitals, early, with space around
            if !so_far.not_all_caps
                && s.words > 0
                && s.words <= 5
                && at > 0
                && bytes[at - 1] == b' '
            {
                s.dateline = true;
            }
        }
        0x3A | 0xFF1A => {
            s.clock |= digits_around;
            if !digits_around {
                s.colons += 1;
                s.early_colon |= s.words > 0 && s.words <= 4;
                s.kicker |= !so_far.not_all_caps && s.all_caps > 0 && s.words <= 4;
            }
        }
        0x40 => {
            let before = at > 0 && bytes[at - 1] > b' ';
            s.mail |= before;
            s.handle |= !before;
        }
        0x23 => s.hashes += 1,
        0x24 | 0x20AC | 0xA3 | 0xA5 | 0x20BD | 0x20B9 => s.currency += 1,
        0xA9 => s.copyright = true,
        0x3E | 0x2192 | 0x2190 | 0x25B6 | 0x25BA | 0x203B | 0x276F | 0x27F6 | 0x2197 => {
            s.arrow = true
        }
        _ => {}
    }
}

/// How the block ends, closing quotes and brackets left out.
fn last_char(s: &mut Surface, block: &str) {
    // As most blocks that are no sentences.
    if block
        .bytes()
        .next_back()
        .is_some_and(|b| b.is_ascii_alphanumeric())
    {
        s.ends_letter = true;
        return;
    }
    s.ends_paren = block.ends_with([')', ']', '）', '】']);
    let end = block.trim_end_matches([
        '"', '\'', '”', '’', '»', ')', ']', '」', '』', '）', ' ', '“', '*',
    ]);
    let Some(c) = end.chars().next_back() else {
        return;
    };
    s.ends_ellipsis = c == '…' || end.ends_with("...") || end.ends_with("[…");
    s.ends_sentence =
        !s.ends_ellipsis && matches!(c, '.' | '!' | '?' | '。' | '！' | '？' | '।' | '؟' | '۔');
    s.ends_colon = c == ':' || c == '：';
    s.ends_question = c == '?' || c == '？' || c == '؟';
    s.ends_letter = c.is_alphanumeric();
}

/// `log2(1 + n)`, roughly and the same everywhere, see [`log2_of`]; that of most numbers is known.
#[inline]
pub(super) fn log2(n: u32) -> f32 {
    match LOG2.get(n as usize) {
        Some(&log) => log,
        None => log2_of(n),
    }
}

static LOG2: [f32; 256] = {
    let mut table = [0.0; 256];
    let mut n = 0;
    while n < table.len() {
        table[n] = log2_of(n as u32);
        n += 1;
    }
    table
};

/// `log2(1 + n)` to three binary digits and linear in between, out of integers.
const fn log2_of(n: u32) -> f32 {
    let n = n as u64 + 1;
    let whole = n.ilog2();
    // The mantissa lies in 0..1; 1 + x is within 0.09 of 2^x and monotone, which is all a feature needs.
    let mantissa = ((n << (32 - whole)) & 0xFFFF_FFFF) as f32 / 4_294_967_296.0;
    whole as f32 + mantissa
}

pub(super) fn mix(h: u32, x: u32) -> u32 {
    // Multiply-rotate in the manner of FxHash; the constant is 2^32 divided by the golden ratio, made odd.
    (h.rotate_left(5) ^ x).wrapping_mul(0x9E37_79B9)
}

/// Shares of a whole each, 0 where there is nothing; divided together.
#[inline(always)]
fn shares<const N: usize>(parts: [u32; N], wholes: [u32; N]) -> [f32; N] {
    std::array::from_fn(|i| {
        let (part, whole) = (
            parts[i].cast_signed() as f32,
            wholes[i].cast_signed() as f32,
        );
        if wholes[i] == 0 { 0.0 } else { part / whole }
    })
}

fn few(n: u32) -> f32 {
    n.min(4) as f32 / 4.0
}

/// So many letters of a script that marks no sentence ends count as a sentence.
const UNMARKED_SENTENCE: u32 = 140;
/// The full stop of Chinese.
const FULL_STOP: u32 = 0x3002;

impl Surface {
    fn start_with_letter(&mut self, upper: bool) {
        self.starts_upper = upper;
        self.starts_lower = !upper;
    }

    fn end_sentence(&mut self) {
        self.sentence_ends += 1;
        self.words_at_end = self.words;
        self.capitalised_at_end = self.capitalised;
    }

    /// Thai and its kin set a space between phrases and nothing else: there, length speaks for commas and full stops, as many
    /// as Chinese has, and a block of a sentence or more counts as ending with one.
    fn mark_unmarked(&mut self, tokens: &mut Tokens) {
        if self.unmarked * 2 > self.letters && self.unmarked >= UNMARKED_SENTENCE {
            let (commas, stops) = (self.unmarked / 40, self.unmarked / UNMARKED_SENTENCE);
            self.commas += commas;
            self.punct += commas + stops;
            (0..stops).for_each(|_| self.end_sentence());
            if !self.ends_ellipsis && !self.ends_colon && !self.ends_sentence {
                self.ends_letter = false;
                self.ends_sentence = true;
                tokens.mark(FULL_STOP);
            }
        }
    }

    /// Words behind the last sentence end, and the capitalised among them: a credit behind a caption. None where the block
    /// is one sentence, or less.
    fn behind_last_sentence(&self) -> (u32, u32) {
        if self.sentence_ends == 0 {
            return (0, 0);
        }
        (
            self.words - self.words_at_end,
            self.capitalised - self.capitalised_at_end,
        )
    }

    /// Long enough and ended like running text. 15 words (30 characters without spaces) is where captions and teasers
    /// headlines of the labelled pages thin out.
    pub(super) fn is_prose(&self) -> bool {
        self.sentence_ends > 0
            && self.words
                >= 12 + 18 * u32::from(self.scripts[Script::Wide as usize] * 2 > self.letters)
    }

    /// The features, in the order of [`SURFACE_NAMES`].
    #[rustfmt::skip]
    #[inline(always)]
    pub(super) fn write(&self, out: &mut [f32; SURFACE]) {
        let words = self.words;
        let flag = |b: bool| f32::from(u8::from(b));
        let (tail, tail_capitalised) = self.behind_last_sentence();
        let [word_letters, upper, capitalised, all_caps, short_lower, lower_words, numbers, digits, punct, commas, quotes,
            sentence_ends, tail_capitalised] = shares(
            [self.word_letters, self.upper, self.capitalised, self.all_caps, self.short_lower, self.lower_words,
                self.numbers, self.digits, self.punct, self.commas, self.quotes, self.sentence_ends, tail_capitalised],
            [words, self.letters, words, words, words, words, words, self.chars, self.chars, words, words, words, tail],
        );
        let values: [f32; 52] = [
            log2(self.chars), log2(words), word_letters.min(16.0), upper, capitalised, all_caps, short_lower, lower_words,
            numbers, log2(self.longest_word), log2(self.capital_run), digits, punct, commas.min(1.0),
            few(self.quotes), quotes.min(1.0), few(self.parens), few(self.separators), few(self.slashes),
            few(self.dashes), few(self.colons), few(self.questions), few(self.exclamations), few(self.currency),
            few(self.hashes), few(self.years), flag(self.clock), flag(self.date), flag(self.url), flag(self.mail),
            flag(self.handle), flag(self.copyright), flag(self.arrow), flag(self.kicker), flag(self.dateline),
            flag(self.early_colon), flag(self.starts_upper), flag(self.starts_lower), flag(self.starts_digit),
            flag(self.starts_quote), flag(self.starts_mark), flag(self.ends_sentence), flag(self.ends_ellipsis),
            flag(self.ends_colon), flag(self.ends_paren), flag(self.ends_question), flag(self.ends_letter),
            flag(words > 15 && !self.ends_sentence), log2(self.sentence_ends), sentence_ends.min(1.0),
            log2(tail).min(5.0), tail_capitalised,
        ];
        out[..52].copy_from_slice(&values);
        out[52..].copy_from_slice(&shares(self.scripts, [self.letters; SCRIPTS]));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::Ends;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_words_are_read_as_letter_by_letter(
            text in "([a-zA-Z]{1,18}|[A-Z]{2,4}|[,.:?' \\-\\n\u{7f}]|[ ,]|NASA |The |and |, |\\PC){0,40}",
            from in 0_usize..4, to in 0_usize..4,
        ) {
            let start = text.floor_char_boundary(from.min(text.len()));
            let end = text.ceil_char_boundary(text.len().saturating_sub(to).max(start));
            let (mut map, mut empty) = (LetterMap::default(), LetterMap::default());
            map.read(text.as_bytes());
            // No letters in the map, no plain words.
            empty.read(&vec![0; text.len()]);
            let [plain, twin] = [&map, &empty].map(|map| {
                let mut tokens = Tokens::default();
                let surface = surface(&text, start..end, map, &mut tokens);
                tokens.hash();
                let (mut ends, mut content) = (Ends::default(), Vec::new());
                tokens.take(0, tokens.count(), &mut ends, &mut content);
                (surface, ends, content)
            });
            prop_assert_eq!(plain, twin);
        }
    }

    #[test]
    fn letters_are_those_of_a_loop() {
        for text in [
            "",
            "a",
            "Z.",
            "seven's",
            "eightttt",
            "EIGHTttt and",
            "nineeeeeN",
            "an ABBEY",
            "internationaliSATIONS!",
            "sixteen_",
            "caf\u{e9} au lait",
            "x\u{d8}",
            "@[`{/:",
        ] {
            for from in (0..=text.len()).filter(|&i| text.is_char_boundary(i)) {
                let bytes = &text.as_bytes()[from..];
                let (mut len, mut upper, mut hash) = (0, 0, 7);
                for &b in bytes
                    .iter()
                    .take(16)
                    .take_while(|b| b.is_ascii_alphabetic())
                {
                    len += 1;
                    upper += u32::from(b.is_ascii_uppercase());
                    hash = mix(hash, u32::from(b.to_ascii_lowercase()));
                }
                let run = letters(bytes, 7);
                assert_eq!(
                    (run.len, run.upper, run.hash),
                    (len, upper, hash),
                    "{text} {from}"
                );
            }
        }
    }
}
