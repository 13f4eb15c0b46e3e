//! From paths to the files that are read, in an order that is the same everywhere.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use crate::output::UNFINISHED;
use crate::problems::{Kind, Problem, advised};

use super::Input;
use super::compressed::Compression;
use super::format::{Holds, by_name};
use super::left_out::OtherNames;
use super::list;
use super::select::Globs;
use super::site;

/// A file to be read.
#[derive(Debug)]
pub struct Source {
    /// As it was given or found; `-` is standard input. A member of an archive has the archive's path before its own.
    pub path: PathBuf,
    /// The archive that it is a member of.
    pub archive: Option<Arc<Source>>,
    /// Where the path below the given directory starts, in components of `path`.
    below: usize,
    /// Whether it was found in a directory that was given.
    in_directory: bool,
    pub holds: Holds,
    /// Whether an option said what it holds, so that its first bytes are not asked.
    pub is_sure: bool,
    pub compression: Compression,
    /// Size on disk; 0 where nobody asked for it.
    len: u64,
    /// Seconds since 1970, where that was asked for.
    pub modified: Option<i64>,
    /// Whether it belongs to the collection that the others are looked up in.
    pub reference: bool,
}

impl Source {
    /// Standard input, for who reads lines from it without a walk.
    pub fn stdin() -> Self {
        Self {
            path: PathBuf::from("-"),
            archive: None,
            in_directory: false,
            below: 0,
            holds: Holds::JsonLines,
            is_sure: true,
            compression: Compression::None,
            len: 0,
            modified: None,
            reference: false,
        }
    }

    /// The member of an archive.
    pub fn member(
        archive: &Arc<Source>,
        path: &Path,
        (holds, compression): (Holds, Compression),
        modified: Option<i64>,
    ) -> Self {
        Self {
            path: archive.path.join(path),
            archive: Some(archive.clone()),
            reference: archive.reference,
            below: archive.below,
            in_directory: true,
            holds,
            is_sure: false,
            compression,
            len: 0,
            modified,
        }
    }

    /// The path below the directory that was given, or the file's name, with the ending of what `strip` makes of it.
    pub fn relative(&self) -> PathBuf {
        if self.path == Path::new("-") {
            return PathBuf::from("stdin.txt");
        }
        let below: PathBuf = self.path.components().skip(self.below).collect();
        let below = if self.compression.is_named() {
            below.with_extension("")
        } else {
            below
        };
        match self.holds {
            Holds::Html => below.with_extension("txt"),
            Holds::Csv(_) | Holds::Warc | Holds::Parquet => below.with_extension("jsonl"),
            _ => below,
        }
    }

    /// The file on the disk that it is; none for standard input and for members of archives.
    pub fn file(&self) -> Option<&Path> {
        let is_file = self.archive.is_none() && self.path != Path::new("-");
        is_file.then_some(&*self.path)
    }

