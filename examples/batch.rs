//! A batch: every page under a directory, stripped on all cores, then grouped.
//!
//! ```sh
//! cargo run --example batch -- tests/pages
//! ```
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use std::fs;
use std::path::{Path, PathBuf};

use newsift::Cleaner;
use rayon::prelude::*;

/// The text files under a directory, by name, so that every run gives the same answer.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "txt") {
            found.push(path);
        }
    }
    Ok(())
}

/// Prints each group of near-duplicates, the one to keep first.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .filter(|path| Path::new(path).is_dir());
    let mut paths = Vec::new();
    files(
        Path::new(folder.as_deref().unwrap_or("tests/pages")),
        &mut paths,
    )?;

    let cleaner = Cleaner::new();
    let stories = paths
        .par_iter()
        .map(|path| {
            let page = fs::read(path)?;
            Ok(cleaner
                .strip(&String::from_utf8_lossy(&page))
                .text()
                .into_owned())
        })
        .collect::<std::io::Result<Vec<String>>>()?;

    let clusters = newsift::cluster(&stories);
    for cluster in clusters.clusters() {
        println!("{}", paths[cluster.kept()].display());
        for found in cluster.duplicates() {
            let (path, share) = (&paths[found.document()], found.evidence().similarity());
            println!("  {:3.0} %  {}", share * 100.0, path.display());
        }
    }
    println!(
        "{} pages, {} groups",
        paths.len(),
        clusters.clusters().len()
    );
    assert!(
        !clusters.clusters().is_empty(),
        "the sample pages have duplicates"
    );
    Ok(())
}
