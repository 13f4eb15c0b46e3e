//! `dedupe.toml`: what is not said on the command line, for the directory it lies in and those below.
//!
//! Its keys are the long names of options. They become arguments before those of the command line, so that a value is
//! checked by the same code wherever it comes from. What writes, moves or deletes is only said on the command line.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::builder::ValueParser;
use clap::error::ErrorKind as Wrong;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problems::{Kind, Problem};

const NAME: &str = "dedupe.toml";

/// The name of the section for what has no subcommand.
const SCAN: &str = "scan";

/// Subcommands whose options are asked for each time: they change files, or print what has no settings.
const WITHOUT: [&str; 7] = [
    "apply",
    "undo",
    "train",
    "doctor",
    "man",
    "completions",
    "help",
];

/// Options that are of one run, and no settings.
const ONCE: [&str; 12] = [
    "output",
    "out",
    "force",
    "html",
    "labels",
    "explain",
    "files-from",
    "no-config",
    "print-config",
    "verbose",
    "help",
    "version",
];

/// A value of the file.
struct Setting {
    name: String,
    /// As on the command line; none for a flag.
    values: Vec<String>,
    /// For a flag that is set or not.
    flag: Option<bool>,
    line: usize,
}

/// The file that was found, and what of it counts.
#[derive(Default)]
pub struct Config {
    path: PathBuf,
    /// The options that it sets, and where.
    lines: Vec<(String, usize)>,
}

/// Adds to each command the options about configuration, and for every flag `--no-FLAG`, which takes it back.
pub fn with_options(command: Command) -> Command {
    let command = command.mut_subcommands(|command| match command.get_name() {
        "apply" | "undo" => command.arg(verbose()),
        _ if has_settings(&command) => extended(command),
        _ => command,
    });
    extended(command)
}

fn verbose() -> Arg {
    Arg::new("verbose")
        .short('v')
        .long("verbose")
        .action(ArgAction::SetTrue)
        .help("Tell on standard error what is being done, and how long it takes")
}

/// Whether `--verbose` was given.
pub fn is_verbose(matches: &ArgMatches) -> bool {
    let of = matches.subcommand().map_or(matches, |(_, matches)| matches);
    matches!(of.try_get_one::<bool>("verbose"), Ok(Some(true)))
}

fn extended(command: Command) -> Command {
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let opposites: Vec<Arg> = command
        .get_arguments()
        .filter(|arg| is_flag(arg) && is_setting(arg))
        .filter_map(|arg| Some((arg.get_id().clone(), format!("no-{}", arg.get_long()?))))
        .map(|(id, opposite)| {
            Arg::new(opposite.clone())
                .long(opposite)
                .action(ArgAction::SetTrue)
                .overrides_with(id)
                .hide(true)
        })
        .collect();
    command
        .next_help_heading("Run")
        .args(opposites)
        .arg(verbose())
        .arg(
            flag("no-config")
                .help("Do not look for a dedupe.toml here and in the directories above"),
        )
        .arg(flag("print-config").help("Print the settings and where each comes from, and end"))
}

/// Whether options of this command can be in the file.
fn has_settings(command: &Command) -> bool {
    !WITHOUT.contains(&command.get_name())
}

fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn is_setting(arg: &Arg) -> bool {
    arg.get_long()
        .is_some_and(|name| !ONCE.contains(&name) && !name.starts_with("no-"))
}

