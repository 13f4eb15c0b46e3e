//! `dedupe train`: a noise model out of labelled pages.
//!
//! Reads JSON Lines, a page a line, in the formats that labelled news pages come in; which one is told by the fields:
//! `labels` of words are the fourteen labels, `labels` of 0 and 1 say body text or not, `with` and `without` are
//! snippets that belong to the story or do not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use newsift::train::{self, Target, TrainPage, TrainSettings};
use newsift::{Label, PageKind};
use serde::Deserialize;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use crate::Outcome;
use crate::args::TrainArgs;
use crate::input::compressed::{self, Compression};
use crate::output::{NewFile, Sink};
use crate::pipeline;
use crate::problems::{Kind, Problem, Problems, advised};

/// How many times an epoch a page is seen. Hand-labelled pages tell the fourteen labels apart and are few; snippets say
/// little of a page; outputs of extractors are many for the same page.
const LABELLED: f32 = 3.0;
const BODY_LINES: f32 = 0.7;
const SNIPPETS: f32 = 0.5;
const EXTRACTED: f32 = 0.3;
/// A page whose gold text is not on its lines teaches the wrong thing.
const MIN_GOLD_COVERED: f64 = 0.8;

/// A line of a training file.
#[derive(Debug, Deserialize)]
struct Row {
    #[serde(default)]
    host: String,
    #[serde(default)]
    lines: Vec<String>,
    labels: Option<Vec<Value>>,
    #[serde(default)]
    unsure: Vec<usize>,
    page: Option<String>,
    with: Option<Vec<String>>,
    #[serde(default)]
    without: Vec<String>,
    extractor: Option<String>,
    gold_cov: Option<f64>,
}

/// Reads the pages, trains, and writes the model.
pub fn run(args: &TrainArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let settings = TrainSettings {
        seed: args.seed,
        epochs: args.epochs,
        folds: args.folds,
        ..TrainSettings::default()
    };
    let mut pages = Vec::new();
    let mut about = format!(
        "newsift {}: dedupe train --seed {} --epochs {} --folds {}\n",
        env!("CARGO_PKG_VERSION"),
        args.seed,
        args.epochs,
        args.folds
    );
    for path in &args.paths {
        let bytes = compressed::open(path, Compression::Unknown)
            .and_then(|stream| compressed::read_all(stream, args.max_size))
            .map_err(|why| Problem::new(Kind::Unreadable, path.display(), why.to_string()))?;
        let before = pages.len();
        read(path, &bytes, &mut pages, problems);
        let name = path.file_name().unwrap_or(path.as_os_str()).display();
        let _ = writeln!(
            about,
            "data {name}: {} pages, xxh3 {:016x}",
            pages.len() - before,
            xxh3_64(&bytes)
        );
    }
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
                    |fold, epoch, loss| {
                        tell(
                            quiet,
                            format_args!("fold {fold}, epoch {epoch}: loss {loss:.4}"),
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
            let model = train::train(&pages, &settings, &about, |epoch, loss| {
                tell(
                    quiet,
                    format_args!("epoch {epoch} of {}: loss {loss:.4}", settings.epochs),
                );
            })?;
            Ok(Ok(model.to_bytes()))
        })()
        .map_err(|error| Problem::new(Kind::Setting, "train", error.to_string()))?;
        write(&args.out, &trained?, args.force)?;
        Ok(Outcome::Clean)
    })?
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

fn read(path: &Path, bytes: &[u8], pages: &mut Vec<TrainPage>, problems: &mut Problems) {
    let mut skipped: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (number, line) in (1..).zip(bytes.split(|&b| b == b'\n')) {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let row = serde_json::from_slice::<Row>(line).map_err(|error| error.to_string());
        match row.and_then(page) {
            Ok(Ok(page)) => pages.push(page),
            Ok(Err(why)) => *skipped.entry(why).or_default() += 1,
            Err(why) => {
                problems.add(Problem::new(
                    Kind::BrokenJson,
                    format!("{}:{number}", path.display()),
                    why,
                ));
            }
        }
    }
    for (why, n) in skipped {
        problems.add(Problem::new(
            Kind::LeftOut,
            path.display(),
            format!("{n} pages left out: {why}"),
        ));
    }
}

