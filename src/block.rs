//! Cuts a page into blocks: the units that get a label.
//!
//! A block is usually a line. Two kinds of text are told apart from that rule: paragraphs wrapped at a fixed width, whose lines
//! are joined, and lines whose ends were lost, which are cut into sentences, cells and menu items.

mod wrapped;

use std::ops::Range;

use wrapped::Wrapped;

/// How the blocks of a page were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segmentation {
    /// Every line that is not blank is a block.
    Lines,
    /// Paragraphs were wrapped at a fixed width: their lines were joined.
    Wrapped,
    /// The line ends were lost at least in part: overlong lines were cut into sentences.
    Sentences,
}

/// A line over this many bytes holds more than one paragraph: the longest real paragraphs of our hand-labelled pages
/// stay below 2,500 bytes.
const OVERLONG: usize = 4_000;

/// On a page of so few lines, and for a line that is most of its page (a story in one cell of a table), already this length
/// means that line ends were lost.
const FEW_LINES: usize = 3;
const OVERLONG_OF_FEW: usize = 600;

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
    let wrapped = Wrapped::find(text, spans);
    if let Some(wrapped) = &wrapped {
        wrapped.join(text, spans);
    }
    let overlong = overlong(spans.len(), spans.iter().map(Range::len).sum());
    let cut = spans.iter().any(|line| overlong(line.len()));
    if cut {
        let lines = spans.len();
        for i in 0..lines {
            let line = spans[i].clone();
            if overlong(line.len()) {
                sentences(text, line, spans);
            } else {
                spans.push(line);
            }
        }
        spans.drain(..lines);
    }
    match (wrapped.is_some(), cut) {
        (true, _) => Segmentation::Wrapped,
        (false, true) => Segmentation::Sentences,
        (false, false) => Segmentation::Lines,
    }
}

/// Whether a line of that length is to be cut, on a page of so many lines of so many bytes together.
fn overlong(lines: usize, bytes: usize) -> impl Fn(usize) -> bool {
    let few = lines <= FEW_LINES;
    move |line| line > OVERLONG || (line > OVERLONG_OF_FEW && (few || 2 * line > bytes))
}

