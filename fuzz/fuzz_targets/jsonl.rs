//! The program's reader of JSON Lines, run as a user runs it: every line is answered once or told with its number.
//!
//! `DEDUPE` names the program (`cargo build --release --features cli` makes `target/release/dedupe`).

#![no_main]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// The file that is read, in a directory of this process.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory").keep();
    dir.join("fuzz.jsonl")
});

static PROGRAM: LazyLock<String> =
    LazyLock::new(|| std::env::var("DEDUPE").unwrap_or("target/release/dedupe".into()));

/// Of each kind of problem the program tells so many one by one.
const TOLD_OF_EACH: usize = 20;

fuzz_target!(|data: &[u8]| {
    // The first byte chooses a limit that some lines are over.
    let (max_size, data) = match data {
        [0, rest @ ..] => (100, rest),
        _ => (1 << 20, data),
    };
    std::fs::write(&*FILE, data).expect("the file can be written");
    let run = Command::new(&*PROGRAM)
        .args(["--no-config", "--raw", "--format", "jsonl", "--max-size"])
        .arg(max_size.to_string())
        .arg(&*FILE)
        .output()
        .expect("the program runs: DEDUPE names it");
    let told = String::from_utf8(run.stderr).expect("problems are text");
    assert!(
        matches!(run.status.code(), Some(0..=2)),
        "{:?}: {told}",
        run.status
    );

    let answers = String::from_utf8(run.stdout).expect("answers are text");
    let answers: Vec<Value> = answers
        .lines()
        .map(|line| serde_json::from_str(line).expect("an answer is JSON"))
        .collect();
    let lines: Vec<u64> = answers
        .iter()
        .map(|answer| answer["line"].as_u64().expect("JSON Lines have lines"))
        .collect();
    assert!(
        lines.is_sorted_by(|a, b| a < b),
        "a line is answered twice: {lines:?}"
    );

    // UTF-16 is another sequence of lines than its bytes, and a binary file is refused as a whole.
    let of_the_file = format!("{}: ", FILE.display());
    if std::str::from_utf8(data).is_err()
        || told.contains(&of_the_file)
        || told.lines().count() >= TOLD_OF_EACH
    {
        return;
    }
    let answered: BTreeMap<u64, &Value> = lines.into_iter().zip(&answers).collect();
    let data = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    for (number, line) in (1..).zip(data.split(|&b| b == b'\n')) {
        let blank = line.iter().all(u8::is_ascii_whitespace);
        let place = format!("{}:{number}: ", FILE.display());
        assert!(
            blank || answered.contains_key(&number) || told.contains(&place),
            "line {number} has neither answer nor error: {told}"
        );
        if let Some(answer) = answered.get(&number) {
            assert!(
                !blank && line.len() as u64 <= max_size,
                "line {number} is blank or too long"
            );
            twin(line, answer);
        }
    }
});

/// The id that an ordinary reader of JSON finds on the line, where it can read it.
fn twin(line: &[u8], answer: &Value) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        return;
    };
    match fields.get("id") {
        Some(Value::String(id)) => assert_eq!(answer["id"], **id),
        Some(Value::Number(_)) => assert!(answer["id"].is_number()),
        _ => {
            let id = answer["id"].as_str().expect("an id made of the place");
            assert!(id.starts_with(&FILE.display().to_string()));
        }
    }
}
