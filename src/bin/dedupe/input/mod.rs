//! Turns paths into documents.
//!
//! `walk` finds the files, `select` and `list` say which, `compressed` opens them, `format` tells what they hold. Text is
//! made of bytes by `decode` and `html`; `lines` and `jsonl` take JSON Lines apart, and each other format with many pages
//! a file has a module of its own, whose loop runs behind a `feed`. This module strings them together in two steps: a
//! [`Reader`], which cuts the input into [`Work`], and [`Work::pages`], which runs in many threads and gives the pages
//! with what must be said about them.

mod archive;
pub mod compressed;
mod csv;
pub mod date;
pub mod decode;
mod feed;
pub mod format;
mod html;
pub mod jsonl;
mod left_out;
mod lines;
mod list;
#[cfg(feature = "parquet")]
mod parquet;
mod select;
mod site;
mod tar;
mod walk;
mod warc;
mod zip;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{Cursor, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::value::RawValue;

use crate::args::{InputArgs, SelectArgs, SiteArgs};
use crate::fingerprint::Fingerprint;
use crate::problems::{Kind, Problem};
use compressed::{Compression, Failure, Stream, reading};
use feed::{Feed, Step};
use format::Holds;
use jsonl::Line;
use lines::Lines;
use select::Globs;
pub use walk::Source;
use walk::Walk;
use warc::Capture;

/// Where a document stands: a file, or a line, row or record of one.
#[derive(Debug, Clone)]
pub struct Place {
    pub source: Arc<Source>,
    /// Counted from 1; 0 is the whole file.
    line: u32,
}

impl Place {
    pub fn line(&self) -> Option<u32> {
        Some(self.line).filter(|&line| line > 0)
    }
}

impl Place {
    /// The document's name as `explain` takes it: the file, or `FILE#ID`.
    pub fn name(&self, id: &Id) -> String {
        match self.line {
            0 => self.source.to_string(),
            _ => format!("{}#{}", self.source, id.to_text()),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        match self.line() {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

/// A document's id as JSON, as it is given back: a string or a number.
#[derive(Debug, Clone)]
pub struct Id(Box<RawValue>);

impl Id {
    /// The id that a text is.
    fn of_str(text: &str) -> Self {
        Self(to_raw(&text))
    }

    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }

    /// The id without quotes and escapes.
    pub fn to_text(&self) -> Cow<'_, str> {
        let bare = self.as_json().strip_prefix('"');
        if let Some(bare) = bare.and_then(|json| json.strip_suffix('"'))
            && !bare.contains('\\')
        {
            return Cow::Borrowed(bare);
        }
        match serde_json::from_str::<String>(self.as_json()) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed(self.as_json()),
        }
    }
}

/// A string or number as JSON.
fn to_raw(value: &impl serde::Serialize) -> Box<RawValue> {
    // Neither can fail to be written; null stands in for the impossible.
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// A document as it was read.
pub struct Page<'p> {
    pub place: Place,
    pub id: Id,
    /// Seconds since 1970; looked for only when the input was asked to.
    pub date: Option<i64>,
    /// The number in the field of [`Input::value_field`].
    pub value: Option<f64>,
    /// The host it comes from, or a name that stands for it; looked for only when the input was asked to.
    pub site: Option<String>,
    /// What could not be read has no text, and its problem is told.
    pub text: Option<&'p str>,
    /// What the file was like that the page is; looked for only when the input was asked to.
    pub file: Option<Fingerprint>,
    /// The fields of its line, when it comes from JSON Lines or another format of many pages a file.
    pub line: Option<&'p Line<'p>>,
}

/// What is to be read, and how.
#[derive(Debug, Clone)]
pub struct Input {
    pub args: InputArgs,
    /// Which of the files under the paths are read.
    pub select: SelectArgs,
    /// Whether dates matter, so that they are parsed and missing ones told.
    pub dates: bool,
    /// The field whose number decides which document is kept, if one does.
    pub value_field: Option<String>,
    /// Whether files get fingerprints: those that did not change since a time.
    pub fingerprints: Option<SystemTime>,
    /// Whether sites matter, and which field holds them.
    pub sites: Option<SiteArgs>,
}

impl Input {
    /// All that lies under the paths, as these options have it; nothing else is asked of the pages.
    pub fn new(args: InputArgs) -> Self {
        Self {
            args,
            select: SelectArgs::default(),
            dates: false,
            value_field: None,
            fingerprints: None,
            sites: None,
        }
    }

