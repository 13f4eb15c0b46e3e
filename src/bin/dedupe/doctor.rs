//! `dedupe doctor`: what this build can do, and whether what it needs of the machine is there; and the long form of
//! `--version`, which has the first half of it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::LazyLock;

use newsift::Model;
use xxhash_rust::xxh3::xxh3_64;

use crate::Outcome;
use crate::output::Sink;
use crate::problems::{Kind, Problem, Problems};
use crate::words::{number, size};

/// The features of Cargo.toml, and whether this build has them.
const FEATURES: [(&str, bool); 5] = [
    ("cli", cfg!(feature = "cli")),
    ("html", cfg!(feature = "html")),
    ("parquet", cfg!(feature = "parquet")),
    ("rayon", cfg!(feature = "rayon")),
    ("train", cfg!(feature = "train")),
];

/// A test writes so much to the temporary directory.
const TRIED: usize = 64 << 10;

/// What `--version` prints after the name; with `-V` only the first line is asked for.
pub fn long_version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!(
            "{}\n{}\n{}",
            env!("CARGO_PKG_VERSION"),
            features(),
            model_line(&Model::default())
        )
    });
    // Every run builds the command line, but only this one needs to read the model for it.
    if std::env::args_os().any(|arg| arg == "--version") {
        &TEXT
    } else {
        env!("CARGO_PKG_VERSION")
    }
}

/// Prints what there is to know, a line each. What is missing is a problem.
pub fn run(problems: &mut Problems) -> Result<Outcome, Problem> {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name:<10} {value}");
    };
    line("version", &format!("dedupe {}", env!("CARGO_PKG_VERSION")));
    let env = if cfg!(target_env = "musl") {
        "-musl"
    } else {
        ""
    };
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    line("platform", &format!("{arch}-{os}{env}"));
    line("features", features().trim_start_matches("features "));
    let model = Model::default();
    line("model", model_line(&model).trim_start_matches("model "));
    for about in model.about().lines().take(6) {
        line("", about);
    }
    let optional = |name: &str, has: bool| {
        if has {
            format!(" {name}")
        } else {
            String::new()
        }
    };
    let (html, parquet) = (cfg!(feature = "html"), cfg!(feature = "parquet"));
    line(
        "reads",
        &format!(
            "text jsonl csv tsv warc wet tar zip{}{}, each also gz zst xz",
            optional("html", html),
            optional("parquet", parquet)
        ),
    );
    line(
        "writes",
        &format!("text json jsonl csv fdupes{}", optional("parquet", parquet)),
    );
    let threads = std::thread::available_parallelism();
    line(
        "threads",
        &match &threads {
            Ok(n) => format!("{n} (--threads sets another number)"),
            Err(error) => format!("1, for the cores cannot be counted: {error}"),
        },
    );
    line("terminal", &terminal());
    let folder = std::env::temp_dir();
    match try_temporary(&folder) {
        Ok(()) => line(
            "temporary",
            &format!("{}, {}", folder.display(), space(&folder)),
        ),
        Err(error) => {
            line("temporary", &format!("{}, not writable", folder.display()));
            problems.add(Problem::new(
                Kind::Output,
                folder.display(),
                format!(
                    "no temporary file can be written: {error}; a scan of more than 64 MB of stories needs one, and \
                     TMPDIR names another directory"
                ),
            ));
        }
    }
    if let Err(error) = Model::from_bytes(&model.to_bytes()) {
        problems.add(Problem::new(
            Kind::Setting,
            "model",
            format!("{error}; install the program again"),
        ));
    }
    let mut out = Sink::stdout();
    out.write(text.as_bytes())?;
    out.finish()?;
    Ok(Outcome::Clean)
}

fn features() -> String {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (name, has) in FEATURES {
        if has { &mut with } else { &mut without }.push(name);
    }
    let mut text = format!("features {}", with.join(" "));
    if !without.is_empty() {
        let _ = write!(text, " (without {})", without.join(" "));
    }
    text
}

fn model_line(model: &Model) -> String {
    let bytes = model.to_bytes();
    format!(
        "model {} bytes, xxh3 {:016x}",
        number(bytes.len()),
        xxh3_64(&bytes)
    )
}

fn terminal() -> String {
    let is = |is: bool| if is { "a terminal" } else { "no terminal" };
    let colours = match anstream::AutoStream::choice(&io::stdout()) {
        anstream::ColorChoice::Never => "no colours",
        _ => "colours",
    };
    format!(
        "standard output is {} ({colours}), standard error is {}",
        is(io::stdout().is_terminal()),
        is(io::stderr().is_terminal())
    )
}

fn try_temporary(_folder: &Path) -> io::Result<()> {
    tempfile::tempfile()?.write_all(&vec![0; TRIED])
}

#[cfg(unix)]
fn space(folder: &Path) -> String {
    match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            format!("{} free", size(usize::try_from(free).unwrap_or(usize::MAX)))
        }
        Err(error) => format!("writable, its space unknown: {error}"),
    }
}

#[cfg(not(unix))]
fn space(_folder: &Path) -> String {
    String::from("writable")
}
