//! The program's reader of JSON Lines: every line is answered once, by a page or by an error with its number.

#![no_main]

#[path = "../../src/bin/dedupe/args.rs"]
#[allow(dead_code, reason = "the reader needs a part")]
mod args;
#[path = "../../src/bin/dedupe/input/mod.rs"]
#[allow(dead_code, reason = "the reader needs a part")]
mod input;
#[path = "../../src/bin/dedupe/problems.rs"]
#[allow(dead_code, reason = "the reader needs a part")]
mod problems;

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::Parser as _;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

use args::{Args, InputArgs};
use input::{Input, Reader};
use problems::Kind;

/// The file that is read, in a directory of this process.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory").keep();
    dir.join("fuzz.jsonl")
});

/// The default options.
static ARGS: LazyLock<InputArgs> = LazyLock::new(|| Args::parse_from(["dedupe", "-"]).scan.input);

/// A limit that some lines are over.
const SMALL: u64 = 100;

fuzz_target!(|data: &[u8]| {
    for max_size in [SMALL, 1 << 20] {
        laws(data, max_size);
    }
});

fn laws(data: &[u8], max_size: u64) {
    std::fs::write(&*FILE, data).expect("the file can be written");
    let input = Input {
        args: InputArgs {
            max_size,
            ..ARGS.clone()
        },
        dates: true,
    };

    let mut reader = Reader::new(&[FILE.clone()], &input, None);
    let mut problems = Vec::new();
    // Of every page the number of its line, its id, its text.
    let mut pages: Vec<(usize, String, Option<String>)> = Vec::new();
    while let Some(work) = reader.next() {
        work.pages(&input, &mut problems, |page| {
            let line = page.place.line().expect("JSON Lines have lines");
            let id = page.id.to_text().into_owned();
            assert!(serde_json::from_str::<Value>(page.id.as_json()).is_ok());
            pages.push((line as usize, id, page.text.map(str::to_owned)));
        });
    }

    // What is said stands at a line of the file, or is about the whole file.
    let prefix = format!("{}:", FILE.display());
    let lines: Vec<Option<usize>> = problems
        .iter()
        .map(|p| {
            assert!(!p.message.is_empty());
            p.place
                .strip_prefix(&prefix)
                .map(|n| n.parse().expect("a number"))
        })
        .collect();
    if problems.iter().any(|p| p.kind == Kind::Binary) {
        assert!(pages.is_empty());
        return;
    }
    // UTF-16 is another sequence of lines than its bytes.
    if problems
        .iter()
        .zip(&lines)
        .any(|(p, l)| p.kind == Kind::Recoded && l.is_none())
    {
        return;
    }

    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let mut next = pages.iter().peekable();
    for (number, line) in (1..).zip(data.split(|&b| b == b'\n')) {
        let page = next.next_if(|page| page.0 == number);
        let errors = || {
            let at = problems
                .iter()
                .zip(&lines)
                .filter(|(_, l)| **l == Some(number));
            at.filter(|(p, _)| p.is_error()).count()
        };
        if line.iter().all(u8::is_ascii_whitespace) && line.len() as u64 <= max_size {
            assert!(page.is_none() && errors() == 0, "line {number} is blank");
            continue;
        }
        match page {
            None => assert_eq!(errors(), 1, "line {number} has neither page nor error"),
            Some((_, _, None)) => assert!(errors() > 0, "line {number} has no text and no error"),
            Some((_, id, Some(text))) => {
                assert!(line.len() as u64 <= max_size);
                twin(line, id, text);
            }
        }
    }
    assert_eq!(next.next(), None, "a page of a line that does not exist");
}

/// The page that an ordinary reader of JSON makes of the line, where it can read it.
fn twin(line: &[u8], id: &str, text: &str) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        return;
    };
    assert_eq!(fields["text"], text);
    match &fields.get("id") {
        Some(Value::String(s)) => assert_eq!(s, id),
        Some(Value::Number(_)) => assert!(id.parse::<f64>().is_ok()),
        _ => assert!(id.starts_with(&FILE.display().to_string())),
    }
}
