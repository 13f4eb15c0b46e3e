//! `dedupe explain A B`: how two documents compare, and why they are or are not duplicates.

use std::fmt::Write as _;
use std::mem;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use newsift::{Batch, Cleaner, Comparison, Difference, Settings, SharedRun, Sketch};
use serde::Serialize;

use crate::Outcome;
use crate::args::{ExplainArgs, ExplainFormat, InputArgs, Keep, Preset};
use crate::input::{Input, Reader, Work};
use crate::noise;
use crate::output::{Look, Sink};
use crate::pipeline::{self, Found};
use crate::problems::{Kind, Problem, Problems};
use crate::report::{rounded, write_json};
use crate::scan;
use crate::words::{count, percent, plain};

/// As many shared runs are shown; the longest say what there is to say.
const RUNS: usize = 12;
/// Bytes of text shown before and after a shared run, and at each end of a long one.
const CONTEXT: usize = 60;
const END_OF_RUN: usize = 120;

/// One of the two documents.
struct Document {
    name: String,
    /// What is compared: the story, or the pages when neither has one.
    text: String,
    page: String,
    /// Words of the story, and of the page that it was taken from.
    words: usize,
    page_words: usize,
}

/// Reads both, compares and reports.
pub fn run(args: &ExplainArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let settings = scan::settings(&args.rule, Keep::Longest)?;
    args.output.check()?;
    let cleaner = noise::cleaner(&args.noise, args.rule.raw)?;
    let mut read = |path: &Path| document(path, &args.input, cleaner.as_ref(), &settings, problems);
    let (mut a, mut b) = (read(&args.a)?, read(&args.b)?);
    // As a scan does: without stories the pages must have the very same words, however common those are.
    let pages = a.words == 0 && b.words == 0;
    if pages {
        for document in [&mut a, &mut b] {
            document.text = mem::take(&mut document.page);
        }
    }
    let mut comparison = match pages {
        true => Comparison::exact(&a.text, &b.text),
        false => settings.compare(&a.text, &b.text),
    };
    let mut among = None;
    if !args.corpus.is_empty() {
        let corpus = corpus(args, cleaner.as_ref(), &settings, problems)?;
        let alone = comparison.clone();
        if !pages {
            comparison = corpus.compare(&a.text, &b.text);
        }
        among = Some(Among {
            documents: corpus.len(),
            alone,
        });
    }
    match args.format {
        ExplainFormat::Text => {
            let mut out = Sink::open(&args.output, Look::Styled)?;
            out.write(table(&a, &b, &comparison, args.rule.preset, &settings).as_bytes())?;
            if let Some(among) = &among {
                out.write(weighed(among).as_bytes())?;
            }
            out.write(runs(&a, &b, comparison.runs(), among.is_some()).as_bytes())?;
            out.write(differences(&a, &b, comparison.differences()).as_bytes())?;
            out.finish()?;
        }
        ExplainFormat::Json => {
            let mut out = Sink::open(&args.output, Look::Plain)?;
            out.write(&json(&a, &b, &comparison, among.as_ref(), &settings))?;
            out.finish()?;
        }
    }
    Ok(if comparison.are_duplicates() {
        Outcome::Duplicates
    } else {
        Outcome::Clean
    })
}

/// What the weights are from, and the answer without them.
struct Among {
    documents: usize,
    alone: Comparison,
}

/// Stories of the corpus: sketch and id; and what there is to tell.
#[derive(Default)]
struct Sketches {
    sketches: Vec<(Sketch, String)>,
    told: Vec<Problem>,
}

impl Found for Sketches {
    fn bytes(&self) -> usize {
        let bytes = |(sketch, id): &(Sketch, String)| sketch.bytes() + id.len();
        self.sketches.iter().map(bytes).sum()
    }
}

/// The sketches of the stories of the corpus.
fn corpus(
    args: &ExplainArgs,
    cleaner: Option<&Cleaner>,
    settings: &Settings,
    problems: &mut Problems,
) -> Result<Batch, Problem> {
    let input = Input::new(args.input.clone());
    let mut reader = Reader::new(&args.corpus, &input, args.output.output.as_deref())?;
    let mut batch = Batch::new(settings.clone());
    let sketches = |work: Work, found: &mut Sketches| {
        let Sketches { sketches, told } = found;
        work.pages(&input, told, |page| {
            let text = page.text.unwrap_or("");
            let sketch = match cleaner {
                Some(cleaner) => settings.sketch(&cleaner.strip(text).text()),
                None => settings.sketch(text),
            };
            let id = page.id.to_text().into_owned();
            sketches.push((sketch, id));
        });
    };
    pipeline::run(&mut reader, sketches, |Sketches { sketches, told }| {
        problems.extend(told);
        for (sketch, id) in sketches {
            let about = newsift::Document {
                id,
                ..newsift::Document::default()
            };
            batch.push(sketch, about);
        }
        Ok(true)
    })?;
    Ok(batch)
}

