//! Opens files, compressed or not, and reads them up to a limit.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::fingerprint::Fingerprint;
use crate::problems::{Kind, Problem, advised};

use super::Source;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];

/// Data that unpacks to more than this many times its size is a bomb, once it is also more than [`SLACK`]. Gzip cannot
/// reach it by much, and text stays far below it with any method.
const LARGEST_RATIO: u64 = 1000;
const SLACK: u64 = 1 << 30;
/// Dictionaries up to this size: `xz -9` has 64 MiB.
const XZ_MEMORY_KIB: u32 = 256 << 10;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
    Xz,
    /// Its first bytes will tell.
    Unknown,
}

impl Compression {
    /// By the first bytes.
    pub fn of(start: &[u8]) -> Self {
        for (magic, compression) in [
            (GZIP, Compression::Gzip),
            (ZSTD, Compression::Zstd),
            (XZ, Compression::Xz),
        ] {
            if start.starts_with(magic) {
                return compression;
            }
        }
        Compression::None
    }

    /// Whether its name says so.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Gzip | Self::Zstd | Self::Xz)
    }

    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
            Self::Xz => Some("xz"),
            Self::None | Self::Unknown => None,
        }
    }
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

/// Bytes of files that were read so far, as they are on the disk: for the progress, which may look at it at any time.
static READ: AtomicU64 = AtomicU64::new(0);

/// How many bytes of files were read so far.
pub fn bytes_read() -> u64 {
    READ.load(Ordering::Relaxed)
}

struct Watched(File);

impl Read for Watched {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(bytes)?;
        READ.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
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
                let name = compression.as_str().unwrap_or("compressed");
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
    if error.kind() == io::ErrorKind::FileTooLarge {
        return error.to_string();
    }
    let Some(what) = compression.as_str() else {
        return format!("cannot be read: {}", advised(error));
    };
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            format!("{what} data ends too early, the file is cut off: fetch it again")
        }
        _ => format!("{what} data is damaged: {error}"),
    }
}

/// Standard input, when it is read more than once.
static KEPT_STDIN: OnceLock<File> = OnceLock::new();

/// Keeps standard input in an unnamed temporary file, so that [`open`] gives it from the start each time.
pub fn keep_stdin() -> io::Result<()> {
    if KEPT_STDIN.get().is_none() {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut io::stdin(), &mut file)?;
        let _ = KEPT_STDIN.set(file);
    }
    Ok(())
}

/// A file from its start. Whoever reads it before must be done: the place in the file is shared.
fn again(file: &File) -> io::Result<File> {
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Opens a file, `-` for standard input, and decompresses what is read from it.
pub fn open(path: &Path, compression: Compression) -> Result<Stream, Failure> {
    let plain: Stream = if path == Path::new("-") {
        match KEPT_STDIN.get() {
            None => Box::new(io::stdin()),
            Some(file) => {
                Box::new(again(file).map_err(|error| Failure::Io(Compression::None, error))?)
            }
        }
    } else {
        let file = File::open(path).map_err(|error| Failure::Io(Compression::None, error))?;
        Box::new(Watched(file))
    };
    decompress(plain, compression)
}

/// Decompresses what is read from a stream.
pub fn decompress(plain: Stream, compression: Compression) -> Result<Stream, Failure> {
    if compression == Compression::None {
        return Ok(plain);
    }
    let (start, plain) = peek(plain, XZ.len())?;
    let found = Compression::of(&start);
    if compression != Compression::Unknown && compression != found {
        return Err(Failure::NotCompressed(compression));
    }
    let packed = Counted::new(plain);
    let read = packed.read.clone();
    let unpacked: Stream = match found {
        Compression::Gzip => Box::new(MultiGzDecoder::new(packed)),
        Compression::Zstd => Box::new(
            zstd::Decoder::new(packed).map_err(|error| Failure::Io(Compression::Zstd, error))?,
        ),
        Compression::Xz => Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY_KIB)),
        Compression::None | Compression::Unknown => return Ok(Box::new(packed.stream)),
    };
    Ok(Box::new(Bounded::new(unpacked, read, SLACK)))
}

/// Counts what is read.
struct Counted {
    stream: Stream,
    read: Arc<AtomicU64>,
}

