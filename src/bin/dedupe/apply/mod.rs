//! `dedupe apply PLAN`: acts on the duplicates that a scan found, and `dedupe undo JOURNAL`, which takes it back.
//!
//! Nothing here believes the plan: each file and the document that stays for it are read again (`check`). What is done is
//! written down first (`journal`) and done so that a crash loses nothing (`act`).

mod act;
mod check;
mod journal;
mod plan;
mod undo;
mod unique;

pub use undo::run as undo;

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use crate::Outcome;
use crate::args::ApplyArgs;
use crate::output::Sink;
use crate::problems::{Kind, Problem, Problems};
use crate::verbose;
use crate::words::{count, plain, size};
use act::Found;
use check::{Checked, Checks, Ready};
use journal::{Action, Intent, Intents, Journal, State};
use plan::{Plan, Planned};

/// So many files are acted on for one wait until their intents are on the disk.
const BATCH: usize = 64;

/// Reads the plan and acts, or says what it would do.
pub fn run(args: &ApplyArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    if args.force && args.action.write_unique.is_none() {
        return Err(Problem::new(
            Kind::Setting,
            "--force",
            "only --write-unique replaces a file, and nothing else that apply does needs it",
        ));
    }
    let action = if args.action.delete {
        Action::Delete
    } else if args.action.hardlink {
        Action::Hardlink
    } else if let Some(file) = &args.action.write_unique {
        return unique::run(args, file, problems);
    } else {
        Action::Move
    };
    let journal = match (&args.journal, args.plan == Path::new("-")) {
        (Some(path), _) => path.clone(),
        (None, false) => {
            let mut name = args.plan.clone().into_os_string();
            name.push(".journal");
            name.into()
        }
        (None, true) if args.yes => {
            return Err(Problem::new(
                Kind::Setting,
                "--journal",
                "a plan from standard input has no name for its journal: --journal FILE gives one",
            ));
        }
        (None, true) => PathBuf::new(),
    };
    let plan = Plan::read(&args.plan)?;
    verbose::say(|| format!("the plan has {} documents", plan.documents.len()));
    let base = args.base.as_deref().unwrap_or(Path::new(""));
    let target = match &args.action.move_to {
        None => None,
        Some(folder) => Some(target(folder)?),
    };
    let mut checks = Checks::new(&plan, base);
    let mut apply = Apply {
        action,
        target,
        journal: None,
        done: HashSet::new(),
        taken: HashSet::new(),
        batch: Vec::new(),
        out: Sink::stdout(),
        tally: Tally::default(),
        problems,
    };
    if args.yes {
        let (opened, intents) = Journal::open(&journal)?;
        apply.journal = Some(opened);
        apply.settle(intents, plan.hash)?;
    } else if !journal.as_os_str().is_empty() {
        apply.remember(journal::read(&journal)?);
    }
    let mut inside = BTreeMap::<Rc<Path>, usize>::new();
    for document in plan.documents.iter().filter(|d| d.duplicate_of.is_some()) {
        if document.line.is_some() && !document.in_archive {
            *inside.entry(document.path.clone()).or_default() += 1;
            continue;
        }
        apply.document(document, &mut checks)?;
    }
    apply.act()?;
    for (path, n) in inside {
        let (lines, are) = if n == 1 {
            ("line", "is a duplicate")
        } else {
            ("lines", "are duplicates")
        };
        let why = format!(
            "{n} {lines} of it {are}, and lines are not acted on one by one: --write-unique FILE writes what is left"
        );
        apply.left(&path, &why)?;
        apply.tally.left += n - 1;
    }
    apply.finish(&journal)
}

/// The folder of `--move-to`, absolute.
fn target(folder: &Path) -> Result<PathBuf, Problem> {
    let refused = |why: String| {
        Problem::new(
            Kind::Setting,
            format!("--move-to {}", folder.display()),
            why,
        )
    };
    if folder.metadata().is_ok_and(|found| !found.is_dir()) {
        return Err(refused(String::from(
            "there is a file of this name: name a directory",
        )));
    }
    match folder.canonicalize() {
        Ok(real) => Ok(real),
        Err(_) => std::path::absolute(folder).map_err(|error| refused(error.to_string())),
    }
}

/// How many files, and of how many bytes.
#[derive(Debug, Default)]
struct Tally {
    acted: usize,
    bytes: u64,
    already: usize,
    left: usize,
}

