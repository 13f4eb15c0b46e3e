//! `dedupe strip PATH…`: the story of each page, or the label of each block.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use newsift::{Cleaner, PageKind};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Outcome;
use crate::args::{InputArgs, StripArgs, StripFormat};
use crate::input::format::{Holds, by_name};
use crate::input::{Input, Page, Reader, Source, Work};
use crate::noise;
use crate::output::{Look, NewFile, Sink, not_written};
use crate::pipeline::{self, Found};
use crate::problems::{Kind, Problem, Problems};
use crate::progress::Progress;
use crate::report::{rounded, write_json};
use crate::sites::Sites;
use crate::words::{count, number};

/// What became of one page.
struct Stripped {
    source: Arc<Source>,
    /// What stands above the page when several are printed as text.
    heading: Option<String>,
    answer: Vec<u8>,
    /// False when it has text but no story; with labels nobody asks.
    has_story: bool,
}

/// The pages of a batch.
#[derive(Default)]
struct Pages {
    stripped: Vec<Stripped>,
    problems: Vec<Problem>,
    bytes: usize,
}

impl Found for Pages {
    fn bytes(&self) -> usize {
        self.bytes
    }
}

/// What is printed of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Labels,
    Explained,
    Text,
    Json,
}

/// Reads, strips and prints.
pub fn run(args: &StripArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let cleaner = noise::keeping(&args.noise, &args.keep_labels)?;
    let input = Input {
        select: args.select.clone(),
        sites: Some(args.site.clone()),
        ..Input::new(args.input.clone())
    };
    pipeline::with_threads(&args.run, || {
        let writes = args.out.as_deref().or(args.output.output.as_deref());
        let reader = || Reader::new(&args.paths, &input, writes);
        let paths: Vec<&Path> = args.paths.iter().map(AsRef::as_ref).collect();
        let (site, run) = (&args.site, &args.run);
        let sites = Sites::learn(site, run, &paths, reader, &input, &cleaner, problems)?;
        let mut reader = reader()?;
        let mut progress = Progress::new(args.run.quiet, &args.paths);
        let (mut all, mut without) = (0, 0);
        let mut out = match &args.out {
            None => Out::Together {
                out: Sink::open(&args.output, Look::Plain)?,
                headings: args.paths.len() != 1 || args.paths.iter().any(|path| holds_many(path)),
                first: true,
            },
            Some(folder) => Out::Folder(Folder {
                folder: folder.clone(),
                force: args.output.force,
                open: None,
                written: BTreeSet::new(),
            }),
        };
        pipeline::run(
            &mut reader,
            |work, pages| strip(work, &input, &sites, args, pages),
            |pages: Pages| {
                problems.extend(pages.problems);
                progress.read(pages.stripped.len(), pages.bytes);
                for page in pages.stripped {
                    all += 1;
                    without += usize::from(!page.has_story);
                    out.write(page, problems)?;
                }
                Ok(!out.is_closed())
            },
        )?;
        progress.done();
        out.finish(problems)?;
        if without > 0 {
            let message = format!(
                "{} of {} have no story",
                number(without),
                count(all, "page")
            );
            problems.add(Problem::new(Kind::NoStory, "", message));
        }
        Ok(Outcome::Clean)
    })?
}

/// Whether a path brings many files.
fn holds_many(path: &Path) -> bool {
    let is_archive = matches!(by_name(path), Some((Holds::Tar | Holds::Zip, _)));
    is_archive || path.is_dir()
}

