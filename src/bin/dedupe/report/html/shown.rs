//! What a report shows of a page: its blocks with their labels, cut where the page is too long.

use std::path::{Component, Path};

use newsift::Label;
use serde::{Deserialize, Serialize};

use crate::input::{Page, Place};

/// Characters of a title; lists show one line of it.
const TITLE: usize = 160;

/// A page as it waits, as JSON, in a [`Spill`](crate::spill::Spill) until the report is written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shown {
    pub title: String,
    /// The site, or the folder that stands for it; empty when nothing tells.
    pub host: String,
    /// Where the page was found on the web, when it says so.
    pub url: String,
    /// Characters of the whole page, and how many of them the blocks have.
    pub chars: usize,
    pub shown: usize,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Block {
    /// None when nothing was stripped.
    pub label: Option<u8>,
    pub percent: u8,
    /// Where it starts in the story, in bytes, when it belongs to it.
    pub in_story: Option<usize>,
    pub text: String,
}

/// How much of the pages has each label, in the order of [`Label::ALL`].
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub blocks: [usize; Label::ALL.len()],
    pub chars: [usize; Label::ALL.len()],
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        let sums = self.blocks.iter_mut().zip(other.blocks);
        sums.for_each(|(sum, more)| *sum += more);
        let sums = self.chars.iter_mut().zip(other.chars);
        sums.for_each(|(sum, more)| *sum += more);
    }
}

impl Shown {
    /// A page whose noise was stripped.
    pub fn labelled(page: &newsift::Page<'_>, keep: &[Label], most: usize) -> (Self, Tally) {
        let mut shown = Self::of_chars(page.text());
        let mut tally = Tally::default();
        let mut story = 0;
        for block in page.blocks() {
            let (text, label) = (page.text_of(block), block.label());
            tally.blocks[label as usize] += 1;
            tally.chars[label as usize] += text.chars().count();
            let kept = keep.contains(&label);
            shown.push(
                text,
                Some(label as u8),
                (100.0 * block.confidence()).round() as u8,
                kept.then_some(story),
                most,
            );
            // A story has its blocks one a line.
            story += if kept { text.len() + 1 } else { 0 };
        }
        let titled = page.blocks().iter().find(|b| b.label() == Label::Title);
        let first = page.blocks().iter().find(|b| keep.contains(&b.label()));
        let title = titled.or(first).or(page.blocks().first());
        shown.title = title.map_or_else(String::new, |b| one_line(page.text_of(b)));
        (shown, tally)
    }

    /// A page that is compared as it is: each line is a block of the story.
    pub fn plain(text: &str, most: usize) -> Self {
        let mut shown = Self::of_chars(text);
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                shown.push(line.trim_end(), None, 0, Some(start), most);
            }
            start += line.len();
        }
        let title = text.lines().find(|line| !line.trim().is_empty());
        shown.title = one_line(title.unwrap_or_default());
        shown
    }

    fn of_chars(text: &str) -> Self {
        Self {
            chars: text.chars().count(),
            ..Self::default()
        }
    }

    fn push(
        &mut self,
        text: &str,
        label: Option<u8>,
        percent: u8,
        in_story: Option<usize>,
        most: usize,
    ) {
        let room = most.saturating_sub(self.shown);
        if room == 0 {
            return;
        }
        let text: String = text.chars().take(room).collect();
        self.shown += text.chars().count();
        self.blocks.push(Block {
            label,
            percent,
            in_story,
            text,
        });
    }

    /// Says where the page is from: by its field with an address, its id if that is one, or its path.
    pub fn found_at(mut self, page: &Page<'_>, url_field: &str) -> Self {
        let field = page.line.and_then(|line| line.text(url_field).ok()?);
        let field = field.map(|(text, _)| text);
        let id = page.id.to_text();
        let found = [field.as_deref(), Some(&*id)].into_iter().flatten();
        match found.filter_map(|url| Some((url, host(url)?))).next() {
            Some((url, host)) => {
                self.url = url.trim().to_owned();
                self.host = host.to_owned();
            }
            None => self.host = folder(&page.place),
        }
        self
    }
}

/// The host of an address of the web.
fn host(url: &str) -> Option<&str> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    (web && !host.is_empty() && url.chars().all(plain)).then_some(host)
}

/// The folder of a path that is named like a site, else the last one.
fn folder(place: &Place) -> String {
    let path = &place.source.path;
    let folders = path.parent().unwrap_or(Path::new("")).components();
    let names: Vec<_> = folders
        .filter_map(|folder| match folder {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    let site = names
        .iter()
        .find(|name| name.trim_matches('.').contains('.'));
    site.or(names.last())
        .map_or_else(String::new, |name| name.to_string())
}

/// The start of a text on one line.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    // The mark of a heading in Markdown is no word of it.
    for word in text.trim_start().trim_start_matches('#').split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if let Some((end, _)) = line.char_indices().nth(TITLE) {
            line.truncate(end);
            line.push('…');
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (url, name) in [
            ("https://www.gazette.example/a?b", Some("gazette.example")),
            ("HTTP://me:pw@wire.example:8080/", Some("wire.example:8080")),
            ("https://münchen.example", Some("münchen.example")),
            ("javascript://x/%0aalert(1)", None),
            ("https://", None),
            ("https://a b", None),
            ("gazette.example/a", None),
            ("17", None),
        ] {
            assert_eq!(host(url), name, "{url}");
        }
    }

    #[test]
    fn lines_of_a_raw_page_know_where_they_start() {
        let text = "one\r\n\n  two größer\nthree";
        let shown = Shown::plain(text, 100);
        let blocks: Vec<_> = shown.blocks.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(blocks, ["one", "  two größer", "three"]);
        for block in &shown.blocks {
            let start = block.in_story.expect("story");
            assert_eq!(&text[start..start + block.text.len()], block.text);
        }
        assert_eq!((shown.chars, shown.shown), (24, 20));
    }

    #[test]
    fn long_pages_are_cut_between_characters() {
        let shown = Shown::plain("größer\ngrößer\ngrößer", 8);
        let blocks: Vec<_> = shown.blocks.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(blocks, ["größer", "gr"]);
        assert_eq!((shown.chars, shown.shown), (20, 8));
        assert!(Shown::plain("text", 0).blocks.is_empty());
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(one_line("  a\n b\t"), "a b");
        assert_eq!(one_line("# A heading #1"), "A heading #1");
        assert_eq!(one_line(&"äb".repeat(200)).chars().count(), TITLE + 1);
    }
}
