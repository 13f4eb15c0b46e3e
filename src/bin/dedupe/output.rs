//! Where answers go: standard output, whose reader may leave early, and files that appear whole or not at all.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anstream::adapter::strip_bytes;
use tempfile::NamedTempFile;

use crate::args::OutputArgs;
use crate::problems::{Kind, Problem, advised};

/// Where an answer goes: standard output, or the file of `--output`.
///
/// Once the reader of standard output has left (`dedupe … | head -1`), what is written goes nowhere and nobody complains.
/// A file gets its name in [`Sink::finish`]; a run that fails before leaves none.
pub struct Sink {
    to: To,
    closed: bool,
}

enum To {
    Stdout(Box<dyn Write + Send>),
    File {
        file: Option<NewFile>,
        path: PathBuf,
        force: bool,
        look: Look,
    },
}

/// What an answer is for, which decides about colours on standard output. Files have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// For programs: the bytes as they are.
    Plain,
    /// For people: colours are kept in a terminal, and taken out elsewhere or when `NO_COLOR` says so.
    Styled,
}

impl Sink {
    /// Standard output, for programs.
    pub fn stdout() -> Self {
        Self::to_stdout(Look::Plain)
    }

    /// Where the options say. What the file of `--output` may not be is refused here, before any work was done for it.
    pub fn open(args: &OutputArgs, look: Look) -> Result<Self, Problem> {
        let Some(path) = args.file() else {
            return Ok(Self::to_stdout(look));
        };
        let path = args.check()?.unwrap_or_else(|| path.to_owned());
        let file = NewFile::create(&path).map_err(|error| not_written(&path, &error))?;
        Ok(Self {
            to: To::File {
                file: Some(file),
                path,
                force: args.force,
                look,
            },
            closed: false,
        })
    }

    fn to_stdout(look: Look) -> Self {
        let out: Box<dyn Write + Send> = match look {
            Look::Plain => Box::new(BufWriter::with_capacity(1 << 16, io::stdout())),
            Look::Styled => Box::new(BufWriter::with_capacity(
                1 << 16,
                anstream::AutoStream::auto(io::stdout()),
            )),
        };
        Self {
            to: To::Stdout(out),
            closed: false,
        }
    }

    /// Whether the reader has left, so that no more need be done.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        match &mut self.to {
            To::Stdout(_) => self.attempt(|out| out.write_all(bytes)),
            To::File {
                file, path, look, ..
            } => {
                let Some(file) = file else { return Ok(()) };
                let done = match look {
                    Look::Plain => file.write(bytes),
                    Look::Styled => strip_bytes(bytes).try_for_each(|plain| file.write(plain)),
                };
                done.map_err(|error| not_written(path, &error))
            }
        }
    }

    /// Brings to the reader what was written so far; a file's reader gets all at once in the end.
    pub fn flush(&mut self) -> Result<(), Problem> {
        self.attempt(|out| out.flush())
    }

    /// Ends the answer: it is complete.
    pub fn finish(mut self) -> Result<(), Problem> {
        if let To::File {
            file, path, force, ..
        } = &mut self.to
            && let Some(file) = file.take()
        {
            return file
                .finish(path, *force)
                .map_err(|error| match error.kind() {
                    ErrorKind::AlreadyExists => exists(path),
                    _ => not_written(path, &error),
                });
        }
        self.flush()
    }

    fn attempt(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let To::Stdout(out) = &mut self.to else {
            return Ok(());
        };
        if self.closed {
            return Ok(());
        }
        match write(out) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => {
                self.closed = true;
                Err(Problem::new(
                    Kind::Output,
                    "standard output",
                    format!("cannot be written: {}", advised(&error)),
                ))
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl OutputArgs {
    /// The file of `--output`; none when that is standard output.
    fn file(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }

    /// Refuses what may not be written to; the answer is the file that a symbolic link stands for. To be asked before
    /// work that takes long; it is asked again when the file is opened.
    pub fn check(&self) -> Result<Option<PathBuf>, Problem> {
        let Some(path) = self.file() else {
            return Ok(None);
        };
        if !self.force && path.symlink_metadata().is_ok() {
            return Err(exists(path));
        }
        match path.metadata() {
            Ok(found) if found.is_file() => path
                .canonicalize()
                .map(Some)
                .map_err(|error| not_written(path, &error)),
            Ok(found) => Err(Problem::new(
                Kind::Output,
                path.display(),
                format!(
                    "is {}, and --output writes a file: name one, or leave --output off to write standard output",
                    if found.is_dir() {
                        "a directory"
                    } else {
                        "a device or a pipe"
                    }
                ),
            )),
            Err(_) => Ok(Some(path.to_owned())),
        }
    }
}

fn exists(path: &Path) -> Problem {
    Problem::new(
        Kind::Output,
        path.display(),
        "exists, and is left as it is: --force replaces it",
    )
}

/// What to say of a file that could not be written.
pub fn not_written(path: &Path, error: &io::Error) -> Problem {
    Problem::new(
        Kind::Output,
        path.display(),
        format!("cannot be written: {}", advised(error)),
    )
}

/// What the names of unfinished files begin with; a run that is killed may leave one, which is of no use to anybody.
pub const UNFINISHED: &str = ".dedupe-";

/// A file that appears under its name when it is complete: until [`NewFile::finish`] it is a temporary file beside it.
pub struct NewFile {
    out: BufWriter<NamedTempFile>,
}

impl NewFile {
    /// Starts a file in the folder of `path`, which is made when it is missing.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = folder(path);
        fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .suffix(".tmp")
            .permissions_like_a_new_file()
            .tempfile_in(folder)?;
        Ok(Self {
            out: BufWriter::with_capacity(1 << 16, file),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Gives the file its name, once its bytes are on the disk. Without `force` a file of that name stays, and the answer
    /// is `AlreadyExists`; with it the new file is as readable as the one that it replaces.
    pub fn finish(self, path: &Path, force: bool) -> io::Result<()> {
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        if force && let Ok(old) = path.metadata() {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.as_file().sync_all()?;
        let done = if force {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        };
        done.map_err(|error| error.error)?;
        sync_folder(path);
        Ok(())
    }
}

/// The folder that a file is in.
pub fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Has the disk know a file's name, where a folder can be asked for that (not on Windows). When it fails, the name is
/// there as long as the machine runs, which is all that most programs give.
pub fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let _ = fs::File::open(folder(path)).and_then(|folder| folder.sync_all());
    }
}

/// Temporary files are private by default; what we leave behind should be as readable as any new file.
trait PermissionsLikeANewFile {
    fn permissions_like_a_new_file(&mut self) -> &mut Self;
}

impl PermissionsLikeANewFile for tempfile::Builder<'_, '_> {
    fn permissions_like_a_new_file(&mut self) -> &mut Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // The umask is applied on top.
            self.permissions(fs::Permissions::from_mode(0o666));
        }
        self
    }
}
