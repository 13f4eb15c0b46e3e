//! Zip archives of pages.

use std::fs::File;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::TimeZone;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::args::InputArgs;
use crate::problems::{Kind, Problem, advised};

use super::Source;
use super::archive::{Members, Odd};
use super::feed::{Emit, Stop};
use super::select::Globs;

/// Reads all members, in the order of the archive's directory.
pub fn read(
    source: &Arc<Source>,
    file: File,
    args: &InputArgs,
    globs: &Globs,
    emit: &mut Emit,
) -> Result<(), Stop> {
    let len = file.metadata().map_or(0, |metadata| metadata.len());
    let mut archive = ZipArchive::new(file).map_err(|error| {
        Stop::Failed(Problem::new(
            Kind::Unreadable,
            source,
            match error {
                ZipError::Io(error) => format!("cannot be read: {}", advised(&error)),
                error => format!("not a zip archive, or cut off: {error}; fetch it again"),
            },
        ))
    })?;
    if archive.has_duplicate_names() {
        emit.problem(Problem::new(
            Kind::LeftOut,
            source,
            "holds several members of the same name, of which only the last is read: unpack it to read all",
        ))?;
    }
    let mut members = Members::new(source, args, globs);
    for index in 0..archive.len() {
        let refused = |name: &str, why: String| {
            Problem::new(
                Kind::Unreadable,
                source
                    .path
                    .join(name.trim_start_matches(['/', '.']))
                    .display(),
                why,
            )
        };
        let entry = match archive.by_index_data(index) {
            Ok(entry) => entry,
            Err(error) => {
                emit.problem(refused(&format!("member {}", index + 1), error.to_string()))?;
                continue;
            }
        };
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
        };
        if entry.is_dir() {
            continue;
        }
        if entry.is_symlink() {
            members.odd(&name, &Odd::Link, emit)?;
            continue;
        }
        let (encrypted, modified) = (entry.encrypted(), entry.last_modified().and_then(seconds));
        let Some(member) = members.wanted(&name, modified, emit)? else {
            continue;
        };
        if encrypted {
            let why = "encrypted: unpack the archive with its password first";
            emit.problem(Problem::new(Kind::Unreadable, &member, why))?;
            continue;
        }
        match archive.by_index(index) {
            Ok(stream) => members.read(member, stream, len, emit)?,
            Err(error) => {
                let why = match error {
                    ZipError::UnsupportedArchive(_)
                    | ZipError::CompressionMethodNotSupported(_) => {
                        format!(
                            "packed in a way that is not read here ({error}): unpack the archive first"
                        )
                    }
                    error => format!("damaged: {error}; fetch the archive again"),
                };
                emit.problem(Problem::new(Kind::Unreadable, &member, why))?;
            }
        }
    }
    members.end(archive.is_empty(), emit)
}

/// Seconds since 1970; zip says no zone, so it is read as UTC.
fn seconds(time: zip::DateTime) -> Option<i64> {
    let part = |n: u8| i8::try_from(n).ok();
    let time = civil::DateTime::new(
        i16::try_from(time.year()).ok()?,
        part(time.month())?,
        part(time.day())?,
        part(time.hour())?,
        part(time.minute())?,
        part(time.second())?,
        0,
    );
    let time = TimeZone::UTC.to_timestamp(time.ok()?).ok()?;
    Some(time.as_second())
}
