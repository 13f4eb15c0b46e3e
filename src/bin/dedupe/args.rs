//! What can be asked on the command line.

use std::path::PathBuf;

use clap::{Args as _, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use newsift::Label;

use crate::config;

const LONG_ABOUT: &str = "\
Find the near-duplicate stories among scraped news pages, and strip the pages
of everything that is not their story.

Without a subcommand dedupe reads the pages under each PATH, strips their noise
(menus, captions, teasers, legal lines), finds the stories that are the same
wire story, and reports them in groups: which one is kept, which are its
duplicates, how alike and why. It changes nothing on disk.

A PATH is a file, a directory, or - for standard input. In directories it reads
.txt, .text, .md and .html (a page each), .jsonl, .ndjson, .csv and .tsv (a page
a line or row), .warc and .wet (records of a crawl), .parquet, and what is in
.tar and .zip, each also .gz, .zst or .xz, and says at the end what it left out.
A path that is named like a subcommand can be given as ./strip. Settings can be
in a dedupe.toml here or above; --print-config shows them.";

const EXAMPLES: &str = "\
Examples:
  dedupe pages/                        duplicates among the pages of a directory
  dedupe --keep oldest pages/ more/    keep the first published of each group
  dedupe today/ --against archive/     which of today's pages are in the archive
  dedupe --format jsonl feed.jsonl     one answer a document, for programs
  zcat feed.jsonl.gz | dedupe -        read standard input
  dedupe --text-field body crawl.csv   a table with a column of its own name
  find . -newer mark -print0 | dedupe --files-from - -0
  dedupe strip pages/ --out stories/   the stories without the noise
  dedupe strip --labels page.txt       every block of the page with its label
  dedupe explain a.txt feed.jsonl#17   why two documents are duplicates, or not
  scraper | dedupe filter > new.jsonl  pass on the stories that are new
  dedupe apply plan.jsonl --delete     what would be deleted; --yes does it
  dedupe --format fdupes pages/        the names of each group, for scripts
  dedupe report --html r.html pages/   all of it as a page to look through
  dedupe man > dedupe.1                the manual page

Exit codes:
  0  no duplicates (strip: done)
  1  duplicates found
  2  errors: something could not be read, understood or written, or an option
     is wrong. This code wins over 1; the answers for all that could be read
     are complete nevertheless.";

const EXIT_STRIP: &str = "\
Examples:
  dedupe strip page.txt                    the story, on standard output
  dedupe strip pages/ --out stories/       the same tree, a story a file
  dedupe strip feed.jsonl > stories.jsonl  the text field becomes the story
  dedupe strip --explain page.txt          why each block is kept or dropped
  dedupe strip --labels feed.jsonl         one JSON object a page:
    {\"id\",\"page\":\"story\"|\"listing\"|\"empty\",
     \"blocks\":[{\"start\",\"end\",\"label\",\"confidence\"}, ...]}
    start and end count bytes of the page's text in UTF-8 (for JSON Lines: of
    the decoded string; without a byte order mark)

Exit codes:
  0  done
  2  errors: something could not be read, understood or written";

const EXIT_EXPLAIN: &str = "\
Examples:
  dedupe explain a.txt b.txt
  dedupe explain feed.jsonl#17 feed.jsonl#42
  dedupe explain --raw a.txt b.txt.gz
  dedupe explain a.txt b.txt --corpus pages/    which shared passages are common there

Exit codes:
  0  not duplicates
  1  duplicates
  2  errors";

const EXIT_FILTER: &str = "\
Reads JSON Lines from standard input, a page a line, and writes those lines that
are no duplicate of an earlier one, each at once, with the verdict in a field:
  \"dedupe\":{\"status\":\"new\"}   also empty (no story), unreadable (no text)
  \"dedupe\":{\"status\":\"duplicate\",\"kept_id\":...,\"similarity\":..., ...}
Broken JSON is told and not passed on. Of the stories that were new as many are
remembered as fit into --memory; beyond that the oldest are forgotten, and a
copy of them is new again.

Examples:
  scraper | dedupe filter > new.jsonl
  scraper | dedupe filter --all --memory 200M | store
  dedupe filter --text-field body --raw < feed.jsonl

Exit codes:
  0    the input has ended, or nobody reads the output any more
  2    errors: a line could not be understood; the others were passed on
  130  interrupted (SIGINT), 143 terminated (SIGTERM), 129 (SIGHUP): the lines
       that were read were answered before";

const EXIT_APPLY: &str = "\
A scan makes the plan, apply acts on it. It reads each file and the document
that is kept for it again, and leaves alone what is not as the plan says. Kept
documents are never touched. Each step is written to a journal first: a run
that was interrupted is finished by running it again.

Examples:
  dedupe pages/ --format jsonl > plan.jsonl
  dedupe apply plan.jsonl --move-to dups/          only says what it would do
  dedupe apply plan.jsonl --move-to dups/ --yes    does it
  dedupe undo plan.jsonl.journal --yes             puts the files back
  dedupe apply plan.jsonl --write-unique unique.jsonl --yes

Exit codes:
  0  all duplicates of the plan are, or would be, dealt with
  1  some were left as they are; the output says why
  2  errors: the plan cannot be read, or a file not be moved or written";

const EXIT_UNDO: &str = "\
Examples:
  dedupe undo plan.jsonl.journal           only says what it would do
  dedupe undo plan.jsonl.journal --yes     puts the files back

Exit codes:
  0  everything is, or would be, put back
  1  some files were left: deleted, changed, or their place is taken
  2  errors";
const EXIT_REPORT: &str = "\
The page needs no network and no server: open it from disk, send it, print it.
It shows what is kept and what is dropped, each duplicate beside the document
that is kept with what both share, and each page with its noise struck out.

Examples:
  dedupe report --html report.html pages/
  dedupe report --html report.html --force --preset strict feed.jsonl
  dedupe report --html big.html --max-pages 100000 --max-chars 4000 crawl/

Exit codes:
  0  the report is written
  2  errors: something could not be read, understood or written; the report
     tells what could not be read";

const EXIT_DOCTOR: &str = "\
Examples:
  dedupe doctor            to be pasted into a report of a problem

Exit codes:
  0  all is well
  2  something that the program needs is missing; it says what";

#[cfg(feature = "train")]
const EXIT_TRAIN: &str = "\
Reads JSON Lines, a page a line, with the fields host (pages of one host stay
together), lines, and one of
  labels             the fourteen label names, one a line of the page
  labels             1 for body text, 0 for anything else
  with, without      snippets that belong to the story, and that do not
  page               \"story\", \"listing\", \"empty\" or \"other\"
  lang               code of its language: made-up pages are of one language
  unsure             indices of lines that are not to be learned from

