//! The program is killed at random moments: no file is lost, none is half written, and the next run finishes.
//!
//! `DEDUPE_KILLS` sets how many times (40 when it is not set; `DEDUPE_KILLS=200 cargo test --all-features --test cli_kill`
//! takes some minutes); only kills of a run that was still alive count. A run is killed after a random part of the time that it takes when left alone, so that kills fall
//! everywhere between its first step and its last.
#![cfg(all(feature = "cli", unix))]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{World, line, story};

/// How many times each of the tests kills; the actions of `apply` share theirs.
fn kills() -> u64 {
    let all = std::env::var("DEDUPE_KILLS").ok();
    all.and_then(|kills| kills.parse().ok())
        .unwrap_or(40u64)
        .div_ceil(4)
}

/// Random numbers that are the same in each run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A moment within a time and a little more.
    fn moment(&mut self, within: Duration) -> Duration {
        within.mul_f64((self.next() % 1100) as f64 / 1000.0)
    }
}

fn start(world: &World, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dedupe"))
        .current_dir(world.path(""))
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs")
}

/// Runs to the end: exit code and time.
fn timed(world: &World, args: &[&str]) -> (Option<i32>, Duration) {
    let began = Instant::now();
    let status = start(world, args).wait().expect("it ends");
    (status.code(), began.elapsed())
}

/// Runs, kills, and says whether it was alive.
fn killed(world: &World, args: &[&str], after: Duration) -> bool {
    let mut child = start(world, args);
    std::thread::sleep(after);
    let alive = child.try_wait().expect("a process").is_none();
    child.kill().expect("a process of ours");
    child.wait().expect("it ends");
    alive
}

/// All files below a folder with what they hold, but journals.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|ending| ending != "journal") {
                found.insert(path.clone(), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Pages of which two thirds are duplicates, each with a text of its own but for white space, and the plan for them.
fn pages() -> World {
    let world = World::new();
    for n in 0..180 {
        let text = story(n / 3) + &"\n".repeat((n % 3) as usize);
        world.file(format!("pages/{:03}.txt", n), text);
    }
    let args = "--raw --keep first --format jsonl -o plan.jsonl pages".split(' ');
    world.run(args).code(1);
    world
}

/// What the 60 kept pages are named.
fn is_kept(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a name");
    stem.parse::<u64>().expect("a number") % 3 == 0
}

/// Kills a run of apply again and again until it ends by itself; after each kill `check` looks at what is there.
fn kill_and_resume(
    dice: &mut Dice,
    times: u64,
    args: &[&str],
    check: impl Fn(&World, bool, &BTreeMap<PathBuf, Vec<u8>>),
    prepare: impl Fn() -> World,
) {
    let mut whole = timed(&prepare(), args).1;
    let mut alive = 0;
    while alive < times {
        let world = prepare();
        let before = files(&world.path("pages"));
        // Killed three times in a row, then left alone. What is left to do becomes less.
        for part in [1.0, 0.6, 0.4] {
            let was_alive = killed(&world, args, dice.moment(whole.mul_f64(part)));
            alive += u64::from(was_alive);
            if !was_alive {
                // The first run was slower, as the machine had more to do.
                whole = whole.mul_f64(0.9);
            }
            check(&world, false, &before);
        }
        let (code, _) = timed(&world, args);
        assert_eq!(code, Some(0), "{args:?} is finished by the next run");
        check(&world, true, &before);
        // And there is nothing left to do.
        assert_eq!(timed(&world, args).0, Some(0));
    }
    eprintln!(
        "{args:?}: {alive} kills of a living run, which takes about {whole:.0?} when left alone"
    );
}

/// Sorted contents.
fn texts<'f>(files: impl IntoIterator<Item = &'f Vec<u8>>) -> Vec<&'f [u8]> {
    let mut texts: Vec<&[u8]> = files.into_iter().map(Vec::as_slice).collect();
    texts.sort();
    texts
}

#[test]
fn apply_moves() {
    let check = |world: &World, finished: bool, before: &BTreeMap<PathBuf, Vec<u8>>| {
        let mut now = files(&world.path("pages"));
        if world.path("dups").exists() {
            now.extend(files(&world.path("dups")));
        }
        for path in before.keys().filter(|path| is_kept(path)) {
            assert_eq!(now.get(path), before.get(path), "kept");
        }
        assert_eq!(
            texts(now.values()),
            texts(before.values()),
            "each file is there, once"
        );
        if finished {
            assert_eq!(files(&world.path("pages")).len(), 60);
            let undo = timed(world, &["undo", "plan.jsonl.journal", "--yes"]);
            assert_eq!(undo.0, Some(0));
            assert_eq!(&files(&world.path("pages")), before, "all are back");
            assert!(files(&world.path("dups")).is_empty());
        }
    };
    let args = ["apply", "plan.jsonl", "--move-to", "dups", "--yes"];
    kill_and_resume(&mut Dice(1), kills().div_ceil(5), &args, check, pages);
}

