//! A nightly job: what came today, compared with all that was kept before.
//!
//! ```sh
//! cargo run --example incremental
//! ```
//!
//! The state between two runs is the stories that were kept, in a file that only grows. A run inserts them again, which
//! costs far less than the first time did, as they need no stripping and none of them is a duplicate.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use newsift::{Deduplicator, Verdict};

/// Takes the stories of a day into the state file; gives how many of them were new.
fn night(state: &Path, today: &[&str]) -> Result<usize, Box<dyn std::error::Error>> {
    let mut seen = Deduplicator::new();
    if state.exists() {
        for line in BufReader::new(File::open(state)?).lines() {
            let story: String = serde_json::from_str(&line?)?;
            seen.insert(&story);
        }
    }
    let before = seen.len();
    let mut kept = OpenOptions::new().create(true).append(true).open(state)?;
    let mut new = 0;
    for story in today {
        if let Verdict::New(_) = seen.insert(story) {
            writeln!(kept, "{}", serde_json::to_string(story)?)?;
            new += 1;
        }
    }
    kept.sync_all()?;
    println!("{before} known, {} came, {new} new", today.len());
    Ok(new)
}

/// Runs two nights.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ferry = "The ferry Lady Imogen ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard \
        said. Nobody was hurt, and all passengers were brought ashore by morning.";
    let bridge = "The council voted on Monday to replace the old timber bridge at Kinlough with one of steel, after two \
        years of debate over the cost. Work is to begin in spring.";
    let again = format!("SKERROW (MW) - {ferry} More follows.");

    let state = std::env::temp_dir().join(format!("newsift-example-{}.jsonl", std::process::id()));
    let first = night(&state, &[ferry])?;
    let second = night(&state, &[&again, bridge])?;
    fs::remove_file(&state)?;
    assert_eq!(
        (first, second),
        (1, 1),
        "the ferry on the first night, the bridge on the second"
    );
    Ok(())
}
