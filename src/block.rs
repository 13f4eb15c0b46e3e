//! Cuts a page into blocks: the units that get a label.
//!
//! A block is usually a line. Two kinds of pages are told apart from that rule: text wrapped at a fixed width, whose lines
//! are joined to paragraphs, and text whose line ends were lost, which is cut into sentences.

use std::ops::Range;

/// How the blocks of a page were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segmentation {
    /// Every line that is not blank is a block.
    Lines,
    /// The lines were wrapped at a fixed width; paragraphs between blank lines are the blocks.
    Wrapped,
    /// The line ends were lost at least in part: overlong lines were cut into sentences.
    Sentences,
}

/// A line over this many bytes holds more than one paragraph: the longest real paragraphs of our hand-labelled pages
/// stay below 2,500 bytes.
const OVERLONG: usize = 4_000;

/// On a page of so few lines already this length means that line ends were lost.
const FEW_LINES: usize = 3;
const OVERLONG_OF_FEW: usize = 600;

/// Hard-wrapped text: most lines inside a paragraph end where the next word would not have fitted.
const WRAP_WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;
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

/// The blocks of a page in order, and how they were found. Spans hold no surrounding white space and are never empty.
pub(crate) fn blocks(text: &str) -> (Vec<Range<usize>>, Segmentation) {
    let mut spans = Vec::new();
    let how = find(text, &mut spans);
    (spans, how)
}

/// [`blocks`] into a list that is there already.
pub(crate) fn find(text: &str, spans: &mut Vec<Range<usize>>) -> Segmentation {
    spans.clear();
    lines(text, spans);
    if is_wrapped(text, spans) {
        join_wrapped(text, spans);
        return Segmentation::Wrapped;
    }
    let limit = limit(spans.len());
    if spans.iter().all(|l| l.len() <= limit) {
        return Segmentation::Lines;
    }
    let lines = spans.len();
    for i in 0..lines {
        let line = spans[i].clone();
        if line.len() <= limit {
            spans.push(line);
        } else {
            sentences(text, line, spans);
        }
    }
    spans.drain(..lines);
    Segmentation::Sentences
}

/// The length from which a line of such a page is cut.
fn limit(lines: usize) -> usize {
    if lines <= FEW_LINES {
        OVERLONG_OF_FEW
    } else {
        OVERLONG
    }
}

/// The blocks of one line on a page of so many lines.
#[cfg(feature = "train")]
pub(crate) fn cut_overlong(line: &str, lines: usize) -> Vec<Range<usize>> {
    if line.len() <= limit(lines) {
        std::iter::once(0..line.len()).collect()
    } else {
        sentences_of(line)
    }
}

fn lines(text: &str, spans: &mut Vec<Range<usize>>) {
    let mut start = 0;
    let bytes = text.as_bytes();
    for end in memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len())) {
        let line = &text[start..end];
        let left = line.trim_start();
        let trimmed = left.trim_end();
        if !trimmed.is_empty() {
            let at = end - left.len();
            spans.push(at..at + trimmed.len());
        }
        start = (end + 1).min(bytes.len());
    }
}

/// Whether lines follow each other as a greedy line filler breaks them: the first word of a line would not have fitted
/// on the line before it.
fn is_wrapped(text: &str, lines: &[Range<usize>]) -> bool {
    // Cheap refusal first: nearly every scraped page has a line beyond any wrapping width.
    let width = |r: &Range<usize>| text[r.clone()].chars().count();
    let mut widest = 0;
    for line in lines {
        // A line has at least as many bytes as characters.
        if line.len() > widest {
            widest = widest.max(width(line));
        }
        if line.len() > 4 * WRAP_WIDTHS.end() || widest > *WRAP_WIDTHS.end() {
            return false;
        }
    }
    if !WRAP_WIDTHS.contains(&widest) {
        return false;
    }
    let rules = [WRAP_MANY, WRAP_FEW];
    let (mut pairs, mut full, mut lower) = (0_usize, [0_usize; 2], 0_usize);
    for pair in lines.windows(2) {
        if !adjacent(text, &pair[0], &pair[1]) {
            continue;
        }
        let next = &text[pair[1].clone()];
        let word = next
            .split_whitespace()
            .next()
            .map_or(0, |w| w.chars().count());
        pairs += 1;
        let needed = (width(&pair[0]) + 1 + word) as f64;
        for (full, rule) in full.iter_mut().zip(&rules) {
            *full += usize::from(needed > widest as f64 * rule.slack);
        }
        lower += usize::from(next.starts_with(|c: char| c.is_lowercase()));
    }
    let share = |n: usize, of: f64| n as f64 >= of * pairs as f64;
    let fits = |(rule, full): (&Wrap, usize)| {
        pairs >= rule.pairs && share(full, rule.full) && share(lower, rule.lower)
    };
    rules.iter().zip(full).any(fits) && mostly_differ(text, lines)
}

