//! Tar archives of pages, read from front to back.

use std::io;
use std::sync::Arc;

use tar::{Archive, EntryType};

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};

use super::archive::{Members, Odd};
use super::compressed::{Stream, reading};
use super::feed::{Emit, Stop};
use super::select::Globs;
use super::{Compression, Source};

/// Reads all members.
pub fn read(
    source: &Arc<Source>,
    stream: Stream,
    args: &InputArgs,
    globs: &Globs,
    emit: &mut Emit,
) -> Result<(), Stop> {
    let mut archive = Archive::new(stream);
    let mut members = Members::new(source, args, globs);
    let mut last = None;
    let damaged = |last: &Option<String>, error: &io::Error| {
        let what = match (source.compression, error.kind()) {
            (compression, io::ErrorKind::FileTooLarge) => reading(compression, error),
            (Compression::None | Compression::Unknown, io::ErrorKind::UnexpectedEof) => {
                String::from("the archive ends too early, the file is cut off: fetch it again")
            }
            (Compression::None | Compression::Unknown, _) => {
                format!("not a tar archive, or damaged: {error}")
            }
            (compression, _) => reading(compression, error),
        };
        let after = match last {
            Some(name) => format!("; the members up to `{name}` were read"),
            None => String::new(),
        };
        Stop::Failed(Problem::new(
            Kind::Unreadable,
            source,
            format!("{what}{after}"),
        ))
    };
    let entries = archive.entries().map_err(|error| damaged(&None, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| damaged(&last, &error))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let modified = entry.header().mtime().ok().map(u64::cast_signed);
                if let Some(member) = members.wanted(&name, modified, emit)? {
                    // The compression around the archive has its own guard.
                    members.read(member, entry, 0, emit)?;
                }
            }
            EntryType::Directory | EntryType::XGlobalHeader | EntryType::XHeader => {}
            EntryType::Symlink | EntryType::Link => members.odd(&name, &Odd::Link, emit)?,
            _ => members.odd(&name, &Odd::Other, emit)?,
        }
        last = Some(name);
    }
    members.end(last.is_none(), emit)
}