    /// The site that its folders name, when it was found in a directory or an archive.
    pub fn site(&self) -> Option<String> {
        if let Some(archive) = &self.archive {
            // Its name would pass for a host's.
            let name = archive
                .path
                .file_name()?
                .to_string_lossy()
                .replace('.', "_");
            let member = self.path.strip_prefix(&archive.path).ok()?;
            return site::of_path(&Path::new(&name).join(member), 1);
        }
        if !self.in_directory {
            return None;
        }
        site::of_path(&self.path, self.below)
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

/// The files under some paths, one after the other: paths in the order given, directories by name.
pub struct Walk {
    paths: VecDeque<PathBuf>,
    /// How many of the paths, the last ones, hold the collection that the others are looked up in.
    references: usize,
    /// Whether the path that is walked is one of those.
    in_references: bool,
    directory: Option<(usize, ignore::Walk)>,
    asked: Option<Holds>,
    follow: bool,
    gitignore: bool,
    /// Whether it matters when files were modified, which takes a system call each.
    dates: bool,
    globs: Globs,
    leave_out: Option<PathBuf>,
    /// The real paths of files that were given out, when a file could be reached twice.
    seen: Option<HashSet<PathBuf>>,
    /// The folder of the last of them, and its real path.
    folder: Option<(PathBuf, PathBuf)>,
    stdin_given: bool,
    other_names: OtherNames,
}

impl Walk {
    pub fn new(
        paths: &[PathBuf],
        input: &Input,
        globs: Globs,
        leave_out: Option<&Path>,
    ) -> Result<Self, Problem> {
        let mut all: VecDeque<PathBuf> = paths.iter().cloned().collect();
        all.extend(list::paths(&input.select, paths)?);
        let twice = all.len() > 1 || input.args.follow;
        Ok(Self {
            // A list on standard input leaves nothing of it to be read as a page.
            stdin_given: input.select.files_from.as_deref() == Some(Path::new("-")),
            paths: all,
            references: 0,
            in_references: false,
            directory: None,
            asked: Holds::asked(input.args.input_format),
            follow: input.args.follow,
            gitignore: input.select.gitignore,
            dates: input.dates,
            globs,
            leave_out: leave_out.and_then(|path| path.canonicalize().ok()),
            seen: twice.then(HashSet::new),
            folder: None,
            other_names: OtherNames::default(),
        })
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
                let other = std::mem::take(&mut self.other_names).problem("in directories");
                return other.or_else(|| self.globs.problem()).map(Err);
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
                    format!("{what}{}", advised(&error)),
                )));
            }
        };
        if metadata.is_dir() {
            let mut walk = ignore::WalkBuilder::new(&path);
            walk.standard_filters(false)
                .follow_links(self.follow)
                .git_ignore(self.gitignore)
                .parents(self.gitignore)
                .require_git(false)
                // By name: what is sorted is of one folder, and to find the name in a path takes longer than to compare.
                .sort_by_file_path(|a, b| a.as_os_str().cmp(b.as_os_str()));
            let (leave_out, globs) = (self.leave_out.clone(), self.globs.clone());
            let below = path.components().count();
            walk.filter_entry(move |entry| {
                let is_dir = entry.file_type().is_some_and(|t| t.is_dir());
                if is_dir && entry.depth() > 0 {
                    let relative: PathBuf = entry.path().components().skip(below).collect();
                    if globs.excludes_directory(&relative) {
                        globs.count(1);
                        return false;
                    }
                }
                let Some(leave_out) = &leave_out else {
                    return true;
                };
                // The real path costs a system call or more, so only what has the name is asked for it.
                let may_be = is_dir || leave_out.file_name() == Some(entry.file_name());
                let real = || entry.path().canonicalize();
                !may_be || real().map_or(true, |path| path != *leave_out)
            });
            self.directory = Some((path.components().count(), walk.build()));
            return None;
        }
        if metadata.is_file() && self.is_second(path.canonicalize().ok()) {
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
        let Some(named) = by_name(path).filter(|(holds, _)| holds.is_built_in()) else {
            // What this run writes into the folder that it reads, or a killed one left.
            if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                self.other_names.count(path);
            }
            return None;
        };
        let relative: PathBuf = path.components().skip(below).collect();
        if !self.globs.wanted(&relative) {
            self.globs.count(1);
            return None;
        }
        if !kind.is_file() {
            return left_out("neither a file nor a directory (a pipe, socket or device)");
        }
        let metadata = match self.dates.then(|| entry.metadata()).transpose() {
            Ok(metadata) => metadata,
            Err(error) => return Some(Err(walk_problem(&error))),
        };
        let real = match &self.seen {
            None => None,
            Some(_) if entry.path_is_symlink() => path.canonicalize().ok(),
            Some(_) => self.in_real_folder(path),
        };
        let path = entry.into_path();
        if self.is_second(real) {
            return Some(Err(read_once(&path)));
        }
        Some(Ok(self.source(path, below, metadata.as_ref(), named)))
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
            archive: None,
            below,
            in_directory: self.directory.is_some(),
            holds: self.asked.unwrap_or(holds),
            is_sure: self.asked.is_some(),
            compression,
            len: metadata.map_or(0, Metadata::len),
            modified,
            reference: self.in_references,
        }
    }

    /// Whether the file of this real path was given out before, under this or another name.
    fn is_second(&mut self, real: Option<PathBuf>) -> bool {
        // What has no real path will fail to open, and be told then.
        let seen = self.seen.as_mut().zip(real);
        seen.is_some_and(|(seen, real)| !seen.insert(real))
    }

    /// The real path of an entry that is no link. That of its folder is remembered: it takes a system call for each folder above.
    fn in_real_folder(&mut self, path: &Path) -> Option<PathBuf> {
        let folder = path.parent()?;
        if self.folder.as_ref().is_none_or(|(of, _)| of != folder) {
            self.folder = Some((folder.to_owned(), folder.canonicalize().ok()?));
        }
        let (_, real) = self.folder.as_ref()?;
        Some(real.join(path.file_name()?))
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
