//! `dedupe PATH…`: finds the near-duplicates among the documents of the input.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use clap::CommandFactory as _;
use newsift::{Batch, Clusters, Document, PageKind, Settings, Sketch};
use rayon::slice::ParallelSliceMut as _;
use xxhash_rust::xxh3::xxh3_64;

use crate::Outcome;
use crate::args::{Args, Format, Keep, RuleArgs, ScanArgs};
use crate::fingerprint::Fingerprint;
use crate::input::{Id, Input, Place, Reader, Work};
use crate::noise;
use crate::pipeline::{self, Found};
use crate::problems::{Kind, Problem, Problems};
use crate::progress::Progress;
use crate::report;
use crate::report::html::{Shown, Tally};
use crate::sites::Sites;
use crate::spill::Spill;
use crate::verbose;

/// What stays in memory of a document, beside its sketch.
#[derive(Debug)]
pub struct Record {
    pub place: Place,
    pub id: Id,
    /// Words of the story.
    pub words: usize,
    /// Bytes of the story.
    pub bytes: usize,
    /// Whether its text could be read.
    pub readable: bool,
    /// Hash of the page's text, to tell whether an id that comes again brings the same document.
    hash: u64,
    /// Whether the page has no word, so that it is compared with nothing.
    blank: bool,
    /// The document that this one is once more, when neither has a word to compare.
    pub repeats: Option<usize>,
    /// What the file was like, when it is the document and the answer says so.
    pub file: Option<Fingerprint>,
    /// What the page is; unknown when nothing was stripped.
    pub page: Option<PageKind>,
}

/// Everything that a report tells.
pub struct Scan {
    /// When the reading began: what changed later need not be what was read.
    pub started: SystemTime,
    /// The documents of the input, then those that they are looked up in.
    pub records: Vec<Record>,
    /// How many documents of the input there are.
    pub asked: usize,
    pub clusters: Clusters,
    pub stories: Spill,
    /// What a report shows, when one was asked for.
    pub pages: Option<Pages>,
}

/// The pages with their labels, as [`Shown`] in JSON, and how much of those of the input has which label.
#[derive(Debug)]
pub struct Pages {
    pub packed: Spill,
    pub tally: Tally,
}

/// What of each page is kept for a report.
#[derive(Debug, Clone, Copy)]
pub struct Show<'a> {
    /// Characters.
    pub most: usize,
    /// The field with the page's address.
    pub url_field: &'a str,
}

/// A document as it comes out of a thread.
struct Sketched {
    record: Record,
    date: Option<i64>,
    /// What decides which document is kept, for some policies.
    value: Option<f64>,
    sketch: Sketch,
    shown: Option<(String, Tally)>,
}

/// The documents of a batch.
#[derive(Default)]
struct Documents {
    sketched: Vec<Sketched>,
    /// Their stories, one behind the other.
    stories: String,
    problems: Vec<Problem>,
}

impl Found for Documents {
    fn bytes(&self) -> usize {
        let shown = |document: &Sketched| document.shown.as_ref().map_or(0, |shown| shown.0.len());
        self.stories.len() + self.sketched.iter().map(shown).sum::<usize>()
    }
}

/// The settings that the options ask for.
pub fn settings(rule: &RuleArgs, keep: Keep) -> Result<Settings, Problem> {
    let mut settings = Settings::builder()
        .preset(rule.preset.into())
        .keep(keep.into());
    if let Some(threshold) = rule.threshold {
        settings = settings.threshold(threshold);
    }
    settings
        .build()
        .map_err(|error| Problem::new(Kind::Setting, "--threshold", error.to_string()))
}

/// Reads, compares and reports.
pub fn run(args: &ScanArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let keep = keep(args)?;
    let settings = settings(&args.rule, keep)?;
    subcommand_after_options(&args.paths)?;
    args.output.check()?;
    pipeline::with_threads(&args.run, || {
        let scan = scan(args, keep, settings, None, problems)?;
        let found = !scan.clusters.clusters().is_empty();
        report::print(&scan, args.format, &args.output, problems)?;
        // The run ends here: the system takes the memory back at once, piece by piece it takes as long as half a report.
        std::mem::forget(scan);
        Ok(if found {
            Outcome::Duplicates
        } else {
            Outcome::Clean
        })
    })?
}

/// Which document of a group is kept.
pub fn keep(args: &ScanArgs) -> Result<Keep, Problem> {
    match (args.kept.keep, &args.kept.keep_by) {
        (Some(Keep::Cleanest), None) if args.rule.raw => Err(Problem::new(
            Kind::Setting,
            "--keep cleanest",
            "with --raw nothing is stripped, so that no page is cleaner than another: leave one of the two out",
        )),
        (Some(keep @ (Keep::Highest | Keep::Lowest)), _) => Ok(keep),
        (None, Some(_)) => Ok(Keep::Highest),
        (Some(_), Some(_)) => Err(Problem::new(
            Kind::Setting,
            "--keep-by",
            "goes with --keep highest or --keep lowest only",
        )),
        (keep, None) => Ok(keep.unwrap_or(Keep::Longest)),
    }
}

