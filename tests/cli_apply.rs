//! `dedupe apply PLAN` and `dedupe undo JOURNAL`: what is done, what is left alone, and that nothing is lost.
#![cfg(feature = "cli")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use support::{Run, World, gzip, line, story};

const ACTIONS: [&[&str]; 3] = [&["--move-to", "dups"], &["--delete"], &["--hardlink"]];

/// Three copies of a story, one byte for byte the same, and two other pages.
fn pages() -> World {
    World::with([
        ("pages/a.txt", story(1)),
        ("pages/b.txt", story(1)),
        ("pages/sub/c.txt", format!("{}\n", story(1))),
        ("pages/d.txt", story(2)),
        ("pages/e.txt", story(3)),
    ])
}

/// Writes plan.jsonl.
fn plan(world: &World, args: &[&str]) {
    let run = world.run(
        [
            "--raw",
            "--keep",
            "first",
            "--format",
            "jsonl",
            "-o",
            "plan.jsonl",
            "--force",
        ]
        .into_iter()
        .chain(args.iter().copied()),
    );
    assert!(run.code < 2, "{run:#?}");
}

fn apply(world: &World, args: &[&str]) -> Run {
    world.run(
        ["apply", "plan.jsonl"]
            .into_iter()
            .chain(args.iter().copied()),
    )
}

/// All files with what they hold, but plans and journals.
fn files(world: &World) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            let last = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let name = if name.is_empty() {
                last
            } else {
                format!("{name}/{last}")
            };
            if path.is_dir() {
                walk(&path, &name, files);
            } else if !name.starts_with("plan.jsonl") {
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&world.path(""), "", &mut found);
    found
}

fn names(world: &World) -> Vec<String> {
    files(world).into_keys().collect()
}

#[test]
fn a_plan_says_what_the_files_were_like() {
    let world = pages();
    plan(&world, &["pages"]);
    let run = Run {
        code: 0,
        out: world.read("plan.jsonl"),
        err: String::new(),
    };
    let answers = run.json();
    assert_eq!(answers.len(), 5);
    for answer in &answers {
        assert_eq!(answer["version"], 1);
        let path = world.path(answer["path"].as_str().expect("a path"));
        let metadata = path.metadata().expect("a file");
        let bytes = fs::read(&path).expect("a file");
        assert_eq!(answer["size"], metadata.len());
        let hash = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&bytes));
        assert_eq!(answer["hash"], hash);
        let mtime: jiff::Timestamp = answer["mtime"]
            .as_str()
            .and_then(|time| time.parse().ok())
            .expect("a time");
        let modified = metadata.modified().expect("a time");
        assert_eq!(jiff::Timestamp::try_from(modified).expect("a time"), mtime);
    }
    let duplicate = run.answer("pages/b.txt");
    let kept = run.answer("pages/a.txt");
    for name in ["path", "size", "mtime", "hash"] {
        assert_eq!(duplicate[format!("kept_{name}")], kept[name], "{name}");
    }
    assert!(kept.get("kept_hash").is_none());
    // Other formats are for people and spreadsheets.
    assert!(
        !world
            .run(["--raw", "--format", "json", "pages"])
            .out
            .contains("mtime")
    );
}

#[test]
fn without_yes_nothing_is_done() {
    let world = pages();
    plan(&world, &["pages"]);
    let before = files(&world);
    for action in ACTIONS {
        let run = apply(&world, action).silent();
        assert!(run.out.contains("dry run: "), "{run:#?}");
        assert!(
            run.out.contains("nothing was changed: --yes does it"),
            "{run:#?}"
        );
        assert_eq!(files(&world), before);
        assert!(!world.path("plan.jsonl.journal").exists());
    }
    apply(&world, &["--delete"])
        .code(0)
        .prints("would delete pages/b.txt (901 B; kept: ")
        .prints("dry run: 2 files would be deleted, 1.8 kB");
    apply(&world, &["--write-unique", "unique.jsonl"])
        .code(0)
        .prints("dry run: would write 3 documents to unique.jsonl")
        .prints("2 duplicates left out");
    assert_eq!(files(&world), before);
}