/// Whether at least a fifth of the lines are different: prose does not come again and again, forms and broken pages do.
fn mostly_differ(text: &str, lines: &[Range<usize>]) -> bool {
    let mut distinct: Vec<&str> = lines.iter().map(|line| &text[line.clone()]).collect();
    distinct.sort_unstable();
    distinct.dedup();
    5 * distinct.len() >= lines.len()
}

/// Whether a line goes on with the paragraph of the line before it: no blank line lies between, and it is not indented.
fn adjacent(text: &str, a: &Range<usize>, b: &Range<usize>) -> bool {
    let gap = &text[a.end..b.start];
    let indent = gap.rfind('\n').map_or(0, |end| gap.len() - end - 1);
    indent < 2 && memchr::memchr_iter(b'\n', gap.as_bytes()).count() == 1
}

fn join_wrapped(text: &str, spans: &mut Vec<Range<usize>>) {
    spans.dedup_by(|line, last| {
        let joined = adjacent(text, last, line);
        if joined {
            last.end = line.end;
        }
        joined
    });
}

/// The sentences of one line.
#[cfg(feature = "train")]
pub(crate) fn sentences_of(line: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    sentences(line, 0..line.len(), &mut spans);
    spans
}

/// The bytes that characters begin with which may end a sentence: `. ! ?`, and those of `… 。 ！ ？ । ؟ ۔`.
static MAY_END: [bool; 256] = {
    let mut table = [false; 256];
    let begin = *b".!?\xe2\xe3\xef\xe0\xd8\xdb";
    let mut i = 0;
    while i < begin.len() {
        table[begin[i] as usize] = true;
        i += 1;
    }
    table
};

/// Cuts a line behind its sentence ends.
fn sentences(text: &str, line: Range<usize>, spans: &mut Vec<Range<usize>>) {
    let s = &text[line.clone()];
    let (mut start, mut at) = (0, 0);
    let may_end = |&b: &u8| MAY_END[usize::from(b)];
    while let Some(further) = s.as_bytes()[at..].iter().position(may_end) {
        let end = at + further;
        let mut chars = s[end..].chars();
        let Some(c) = chars.next() else { break };
        at = s.len() - chars.as_str().len();
        let ends = match c {
            // Initials and short abbreviations do not end a sentence.
            '.' => {
                let word = s[..end].chars().rev().take_while(|c| c.is_alphabetic());
                !matches!(word.take(3).count(), 1 | 2)
            }
            '!' | '?' | '…' | '。' | '！' | '？' | '।' | '؟' | '۔' => true,
            _ => false,
        };
        if !ends {
            continue;
        }
        let rest = s[at..].trim_start_matches(|c| "\"'”’»)]」』".contains(c));
        at = s.len() - rest.len();
        let Some(after) = rest.chars().next() else {
            break;
        };
        let wide = matches!(c, '。' | '！' | '？');
        let opens = rest
            .trim_start()
            .chars()
            .next()
            .is_some_and(|c| !c.is_lowercase());
        if wide || (after.is_whitespace() && opens) {
            push_trimmed(text, line.start + start..line.start + at, spans);
            start = at;
        }
    }
    push_trimmed(text, line.start + start..line.end, spans);
}