Examples:
  dedupe train --out mine.bin labelled.jsonl bodies.jsonl.gz
  dedupe train --cross-validate --out mine.bin labelled.jsonl
  dedupe strip --model mine.bin page.txt

Exit codes:
  0  done
  2  errors";

/// Find near-duplicate news stories, and strip pages of what is not their story
#[derive(Debug, Parser)]
#[command(name = "dedupe", version, long_version = crate::doctor::long_version())]
#[command(long_about = LONG_ABOUT, after_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(override_usage = "dedupe [OPTIONS] <PATH>...\n       dedupe <COMMAND> [OPTIONS] ...")]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub scan: ScanArgs,
}

/// The command line with everything that can be said on it.
pub fn command() -> clap::Command {
    config::with_options(Args::command())
}

impl Args {
    /// Whether notes and progress are unwanted.
    pub fn quiet(&self) -> bool {
        match &self.command {
            None => self.scan.run.quiet,
            Some(Command::Strip(strip)) => strip.run.quiet,
            Some(Command::Report(report)) => report.run.quiet,
            #[cfg(feature = "train")]
            Some(Command::Train(train)) => train.run.quiet,
            Some(Command::Apply(apply)) => apply.quiet,
            Some(Command::Filter(filter)) => filter.run.quiet,
            Some(
                Command::Undo(_)
                | Command::Explain(_)
                | Command::Doctor
                | Command::Man
                | Command::Completions { .. },
            ) => false,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the story of each page, or the label of each block
    #[command(after_help = EXIT_STRIP)]
    Strip(StripArgs),
    /// Show how two documents compare, and why they are or are not duplicates
    #[command(after_help = EXIT_EXPLAIN)]
    Explain(ExplainArgs),
    /// Pass on the stories that are new, line by line
    #[command(after_help = EXIT_FILTER)]
    Filter(FilterArgs),
    /// Move, delete or link the duplicates that a scan found
    #[command(after_help = EXIT_APPLY)]
    #[command(override_usage = "dedupe apply <PLAN> <ACTION> [--yes] [OPTIONS]")]
    Apply(ApplyArgs),
    /// Put back what apply moved or linked
    #[command(after_help = EXIT_UNDO)]
    Undo(UndoArgs),
    /// Write what was found as one HTML page to look through
    #[command(after_help = EXIT_REPORT)]
    Report(ReportArgs),
    /// Train a noise model on labelled pages
    #[cfg(feature = "train")]
    #[command(after_help = EXIT_TRAIN)]
    Train(TrainArgs),
    /// Say what this build can do, and whether the machine has what it needs
    #[command(after_help = EXIT_DOCTOR)]
    Doctor,
    /// Print the manual page
    Man,
    /// Print completions for a shell
    Completions {
        /// The shell to complete for
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, clap::Args)]
pub struct ScanArgs {
    /// Files or directories to read; - is standard input
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub noise: NoiseArgs,
    #[command(flatten)]
    pub site: SiteArgs,
    #[command(flatten)]
    pub kept: KeptArgs,
    /// How the answer is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[cfg(feature = "train")]
#[derive(Debug, clap::Args)]
pub struct TrainArgs {
    /// Files of labelled pages, JSON Lines, also .gz or .zst
    #[arg(value_name = "PAGES", required = true)]
    pub paths: Vec<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Labels of pages by their id, kept apart from the pages' texts
    #[arg(long, value_name = "FILE")]
    pub annotations: Vec<PathBuf>,
    /// More labelled pages, which the cross-validation learns from but does not score: pages that were made up
    #[arg(long, value_name = "FILE")]
    pub unscored: Vec<PathBuf>,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
    /// Also train without each fold of hosts, and print how those models do on it
    #[arg(long)]
    pub cross_validate: bool,
    /// Write the models of the cross-validation there, as 0.bin, 1.bin, ...
    #[arg(long, value_name = "DIR", requires = "cross_validate")]
    pub fold_models: Option<PathBuf>,
    /// Seed of all random choices: the same seed and data give the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Passes over the pages
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub epochs: usize,
    /// Networks whose mean opinion teaches the model's own; training takes as many times longer
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub teachers: usize,
    /// Hold a tenth of the hosts out, and stop when their loss has not fallen for N epochs
    #[arg(long, value_name = "N")]
    pub patience: Option<usize>,
    /// Folds of hosts
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub folds: usize,
    /// The most bytes that a file may hold, decompressed
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30)]
    pub max_size: u64,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, clap::Args)]
