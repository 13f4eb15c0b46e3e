//! Turns paths into documents.
//!
//! `walk` finds the files, `compressed` opens them, `decode` makes text of bytes, `jsonl` takes lines apart. This module
//! strings them together in two steps: a [`Reader`], which runs in one thread and cuts the input into [`Work`], and
//! [`Work::pages`], which runs in many and gives the pages with what must be said about them.

pub mod compressed;
pub mod date;
pub mod decode;
pub mod jsonl;
mod lines;
mod walk;

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};
use compressed::Failure;
use decode::NotText;
use jsonl::Line;
use lines::Lines;
use walk::Walk;
pub use walk::{Holds, Source};

/// Where a document stands: a file, or a line of one.
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
    /// What could not be read has no text, and its problem is told.
    pub text: Option<&'p str>,
    /// The fields of its line, when it comes from JSON Lines.
    pub line: Option<&'p Line<'p>>,
}

/// What is to be read, and how.
#[derive(Debug, Clone)]
pub struct Input {
    pub args: InputArgs,
    /// Whether dates matter, so that they are parsed and missing ones told.
    pub dates: bool,
    /// The field whose number decides which document is kept, if one does.
    pub value_field: Option<String>,
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
}

impl Work {
    /// About how many bytes of memory it will take.
    pub fn weight(&self) -> u64 {
        match self {
            Work::Problem(_) => 64,
            Work::File(source) => source.weight(),
            Work::Text(_, bytes) | Work::Lines { bytes, .. } => bytes.len() as u64,
        }
    }

    /// Gives each page to `each`, in order, and what must be said to `problems`.
    pub fn pages(self, input: &Input, problems: &mut Vec<Problem>, mut each: impl FnMut(Page<'_>)) {
        match self {
            Work::Problem(problem) => problems.push(problem),
            Work::File(source) => {
                let bytes = compressed::open(&source.path, source.compression)
                    .and_then(|reader| compressed::read_all(reader, input.args.max_size))
                    .map_err(|failure| failure.problem(&source));
                text_page(source, bytes, problems, each);
            }
            Work::Text(source, bytes) => text_page(source, Ok(bytes), problems, each),
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
    problems: &mut Vec<Problem>,
    mut each: impl FnMut(Page<'_>),
) {
    let text = match bytes.map(decode::file) {
        Err(problem) => Err(problem),
        Ok(Err(NotText { what })) => Err(Problem::new(
            Kind::Binary,
            &source,
            format!("not text but {what}: convert it to text, or leave it out"),
        )),
        Ok(Ok((text, remark))) => {
            problems.extend(remark.map(|remark| remark.problem(&source)));
            Ok(text)
        }
    };
    let text = text.map_err(|problem| problems.push(problem)).ok();
    each(Page {
        id: Id::of_str(&source.to_string()),
        date: source.modified,
        value: None,
        text: text.as_deref(),
        line: None,
        place: Place { source, line: 0 },
    });
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
                format!("field `{name}` must be a string, got {found}"),
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
        place,
        id,
        date,
        value,
        text: text.as_deref(),
        line: Some(&line),
    });
}

/// Cuts the input into work, in its order.
pub struct Reader {
    walk: Walk,
    input: Input,
    lines: Option<Lines>,
}

impl Reader {
    /// `leave_out` is a directory or file that is not read even if it lies in a directory: where this run writes.
    pub fn new(paths: &[PathBuf], input: &Input, leave_out: Option<&Path>) -> Self {
        Self {
            walk: Walk::new(paths, &input.args, leave_out),
            input: input.clone(),
            lines: None,
        }
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
            if let Some(lines) = &mut self.lines {
                if let Some(work) = lines.next() {
                    return Some(work);
                }
                self.lines = None;
            }
            let source = match self.walk.next()? {
                Ok(source) => Arc::new(source),
                Err(problem) => return Some(Work::Problem(problem)),
            };
            match source.holds {
                Holds::Text => return Some(Work::File(source)),
                Holds::JsonLines | Holds::Unknown => match self.open(source) {
                    Ok(work @ Some(_)) => return work,
                    Ok(None) => {}
                    Err(problem) => return Some(Work::Problem(problem)),
                },
            }
        }
    }

    /// Opens a file that must be looked into; JSON Lines then come from `self.lines`.
    fn open(&mut self, source: Arc<Source>) -> Result<Option<Work>, Problem> {
        let failed = |failure: Failure| failure.problem(&source);
        let reader = compressed::open(&source.path, source.compression).map_err(failed)?;
        let (start, reader) = compressed::peek(reader, 4096).map_err(failed)?;
        let is_lines = match source.holds {
            Holds::Unknown => decode::looks_like_json_lines(&start),
            Holds::Text => false,
            Holds::JsonLines => true,
        };
        if is_lines {
            self.lines = Some(Lines::new(
                source.clone(),
                &start,
                reader,
                self.input.args.max_size,
            )?);
            return Ok(None);
        }
        let bytes = compressed::read_all(reader, self.input.args.max_size);
        Ok(Some(Work::Text(source.clone(), bytes.map_err(failed)?)))
    }
}