/// The command line with what the file adds; ends the program when there is help to be printed or an error to be told.
/// Without `--no-config` the file is looked for from `folder` upwards.
pub fn matches(
    command: &Command,
    args: &[OsString],
    folder: &Path,
) -> Result<(ArgMatches, Config), Problem> {
    let prints = args
        .iter()
        .take_while(|arg| *arg != "--")
        .any(|arg| arg == "--print-config");
    // Whoever asks for settings need not say what they would be used for.
    let command = if prints {
        relaxed(command)
    } else {
        command.clone()
    };
    let given = command.clone().try_get_matches_from(args);
    let given = given.unwrap_or_else(|error| error.exit());
    let (name, options) = match given.subcommand() {
        None => (None, &given),
        Some((name, options)) => (Some(name.to_owned()), options),
    };
    let of = match &name {
        None => &command,
        Some(name) => match command.find_subcommand(name) {
            Some(of) if has_settings(of) => of,
            _ => return Ok((given, Config::default())),
        },
    };
    let mut config = Config::default();
    let mut more = Vec::new();
    if !options.get_flag("no-config")
        && let Some((path, text)) = find(folder)?
    {
        for setting in settings(&path, &text, &command, of)? {
            if !is_overridden(&setting, of, options) {
                more.extend(setting.arguments(of, &path));
                config.lines.push((setting.name, setting.line));
            }
        }
        config.path = path;
    }
    if more.is_empty() {
        return Ok((given, config));
    }
    // Before the arguments that were given, of which `--` may make paths of all that follow.
    let start = if name.is_some() { 2 } else { 1 };
    let mut all = args.to_vec();
    all.splice(start..start, more);
    let matches = command.try_get_matches_from(all);
    Ok((matches.unwrap_or_else(|error| error.exit()), config))
}

/// The command with nothing that must be given when settings are printed.
fn relaxed(command: &Command) -> Command {
    let relaxed = |command: Command| match has_settings(&command) {
        true => command.mut_args(|arg| match arg.is_positional() || arg.is_required_set() {
            true => arg.required(false).required_unless_present("print-config"),
            false => arg,
        }),
        false => command,
    };
    relaxed(command.clone()).mut_subcommands(relaxed)
}

/// Looks for the file in a folder and those above.
fn find(folder: &Path) -> Result<Option<(PathBuf, String)>, Problem> {
    for folder in folder.ancestors() {
        let path = folder.join(NAME);
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Problem::new(
                    Kind::Setting,
                    path.display(),
                    format!("cannot be read: {error}; --no-config goes without it"),
                ));
            }
        }
    }
    Ok(None)
}

/// The settings of a file for one command, those of its section last. All of the file is checked.
fn settings(
    path: &Path,
    text: &str,
    program: &Command,
    command: &Command,
) -> Result<Vec<Setting>, Problem> {
    let file = File { path, text };
    let table = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        file.problem(start, format!("not TOML: {}", error.message()))
    })?;
    let commands: Vec<&Command> = std::iter::once(program)
        .chain(
            program
                .get_subcommands()
                .filter(|command| has_settings(command)),
        )
        .collect();
    let section_of = |command: &Command| match command.get_name() == program.get_name() {
        true => SCAN.to_owned(),
        false => command.get_name().to_owned(),
    };
    let mut found: Vec<Setting> = Vec::new();
    let mut of_section = Vec::new();
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let at = key.span().start;
        let name: &str = key.get_ref();
        if let DeValue::Table(section) = value.get_ref() {
            let Some(of) = commands.iter().find(|command| section_of(command) == name) else {
                let known: Vec<String> = commands
                    .iter()
                    .map(|c| format!("[{}]", section_of(c)))
                    .collect();
                return Err(file.problem(
                    at,
                    format!("no section [{name}]: there are {}", known.join(" ")),
                ));
            };
            let mut entries: Vec<_> = section.iter().collect();
            entries.sort_by_key(|(key, _)| key.span().start);
            for (key, value) in entries {
                let setting = file.setting(key, value, of)?;
                if of.get_name() == command.get_name() {
                    of_section.push(setting);
                }
            }
            continue;
        }
        let having: Vec<&&Command> = commands
            .iter()
            .filter(|c| option(c, name).is_some())
            .collect();
        if having.is_empty() {
            return Err(file.problem(at, unknown(name, commands.iter().copied())));
        }
        if name == "format" {
            let why = "`format` means something else for each command: put it under [scan], [strip] or [explain]";
            return Err(file.problem(at, why.to_owned()));
        }
        for of in having {
            let setting = file.setting(key, value, of)?;
            if of.get_name() == command.get_name() {
                found.push(setting);
            }
        }
    }
    found.retain(|setting| of_section.iter().all(|other| other.name != setting.name));
    found.extend(of_section);
    Ok(found)
}