    /// The site of a page: of its field, or of the folder that its file lies in.
    fn site(&self, source: &Source, line: Option<&Line<'_>>) -> Option<String> {
        let args = self.sites.as_ref().filter(|args| args.by_site)?;
        let names: &[&str] = match &args.site_field {
            Some(name) => &[name.as_str()],
            None => &["host", "url"],
        };
        let of_field = |name: &&str| {
            let (text, _) = line?.text(name).ok()??;
            site::of_address(&text)
        };
        // The id of a record of a crawl is its address.
        let of_id = || {
            let (id, _) = line?.text(&self.args.id_field).ok()??;
            site::of_address(&id).filter(|_| args.site_field.is_none() && id.contains("://"))
        };
        let host = names.iter().find_map(of_field);
        host.or_else(of_id).or_else(|| source.site())
    }
}

/// A row of a table or a record of a crawl.
pub struct Record {
    /// The line in which the row begins, or the number of the row or record, from 1.
    number: u32,
    /// The page, or why it cannot be read.
    content: Result<Content, Problem>,
}

enum Content {
    /// A JSON object, as a line of JSON Lines has it.
    Json(Vec<u8>),
    Capture(Capture),
}

/// A piece of the input that one thread works on.
pub enum Work {
    /// Nothing but a problem, in its place among the others.
    Problem(Problem),
    /// A text file that is still to be opened.
    File(Arc<Source>),
    /// The bytes of a text file that had to be looked into.
    Text(Arc<Source>, Vec<u8>),
    /// Whole lines of JSON Lines.
    Lines {
        source: Arc<Source>,
        first: u32,
        bytes: Vec<u8>,
    },
    /// Rows of a table, records of a crawl.
    Records {
        source: Arc<Source>,
        records: Vec<Record>,
    },
}

impl Work {
    /// About how many bytes of memory it will take.
    pub fn weight(&self) -> u64 {
        match self {
            Work::Problem(_) => 64,
            Work::File(source) => source.weight(),
            Work::Text(_, bytes) | Work::Lines { bytes, .. } => bytes.len() as u64,
            Work::Records { records, .. } => {
                let weight = |record: &Record| match &record.content {
                    Ok(Content::Json(bytes)) => bytes.len() as u64,
                    Ok(Content::Capture(capture)) => capture.weight(),
                    Err(_) => 64,
                };
                records.iter().map(weight).sum()
            }
        }
    }