pub struct StripArgs {
    /// Files or directories to read; - is standard input
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub paths: Vec<PathBuf>,
    /// Print one JSON object a page with the label of every block
    #[arg(long, conflicts_with_all = ["format", "keep_labels"])]
    pub labels: bool,
    /// Print every block with its label, and what decided between story and noise
    #[arg(long, conflicts_with_all = ["format", "keep_labels", "labels"])]
    pub explain: bool,
    /// Write each story to a file of the same name under DIR
    #[arg(long, value_name = "DIR", group = "written")]
    pub out: Option<PathBuf>,
    /// Which labels are kept, separated by commas
    #[arg(
        long,
        value_name = "LABELS",
        value_delimiter = ',',
        default_value = "title,body,subhead"
    )]
    pub keep_labels: Vec<Label>,
    #[command(flatten)]
    pub noise: NoiseArgs,
    #[command(flatten)]
    pub site: SiteArgs,
    /// How stories are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = StripFormat::Same)]
    pub format: StripFormat,
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The first document: a file, or FILE.jsonl#ID
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The second document: a file, or FILE.jsonl#ID
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Files or directories whose stories say what is common: a passage that many of them
    /// have counts little, as it does where these are searched for duplicates
    #[arg(long, value_name = "PATH", num_args = 1)]
    pub corpus: Vec<PathBuf>,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub noise: NoiseArgs,
    /// How the answer is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Text)]
    pub format: ExplainFormat,
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Debug, clap::Args)]
pub struct FilterArgs {
    /// Pass on duplicates too, with their verdict
    #[arg(long)]
    pub all: bool,
    /// The field for the verdict; one that a line has is replaced
    #[arg(long, value_name = "NAME", default_value = "dedupe")]
    pub verdict_field: String,
    /// How much memory the stories may take that are remembered (K, M, G: powers
    /// of 1024)
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    pub memory: u64,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub noise: NoiseArgs,
    /// The field with the id; lines without it are named -:LINE
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// The field with the page's text
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// Most that a line may hold (K, M, G: powers of 1024)
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size)]
    pub max_size: u64,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, clap::Args)]