/// What the corpus changed.
fn weighed(among: &Among) -> String {
    let alone = &among.alone;
    format!(
        "\nWeighed among {}; by themselves they are {} (similarity {:.4}).\n",
        count(among.documents, "document"),
        if alone.are_duplicates() {
            "duplicates"
        } else {
            "not duplicates"
        },
        alone.evidence().similarity()
    )
}

/// How much a shared run counts, in words.
fn weight(weight: f64) -> &'static str {
    match weight {
        w if w > 0.75 => "few stories have it",
        w if w > 0.25 => "some stories have it",
        _ => "common: many stories have it",
    }
}

/// The document that `FILE` or `FILE#ID` names.
fn document(
    name: &Path,
    args: &InputArgs,
    cleaner: Option<&Cleaner>,
    settings: &Settings,
    problems: &mut Problems,
) -> Result<Document, Problem> {
    let Named { path, id, member } = Named::of(name);
    if path.is_dir() {
        return Err(Problem::new(
            Kind::Setting,
            path.display(),
            "a directory, but explain compares two documents: name a file, or FILE.jsonl#ID",
        ));
    }
    let input = Input::new(args.clone());
    let mut reader = Reader::new(std::slice::from_ref(&path), &input, None)?;
    let mut found: Option<Document> = None;
    let (mut others, mut told) = (0, Vec::new());
    while let Some(work) = reader.next() {
        work.pages(&input, &mut told, |page| {
            let is_other = |id: &str| id != page.id.to_text() && id != page.id.as_json();
            if id.as_deref().is_some_and(is_other)
                || member
                    .as_deref()
                    .is_some_and(|m| m != page.place.source.path)
            {
                return;
            }
            let Some(text) = page.text else {
                return;
            };
            if found.is_some() {
                others += 1;
                return;
            }
            let words = |text: &str| settings.sketch(text).words();
            let story = match cleaner {
                Some(cleaner) => cleaner.strip(text).text().into_owned(),
                None => text.to_owned(),
            };
            found = Some(Document {
                name: page.place.name(&page.id),
                words: words(&story),
                page_words: words(text),
                page: text.to_owned(),
                text: story,
            });
        });
    }
    // What is wrong with the other lines of a file matters only when the document is not among them.
    let searched = found.is_some() && (id.is_some() || member.is_some());
    problems.extend(told.into_iter().filter(|_| !searched));
    match found {
        Some(_) if others > 0 && id.is_none() => Err(Problem::new(
            Kind::Setting,
            path.display(),
            format!(
                "holds {} documents: name one as {}#ID",
                others + 1,
                path.display()
            ),
        )),
        Some(document) => {
            if others > 0 {
                let note = format!("{others} more with this id, the first is compared");
                problems.add(Problem::new(Kind::DuplicateId, name.display(), note));
            }
            Ok(document)
        }
        None => Err(match id {
            Some(id) => Problem::new(
                Kind::Setting,
                path.display(),
                format!("no document has the id `{id}`: --id-field says which field holds it"),
            ),
            None => Problem::new(
                Kind::Setting,
                path.display(),
                match member {
                    Some(member) => format!(
                        "has no page {}: dedupe --format jsonl {} lists what it has",
                        member.display(),
                        path.display()
                    ),
                    None => String::from(
                        "holds no document that can be compared, for what is told beside this: name another file",
                    ),
                },
            ),
        }),
    }
}

/// What a name of a document means: `FILE`, `FILE#ID`, `ARCHIVE/MEMBER`, `ARCHIVE/MEMBER#ID`.
struct Named {
    /// The file to open.
    path: PathBuf,
    id: Option<String>,
    /// The path of the member, with the archive's before it.
    member: Option<PathBuf>,
}

impl Named {
    /// A file that exists is meant by its whole name.
    fn of(name: &Path) -> Self {
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        let text = name.to_string_lossy();
        let (path, id) = match text.split_once('#') {
            Some((file, id)) if !exists(name) => (PathBuf::from(file), Some(id.to_owned())),
            _ => (name.to_owned(), None),
        };
        let archive = path.ancestors().skip(1).find(|path| path.is_file());
        match archive {
            Some(archive) if !exists(&path) => Self {
                path: archive.to_owned(),
                id,
                member: Some(path),
            },
            _ => Self {
                path,
                id,
                member: None,
            },
        }
    }
}