/// Whoever writes `dedupe -q strip pages` means the subcommand, which must come first.
fn subcommand_after_options(paths: &[PathBuf]) -> Result<(), Problem> {
    let command = Args::command();
    let is_command = |path: &&PathBuf| {
        let mut names = command.get_subcommands().map(clap::Command::get_name);
        !path.exists() && names.any(|name| path.as_os_str() == name)
    };
    match paths.iter().find(is_command) {
        None => Ok(()),
        Some(path) => Err(Problem::new(
            Kind::Setting,
            path.display(),
            format!(
                "no such file; a subcommand comes before its options: dedupe {} [OPTIONS] ...",
                path.display()
            ),
        )),
    }
}

/// Reads and compares, on the threads of the pool that it is called in.
pub fn scan(
    args: &ScanArgs,
    keep: Keep,
    settings: Settings,
    show: Option<Show<'_>>,
    problems: &mut Problems,
) -> Result<Scan, Problem> {
    let input = Input {
        select: args.select.clone(),
        dates: matches!(keep, Keep::Oldest | Keep::Newest),
        value_field: args.kept.keep_by.clone(),
        sites: Some(args.site.clone()),
        ..Input::new(args.input.clone())
    };
    let cleaner = noise::cleaner(&args.noise, args.rule.raw)?;
    let reader = |input: &Input| -> Result<Reader, Problem> {
        let writes = args.output.output.as_deref();
        Ok(Reader::new(&args.paths, input, writes)?.against(&args.kept.against))
    };
    let sites = match &cleaner {
        Some(cleaner) => {
            let paths: Vec<&Path> = args
                .paths
                .iter()
                .chain(&args.kept.against)
                .map(AsRef::as_ref)
                .collect();
            let (site, run) = (&args.site, &args.run);
            let first = || reader(&input);
            Some(Sites::learn(
                site, run, &paths, first, &input, cleaner, problems,
            )?)
        }
        None if args.site.by_site => {
            let why =
                "with --raw nothing is stripped, so there is no use for what is known of sites";
            return Err(Problem::new(Kind::Setting, "--by-site", why));
        }
        None => None,
    };
    let started = SystemTime::now();
    let input = Input {
        fingerprints: (args.format == Format::Jsonl).then_some(started),
        ..input
    };
    let mut reader = reader(&input)?;
    let mut progress = Progress::new(args.run.quiet, &args.paths);
    let mut batch = Batch::new(settings.clone());
    let mut records = Vec::new();
    let mut asked = 0;
    let mut valued = false;
    let mut stories = Spill::new();
    let mut pages = show.map(|_| Pages {
        packed: Spill::new(),
        tally: Tally::default(),
    });
    // The memory of stories that were handed in, to be filled again: new memory comes a page fault at a time.
    let spare: Mutex<Vec<String>> = Mutex::default();
    let spare = || spare.lock().unwrap_or_else(PoisonError::into_inner);
    pipeline::run(
        &mut reader,
        |work, found: &mut Documents| {
            if found.stories.capacity() == 0 {
                found.stories = spare().pop().unwrap_or_default();
            }
            sketch(work, &input, keep, sites.as_ref(), &settings, show, found);
        },
        |mut found: Documents| {
            problems.extend(found.problems);
            progress.read(found.sketched.len(), found.stories.len());
            let lens = found.sketched.iter().map(|document| document.record.bytes);
            stories
                .extend(&found.stories, lens)
                .map_err(|error| disk(&error))?;
            found.stories.clear();
            spare().push(found.stories);
            for document in found.sketched {
                if let (Some(pages), Some((shown, tally))) = (&mut pages, document.shown) {
                    pages.packed.push(&shown).map_err(|error| disk(&error))?;
                    if !document.record.place.source.reference {
                        pages.tally.add(&tally);
                    }
                }
                let about = Document {
                    id: document.record.id.to_text().into_owned(),
                    date: document.date,
                    value: document.value,
                };
                valued |= document.value.is_some();
                if document.record.place.source.reference {
                    batch.push_reference(document.sketch, about);
                } else {
                    batch.push(document.sketch, about);
                    asked += 1;
                }
                records.push(document.record);
            }
            Ok(true)
        },
    )?;
    stories.finish().map_err(|error| disk(&error))?;
    if let Some(pages) = &mut pages {
        pages.packed.finish().map_err(|error| disk(&error))?;
    }
    if let Some(name) = &args.kept.keep_by
        && !valued
        && asked > 0
    {
        return Err(Problem::new(
            Kind::Setting,
            "--keep-by",
            format!("no document has a number in a field `{name}`: give a field of the JSON Lines"),
        ));
    }
    // The same document may well be in both, under one id.
    ids_given_twice(&mut records, 0..asked, problems);
    let all = records.len();
    ids_given_twice(&mut records, asked..all, problems);

    progress.stage(format!("comparing {} documents", records.len()));
    let clusters = batch.into_clusters(|number| stories.text(number));
    progress.done();
    if let Some(error) = stories.failure() {
        return Err(disk(error));
    }
    verbose::say(|| format!("{} groups", clusters.clusters().len()));
    for note in clusters.notes() {
        problems.add(Problem::new(Kind::Library, "", note.as_str()));
    }
    Ok(Scan {
        started,
        asked,
        records,
        clusters,
        stories,
        pages,
    })
}