/// The blocks of every line of a page, as spans of the line.
#[cfg(feature = "train")]
pub(crate) fn cut_overlong(lines: &[String]) -> Vec<Vec<Range<usize>>> {
    let overlong = overlong(lines.len(), lines.iter().map(String::len).sum());
    let cut = |line: &String| {
        if overlong(line.len()) {
            sentences_of(line)
        } else {
            std::iter::once(0..line.len()).collect()
        }
    };
    lines.iter().map(cut).collect()
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

/// The sentences of one line.
#[cfg(feature = "train")]
pub(crate) fn sentences_of(line: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    sentences(line, 0..line.len(), &mut spans);
    spans
}

/// The bytes that characters begin with which may end a sentence, `. ! ?` and those of `… 。 ！ ？ । ؟ ۔`, or stand between
/// cells, `|`, a tab and those of `•` and `·`.
static MAY_END: [bool; 256] = {
    let mut table = [false; 256];
    let begin = *b".!?|\t\xc2\xe2\xe3\xef\xe0\xd8\xdb";
    let mut i = 0;
    while i < begin.len() {
        table[begin[i] as usize] = true;
        i += 1;
    }
    table
};

/// What ends a sentence.
const SENTENCE_ENDS: [char; 10] = ['.', '!', '?', '…', '。', '！', '？', '।', '؟', '۔'];

/// What may stand behind the end of a sentence.
const CLOSING: &str = "\"'”’»)]」』";

/// Cuts a line behind its sentence ends, and before what stands between cells and menu items.
fn sentences(text: &str, line: Range<usize>, spans: &mut Vec<Range<usize>>) {
    let s = &text[line.clone()];
    let (mut start, mut at) = (0, 0);
    let first = spans.len();
    // Up to here the piece is nothing but what stands between cells.
    let mut bare = 0;
    let may_end = |&b: &u8| MAY_END[usize::from(b)];
    while let Some(further) = s.as_bytes()[at..].iter().position(may_end) {
        let end = at + further;
        let mut chars = s[end..].chars();
        let Some(c) = chars.next() else { break };
        at = s.len() - chars.as_str().len();
        // Bars are escaped in tables of Markdown.
        let before = s[..end].strip_suffix('\\').unwrap_or(&s[..end]);
        let behind = chars.as_str();
        let alone = before.ends_with(' ') && (behind.is_empty() || behind.starts_with(' '));
        if c == '\t' || (alone && matches!(c, '|' | '•' | '·')) {
            if !before[bare..].trim().is_empty() {
                push_trimmed(text, line.start + start..line.start + before.len(), spans);
                start = before.len();
            }
            bare = at;
            continue;
        }
        let ends = match c {
            // Initials and short abbreviations do not end a sentence.
            '.' => {
                let word = s[..end].chars().rev().take_while(|c| c.is_alphabetic());
                !matches!(word.take(3).count(), 1 | 2)
            }
            _ => SENTENCE_ENDS.contains(&c),
        };
        if !ends {
            continue;
        }
        let rest = s[at..].trim_start_matches(|c| CLOSING.contains(c));
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
            (start, bare) = (at, at);
        }
    }
    match spans[first..].last_mut() {
        // The last cell's end belongs to it.
        Some(last) if s[bare..].trim().is_empty() => last.end = line.start + s.trim_end().len(),
        _ => push_trimmed(text, line.start + start..line.end, spans),
    }
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
        let (mut start, mut bare) = (0, 0);
        let mut chars = s.char_indices().peekable();
        let mut word = 0;
        while let Some((at, c)) = chars.next() {
            let before = at - usize::from(s[..at].ends_with('\\'));
            let behind = &s[at + c.len_utf8()..];
            let alone =
                s[..before].ends_with(' ') && (behind.is_empty() || behind.starts_with(' '));
            if c == '\t' || "|•·".contains(c) && alone {
                if s[bare..before].chars().any(|c| !c.is_whitespace()) {
                    push_trimmed(s, start..before, &mut spans);
                    start = before;
                }
                (bare, word) = (at + c.len_utf8(), 0);
                continue;
            }
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
                (start, bare) = (next, next);
            }
        }
        match spans.last_mut() {
            Some(last) if s[bare..].trim().is_empty() => last.end = s.trim_end().len(),
            _ => push_trimmed(s, start..s.len(), &mut spans),
        }
        spans
    }

    proptest! {
        #[test]
        fn sentences_are_those_of_a_walk_over_the_characters(
            line in "([a-zé]{1,4}|[A-Z]|[.!?…。！？।؟۔]|[\"'”’»)\\]」』]|[ \u{3000}]|\\. [A-Z]| \\\\?[|•·\t] |\\PC){0,40}",
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

    /// The lines of a text, broken before the word that goes beyond the width.
    fn wrap(text: &str, width: usize) -> String {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if line.len() + 1 + word.len() <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_string()),
            }
        }
        lines.join("\n")
    }

    const PARAGRAPHS: [&str; 3] = [
        "The harbour board of Port Aster said on Monday that the old pier would close at the end of the month, as \
         shopkeepers along the quay had feared since the first storm of the season broke two of its piles.",
        "Mayor Jonas Aster called the decision hard but right. Repairs would cost the town 40 million crowns, which it does \
         not have before the new breakwater is paid for in three years.",
        "Fishing boats are to land their catch at the new quay from the first of June, and the ferry to Skerrow goes from \
         there as well, a spokeswoman for the board said.",
    ];

    #[test]
    fn wrapped_paragraphs_among_other_lines_are_joined() {
        let other = "The board, which owns the pier and both quays, is elected every four years by the owners of boats that lie \
            in the harbour for at least half of the year, and by the town council. "
            .repeat(3);
        for (width, indent) in [(40, ""), (60, ""), (72, "   ")] {
            let mut page = vec![
                "Home",
                "News",
                "Weather today",
                "Pier closes",
                "By Ida Holm",
            ];
            let wrapped = PARAGRAPHS.map(|p| wrap(p, width).replace('\n', &format!("\n{indent}")));
            page.extend(wrapped.iter().map(String::as_str));
            page.extend(["More of the harbour", other.trim(), "Imprint"]);
            let text = page.join(&format!("\n{indent}"));
            assert_eq!(blocks(&text).1, Segmentation::Wrapped);
            let joined: Vec<String> = cut(&text)
                .iter()
                .map(|b| b.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect();
            // A paragraph may be cut where a line ends with a sentence, never be mixed with another.
            let mut wanted = page.clone();
            wanted.splice(5..8, PARAGRAPHS);
            assert!(joined.len() <= wanted.len() + 1, "{width}: {joined:#?}");
            assert_eq!(joined.join(" "), wanted.join(" ").replace("  ", " "));
            for block in &joined {
                assert!(wanted.iter().any(|w| w.contains(block)), "{width}: {block}");
            }
        }
    }

    #[test]
    fn bylines_of_small_letters_are_not_joined_to_headlines() {
        let page = "Harbour board raises the fee for fishing boats\nby Ida Holm\n\
            Storm breaks two piles of the old ferry quays\nby Jon Aster\n\
            Council votes to close the pier for the winter\nby Mia Quay\n\
            Breakwater is to cost 40 million, the board says\nby Ida Holm\n\
            Ferry to Skerrow goes from the new quay in June\nby Jon Aster";
        assert_eq!(blocks(page).1, Segmentation::Lines);
    }

    #[test]
    fn short_chinese_paragraphs_are_not_wrapped_text() {
        let paragraphs = [
            "港务局周一表示，旧码头将在月底关闭，自从本季第一场风暴折断两根木桩以来，沿岸的店主一直担心这一天的到来。",
            "市长说这个决定很难，但是正确的。修理需要四千万，而新防波堤三年之后才能付清。",
            "渔船从六月一日起在新码头卸货，开往小岛的渡轮也从那里出发，港务局女发言人说，票价不会改变。",
            "居民们希望旧码头的灯塔能够保留下来，作为博物馆向公众开放。",
            "议会将在下周投票决定。",
            "去年有三千多名游客从旧码头乘船前往小岛，比前年多了一成，港务局的报告说。",
            "店主协会要求港务局赔偿损失，并在新码头给他们留出位置。",
            "港务局没有回答有关赔偿的问题。",
        ];
        let page = paragraphs.join("\n");
        assert_eq!(blocks(&page).1, Segmentation::Lines);
    }

    #[test]
    fn wrapped_paragraphs_end_where_more_would_have_fitted() {
        let text = PARAGRAPHS.map(|p| wrap(p, 60)).join("\n");
        assert_eq!(blocks(&text).1, Segmentation::Wrapped);
        assert_eq!(cut(&text).len(), 3);
    }

    #[test]
    fn a_story_in_one_cell_is_cut_into_sentences() {
        let cell = format!("| Pier closes {} |", PARAGRAPHS.repeat(2).join(" "));
        let page = format!("| |\n| Home |\n| News |\n{cell}\n| Imprint |");
        let (spans, how) = blocks(&page);
        assert_eq!((spans.len(), how), (4 + 8, Segmentation::Sentences));
        // The same line beside others of its length is a paragraph.
        let page = [cell.as_str(); 4].join("\n");
        assert_eq!(blocks(&page).1, Segmentation::Lines);
    }

    #[test]
    fn cells_and_menu_items_are_cut_apart() {
        let page = format!(
            "Home | News \\| Sport • Jobs\tWeather | {}",
            PARAGRAPHS.repeat(2).join(" ")
        );
        let wanted = ["Home", "| News", "\\| Sport", "• Jobs", "Weather"];
        assert_eq!(cut(&page)[..5], wanted);
        let a_or_b = PARAGRAPHS.repeat(2).join(" ").replace("Mayor", "The a|b");
        assert!(cut(&a_or_b).iter().any(|block| block.contains("a|b Jonas")));
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