#[test]
fn exactly_one_action_is_asked_for() {
    let world = pages();
    plan(&world, &["pages"]);
    apply(&world, &[])
        .code(2)
        .says("--move-to <DIR>|--delete|--hardlink|--write-unique <FILE>");
    apply(&world, &["--delete", "--hardlink"])
        .code(2)
        .says("cannot be used with");
    apply(&world, &["--delete", "--force"]).code(2).says(
        "--force: only --write-unique replaces a file, and nothing else that apply does needs it",
    );
    world.run(["apply", "--delete"]).code(2).says("<PLAN>");
}

#[test]
fn duplicates_are_moved_and_put_back() {
    let world = pages();
    plan(&world, &["pages"]);
    let before = files(&world);
    apply(&world, &["--move-to", "dups", "--yes"])
        .code(0)
        .silent()
        .prints("moved pages/b.txt to ")
        .prints("2 files moved, 1.8 kB")
        .prints("journal: plan.jsonl.journal (dedupe undo takes it back)");
    assert_eq!(
        names(&world),
        [
            "dups/pages/b.txt",
            "dups/pages/sub/c.txt",
            "pages/a.txt",
            "pages/d.txt",
            "pages/e.txt"
        ]
    );
    assert_eq!(files(&world)["dups/pages/b.txt"], before["pages/b.txt"]);
    // Once more: it is done.
    apply(&world, &["--move-to", "dups", "--yes"])
        .code(0)
        .prints("0 files moved, 0 B; 2 done before");
    world
        .run(["undo", "plan.jsonl.journal"])
        .code(0)
        .prints("would put back ")
        .prints("dry run: 2 files would be put back\nnothing was changed: --yes does it");
    assert_eq!(names(&world)[0], "dups/pages/b.txt");
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(0)
        .silent()
        .prints("2 files put back");
    assert_eq!(files(&world), before);
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(0)
        .prints("0 files put back");
    // And again with the same plan: times and contents are as they were.
    apply(&world, &["--move-to", "dups", "--yes"])
        .code(0)
        .prints("2 files moved");
}

#[test]
fn duplicates_are_deleted() {
    let world = pages();
    plan(&world, &["pages"]);
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .silent()
        .prints("deleted pages/b.txt")
        .prints("2 files deleted, 1.8 kB\njournal: plan.jsonl.journal\n");
    assert_eq!(names(&world), ["pages/a.txt", "pages/d.txt", "pages/e.txt"]);
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .prints("0 files deleted, 0 B; 2 done before");
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(1)
        .prints("pages/b.txt: deleted, which cannot be undone")
        .prints("0 files put back; 2 left as they are");
}

#[cfg(unix)]
#[test]
fn the_same_bytes_become_one_file() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let world = pages();
    fs::set_permissions(world.path("pages/b.txt"), fs::Permissions::from_mode(0o640))
        .expect("our file");
    plan(&world, &["pages"]);
    let before = files(&world);
    let stat = |name: &str| world.path(name).metadata().expect("a file");
    let old = stat("pages/b.txt");
    apply(&world, &["--hardlink", "--yes"])
        .code(1)
        .prints("linked pages/b.txt (901 B; kept: ")
        .prints("left pages/sub/c.txt: it is a near-duplicate, and a hard link would lose its own wording")
        .prints("1 file linked, 901 B; 1 left as they are");
    assert_eq!(files(&world), before);
    assert_eq!(stat("pages/a.txt").ino(), stat("pages/b.txt").ino());
    apply(&world, &["--hardlink", "--yes"])
        .code(1)
        .prints("0 files linked, 0 B; 1 done before");

    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(0)
        .prints("1 file put back");
    let new = stat("pages/b.txt");
    assert_ne!(stat("pages/a.txt").ino(), new.ino());
    assert_eq!(files(&world), before);
    assert_eq!(
        (new.mode(), new.modified().ok()),
        (old.mode(), old.modified().ok())
    );
    apply(&world, &["--hardlink", "--yes"])
        .code(1)
        .prints("1 file linked");
    // What was written to since is not taken apart.
    fs::write(world.path("pages/a.txt"), "new").expect("our file");
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(1)
        .prints("pages/b.txt: changed since");
}

