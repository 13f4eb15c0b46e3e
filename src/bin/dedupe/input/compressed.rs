//! Opens files, compressed or not, and reads them up to a limit.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::problems::{Kind, Problem};

use super::Source;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
    /// Its first bytes will tell.
    Unknown,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub enum Failure {
    Io(Compression, io::Error),
    /// It does not begin as its name says.
    NotCompressed(Compression),
    /// It holds more than this many bytes.
    TooLarge(u64),
}

pub type Stream = Box<dyn Read + Send>;

impl Failure {
    /// What happened to this file.
    pub fn problem(&self, source: &Source) -> Problem {
        let kind = match self {
            Failure::TooLarge(_) => Kind::TooLarge,
            Failure::Io(..) | Failure::NotCompressed(_) => Kind::Unreadable,
        };
        let message = match self {
            Failure::Io(Compression::Unknown, error) => reading(source.compression, error),
            Failure::TooLarge(_) if source.compression != Compression::None => {
                format!("{self} (decompressed)")
            }
            _ => self.to_string(),
        };
        Problem::new(kind, source, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Io(compression, error) => f.write_str(&reading(*compression, error)),
            Failure::NotCompressed(compression) => {
                let name = if *compression == Compression::Gzip {
                    "gzip"
                } else {
                    "zstd"
                };
                write!(
                    f,
                    "the name says {name}, but the content does not begin so: rename it, or compress it again"
                )
            }
            Failure::TooLarge(limit) => {
                write!(f, "holds more than {limit} bytes: --max-size allows more")
            }
        }
    }
}

/// What to say when reading fails.
pub fn reading(compression: Compression, error: &io::Error) -> String {
    let what = match compression {
        Compression::Gzip => "gzip",
        Compression::Zstd => "zstd",
        Compression::None | Compression::Unknown => return format!("cannot be read: {error}"),
    };
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            format!("{what} data ends too early, the file is cut off: fetch it again")
        }
        _ => format!("{what} data is damaged: {error}"),
    }
}

/// Opens a file, `-` for standard input, and decompresses what is read from it.
pub fn open(path: &Path, compression: Compression) -> Result<Stream, Failure> {
    let plain: Stream = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(|error| Failure::Io(Compression::None, error))?)
    };
    if compression == Compression::None {
        return Ok(plain);
    }
    let (start, plain) = peek(plain, ZSTD.len())?;
    let found = if start.starts_with(GZIP) {
        Compression::Gzip
    } else if start.starts_with(ZSTD) {
        Compression::Zstd
    } else {
        Compression::None
    };
    match found {
        _ if compression != Compression::Unknown && compression != found => {
            Err(Failure::NotCompressed(compression))
        }
        Compression::Gzip => Ok(Box::new(MultiGzDecoder::new(plain))),
        Compression::Zstd => {
            let zstd =
                zstd::Decoder::new(plain).map_err(|error| Failure::Io(Compression::Zstd, error))?;
            Ok(Box::new(zstd))
        }
        Compression::None | Compression::Unknown => Ok(Box::new(plain)),
    }
}

/// The first bytes of a stream, up to `len`, and the stream as if they had not been read.
pub fn peek(mut stream: Stream, len: usize) -> Result<(Vec<u8>, Stream), Failure> {
    let mut start = Vec::with_capacity(len);
    let read = stream.by_ref().take(len as u64).read_to_end(&mut start);
    read.map_err(|error| Failure::Io(Compression::Unknown, error))?;
    Ok((start.clone(), Box::new(Cursor::new(start).chain(stream))))
}

/// All bytes of a stream, unless there are more than `limit`.
pub fn read_all(stream: impl Read, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = stream.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Io(Compression::Unknown, error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::TooLarge(limit));
    }
    Ok(bytes)
}
