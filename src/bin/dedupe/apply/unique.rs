//! `dedupe apply PLAN --write-unique FILE`: all documents but the duplicates, as JSON Lines.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::Outcome;
use crate::args::{ApplyArgs, InputArgs, InputFormat};
use crate::fingerprint::{Fingerprint, Stat, copy};
use crate::input::format::{Holds, by_name};
use crate::input::{Input, Page, Reader, Work};
use crate::output::{NewFile, Sink, not_written};
use crate::problems::{Kind, Problem, Problems};
use crate::strip;
use crate::words::{count, number, plain, size};

use super::plan::Plan;

/// The documents of one file.
#[derive(Default)]
struct Group {
    file: Option<Fingerprint>,
    /// By line, 0 for the whole file: whether it is written.
    lines: BTreeMap<u32, bool>,
}

/// Where the documents go; nowhere when it is only to be said what would be written.
struct Writer {
    file: Option<NewFile>,
    hasher: xxhash_rust::xxh3::Xxh3,
    bytes: u64,
}

impl Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Ok(()),
        }
    }
}

/// What was written.
#[derive(Default)]
struct Tally {
    written: usize,
    left_out: usize,
    /// Lines that hold something and are in no line of the plan.
    unknown: usize,
}

/// Writes the file, or says what would be written. A file that is not as it was when it was scanned ends the run: lines
/// are known by their number only.
pub fn run(args: &ApplyArgs, to: &Path, problems: &mut Problems) -> Result<Outcome, Problem> {
    let plan = Plan::read(&args.plan)?;
    if to.metadata().is_ok_and(|found| !found.is_file()) {
        return Err(Problem::new(
            Kind::Output,
            to.display(),
            "is no file, and --write-unique writes one: give it another name",
        ));
    }
    let mut order = Vec::new();
    let mut groups: BTreeMap<&Path, Group> = BTreeMap::new();
    for document in &plan.documents {
        let group = groups.entry(&document.path).or_insert_with(|| {
            order.push(&*document.path);
            Group::default()
        });
        group.file = document.file;
        group
            .lines
            .insert(document.line.unwrap_or(0), document.kept);
    }
    let mut writer = Writer {
        file: None,
        hasher: xxhash_rust::xxh3::Xxh3::new(),
        bytes: 0,
    };
    if args.yes {
        writer.file = Some(NewFile::create(to).map_err(|error| not_written(to, &error))?);
    }
    let mut tally = Tally::default();
    for path in order {
        group(args, path, &groups[path], &mut writer, &mut tally, problems)
            .map_err(|error| not_written(to, &error))??;
    }
    let mut out = Sink::stdout();
    let mut line = format!(
        "{} {} to {}, {}; {} left out\n",
        if args.yes {
            "wrote"
        } else {
            "dry run: would write"
        },
        count(tally.written, "document"),
        plain(&to.display().to_string()),
        size(writer.bytes as usize),
        count(tally.left_out, "duplicate"),
    );
    let hash = writer.hasher.digest128();
    if let Some(file) = writer.file {
        let done = file.finish(to, args.force);
        match done {
            // A run that was killed between its last step and its end wrote the same.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && holds(to, hash) => {
                line = format!("{} holds it already\n", plain(&to.display().to_string()));
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Problem::new(
                    Kind::Output,
                    to.display(),
                    "exists, and is left as it is: --force replaces it",
                ));
            }
            done => done.map_err(|error| not_written(to, &error))?,
        }
    } else {
        line += "nothing was changed: --yes does it\n";
    }
    out.write(line.as_bytes())?;
    if tally.unknown > 0 {
        let are = if tally.unknown == 1 {
            "line is"
        } else {
            "lines are"
        };
        let line = format!(
            "{} {are} no document of the plan (broken JSON, or the plan was cut), and not written\n",
            number(tally.unknown)
        );
        out.write(line.as_bytes())?;
    }
    out.finish()?;
    Ok(if tally.unknown > 0 {
        Outcome::Left
    } else {
        Outcome::Clean
    })
}

