//! Spreads the work over the cores, with bounded memory and answers in the order of the input.
//!
//! Every thread does the same: it takes the next batch of the input, works on it, and hands in what it found. Who hands in
//! the batch whose turn it is collects it, and those after it that wait already. So reading, unpacking, stripping and
//! writing overlap without a thread for each, no thread waits for the slowest of a round, and as batches are collected in
//! their order, neither the number of threads nor their luck can be seen in the answers.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::args::RunArgs;
use crate::input::{Reader, Work};
use crate::problems::{Kind, Problem};
use crate::verbose;

/// A batch holds this many bytes of input, as far as its size is known,
const BYTES: u64 = 256 << 10;
/// and no more than so many files, whose size is not known before they are opened. Taking a batch costs about as much as
/// opening a file.
const FILES: usize = 16;
/// So many batches of each thread may wait for their turn.
const AHEAD: usize = 4;
/// A thread whose answers grow beyond this many bytes waits for its turn before it goes on with its batch.
const MOST: usize = 4 << 20;

/// What a thread found in its batch.
pub trait Found: Default + Send {
    /// About how much memory it takes.
    fn bytes(&self) -> usize;
}

/// Runs `job` on the number of threads that was asked for.
pub fn with_threads<R: Send>(run: &RunArgs, job: impl FnOnce() -> R + Send) -> Result<R, Problem> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(run.threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Problem::new(Kind::Setting, "--threads", error.to_string()))?;
    verbose::say(|| format!("{} threads", pool.current_num_threads()));
    Ok(pool.install(job))
}

/// Sends all work of `reader` through `each`, in parallel, which adds to what it finds, and the findings to `collect`, in
/// order. Ends early when `collect` fails or says that it needs no more.
pub fn run<F: Found>(
    reader: &mut Reader,
    each: impl Fn(Work, &mut F) + Sync,
    collect: impl FnMut(F) -> Result<bool, Problem> + Send,
) -> Result<(), Problem> {
    let threads = rayon::current_num_threads();
    let belt = Belt {
        input: Mutex::new((reader, 0)),
        turns: Mutex::new(Turns {
            next: 0,
            waiting: BTreeMap::new(),
            end: None,
        }),
        turned: Condvar::new(),
        ahead: AHEAD * threads,
        collect: Mutex::new(collect),
    };
    rayon::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|_| belt.work(&each));
        }
    });
    let turns = belt.turns.into_inner();
    turns
        .unwrap_or_else(PoisonError::into_inner)
        .end
        .unwrap_or(Ok(()))
}

/// What the threads share.
struct Belt<'r, F, C> {
    /// The input, and the number of the next batch.
    input: Mutex<(&'r mut Reader, usize)>,
    turns: Mutex<Turns<F>>,
    /// Told when the turn goes on, and at an early end.
    turned: Condvar,
    ahead: usize,
    collect: Mutex<C>,
}

struct Turns<F> {
    /// The batch whose turn it is.
    next: usize,
    /// By number, what was found in later batches.
    waiting: BTreeMap<usize, F>,
    /// Why no more is wanted.
    end: Option<Result<(), Problem>>,
}

impl<F: Found, C: FnMut(F) -> Result<bool, Problem>> Belt<'_, F, C> {
    fn work(&self, each: &(impl Fn(Work, &mut F) + Sync)) {
        let _rescue = Rescue(self);
        while let Some((number, batch)) = self.take() {
            let mut found = F::default();
            for work in batch {
                each(work, &mut found);
                if found.bytes() > MOST {
                    let full = std::mem::take(&mut found);
                    let turn = self.turn_of(number, 0);
                    if turn.and_then(|turns| self.collect(turns, full)).is_none() {
                        return;
                    }
                }
            }
            if !self.hand_in(number, found) {
                return;
            }
        }
    }

    /// The next batch and its number; none at the end.
    fn take(&self) -> Option<(usize, Vec<Work>)> {
        let mut input = lock(&self.input);
        let (reader, next) = &mut *input;
        let mut batch = Vec::new();
        let mut bytes = 0;
        while bytes < BYTES && batch.len() < FILES {
            let Some(work) = reader.next() else { break };
            bytes += work.weight();
            batch.push(work);
        }
        let number = *next;
        *next += 1;
        (!batch.is_empty()).then_some((number, batch))
    }

    /// Waits for the turn of a batch, or until fewer than `room` others wait. None when no more is wanted.
    fn turn_of(&self, number: usize, room: usize) -> Option<MutexGuard<'_, Turns<F>>> {
        let mut turns = lock(&self.turns);
        while turns.end.is_none() && turns.next != number && turns.waiting.len() >= room {
            turns = self
                .turned
                .wait(turns)
                .unwrap_or_else(PoisonError::into_inner);
        }
        turns.end.is_none().then_some(turns)
    }

    /// Collects what was found in the batch whose turn it is. None when no more is wanted.
    fn collect<'b>(
        &'b self,
        turns: MutexGuard<'b, Turns<F>>,
        found: F,
    ) -> Option<MutexGuard<'b, Turns<F>>> {
        drop(turns);
        let answer = lock(&self.collect)(found);
        let mut turns = lock(&self.turns);
        match answer {
            Ok(true) => return turns.end.is_none().then_some(turns),
            Ok(false) => turns.end = Some(Ok(())),
            Err(problem) => turns.end = Some(Err(problem)),
        }
        self.turned.notify_all();
        None
    }

    /// Takes what was found in a batch. False when no more is wanted.
    fn hand_in(&self, number: usize, found: F) -> bool {
        let Some(mut turns) = self.turn_of(number, self.ahead) else {
            return false;
        };
        if turns.next != number {
            turns.waiting.insert(number, found);
            return true;
        }
        let mut found = found;
        loop {
            turns = match self.collect(turns, found) {
                Some(turns) => turns,
                None => return false,
            };
            turns.next += 1;
            self.turned.notify_all();
            let next = turns.next;
            match turns.waiting.remove(&next) {
                Some(waiting) => found = waiting,
                None => return true,
            }
        }
    }
}

/// When a thread panics, the others must not wait for its turn.
struct Rescue<'b, 'r, F, C>(&'b Belt<'r, F, C>);

impl<F, C> Drop for Rescue<'_, '_, F, C> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0.turns).end.get_or_insert(Ok(()));
            self.0.turned.notify_all();
        }
    }
}

/// A panic of another thread is told where that thread is joined.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
