//! `dedupe train`: a noise model out of labelled pages.
//!
//! `pages` reads the labelled pages, `annotations` labels that are kept apart from them.

mod annotations;
mod pages;

use std::fmt::Write as _;
use std::path::Path;

use newsift::train::{self, Progress, TrainSettings};
use xxhash_rust::xxh3::xxh3_64;

use annotations::Annotations;

use crate::Outcome;
use crate::args::TrainArgs;
use crate::input::compressed::{self, Compression};
use crate::output::{NewFile, Sink};
use crate::pipeline;
use crate::problems::{Kind, Problem, Problems, advised};

/// Reads the pages, trains, and writes the model.
pub fn run(args: &TrainArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let settings = TrainSettings {
        seed: args.seed,
        epochs: args.epochs,
        folds: args.folds,
        teachers: args.teachers,
        patience: args.patience,
        ..TrainSettings::default()
    };
    let mut annotations = Annotations::default();
    let mut pages = Vec::new();
    let mut about = format!(
        "newsift {}: dedupe train --seed {} --epochs {} --folds {} --teachers {}{}\n",
        env!("CARGO_PKG_VERSION"),
        args.seed,
        args.epochs,
        args.folds,
        args.teachers,
        args.patience
            .map_or(String::new(), |epochs| format!(" --patience {epochs}"))
    );
    let load = |path: &Path| {
        compressed::open(path, Compression::Unknown)
            .and_then(|stream| compressed::read_all(stream, args.max_size))
            .map_err(|why| Problem::new(Kind::Unreadable, path.display(), why.to_string()))
    };
    let name = |path: &Path| {
        path.file_name()
            .unwrap_or(path.as_os_str())
            .display()
            .to_string()
    };
    for path in &args.annotations {
        let bytes = load(path)?;
        annotations.read(path, &bytes, problems);
        let _ = writeln!(
            about,
            "annotations {}: xxh3 {:016x}",
            name(path),
            xxh3_64(&bytes)
        );
    }
    let scored = args.paths.iter().map(|path| (path, true));
    let unscored = args.unscored.iter().map(|path| (path, false));
    for (path, scored) in scored.chain(unscored) {
        let bytes = load(path)?;
        let before = pages.len();
        pages::read(path, &bytes, &mut annotations, &mut pages, problems);
        pages[before..]
            .iter_mut()
            .for_each(|page| page.scored = scored);
        let _ = writeln!(
            about,
            "{} {}: {} pages, xxh3 {:016x}",
            if scored { "data" } else { "unscored" },
            name(path),
            pages.len() - before,
            xxh3_64(&bytes)
        );
    }
    annotations.tell_unused(problems);
    if problems.errors() > 0 {
        return Ok(Outcome::Clean); // the problems are printed; a model of half the data helps nobody
    }
    let quiet = args.run.quiet;
    pipeline::with_threads(&args.run, || {
        let trained = (|| -> Result<Result<Vec<u8>, Problem>, newsift::Error> {
            if args.cross_validate {
                let mut failed = None;
                let score = train::cross_validate(
                    &pages,
                    &settings,
                    |fold, model| {
                        if let Some(folder) = &args.fold_models {
                            let path = folder.join(format!("{fold}.bin"));
                            failed = failed
                                .take()
                                .or(write(&path, &model.to_bytes(), args.force).err());
                        }
                    },
                    |fold, step| {
                        tell(
                            quiet,
                            format_args!("fold {fold}, {}", words(step, args.epochs)),
                        )
                    },
                )?;
                if let Some(problem) = failed {
                    return Ok(Err(problem));
                }
                let _ = Sink::stdout().write(score.to_string().as_bytes());
                let _ = write!(
                    about,
                    "cross-validated by host, {} folds:\n{score}",
                    args.folds
                );
            }
            let model = train::train(&pages, &settings, &about, |step| {
                tell(quiet, format_args!("{}", words(step, args.epochs)));
            })?;
            Ok(Ok(model.to_bytes()))
        })()
        .map_err(|error| Problem::new(Kind::Setting, "train", error.to_string()))?;
        write(&args.out, &trained?, args.force)?;
        Ok(Outcome::Clean)
    })?
}

fn words(step: Progress, epochs: usize) -> String {
    let Progress {
        network,
        epoch,
        loss,
    } = step;
    match network {
        0 => format!("epoch {epoch} of {epochs}: loss {loss:.4}"),
        _ => format!("teacher {network}, epoch {epoch} of {epochs}: loss {loss:.4}"),
    }
}

/// Progress is a line an epoch, so that a log of a night's run can be read.
fn tell(quiet: bool, what: std::fmt::Arguments<'_>) {
    if !quiet {
        anstream::eprintln!("{what}");
    }
}

fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        let why = if error.kind() == std::io::ErrorKind::AlreadyExists {
            format!("{error}: --force replaces it")
        } else {
            advised(&error)
        };
        Problem::new(
            Kind::Output,
            path.display(),
            format!("cannot be written: {why}"),
        )
    };
    let mut file = NewFile::create(path).map_err(failed)?;
    file.write(bytes).map_err(failed)?;
    file.finish(path, force).map_err(failed)
}