    /// Gives each page to `each`, in order, and what must be said to `problems`.
    pub fn pages(self, input: &Input, problems: &mut Vec<Problem>, mut each: impl FnMut(Page<'_>)) {
        match self {
            Work::Problem(problem) => problems.push(problem),
            Work::File(source) => {
                let limit = input.args.max_size;
                let read = match (source.file(), source.compression) {
                    (Some(path), Compression::None) => {
                        compressed::read_file(path, limit, input.fingerprints)
                    }
                    (_, compression) => compressed::open(&source.path, compression)
                        .and_then(|stream| compressed::read_all(stream, limit))
                        .map(|bytes| (bytes, None)),
                };
                let (bytes, file) = match read {
                    Ok((bytes, file)) => (Ok(bytes), file),
                    Err(failure) => (Err(failure.problem(&source)), None),
                };
                text_page(source, bytes, file, input, problems, each);
            }
            Work::Text(source, bytes) => text_page(source, Ok(bytes), None, input, problems, each),
            Work::Records { source, records } => {
                for record in records {
                    let place = Place {
                        source: source.clone(),
                        line: record.number,
                    };
                    let json = match record.content {
                        Err(problem) => {
                            problems.push(problem);
                            continue;
                        }
                        Ok(Content::Json(json)) => Some(json),
                        Ok(Content::Capture(capture)) => {
                            capture.into_json(&place, &input.args, problems)
                        }
                    };
                    if let Some(json) = json {
                        line_page(place, &json, input, problems, &mut each);
                    }
                }
            }
            Work::Lines {
                source,
                first,
                bytes,
            } => {
                for (number, line) in (first..).zip(bytes.split(|&b| b == b'\n')) {
                    if line.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    let place = Place {
                        source: source.clone(),
                        line: number,
                    };
                    line_page(place, line, input, problems, &mut each);
                }
            }
        }
    }
}

fn text_page(
    source: Arc<Source>,
    bytes: Result<Vec<u8>, Problem>,
    file: Option<Fingerprint>,
    input: &Input,
    problems: &mut Vec<Problem>,
    mut each: impl FnMut(Page<'_>),
) {
    let text = bytes.and_then(|bytes| text_of(&source, bytes, input, problems));
    let text = text.map_err(|problem| problems.push(problem)).ok();
    each(Page {
        id: Id::of_str(&source.path.to_string_lossy()),
        date: source.modified,
        value: None,
        site: input.site(&source, None),
        text: text.as_deref(),
        file,
        line: None,
        place: Place { source, line: 0 },
    });
}

/// The text of a file of one page, whatever its name says of it.
fn text_of(
    source: &Source,
    mut bytes: Vec<u8>,
    input: &Input,
    problems: &mut Vec<Problem>,
) -> Result<String, Problem> {
    if !source.is_sure && source.compression == Compression::None {
        let found = Compression::of(&bytes);
        if let Some(name) = found.as_str() {
            let stream = compressed::decompress(Box::new(Cursor::new(bytes)), found);
            bytes = stream
                .and_then(|stream| compressed::read_all(stream, input.args.max_size))
                .map_err(|failure| failure.problem(source))?;
            problems.push(misnamed(source, &format!("{name} data")));
        }
    }
    let is_html = source.holds == Holds::Html && (source.is_sure || bytes.contains(&b'<'))
        || !source.is_sure && format::looks_like_html(&bytes);
    let (read, not) = if is_html {
        if !Holds::Html.is_built_in() {
            problems.push(Problem::new(
                Kind::Misnamed,
                source,
                "HTML, read as text with its markup: a build with the feature `html` takes the markup away",
            ));
        } else if source.holds == Holds::Text {
            problems.push(misnamed(source, "HTML"));
        }
        (html::text(bytes, None), "HTML")
    } else {
        let not_text = |not_text: decode::NotText| not_text.what.to_owned();
        (decode::file(bytes).map_err(not_text), "text")
    };
    let (text, remark) = read.map_err(|what| {
        Problem::new(
            Kind::Binary,
            source,
            format!("not {not} but {what}: convert it to text, or leave it out"),
        )
    })?;
    problems.extend(remark.map(|remark| remark.problem(source)));
    Ok(text)
}

fn misnamed(source: &Source, what: &str) -> Problem {
    Problem::new(
        Kind::Misnamed,
        source,
        format!("holds {what}, other than its name says, and is read as that"),
    )
}

fn line_page(
    place: Place,
    bytes: &[u8],
    input: &Input,
    problems: &mut Vec<Problem>,
    each: &mut impl FnMut(Page<'_>),
) {
    let args = &input.args;
    let reference = place.source.reference;
    if bytes.len() as u64 > args.max_size {
        problems.push(lines::too_long(&place, args.max_size));
        return;
    }
    let (json, remark) = decode::line(bytes);
    problems.extend(remark.map(|remark| remark.problem(&place)));
    let line = match Line::parse(&json) {
        Ok(line) => line,
        Err(why) => {
            problems.push(Problem::new(Kind::BrokenJson, &place, why));
            return;
        }
    };
    let id = match line.id(&args.id_field) {
        Ok(Some(id)) => Id(id),
        Ok(None) => {
            let (name, id) = (&args.id_field, place.to_string());
            problems.push(Problem::new(
                Kind::MissingId,
                &place,
                format!("no field `{name}`, so the document is named {id}: --id-field says which field to take"),
            ));
            Id::of_str(&id)
        }
        Err(found) => {
            let (name, id) = (&args.id_field, place.to_string());
            problems.push(Problem::new(
                Kind::WrongType,
                &place,
                format!("field `{name}` must be a string or a number, got {found}; the document is named {id}"),
            ));
            Id::of_str(&id)
        }
    };
    let name = &args.text_field;
    let text = match line.text(name) {
        Ok(Some((text, replaced))) => {
            if replaced {
                problems.push(Problem::new(
                    Kind::Replaced,
                    &place,
                    format!("field `{name}` holds half a character (a lone surrogate), replaced by U+FFFD"),
                ));
            }
            Some(text)
        }
        Ok(None) => {
            problems.push(Problem::new(
                Kind::MissingText,
                &place,
                format!(
                    "no field `{name}`: --text-field says which field to take; this line has {}",
                    line.names()
                ),
            ));
            None
        }
        Err(found) => {
            problems.push(Problem::new(
                Kind::WrongType,
                &place,
                format!(
                    "field `{name}` must be a string, got {found}: --text-field takes another one"
                ),
            ));
            None
        }
    };
    let date = if input.dates && !reference {
        line.date(&args.date_field).unwrap_or_else(|value| {
            problems.push(Problem::new(
                Kind::BadDate,
                &place,
                format!(
                    "field `{}` is no date that is understood, got {value}: write it as 2024-05-31T12:00:00Z",
                    args.date_field
                ),
            ));
            None
        })
    } else {
        None
    };
    let value = match &input.value_field {
        Some(name) if !reference => line.value(name).unwrap_or_else(|what| {
            problems.push(Problem::new(
                Kind::BadValue,
                &place,
                format!("field `{name}` must be a number, a date, true or false, got {what}: among its duplicates the document is kept last"),
            ));
            None
        }),
        _ => None,
    };
    each(Page {
        site: input.site(&place.source, Some(&line)),
        place,
        id,
        date,
        value,
        text: text.as_deref(),
        file: None,
        line: Some(&line),
    });
}

/// Cuts the input into work, in its order.
pub struct Reader {
    walk: Walk,
    input: Input,
    globs: Globs,
    /// What is being read: a file, and inside an archive one of its members.
    open: Vec<Open>,
}

/// A file of many pages that is being read.
enum Open {
    Lines(Lines),
    Feed(Feed),
}

impl Reader {
    /// `leave_out` is a directory or file that is not read even if it lies in a directory: where this run writes.
    pub fn new(
        paths: &[PathBuf],
        input: &Input,
        leave_out: Option<&Path>,
    ) -> Result<Self, Problem> {
        let globs = Globs::new(&input.select)?;
        Ok(Self {
            walk: Walk::new(paths, input, globs.clone(), leave_out)?,
            input: input.clone(),
            globs,
            open: Vec::new(),
        })
    }

    /// Adds the paths of the collection that the others are looked up in; it is read after them. What lies in both is
    /// read once, as one of the others.
    pub fn against(mut self, paths: &[PathBuf]) -> Self {
        self.walk.add_references(paths);
        self
    }

    /// The next piece of work, or none at the end.
    pub fn next(&mut self) -> Option<Work> {
        loop {
            let step = match self.open.last_mut() {
                Some(Open::Lines(lines)) => lines.next().map(Step::Work),
                Some(Open::Feed(feed)) => feed.next(),
                None => {
                    let source = match self.walk.next()? {
                        Ok(source) => Arc::new(source),
                        Err(problem) => return Some(Work::Problem(problem)),
                    };
                    if matches!(source.holds, Holds::Text | Holds::Html) {
                        return Some(Work::File(source));
                    }
                    let stream = compressed::open(&source.path, source.compression);
                    if let Some(work) = self.look_into(source, stream) {
                        return Some(work);
                    }
                    continue;
                }
            };
            let found = match step {
                Some(Step::Work(work)) => Some(work),
                Some(Step::Member(source, bytes)) => {
                    let stream =
                        compressed::decompress(Box::new(Cursor::new(bytes)), source.compression);
                    self.look_into(source, stream)
                }
                None => {
                    self.open.pop();
                    None
                }
            };
            if found.is_some() {
                return found;
            }
        }
    }

    /// Tells what a stream holds: a page, whose work is the answer, or many, which then come from `self.open`.
    fn look_into(&mut self, source: Arc<Source>, stream: Result<Stream, Failure>) -> Option<Work> {
        match stream
            .map_err(|failure| failure.problem(&source))
            .and_then(|stream| self.start(&source, stream))
        {
            Ok(work) => work,
            Err(problem) => Some(Work::Problem(problem)),
        }
    }

    fn start(&mut self, source: &Arc<Source>, stream: Stream) -> Result<Option<Work>, Problem> {
        let failed = |failure: Failure| failure.problem(source);
        let (start, stream) = compressed::peek(stream, 4096).map_err(failed)?;
        let args = self.input.args.clone();
        let holds = if source.is_sure {
            source.holds
        } else {
            source.holds.corrected(&start, &args.text_field)
        };
        let note = source.holds != holds && !matches!(source.holds, Holds::Unknown | Holds::Html);
        let note = note.then(|| misnamed(source, holds.as_str()));
        if !holds.is_built_in() && holds != Holds::Html {
            return Err(Problem::new(
                Kind::Unreadable,
                source,
                format!(
                    "{}, which this build does not read: install it with --features cli,html,parquet (dedupe doctor)",
                    holds.as_str()
                ),
            ));
        }
        if matches!(holds, Holds::Tar | Holds::Zip) && source.archive.is_some() {
            return Err(Problem::new(
                Kind::LeftOut,
                source,
                "an archive inside an archive is not opened: unpack the outer one first",
            ));
        }
        let (from, globs) = (source.clone(), self.globs.clone());
        let open = match holds {
            Holds::Text | Holds::Html | Holds::Unknown => {
                let bytes = compressed::read_all(stream, args.max_size).map_err(failed)?;
                return Ok(Some(Work::Text(source.clone(), bytes)));
            }
            Holds::JsonLines => Open::Lines(Lines::new(from, &start, stream, args.max_size)?),
            Holds::Csv(delimiter) => Open::Feed(Feed::start(source, move |emit| {
                csv::read(&from, delimiter, &start, stream, &args, emit)
            })?),
            Holds::Warc => Open::Feed(Feed::start(source, move |emit| {
                warc::read(&from, stream, &args, emit)
            })?),
            Holds::Tar => Open::Feed(Feed::start(source, move |emit| {
                tar::read(&from, stream, &args, &globs, emit)
            })?),
            Holds::Zip => {
                let file = seekable(source, stream)?;
                Open::Feed(Feed::start(source, move |emit| {
                    zip::read(&from, file, &args, &globs, emit)
                })?)
            }
            #[cfg(feature = "parquet")]
            Holds::Parquet => {
                let file = seekable(source, stream)?;
                Open::Feed(Feed::start(source, move |emit| {
                    parquet::read(&from, file, &args, emit)
                })?)
            }
            #[cfg(not(feature = "parquet"))]
            Holds::Parquet => return Ok(None),
        };
        self.open.push(open);
        Ok(note.map(Work::Problem))
    }
}

/// A file that can be read from its end: itself where that is possible, else a temporary copy.
fn seekable(source: &Source, mut stream: Stream) -> Result<File, Problem> {
    let is_file = source.archive.is_none() && source.path != Path::new("-");
    if is_file && source.compression == Compression::None {
        return File::open(&source.path)
            .map_err(|error| Failure::Io(Compression::None, error).problem(source));
    }
    let disk = |error: std::io::Error| {
        let folder = std::env::temp_dir();
        Problem::new(
            Kind::Unreadable,
            source,
            format!(
                "must be copied to a temporary file to be read from its end, but in {}: {error}; TMPDIR names another \
                 directory",
                folder.display()
            ),
        )
    };
    let mut file = tempfile::tempfile().map_err(disk)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        match std::io::Read::read(&mut stream, &mut buffer) {
            Ok(0) => break,
            Ok(n) => std::io::Write::write_all(&mut file, &buffer[..n]).map_err(disk)?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                let why = reading(source.compression, &error);
                return Err(Problem::new(Kind::Unreadable, source, why));
            }
        }
    }
    file.rewind().map_err(disk)?;
    Ok(file)
}
