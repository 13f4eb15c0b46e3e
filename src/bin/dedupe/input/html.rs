//! Makes text of a page with markup, as a naive dump has it: a block a line, scripts and styles left out, nothing else.
//! What is noise is for the noise model to say.

use super::decode::Remark;

/// The text of an HTML page in the encoding that is said in its transfer, in itself, or that it is likely in; else what
/// it is instead.
#[cfg(feature = "html")]
pub fn text(bytes: Vec<u8>, charset: Option<&str>) -> Result<(String, Option<Remark>), String> {
    let (markup, remark) = markup(bytes, charset)?;
    Ok((dump::of(&markup), remark))
}

/// The file as it is, markup and all.
#[cfg(not(feature = "html"))]
pub fn text(bytes: Vec<u8>, _charset: Option<&str>) -> Result<(String, Option<Remark>), String> {
    super::decode::file(bytes).map_err(|not_text| not_text.what.to_owned())
}

#[cfg(feature = "html")]
fn markup(bytes: Vec<u8>, charset: Option<&str>) -> Result<(String, Option<Remark>), String> {
    use encoding_rs::{Encoding, UTF_8};

    /// Where a page says its encoding, as browsers look for it and then some.
    const LOOK: usize = 4096;

    // Bytes that are UTF-8 are, whatever the page says: servers and editors often disagree with it.
    if std::str::from_utf8(&bytes).is_err() && Encoding::for_bom(&bytes).is_none() {
        let look = &bytes[..bytes.len().min(LOOK)];
        let said = charset.map(str::as_bytes).or_else(|| said_charset(look));
        let encoding = said
            .and_then(Encoding::for_label)
            .filter(|&encoding| encoding != UTF_8 && encoding.is_ascii_compatible());
        if let Some(encoding) = encoding
            && super::decode::binary(look).is_none()
        {
            // The page said what it is in, so that there is nothing to remark unless it is wrong.
            let (text, damaged) = encoding.decode_without_bom_handling(&bytes);
            let remark = damaged.then(|| Remark::Recoded {
                encoding: encoding.name(),
                damaged,
            });
            return Ok((text.into_owned(), remark));
        }
    }
    super::decode::file(bytes).map_err(|not_text| not_text.what.to_owned())
}

/// The value of the first `charset=` in a page's head.
#[cfg(feature = "html")]
fn said_charset(look: &[u8]) -> Option<&[u8]> {
    let at = look
        .windows(8)
        .position(|window| window.eq_ignore_ascii_case(b"charset="))?;
    let value = look[at + 8..].trim_ascii_start();
    let value = value.strip_prefix(b"\"").unwrap_or(value);
    let value = value.strip_prefix(b"'").unwrap_or(value);
    let is_end = |b: &u8| matches!(b, b'"' | b'\'' | b'>' | b'/' | b';') || b.is_ascii_whitespace();
    Some(&value[..value.iter().position(is_end).unwrap_or(value.len())])
}

#[cfg(feature = "html")]
mod dump {
    use std::cell::RefCell;