fn strip(work: Work, input: &Input, sites: &Sites<'_>, args: &StripArgs, pages: &mut Pages) {
    let Pages {
        stripped,
        problems,
        bytes,
    } = pages;
    work.pages(input, problems, |page| {
        let cleaner = sites.cleaner(page.site.as_deref());
        let what = match (args.labels, args.format) {
            _ if args.explain => Answer::Explained,
            (true, _) => Answer::Labels,
            (_, StripFormat::Text) => Answer::Text,
            (_, StripFormat::Jsonl) => Answer::Json,
            (_, StripFormat::Same) if page.line.is_some() => Answer::Json,
            (_, StripFormat::Same) => Answer::Text,
        };
        let mut answer = Vec::new();
        let mut has_story = true;
        if what == Answer::Labels {
            labels(&page, cleaner, &mut answer);
        } else if what == Answer::Explained {
            let Some(text) = page.text else { return };
            explained(text, cleaner, &mut answer);
        } else {
            let story = page.text.map(|text| cleaner.strip(text).text());
            has_story = story.as_ref().is_none_or(|story| !story.is_empty());
            match (what, story) {
                (Answer::Text, None) => return,
                (Answer::Text, Some(story)) => {
                    answer.extend(story.as_bytes());
                    answer.extend(has_story.then_some(b'\n'));
                }
                (_, story) => line(&page, story.as_deref(), &args.input, &mut answer),
            }
        }
        *bytes += answer.len();
        stripped.push(Stripped {
            heading: matches!(what, Answer::Text | Answer::Explained)
                .then(|| page.id.to_text().into_owned()),
            source: page.place.source,
            answer,
            has_story,
        });
    });
}

/// How many reasons are told of each block, and how much of its text.
const REASONS: usize = 4;
const SNIPPET: usize = 60;

/// Every block with its label, how sure it is, and what spoke for that and against it, in log odds of being story.
fn explained(text: &str, cleaner: &Cleaner, out: &mut Vec<u8>) {
    let page = cleaner.label(text);
    let mut told = match page.kind() {
        PageKind::Story => String::from("page: story\n"),
        kind => format!(
            "page: {kind}; there is no story on it, so whatever reads like one is dropped too\n"
        ),
    };
    for (block, reasons) in page.blocks().iter().zip(cleaner.reasons(text, REASONS)) {
        let line: String = page
            .text_of(block)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let snippet: String = line.chars().take(SNIPPET).collect();
        let dots = if snippet.len() < line.len() {
            "…"
        } else {
            ""
        };
        let _ = writeln!(
            told,
            "{:<8} {:>3.0} %  {snippet}{dots}",
            block.label(),
            100.0 * block.confidence()
        );
        let kept = block.label().is_story();
        let because = if kept {
            "kept because"
        } else {
            "dropped because"
        };
        for (what, for_story) in [(because, kept), ("in spite of", !kept)] {
            let reasons: Vec<String> = reasons
                .iter()
                .filter(|reason| {
                    (reason.weight() > 0.0) == for_story && reason.weight().abs() >= 0.05
                })
                .map(|reason| {
                    let line = page.text_of(block);
                    let recurrence = cleaner.site().and_then(|site| site.recurrence(line));
                    let what = match recurrence.filter(|_| reason.is_of_site()) {
                        Some(r) => format!(
                            "{} (on {} of its {} pages, beside {} stories)",
                            reason.feature(),
                            r.pages(),
                            r.of_pages(),
                            r.stories()
                        ),
                        None => reason.to_string(),
                    };
                    format!("{what} ({:+.1})", reason.weight())
                })
                .collect();
            if !reasons.is_empty() {
                let _ = writeln!(told, "                {what} {}", reasons.join("; "));
            }
        }
    }
    out.extend(told.as_bytes());
}

/// The labels of a page as a line of JSON. A page without a text is answered too.
fn labels(page: &Page<'_>, cleaner: &Cleaner, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct Labels<'a> {
        id: &'a RawValue,
        page: &'static str,
        blocks: Vec<Block>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<&'static str>,
    }
    #[derive(Serialize)]
    struct Block {
        start: usize,
        end: usize,
        label: &'static str,
        confidence: f64,
    }

    let labelled = cleaner.label(page.text.unwrap_or(""));
    let blocks = labelled.blocks().iter().map(|block| Block {
        start: block.span().start,
        end: block.span().end,
        label: block.label().as_str(),
        confidence: rounded(f64::from(block.confidence())),
    });
    let labels = Labels {
        id: page.id.as_raw(),
        page: if page.text.is_some() {
            labelled.kind().as_str()
        } else {
            "empty"
        },
        blocks: blocks.collect(),
        status: page.text.is_none().then_some("unreadable"),
    };
    write_json(out, &labels);
    out.push(b'\n');
}

