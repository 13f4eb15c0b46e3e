//! Cuts a stream of JSON Lines into pieces of whole lines.

use std::fmt;
use std::io::{Cursor, Read};
use std::sync::Arc;

use encoding_rs_io::DecodeReaderBytesBuilder;
use memchr::{memchr_iter, memrchr};

use crate::problems::{Kind, Problem};

use super::compressed::{Compression, reading};
use super::{Source, Work, decode};

/// Bytes of a piece: large enough that handing it to a thread costs nothing beside parsing it.
const PIECE: usize = 256 << 10;

/// The lines of one file.
pub struct Lines {
    source: Arc<Source>,
    stream: Box<dyn Read + Send>,
    /// The number of the next line.
    line: u32,
    /// Bytes after the last line that was given out.
    rest: Vec<u8>,
    /// What is to be said before the next piece.
    problem: Option<Problem>,
    ended: bool,
    max_line: u64,
}

impl Lines {
    /// `start` is what a look ahead found; `stream` still begins with it.
    pub fn new(
        source: Arc<Source>,
        start: &[u8],
        stream: impl Read + Send + 'static,
        max_line: u64,
    ) -> Result<Self, Problem> {
        let utf16 = decode::utf16_json(start);
        if utf16.is_none()
            && let Some(what) = decode::binary(start)
        {
            return Err(Problem::new(
                Kind::Binary,
                &source,
                format!("not JSON Lines but {what}: convert it, or leave it out"),
            ));
        }
        let mut problem = None;
        let stream: Box<dyn Read + Send> = match utf16 {
            None => Box::new(stream),
            Some(encoding) => {
                problem = Some(Problem::new(
                    Kind::Recoded,
                    &source,
                    format!(
                        "read as {}; half characters, if any, become U+FFFD",
                        encoding.name()
                    ),
                ));
                let decoder = DecodeReaderBytesBuilder::new()
                    .encoding(Some(encoding))
                    .strip_bom(true)
                    .build(stream);
                Box::new(decoder)
            }
        };
        let mut lines = Self {
            source,
            stream,
            line: 1,
            rest: Vec::new(),
            problem,
            ended: false,
            max_line,
        };
        if utf16.is_none() && start.starts_with(decode::BOM) {
            lines.fill(decode::BOM.len());
            lines.rest.clear();
        }
        Ok(lines)
    }

    /// The next piece, or a problem in its place; none at the end.
    pub fn next(&mut self) -> Option<Work> {
        if let Some(problem) = self.problem.take() {
            return Some(Work::Problem(problem));
        }
        // Where in `rest` no line end has been looked for yet.
        let mut searched = 0;
        loop {
            if let Some(end) = memrchr(b'\n', &self.rest[searched..]) {
                return Some(self.piece(searched + end + 1));
            }
            if self.ended {
                return match self.rest.len() {
                    0 => self.problem.take().map(Work::Problem),
                    len => Some(self.piece(len)),
                };
            }
            searched = self.rest.len();
            if searched as u64 > self.max_line {
                return Some(Work::Problem(self.skip_line()));
            }
            // A long line is read in growing steps, so that it is not copied over and over.
            self.fill(PIECE.max(searched));
        }
    }

    /// Takes the first `len` bytes of what was read.
    fn piece(&mut self, len: usize) -> Work {
        let rest = self.rest.split_off(len);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let first = self.line;
        self.line = self
            .line
            .saturating_add(memchr_iter(b'\n', &bytes).count() as u32);
        Work::Lines {
            source: self.source.clone(),
            first,
            bytes,
        }
    }

    /// Reads up to `len` more bytes. A failure ends the file; the line that it cuts is not given out.
    fn fill(&mut self, len: usize) {
        let read = self
            .stream
            .by_ref()
            .take(len as u64)
            .read_to_end(&mut self.rest);
        match read {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) => {
                self.ended = true;
                let whole = memrchr(b'\n', &self.rest).map_or(0, |end| end + 1);
                self.rest.truncate(whole);
                let line = self.line as usize + memchr_iter(b'\n', &self.rest).count();
                self.problem = Some(Problem::new(
                    Kind::Unreadable,
                    format!("{}:{line}", self.source),
                    format!(
                        "{}; the lines before were read",
                        reading(self.source.compression, &error)
                    ),
                ));
                self.stream = Box::new(Cursor::new(Vec::new()));
            }
        }
    }

    /// Gets past a line that is too long. In compressed data it may go on for ever, so that ends the file.
    fn skip_line(&mut self) -> Problem {
        let place = format!("{}:{}", self.source, self.line);
        if self.source.compression != Compression::None {
            self.rest = Vec::new();
            self.ended = true;
            let mut problem = too_long(&place, self.max_line);
            problem.message += "; in compressed data, so the rest of the file is not read";
            return problem;
        }
        loop {
            self.rest.clear();
            self.fill(PIECE);
            if let Some(end) = memchr::memchr(b'\n', &self.rest) {
                self.rest.drain(..=end);
                break;
            }
            if self.ended {
                break;
            }
        }
        self.line = self.line.saturating_add(1);
        too_long(&place, self.max_line)
    }
}

/// The problem of a line over the limit.
pub fn too_long(place: &dyn fmt::Display, limit: u64) -> Problem {
    Problem::new(
        Kind::TooLarge,
        place,
        format!("the line holds more than {limit} bytes: --max-size allows more"),
    )
}
