//! What was done to files, written down before it is done.
//!
//! A journal is JSON Lines and only grows. Before anything is done to a file its *intent* is on the disk; after it a line
//! says that it is *done*. Whatever the moment at which a run ends, what it did can be told from the journal and from the
//! files themselves: intents without an end are settled by looking at the files.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::output::{folder, not_written, sync_folder};
use crate::paths::Stored;
use crate::problems::{Kind, Problem};
use crate::report::write_json;

const VERSION: u32 = 1;

/// What is done to a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Move,
    Delete,
    Hardlink,
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
enum Line<'a> {
    /// A run begins; its time is for people.
    Run {
        version: u32,
        action: String,
        plan: Option<String>,
        at: String,
    },
    #[serde(borrow)]
    Intent(Written<'a>),
    Done {
        n: u64,
    },
    Failed {
        n: u64,
        why: String,
    },
    /// The intent to undo what was done.
    Undo {
        n: u64,
    },
    Undone {
        n: u64,
    },
}

/// An intent as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Written<'a> {
    n: u64,
    action: Action,
    #[serde(borrow)]
    from: Stored<'a>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    to: Option<Stored<'a>>,
    size: u64,
    mtime: String,
    hash: String,
    #[serde(borrow)]
    kept: Stored<'a>,
    /// Permissions, which a hard link has from the kept file.
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<u32>,
}

/// What is to be done to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub action: Action,
    /// Absolute, like all paths here.
    pub from: PathBuf,
    /// Where it is moved.
    pub to: Option<PathBuf>,
    pub file: Fingerprint,
    /// The document that stays.
    pub kept: PathBuf,
    pub mode: Option<u32>,
}

/// How far an intent came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Written, and not known to be done.
    Open,
    Done,
    Failed,
    /// To be undone, and not known to be.
    Undoing,
    Undone,
}

/// The intents of a journal by number, each with its state.
pub type Intents = BTreeMap<u64, (Intent, State)>;

/// A journal that is written to. Only one program can at a time.
pub struct Journal {
    file: File,
    path: PathBuf,
    next: u64,
    buffer: Vec<u8>,
}

/// What a journal says; nothing when there is none.
pub fn read(path: &Path) -> Result<Intents, Problem> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(parse(path, &bytes)?.0),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Intents::new()),
        Err(error) => Err(unreadable(path, &error)),
    }
}

impl Journal {
    /// Opens or starts a journal; also what it says so far.
    pub fn open(path: &Path) -> Result<(Self, Intents), Problem> {
        let failed = |error: io::Error| not_written(path, &error);
        std::fs::create_dir_all(folder(path)).map_err(failed)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).append(true).create(true);
        let mut file = options.open(path).map_err(failed)?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| unreadable(path, &error))?;
        let (intents, whole) = parse(path, &bytes)?;
        if whole < bytes.len() {
            // A line that a crash cut off: it was not on the disk, so nothing was done for it.
            file.set_len(whole as u64).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        sync_folder(path);
        let next = intents.last_key_value().map_or(1, |(n, _)| n + 1);
        let journal = Self {
            file,
            path: path.to_owned(),
            next,
            buffer: Vec::new(),
        };
        Ok((journal, intents))
    }

    /// Says that a run begins.
    pub fn run(&mut self, action: &str, plan: Option<u128>) -> Result<(), Problem> {
        self.line(&Line::Run {
            version: VERSION,
            action: action.to_owned(),
            plan: plan.map(|hash| format!("{hash:032x}")),
            at: jiff::Timestamp::now().to_string(),
        });
        self.write()
    }

    /// Writes intents, and returns their numbers once they are on the disk.
    pub fn intend(&mut self, intents: &[Intent]) -> Result<Vec<u64>, Problem> {
        let mut numbers = Vec::new();
        for intent in intents {
            let n = self.next;
            self.next += 1;
            numbers.push(n);
            self.line(&Line::Intent(Written {
                n,
                action: intent.action,
                from: Stored::from(&*intent.from),
                to: intent.to.as_deref().map(Stored::from),
                size: intent.file.size,
                mtime: intent.file.mtime.to_string(),
                hash: intent.file.hex(),
                kept: Stored::from(&*intent.kept),
                mode: intent.mode,
            }));
        }
        self.sync()?;
        Ok(numbers)
    }

    /// Says that these are about to be undone, once that is on the disk.
    pub fn undo(&mut self, numbers: &[u64]) -> Result<(), Problem> {
        for &n in numbers {
            self.line(&Line::Undo { n });
        }
        self.sync()
    }

    pub fn done(&mut self, n: u64) -> Result<(), Problem> {
        self.line(&Line::Done { n });
        self.write()
    }

    pub fn undone(&mut self, n: u64) -> Result<(), Problem> {
        self.line(&Line::Undone { n });
        self.write()
    }

    pub fn failed(&mut self, n: u64, why: &str) -> Result<(), Problem> {
        let why = why.to_owned();
        self.line(&Line::Failed { n, why });
        self.write()
    }

    fn line(&mut self, line: &Line<'_>) {
        write_json(&mut self.buffer, line);
        self.buffer.push(b'\n');
    }

    fn write(&mut self) -> Result<(), Problem> {
        let written = self.file.write_all(&self.buffer);
        self.buffer.clear();
        written.map_err(|error| self.lost(&error))
    }

    /// Brings all lines to the disk.
    pub fn sync(&mut self) -> Result<(), Problem> {
        self.write()?;
        self.file.sync_data().map_err(|error| self.lost(&error))
    }

    fn lost(&self, error: &io::Error) -> Problem {
        Problem::new(
            Kind::Output,
            self.path.display(),
            format!(
                "the journal cannot be written: {error}; no more was done, run again once it can"
            ),
        )
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        Kind::Unreadable,
        path.display(),
        format!("the journal cannot be read: {error}"),
    )
}