fn push_trimmed(text: &str, span: Range<usize>, spans: &mut Vec<Range<usize>>) {
    let piece = &text[span.clone()];
    let left = piece.trim_start();
    let start = span.end - left.len();
    let end = start + left.trim_end().len();
    if start < end {
        spans.push(start..end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The plain way through a line, character by character.
    fn sentences_by_characters(s: &str) -> Vec<Range<usize>> {
        let mut spans = Vec::new();
        let mut start = 0;
        let mut chars = s.char_indices().peekable();
        let mut word = 0;
        while let Some((_, c)) = chars.next() {
            let ends = c == '.' && word != 1 && word != 2 || "!?…。！？।؟۔".contains(c);
            word = if c.is_alphabetic() { word + 1 } else { 0 };
            if !ends {
                continue;
            }
            let closes = |&(_, c): &(usize, char)| "\"'”’»)]」』".contains(c);
            while chars.next_if(closes).is_some() {}
            let Some(&(next, after)) = chars.peek() else {
                break;
            };
            let opens = s[next..].trim_start().chars().next();
            if "。！？".contains(c)
                || after.is_whitespace() && opens.is_some_and(|c| !c.is_lowercase())
            {
                push_trimmed(s, start..next, &mut spans);
                start = next;
            }
        }
        push_trimmed(s, start..s.len(), &mut spans);
        spans
    }

    proptest! {
        #[test]
        fn sentences_are_those_of_a_walk_over_the_characters(
            line in "([a-zé]{1,4}|[A-Z]|[.!?…。！？।؟۔]|[\"'”’»)\\]」』]|[ \u{3000}]|\\. [A-Z]|\\PC){0,40}",
        ) {
            let mut spans = Vec::new();
            sentences(&line, 0..line.len(), &mut spans);
            prop_assert_eq!(spans, sentences_by_characters(&line));
        }
    }

    fn cut(text: &str) -> Vec<&str> {
        blocks(text).0.into_iter().map(|s| &text[s]).collect()
    }

    #[test]
    fn lines_are_blocks() {
        for (text, want) in [
            ("", &[][..]),
            (" \n\r\n\t", &[]),
            ("a", &["a"]),
            (" a \r\n\r\n b c", &["a", "b c"]),
            (
                "no newline at the end\nlast",
                &["no newline at the end", "last"],
            ),
            ("\u{3000}全角\u{3000}\n", &["全角"]),
        ] {
            assert_eq!(cut(text), want, "{text:?}");
            assert_eq!(blocks(text).1, Segmentation::Lines);
        }
    }

    #[test]
    fn wrapped_paragraphs_are_joined() {
        let paragraph = "The harbour council voted on Tuesday to close the old ferry pier for the winter, a decision that \
             shopkeepers along the quay had feared since the first storm of the season broke two of its piles.";
        let mut text = String::from("Pier closes\n\n");
        for _ in 0..4 {
            let mut width = 0;
            for word in paragraph.split(' ') {
                if width + 1 + word.len() > 60 {
                    text.push('\n');
                    width = 0;
                } else if width > 0 {
                    text.push(' ');
                    width += 1;
                }
                text.push_str(word);
                width += word.len();
            }
            text.push_str("\n\n");
        }
        let (spans, how) = blocks(&text);
        assert_eq!(how, Segmentation::Wrapped);
        assert_eq!(spans.len(), 5);
        assert_eq!(text[spans[1].clone()].replace('\n', " "), paragraph);
    }

    #[test]
    fn indented_paragraphs_of_a_wire_are_joined() {
        let wire = "The harbour board of Port Aster said it\nwould raise the fee for fishing boats to 12 crowns from\n\
            nine, the third rise in two years, to pay for the new\nbreakwater.\n    \
            A spokesman said boats under six metres would go on\nmooring free of charge.\n";
        let (spans, how) = blocks(wire);
        assert_eq!(how, Segmentation::Wrapped);
        assert_eq!(spans.len(), 2);
        let headlines = "Harbour board raises the fee for fishing boats\nStorm breaks two piles of the old ferry quay\n\
            Council votes to close the pier for the winter\nBreakwater to cost 40 million crowns, says board";
        assert_eq!(blocks(headlines).1, Segmentation::Lines);
    }

    #[test]
    fn a_menu_is_not_wrapped_text() {
        let menu = "Home\nNews\nSport\nWeather today\nHarbour and fisheries\nJobs\nContact\nAbout us\nImprint";
        assert_eq!(blocks(menu).1, Segmentation::Lines);
        assert_eq!(cut(menu).len(), 9);
    }

    #[test]
    fn lines_that_repeat_are_not_wrapped_text() {
        let line = "The council of Old Harbour met on Monday, and nothing was decided.\n";
        let other = "nobody in the whole of the old town knew what the meeting was for.\n";
        for period in [line.to_string(), format!("{line}{other}")] {
            let text = period.repeat(2_500);
            let (spans, how) = blocks(&text);
            assert_eq!(
                (spans.len(), how),
                (text.lines().count(), Segmentation::Lines)
            );
        }
    }

    #[test]
    fn a_page_on_one_line_is_cut_into_sentences() {
        let one =
            "Mayor J. Aster spoke for 3.5 hours. \"We will rebuild,\" she said. Nobody left! ";
        let text = one.repeat(20);
        let (spans, how) = blocks(&text);
        assert_eq!(how, Segmentation::Sentences);
        assert_eq!(spans.len(), 60);
        assert_eq!(
            &text[spans[0].clone()],
            "Mayor J. Aster spoke for 3.5 hours."
        );
        assert_eq!(&text[spans[1].clone()], "\"We will rebuild,\" she said.");
        let chinese = "市长周二发表讲话。议会当天投票！".repeat(60);
        assert_eq!(blocks(&chinese).0.len(), 120);
    }
}