impl Counted {
    fn new(stream: Stream) -> Self {
        let read = Arc::default();
        Self { stream, read }
    }
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(bytes)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Fails when more comes out of a decoder than text could have been packed into what went in.
struct Bounded {
    unpacked: Stream,
    out: u64,
    packed: Arc<AtomicU64>,
    slack: u64,
}

impl Bounded {
    fn new(unpacked: Stream, packed: Arc<AtomicU64>, slack: u64) -> Self {
        Self {
            unpacked,
            out: 0,
            packed,
            slack,
        }
    }
}

impl Read for Bounded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.unpacked.read(bytes)?;
        self.out += n as u64;
        bomb(self.out, self.packed.load(Ordering::Relaxed), self.slack)?;
        Ok(n)
    }
}

/// An error when that much came out of that little.
fn bomb(out: u64, packed: u64, slack: u64) -> io::Result<()> {
    if out > slack.max(packed.saturating_mul(LARGEST_RATIO)) {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!(
                "unpacks to more than {LARGEST_RATIO} times its size, which no text does (a decompression bomb): the \
                 rest is not read; unpack it yourself if you trust it"
            ),
        ));
    }
    Ok(())
}

/// The same limit for the members of an archive that is `packed` bytes long.
pub fn archive_bomb(out: u64, packed: u64) -> io::Result<()> {
    bomb(out, packed, SLACK)
}

/// The first bytes of a stream, up to `len`, and the stream as if they had not been read.
pub fn peek(mut stream: Stream, len: usize) -> Result<(Vec<u8>, Stream), Failure> {
    let mut start = Vec::with_capacity(len);
    let read = stream.by_ref().take(len as u64).read_to_end(&mut start);
    read.map_err(|error| Failure::Io(Compression::Unknown, error))?;
    Ok((start.clone(), Box::new(Cursor::new(start).chain(stream))))
}

/// Most files are no longer, and read at once.
const FIRST_READ: usize = 64 << 10;

thread_local! {
    /// Room for the first read.
    static FIRST: Cell<Vec<u8>> = Cell::default();
}

/// All bytes of a file, unless there are more than `limit`; with its fingerprint, if that was asked for and the file did not
/// change since that time.
pub fn read_file(
    path: &Path,
    limit: u64,
    since: Option<SystemTime>,
) -> Result<(Vec<u8>, Option<Fingerprint>), Failure> {
    let failed = |error| Failure::Io(Compression::None, error);
    let mut file = Watched(File::open(path).map_err(failed)?);
    let mut first = FIRST.take();
    first.resize(FIRST_READ, 0);
    let read = loop {
        match file.read(&mut first) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => break read.map_err(failed)?,
        }
    };
    let mut bytes = first[..read].to_vec();
    FIRST.set(first);
    // Asked after the reading, its size tells whether that was all, and its times whether it changed meanwhile.
    let mut status = file.0.metadata().map_err(failed)?;
    let is_file = status.is_file();
    if !is_file || status.len() != read as u64 {
        if is_file {
            if status.len() > limit {
                return Err(Failure::TooLarge(limit));
            }
            file.0.rewind().map_err(failed)?;
            bytes = Vec::with_capacity(status.len() as usize + 1);
        }
        let more = limit.saturating_add(1).saturating_sub(bytes.len() as u64);
        let rest = file.by_ref().take(more).read_to_end(&mut bytes);
        rest.map_err(failed)?;
        status = file.0.metadata().map_err(failed)?;
    }
    if bytes.len() as u64 > limit {
        return Err(Failure::TooLarge(limit));
    }
    let since = since.filter(|_| is_file);
    let fingerprint = since.and_then(|since| Fingerprint::of_read(&status, &bytes, since));
    Ok((bytes, fingerprint))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bombs_are_told_from_texts() {
        let zeros = vec![0; 1 << 20];
        for (slack, len) in [(1 << 20, 1 << 20), (1000, 0)] {
            let packed = zstd::encode_all(&zeros[..], 3).expect("memory");
            assert!(packed.len() * 1000 < zeros.len());
            let counted = Counted::new(Box::new(Cursor::new(packed)));
            let read = counted.read.clone();
            let decoder = zstd::Decoder::new(counted).expect("a decoder");
            let mut bounded = Bounded::new(Box::new(decoder), read, slack);
            let mut out = Vec::new();
            let end = bounded.read_to_end(&mut out);
            assert_eq!(end.is_ok(), len > 0, "{end:?}");
            if let Err(error) = end {
                assert!(
                    reading(Compression::Zstd, &error).starts_with("unpacks to more than 1000")
                );
            }
        }
    }
}