    use html5ever::tendril::StrTendril;
    use html5ever::tokenizer::states::RawKind;
    use html5ever::tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer,
    };

    /// The blocks of a page, a line each. Takes time and memory linear in the page, however it is nested: only the
    /// tokenizer of the HTML standard is used, no tree is built.
    pub fn of(markup: &str) -> String {
        let input = BufferQueue::default();
        input.push_back(StrTendril::from_slice(markup));
        let tokenizer = Tokenizer::new(Dump::default(), Default::default());
        // The sink never stops the tokenizer, so that one call reads all.
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.0.into_inner().text()
    }

    #[derive(Default)]
    struct Dump(RefCell<State>);

    #[derive(Default)]
    struct State {
        out: String,
        /// Whether white space was met since the last character of the line.
        gap: bool,
        /// How deep in `pre`, where lines stay lines.
        preformatted: usize,
        /// Inside an element of no text: its name.
        skipped: Option<String>,
        /// The `title` of the head, which stands for a headline on pages that have none.
        title: String,
        in_title: bool,
        has_headline: bool,
    }

    impl State {
        fn text(self) -> String {
            let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut out = if self.has_headline || title.is_empty() {
                self.out
            } else {
                format!("{title}\n{}", self.out)
            };
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            out
        }

        fn end_line(&mut self) {
            if !self.out.is_empty() && !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            self.gap = false;
        }

        fn characters(&mut self, text: &str) {
            if self.in_title {
                self.title.push_str(text);
                return;
            }
            if self.skipped.is_some() {
                return;
            }
            for c in text.chars() {
                match c {
                    '\n' if self.preformatted > 0 => self.end_line(),
                    ' ' | '\t' | '\n' | '\r' | '\x0c' => self.gap = true,
                    c => {
                        if std::mem::take(&mut self.gap)
                            && !self.out.is_empty()
                            && !self.out.ends_with('\n')
                        {
                            self.out.push(' ');
                        }
                        self.out.push(c);
                    }
                }
            }
        }

        fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
            let name: &str = &tag.name;
            let starts = tag.kind == TagKind::StartTag;
            if let Some(skipped) = &self.skipped {
                if !starts && skipped == name {
                    self.skipped = None;
                }
                return TokenSinkResult::Continue;
            }
            match name {
                "title" => {
                    self.in_title = starts && self.title.is_empty();
                    return if starts {
                        TokenSinkResult::RawData(RawKind::Rcdata)
                    } else {
                        TokenSinkResult::Continue
                    };
                }
                // What is in these is not shown, or is for the hand of the reader.
                "script" | "style" | "textarea" | "template" | "select" | "svg" | "math"
                | "iframe" | "noembed" | "noframes" | "object" | "audio" | "video" | "canvas"
                    if starts && !tag.self_closing =>
                {
                    self.skipped = Some(name.to_owned());
                    self.gap = true;
                    return match name {
                        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                        "style" | "iframe" | "noembed" | "noframes" => {
                            TokenSinkResult::RawData(RawKind::Rawtext)
                        }
                        "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                        _ => TokenSinkResult::Continue,
                    };
                }
                "pre" | "listing" => {
                    self.end_line();
                    self.preformatted = if starts {
                        self.preformatted + 1
                    } else {
                        self.preformatted.saturating_sub(1)
                    };
                }
                "h1" => {
                    self.has_headline |= starts;
                    self.end_line();
                }
                "button" | "label" | "input" | "img" | "wbr" => self.gap |= name != "wbr",
                name if is_block(name) => self.end_line(),
                _ => {}
            }
            TokenSinkResult::Continue
        }
    }

    impl TokenSink for Dump {
        type Handle = ();

        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            let mut state = self.0.borrow_mut();
            match token {
                Token::TagToken(tag) => return state.tag(&tag),
                Token::CharacterTokens(text) => state.characters(&text),
                _ => {}
            }
            TokenSinkResult::Continue
        }
    }

    /// Elements that begin and end a line (HTML standard, 15.3, rendering of flow content, and table parts).
    fn is_block(name: &str) -> bool {
        matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "body"
                | "br"
                | "caption"
                | "center"
                | "dd"
                | "details"
                | "dialog"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "head"
                | "header"
                | "hgroup"
                | "hr"
                | "html"
                | "legend"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "noscript"
                | "ol"
                | "optgroup"
                | "option"
                | "p"
                | "picture"
                | "search"
                | "section"
                | "summary"
                | "table"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
                | "ul"
        )
    }

    #[cfg(test)]
    mod tests {
        use super::of;

        #[test]
        fn blocks_become_lines() {
            for (markup, text) in [
                ("", ""),
                ("<p>One<p>two", "One\ntwo\n"),
                ("<p>One\n  line</p>\n<p>two</p>", "One line\ntwo\n"),
                ("<p>a <b>b</b>c<br>d</p>", "a bc\nd\n"),
                ("<ul><li>a</li><li>b</ul>c", "a\nb\nc\n"),
                ("<table><tr><td>a<td>b<tr><td>c</table>", "a\nb\nc\n"),
                ("a<script>if (1 < 2) { '<p>x</p>' }</script>b", "a b\n"),
                ("a<style>p { x: '</p>' }</style> b", "a b\n"),
                (
                    "<!-- no --><p>R&amp;D &eacute;t&#233; 1&nbsp;km",
                    "R&D été 1\u{a0}km\n",
                ),
                ("<pre>a\n  b</pre>", "a\nb\n"),
                ("<p>日本<b>語</b>", "日本語\n"),
                ("<p>x<select><option>1<option>2</select>y", "x y\n"),
                ("<svg><title>t</title><p>s</p></svg>y", "y\n"),
                ("<script>never closed", ""),
                ("a < b and <3", "a < b and <3\n"),
            ] {
                assert_eq!(of(markup), text, "{markup}");
            }
        }

        #[test]
        fn a_page_title_stands_in_for_a_headline() {
            assert_eq!(of("<title>A &amp; B</title><p>c"), "A & B\nc\n");
            assert_eq!(of("<title>A – Site</title><h1>A</h1><p>c"), "A\nc\n");
        }

        #[test]
        fn deep_nesting_costs_nothing() {
            let deep = format!("{}x{}", "<div><ul>".repeat(200_000), "</div>".repeat(10));
            assert_eq!(of(&deep), "x\n");
        }
    }
}

#[cfg(all(test, feature = "html"))]
mod tests {

    #[test]
    fn pages_are_read_in_the_encoding_they_say() {
        for (bytes, charset, text) in [
            (
                &b"<meta charset=iso-8859-2><p>\xb1 \xbe"[..],
                None,
                "ą ž\n",
            ),
            (b"<p>\xd4\xc5\xcb\xd3\xd4", Some("koi8-r"), "текст\n"),
            (
                b"<meta http-equiv='content-type' content='text/html; charset=windows-1252'><p>\x93a\x94",
                None,
                "“a”\n",
            ),
            ("<meta charset=latin1><p>größer".as_bytes(), None, "größer\n"),
        ] {
            assert_eq!(super::text(bytes.to_vec(), charset), Ok((text.into(), None)));
        }
        assert!(super::text(vec![0; 100], None).is_err());
    }
}
