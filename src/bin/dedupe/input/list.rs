//! Lists of files to read: `--files-from`.

use std::path::{Path, PathBuf};

use crate::args::SelectArgs;
use crate::problems::{Kind, Problem};

use super::compressed::{Compression, open, read_all};

/// More than this no list of files holds.
const LARGEST: u64 = 4 << 30;

/// The paths that the list names, in its order; none without a list. They come after the paths that are `given`.
pub fn paths(args: &SelectArgs, given: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let Some(path) = &args.files_from else {
        return Ok(Vec::new());
    };
    let refused = |why: String| {
        Problem::new(
            Kind::Setting,
            format!("--files-from {}", path.display()),
            why,
        )
    };
    let from_stdin = path == Path::new("-");
    if from_stdin && given.contains(path) {
        return Err(refused(String::from(
            "standard input is the list, so that it cannot be a page too: leave out the path -",
        )));
    }
    let bytes = open(path, Compression::None)
        .and_then(|stream| read_all(stream, LARGEST))
        .map_err(|failure| refused(failure.to_string()))?;
    if !args.null && bytes.contains(&0) {
        return Err(refused(String::from(
            "the list has NUL bytes, as `find -print0` writes them: --null (-0) reads it",
        )));
    }
    let end = if args.null { 0 } else { b'\n' };
    let mut paths = Vec::new();
    for (number, name) in (1..).zip(bytes.split(|&b| b == end)) {
        let name = if args.null {
            name
        } else {
            name.strip_suffix(b"\r").unwrap_or(name)
        };
        if name.is_empty() {
            continue;
        }
        if name == b"-" && from_stdin {
            return Err(refused(format!(
                "entry {number} is `-`, but standard input is the list itself: ./- names a file"
            )));
        }
        paths.push(path_of(name).ok_or_else(|| {
            refused(format!(
                "entry {number} is not UTF-8, which names of files are here"
            ))
        })?);
    }
    if paths.is_empty() {
        return Err(refused(String::from("the list names no file")));
    }
    Ok(paths)
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(PathBuf::from)
}