#[cfg(target_os = "linux")]
#[test]
fn apply_moves_to_another_file_system() {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(other) = tempfile::Builder::new()
        .prefix("dedupe-kill-")
        .tempdir_in("/dev/shm")
    else {
        return;
    };
    let device = |path: &Path| path.metadata().expect("it is there").dev();
    if device(other.path()) == device(&std::env::temp_dir()) {
        return;
    }
    let target = other.path().join("dups");
    let prepare = || {
        let _ = fs::remove_dir_all(&target);
        pages()
    };
    let check = |world: &World, finished: bool, before: &BTreeMap<PathBuf, Vec<u8>>| {
        let mut now = files(&world.path("pages"));
        for path in before.keys().filter(|path| is_kept(path)) {
            assert_eq!(now.get(path), before.get(path), "kept");
        }
        let moved = if target.exists() {
            files(&target)
        } else {
            BTreeMap::new()
        };
        for (path, text) in moved {
            let unfinished = path.extension().is_some_and(|ending| ending == "part");
            assert!(!(finished && unfinished), "{path:?} was left");
            if !unfinished {
                let from = world
                    .path("")
                    .join(path.strip_prefix(&target).expect("below"));
                assert_eq!(before.get(&from), Some(&text), "whole");
                now.insert(from, text);
            }
        }
        assert_eq!(&now, before, "each file is here or there");
        if finished {
            assert_eq!(files(&world.path("pages")).len(), 60);
        }
    };
    let to = target.to_str().expect("a path");
    let args = ["apply", "plan.jsonl", "--move-to", to, "--yes"];
    kill_and_resume(&mut Dice(2), kills().div_ceil(5), &args, check, prepare);
}

#[test]
fn apply_deletes() {
    let check = |world: &World, finished: bool, before: &BTreeMap<PathBuf, Vec<u8>>| {
        let now = files(&world.path("pages"));
        for (path, text) in before {
            match now.get(path) {
                None => assert!(!is_kept(path), "{path:?} is lost"),
                found => assert_eq!(found, Some(text)),
            }
        }
        assert!(now.keys().all(|path| before.contains_key(path)));
        assert!(!finished || now.len() == 60);
    };
    let args = ["apply", "plan.jsonl", "--delete", "--yes"];
    kill_and_resume(&mut Dice(3), kills().div_ceil(5), &args, check, pages);
}

#[test]
fn apply_links() {
    use std::os::unix::fs::MetadataExt as _;
    let prepare = || {
        let world = World::new();
        for n in 0..180 {
            world.file(format!("pages/{:03}.txt", n), story(n / 3));
        }
        let args = "--raw --keep first --format jsonl -o plan.jsonl pages".split(' ');
        world.run(args).code(1);
        world
    };
    let check = |world: &World, finished: bool, before: &BTreeMap<PathBuf, Vec<u8>>| {
        let mut now = files(&world.path("pages"));
        let unfinished = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "part");
        if !finished {
            now.retain(|path, _| !unfinished(path));
        }
        assert_eq!(
            &now, before,
            "each name holds what it held, and nothing else is there"
        );
        if finished {
            let inode = |path: &PathBuf| path.metadata().expect("a file").ino();
            let inodes: std::collections::BTreeSet<u64> = now.keys().map(inode).collect();
            assert_eq!(inodes.len(), 60);
        }
    };
    let args = ["apply", "plan.jsonl", "--hardlink", "--yes"];
    kill_and_resume(&mut Dice(4), kills().div_ceil(5), &args, check, prepare);
}

