//! The program `dedupe` from its start to its last line: documents and bytes a second, of a file each and of one JSON Lines
//! file, compared as they are and stripped.
//!
//! `cargo bench --features cli --bench program`. Every run checks that the duplicates were found.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use corpus::stories;

const STORIES: usize = 2000;

/// Runs the program on a path, and counts the duplicates in its answer.
fn duplicates(path: &Path, options: &[&str]) -> usize {
    let out = Command::new(env!("CARGO_BIN_EXE_dedupe"))
        .args(["--no-config", "--quiet", "--format", "jsonl"])
        .args(options)
        .arg(path)
        .output()
        .expect("the program starts");
    assert_eq!(out.status.code(), Some(1), "there are duplicates");
    let answer = String::from_utf8(out.stdout).expect("answers are text");
    assert_eq!(answer.lines().count(), STORIES);
    answer.matches(r#""status":"duplicate""#).count()
}

fn program(c: &mut Criterion) {
    let (stories, copies) = stories(STORIES);
    let folder = tempfile::tempdir().expect("a folder for the corpus");
    let (files, lines) = (folder.path().join("files"), folder.path().join("all.jsonl"));
    fs::create_dir(&files).expect("a folder for the files");
    let mut all = String::new();
    for (i, story) in stories.iter().enumerate() {
        fs::write(files.join(format!("{i:06}.txt")), story).expect("room on the disk");
        let text = serde_json::Value::from(story.as_str());
        writeln!(all, r#"{{"id":{i},"text":{text}}}"#).expect("memory");
    }
    fs::write(&lines, all).expect("room on the disk");
    let bytes: usize = stories.iter().map(String::len).sum();

    let mut group = c.benchmark_group("program");
    group.sample_size(10);
    group.throughput(Throughput::ElementsAndBytes {
        elements: STORIES as u64,
        bytes: bytes as u64,
    });
    for (what, path) in [("files", &files), ("lines", &lines)] {
        for (how, options) in [
            ("raw", &["--raw"][..]),
            ("stripped", &[]),
            ("stripped, one thread", &["--threads", "1"]),
        ] {
            // The noise model takes a few of the made-up stories for something else.
            let least = if how == "raw" {
                copies
            } else {
                copies * 9 / 10
            };
            group.bench_function(format!("{what}, {how}"), |b| {
                b.iter(|| {
                    let found = duplicates(path, options);
                    assert!((least..=copies).contains(&found), "{found} of {copies}");
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, program);
criterion_main!(benches);
