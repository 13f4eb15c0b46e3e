//! Spreads the work over the cores, with bounded memory and answers in the order of the input.
//!
//! Work goes in rounds of a few megabytes. While one round is worked on, the next is read and the one before is
//! collected, so that reading, stripping and writing overlap; and as a round is collected in its order, neither the
//! number of threads nor their luck can be seen in the answers.

use rayon::prelude::*;

use crate::args::RunArgs;
use crate::input::{Reader, Work};
use crate::problems::{Kind, Problem};
use crate::verbose;

/// A round holds this many bytes for each thread: enough that waiting for the slowest page of a round does not matter.
const BYTES_PER_THREAD: u64 = 2 << 20;
/// And no more than this many files, whose names and sizes are known but which are not read yet.
const FILES_PER_THREAD: usize = 512;

/// Runs `job` on the number of threads that was asked for.
pub fn with_threads<R: Send>(run: &RunArgs, job: impl FnOnce() -> R + Send) -> Result<R, Problem> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(run.threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Problem::new(Kind::Setting, "--threads", error.to_string()))?;
    verbose::say(|| format!("{} threads", pool.current_num_threads()));
    Ok(pool.install(job))
}

/// Sends all work of `reader` through `each`, in parallel, and the answers to `collect`, in order. Ends early when
/// `collect` fails or says that it needs no more.
pub fn run<R: Send>(
    reader: &mut Reader,
    each: impl Fn(Work) -> R + Sync,
    mut collect: impl FnMut(R) -> Result<bool, Problem> + Send,
) -> Result<(), Problem> {
    let mut waiting = round(reader);
    let mut done: Vec<R> = Vec::new();
    while !(waiting.is_empty() && done.is_empty()) {
        let work = std::mem::take(&mut waiting);
        let answers = std::mem::take(&mut done);
        let (next, (worked, collected)) = rayon::join(
            || round(reader),
            || {
                rayon::join(
                    || work.into_par_iter().map(&each).collect::<Vec<R>>(),
                    || {
                        for answer in answers {
                            if !collect(answer)? {
                                return Ok(false);
                            }
                        }
                        Ok(true)
                    },
                )
            },
        );
        if !collected? {
            return Ok(());
        }
        waiting = next;
        done = worked;
    }
    Ok(())
}

fn round(reader: &mut Reader) -> Vec<Work> {
    let threads = rayon::current_num_threads();
    let mut round = Vec::new();
    let mut bytes = 0;
    while bytes < BYTES_PER_THREAD * threads as u64 && round.len() < FILES_PER_THREAD * threads {
        match reader.next() {
            None => break,
            Some(work) => {
                bytes += work.weight();
                round.push(work);
            }
        }
    }
    round
}