fn sketch(
    work: Work,
    input: &Input,
    keep: Keep,
    sites: Option<&Sites<'_>>,
    settings: &Settings,
    show: Option<Show<'_>>,
    found: &mut Documents,
) {
    let Documents {
        sketched,
        stories,
        problems,
    } = found;
    work.pages(input, problems, |page| {
        let text = page.text.unwrap_or("");
        let (story, kind, shown) = match sites {
            Some(sites) => {
                let cleaner = sites.cleaner(page.site.as_deref());
                let labelled = cleaner.label(text);
                let story = labelled.story(cleaner.kept()).text();
                let shown = show.map(|s| Shown::labelled(&labelled, cleaner.kept(), s.most));
                (story, Some(labelled.kind()), shown)
            }
            None => {
                let shown = show.map(|s| (Shown::plain(text, s.most), Tally::default()));
                (text.into(), None, shown)
            }
        };
        let shown = shown.zip(show).map(|((shown, tally), show)| {
            let mut json = Vec::new();
            report::write_json(&mut json, &shown.found_at(&page, show.url_field));
            (String::from_utf8(json).unwrap_or_default(), tally)
        });
        let story_sketch = settings.sketch(&story);
        let words = story_sketch.words();
        // Where there is no story, all of the page says whether it is there twice.
        let sketch = match words {
            0 => Sketch::exact(text),
            _ => story_sketch,
        };
        let value = match keep {
            // The share of the page that is noise.
            Keep::Cleanest if !text.is_empty() => {
                Some(1.0 - story.len() as f64 / text.len() as f64)
            }
            _ => page.value,
        };
        stories.push_str(&story);
        sketched.push(Sketched {
            record: Record {
                place: page.place,
                id: page.id,
                words,
                bytes: story.len(),
                readable: page.text.is_some(),
                hash: xxh3_64(text.as_bytes()),
                blank: sketch.words() == 0,
                repeats: None,
                file: page.file,
                page: kind,
            },
            date: page.date,
            value,
            sketch,
            shown,
        });
    });
}

/// Tells ids that several documents have, with the places.
fn ids_given_twice(records: &mut [Record], among: Range<usize>, problems: &mut Problems) {
    let id = |number: usize| records[number].id.as_json();
    // By hash, so that only ids that are likely the same are compared.
    let hashed = |number| (xxh3_64(id(number).as_bytes()), number);
    let mut by_hash: Vec<(u64, usize)> = among.map(hashed).collect();
    by_hash.par_sort_unstable();
    let mut twice: Vec<(usize, usize)> = Vec::new();
    for alike in by_hash
        .chunk_by_mut(|a, b| a.0 == b.0)
        .filter(|c| c.len() > 1)
    {
        alike.sort_by_key(|&(_, number)| (id(number), number));
        for same in alike.chunk_by(|a, b| id(a.1) == id(b.1)) {
            twice.extend(same[1..].iter().map(|other| (other.1, same[0].1)));
        }
    }
    twice.sort_unstable();
    for (second, first) in twice {
        let same = records[second].hash == records[first].hash
            && records[first].readable
            && records[second].readable;
        let what = if same {
            "with the same text: the document is there twice"
        } else {
            "with another text: both are answered, but their answers cannot be told apart by the id"
        };
        problems.add(Problem::new(
            Kind::DuplicateId,
            &records[second].place,
            format!(
                "id {} was given before, at {}, {what}",
                records[second].id.as_json(),
                records[first].place
            ),
        ));
        if same && records[second].blank {
            records[second].repeats = Some(first);
        }
    }
}

/// What to say when the stories cannot wait on disk.
pub fn disk(error: &std::io::Error) -> Problem {
    Problem::new(
        Kind::Output,
        std::env::temp_dir().display(),
        format!(
            "the stories cannot be kept in a temporary file: {error}; TMPDIR names another directory"
        ),
    )
}