#[test]
fn apply_writes_unique() {
    let feed: String = (0..3000).map(|n| line(n, &story(n / 3))).collect();
    let unique: String = (0..1000).map(|n| line(n * 3, &story(n))).collect();
    let prepare = || {
        let world = World::with([("pages/feed.jsonl", &feed)]);
        let args = "--raw --keep first --format jsonl -o plan.jsonl pages".split(' ');
        world.run(args).code(1);
        world
    };
    let check = |world: &World, finished: bool, before: &BTreeMap<PathBuf, Vec<u8>>| {
        assert_eq!(&files(&world.path("pages")), before);
        match fs::read_to_string(world.path("unique.jsonl")) {
            Ok(text) => assert!(text == unique, "whole"),
            Err(_) => assert!(!finished, "written"),
        }
    };
    let args = [
        "apply",
        "plan.jsonl",
        "--write-unique",
        "unique.jsonl",
        "--yes",
    ];
    kill_and_resume(&mut Dice(5), kills().div_ceil(5), &args, check, prepare);
}

/// Kills a command that writes `answer`, of which an old one is there in every second run.
fn output(args: &[&str], to: &str, seed: u64, times: u64) {
    let mut dice = Dice(seed);
    let world = World::new();
    for n in 0..200 {
        world.file(format!("pages/{n:03}.txt"), story(n / 2));
    }
    let args = [args, &[to, "answer", "--force"]].concat();
    let (code, mut whole) = timed(&world, &args);
    let right = fs::read(world.path("answer")).expect("a file");
    let pages = files(&world.path("pages"));
    let (mut alive, mut old) = (0, 0);
    for n in 0.. {
        if alive == times {
            break;
        }
        if n % 2 == 0 {
            world.file("answer", "old");
        } else {
            let _ = fs::remove_file(world.path("answer"));
        }
        match killed(&world, &args, dice.moment(whole)) {
            true => alive += 1,
            false => whole = whole.mul_f64(0.9),
        }
        match fs::read(world.path("answer")) {
            Ok(bytes) if n % 2 == 0 && bytes == b"old" => old += 1,
            Ok(bytes) => assert!(bytes == right, "half an answer after {n} kills"),
            Err(_) => assert_ne!(n % 2, 0, "the old answer is lost"),
        }
        assert_eq!(files(&world.path("pages")), pages);
    }
    assert_eq!(timed(&world, &args).0, code);
    assert!(fs::read(world.path("answer")).expect("a file") == right);
    eprintln!(
        "{args:?}: {alive} kills of a living run (about {whole:.0?}), {old} left the old answer"
    );
}

#[test]
fn output_is_whole_or_as_before() {
    output(
        &["--raw", "--format", "jsonl", "pages"],
        "--output",
        6,
        kills().div_ceil(2),
    );
    output(&["strip", "pages"], "--output", 7, kills().div_ceil(2));
}

#[test]
fn report_is_whole_or_as_before() {
    output(&["report", "--raw", "pages"], "--html", 9, kills());
}

#[test]
fn filter_passes_on_whole_lines_in_their_order() {
    let mut dice = Dice(8);
    let feed: String = (0..1200).map(|n| line(n, &story(n / 2))).collect();
    let run = |kill: Option<Duration>| {
        let began = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_dedupe"))
            .args(["filter", "--raw", "-q"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let feed = feed.clone();
        // It fails once nobody reads any more.
        let writer = std::thread::spawn(move || stdin.write_all(feed.as_bytes()).is_ok());
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let reader = std::thread::spawn(move || {
            let mut lines = Vec::new();
            let mut line = Vec::new();
            while stdout.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                lines.push(std::mem::take(&mut line));
            }
            lines
        });
        let mut alive = false;
        if let Some(after) = kill {
            std::thread::sleep(after);
            alive = child.try_wait().expect("a process").is_none();
            child.kill().expect("a process of ours");
        }
        child.wait().expect("it ends");
        writer.join().expect("a thread");
        (reader.join().expect("a thread"), alive, began.elapsed())
    };
    let (right, _, mut whole) = run(None);
    assert_eq!(right.len(), 600);
    let (mut alive, mut cut, mut lines) = (0, 0, 0);
    let times = kills();
    while alive < times {
        let (mut found, was_alive, _) = run(Some(dice.moment(whole)));
        match was_alive {
            true => alive += 1,
            false => whole = whole.mul_f64(0.9),
        }
        // A kill may cut the line that is in the pipe, which its missing end tells.
        if found.last().is_some_and(|last| !last.ends_with(b"\n")) {
            cut += 1;
            let last = found.pop().unwrap_or_default();
            assert!(right[found.len()].starts_with(&last));
        }
        lines += found.len();
        assert!(
            right.starts_with(&found),
            "whole lines, in their order, none left out"
        );
    }
    eprintln!(
        "filter: {alive} kills of a living run (about {whole:.0?}); {lines} lines passed, {cut} cut"
    );
}