/// A run.
struct Apply<'p> {
    action: Action,
    /// Where files are moved.
    target: Option<PathBuf>,
    /// None when nothing is to be done but told.
    journal: Option<Journal>,
    /// What earlier runs did: from where, and with which content.
    done: HashSet<(PathBuf, u128)>,
    /// Names in the target that files of this run have, or will have.
    taken: HashSet<PathBuf>,
    batch: Vec<(Box<Ready>, Intent, Rc<Path>)>,
    out: Sink,
    tally: Tally,
    problems: &'p mut Problems,
}

impl Apply<'_> {
    fn remember(&mut self, intents: Intents) {
        let done = intents.into_values().filter(|i| i.1 == State::Done);
        self.done
            .extend(done.map(|(intent, _)| (intent.from, intent.file.hash)));
    }

    /// Finds out how far a run came that did not end, and finishes what it began.
    fn settle(&mut self, mut intents: Intents, plan: u128) -> Result<(), Problem> {
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        settle(journal, &mut intents, self.problems)?;
        journal.run(word(self.action, "move", "delete", "hardlink"), Some(plan))?;
        self.remember(intents);
        Ok(())
    }

    fn document(&mut self, document: &Planned, checks: &mut Checks) -> Result<(), Problem> {
        let ready = match checks.check(document, self.action) {
            Checked::Ready(ready) => ready,
            Checked::Gone(place) => {
                let hash = document.file.map(|file| file.hash);
                if hash.is_some_and(|hash| self.done.contains(&(place, hash))) {
                    self.tally.already += 1;
                    return Ok(());
                }
                return self.left(&document.path, "gone");
            }
            Checked::Linked => {
                self.tally.already += 1;
                return Ok(());
            }
            Checked::Left(why) => return self.left(&document.path, &why),
        };
        if self.action == Action::Hardlink
            && let Some((_, Some(kept))) = &document.duplicate_of
            && kept.hash != ready.file.hash
        {
            let why = "it is a near-duplicate, and a hard link would lose its own wording: --move-to or --delete act on it";
            return self.left(&document.path, why);
        }
        let to = match &self.target {
            None => None,
            Some(target) if ready.path.starts_with(target) => {
                return self.left(
                    &document.path,
                    "it lies in the directory of --move-to already",
                );
            }
            Some(target) => {
                let free =
                    |name: &PathBuf| !self.taken.contains(name) && name.symlink_metadata().is_err();
                let name = target.join(inside(&document.path));
                act::names(&name).find(free)
            }
        };
        self.taken.extend(to.clone());
        let intent = Intent {
            action: self.action,
            from: ready.path.clone(),
            to,
            file: ready.file,
            kept: ready.kept.path.clone(),
            mode: ready.mode,
        };
        self.batch.push((ready, intent, document.path.clone()));
        if self.batch.len() >= BATCH {
            self.act()?;
        }
        Ok(())
    }

    /// Acts on the files that wait, or says that it would.
    fn act(&mut self) -> Result<(), Problem> {
        let batch = std::mem::take(&mut self.batch);
        let Some(journal) = &mut self.journal else {
            for (_, intent, name) in batch {
                self.tell(&intent, &name)?;
            }
            return Ok(());
        };
        if batch.is_empty() {
            return Ok(());
        }
        verbose::say(|| format!("{} checked, acting", count(batch.len(), "file")));
        let intents: Vec<Intent> = batch.iter().map(|(_, intent, _)| intent.clone()).collect();
        let numbers = journal.intend(&intents)?;
        for (n, (ready, intent, name)) in numbers.into_iter().zip(batch) {
            let Some(journal) = &mut self.journal else {
                break;
            };
            if let Err(why) = ready.is_still() {
                journal.failed(n, &why)?;
                self.left(&name, &why)?;
                continue;
            }
            match act::act(&intent, n) {
                Ok(()) => {
                    journal.done(n)?;
                    self.tell(&intent, &name)?;
                }
                Err(error) => {
                    journal.failed(n, &error.to_string())?;
                    let verb = word(self.action, "moved", "deleted", "linked");
                    self.problems.add(Problem::new(
                        Kind::Output,
                        name.display(),
                        format!("cannot be {verb}: {error}"),
                    ));
                }
            }
        }
        Ok(())
    }

    fn tell(&mut self, intent: &Intent, name: &Path) -> Result<(), Problem> {
        self.tally.acted += 1;
        self.tally.bytes += intent.file.size;
        let verb = match self.journal {
            None => word(self.action, "would move", "would delete", "would link"),
            Some(_) => word(self.action, "moved", "deleted", "linked"),
        };
        let to = match &intent.to {
            None => String::new(),
            Some(to) => format!(" to {}", plain(&to.display().to_string())),
        };
        let (name, kept) = (
            plain(&name.display().to_string()),
            plain(&intent.kept.display().to_string()),
        );
        let line = format!(
            "{verb} {name}{to} ({}; kept: {kept})\n",
            size(intent.file.size as usize)
        );
        self.out.write(line.as_bytes())
    }

    fn left(&mut self, name: &Path, why: &str) -> Result<(), Problem> {
        self.tally.left += 1;
        let name = plain(&name.display().to_string());
        self.out
            .write(format!("left {name}: {}\n", plain(why)).as_bytes())
    }

    /// Brings the journal to the disk, sums up.
    fn finish(mut self, path: &Path) -> Result<Outcome, Problem> {
        if let Some(journal) = &mut self.journal {
            journal.sync()?;
        }
        let tally = &self.tally;
        let (acted, bytes) = (count(tally.acted, "file"), size(tally.bytes as usize));
        let mut line = match self.journal {
            None => {
                let verb = word(self.action, "moved", "deleted", "linked");
                format!("dry run: {acted} would be {verb}, {bytes}")
            }
            Some(_) => {
                let verb = word(self.action, "moved", "deleted", "linked");
                format!("{acted} {verb}, {bytes}")
            }
        };
        if tally.already > 0 {
            line += &format!("; {} done before", tally.already);
        }
        if tally.left > 0 {
            line += &format!("; {} left as they are", tally.left);
        }
        line += &match (&self.journal, tally.acted) {
            (_, 0) => String::from("\n"),
            (None, _) => String::from("\nnothing was changed: --yes does it\n"),
            (Some(_), _) if self.action == Action::Delete => {
                format!("\njournal: {}\n", plain(&path.display().to_string()))
            }
            (Some(_), _) => {
                let path = plain(&path.display().to_string());
                format!("\njournal: {path} (dedupe undo takes it back)\n")
            }
        };
        self.out.write(line.as_bytes())?;
        let left = self.tally.left > 0;
        self.out.finish()?;
        Ok(if left { Outcome::Left } else { Outcome::Clean })
    }
}

