//! A plan: what a scan printed with `--format jsonl`, read again.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;

use crate::fingerprint::Fingerprint;
use crate::input::compressed::{self, Compression};
use crate::paths;
use crate::problems::{Kind, Problem};
use crate::report::VERSION;

/// The documents of a plan, in their order.
pub struct Plan {
    pub documents: Vec<Planned>,
    /// XXH3-128 of its bytes.
    pub hash: u128,
}

/// A document of a plan.
pub struct Planned {
    /// The file that holds it, as the scan named it.
    pub path: Rc<Path>,
    /// The line of the file that it is; none when it is the whole file.
    pub line: Option<u32>,
    /// Whether the file lies in an archive.
    pub in_archive: bool,
    /// What the file was like; unknown when it could not be read, or changed meanwhile.
    pub file: Option<Fingerprint>,
    /// Whether the scan keeps it.
    pub kept: bool,
    /// For a duplicate the file of the kept document, and what that was like.
    pub duplicate_of: Option<(Rc<Path>, Option<Fingerprint>)>,
}

/// A line of a plan, as far as it matters here.
#[derive(Deserialize)]
struct Line {
    path: String,
    path_encoded: Option<String>,
    archive: Option<String>,
    line: Option<u32>,
    size: Option<u64>,
    mtime: Option<String>,
    hash: Option<String>,
    kept: bool,
    status: String,
    kept_path: Option<String>,
    kept_path_encoded: Option<String>,
    kept_size: Option<u64>,
    kept_mtime: Option<String>,
    kept_hash: Option<String>,
}

impl Plan {
    /// Reads a plan, `-` from standard input. A plan of which one line cannot be read is refused as a whole: it may have
    /// been cut off, and who knows what else is missing.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let place = |line: usize| format!("{}:{line}", path.display());
        let refused = |kind, line, why: String| Problem::new(kind, place(line), why);
        let stream = compressed::open(path, Compression::Unknown).map_err(|failure| {
            Problem::new(Kind::Unreadable, path.display(), failure.to_string())
        })?;
        let mut stream = BufReader::with_capacity(1 << 18, stream);
        let mut hasher = xxhash_rust::xxh3::Xxh3::new();
        let mut documents = Vec::new();
        let mut names = Names::default();
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = stream.read_until(b'\n', &mut bytes).map_err(|error| {
                let why = format!("cannot be read: {error}; nothing was done");
                refused(Kind::Unreadable, number, why)
            })?;
            if read == 0 {
                break;
            }
            hasher.update(&bytes);
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            documents.push(names.planned(&bytes).map_err(|why| {
                let why = format!("{why}; nothing was done");
                refused(Kind::BrokenPlan, number, why)
            })?);
        }
        Ok(Self {
            documents,
            hash: hasher.digest128(),
        })
    }
}

/// Paths that were read, so that the lines of one file share theirs.
#[derive(Default)]
struct Names {
    path: Option<Rc<Path>>,
    kept: Option<Rc<Path>>,
}

impl Names {
    fn planned(&mut self, json: &[u8]) -> Result<Planned, String> {
        #[derive(Deserialize)]
        struct Version {
            version: Option<u32>,
        }
        const ASK: &str = "dedupe PATH... --format jsonl > plan.jsonl makes a plan";
        let Ok(found) = serde_json::from_slice::<Version>(json) else {
            return Err(format!(
                "not a line of JSON, so the plan is damaged or none: {ASK}"
            ));
        };
        match found.version {
            None => return Err(format!("no field `version`, so this is no plan: {ASK}")),
            Some(VERSION) => {}
            Some(other) => {
                return Err(format!(
                    "a plan of version {other}, and this program knows version {VERSION}: scan again with it"
                ));
            }
        }
        let line: Line =
            serde_json::from_slice(json).map_err(|error| format!("not as a plan is: {error}"))?;
        let path = share(&mut self.path, line.path, line.path_encoded)?;
        let duplicate_of = match (line.status.as_str(), line.kept_path) {
            ("duplicate" | "known", None) => {
                return Err(String::from(
                    "a duplicate without `kept_path`, so the plan is damaged",
                ));
            }
            // A known document is a duplicate of one in the collection that it was looked up in.
            ("duplicate" | "known", Some(kept)) => {
                let kept = share(&mut self.kept, kept, line.kept_path_encoded)?;
                let file = fingerprint(line.kept_size, line.kept_mtime, line.kept_hash)?;
                Some((kept, file))
            }
            _ => None,
        };
        Ok(Planned {
            path,
            line: line.line,
            in_archive: line.archive.is_some(),
            file: fingerprint(line.size, line.mtime, line.hash)?,
            kept: line.kept && duplicate_of.is_none(),
            duplicate_of,
        })
    }
}

fn share(
    last: &mut Option<Rc<Path>>,
    path: String,
    encoded: Option<String>,
) -> Result<Rc<Path>, String> {
    let path = match encoded {
        None => PathBuf::from(path),
        Some(encoded) => paths::decoded(&encoded)
            .ok_or_else(|| format!("`{encoded}` stands for no path on this system"))?,
    };
    match last {
        Some(last) if **last == *path => Ok(last.clone()),
        _ => Ok(last.insert(path.into()).clone()),
    }
}

fn fingerprint(
    size: Option<u64>,
    mtime: Option<String>,
    hash: Option<String>,
) -> Result<Option<Fingerprint>, String> {
    let (Some(size), Some(mtime), Some(hash)) = (size, mtime, hash) else {
        return Ok(None);
    };
    match Fingerprint::parse(size, &mtime, &hash) {
        None => Err(format!(
            "`{mtime}` must be a time such as 2026-05-31T12:00:00Z, and `{hash}` 32 hexadecimal digits"
        )),
        found => Ok(found),
    }
}