const YES: Style = AnsiColor::Yellow.on_default().bold();
const NO: Style = AnsiColor::Green.on_default().bold();
const SHARED: Style = AnsiColor::Green.on_default();
const ASIDE: Style = Style::new().dimmed();
const HEADING: Style = Style::new().bold();

fn table(
    a: &Document,
    b: &Document,
    comparison: &Comparison,
    preset: Preset,
    settings: &Settings,
) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    for (letter, document) in [('A', a), ('B', b)] {
        let (words, page) = (document.words, document.page_words);
        let _ = write!(
            text,
            "{HEADING}{letter}{HEADING:#}  {}, {}",
            plain(&document.name),
            count(words, "word")
        );
        if page > words {
            let _ = write!(text, " of story in a page of {}", count(page, "word"));
        }
        text.push('\n');
    }
    let (style, verdict) = if comparison.are_duplicates() {
        (YES, "duplicates")
    } else {
        (NO, "not duplicates")
    };
    let _ = writeln!(
        text,
        "\n{style}{verdict}{style:#}: {}\n",
        comparison.reason()
    );
    let evidence = comparison.evidence();
    let preset = match preset {
        Preset::Strict => "strict",
        Preset::Wire => "wire",
        Preset::Loose => "loose",
    };
    let share = |share: f64| format!("{share:.4}");
    for (name, value, meaning) in [
        (
            "similarity",
            share(evidence.similarity()),
            format!(
                "from {} on they are duplicates (preset {preset})",
                settings.threshold()
            ),
        ),
        (
            "resemblance",
            share(evidence.resemblance()),
            String::from("of the word runs of both, what both have (Jaccard)"),
        ),
        (
            "A in B",
            share(evidence.containment()),
            format!(
                "{} of A's word runs are in B",
                percent(evidence.containment())
            ),
        ),
        (
            "B in A",
            share(evidence.containment_of_other()),
            format!(
                "{} of B's word runs are in A",
                percent(evidence.containment_of_other())
            ),
        ),
        (
            "numbers",
            evidence.conflicting_numbers().to_string(),
            format!(
                "differ in the same places; {} agree",
                evidence.agreeing_numbers()
            ),
        ),
        (
            "names",
            evidence.conflicting_names().to_string(),
            String::from("differ in the same places (words with a capital letter)"),
        ),
        (
            "longest run",
            evidence.longest_run().to_string(),
            String::from("words in a row that both have"),
        ),
        (
            "relation",
            evidence.relation().as_str().to_owned(),
            String::from("of A to B, as far as they are alike"),
        ),
    ] {
        let _ = writeln!(text, "  {name:<12} {value:>10}  {ASIDE}{meaning}{ASIDE:#}");
    }
    text
}

/// The longest shared runs in the order of `a`, each in its context.
fn runs(a: &Document, b: &Document, runs: &[SharedRun], weighed: bool) -> String {
    if runs.is_empty() {
        return String::from("\nNo shared runs of words.\n");
    }
    let mut longest: Vec<usize> = (0..runs.len()).collect();
    longest.sort_by(|&x, &y| runs[y].words.cmp(&runs[x].words).then(x.cmp(&y)));
    longest.truncate(RUNS);
    longest.sort_unstable();
    let mut text = format!("\n{HEADING}{}{HEADING:#}", count(runs.len(), "shared run"));
    if longest.len() < runs.len() {
        let _ = write!(text, ", the {} longest", longest.len());
    }
    text.push('\n');
    for run in longest.into_iter().map(|number| &runs[number]) {
        let _ = write!(text, "\n  {}", count(run.words, "word"));
        if weighed {
            let _ = write!(
                text,
                "  {ASIDE}weight {:.2}, {}{ASIDE:#}",
                run.weight,
                weight(run.weight)
            );
        }
        text.push('\n');
        let _ = writeln!(text, "  A  {}", in_context(&a.text, &run.a));
        let _ = writeln!(text, "  B  {}", in_context(&b.text, &run.b));
    }
    text
}

/// The places where a number or a name differs.
fn differences(a: &Document, b: &Document, places: &[Difference]) -> String {
    if places.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{HEADING}{} with another number or name{HEADING:#}",
        count(places.len(), "place")
    );
    if places.len() > RUNS {
        let _ = write!(text, ", the first {RUNS}");
    }
    text.push('\n');
    for place in places.iter().take(RUNS) {
        let _ = writeln!(text, "  A  {}", in_context(&a.text, &place.a));
        let _ = writeln!(text, "  B  {}", in_context(&b.text, &place.b));
    }
    text
}

