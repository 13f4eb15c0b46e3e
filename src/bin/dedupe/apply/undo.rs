//! `dedupe undo JOURNAL`: puts files back where `apply` took them from.

use std::path::Path;

use crate::Outcome;
use crate::args::UndoArgs;
use crate::fingerprint::Fingerprint;
use crate::output::Sink;
use crate::problems::{Kind, Problem, Problems};
use crate::words::{count, plain};

use super::act::{self, are_one};
use super::journal::{self, Action, Intent, Journal, State};
use super::{BATCH, settle};

/// Undoes what can be undone, the last first; or says what it would do.
pub fn run(args: &UndoArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    if args.journal.symlink_metadata().is_err() {
        return Err(Problem::new(
            Kind::Unreadable,
            args.journal.display(),
            "no such journal: dedupe apply --yes writes one and says where",
        ));
    }
    let mut journal = None;
    let intents = if args.yes {
        let (mut opened, mut intents) = Journal::open(&args.journal)?;
        settle(&mut opened, &mut intents, problems)?;
        opened.run("undo", None)?;
        journal = Some(opened);
        intents
    } else {
        journal::read(&args.journal)?
    };
    let mut out = Sink::stdout();
    let (mut undone, mut left) = (0, 0);
    let done: Vec<(u64, Intent)> = intents
        .into_iter()
        .rev()
        .filter(|(_, (_, state))| *state == State::Done)
        .map(|(n, (intent, _))| (n, intent))
        .collect();
    for batch in done.chunks(BATCH) {
        let mut ready = Vec::new();
        for (n, intent) in batch {
            match check(intent) {
                Ok(()) => ready.push((*n, intent)),
                Err(why) => {
                    left += 1;
                    let name = plain(&intent.from.display().to_string());
                    out.write(format!("left {name}: {}\n", plain(&why)).as_bytes())?;
                }
            }
        }
        if let Some(journal) = &mut journal {
            let numbers: Vec<u64> = ready.iter().map(|(n, _)| *n).collect();
            journal.undo(&numbers)?;
        }
        for (n, intent) in ready {
            let name = plain(&intent.from.display().to_string());
            let mut verb = "would put back";
            if let Some(journal) = &mut journal {
                if let Err(error) = act::undo(intent, n) {
                    // As before, so that it can be tried again.
                    journal.done(n)?;
                    let why = format!("cannot be put back: {error}");
                    problems.add(Problem::new(Kind::Output, &name, why));
                    continue;
                }
                journal.undone(n)?;
                verb = "put back";
            }
            undone += 1;
            out.write(format!("{verb} {name}\n").as_bytes())?;
        }
    }
    let files = count(undone, "file");
    let mut line = match &mut journal {
        Some(journal) => {
            journal.sync()?;
            format!("{files} put back")
        }
        None => format!("dry run: {files} would be put back"),
    };
    if left > 0 {
        line += &format!("; {left} left as they are");
    }
    if journal.is_none() && undone > 0 {
        line += "\nnothing was changed: --yes does it";
    }
    out.write((line + "\n").as_bytes())?;
    out.finish()?;
    Ok(if left > 0 {
        Outcome::Left
    } else {
        Outcome::Clean
    })
}

/// Whether an intent can be undone, or why not.
fn check(intent: &Intent) -> Result<(), String> {
    let same = |path: &Path| {
        let (found, _) = Fingerprint::of(path).map_err(|error| error.to_string())?;
        if (found.size, found.hash) != (intent.file.size, intent.file.hash) {
            return Err(String::from("changed since"));
        }
        Ok(())
    };
    match (intent.action, &intent.to) {
        (Action::Move, Some(to)) => {
            if intent.from.symlink_metadata().is_ok() {
                return Err(String::from("there is a file of this name now"));
            }
            same(to).map_err(|why| {
                format!("what was moved to {} is not to be had: {why}", to.display())
            })
        }
        (Action::Hardlink, _) => {
            if !are_one(&intent.from, &intent.kept) {
                return Err(String::from(
                    "it is no hard link of the kept document any more",
                ));
            }
            same(&intent.from)
        }
        (Action::Delete, _) => Err(String::from("deleted, which cannot be undone")),
        (Action::Move, None) => Err(String::from("the journal does not say where it was moved")),
    }
}
