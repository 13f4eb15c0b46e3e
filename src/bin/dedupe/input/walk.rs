//! From paths to the files that are read, in an order that is the same everywhere.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::args::{InputArgs, InputFormat};
use crate::output::UNFINISHED;
use crate::problems::{Kind, Problem};

use super::compressed::Compression;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One page as text.
    Text,
    /// A page a line.
    JsonLines,
    /// Its first bytes will tell.
    Unknown,
}

/// A file to be read.
#[derive(Debug)]
pub struct Source {
    /// As it was given or found; `-` is standard input.
    pub path: PathBuf,
    /// Where the path below the given directory starts, in components of `path`.
    below: usize,
    pub holds: Holds,
    pub compression: Compression,
    /// Size on disk.
    len: u64,
    /// Seconds since 1970.
    pub modified: Option<i64>,
    /// Whether it belongs to the collection that the others are looked up in.
    pub reference: bool,
}

impl Source {
    /// Standard input, for who reads lines from it without a walk.
    pub fn stdin() -> Self {
        Self {
            path: PathBuf::from("-"),
            below: 0,
            holds: Holds::JsonLines,
            compression: Compression::None,
            len: 0,
            modified: None,
            reference: false,
        }
    }

    /// The path below the directory that was given, or the file's name, without the ending of a compression.
    pub fn relative(&self) -> PathBuf {
        if self.path == Path::new("-") {
            return PathBuf::from("stdin.txt");
        }
        let below: PathBuf = self.path.components().skip(self.below).collect();
        match self.compression {
            Compression::Gzip | Compression::Zstd => below.with_extension(""),
            Compression::None | Compression::Unknown => below,
        }
    }

    /// The file on the disk that holds it; none for standard input.
    pub fn file(&self) -> Option<&Path> {
        Some(&*self.path).filter(|path| *path != Path::new("-"))
    }

    /// About how much memory it takes when it is read.
    pub fn weight(&self) -> u64 {
        // News text shrinks to a third or a quarter (gzip and zstd at their defaults).
        let factor = if self.compression == Compression::None {
            1
        } else {
            4
        };
        4096 + self.len * factor
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

/// What a file's name says: text or JSON Lines, and how it is compressed.
fn by_name(path: &Path) -> Option<(Holds, Compression)> {
    // A name need not be text for its ending to be.
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let (name, compression) = match name.rsplit_once('.') {
        Some((name, "gz")) => (name, Compression::Gzip),
        Some((name, "zst")) => (name, Compression::Zstd),
        _ => (name.as_str(), Compression::None),
    };
    match name.rsplit_once('.')?.1 {
        "txt" | "text" | "md" => Some((Holds::Text, compression)),
        "jsonl" | "ndjson" => Some((Holds::JsonLines, compression)),
        _ => None,
    }
}

/// The files under some paths, one after the other: paths in the order given, directories by name.
pub struct Walk {
    paths: VecDeque<PathBuf>,
    /// How many of the paths, the last ones, hold the collection that the others are looked up in.
    references: usize,
    /// Whether the path that is walked is one of those.
    in_references: bool,
    directory: Option<(usize, ignore::Walk)>,
    format: InputFormat,
    follow: bool,
    leave_out: Option<PathBuf>,
    /// The real paths of files that were given out, when a file could be reached twice.
    seen: Option<HashSet<PathBuf>>,
    stdin_given: bool,
    /// How many files were left out for their name, by its ending.
    other_names: BTreeMap<String, usize>,
}

impl Walk {
    pub fn new(paths: &[PathBuf], args: &InputArgs, leave_out: Option<&Path>) -> Self {
        let twice = paths.len() > 1 || args.follow;
        Self {
            paths: paths.iter().cloned().collect(),
            references: 0,
            in_references: false,
            directory: None,
            format: args.input_format,
            follow: args.follow,
            leave_out: leave_out.and_then(|path| path.canonicalize().ok()),
            seen: twice.then(HashSet::new),
            stdin_given: false,
            other_names: BTreeMap::new(),
        }
    }

    /// Adds the paths of the collection that the others are looked up in.
    pub fn add_references(&mut self, paths: &[PathBuf]) {
        self.paths.extend(paths.iter().cloned());
        self.references += paths.len();
        if !paths.is_empty() {
            self.seen.get_or_insert_with(HashSet::new);
        }
    }

    /// The next file, or what could not be walked; none at the end.
    pub fn next(&mut self) -> Option<Result<Source, Problem>> {
        loop {
            if let Some((below, directory)) = &mut self.directory {
                let below = *below;
                match directory.next() {
                    Some(entry) => match self.entry(entry, below) {
                        Some(found) => return Some(found),
                        None => continue,
                    },
                    None => self.directory = None,
                }
            }
            let Some(path) = self.paths.pop_front() else {
                return self.left_out().map(Err);
            };
            self.in_references = self.paths.len() < self.references;
            if let Some(found) = self.given(path) {
                return Some(found);
            }
        }
    }

    /// A path of the command line: a file, or a directory to go through.
    fn given(&mut self, path: PathBuf) -> Option<Result<Source, Problem>> {
        if path == Path::new("-") {
            if self.stdin_given {
                return Some(Err(read_once(&path)));
            }
            self.stdin_given = true;
            return Some(Ok(self.source(
                path,
                0,
                None,
                (Holds::Unknown, Compression::Unknown),
            )));
        }
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                let dangling = path.symlink_metadata().is_ok_and(|m| m.is_symlink());
                let what = if dangling {
                    "symbolic link to nothing that can be read: "
                } else {
                    ""
                };
                return Some(Err(Problem::new(
                    Kind::Unreadable,
                    path.display(),
                    format!("{what}{error}"),
                )));
            }
        };
        if metadata.is_dir() {
            let mut walk = ignore::WalkBuilder::new(&path);
            walk.standard_filters(false)
                .follow_links(self.follow)
                .sort_by_file_name(|a, b| a.cmp(b));
            if let Some(leave_out) = self.leave_out.clone() {
                walk.filter_entry(move |entry| {
                    let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
                    // The real path costs a system call or more, so only what has the name is asked for it.
                    let may_be = is_dir || leave_out.file_name() == Some(entry.file_name());
                    !may_be
                        || entry
                            .path()
                            .canonicalize()
                            .map_or(true, |path| path != leave_out)
                });
            }
            self.directory = Some((path.components().count(), walk.build()));
            return None;
        }
        if metadata.is_file() && self.is_second(&path) {
            return Some(Err(read_once(&path)));
        }
        let named = by_name(&path).unwrap_or((Holds::Unknown, Compression::Unknown));
        let below = path.components().count().saturating_sub(1);
        Some(Ok(self.source(path, below, Some(&metadata), named)))
    }