/// Applies a plan after something happened, for each action; the file must be left with this reason, and stay.
fn left(happens: impl Fn(&World), path: &str, why: &str) {
    for action in ACTIONS {
        let world = pages();
        plan(&world, &["pages"]);
        happens(&world);
        let before = files(&world);
        let args = [action, &["--yes"]].concat();
        apply(&world, &args)
            .code(1)
            .silent()
            .prints(&format!("left {path}: {why}"));
        let after = files(&world);
        if let Some(bytes) = before.get(path) {
            assert_eq!(after.get(path), Some(bytes), "{action:?}");
        }
        assert_eq!(
            after.get("pages/a.txt"),
            before.get("pages/a.txt"),
            "{action:?}"
        );
        // The dry run says the same.
        let world = pages();
        plan(&world, &["pages"]);
        happens(&world);
        apply(&world, action)
            .code(1)
            .silent()
            .prints(&format!("left {path}: {why}"));
    }
}

fn later(world: &World, name: &str) {
    let file = fs::File::options()
        .write(true)
        .open(world.path(name))
        .expect("a file");
    let time = SystemTime::now() + Duration::from_secs(5);
    file.set_modified(time).expect("our file");
}

#[test]
fn what_changed_is_left_alone() {
    left(
        |w| drop(w.file("pages/b.txt", "other")),
        "pages/b.txt",
        "its size changed since the scan",
    );
    left(
        |w| later(w, "pages/b.txt"),
        "pages/b.txt",
        "its modification time changed since the scan",
    );
    let same_size = |world: &World| {
        let path = world.path("pages/b.txt");
        let time = path.metadata().and_then(|m| m.modified()).expect("a time");
        let mut text = world.read("pages/b.txt");
        text.replace_range(..1, "X");
        fs::write(&path, text).expect("our file");
        let file = fs::File::options()
            .write(true)
            .open(&path)
            .expect("our file");
        file.set_modified(time).expect("our file");
    };
    left(
        same_size,
        "pages/b.txt",
        "its content changed since the scan",
    );
    left(
        |w| fs::remove_file(w.path("pages/b.txt")).expect("our file"),
        "pages/b.txt",
        "gone",
    );
}

#[test]
fn the_last_copy_is_never_removed() {
    let kept = "the kept document pages/a.txt";
    left(
        |w| fs::remove_file(w.path("pages/a.txt")).expect("our file"),
        "pages/b.txt",
        &format!("gone: {kept}"),
    );
    left(
        |w| drop(w.file("pages/a.txt", "other")),
        "pages/b.txt",
        &format!("its size changed since the scan: {kept}"),
    );
    left(
        |w| later(w, "pages/a.txt"),
        "pages/b.txt",
        &format!("its modification time changed since the scan: {kept}"),
    );
}

#[test]
fn two_plans_that_contradict_each_other_remove_nothing() {
    let world = pages();
    plan(&world, &["pages/a.txt", "pages/b.txt"]);
    let one = world.read("plan.jsonl");
    plan(&world, &["pages/b.txt", "pages/a.txt"]);
    world.file("plan.jsonl", one + &world.read("plan.jsonl"));
    let before = files(&world);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left pages/b.txt: the plan keeps it as well, for another document")
        .prints("left pages/a.txt: the plan keeps it as well, for another document");
    assert_eq!(files(&world), before);
}

