//! Pages that came as Markdown, or with HTML's character references: the model reads what a person would see.
//!
//! Links keep their text and lose their address, headings, list items, quotations and bold text their marks (CommonMark
//! 0.31.2); so do pages whose lines are mostly list items or quoted, as other extractors and mail write them. Blocks stay
//! what they are: only what their features are read from changes.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memmem};

/// A page without its marks; kept between pages for its memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    text: String,
    spans: Vec<Range<usize>>,
    /// Places in `text`: brackets that are open, and brackets that turned out to be a link's.
    open: Vec<usize>,
    gone: Vec<usize>,
}

/// A page with so many links has the other marks of Markdown too: its asterisks and dashes are list items.
const LINKS: usize = 3;

/// A page of so many list items and quoted lines, at least half of its blocks, was written so by a program.
const ITEMS: usize = 10;

/// An address is not longer, in bytes.
const LONGEST_ADDRESS: usize = 2_000;

impl Plain {
    /// The page as a person would see it, with the blocks at the same places in the list. None where no mark was found.
    pub(super) fn read(
        &mut self,
        text: &str,
        spans: &[Range<usize>],
    ) -> Option<(&str, &[Range<usize>])> {
        // Long pages are read in parts: nothing is looked for outside of this one.
        let part = spans.first()?.start..spans.last()?.end;
        let bytes = &text.as_bytes()[part];
        let links = memmem::find_iter(bytes, "](").take(LINKS).count();
        let headings = bytes.starts_with(b"#") || memmem::find(bytes, b"\n#").is_some();
        let bold = memmem::find(bytes, b"**").is_some();
        let references = has_reference(bytes);
        let is_item = |span: &&Range<usize>| behind_mark(&text[(*span).clone()]).is_some();
        let items = spans.iter().filter(is_item).count();
        let listed = items >= ITEMS && 2 * items >= spans.len();
        if links == 0 && !headings && !bold && !references && !listed {
            return None;
        }
        self.text.clear();
        self.spans.clear();
        for span in spans {
            let from = self.text.len();
            self.block(&text[span.clone()], links == LINKS, listed);
            if self.text[from..].trim().is_empty() {
                self.text.truncate(from);
                self.text.push_str(&text[span.clone()]);
            }
            self.spans.push(from..self.text.len());
            self.text.push('\n');
        }
        Some((&self.text, &self.spans))
    }

    fn block(&mut self, block: &str, markdown: bool, listed: bool) {
        let from = self.text.len();
        self.open.clear();
        self.gone.clear();
        let block = without_prefix(block, markdown || listed);
        let bytes = block.as_bytes();
        let (mut at, mut copied) = (0, 0);
        // Up to here no address ends.
        let mut endless = 0;
        while let Some(further) = bytes[at..].iter().position(|b| b"[]*&\\".contains(b)) {
            let place = at + further;
            at = place + 1;
            // What stands here goes until `end`, and this stands for it.
            let (end, instead) = match bytes[place] {
                b'[' => {
                    self.text.push_str(&block[copied..place]);
                    copied = place;
                    self.open.push(self.text.len());
                    continue;
                }
                b']' => {
                    let Some(open) = self.open.pop() else {
                        continue;
                    };
                    if bytes.get(at) != Some(&b'(') || at < endless {
                        continue;
                    }
                    match address_end(bytes, at) {
                        Ok(end) => {
                            self.gone.push(open);
                            (end, None)
                        }
                        Err(searched) => {
                            endless = searched;
                            continue;
                        }
                    }
                }
                b'*' if bytes.get(at) == Some(&b'*') => (at + 1, None),
                b'&' => match reference(&block[place..]) {
                    Some((len, c)) => (place + len, Some(c)),
                    None => continue,
                },
                b'\\' if markdown && bytes.get(at).is_some_and(u8::is_ascii_punctuation) => {
                    (at, None)
                }
                _ => continue,
            };
            self.text.push_str(&block[copied..place]);
            self.text.extend(instead);
            // The character behind a backslash is no mark.
            at = end + usize::from(bytes[place] == b'\\');
            copied = end;
        }
        self.text.push_str(&block[copied..]);
        self.close(from);
    }

    /// Takes the opening brackets of links out of the block that begins at `from`, with the exclamation marks of pictures.
    fn close(&mut self, from: usize) {
        if self.gone.is_empty() {
            return;
        }
        self.gone.sort_unstable();
        let mut gone = self.gone.iter().copied().peekable();
        let block = self.text.split_off(from);
        for (at, c) in block.char_indices() {
            if gone.next_if_eq(&(from + at)).is_some() {
                if self.text.len() > from && self.text.ends_with('!') {
                    self.text.pop();
                }
            } else {
                self.text.push(c);
            }
        }
    }
}

/// What stands behind the mark of a list item or a quotation, if the block begins with one.
fn behind_mark(block: &str) -> Option<&str> {
    let behind = block.strip_prefix(['>', '*', '-', '+', '•', '·'])?;
    let is_mark = behind.starts_with([' ', '\t']) || block.starts_with('>');
    is_mark.then(|| behind.trim_start())
}