/// The word for an action.
fn word<'w>(action: Action, moved: &'w str, deleted: &'w str, linked: &'w str) -> &'w str {
    match action {
        Action::Move => moved,
        Action::Delete => deleted,
        Action::Hardlink => linked,
    }
}

/// The part of a path that is kept below the directory of `--move-to`.
fn inside(path: &Path) -> PathBuf {
    let names = path
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    names.collect()
}

/// Settles the intents of which the journal does not know the end: looks at the files, finishes what is half done, and
/// writes down what was found.
fn settle(
    journal: &mut Journal,
    intents: &mut Intents,
    problems: &mut Problems,
) -> Result<(), Problem> {
    for (&n, (intent, state)) in intents {
        let undoing = match *state {
            State::Open => false,
            State::Undoing => true,
            State::Done | State::Failed | State::Undone => continue,
        };
        act::tidy(intent, n);
        let found = act::look(intent);
        if found == Found::Both {
            // The copy was complete, and the original should have gone next.
            let extra = match &intent.to {
                Some(to) if undoing => to,
                _ => &intent.from,
            };
            std::fs::remove_file(extra).map_err(|error| {
                let why = format!("cannot be removed, to finish what was begun: {error}");
                Problem::new(Kind::Output, extra.display(), why)
            })?;
        }
        let done =
            match found {
                Found::Before => false,
                Found::After => true,
                Found::Both => !undoing,
                Found::Neither => {
                    problems.add(Problem::new(
                    Kind::Output,
                    intent.from.display(),
                    format!(
                        "neither there nor where it was moved ({}), so somebody else was at work",
                        intent.to.as_deref().unwrap_or(Path::new("nowhere")).display()
                    ),
                ));
                    false
                }
            };
        match (done, undoing) {
            (true, _) => journal.done(n)?,
            (false, true) => journal.undone(n)?,
            (false, false) => journal.failed(n, "not done when the run was interrupted")?,
        }
        *state = match (done, undoing) {
            (true, _) => State::Done,
            (false, true) => State::Undone,
            (false, false) => State::Failed,
        };
    }
    journal.sync()
}