/// A training page of a row; `Ok(Err(_))` where the row is sound but teaches nothing.
fn page(row: Row) -> Result<Result<TrainPage, &'static str>, String> {
    let host = row.host.trim_start_matches("www.").to_string();
    let teasers = |targets: &[Target]| {
        targets
            .iter()
            .filter(|&&t| t == Target::Label(Label::Teaser))
            .count()
    };
    let (targets, weight, kind) = match (&row.labels, &row.with) {
        (Some(labels), _) => {
            if labels.len() != row.lines.len() {
                return Err(format!(
                    "`labels` must be as many as `lines` ({}), got {}",
                    row.lines.len(),
                    labels.len()
                ));
            }
            let mut targets = labels.iter().map(target).collect::<Result<Vec<_>, _>>()?;
            for &i in &row.unsure {
                if let Some(target) = targets.get_mut(i) {
                    *target = Target::Unknown;
                }
            }
            let named = labels.iter().any(Value::is_string);
            let whole = row.extractor.is_none(); // what an extractor lost does not make its lines wrong
            if !named && whole && row.gold_cov.is_some_and(|share| share < MIN_GOLD_COVERED) {
                return Ok(Err("their gold text is not on their lines"));
            }
            let kind = match row.page.as_deref() {
                Some("story") => Some(PageKind::Story),
                Some("listing") => Some(PageKind::Listing),
                Some("empty") => Some(PageKind::Empty),
                // "other": no story; listings are told by their teasers as the program tells them
                Some(_) => Some(if teasers(&targets) >= 3 {
                    PageKind::Listing
                } else {
                    PageKind::Empty
                }),
                None => targets
                    .contains(&Target::Body(true))
                    .then_some(PageKind::Story),
            };
            let weight = if named {
                LABELLED
            } else if row.extractor.is_some() {
                EXTRACTED
            } else {
                BODY_LINES
            };
            (targets, weight, kind)
        }
        (None, Some(with)) => {
            let targets: Vec<Target> = row
                .lines
                .iter()
                .map(|line| by_snippets(line, with, &row.without))
                .collect();
            if !targets.contains(&Target::Body(true)) {
                return Ok(Err("none of their snippets is on a line"));
            }
            (targets, SNIPPETS, Some(PageKind::Story))
        }
        (None, None) => {
            return Err(String::from(
                "no field `labels`, nor `with`: nothing says what the lines are",
            ));
        }
    };
    let blocks = row.lines.into_iter().zip(targets).collect();
    Ok(Ok(TrainPage {
        host,
        blocks,
        kind,
        weight,
    }))
}

fn target(label: &Value) -> Result<Target, String> {
    match label {
        Value::String(name) => name
            .parse()
            .map(Target::Label)
            .map_err(|error: newsift::Error| error.to_string()),
        Value::Number(n) if n.as_u64() == Some(0) => Ok(Target::Body(false)),
        Value::Number(n) if n.as_u64() == Some(1) => Ok(Target::Body(true)),
        other => Err(format!(
            "a label must be a name, or 0 or 1 (body text), got {other}"
        )),
    }
}

/// A line with a snippet of the story is body text, one with a snippet of the noise is not; short snippets and long lines
/// prove little.
fn by_snippets(line: &str, with: &[String], without: &[String]) -> Target {
    let words = line.split_whitespace().count();
    if words > 3
        && with
            .iter()
            .any(|s| s.len() > 8 && line.contains(s.as_str()))
    {
        Target::Body(true)
    } else if words < 60
        && without
            .iter()
            .any(|s| s.len() > 3 && line.contains(s.as_str()))
    {
        Target::Body(false)
    } else {
        Target::Unknown
    }
}