/// The block behind the marks of a heading, and, where they are marks, of quotations and list items.
fn without_prefix(block: &str, marks: bool) -> &str {
    let mut rest = block;
    if marks {
        while let Some(behind) = behind_mark(rest) {
            rest = behind;
        }
    }
    let title = rest.trim_start_matches('#');
    if (1..=6).contains(&(rest.len() - title.len())) && title.starts_with([' ', '\t']) {
        rest = title.trim_start();
    }
    rest
}

/// Where the address ends whose parenthesis opens at `open`, behind its own; or how far none does.
fn address_end(bytes: &[u8], open: usize) -> Result<usize, usize> {
    let limit = bytes.len().min(open + LONGEST_ADDRESS);
    let (mut depth, mut last) = (0_usize, None);
    for (i, b) in bytes[..limit].iter().enumerate().skip(open) {
        match b {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                last = Some(i + 1);
                if depth == 0 {
                    break;
                }
            }
            b'\n' => break,
            _ => {}
        }
    }
    last.ok_or(limit)
}

/// Whether a page has character references of HTML.
fn has_reference(bytes: &[u8]) -> bool {
    memchr_iter(b'&', bytes).any(|at| {
        let behind = &bytes[at + 1..bytes.len().min(at + 10)];
        behind
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'#')
            && memchr(b';', behind).is_some()
    })
}

/// The character that a reference at the beginning of the text stands for, and the reference's length.
fn reference(text: &str) -> Option<(usize, char)> {
    const NAMES: [(&str, char); 16] = [
        ("amp", '&'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", ' '),
        ("lt", '<'),
        ("gt", '>'),
        ("ndash", '–'),
        ("mdash", '—'),
        ("lsquo", '‘'),
        ("rsquo", '’'),
        ("ldquo", '“'),
        ("rdquo", '”'),
        ("laquo", '«'),
        ("raquo", '»'),
        ("bull", '•'),
        ("hellip", '…'),
    ];
    let end = memchr(b';', &text.as_bytes()[..text.len().min(10)])?;
    let name = text.get(1..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            match char::from_u32(code.ok()?)? {
                '\u{a0}' => ' ',
                c => c,
            }
        }
        None => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((end + 1, c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block;

    /// The blocks as they are read; None where the page has no marks.
    fn plain(text: &str) -> Option<Vec<String>> {
        let (spans, _) = block::blocks(text);
        let mut plain = Plain::default();
        let (text, spans) = plain.read(text, &spans)?;
        Some(spans.iter().map(|s| text[s.clone()].to_string()).collect())
    }

    #[test]
    fn markdown_is_read_as_it_looks() {
        let page = "# Ferry runs aground\n\n\
            *   [Home](https://post.example/)\n\
            *   [![The Post](/logo.png \"Logo\")](https://post.example/)\n\
            \\* not a list\n\
            > ## Quoted heading\n\
            The ferry [Lady Imogen](https://post.example/ferry_(ship)) ran **aground** off [Skerrow] on Tuesday.\n\
            1\\. July\n\
            ![](https://post.example/pixel.gif)\n\
            [unclosed](https://post.example/\n\
            ]( and )[ a \\";
        let wanted = [
            "Ferry runs aground",
            "Home",
            "The Post",
            "* not a list",
            "Quoted heading",
            "The ferry Lady Imogen ran aground off [Skerrow] on Tuesday.",
            "1. July",
            "![](https://post.example/pixel.gif)",
            "[unclosed](https://post.example/",
            "]( and )[ a \\",
        ];
        assert_eq!(plain(page).expect("marks"), wanted);
    }

    #[test]
    fn character_references_are_read() {
        let page = "Ferry &amp; harbour&nbsp;\n&quot;Nobody was hurt&quot;, it&#39;s said &#x2014; so far\nAT&T; &unknown; & co";
        let wanted = [
            "Ferry & harbour ",
            "\"Nobody was hurt\", it's said — so far",
            "AT&T; &unknown; & co",
        ];
        assert_eq!(plain(page).expect("references"), wanted);
    }

    #[test]
    fn other_pages_are_left_alone() {
        for page in [
            "",
            "The ferry ran aground [1] on Tuesday (a first); 3 * 4 = 12, R&D, #1",
            "- a list\n- of two\n> and a quotation",
        ] {
            assert_eq!(plain(page), None, "{page}");
        }
    }

    #[test]
    fn items_of_a_page_of_lists_lose_their_marks() {
        let page = "- Home\n> News\n• Sport\n".repeat(4) + "The ferry ran aground - on Tuesday.";
        let blocks = plain(&page).expect("items");
        assert_eq!(blocks[..3], ["Home", "News", "Sport"]);
        assert_eq!(blocks[12], "The ferry ran aground - on Tuesday.");
        let fewer = page + &"\nNobody was hurt.".repeat(12);
        assert_eq!(plain(&fewer), None);
    }

    #[test]
    fn list_marks_are_marks_only_in_markdown() {
        let page = "# Ferry\n- a list\n* of two";
        assert_eq!(
            plain(page).expect("a heading"),
            ["Ferry", "- a list", "* of two"]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_blocks(text in r"[\[\]()!*#>\\&;a-c \n\-]{0,80}") {
            let (spans, _) = block::blocks(&text);
            if let Some(blocks) = plain(&text) {
                proptest::prop_assert_eq!(blocks.len(), spans.len());
                proptest::prop_assert!(blocks.iter().all(|b| !b.is_empty()));
            }
        }
    }
}
