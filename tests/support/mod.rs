//! A directory of pages, and the program run on it as a user runs it.
#![allow(dead_code, reason = "each test file uses a part")]

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A directory of our own, gone when the test ends.
pub struct World(TempDir);

impl World {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    /// With these files.
    pub fn with<B: AsRef<[u8]>>(files: impl IntoIterator<Item = (&'static str, B)>) -> Self {
        let world = Self::new();
        for (name, bytes) in files {
            world.file(name, bytes);
        }
        world
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(&path, bytes).expect("a file");
        path
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program with these arguments, in this directory, without a terminal.
    pub fn dedupe<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dedupe"));
        command.current_dir(self.0.path()).args(args);
        command
            .env_remove("CLICOLOR_FORCE")
            .timeout(std::time::Duration::from_secs(120));
        command
    }

    /// Runs the program: exit code, standard output, standard error.
    pub fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Run {
        Run::of(&mut self.dedupe(args))
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program runs");
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// Standard error has this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "{text:?} is not said in {self:#?}");
        self
    }

    /// Standard error is empty.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert_eq!(self.err, "", "{self:#?}");
        self
    }

    /// Standard output has this.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(
            self.out.contains(text),
            "{text:?} is not printed in {self:#?}"
        );
        self
    }

    /// Standard output as JSON Lines.
    #[track_caller]
    pub fn json(&self) -> Vec<Value> {
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        self.out.lines().map(parse).collect()
    }

    /// The ids of the documents of each cluster with more than one, sorted.
    #[track_caller]
    pub fn groups(&self) -> Vec<Vec<String>> {
        let mut groups = std::collections::BTreeMap::<u64, Vec<String>>::new();
        for answer in self.json() {
            let id = answer["id"]
                .as_str()
                .map_or_else(|| answer["id"].to_string(), str::to_owned);
            groups
                .entry(answer["cluster"].as_u64().expect("a number"))
                .or_default()
                .push(id);
        }
        let mut groups: Vec<_> = groups.into_values().filter(|ids| ids.len() > 1).collect();
        groups.iter_mut().for_each(|ids| ids.sort());
        groups.sort();
        groups
    }

    /// The one answer with this id.
    #[track_caller]
    pub fn answer(&self, id: &str) -> Value {
        let of = |answer: &Value| answer["id"] == id;
        let found: Vec<Value> = self.json().into_iter().filter(of).collect();
        assert_eq!(found.len(), 1, "{id} in {self:#?}");
        found.into_iter().next().expect("one")
    }
}

/// A story of about 120 words that has nothing in common with one of another number.
pub fn story(number: u64) -> String {
    const WORDS: &str = "harbour council bridge tunnel ferry teacher market river storm budget minister orchestra \
        baker library railway glacier vineyard museum election verdict harvest stadium lighthouse orchard parade \
        surgeon festival reservoir cathedral mosaic inquiry quarry pension lantern tramway archive meadow furnace \
        opened closed praised delayed repaired visited refused promised measured painted counted feared sold bought \
        quietly yesterday slowly again northern famous costly wooden former local empty crowded narrow early";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    // Numbers by Knuth's multiplicative congruential generator (MMIX).
    let mut state = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        words[(state >> 33) as usize % words.len()]
    };
    let mut sentence = || {
        let rest: Vec<&str> = (0..11).map(|_| next()).collect();
        format!("The {}.", rest.join(" "))
    };
    let paragraphs: Vec<String> = (0..5)
        .map(|_| format!("{} {}", sentence(), sentence()))
        .collect();
    paragraphs.join("\n\n") + "\n"
}

/// A line of JSON Lines.
pub fn line(id: impl Into<Value>, text: &str) -> String {
    serde_json::json!({ "id": id.into(), "text": text }).to_string() + "\n"
}

/// Every label, so that strip keeps the whole page whatever the noise model makes of it.
pub const ALL_LABELS: &str =
    "title,body,subhead,caption,teaser,related,promo,byline,date,nav,widget,legal,comment,other";

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("memory")
}