pub struct ApplyArgs {
    /// What a scan printed with --format jsonl; - is standard input
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
    #[command(flatten)]
    pub action: ActionArgs,
    /// Do it; without this option it is only said what would be done
    #[arg(long)]
    pub yes: bool,
    /// Where each step is written down [default: PLAN.journal]
    #[arg(long, value_name = "FILE", conflicts_with = "write_unique")]
    pub journal: Option<PathBuf>,
    /// The directory where the scan ran, for relative paths [default: this one]
    #[arg(long, value_name = "DIR")]
    pub base: Option<PathBuf>,
    /// Let --write-unique replace a file
    #[arg(long)]
    pub force: bool,
    /// For --write-unique of CSV: the fields that the scan was told
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// See --id-field
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// No notes on standard error, only errors
    #[arg(long, short)]
    pub quiet: bool,
}

/// What is done to duplicates.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
#[command(next_help_heading = "Action (one of them)")]
pub struct ActionArgs {
    /// Move duplicates to DIR, each under the path that the plan has
    #[arg(long, value_name = "DIR")]
    pub move_to: Option<PathBuf>,
    /// Delete duplicates
    #[arg(long)]
    pub delete: bool,
    /// Make duplicates that are the same byte for byte hard links of the kept
    /// document
    #[arg(long)]
    pub hardlink: bool,
    /// Write all documents but the duplicates to FILE, as JSON Lines; lines of
    /// JSON Lines stay as they are
    #[arg(long, value_name = "FILE")]
    pub write_unique: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct UndoArgs {
    /// The journal of dedupe apply
    #[arg(value_name = "JOURNAL")]
    pub journal: PathBuf,
    /// Do it; without this option it is only said what would be done
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Files or directories to read; - is standard input
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub paths: Vec<PathBuf>,
    /// Where the page goes; - is standard output
    #[arg(long, value_name = "FILE")]
    pub html: PathBuf,
    /// Replace a file that exists
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub noise: NoiseArgs,
    #[command(flatten)]
    pub site: SiteArgs,
    #[command(flatten)]
    pub kept: KeptArgs,
    /// Most characters that are shown of a page; all of it is compared
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub max_chars: usize,
    /// Most pages that are shown; clusters come first
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub max_pages: usize,
    /// JSON Lines: the field with the page's address on the web
    #[arg(long, value_name = "NAME", default_value = "url")]
    pub url_field: String,
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

impl ReportArgs {
    /// The scan whose answer the report shows.
    pub fn as_scan(&self) -> ScanArgs {
        ScanArgs {
            paths: self.paths.clone(),
            rule: self.rule.clone(),
            noise: self.noise.clone(),
            site: self.site.clone(),
            kept: self.kept.clone(),
            format: Format::Text,
            input: self.input.clone(),
            select: self.select.clone(),
            output: OutputArgs {
                output: Some(self.html.clone()),
                force: self.force,
            },
            run: self.run.clone(),
        }
    }
}

/// Which documents stay when others are duplicates of them.
#[derive(Debug, Clone, clap::Args)]
pub struct KeptArgs {
    /// Look the documents up in what lies here: those that match are `known`.
    /// Its own documents are not reported; can be given several times
    #[arg(long, value_name = "PATH")]
    pub against: Vec<PathBuf>,
    /// Which document of a group is kept [default: longest]
    #[arg(long, value_enum, value_name = "WHICH", requires_ifs = [("highest", "keep_by"), ("lowest", "keep_by")])]
    pub keep: Option<Keep>,
    /// JSON Lines: keep by the number, date or true/false in this field, the
    /// highest unless --keep lowest; documents without it come last
    #[arg(long, value_name = "FIELD")]
    pub keep_by: Option<String>,
}

/// Which documents are duplicates.
#[derive(Debug, Clone, clap::Args)]
pub struct RuleArgs {
    /// Compare the pages as they are, without stripping their noise
    #[arg(long)]
    pub raw: bool,
    /// Which duplicates count
    #[arg(long, value_enum, value_name = "NAME", default_value_t = Preset::Wire)]
    pub preset: Preset,
    /// Similarity from which two documents are duplicates, above 0 and up to 1
    /// [default: the preset's]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub threshold: Option<f64>,
}

/// How noise is told from stories.
#[derive(Debug, Clone, clap::Args)]
pub struct NoiseArgs {
    /// A noise model of your own instead of the one that ships
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Keep more of what may be story (above 0) or less (below 0), in log odds from -10 to 10 [default: 0 to strip, 0.25
    /// to compare]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub lean: Option<f32>,
    /// The fewest words that make a story; a page with less has none
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub min_words: usize,
}

/// What is known of sites.
#[derive(Debug, Clone, clap::Args)]
pub struct SiteArgs {
    /// Read everything twice: first learn what recurs on the pages of each site, then strip with that knowledge. A page's
    /// site is the host in its field host or url, or in an id that is an address, or the folder named like a host that it lies in, or the first
    /// folder below PATH
    #[arg(long)]
    pub by_site: bool,
    /// JSON Lines: the field with the page's host or address [default: host, else url]
    #[arg(long, value_name = "NAME", requires = "by_site")]
    pub site_field: Option<String>,
}

impl Default for InputArgs {
    /// What the options are when none is given.
    fn default() -> Self {
        let command = Self::augment_args(clap::Command::new("input"));
        let matches = command.get_matches_from(["input"]);
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }
}

/// How files become documents.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// What the files hold; auto goes by the name, then by the first bytes
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = InputFormat::Auto)]
    pub input_format: InputFormat,
    /// Field or column with the id (WARC: header); without it pages are named FILE:LINE
    #[arg(long, value_name = "NAME", default_value = "id")]
    pub id_field: String,
    /// Field or column with the page's text
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub text_field: String,
    /// Field or column with the date, for --keep oldest and newest
    /// (files: their modification time)
    #[arg(long, value_name = "NAME", default_value = "date")]
    pub date_field: String,
    /// Most that one text may hold, decompressed: a file, a line, a row, a
    /// record, a member of an archive (K, M, G: powers of 1024)
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    pub max_size: u64,
    /// Follow symbolic links inside directories
    #[arg(long)]
    pub follow: bool,
}

