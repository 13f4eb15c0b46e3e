//! What went wrong or was left out, collected during the run and told at its end.
//!
//! A problem is either an error (a document that got no answer: the exit code becomes 2) or a note (something a person
//! should know, such as bytes that were replaced). Each names its place, what happened, and what to do about it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write as _};

use anstyle::{AnsiColor, Style};

use crate::words::plain;

/// Of each kind of problem this many are told one by one; the others are counted.
const TOLD_OF_EACH: usize = 20;

/// Whether a problem changes the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Note,
}

/// The kinds that problems are counted by, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Setting,
    Unreadable,
    TooLarge,
    Binary,
    BrokenJson,
    BrokenPlan,
    BrokenRow,
    MissingText,
    WrongType,
    DuplicateId,
    Output,
    Replaced,
    Recoded,
    Misnamed,
    OddName,
    MissingId,
    BadDate,
    BadValue,
    NoStory,
    NoSite,
    LeftOut,
    ReadOnce,
    Forgotten,
    Library,
}

impl Kind {
    fn severity(self) -> Severity {
        match self {
            Kind::Setting
            | Kind::Unreadable
            | Kind::TooLarge
            | Kind::Binary
            | Kind::BrokenJson
            | Kind::BrokenPlan
            | Kind::BrokenRow
            | Kind::MissingText
            | Kind::WrongType
            | Kind::Output => Severity::Error,
            // Both documents are answered, so nothing failed.
            Kind::DuplicateId
            | Kind::Replaced
            | Kind::Recoded
            | Kind::Misnamed
            | Kind::OddName
            | Kind::MissingId
            | Kind::BadDate
            | Kind::BadValue
            | Kind::NoStory
            | Kind::NoSite
            | Kind::LeftOut
            | Kind::ReadOnce
            | Kind::Forgotten
            | Kind::Library => Severity::Note,
        }
    }

    /// The name of the kind in the count at the end, after a number.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Setting => "setting refused",
            Kind::Unreadable => "not readable",
            Kind::TooLarge => "over the size limit",
            Kind::Binary => "binary",
            Kind::BrokenJson => "broken JSON",
            Kind::BrokenPlan => "not as a plan or journal is",
            Kind::BrokenRow => "broken rows",
            Kind::MissingText => "without text field",
            Kind::WrongType => "field of the wrong type",
            Kind::DuplicateId => "id given twice",
            Kind::Output => "not written",
            Kind::Replaced => "with replaced characters",
            Kind::Recoded => "in another encoding than UTF-8",
            Kind::Misnamed => "other than their names say",
            Kind::OddName => "with a name that leads elsewhere",
            Kind::MissingId => "without id field",
            Kind::BadDate => "with an unknown date",
            Kind::BadValue => "without a number to keep by",
            Kind::NoStory => "about pages without a story",
            Kind::NoSite => "about pages without a site",
            Kind::LeftOut => "left out",
            Kind::ReadOnce => "given twice, read once",
            Kind::Forgotten => "about memory",
            Kind::Library => "about the search",
        }
    }
}

/// What a failure of the system says, and what can be done about it where that is known.
pub fn advised(error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => ": is the path right?",
        io::ErrorKind::PermissionDenied => ": run it as a user who may, or change the mode (chmod)",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ": make room, or write to another disk"
        }
        io::ErrorKind::ReadOnlyFilesystem => ": write to another disk",
        io::ErrorKind::InvalidFilename => ": give it a shorter name",
        _ => "",
    };
    format!("{error}{advice}")
}

/// One thing that went wrong: where, and what in words.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    /// A path, `path:line`, an option; empty when it is about the whole run.
    pub place: String,
    pub message: String,
}

impl Problem {
    pub fn new(kind: Kind, place: impl fmt::Display, message: impl Into<String>) -> Self {
        Self {
            kind,
            place: place.to_string(),
            message: message.into(),
        }
    }

    /// Whether it changes the exit code.
    pub fn is_error(&self) -> bool {
        self.kind.severity() == Severity::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}

/// The problems of a run, in the order of the input.
#[derive(Debug)]
pub struct Problems {
    quiet: bool,
    at_once: bool,
    /// For each kind how many there were, and the first of them.
    kinds: BTreeMap<Kind, (usize, Vec<Problem>)>,
}

impl Problems {
    /// None yet; `quiet` leaves the notes untold.
    pub fn new(quiet: bool) -> Self {
        Self {
            quiet,
            at_once: false,
            kinds: BTreeMap::new(),
        }
    }

    /// From now on each problem is told when it comes up: a run may go on for months.
    pub fn tell_at_once(&mut self) {
        self.at_once = true;
    }

    pub fn add(&mut self, problem: Problem) {
        let (count, told) = self.kinds.entry(problem.kind).or_default();
        *count += 1;
        if told.len() < TOLD_OF_EACH {
            let severity = problem.kind.severity();
            if self.at_once && !(self.quiet && severity == Severity::Note) {
                let (name, style) = look(severity);
                let problem = plain(&problem.to_string());
                let _ = writeln!(anstream::stderr(), "{style}{name}:{style:#} {problem}");
            }
            told.push(problem);
        }
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            self.add(problem);
        }
    }

    pub fn errors(&self) -> usize {
        self.count_of(Severity::Error)
    }

    fn count_of(&self, severity: Severity) -> usize {
        let of = self.kinds.iter().filter(|(k, _)| k.severity() == severity);
        of.map(|(_, (count, _))| count).sum()
    }

    /// How many there were of each kind, and the first of them.
    pub fn kinds(&self) -> impl Iterator<Item = (Kind, usize, &[Problem])> {
        self.kinds
            .iter()
            .map(|(kind, (count, told))| (*kind, *count, told.as_slice()))
    }

    /// Tells the problems on stderr, with a count of each kind. A closed stderr is nobody's problem.
    pub fn print(&self) {
        let mut text = Vec::new();
        self.write(&mut text);
        let _ = anstream::stderr().write_all(&text);
    }

    fn write(&self, out: &mut Vec<u8>) {
        for severity in [Severity::Note, Severity::Error] {
            if severity == Severity::Note && self.quiet {
                continue;
            }
            let (name, style) = look(severity);
            for (kind, count, told) in self.kinds() {
                if kind.severity() != severity {
                    continue;
                }
                for problem in told.iter().filter(|_| !self.at_once) {
                    // Names come from anywhere, archives for one; none may speak to the terminal.
                    let problem = plain(&problem.to_string());
                    let _ = writeln!(out, "{style}{name}:{style:#} {problem}");
                }
                if count > told.len() {
                    let more = count - told.len();
                    let _ = writeln!(
                        out,
                        "{style}{name}:{style:#} and {more} more {}",
                        kind.as_str()
                    );
                }
            }
        }
        for (severity, name) in [(Severity::Note, "note"), (Severity::Error, "error")] {
            let count = self.count_of(severity);
            if count < 2 || (severity == Severity::Note && self.quiet) {
                continue;
            }
            let kinds: Vec<String> = self
                .kinds()
                .filter(|(kind, ..)| kind.severity() == severity)
                .map(|(kind, count, _)| format!("{count} {}", kind.as_str()))
                .collect();
            let bold = Style::new().bold();
            let _ = writeln!(out, "{bold}{count} {name}s:{bold:#} {}", kinds.join(", "));
        }
    }
}

/// The word before a problem, and how it looks.
fn look(severity: Severity) -> (&'static str, Style) {
    match severity {
        Severity::Error => ("error", AnsiColor::Red.on_default().bold()),
        Severity::Note => ("note", AnsiColor::Cyan.on_default()),
    }
}
