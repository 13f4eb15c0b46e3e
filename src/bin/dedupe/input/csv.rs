//! Tables as text: a page a row under a row of names (RFC 4180), with commas, tabs, semicolons or bars.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};
use crate::report::write_json;

use super::compressed::{Stream, reading};
use super::feed::{Emit, Rows, Stop};
use super::format::header_delimiter;
use super::{Source, decode};

/// More than one row is read ahead by no more than this.
const AHEAD: u64 = 1 << 20;

/// Reads all rows; `start` is what a look ahead found.
pub fn read(
    source: &Arc<Source>,
    delimiter: Option<u8>,
    start: &[u8],
    stream: Stream,
    args: &InputArgs,
    emit: &mut Emit,
) -> Result<(), Stop> {
    let utf16 = Encoding::for_bom(start)
        .map(|(encoding, _)| encoding)
        .filter(|&encoding| encoding != encoding_rs::UTF_8);
    if utf16.is_none()
        && let Some(what) = decode::binary(start)
    {
        return Err(Stop::Failed(Problem::new(
            Kind::Binary,
            source,
            format!("not CSV but {what}: convert it, or leave it out"),
        )));
    }
    if let Some(encoding) = utf16 {
        emit.problem(Problem::new(
            Kind::Recoded,
            source,
            format!("read as {}", encoding.name()),
        ))?;
    }
    // Takes the byte order mark away, whatever the encoding.
    let stream = DecodeReaderBytesBuilder::new()
        .encoding(utf16)
        .bom_override(true)
        .utf8_passthru(true)
        .strip_bom(true)
        .build(stream);
    let allowed = Rc::new(Cell::new(0));
    let stream = Allowed {
        stream,
        left: allowed.clone(),
    };
    let delimiter = delimiter.unwrap_or_else(|| {
        let text = utf16.map(|encoding| encoding.decode(start).0.into_owned().into_bytes());
        let start = text.as_deref().unwrap_or(start);
        header_delimiter(start, &args.text_field).unwrap_or_else(|| most_frequent(start))
    });
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(stream);
    let mut row = ByteRecord::new();
    // Gives the line in which the row begins; none at the end.
    let mut next = |row: &mut ByteRecord, line: u64| {
        allowed.set(args.max_size.saturating_add(AHEAD));
        let read = reader
            .read_byte_record(row)
            .map_err(|error| Stop::Failed(broken(source, line, args.max_size, error)))?;
        // The position of a row is before the blank lines in front of it, so the way back from its end is tried too.
        let inside = memchr::memchr_iter(b'\n', row.as_slice()).count() as u64;
        let from_end = reader.position().line().saturating_sub(inside + 1);
        let begins = row.position().map_or(line, csv::Position::line);
        Ok::<_, Stop>(read.then_some(begins.max(from_end)))
    };
    if next(&mut row, 1)?.is_none() {
        return Err(Stop::Failed(Problem::new(
            Kind::MissingText,
            source,
            "empty, without even a row of names: the first row names the columns",
        )));
    }
    let names: Vec<String> = row
        .iter()
        .map(|name| decode::line(name).0.trim().to_owned())
        .collect();
    if !names.contains(&args.text_field) {
        return Err(Stop::Failed(Problem::new(
            Kind::MissingText,
            source,
            format!(
                "no column `{}`: --text-field says which column to take; the first row has {}",
                args.text_field,
                listed(&names)
            ),
        )));
    }
    let keys: Vec<Vec<u8>> = names.iter().map(|name| json(name)).collect();
    let mut rows = Rows::of(source);
    let mut line = 1;
    while let Some(begins) = next(&mut row, line)? {
        line = begins;
        let number = u32::try_from(line).unwrap_or(u32::MAX);
        let object = if row.len() == names.len() {
            Ok(object(&keys, &row))
        } else if row.len() == 1 && row[0].trim_ascii().is_empty() {
            continue;
        } else {
            Err(Problem::new(
                Kind::BrokenRow,
                format!("{source}:{line}"),
                format!(
                    "the row has {}, the first row {}: a delimiter inside a field must stand in quotation marks, and \
                     quotation marks must be closed",
                    crate::words::count(row.len(), "field"),
                    names.len()
                ),
            ))
        };
        rows.add(number, object, emit)?;
    }
    rows.hand_on(emit)
}

/// A row as a JSON object, with what is no UTF-8 recognised or replaced as elsewhere.
fn object(keys: &[Vec<u8>], row: &ByteRecord) -> Vec<u8> {
    let mut object = Vec::with_capacity(row.as_slice().len() + 64);
    object.push(b'{');
    for (n, (key, value)) in keys.iter().zip(row).enumerate() {
        if n > 0 {
            object.push(b',');
        }
        object.extend(key);
        object.push(b':');
        write_json(&mut object, &decode::line(value).0);
    }
    object.push(b'}');
    object
}

fn json(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    write_json(&mut out, &text);
    out
}

fn listed(names: &[String]) -> String {
    let mut list: Vec<String> = names
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    if names.len() > list.len() {
        list.push(String::from("…"));
    }
    list.join(", ")
}

/// The delimiter that the first line has most of.
fn most_frequent(start: &[u8]) -> u8 {
    let line = start.split(|&b| b == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|&&b| b == delimiter).count();
    // Of equals the last is taken, which is the comma.
    [b'|', b';', b'\t', b',']
        .into_iter()
        .max_by_key(|&delimiter| count(delimiter))
        .unwrap_or(b',')
}

fn broken(source: &Source, line: u64, limit: u64, error: csv::Error) -> Problem {
    let place = format!("{source}:{line}");
    match error.into_kind() {
        ErrorKind::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => Problem::new(
            Kind::TooLarge,
            place,
            format!(
                "the row after this line holds more than {limit} bytes: --max-size allows more, but a quotation mark \
                 that is not closed is likelier; the rest of the file is not read"
            ),
        ),
        ErrorKind::Io(error) => Problem::new(
            Kind::Unreadable,
            place,
            format!(
                "{}; the rows before were read",
                reading(source.compression, &error)
            ),
        ),
        kind => Problem::new(Kind::BrokenRow, place, format!("{kind:?}")),
    }
}

/// Fails when more is read than was allowed since the last row: a quotation mark that is never closed must not fill the
/// memory.
struct Allowed<R> {
    stream: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Allowed<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(bytes)?;
        let left = self.left.get().checked_sub(n as u64);
        self.left
            .set(left.ok_or(io::Error::from(io::ErrorKind::QuotaExceeded))?);
        Ok(n)
    }
}
