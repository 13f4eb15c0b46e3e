//! Whether a file may go: it must be what the plan says, and so must the document that stays for it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::fingerprint::{Fingerprint, Stat};
use crate::output::folder;

use super::act::{are_one, mode};
use super::journal::Action;
use super::plan::{Plan, Planned};

/// Knows the plan's kept documents, and remembers which of them were looked at.
pub struct Checks {
    base: PathBuf,
    /// The real places of folders.
    folders: HashMap<PathBuf, PathBuf>,
    /// The real places of all files that are kept.
    kept: HashSet<PathBuf>,
    /// Kept files that were read and found unchanged, and those that were not, with the reason.
    read: HashMap<PathBuf, Result<Kept, String>>,
    /// Files that were answered.
    seen: HashSet<PathBuf>,
}

/// A document that stays.
#[derive(Debug, Clone)]
pub struct Kept {
    pub path: PathBuf,
    stat: Stat,
}

/// A file that may go.
pub struct Ready {
    /// Its real place.
    pub path: PathBuf,
    pub file: Fingerprint,
    pub kept: Kept,
    pub mode: Option<u32>,
    stat: Stat,
}

/// What is to be done about a duplicate.
pub enum Checked {
    Ready(Box<Ready>),
    /// It is not there.
    Gone(PathBuf),
    /// It is a hard link of the kept document already.
    Linked,
    /// It stays as it is, for this reason.
    Left(String),
}

impl Checks {
    /// Relative paths of the plan start at `base`.
    pub fn new(plan: &Plan, base: &Path) -> Self {
        let mut checks = Self {
            base: base.to_owned(),
            folders: HashMap::new(),
            kept: HashSet::new(),
            read: HashMap::new(),
            seen: HashSet::new(),
        };
        for document in &plan.documents {
            if document.kept {
                checks.keep(&document.path);
            }
            if let Some((kept, _)) = &document.duplicate_of {
                checks.keep(kept);
            }
        }
        checks
    }

    fn keep(&mut self, path: &Path) {
        let place = self.place(path);
        // What a symbolic link leads to is kept as well as the link.
        if place.symlink_metadata().is_ok_and(|m| m.is_symlink())
            && let Ok(real) = place.canonicalize()
        {
            self.kept.insert(real);
        }
        self.kept.insert(place);
    }

    /// The place of a file, whatever links its path goes through. The file itself may be a link.
    fn place(&mut self, path: &Path) -> PathBuf {
        let path = self.base.join(path);
        let Some(name) = path.file_name() else {
            return path.canonicalize().unwrap_or(path);
        };
        let folder = folder(&path);
        let real = match self.folders.get(folder) {
            Some(real) => real,
            None => {
                let real = folder.canonicalize();
                let real = real.unwrap_or_else(|_| folder.to_owned());
                self.folders.entry(folder.to_owned()).or_insert(real)
            }
        };
        real.join(name)
    }

    /// Looks at a duplicate and at the document that stays for it.
    pub fn check(&mut self, document: &Planned, action: Action) -> Checked {
        let Some((kept, kept_file)) = &document.duplicate_of else {
            return Checked::Left(String::from("no duplicate"));
        };
        let left = |why: &str| Checked::Left(why.to_owned());
        if document.path.as_os_str() == "-" {
            return left("it was read from standard input");
        }
        if document.in_archive {
            return left(
                "it lies in an archive, whose members are not acted on: unpack it and scan again",
            );
        }
        let place = self.place(&document.path);
        if !self.seen.insert(place.clone()) {
            return left("it is in the plan a second time");
        }
        if self.kept.contains(&place) {
            return left("the plan keeps it as well, for another document");
        }
        let metadata = match place.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Checked::Gone(place),
            Err(error) => return Checked::Left(error.to_string()),
        };
        if metadata.is_symlink() {
            return left("it is a symbolic link, and only files themselves are acted on");
        }
        let Some(file) = document.file else {
            return left("the plan does not say what it was like: it changed during the scan");
        };
        let kept = match self.kept(kept, kept_file.as_ref()) {
            Ok(kept) => kept,
            Err(why) => return Checked::Left(why),
        };
        if are_one(&place, &kept.path) {
            if action == Action::Hardlink {
                return Checked::Linked;
            }
            if !self.are_two_names(&place, &kept.path, &metadata) {
                return left("it is the kept document itself, by another path");
            }
        }
        match unchanged(&place, &file) {
            Err(why) => Checked::Left(why),
            Ok(stat) => Checked::Ready(Box::new(Ready {
                path: place,
                file,
                kept,
                mode: mode(&metadata),
                stat,
            })),
        }
    }

    /// Whether the names of one file are two entries of directories, and not one that is reached by two paths (a
    /// directory mounted twice, a file system that does not tell `A` from `a`).
    fn are_two_names(&self, a: &Path, b: &Path, metadata: &fs::Metadata) -> bool {
        let links = Stat::of(metadata).map_or(1, |stat| stat.links);
        let lower = |path: &Path| path.file_name().map(|n| n.to_string_lossy().to_lowercase());
        links > 1 && !(are_one(folder(a), folder(b)) && lower(a) == lower(b))
    }

    /// The kept document, if it is there and as the plan says.
    fn kept(&mut self, path: &Path, file: Option<&Fingerprint>) -> Result<Kept, String> {
        let stays = |why: String| format!("{why}: the kept document {}", path.display());
        let Some(file) = file else {
            return Err(stays(String::from(
                "the plan does not say what it was like",
            )));
        };
        let place = self.place(path);
        if let Some(known) = self.read.get(&place) {
            return known.clone();
        }
        let look = || {
            let real = place.canonicalize().map_err(|e| stays(missing(&e)))?;
            let stat = unchanged(&real, file).map_err(stays)?;
            Ok(Kept { path: real, stat })
        };
        let known = look();
        self.read.insert(place, known.clone());
        known
    }
}

impl Ready {
    /// A last look before it is acted on, at the file and the document that stays.
    pub fn is_still(&self) -> Result<(), String> {
        let same = |path: &Path, stat: &Stat| {
            let now = path.symlink_metadata().ok();
            let now = now.and_then(|metadata| Stat::of(&metadata).ok());
            now.is_some_and(|now| {
                (now.size, now.mtime, now.inode) == (stat.size, stat.mtime, stat.inode)
            })
        };
        if !same(&self.kept.path, &self.kept.stat) {
            let kept = self.kept.path.display();
            return Err(format!("just changed: the kept document {kept}"));
        }
        if !same(&self.path, &self.stat) {
            return Err(String::from("it just changed"));
        }
        Ok(())
    }
}

fn missing(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => String::from("gone"),
        _ => error.to_string(),
    }
}

/// Reads a file, and says what is not as it was.
fn unchanged(path: &Path, file: &Fingerprint) -> Result<Stat, String> {
    // What can be seen without reading comes first.
    let stat = path.metadata().and_then(|metadata| Stat::of(&metadata));
    let stat = stat.map_err(|error| missing(&error))?;
    let what = if stat.size != file.size {
        "its size"
    } else if stat.mtime != file.mtime {
        "its modification time"
    } else {
        let (found, stat) = Fingerprint::of(path).map_err(|error| missing(&error))?;
        if found == *file {
            return Ok(stat);
        }
        "its content"
    };
    Err(format!("{what} changed since the scan"))
}