fn option<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    command
        .get_arguments()
        .find(|arg| arg.get_long() == Some(name) && is_setting(arg))
}

/// What to say of a key that is no setting.
fn unknown<'c>(name: &str, mut commands: impl Iterator<Item = &'c Command>) -> String {
    let is_option = |command: &Command| {
        command
            .get_arguments()
            .any(|arg| arg.get_long() == Some(name))
    };
    if commands.any(is_option) {
        format!("`{name}` is said on the command line each time, and is no setting")
    } else {
        format!("no option `{name}`: --print-config lists the settings")
    }
}

/// The file while it is taken apart.
struct File<'f> {
    path: &'f Path,
    text: &'f str,
}

impl File<'_> {
    fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    fn problem(&self, at: usize, why: String) -> Problem {
        let place = format!("{}:{}", self.path.display(), self.line(at));
        Problem::new(Kind::Setting, place, why)
    }

    /// Takes a key and its value as an option of a command, and has the command check it.
    fn setting(
        &self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        command: &Command,
    ) -> Result<Setting, Problem> {
        let at = key.span().start;
        let name: &str = key.get_ref();
        let Some(arg) = option(command, name) else {
            return Err(self.problem(at, unknown(name, std::iter::once(command))));
        };
        let refused = |must: &str| {
            let written = self.text.get(value.span()).unwrap_or_default();
            self.problem(at, format!("`{name}` must be {must}, got {written}"))
        };
        let mut setting = Setting {
            name: name.to_owned(),
            values: Vec::new(),
            flag: None,
            line: self.line(at),
        };
        let scalar = |value: &DeValue<'_>| match value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            _ => None,
        };
        let is_list = arg.get_value_delimiter().is_some()
            || matches!(arg.get_action(), ArgAction::Append)
            || arg.get_num_args().is_some_and(|n| n.max_values() > 1);
        match value.get_ref() {
            DeValue::Boolean(set) if is_flag(arg) => setting.flag = Some(*set),
            _ if is_flag(arg) => return Err(refused("true or false")),
            DeValue::Array(items) if is_list => {
                for item in items.iter() {
                    let item = scalar(item.get_ref());
                    setting
                        .values
                        .push(item.ok_or_else(|| refused("a list of texts"))?);
                }
            }
            other => match scalar(other) {
                Some(value) => setting.values.push(value),
                None if is_list => return Err(refused("a text or a list of texts")),
                None => return Err(refused("a text or a number")),
            },
        }
        let arguments = setting.arguments(command, self.path);
        let alone = command.clone().no_binary_name(true);
        match alone.try_get_matches_from(arguments) {
            // What goes with it may be on the command line.
            Err(error) if error.kind() != Wrong::MissingRequiredArgument => {
                Err(self.problem(at, told(&error, name)))
            }
            _ => Ok(setting),
        }
    }
}

/// What the parser of the command line says of a value, in one line.
fn told(error: &clap::Error, name: &str) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .filter(|line| !line.is_empty())
        .collect();
    let text = lines.join(" ");
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // `invalid value 'x' for '--name <VALUE>': why` is said of an option.
    match text.split_once("' for '--") {
        Some((value, rest)) => {
            let rest = rest.split_once('\'').map_or("", |(_, rest)| rest);
            format!("`{name}`: {value}'{rest}")
        }
        None => format!("`{name}`: {text}"),
    }
}

impl Setting {
    /// The arguments that say the same. Paths start where the file lies.
    fn arguments(&self, command: &Command, path: &Path) -> Vec<OsString> {
        let name = &self.name;
        match self.flag {
            Some(true) => return vec![format!("--{name}").into()],
            Some(false) => return Vec::new(),
            None => {}
        }
        let Some(arg) = option(command, name) else {
            return Vec::new();
        };
        let is_path = arg.get_value_parser().type_id() == ValueParser::path_buf().type_id();
        let argument = |value: &str| {
            let mut argument = OsString::from(format!("--{name}="));
            match path.parent() {
                Some(folder) if is_path => argument.push(folder.join(value)),
                _ => argument.push(value),
            }
            argument
        };
        match arg.get_value_delimiter() {
            Some(comma) => vec![argument(&self.values.join(&comma.to_string()))],
            None => self.values.iter().map(|value| argument(value)).collect(),
        }
    }
}