fn holds(path: &Path, hash: u128) -> bool {
    let read = fs::File::open(path).and_then(|mut file| copy(&mut file, io::sink()));
    read.is_ok_and(|(_, found)| found == hash)
}

/// Writes the documents of one file; the outer failure is that of writing.
fn group(
    args: &ApplyArgs,
    path: &Path,
    group: &Group,
    writer: &mut Writer,
    tally: &mut Tally,
    problems: &mut Problems,
) -> io::Result<Result<(), Problem>> {
    let base = args.base.as_deref().unwrap_or(Path::new(""));
    let refused = |why: &str| {
        let why = format!("{why}, so that nothing was written: scan again");
        Ok(Err(Problem::new(Kind::Unreadable, path.display(), why)))
    };
    let before_it = tally.written;
    tally.left_out += group.lines.values().filter(|kept| !**kept).count();
    if path == Path::new("-") {
        return refused("was read from standard input, which is gone: save it to a file");
    }
    if base.join(path).ancestors().skip(1).any(Path::is_file) {
        let why = "lies in an archive, whose members are not written one by one, so that nothing was written: unpack it and scan again";
        return Ok(Err(Problem::new(Kind::Unreadable, path.display(), why)));
    }
    let Some(file) = group.file else {
        return refused("changed during the scan, or could not be read");
    };
    let place = base.join(path);
    let before = match Fingerprint::of(&place) {
        Ok((found, stat)) if found == file => stat,
        Ok(_) => return refused("changed since the scan"),
        Err(error) => return refused(&error.to_string()),
    };
    let is_lines = !group.lines.contains_key(&0);
    let input = Input::new(InputArgs {
        input_format: match by_name(path) {
            // Rows and records become lines of JSON, markup becomes text.
            Some((Holds::Csv(_) | Holds::Warc | Holds::Parquet | Holds::Html, _)) => {
                InputFormat::Auto
            }
            _ if is_lines => InputFormat::Jsonl,
            _ => InputFormat::Text,
        },
        max_size: u64::MAX,
        text_field: args.text_field.clone(),
        id_field: args.id_field.clone(),
        ..InputArgs::default()
    });
    let mut reader = match Reader::new(std::slice::from_ref(&place), &input, None) {
        Ok(reader) => reader,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut told = Vec::new();
    while let Some(work) = reader.next() {
        if let Work::Lines { first, bytes, .. } = &work {
            for (number, line) in (*first..).zip(bytes.split(|&b| b == b'\n')) {
                // As a scan counts them; the piece's last line end has nothing after it.
                if line.iter().all(u8::is_ascii_whitespace) {
                    continue;
                }
                match group.lines.get(&number) {
                    Some(true) => {
                        tally.written += 1;
                        writer.write(line.strip_suffix(b"\r").unwrap_or(line))?;
                        writer.write(b"\n")?;
                    }
                    Some(false) => {}
                    None => tally.unknown += 1,
                }
            }
            continue;
        }
        let mut written = Ok(());
        work.pages(&input, &mut told, |page: Page<'_>| {
            let number = page.place.line().unwrap_or(0);
            if group.lines.get(&number) == Some(&true) && written.is_ok() {
                let mut line = Vec::new();
                strip::line(&page, page.text, &input.args, &mut line);
                tally.written += 1;
                written = writer.write(&line);
            }
        });
        written?;
    }
    problems.extend(told);
    let after = place.metadata().and_then(|metadata| Stat::of(&metadata));
    if after.ok() != Some(before) {
        return refused("changed while it was read");
    }
    // Whatever the reason: a document that is not written would be lost to who goes on with the new file.
    let kept = group.lines.values().filter(|kept| **kept).count();
    if tally.written - before_it != kept {
        let found = tally.written - before_it;
        return refused(&format!(
            "had {kept} documents to keep, of which {found} could be read again"
        ));
    }
    Ok(Ok(()))
}
