//! What tar and zip archives have in common: which members are read, under which names, and what is told of the others.

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};

use super::compressed::{archive_bomb, read_all};
use super::feed::{Emit, Stop};
use super::format::{Holds, by_name};
use super::left_out::OtherNames;
use super::select::Globs;
use super::{Source, reading};

/// An archive while its members are gone through.
pub struct Members<'a> {
    archive: &'a Arc<Source>,
    args: &'a InputArgs,
    globs: &'a Globs,
    other_names: OtherNames,
    not_wanted: usize,
    /// Bytes that came out of it.
    out: u64,
}

/// What a member is, when it is no file.
pub enum Odd {
    Link,
    Other,
}

impl<'a> Members<'a> {
    pub fn new(archive: &'a Arc<Source>, args: &'a InputArgs, globs: &'a Globs) -> Self {
        Self {
            archive,
            args,
            globs,
            other_names: OtherNames::default(),
            not_wanted: 0,
            out: 0,
        }
    }

    /// Whether a member of this name is to be read, and as what.
    pub fn wanted(
        &mut self,
        name: &str,
        modified: Option<i64>,
        emit: &mut Emit,
    ) -> Result<Option<Arc<Source>>, Stop> {
        let path = inside(name);
        let is_resource_fork = path.starts_with("__MACOSX");
        let named = by_name(&path).filter(|_| !is_resource_fork);
        let Some((holds, compression)) = named.filter(|(holds, _)| holds.is_built_in()) else {
            self.other_names.count(&path);
            return Ok(None);
        };
        if !self.globs.wanted(&path) {
            self.not_wanted += 1;
            return Ok(None);
        }
        if Path::new(name) != path && Path::new(name.trim_start_matches("./")) != path {
            emit.problem(Problem::new(
                Kind::OddName,
                self.archive,
                format!(
                    "the member `{name}` is named as if it lay outside the archive; it is read as {}",
                    self.archive.path.join(&path).display()
                ),
            ))?;
        }
        let member = Source::member(self.archive, &path, (holds, compression), modified);
        if matches!(holds, Holds::Tar | Holds::Zip) {
            emit.problem(Problem::new(
                Kind::LeftOut,
                &member,
                "an archive inside an archive is not opened: unpack the outer one first",
            ))?;
            return Ok(None);
        }
        Ok(Some(Arc::new(member)))
    }

    /// Hands on the bytes of a member, or says why they cannot be read; an error ends the archive. `packed` is how much of
    /// the archive was read for all members so far.
    pub fn read(
        &mut self,
        member: Arc<Source>,
        mut stream: impl Read,
        packed: u64,
        emit: &mut Emit,
    ) -> Result<(), Stop> {
        let bytes = read_all(&mut stream, self.args.max_size);
        self.out += bytes
            .as_ref()
            .map_or(self.args.max_size, |b| b.len() as u64);
        match bytes {
            Ok(bytes) => emit.member(member, bytes)?,
            Err(failure) => emit.problem(failure.problem(&member))?,
        }
        if packed > 0
            && let Err(error) = archive_bomb(self.out, packed)
        {
            return Err(Stop::Failed(Problem::new(
                Kind::TooLarge,
                self.archive,
                reading(self.archive.compression, &error),
            )));
        }
        Ok(())
    }

    /// Says that a member is no file.
    pub fn odd(&mut self, name: &str, odd: &Odd, emit: &mut Emit) -> Result<(), Stop> {
        let why = match odd {
            Odd::Link => "a link inside an archive, not followed",
            Odd::Other => "neither a file nor a directory (a pipe, socket or device)",
        };
        let place = self.archive.path.join(inside(name));
        emit.problem(Problem::new(Kind::LeftOut, place.display(), why))
    }

    /// Tells what was left out.
    pub fn end(self, is_empty: bool, emit: &mut Emit) -> Result<(), Stop> {
        if is_empty {
            let why = "an archive without members";
            emit.problem(Problem::new(Kind::LeftOut, self.archive, why))?;
        }
        if let Some(problem) = self.other_names.problem(&format!("in {}", self.archive)) {
            emit.problem(problem)?;
        }
        self.globs.count(self.not_wanted);
        Ok(())
    }
}

/// The path of a member inside its archive, whatever its name tries.
fn inside(name: &str) -> PathBuf {
    Path::new(name)
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stay_inside() {
        for (name, path) in [
            ("a/b.txt", "a/b.txt"),
            ("./a/b.txt", "a/b.txt"),
            ("/etc/b.txt", "etc/b.txt"),
            ("../../b.txt", "b.txt"),
            ("a/../../b.txt", "a/b.txt"),
            ("..", ""),
        ] {
            assert_eq!(inside(name), Path::new(path), "{name}");
        }
    }
}