/// The start of the character that the byte `at` belongs to.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

/// A run with what stands around it; the middle of a long run is left out.
fn in_context(text: &str, span: &Range<usize>) -> String {
    let start = boundary(text, span.start.saturating_sub(CONTEXT));
    let end = boundary(text, (span.end + CONTEXT).min(text.len()));
    let before = if start > 0 { "…" } else { "" };
    let after = if end < text.len() { "…" } else { "" };
    let run = &text[span.clone()];
    let run = if run.len() <= 2 * END_OF_RUN {
        plain(run)
    } else {
        let (head, tail) = (
            boundary(run, END_OF_RUN),
            boundary(run, run.len() - END_OF_RUN),
        );
        format!("{} […] {}", plain(&run[..head]), plain(&run[tail..]))
    };
    format!(
        "{ASIDE}{before}{}{ASIDE:#}{SHARED}[{run}]{SHARED:#}{ASIDE}{}{after}{ASIDE:#}",
        plain(&text[start..span.start]),
        plain(&text[span.end..end]),
    )
}

fn json(
    a: &Document,
    b: &Document,
    comparison: &Comparison,
    among: Option<&Among>,
    settings: &Settings,
) -> Vec<u8> {
    #[derive(Serialize)]
    struct Explained<'a> {
        a: Side<'a>,
        b: Side<'a>,
        duplicates: bool,
        reason: &'a str,
        threshold: f64,
        similarity: f64,
        resemblance: f64,
        containment_of_a: f64,
        containment_of_b: f64,
        longest_run: usize,
        relation: &'static str,
        conflicting_numbers: usize,
        agreeing_numbers: usize,
        conflicting_names: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        corpus: Option<Corpus>,
        runs: Vec<Run<'a>>,
        differences: Vec<Differs<'a>>,
    }
    /// How many documents the weights are from, and the answer without them.
    #[derive(Serialize)]
    struct Corpus {
        documents: usize,
        duplicates_alone: bool,
        similarity_alone: f64,
    }
    #[derive(Serialize)]
    struct Side<'a> {
        name: &'a str,
        words: usize,
        page_words: usize,
    }
    #[derive(Serialize)]
    struct Differs<'a> {
        a: &'a str,
        b: &'a str,
        numbers: usize,
        names: usize,
    }
    /// Spans count bytes of the two stories, or of the two pages when neither has a story.
    #[derive(Serialize)]
    struct Run<'a> {
        words: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        weight: Option<f64>,
        a: [usize; 2],
        b: [usize; 2],
        text: &'a str,
    }
    fn side(document: &Document) -> Side<'_> {
        Side {
            name: &document.name,
            words: document.words,
            page_words: document.page_words,
        }
    }
    let evidence = comparison.evidence();
    let explained = Explained {
        a: side(a),
        b: side(b),
        duplicates: comparison.are_duplicates(),
        reason: comparison.reason(),
        threshold: settings.threshold(),
        similarity: rounded(evidence.similarity()),
        resemblance: rounded(evidence.resemblance()),
        containment_of_a: rounded(evidence.containment()),
        containment_of_b: rounded(evidence.containment_of_other()),
        longest_run: evidence.longest_run(),
        relation: evidence.relation().as_str(),
        conflicting_numbers: evidence.conflicting_numbers(),
        agreeing_numbers: evidence.agreeing_numbers(),
        conflicting_names: evidence.conflicting_names(),
        corpus: among.map(|among| Corpus {
            documents: among.documents,
            duplicates_alone: among.alone.are_duplicates(),
            similarity_alone: rounded(among.alone.evidence().similarity()),
        }),
        differences: comparison
            .differences()
            .iter()
            .map(|place| Differs {
                a: &a.text[place.a.clone()],
                b: &b.text[place.b.clone()],
                numbers: place.numbers,
                names: place.names,
            })
            .collect(),
        runs: comparison
            .runs()
            .iter()
            .map(|run| Run {
                words: run.words,
                weight: among.map(|_| rounded(run.weight)),
                a: [run.a.start, run.a.end],
                b: [run.b.start, run.b.end],
                text: &a.text[run.a.clone()],
            })
            .collect(),
    };
    let mut out = Vec::new();
    write_json(&mut out, &explained);
    out.push(b'\n');
    out
}
