//! Formats that are read from front to back by a plain loop: the loop runs in a thread of its own and hands on what it
//! finds, so that unpacking overlaps with the work on what was unpacked.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::problems::{Kind, Problem};

use super::{Content, Record, Source, Work};

/// A hand-over holds this many bytes or steps; as many hand-overs may wait.
const BYTES: u64 = 256 << 10;
const STEPS: usize = 256;
const WAITING: usize = 2;

/// What a loop finds.
pub enum Step {
    Work(Work),
    /// A file inside an archive, still to be looked into.
    Member(Arc<Source>, Vec<u8>),
}

/// Why a loop ends before its input does.
pub enum Stop {
    Failed(Problem),
    /// Nobody wants more.
    Gone,
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Stop::Failed(problem)
    }
}

/// Where a loop puts what it finds.
pub struct Emit {
    sender: SyncSender<Vec<Step>>,
    batch: Vec<Step>,
    bytes: u64,
}

impl Emit {
    pub fn work(&mut self, work: Work) -> Result<(), Stop> {
        self.bytes += work.weight();
        self.step(Step::Work(work))
    }

    pub fn problem(&mut self, problem: Problem) -> Result<(), Stop> {
        self.work(Work::Problem(problem))
    }

    pub fn member(&mut self, source: Arc<Source>, bytes: Vec<u8>) -> Result<(), Stop> {
        self.bytes += bytes.len() as u64;
        self.step(Step::Member(source, bytes))
    }

    fn step(&mut self, step: Step) -> Result<(), Stop> {
        self.batch.push(step);
        if self.bytes >= BYTES || self.batch.len() >= STEPS {
            return self.flush();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stop> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        self.sender.send(batch).map_err(|_| Stop::Gone)
    }
}

/// Rows of a table, many of which are handed on together.
pub struct Rows<'s> {
    source: &'s Arc<Source>,
    records: Vec<Record>,
    bytes: u64,
}

impl<'s> Rows<'s> {
    pub fn of(source: &'s Arc<Source>) -> Self {
        Self {
            source,
            records: Vec::new(),
            bytes: 0,
        }
    }

    /// Adds a row as a JSON object, or why it is none.
    pub fn add(
        &mut self,
        number: u32,
        row: Result<Vec<u8>, Problem>,
        emit: &mut Emit,
    ) -> Result<(), Stop> {
        self.bytes += row.as_ref().map_or(0, |json| json.len() as u64);
        let content = row.map(Content::Json);
        self.records.push(Record { number, content });
        if self.bytes < BYTES {
            return Ok(());
        }
        self.bytes = 0;
        self.hand_on(emit)
    }

    /// Hands on what was added last.
    pub fn hand_on(&mut self, emit: &mut Emit) -> Result<(), Stop> {
        emit.work(Work::Records {
            source: self.source.clone(),
            records: std::mem::take(&mut self.records),
        })
    }
}

/// The other end.
pub struct Feed {
    receiver: Receiver<Vec<Step>>,
    batch: std::vec::IntoIter<Step>,
}

impl Feed {
    /// Starts the loop that reads `source`.
    pub fn start(
        source: &Arc<Source>,
        read: impl FnOnce(&mut Emit) -> Result<(), Stop> + Send + 'static,
    ) -> Result<Self, Problem> {
        let (sender, receiver) = sync_channel(WAITING);
        let place = source.to_string();
        let run = move || {
            let mut emit = Emit {
                sender,
                batch: Vec::new(),
                bytes: 0,
            };
            // Other people's readers meet hostile bytes here; what they do not survive is a damaged file to us.
            let end = catch_unwind(AssertUnwindSafe(|| read(&mut emit))).unwrap_or_else(|_| {
                Err(Stop::Failed(Problem::new(
                    Kind::Unreadable,
                    place,
                    "its reader gave up on it, so it is likely damaged: fetch it again, or report this as a bug",
                )))
            });
            // When nobody listens any more there is nobody to tell.
            let _ = match end {
                Err(Stop::Failed(problem)) => emit.problem(problem).and_then(|()| emit.flush()),
                Ok(()) => emit.flush(),
                Err(Stop::Gone) => Ok(()),
            };
        };
        thread::Builder::new()
            .name(String::from("reader"))
            .spawn(run)
            .map_err(|error| {
                Problem::new(
                    Kind::Unreadable,
                    source,
                    format!("no thread to read it in: {error}; end other programs and try again"),
                )
            })?;
        Ok(Self {
            receiver,
            batch: Vec::new().into_iter(),
        })
    }

    /// What was found next; none at the end.
    pub fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.batch.next() {
                return Some(step);
            }
            self.batch = self.receiver.recv().ok()?.into_iter();
        }
    }
}
