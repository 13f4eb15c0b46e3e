//! The program as such: help, manual page, completions, a reader that leaves early.
#![cfg(feature = "cli")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use support::{World, line, story};

#[test]
fn help_fits_a_terminal_and_has_examples() {
    let world = World::new();
    for (args, has) in [
        (
            &["--help"][..],
            &["Examples:", "Exit codes:", "./strip", "  2  errors"][..],
        ),
        (&["-h"], &["Usage:", "--threshold"]),
        (&["doctor", "--help"], &["Examples:", "Exit codes:"]),
        (
            &["strip", "--help"],
            &["Examples:", "Exit codes:", "--keep-labels"],
        ),
        (
            &["explain", "--help"],
            &["Examples:", "Exit codes:", "FILE.jsonl#ID"],
        ),
        (
            &["report", "--help"],
            &["Examples:", "Exit codes:", "--max-chars", "no network"],
        ),
    ] {
        let run = world.run(args.iter().copied()).code(0).silent();
        for text in has {
            assert!(run.out.contains(text), "{text} in {args:?}: {}", run.out);
        }
        let widest = run.out.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{args:?} is {widest:?} columns wide");
    }
}

#[test]
fn help_of_what_acts_and_streams_fits_eighty_columns() {
    let world = World::new();
    for (command, has) in [
        (
            "apply",
            &["Examples:", "Exit codes:", "<PLAN> <ACTION>", "--yes"][..],
        ),
        ("undo", &["Examples:", "Exit codes:", "<JOURNAL>"]),
        ("filter", &["Examples:", "Exit codes:", "143", "--memory"]),
    ] {
        let mut dedupe = world.dedupe([command, "--help"]);
        let run = support::Run::of(dedupe.env("COLUMNS", "80"))
            .code(0)
            .silent();
        for text in has {
            assert!(run.out.contains(text), "{text} in {}", run.out);
        }
        for line in run.out.lines() {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
    }
}

#[test]
fn version() {
    let version = env!("CARGO_PKG_VERSION");
    let run = World::new().run(["-V"]).code(0).silent();
    assert_eq!(run.out, format!("dedupe {version}\n"));
    let run = World::new().run(["--version"]).code(0).silent();
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[0], format!("dedupe {version}"));
    assert!(lines[1].starts_with("features cli"), "{run:?}");
    assert!(
        lines[2].starts_with("model ") && lines[2].contains("xxh3 "),
        "{run:?}"
    );
    assert_eq!(lines.len(), 3);
}

#[test]
fn doctor_says_what_the_build_can_do() {
    let world = World::new();
    let run = world.run(["doctor"]).code(0).silent();
    for text in [
        &format!("version    dedupe {}\n", env!("CARGO_PKG_VERSION")),
        "platform   ",
        "features   cli",
        "model      ",
        "data dev.jsonl: ",
        "reads      text jsonl csv tsv warc wet tar zip",
        "writes     text json jsonl csv fdupes",
        "threads    ",
        "standard output is no terminal (no colours)",
        " free\n",
    ] {
        assert!(run.out.contains(text), "{text:?}: {}", run.out);
    }
    let reads = run.out.lines().find(|line| line.starts_with("reads "));
    let reads = reads.expect("a line of formats");
    assert_eq!(
        reads.split([' ', ',']).any(|format| format == "html"),
        cfg!(feature = "html"),
        "{reads}"
    );
    let run = support::Run::of(world.dedupe(["doctor"]).env("TMPDIR", "/nowhere/at/all"));
    run.code(2)
        .prints("temporary  /nowhere/at/all, not writable")
        .says("/nowhere/at/all: no temporary file can be written")
        .says("TMPDIR names another directory");
}

#[test]
fn usage_errors() {
    let world = World::new();
    world.run([]).code(2).says("<PATH>");
    world.run(["strip"]).code(2).says("<PATH>");
    world.run(["--nonsense", "x"]).code(2).says("--nonsense");
    world.run(["-q", "strip", "x"]).code(2).says(
        "strip: no such file; a subcommand comes before its options: dedupe strip [OPTIONS] ...",
    );
}

#[test]
fn manual_page_and_completions() {
    let world = World::new();
    world
        .run(["man"])
        .code(0)
        .silent()
        .prints(".TH")
        .prints("dedupe\\-strip")
        .prints("threshold");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        world
            .run(["completions", shell])
            .code(0)
            .silent()
            .prints("explain");
    }
    world
        .run(["completions", "tcsh"])
        .code(2)
        .says("possible values");
}

/// Runs the program, reads one line and closes the pipe.
fn first_line(world: &World, args: &[&str]) -> (String, Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dedupe"))
        .current_dir(world.path(""))
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut first = String::new();
    let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
    out.read_line(&mut first).expect("a line");
    drop(out);
    let output = child.wait_with_output().expect("the program ends");
    (
        first,
        output.status.code(),
        String::from_utf8(output.stderr).expect("UTF-8"),
    )
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let lines: String = (0..900).map(|n| line(n, &story(n % 600))).collect();
    let world = World::with([("feed.jsonl", lines)]);
    for (args, code) in [
        (&["--raw", "--format", "jsonl", "feed.jsonl"][..], 1),
        (&["--raw", "--format", "csv", "feed.jsonl"], 1),
        (&["--raw", "--format", "json", "feed.jsonl"], 1),
        (&["--raw", "feed.jsonl"], 1),
        (&["strip", "--labels", "feed.jsonl"], 0),
        (&["strip", "feed.jsonl", "-q"], 0),
        (&["man"], 0),
        (&["completions", "bash"], 0),
    ] {
        let (first, ended, err) = first_line(&world, args);
        assert!(!first.is_empty(), "{args:?}");
        assert_eq!((ended, err.as_str()), (Some(code), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let world = World::with([("a.txt", story(1))]);
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let output = Command::new(env!("CARGO_BIN_EXE_dedupe"))
        .current_dir(world.path(""))
        .args(["--raw", "--format", "jsonl", "a.txt"])
        .stdout(full)
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(err.contains("standard output: cannot be written"), "{err}");
}