#[test]
fn a_file_twice_in_the_plan_is_acted_on_once() {
    let world = pages();
    plan(&world, &["pages"]);
    let twice = world
        .read("plan.jsonl")
        .repeat(2)
        .replace("pages/sub/../", "");
    world.file("plan.jsonl", twice);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left pages/b.txt: it is in the plan a second time")
        .prints("2 files deleted");
    // By another path as well.
    let world = pages();
    plan(&world, &["pages"]);
    let other = world
        .read("plan.jsonl")
        .replace("\"path\":\"pages/b", "\"path\":\"pages/sub/../b");
    world.file("plan.jsonl", world.read("plan.jsonl") + &other);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left pages/sub/../b.txt: it is in the plan a second time");
    // A kept document by another path is kept.
    let world = pages();
    plan(&world, &["pages"]);
    let other = world
        .read("plan.jsonl")
        .replace("\"path\":\"pages/b", "\"path\":\"./pages/sub/../a");
    world.file("plan.jsonl", other);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left ./pages/sub/../a.txt: the plan keeps it as well");
    assert!(world.path("pages/a.txt").exists());
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_left_alone() {
    use std::os::unix::fs::symlink;
    let world = pages();
    fs::rename(world.path("pages/b.txt"), world.path("b-real.txt")).expect("our file");
    symlink("../b-real.txt", world.path("pages/b.txt")).expect("a link");
    plan(&world, &["pages", "--follow"]);
    for action in ACTIONS {
        apply(&world, &[action, &["--yes"]].concat())
            .code(1)
            .prints(
                "left pages/b.txt: it is a symbolic link, and only files themselves are acted on",
            );
        assert!(
            world
                .path("pages/b.txt")
                .symlink_metadata()
                .expect("a link")
                .is_symlink()
        );
    }
    // A kept document that is a link keeps what it leads to.
    let world = pages();
    symlink("../pages/b.txt", world.path("pages/0.txt")).expect("a link");
    plan(&world, &["pages/0.txt", "pages/a.txt"]);
    let kept_by_link = world.read("plan.jsonl");
    plan(&world, &["pages/a.txt", "pages/b.txt"]);
    world.file("plan.jsonl", kept_by_link + &world.read("plan.jsonl"));
    let before = files(&world);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left pages/b.txt: the plan keeps it as well");
    assert_eq!(files(&world), before);
}

#[cfg(unix)]
#[test]
fn hard_links_are_two_names_of_which_one_may_go() {
    let world = pages();
    fs::remove_file(world.path("pages/b.txt")).expect("our file");
    fs::hard_link(world.path("pages/a.txt"), world.path("pages/b.txt")).expect("a link");
    plan(&world, &["pages"]);
    apply(&world, &["--hardlink"])
        .code(1)
        .prints("0 files would be linked, 0 B; 1 done before");
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .prints("2 files deleted");
    assert_eq!(world.read("pages/a.txt"), story(1));
}

#[test]
fn moved_files_take_no_names_of_others() {
    let world = pages();
    world.file("dups/pages/b.txt", "precious");
    world.file("dups/pages/b~2.txt", "precious too");
    plan(&world, &["pages"]);
    apply(&world, &["--move-to", "dups", "--yes"])
        .code(0)
        .prints("b~3.txt (901 B");
    assert_eq!(world.read("dups/pages/b.txt"), "precious");
    assert_eq!(world.read("dups/pages/b~2.txt"), "precious too");
    assert_eq!(world.read("dups/pages/b~3.txt"), story(1));
    // Two that would have one name: `..` does not lead out of the target.
    let world = pages();
    world.file("x/a.txt", story(1));
    world.file("sub/plan.jsonl", "");
    let run = Run::of(
        world
            .dedupe(["--raw", "--keep", "first", "--format", "jsonl"])
            .args([
                "-o",
                "plan.jsonl",
                "--force",
                "pages/a.txt",
                "x/a.txt",
                "pages/../x/../pages/b.txt",
            ]),
    );
    assert_eq!(run.code, 1);
    apply(&world, &["--move-to", "sub/t", "--yes"])
        .code(0)
        .prints("2 files moved");
    assert_eq!(world.read("sub/t/x/a.txt"), story(1));
    assert_eq!(world.read("sub/t/pages/x/pages/b.txt"), story(1));
}

#[test]
fn a_kept_document_inside_the_target_stays() {
    let world = World::with([
        ("t/a.txt", story(1)),
        ("a.txt", story(1)),
        ("t/c.txt", story(1)),
    ]);
    plan(&world, &["t/a.txt", "a.txt", "t/c.txt"]);
    apply(&world, &["--move-to", "t", "--yes"])
        .code(1)
        .prints("left t/c.txt: it lies in the directory of --move-to already");
    assert_eq!(names(&world), ["t/a.txt", "t/a~2.txt", "t/c.txt"]);
    // Where everything lies already nothing moves.
    let world = pages();
    plan(&world, &["pages"]);
    let before = files(&world);
    apply(&world, &["--move-to", ".", "--yes"])
        .code(1)
        .prints("0 files moved, 0 B; 2 left");
    assert_eq!(files(&world), before);
    apply(&world, &["--move-to", "pages/a.txt"])
        .code(2)
        .says("--move-to pages/a.txt: there is a file of this name: name a directory");
}

#[test]
fn relative_paths_start_where_the_scan_ran() {
    let world = pages();
    plan(&world, &["pages"]);
    fs::create_dir(world.path("elsewhere")).expect("a directory");
    let run = |args: &[&str]| {
        let mut command = world.dedupe(["apply", "../plan.jsonl", "--delete"]);
        Run::of(command.args(args).current_dir(world.path("elsewhere")))
    };
    run(&[]).code(1).prints("left pages/b.txt: gone");
    run(&["--base", ".."])
        .code(0)
        .prints("2 files would be deleted");
    run(&["--base", "..", "--yes"])
        .code(0)
        .prints("journal: ../plan.jsonl.journal");
    assert_eq!(names(&world), ["pages/a.txt", "pages/d.txt", "pages/e.txt"]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    let [a, b] =
        [&b"in/a\xff%.txt"[..], b"in/b\xfe \n.txt"].map(|name| Path::new(OsStr::from_bytes(name)));
    world.file(a, story(1));
    world.file(b, story(1));
    plan(&world, &["in"]);
    let text = world.read("plan.jsonl");
    assert!(
        text.contains(r#""path_encoded":"in/a%FF%25.txt""#),
        "{text}"
    );
    assert!(
        text.contains(r#""kept_path_encoded":"in/a%FF%25.txt""#),
        "{text}"
    );
    apply(&world, &["--move-to", "dups", "--yes"])
        .code(0)
        .prints("1 file moved");
    assert!(world.path(a).exists() && !world.path(b).exists());
    assert!(world.path("dups").join(b).exists());
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(0)
        .prints("1 file put back");
    assert!(world.path(b).exists());
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .prints("1 file deleted");
    assert!(world.path(a).exists() && !world.path(b).exists());
    world.file("plan.jsonl", text.replace("%FF%25", "%F"));
    apply(&world, &["--delete"])
        .code(2)
        .says("plan.jsonl:1: `in/a%F.txt` stands for no path");
}

#[test]
fn damaged_plans_are_refused_whole() {
    let world = pages();
    plan(&world, &["pages"]);
    let good = world.read("plan.jsonl");
    let before = files(&world);
    for (text, says) in [
        (
            good[..good.len() - 30].to_owned(),
            "plan.jsonl:5: not a line of JSON, so the plan is damaged or none",
        ),
        (format!("{good}[]\n"), "plan.jsonl:6: not a line of JSON"),
        (
            format!("{good}{{\"id\":1}}\n"),
            "plan.jsonl:6: no field `version`, so this is no plan",
        ),
        (
            good.replace("\"version\":1", "\"version\":9"),
            "plan.jsonl:1: a plan of version 9, and this program knows version 1: scan again",
        ),
        (
            good.replace("\"kept\":true", "\"kept\":7"),
            "plan.jsonl:1: not as a plan is: invalid type",
        ),
        (
            good.replace("\"kept_path\"", "\"x\""),
            "plan.jsonl:2: a duplicate without `kept_path`",
        ),
        (
            good.replace("\"hash\":\"", "\"hash\":\"x"),
            "must be a time such as",
        ),
    ] {
        world.file("plan.jsonl", &text);
        for action in [
            &["--delete", "--yes"][..],
            &["--write-unique", "u.jsonl", "--yes"],
        ] {
            apply(&world, action)
                .code(2)
                .says(says)
                .says("nothing was done");
        }
        assert_eq!(files(&world), before, "{says}");
    }
    world
        .run(["apply", "nowhere", "--delete"])
        .code(2)
        .says("nowhere: cannot be read: No such file");
    world.file("plan.jsonl", "");
    apply(&world, &["--delete"])
        .code(0)
        .prints("dry run: 0 files would be deleted, 0 B\n");
    // Without hashes, nothing can be compared.
    world.file("plan.jsonl", good.replace("\"hash\"", "\"h\""));
    apply(&world, &["--delete"]).code(1).prints(
        "left pages/b.txt: the plan does not say what it was like: it changed during the scan",
    );
    world.file("plan.jsonl", good.replace("\"kept_hash\"", "\"h\""));
    apply(&world, &["--delete"]).code(1).prints(
        "left pages/b.txt: the plan does not say what it was like: the kept document pages/a.txt",
    );
}

#[test]
fn a_plan_from_standard_input_needs_a_journal() {
    let world = pages();
    plan(&world, &["pages"]);
    let text = world.read("plan.jsonl");
    let run = |args: &[&str]| {
        let mut command = world.dedupe(["apply", "-", "--delete"]);
        Run::of(command.args(args).write_stdin(text.clone()))
    };
    run(&[]).code(0).prints("2 files would be deleted");
    run(&["--yes"])
        .code(2)
        .says("--journal: a plan from standard input has no name for its journal");
    run(&["--yes", "--journal", "logs/j"])
        .code(0)
        .prints("2 files deleted")
        .prints("journal: logs/j");
    assert!(world.read("logs/j").contains("\"what\":\"done\""));
}

#[test]
fn journals_that_cannot_be_used() {
    let world = pages();
    plan(&world, &["pages"]);
    world
        .run(["undo", "nowhere"])
        .code(2)
        .says("nowhere: no such journal: dedupe apply --yes writes one");
    world.file("plan.jsonl.journal", "{\"what\":\"done\",\"n\":3}\n");
    for args in [&["--delete", "--yes"][..], &["--delete"]] {
        apply(&world, args)
            .code(2)
            .says("plan.jsonl.journal:1: not a line of a journal: there is no intent 3");
    }
    world.file(
        "plan.jsonl.journal",
        "{\"what\":\"run\",\"version\":7,\"action\":\"move\",\"plan\":null,\"at\":\"\"}\n",
    );
    apply(&world, &["--delete", "--yes"])
        .code(2)
        .says("it is of version 7, and this program knows version 1");
    apply(&world, &["--delete", "--yes", "--journal", "pages"])
        .code(2)
        .says("pages: cannot be written: ");
    assert_eq!(names(&world).len(), 5);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_for_the_journal_stops_before_anything_is_done() {
    let world = pages();
    plan(&world, &["pages"]);
    let before = files(&world);
    let script = "ulimit -f 0; trap '' XFSZ; exec \"$0\" apply plan.jsonl --delete --yes";
    let output = std::process::Command::new("bash")
        .current_dir(world.path(""))
        .args(["-c", script, env!("CARGO_BIN_EXE_dedupe")])
        .output()
        .expect("a shell");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("the journal cannot be written: File too large"),
        "{said}"
    );
    assert_eq!(files(&world), before);
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .prints("2 files deleted");
}

#[cfg(target_os = "linux")]
#[test]
fn moves_to_another_file_system() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let Ok(other) = tempfile::Builder::new()
        .prefix("dedupe-test-")
        .tempdir_in("/dev/shm")
    else {
        return;
    };
    let world = pages();
    let device = |path: &Path| path.metadata().expect("it is there").dev();
    if device(other.path()) == device(&world.path("")) {
        return;
    }
    let b = world.path("pages/b.txt");
    fs::set_permissions(&b, fs::Permissions::from_mode(0o640)).expect("our file");
    plan(&world, &["pages"]);
    let before = files(&world);
    let old = b.metadata().expect("a file");
    let target = other.path().join("dups");
    let target = target.to_str().expect("a path");
    apply(&world, &["--move-to", target, "--yes"])
        .code(0)
        .silent()
        .prints("2 files moved");
    assert_eq!(names(&world), ["pages/a.txt", "pages/d.txt", "pages/e.txt"]);
    let moved = other.path().join("dups/pages/b.txt");
    assert_eq!(fs::read(&moved).expect("a file"), before["pages/b.txt"]);
    let new = moved.metadata().expect("a file");
    assert_eq!(
        (new.mode(), new.modified().ok()),
        (old.mode(), old.modified().ok())
    );
    assert_eq!(
        fs::read_dir(moved.parent().expect("a folder"))
            .expect("a folder")
            .count(),
        2
    );

    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(0)
        .silent();
    assert_eq!(files(&world), before);
    assert_eq!(
        b.metadata().and_then(|m| m.modified()).ok(),
        old.modified().ok()
    );

    // A copy that does not fit is taken away, and the original stays.
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" apply plan.jsonl --move-to \"$1\" --journal j --yes";
    world.file("pages/b.txt", story(1).repeat(4));
    plan(&world, &["pages/a.txt", "pages/b.txt"]);
    let before = files(&world);
    let output = std::process::Command::new("bash")
        .current_dir(world.path(""))
        .args(["-c", script, env!("CARGO_BIN_EXE_dedupe"), target])
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(
        said.contains("pages/b.txt: cannot be moved: File too large"),
        "{said}"
    );
    assert_eq!(files(&world).get("pages/b.txt"), before.get("pages/b.txt"));
    assert_eq!(
        fs::read_dir(moved.parent().expect("a folder"))
            .expect("a folder")
            .count(),
        1,
        "only the folder sub, which the moves before made"
    );
}

#[test]
fn undo_takes_no_place_and_nothing_that_changed() {
    let world = pages();
    plan(&world, &["pages"]);
    apply(&world, &["--move-to", "dups", "--yes"]).code(0);
    world.file("pages/b.txt", "new");
    world.file("dups/pages/sub/c.txt", "edited");
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(1)
        .prints("pages/b.txt: there is a file of this name now")
        .prints("is not to be had: changed since")
        .prints("0 files put back; 2 left as they are");
    assert_eq!(world.read("pages/b.txt"), "new");
    assert_eq!(world.read("dups/pages/b.txt"), story(1));
    fs::remove_file(world.path("pages/b.txt")).expect("our file");
    world
        .run(["undo", "plan.jsonl.journal", "--yes"])
        .code(1)
        .prints("1 file put back; 1 left");
}

#[test]
fn lines_are_written_as_they_are() {
    let feed = line("a", &story(1))
        + &line("b", &story(2))
        + "{ \"text\" : \"\\u0041\", \"id\":\"x\" }\r\n\n"
        + &line("a2", &story(1))
        + "{broken\n";
    let world = World::with([
        ("feed.jsonl", feed.clone().into_bytes()),
        (
            "more.jsonl.gz",
            gzip((line("m", &story(3)) + &line("m2", &story(1))).as_bytes()),
        ),
        ("page.txt", story(4).into_bytes()),
        ("copy.txt", story(1).into_bytes()),
    ]);
    let run = world.run(
        "--raw --keep first --format jsonl -o plan.jsonl feed.jsonl more.jsonl.gz page.txt copy.txt".split(' '),
    );
    run.code(2).says("feed.jsonl:6: broken JSON");
    let run = apply(&world, &["--write-unique", "out/unique.jsonl", "--yes"])
        .code(1)
        .silent()
        .prints("wrote 5 documents to out/unique.jsonl")
        .prints("3 duplicates left out")
        .prints(
            "1 line is no document of the plan (broken JSON, or the plan was cut), and not written",
        );
    drop(run);
    let page = serde_json::json!({ "id": "page.txt", "text": story(4) }).to_string() + "\n";
    let unique = line("a", &story(1))
        + &line("b", &story(2))
        + "{ \"text\" : \"\\u0041\", \"id\":\"x\" }\n"
        + &line("m", &story(3))
        + &page;
    assert_eq!(world.read("out/unique.jsonl"), unique);
    // Lines are not acted on one by one; the file among them is.
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left feed.jsonl: 1 line of it is a duplicate, and lines are not acted on one by one: --write-unique FILE")
        .prints("left more.jsonl.gz: 1 line of it is a duplicate")
        .prints("deleted copy.txt")
        .prints("1 file deleted, 901 B; 2 left as they are");
    assert_eq!(world.read("feed.jsonl"), feed);
}

#[test]
fn unique_files_replace_nothing_and_need_unchanged_input() {
    let world = World::with([("feed.jsonl", line("a", &story(1)) + &line("b", &story(1)))]);
    plan(&world, &["feed.jsonl"]);
    world.file("u.jsonl", "precious");
    apply(&world, &["--write-unique", "u.jsonl", "--yes"])
        .code(2)
        .says("u.jsonl: exists, and is left as it is: --force replaces it");
    assert_eq!(world.read("u.jsonl"), "precious");
    apply(&world, &["--write-unique", "u.jsonl", "--yes", "--force"])
        .code(0)
        .prints("wrote 1 document");
    assert_eq!(world.read("u.jsonl"), line("a", &story(1)));
    apply(&world, &["--write-unique", "u.jsonl", "--yes"])
        .code(0)
        .prints("u.jsonl holds it already");
    fs::create_dir(world.path("folder")).expect("a directory");
    apply(&world, &["--write-unique", "folder"])
        .code(2)
        .says("folder: is no file, and --write-unique writes one");

    later(&world, "feed.jsonl");
    for args in [
        &["--write-unique", "v.jsonl", "--yes"][..],
        &["--write-unique", "v.jsonl"],
    ] {
        apply(&world, args)
            .code(2)
            .says("feed.jsonl: changed since the scan, so that nothing was written: scan again");
    }
    let mut names = names(&world);
    names.retain(|name| name != "folder");
    assert_eq!(names, ["feed.jsonl", "u.jsonl"]);

    let stdin = Run::of(
        world
            .dedupe("--raw --format jsonl -o plan.jsonl --force -".split(' '))
            .write_stdin(line("a", &story(1)) + &line("b", &story(1))),
    );
    assert_eq!(stdin.code, 1);
    apply(&world, &["--write-unique", "v.jsonl"])
        .code(2)
        .says("-: was read from standard input, which is gone: save it to a file");
}

#[test]
fn a_long_feed_is_written_without_blank_lines() {
    // Longer than what is read at once.
    let feed: String = (0..900).map(|n| line(n, &story(n / 3))).collect();
    let world = World::with([("feed.jsonl", feed)]);
    plan(&world, &["feed.jsonl"]);
    apply(&world, &["--write-unique", "u.jsonl", "--yes"])
        .code(0)
        .prints("wrote 300 documents");
    let unique: String = (0..300).map(|n| line(n * 3, &story(n))).collect();
    assert!(world.read("u.jsonl") == unique);
}

#[test]
fn what_an_archive_or_a_collection_holds_counts_as_well() {
    let world = pages();
    world.file("store/old.txt", story(2));
    world.file("store/other.txt", story(7));
    plan(&world, &["pages", "--against", "store"]);
    apply(&world, &["--delete", "--yes"])
        .code(0)
        .prints("deleted pages/d.txt (")
        .prints("3 files deleted");
    assert_eq!(
        names(&world),
        [
            "pages/a.txt",
            "pages/e.txt",
            "store/old.txt",
            "store/other.txt"
        ]
    );

    let world = pages();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(story(1).len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "in/x.txt", story(1).as_bytes())
        .expect("memory");
    world.file("old.tar", tar.into_inner().expect("memory"));
    let before = files(&world);
    plan(&world, &["pages/a.txt", "old.tar"]);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left old.tar/in/x.txt: it lies in an archive, whose members are not acted on");
    apply(&world, &["--write-unique", "u.jsonl"])
        .code(2)
        .says("lies in an archive");
    plan(&world, &["old.tar", "pages/a.txt"]);
    apply(&world, &["--delete", "--yes"])
        .code(1)
        .prints("left pages/a.txt: the plan does not say what it was like: the kept document old.tar/in/x.txt");
    assert_eq!(files(&world), before);
}

#[test]
fn rows_become_lines() {
    let text = story(1).replace('\n', " ");
    let csv = format!(
        "nr,body\n1,{text}\n2,{text}\n3,{}\n",
        story(2).replace('\n', " ")
    );
    let world = World::with([("feed.csv", csv)]);
    plan(
        &world,
        &["feed.csv", "--text-field", "body", "--id-field", "nr"],
    );
    apply(&world, &["--write-unique", "u.jsonl", "--yes"])
        .code(2)
        .says("feed.csv: had 2 documents to keep, of which 0 could be read again, so that nothing was written");
    assert!(!world.path("u.jsonl").exists());
    let args = "--write-unique u.jsonl --yes --text-field body --id-field nr";
    apply(&world, &args.split(' ').collect::<Vec<_>>())
        .code(0)
        .silent()
        .prints("wrote 2 documents")
        .prints("1 duplicate left out");
    let rows: Vec<serde_json::Value> = world
        .read("u.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let numbers: Vec<String> = rows.iter().map(|row| row["nr"].to_string()).collect();
    assert_eq!(numbers, ["\"1\"", "\"3\""]);
    assert_eq!(rows[0]["body"].as_str().map(str::trim), Some(text.trim()));
}
