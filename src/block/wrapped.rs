//! Text wrapped at a fixed width: finds the width, and joins the lines of each paragraph.
//!
//! All of a page may be wrapped (mail, wires), or its paragraphs among headlines and menu items that are shorter, and lines that
//! are longer (what a text browser prints, the source text of old pages). Lines are filled greedily: a line ends where the
//! next word would have gone beyond the width.

use std::ops::Range;

use super::{CLOSING, SENTENCE_ENDS};

/// Hard-wrapped text: most lines inside a paragraph end where the next word would not have fitted.
const WRAP_WIDTHS: std::ops::RangeInclusive<usize> = 30..=WIDEST;
const WIDEST: usize = 120;
/// Many such line ends are proof; of a few, most must also run on in lower case, which headlines and menu items do not.
const WRAP_MANY: Wrap = Wrap {
    pairs: 6,
    full: 0.9,
    slack: 1.0,
    lower: 0.0,
};
const WRAP_FEW: Wrap = Wrap {
    pairs: 2,
    full: 0.7,
    slack: 0.88,
    lower: 0.45,
};

/// Among lines that were not wrapped: so many breaks in the middle of a sentence must agree on a width, and this share.
const MIXED_BREAKS: i32 = 4;
const MIXED_SHARE: f64 = 0.6;
/// So many of them must follow on another.
const MIXED_CHAINED: usize = 2;
/// A longer word, with the space before it, says nothing of the width.
const LONGEST_WORD: usize = 20;

/// What makes hard-wrapped text.
struct Wrap {
    /// At least so many pairs of neighbouring lines of one paragraph.
    pairs: usize,
    /// This share of them breaks where the next word would have gone beyond the widest line ...
    full: f64,
    /// ... times this: typesetters leave a line shorter now and then.
    slack: f64,
    /// This share of the second lines starts in lower case.
    lower: f64,
}

/// How the lines of a page were wrapped.
pub(super) struct Wrapped {
    width: usize,
    measure: Measure,
    /// All of the page was; else its paragraphs, among lines that were not.
    throughout: bool,
}

impl Wrapped {
    pub(super) fn find(text: &str, lines: &[Range<usize>]) -> Option<Self> {
        // Programs count one or the other; only for these scripts does it matter.
        let wide = text.bytes().fold(0, u8::max) >= FIRST_WIDE;
        let measures = [characters, columns as Measure];
        let measures = &measures[..1 + usize::from(wide)];
        [(true, wrap_width as Way), (false, common_width)]
            .into_iter()
            .find_map(|(throughout, way)| {
                measures.iter().find_map(|&measure| {
                    Some(Self {
                        width: way(text, lines, measure)?,
                        measure,
                        throughout,
                    })
                })
            })
    }

    /// Joins the lines of each paragraph.
    pub(super) fn join(&self, text: &str, spans: &mut Vec<Range<usize>>) {
        let mut line_start = 0;
        spans.dedup_by(|line, last| {
            let before = line_start.max(last.start)..last.end;
            line_start = line.start;
            let adjacent = if self.throughout {
                adjacent
            } else {
                adjacent_inside
            };
            let joined =
                adjacent(text, &before, line) && self.runs_on(&text[before], &text[line.clone()]);
            if joined {
                last.end = line.end;
            }
            joined
        });
    }

    /// Whether a line goes on in the next one, no blank line between them.
    fn runs_on(&self, line: &str, next: &str) -> bool {
        if self.throughout {
            // Without a blank line a paragraph's last line gives it away: a sentence ends, and much more would have fitted.
            !ends_sentence(line) || 4 * needed(line, next, self.measure) >= 3 * self.width
        } else {
            let [long, next_long] = [line, next].map(self.measure);
            let full = is_full(line, next, self.width, self.measure);
            let goes_on = if next.starts_with(char::is_lowercase) {
                3 * long >= 2 * self.width
            } else {
                full && (2 * next_long >= self.width || ends_sentence(next))
            };
            goes_on && !ends_sentence(line)
        }
    }
}

/// Finds the width that lines were wrapped at.
type Way = fn(&str, &[Range<usize>], Measure) -> Option<usize>;

/// The width at which a page's lines were wrapped: they follow each other as a greedy line filler breaks them, the first
/// word of a line would not have fitted on the line before it.
fn wrap_width(text: &str, lines: &[Range<usize>], measure: Measure) -> Option<usize> {
    // Cheap refusal first: nearly every scraped page has a line beyond any wrapping width.
    let mut widest = 0;
    for line in lines {
        // A line has at least as many bytes as characters or columns.
        if line.len() > widest {
            widest = widest.max(measure(&text[line.clone()]));
        }
        if line.len() > 4 * WIDEST || widest > WIDEST {
            return None;
        }
    }
    if !WRAP_WIDTHS.contains(&widest) {
        return None;
    }
    let rules = [WRAP_MANY, WRAP_FEW];
    let (mut pairs, mut full, mut lower) = (0_usize, [0_usize; 2], 0_usize);
    for pair in lines.windows(2) {
        if !adjacent(text, &pair[0], &pair[1]) {
            continue;
        }
        let next = &text[pair[1].clone()];
        pairs += 1;
        let needed = needed(&text[pair[0].clone()], next, measure) as f64;
        for (full, rule) in full.iter_mut().zip(&rules) {
            *full += usize::from(needed > widest as f64 * rule.slack);
        }
        lower += usize::from(next.starts_with(|c: char| c.is_lowercase()));
    }
    let share = |n: usize, of: f64| n as f64 >= of * pairs as f64;
    let fits = |(rule, full): (&Wrap, usize)| {
        pairs >= rule.pairs && share(full, rule.full) && share(lower, rule.lower)
    };
    (rules.iter().zip(full).any(fits) && mostly_differ(text, lines)).then_some(widest)
}