/// Which files are read.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectArgs {
    /// Read also what FILE lists, a path a line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// The list of --files-from is separated by NUL bytes, as find -print0 writes it
    #[arg(long, short = '0', requires = "files_from")]
    pub null: bool,
    /// In directories and archives read only files that match, a glob as in .gitignore
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// In directories and archives leave out files and directories that match
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// In directories leave out what .gitignore files name
    #[arg(long)]
    pub gitignore: bool,
}

/// Where the answer goes.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write the answer to FILE instead of standard output; it appears whole or
    /// not at all
    #[arg(long, short, value_name = "FILE", group = "written")]
    pub output: Option<PathBuf>,
    /// Replace what exists
    #[arg(long, requires = "written")]
    pub force: bool,
}

/// How the work is done.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Threads to work with; the answer does not depend on it
    /// [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// No progress and no notes on standard error, only errors
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Preset {
    /// Nearly identical texts
    Strict,
    /// The same wire story: other headline, edited, cut, wrapped in noise
    Wire,
    /// The same text even if heavily rewritten
    Loose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// The one with the most words
    Longest,
    /// The one with the fewest words
    Shortest,
    /// The one that came first in the input
    First,
    /// The one with the earliest date
    Oldest,
    /// The one with the latest date
    Newest,
    /// The one of whose page the least had to be stripped
    Cleanest,
    /// The one with the highest number in the field of --keep-by
    Highest,
    /// The one with the lowest number in the field of --keep-by
    Lowest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Groups for people
    Text,
    /// One JSON object: summary, groups, problems
    Json,
    /// One JSON object a document, in the order of the input
    Jsonl,
    /// One row a document, in the order of the input
    Csv,
    /// The names of each group a line each, groups apart by a blank line
    Fdupes,
    /// One row a document (needs the feature parquet, and --output in a terminal)
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StripFormat {
    /// As the input: text for text files, JSON Lines for JSON Lines
    Same,
    /// The stories as text
    Text,
    /// JSON Lines, with the story in the text field
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// A table, and the shared runs in context
    Text,
    /// One JSON object
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// By the name, then by the first bytes
    Auto,
    /// A page a file
    Text,
    /// A page a file, with its markup (needs the feature html)
    Html,
    /// A page a line, as a JSON object
    Jsonl,
    /// A page a row under a row of names; commas, semicolons, tabs or bars
    Csv,
    /// The same with tabs
    Tsv,
    /// Records of a crawl, WARC or WET
    Warc,
    /// An archive of any of these
    Tar,
    /// An archive of any of these
    Zip,
    /// A page a row (needs the feature parquet)
    Parquet,
}

impl From<Preset> for newsift::Preset {
    fn from(preset: Preset) -> Self {
        match preset {
            Preset::Strict => Self::Strict,
            Preset::Wire => Self::Wire,
            Preset::Loose => Self::Loose,
        }
    }
}

impl From<Keep> for newsift::Keep {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::Longest => Self::Longest,
            Keep::Shortest => Self::Shortest,
            Keep::First => Self::First,
            Keep::Oldest => Self::Oldest,
            Keep::Newest => Self::Newest,
            Keep::Cleanest | Keep::Lowest => Self::Lowest,
            Keep::Highest => Self::Highest,
        }
    }
}

/// A number of bytes: digits, then nothing, K, M or G (powers of 1024).
fn size(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.trim_end_matches("ib").trim_end_matches('b');
    let (digits, shift) = match number.as_bytes().last() {
        Some(b'k') => (&number[..number.len() - 1], 10),
        Some(b'm') => (&number[..number.len() - 1], 20),
        Some(b'g') => (&number[..number.len() - 1], 30),
        _ => (number, 0),
    };
    digits
        .parse::<u64>()
        .ok()
        .filter(|&n| n > 0)
        .and_then(|n| n.checked_mul(1 << shift))
        .ok_or_else(|| {
            String::from("a size is a whole number above 0, with K, M or G after it, such as 512M")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("1", 1),
            ("10k", 10 << 10),
            ("10KiB", 10 << 10),
            ("3MB", 3 << 20),
            ("1G", 1 << 30),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "0", "G", "-1", "1.5G", "99999999999999G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
