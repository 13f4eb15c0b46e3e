//! The story of a page is the same in whatever form its text came: with other line ends, wrapped at a fixed width, as a text
//! browser prints it, as Markdown, with HTML's character references, on one line.
//!
//! The sample pages are written in each form; what is kept must hold the words that are kept of the page as it is.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use newsift::Cleaner;

/// The pages, as lines.
fn pages() -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    for site in fs::read_dir(root).expect("tests/pages") {
        read(&site.expect("an entry").path(), &mut out);
    }
    assert!(out.len() > 60, "{} pages", out.len());
    out
}

fn read(path: &Path, out: &mut Vec<Vec<String>>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            read(&entry.expect("an entry").path(), out);
        }
    } else if path.extension().is_some_and(|e| e == "txt") {
        let text = fs::read_to_string(path).expect("a page");
        let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
        out.push(lines.map(String::from).collect());
    }
}

/// A line broken before the word that goes beyond the width, every line behind an indent.
fn wrap(line: &str, width: usize, first: &str, other: &str) -> String {
    let mut out = String::from(first);
    let mut column = first.len();
    for (i, word) in line.split(' ').enumerate() {
        let len = word.chars().count();
        if i > 0 && column + 1 + len > width {
            out = out + "\n" + other;
            column = other.len();
        } else if i > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += len;
    }
    out
}

fn each(lines: &[String], between: &str, form: impl Fn(&str) -> String) -> String {
    let lines: Vec<String> = lines.iter().map(|line| form(line)).collect();
    lines.join(between)
}

fn text_browser(lines: &[String]) -> String {
    each(lines, "\n", |line| {
        let gap = if line.chars().count() > 80 { "\n" } else { "" };
        format!("{gap}{}{gap}", wrap(line, 72, "   ", "   "))
    })
}

/// Short lines are links in a list, headings or bold; of the others a word is a link.
fn markdown(lines: &[String]) -> String {
    each(lines, "\n\n", |line| {
        let long = line.chars().count();
        match (long, long % 4) {
            (..60, 0 | 1) => format!("* [{line}](/)"),
            (..90, 2) => format!("## {line}"),
            (..90, 3) => format!("**{line}**"),
            _ => match line.rsplit_once(' ') {
                Some((before, word)) => format!("{before} [{word}](/)"),
                None => line.to_string(),
            },
        }
    })
}

fn references(line: &str) -> String {
    line.replace('&', "&amp;")
        .replace(['“', '”', '"'], "&quot;")
        .replace(['’', '\''], "&#39;")
        + "&nbsp;"
}

fn without_references(text: &str) -> String {
    ["&quot;", "&#39;", "&nbsp;"]
        .iter()
        .fold(text.replace("&amp;", "&"), |text, name| {
            text.replace(name, " ")
        })
}

/// How often each word comes in the text, letters and numbers only.
fn words(text: &str) -> HashMap<String, usize> {
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            *words.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    words
}

fn count(words: &HashMap<String, usize>) -> usize {
    words.values().sum()
}

/// The F1 of the words kept of all pages in a form against those kept of the pages as they are.
fn agreement(form: impl Fn(&[String]) -> String) -> f64 {
    let cleaner = Cleaner::default();
    let (mut both, mut all) = (0, 0);
    for lines in pages() {
        let plain = lines.join("\n");
        let wanted = words(&without_references(&references(
            &cleaner.strip(&plain).text(),
        )));
        let page = form(&lines);
        let got = words(&without_references(&cleaner.strip(&page).text()));
        both += wanted
            .iter()
            .map(|(word, &n)| n.min(got.get(word).copied().unwrap_or(0)))
            .sum::<usize>();
        all += count(&wanted) + count(&got);
    }
    2.0 * both as f64 / all as f64
}

/// Each form's floor lies under what was measured, which stands behind it.
#[test]
fn the_story_is_the_same_in_every_form() {
    type Form = fn(&[String]) -> String;
    let forms: [(&str, f64, Form); 11] = [
        ("lines", 1.0, |l| l.join("\n")),
        ("Windows line ends", 1.0, |l| l.join("\r\n")),
        ("blank lines between", 0.97, |l| l.join("\n \n\n")),
        ("wrapped at 40", 0.91, |l| {
            each(l, "\n", |l| wrap(l, 40, "", ""))
        }),
        ("wrapped at 72", 0.965, |l| {
            each(l, "\n", |l| wrap(l, 72, "", ""))
        }),
        ("wrapped, blank lines", 0.97, |l| {
            each(l, "\n\n", |l| wrap(l, 72, "", ""))
        }),
        ("wrapped, indented", 0.96, |l| {
            each(l, "\n", |l| wrap(l, 72, "   ", ""))
        }),
        ("text browser", 0.955, text_browser),
        ("Markdown", 0.975, markdown),
        ("HTML references", 0.99, |l| each(l, "\n", references)),
        ("one line, bars", 0.93, |l| l.join(" | ")),
    ];
    let measured = forms.map(|(name, floor, form)| (name, floor, agreement(form)));
    for (name, floor, measured) in measured {
        assert!(measured >= floor, "{name}: {measured}");
    }
}