/// The page's line with the story in the text field and everything else as it was; a text file becomes a line of its own.
/// A line without a text stays as it is.
pub fn line(page: &Page<'_>, story: Option<&str>, args: &InputArgs, out: &mut Vec<u8>) {
    let Some(line) = page.line else {
        out.push(b'{');
        write_json(out, &args.id_field);
        out.push(b':');
        write_json(out, &page.id.as_raw());
        if let Some(story) = story {
            out.push(b',');
            write_json(out, &args.text_field);
            out.push(b':');
            write_json(out, &story);
        }
        out.extend(b"}\n");
        return;
    };
    out.push(b'{');
    for (n, (name, value)) in line.fields().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write_json(out, &name);
        out.push(b':');
        match &story {
            Some(story) if name == args.text_field => write_json(out, &story),
            _ => out.extend(value.get().as_bytes()),
        }
    }
    out.extend(b"}\n");
}

/// Where the answers go.
enum Out {
    /// One after the other, to standard output or a file.
    Together {
        out: Sink,
        headings: bool,
        first: bool,
    },
    Folder(Folder),
}

impl Out {
    fn write(&mut self, page: Stripped, problems: &mut Problems) -> Result<(), Problem> {
        match self {
            Out::Together {
                out,
                headings,
                first,
            } => {
                // As `head` and `tail` do it for several files.
                if let (Some(heading), true) = (&page.heading, *headings) {
                    let gap = if *first { "" } else { "\n" };
                    out.write(format!("{gap}==> {heading} <==\n").as_bytes())?;
                }
                *first = false;
                out.write(&page.answer)
            }
            Out::Folder(folder) => {
                folder.write(page, problems);
                Ok(())
            }
        }
    }

    fn is_closed(&self) -> bool {
        matches!(self, Out::Together { out, .. } if out.is_closed())
    }

    fn finish(self, problems: &mut Problems) -> Result<(), Problem> {
        match self {
            Out::Together { out, .. } => out.finish(),
            Out::Folder(mut folder) => {
                folder.close(problems);
                Ok(())
            }
        }
    }
}

/// The folder of `--out`: a file for each input file. What cannot be written is told, and the others go on.
struct Folder {
    folder: PathBuf,
    force: bool,
    open: Option<Open>,
    /// What was written in this run, which not even `--force` may overwrite.
    written: BTreeSet<PathBuf>,
}

/// The file that is being written; without a file it was refused, and that was told.
struct Open {
    source: Arc<Source>,
    path: PathBuf,
    file: Option<NewFile>,
}

impl Folder {
    fn write(&mut self, page: Stripped, problems: &mut Problems) {
        if !self
            .open
            .as_ref()
            .is_some_and(|open| Arc::ptr_eq(&open.source, &page.source))
        {
            self.close(problems);
            self.open(&page.source, problems);
        }
        if let Some(open) = &mut self.open
            && let Some(file) = &mut open.file
            && let Err(error) = file.write(&page.answer)
        {
            problems.add(not_written(&open.path, &error));
            open.file = None;
        }
    }

    fn open(&mut self, source: &Arc<Source>, problems: &mut Problems) {
        let path = self.folder.join(source.relative());
        let refused = |why: String| Problem::new(Kind::Output, path.display(), why);
        let file = if !self.written.insert(path.clone()) {
            problems.add(refused(format!(
                "already written in this run, so the story of {source} is not: strip them into two directories"
            )));
            None
        } else if !self.force && path.symlink_metadata().is_ok() {
            problems.add(refused(exists(source)));
            None
        } else {
            NewFile::create(&path)
                .map_err(|error| problems.add(not_written(&path, &error)))
                .ok()
        };
        self.open = Some(Open {
            source: source.clone(),
            path,
            file,
        });
    }

    fn close(&mut self, problems: &mut Problems) {
        let Some(Open { source, path, file }) = self.open.take() else {
            return;
        };
        if let Some(Err(error)) = file.map(|file| file.finish(&path, self.force)) {
            problems.add(match error.kind() {
                ErrorKind::AlreadyExists => {
                    Problem::new(Kind::Output, path.display(), exists(&source))
                }
                _ => not_written(&path, &error),
            });
        }
    }
}

fn exists(source: &Source) -> String {
    format!("exists, so the story of {source} is not written: --force overwrites")
}
