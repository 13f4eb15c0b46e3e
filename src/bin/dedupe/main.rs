//! The program `dedupe`: files in, answers out; everything it knows of text comes from the library.
//!
//! `args` says what can be asked, `input` turns paths into documents, `pipeline` spreads them over the cores,
//! `scan`, `strip`, `explain` and `filter` are answers, and `apply` acts on one. `problems` collects what went wrong on the way.

mod apply;
mod args;
mod config;
mod docs;
mod doctor;
mod explain;
mod filter;
mod fingerprint;
mod input;
mod noise;
mod output;
mod paths;
mod pipeline;
mod problems;
mod progress;
mod report;
mod scan;
mod sites;
mod spill;
mod strip;
#[cfg(feature = "train")]
mod train;
mod verbose;
mod words;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::{Args, Command};
use problems::Problems;

/// How a run ended, as the exit code tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0: nothing to report.
    Clean,
    /// Exit code 1: duplicates were found.
    Duplicates,
    /// Exit code 1: some files were left as they are, and it was told why.
    Left,
    /// Exit code 128 and the number: a signal ended the run before its input did.
    Signal(u8),
}

fn main() -> ExitCode {
    let command = args::command();
    let given: Vec<_> = std::env::args_os().collect();
    let folder = std::env::current_dir().unwrap_or_default();
    let (matches, config) = match config::matches(&command, &given, &folder) {
        Ok(found) => found,
        Err(problem) => return refused(problem),
    };
    if let Some(text) = config.print(&command, &matches) {
        let printed = output::Sink::stdout().write(text.as_bytes());
        return printed.map_or_else(refused, |()| ExitCode::SUCCESS);
    }
    if config::is_verbose(&matches) {
        verbose::on();
        verbose::say(|| {
            let file = config
                .path()
                .map_or("none".into(), |path| path.display().to_string());
            format!(
                "dedupe {}, configuration: {file}",
                env!("CARGO_PKG_VERSION")
            )
        });
    }
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let mut problems = Problems::new(args.quiet());
    let outcome = match args.command {
        None => scan::run(&args.scan, &mut problems),
        Some(Command::Strip(strip)) => strip::run(&strip, &mut problems),
        Some(Command::Explain(explain)) => explain::run(&explain, &mut problems),
        Some(Command::Filter(filter)) => filter::run(&filter, &mut problems),
        Some(Command::Apply(apply)) => apply::run(&apply, &mut problems),
        Some(Command::Undo(undo)) => apply::undo(&undo, &mut problems),
        Some(Command::Report(args)) => report::html::run(&args, &mut problems),
        #[cfg(feature = "train")]
        Some(Command::Train(args)) => train::run(&args, &mut problems),
        Some(Command::Doctor) => doctor::run(&mut problems),
        Some(Command::Man) => docs::man(),
        Some(Command::Completions { shell }) => docs::completions(shell),
    };
    let outcome = outcome.unwrap_or_else(|mut failure| {
        config.place(&mut failure);
        problems.add(failure);
        Outcome::Clean
    });
    verbose::say(|| String::from("done"));
    problems.print();
    match outcome {
        Outcome::Signal(number) => ExitCode::from(128 + number),
        _ if problems.errors() > 0 => ExitCode::from(2),
        Outcome::Clean => ExitCode::SUCCESS,
        Outcome::Duplicates | Outcome::Left => ExitCode::from(1),
    }
}

/// Ends a run that did not begin.
fn refused(problem: problems::Problem) -> ExitCode {
    let mut problems = Problems::new(false);
    problems.add(problem);
    problems.print();
    ExitCode::from(2)
}