/// The width that most lines were wrapped at which break in the middle of a sentence: each says that it was at least its
/// own, and less than it would have been with the next word.
fn common_width(text: &str, lines: &[Range<usize>], measure: Measure) -> Option<usize> {
    let (mut breaks, mut opened) = (0, [0_i32; WIDEST + 2]);
    for pair in lines.windows(2) {
        if let Some(widths) = widths(text, &pair[0], &pair[1], measure) {
            breaks += 1;
            if widths.len() <= LONGEST_WORD {
                opened[widths.start] += 1;
                opened[widths.end.min(WIDEST + 1)] -= 1;
            }
        }
    }
    let (mut open, mut best) = (0, (0, 0));
    for (width, change) in opened.into_iter().enumerate() {
        open += change;
        best = best.max((open, width));
    }
    let (agree, width) = best;
    if agree < MIXED_BREAKS || f64::from(agree) < MIXED_SHARE * f64::from(breaks) {
        return None;
    }
    // Paragraphs go on over several lines, other neighbours that look so do not: bylines of small letters under headlines.
    let at_width = |line: &Range<usize>, next: &Range<usize>| {
        widths(text, line, next, measure).is_some_and(|w| w.contains(&width))
    };
    let full = |line: &Range<usize>, next: &Range<usize>| {
        line.len() <= 4 * width
            && adjacent_inside(text, line, next)
            && is_full(&text[line.clone()], &text[next.clone()], width, measure)
    };
    let chained = |lines: &&[Range<usize>]| {
        let [a, b, c] = [&lines[0], &lines[1], &lines[2]];
        at_width(a, b) && full(b, c) || full(a, b) && at_width(b, c)
    };
    let chained = lines.windows(3).filter(chained).count();
    (chained >= MIXED_CHAINED).then_some(width)
}

/// The widths at which a line would break before the next, if a sentence runs on from it.
fn widths(
    text: &str,
    line: &Range<usize>,
    next: &Range<usize>,
    measure: Measure,
) -> Option<Range<usize>> {
    if line.len() < *WRAP_WIDTHS.start() || line.len() > 4 * WIDEST {
        return None;
    }
    // Lists of Chinese and Japanese headlines of equal length look no different.
    let small = |c: char| c.is_alphabetic() && !c.is_uppercase() && !unspaced(c);
    if !text[next.clone()].starts_with(small) || !adjacent_inside(text, line, next) {
        return None;
    }
    let [line, next] = [line, next].map(|line| &text[line.clone()]);
    if ends_sentence(line) {
        return None;
    }
    let widths = measure(line)..needed(line, next, measure);
    WRAP_WIDTHS.contains(&widths.start).then_some(widths)
}

/// The length of a line with the next line's first word behind it; Chinese and Japanese break behind any character.
fn needed(line: &str, next: &str, measure: Measure) -> usize {
    let more = match next.chars().next() {
        Some(c) if unspaced(c) => 2,
        _ => 1 + next.split_whitespace().next().map_or(0, measure),
    };
    measure(line) + more
}

/// Whether words of this character's script stand without spaces, and may break behind any character.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ff01}'..='\u{ff9f}')
}

/// How long a program that wraps lines takes a text to be.
type Measure = fn(&str) -> usize;

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// The columns that a fixed-width typeface takes: two for characters of Chinese, Japanese and Korean.
fn columns(text: &str) -> usize {
    let wide = |&c: &char| c >= '\u{2e80}';
    characters(text) + text.chars().filter(wide).count()
}

/// The least byte that wide characters begin with, but for radicals of the dictionary.
const FIRST_WIDE: u8 = 0xe3;

/// Whether a line of text wrapped at this width breaks before the next.
fn is_full(line: &str, next: &str, width: usize, measure: Measure) -> bool {
    measure(line) <= width && needed(line, next, measure) > width
}

/// Whether at least a fifth of the lines are different: prose does not come again and again, forms and broken pages do.
fn mostly_differ(text: &str, lines: &[Range<usize>]) -> bool {
    let mut distinct: Vec<&str> = lines.iter().map(|line| &text[line.clone()]).collect();
    distinct.sort_unstable();
    distinct.dedup();
    5 * distinct.len() >= lines.len()
}

/// Whether a line can go on with the paragraph of the line before it: no blank line lies between, and it is not indented.
fn adjacent(text: &str, line: &Range<usize>, next: &Range<usize>) -> bool {
    neighbours(text, line, next) && indent(text, next) < 2
}

/// The same where all of the text may be indented: it is not indented further.
fn adjacent_inside(text: &str, line: &Range<usize>, next: &Range<usize>) -> bool {
    neighbours(text, line, next) && indent(text, next) < indent(text, line) + 2
}

/// Whether no blank line lies between two lines.
fn neighbours(text: &str, line: &Range<usize>, next: &Range<usize>) -> bool {
    memchr::memchr_iter(b'\n', &text.as_bytes()[line.end..next.start]).count() == 1
}

/// The bytes of white space before a line.
fn indent(text: &str, line: &Range<usize>) -> usize {
    let before = &text.as_bytes()[..line.start];
    memchr::memrchr(b'\n', before).map_or(before.len(), |end| before.len() - end - 1)
}

fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end_matches(|c| CLOSING.contains(c));
    line.ends_with(SENTENCE_ENDS)
}