/// Whether the command line says something else: the option, its opposite, or what goes with it no more.
fn is_overridden(setting: &Setting, command: &Command, given: &ArgMatches) -> bool {
    let is_given = |id: &str| {
        command.get_arguments().any(|arg| arg.get_id() == id)
            && given.value_source(id) == Some(ValueSource::CommandLine)
    };
    let Some(arg) = option(command, &setting.name) else {
        return true;
    };
    let conflicts = |other: &Arg| {
        let id = other.get_id().as_str();
        is_given(id)
            && (command.get_arg_conflicts_with(other).contains(&arg)
                || command.get_arg_conflicts_with(arg).contains(&other))
    };
    is_given(arg.get_id().as_str())
        || is_given(&format!("no-{}", setting.name))
        || command.get_arguments().any(conflicts)
}

impl Config {
    /// The line that sets an option.
    fn line(&self, name: &str) -> Option<String> {
        let (_, line) = self.lines.iter().find(|(setting, _)| setting == name)?;
        Some(format!("{}:{line}", self.path.display()))
    }

    /// The file, when there is one.
    pub fn path(&self) -> Option<&Path> {
        Some(&*self.path).filter(|path| !path.as_os_str().is_empty())
    }

    /// Names the place of a problem with an option where the file sets it.
    pub fn place(&self, problem: &mut Problem) {
        let name = problem.place.strip_prefix("--").unwrap_or_default();
        let name = name.split(' ').next().unwrap_or_default();
        if let Some(line) = self.line(name) {
            problem.place = format!("{line}: {}", problem.place);
        }
    }

    /// The settings of the command that was given, as a file that says the same.
    pub fn print(&self, program: &Command, matches: &ArgMatches) -> Option<String> {
        let (section, command, matches) = match matches.subcommand() {
            None => (SCAN, program, matches),
            Some((name, matches)) => (name, program.find_subcommand(name)?, matches),
        };
        if !has_settings(command) || !matches.get_flag("print-config") {
            return None;
        }
        let mut text = match self.path() {
            None => format!("# no {NAME} here or above\n"),
            Some(path) => format!("# {}\n", path.display()),
        };
        let _ = writeln!(text, "[{section}]");
        for arg in command.get_arguments().filter(|arg| is_setting(arg)) {
            let (Some(name), id) = (arg.get_long(), arg.get_id().as_str()) else {
                continue;
            };
            let opposite = format!("no-{name}");
            let is_off =
                is_flag(arg) && matches.value_source(&opposite) == Some(ValueSource::CommandLine);
            let source = match (matches.value_source(id), self.line(name)) {
                _ if is_off => String::from("command line"),
                (_, Some(line)) => line,
                (Some(ValueSource::CommandLine), _) => String::from("command line"),
                _ => String::from("default"),
            };
            let value = match (is_flag(arg), matches.get_raw(id)) {
                (true, _) => matches.get_flag(id).to_string(),
                (false, None) => {
                    let _ = writeln!(text, "# {name} =  # {source}: not set");
                    continue;
                }
                (false, Some(values)) => {
                    let values: Vec<String> = values
                        .map(|value| quoted(&value.to_string_lossy()))
                        .collect();
                    match values.as_slice() {
                        [one] => one.clone(),
                        many => format!("[{}]", many.join(", ")),
                    }
                }
            };
            let _ = writeln!(text, "{name} = {value}  # {source}");
        }
        Some(text)
    }
}

/// A value as TOML: numbers as they are, anything else as a text.
fn quoted(value: &str) -> String {
    let is_number = value.parse::<i64>().is_ok() || value.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number
        && value.starts_with(|c: char| c.is_ascii_digit())
        && value.ends_with(|c: char| c.is_ascii_digit())
    {
        let plain = value.trim_start_matches('0');
        if !plain.is_empty() && plain == value || value.starts_with("0.") || value == "0" {
            return value.to_owned();
        }
    }
    // A JSON string is a basic string of TOML.
    serde_json::to_string(value).unwrap_or_default()
}
