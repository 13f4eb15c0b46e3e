//! Where answers go: standard output, whose reader may leave early, and files that appear whole or not at all.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::problems::{Kind, Problem};

/// Standard output. Once its reader has left (`dedupe … | head -1`), what is written goes nowhere and nobody complains.
pub struct Stdout {
    out: Box<dyn Write + Send>,
    closed: bool,
}

impl Stdout {
    /// For programs: the bytes as they are.
    pub fn new() -> Self {
        Self {
            out: Box::new(BufWriter::with_capacity(1 << 16, io::stdout())),
            closed: false,
        }
    }

    /// For people: colours are kept in a terminal, and taken out elsewhere or when `NO_COLOR` says so.
    pub fn styled() -> Self {
        let stream = anstream::AutoStream::auto(io::stdout());
        Self {
            out: Box::new(BufWriter::with_capacity(1 << 16, stream)),
            closed: false,
        }
    }

    /// Whether the reader has left, so that no more need be done.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.attempt(|out| out.write_all(bytes))
    }

    pub fn flush(&mut self) -> Result<(), Problem> {
        self.attempt(|out| out.flush())
    }

    fn attempt(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Problem> {
        if self.closed {
            return Ok(());
        }
        match write(&mut self.out) {
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
                    format!("cannot be written: {error}"),
                ))
            }
        }
    }
}

impl Drop for Stdout {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// A file that appears under its name when it is complete: until [`NewFile::finish`] it is a temporary file beside it.
pub struct NewFile {
    out: BufWriter<NamedTempFile>,
}

impl NewFile {
    /// Starts a file in the folder of `path`, which is made when it is missing.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new()
            .prefix(".dedupe-")
            .permissions_like_a_new_file()
            .tempfile_in(folder)?;
        Ok(Self {
            out: BufWriter::new(file),
        })
    }

    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Gives the file its name. Without `force` a file of that name stays, and the answer is `AlreadyExists`.
    pub fn finish(self, path: &Path, force: bool) -> io::Result<()> {
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        let done = if force {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        };
        done.map(drop).map_err(|error| error.error)
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