/// Two programs that act at the same time would not know of each other's moves.
fn lock(file: &File, path: &Path) -> Result<(), Problem> {
    #[cfg(unix)]
    {
        use rustix::fs::{FlockOperation, flock};
        // A file system without locks is no reason to refuse.
        if flock(file, FlockOperation::NonBlockingLockExclusive)
            == Err(rustix::io::Errno::WOULDBLOCK)
        {
            return Err(Problem::new(
                Kind::Setting,
                path.display(),
                "another dedupe is writing this journal: wait until it has ended",
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, path);
    Ok(())
}

/// The intents, and how many bytes are whole lines.
fn parse(path: &Path, bytes: &[u8]) -> Result<(Intents, usize), Problem> {
    let whole = memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1);
    let mut intents = Intents::new();
    for (number, line) in bytes[..whole].split(|&b| b == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let damaged = |why: &str| {
            Problem::new(
                Kind::BrokenPlan,
                format!("{}:{}", path.display(), number + 1),
                format!("not a line of a journal: {why}; nothing was done"),
            )
        };
        let line: Line<'_> =
            serde_json::from_slice(line).map_err(|error| damaged(&error.to_string()))?;
        let (n, state) = match line {
            Line::Run { version, .. } if version != VERSION => {
                return Err(damaged(&format!(
                    "it is of version {version}, and this program knows version {VERSION}"
                )));
            }
            Line::Run { .. } => continue,
            Line::Intent(written) => {
                let n = written.n;
                let intent = written
                    .intent()
                    .ok_or_else(|| damaged("a value is wrong"))?;
                intents.insert(n, (intent, State::Open));
                continue;
            }
            Line::Done { n } => (n, State::Done),
            Line::Failed { n, .. } => (n, State::Failed),
            Line::Undo { n } => (n, State::Undoing),
            Line::Undone { n } => (n, State::Undone),
        };
        let (_, of) = intents
            .get_mut(&n)
            .ok_or_else(|| damaged(&format!("there is no intent {n}")))?;
        *of = state;
    }
    Ok((intents, whole))
}

impl Written<'_> {
    fn intent(self) -> Option<Intent> {
        Some(Intent {
            action: self.action,
            from: self.from.path()?,
            to: match self.to {
                Some(to) => Some(to.path()?),
                None => None,
            },
            file: Fingerprint::parse(self.size, &self.mtime, &self.hash)?,
            kept: self.kept.path()?,
            mode: self.mode,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intent(name: &str) -> Intent {
        Intent {
            action: Action::Move,
            from: PathBuf::from(name),
            to: Some(PathBuf::from("/to").join(name)),
            file: Fingerprint::parse(3, "2026-01-01T00:00:00.5Z", &"0f".repeat(16))
                .expect("a fingerprint"),
            kept: PathBuf::from("/kept"),
            mode: Some(0o644),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("sub/journal");
        assert!(read(&path).expect("there is none").is_empty());
        let (mut journal, _) = Journal::open(&path).expect("a journal");
        journal.run("move", Some(7)).expect("a line");
        let numbers = journal
            .intend(&[intent("/a"), intent("/b\""), intent("/c")])
            .expect("lines");
        assert_eq!(numbers, [1, 2, 3]);
        journal.done(1).expect("a line");
        journal.failed(2, "why \"not\"").expect("a line");
        if cfg!(unix) {
            let second = Journal::open(&path).err().expect("it is locked");
            assert!(second.to_string().contains("another dedupe"), "{second}");
        }
        drop(journal);
        let states = |intents: &Intents| intents.values().map(|i| i.1).collect::<Vec<_>>();
        let (mut journal, intents) = Journal::open(&path).expect("a journal");
        assert_eq!(intents[&2].0, intent("/b\""));
        assert_eq!(states(&intents), [State::Done, State::Failed, State::Open]);
        journal.undo(&[1]).expect("a line");
        journal.undone(1).expect("a line");
        assert_eq!(journal.intend(&[intent("/d")]).expect("a line"), [4]);
        let intents = read(&path).expect("a journal");
        assert_eq!(intents[&1].1, State::Undone);
    }

    #[test]
    fn a_line_cut_off_anywhere_is_forgotten() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("journal");
        let (mut journal, _) = Journal::open(&path).expect("a journal");
        journal
            .intend(&[intent("/a"), intent("/b")])
            .expect("lines");
        drop(journal);
        let bytes = std::fs::read(&path).expect("a file");
        let first = memchr::memchr(b'\n', &bytes).expect("a line end") + 1;
        for cut in 0..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).expect("a file");
            let (mut journal, intents) = Journal::open(&path).expect("a journal");
            assert_eq!(intents.len(), usize::from(cut >= first), "cut at {cut}");
            journal.intend(&[intent("/c")]).expect("a line");
            assert_eq!(read(&path).expect("a journal").len(), intents.len() + 1);
        }
        std::fs::write(&path, "{\"what\":\"done\",\"n\":9}\n").expect("a file");
        let why = read(&path).expect_err("nothing has this number");
        assert!(
            why.to_string()
                .contains("journal:1: not a line of a journal"),
            "{why}"
        );
    }
}