    /// An entry of a directory; none when it is nothing to read.
    fn entry(
        &mut self,
        entry: Result<ignore::DirEntry, ignore::Error>,
        below: usize,
    ) -> Option<Result<Source, Problem>> {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return Some(Err(walk_problem(&error))),
        };
        let path = entry.path();
        let kind = entry.file_type()?;
        let left_out = |why: &str| Some(Err(Problem::new(Kind::LeftOut, path.display(), why)));
        if kind.is_dir() {
            return None;
        }
        if kind.is_symlink() {
            return left_out("symbolic link, not followed: --follow does");
        }
        let Some(named) = by_name(path) else {
            // What this run writes into the folder that it reads, or a killed one left.
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                return None;
            }
            let ending = path.extension().map_or_else(
                || String::from("without ending"),
                |ending| format!(".{}", ending.to_string_lossy()),
            );
            *self.other_names.entry(ending).or_default() += 1;
            return None;
        };
        if !kind.is_file() {
            return left_out("neither a file nor a directory (a pipe, socket or device)");
        }
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return Some(Err(walk_problem(&error))),
        };
        let path = entry.into_path();
        if self.is_second(&path) {
            return Some(Err(read_once(&path)));
        }
        Some(Ok(self.source(path, below, Some(&metadata), named)))
    }

    fn source(
        &self,
        path: PathBuf,
        below: usize,
        metadata: Option<&Metadata>,
        (holds, compression): (Holds, Compression),
    ) -> Source {
        let modified = metadata.and_then(|m| m.modified().ok()).map(|time| {
            match time.duration_since(UNIX_EPOCH) {
                Ok(after) => after.as_secs().cast_signed(),
                Err(before) => -before.duration().as_secs().cast_signed(),
            }
        });
        Source {
            path,
            below,
            holds: match self.format {
                InputFormat::Auto => holds,
                InputFormat::Text
                    if holds == Holds::Unknown && compression == Compression::Unknown =>
                {
                    Holds::Text
                }
                InputFormat::Text => Holds::Text,
                InputFormat::Jsonl => Holds::JsonLines,
            },
            compression,
            len: metadata.map_or(0, Metadata::len),
            modified,
            reference: self.in_references,
        }
    }

    /// Whether the file was given out before, under this or another name.
    fn is_second(&mut self, path: &Path) -> bool {
        let Some(seen) = &mut self.seen else {
            return false;
        };
        // What has no real path will fail to open, and be told then.
        path.canonicalize().is_ok_and(|real| !seen.insert(real))
    }

    /// What to say about files left out for their names, once.
    fn left_out(&mut self) -> Option<Problem> {
        let names = std::mem::take(&mut self.other_names);
        if names.is_empty() {
            return None;
        }
        let count: usize = names.values().sum();
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut list: Vec<String> = names
            .iter()
            .take(8)
            .map(|(name, n)| format!("{n} {name}"))
            .collect();
        if names.len() > list.len() {
            list.push(String::from("…"));
        }
        let files = if count == 1 { "file" } else { "files" };
        Some(Problem::new(
            Kind::LeftOut,
            "",
            format!(
                "{count} {files} in directories left out, for names that are not .txt .text .md .jsonl .ndjson ({}): \
                 give a file by its name to read it nevertheless",
                list.join(", ")
            ),
        ))
    }
}

fn read_once(path: &Path) -> Problem {
    Problem::new(
        Kind::ReadOnce,
        path.display(),
        "reached a second time, read once",
    )
}

fn walk_problem(error: &ignore::Error) -> Problem {
    Problem::new(Kind::Unreadable, "", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, says) in [
            ("a.txt", Some((Holds::Text, Compression::None))),
            ("A.TXT", Some((Holds::Text, Compression::None))),
            ("dir.d/a.text", Some((Holds::Text, Compression::None))),
            ("a.md.gz", Some((Holds::Text, Compression::Gzip))),
            ("a.jsonl", Some((Holds::JsonLines, Compression::None))),
            ("a.ndjson.zst", Some((Holds::JsonLines, Compression::Zstd))),
            ("a.gz", None),
            ("txt", None),
            ("a.html", None),
            ("a.txt.bak", None),
            (".txt", Some((Holds::Text, Compression::None))),
        ] {
            assert_eq!(by_name(Path::new(name)), says, "{name}");
        }
    }
}
