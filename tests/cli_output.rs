//! `--output FILE`: the whole answer or none, and nothing replaced that was not to be.
#![cfg(feature = "cli")]

mod support;

use std::fs;

use support::{World, line, story};

fn world() -> World {
    World::with([
        ("pages/a.txt", story(1)),
        ("pages/b.txt", story(1)),
        ("feed.jsonl", line("a", &story(1)) + &line("b", &story(2))),
    ])
}

/// The names in a directory.
fn names(world: &World, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(world.path(folder)).expect("a directory");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn every_answer_can_go_to_a_file() {
    let world = world();
    for (args, code) in [
        (&["--raw", "pages"][..], 1),
        (&["--raw", "--format", "json", "pages"], 1),
        (&["--raw", "--format", "jsonl", "pages"], 1),
        (&["--raw", "--format", "csv", "pages"], 1),
        (&["strip", "pages"], 0),
        (&["strip", "--labels", "feed.jsonl"], 0),
        (&["explain", "--raw", "pages/a.txt", "pages/b.txt"], 1),
        (
            &["explain", "--format", "json", "pages/a.txt", "pages/b.txt"],
            1,
        ),
    ] {
        let printed = world.run(args.iter().copied()).code(code);
        assert!(!printed.out.is_empty(), "{args:?}");
        let written = world
            .run(
                args.iter()
                    .copied()
                    .chain(["--output", "out/answer", "--force"]),
            )
            .code(code)
            .silent();
        assert_eq!(written.out, "", "{args:?}");
        assert_eq!(world.read("out/answer"), printed.out, "{args:?}");
        assert_eq!(names(&world, "out"), ["answer"], "no temporary file stays");
        let dash = world
            .run(args.iter().copied().chain(["-o", "-"]))
            .code(code);
        assert_eq!(dash.out, printed.out, "- is standard output");
    }
}

#[test]
fn files_for_people_have_no_colours() {
    let world = world();
    let mut command = world.dedupe(["--raw", "pages", "-o", "answer"]);
    command.env("CLICOLOR_FORCE", "1").assert().code(1);
    assert!(!world.read("answer").contains('\u{1b}'));
}

#[test]
fn a_file_that_exists_stays_without_force() {
    let world = world();
    world.file("old", "precious");
    for args in [
        &["--raw", "pages", "-o", "old"][..],
        &["strip", "pages", "-o", "old"],
        &["explain", "pages/a.txt", "pages/b.txt", "-o", "old"],
    ] {
        world
            .run(args.iter().copied())
            .code(2)
            .says("old: exists, and is left as it is: --force replaces it");
        assert_eq!(world.read("old"), "precious");
    }
    world
        .run(["--raw", "pages", "-o", "old", "--force"])
        .code(1);
    assert!(world.read("old").contains("1 duplicate"));
}

#[test]
fn force_alone_and_two_targets_are_refused() {
    let world = world();
    world
        .run(["pages", "--force"])
        .code(2)
        .says("--output <FILE>");
    world
        .run(["strip", "pages", "--out", "x", "--output", "y"])
        .code(2)
        .says("cannot be used with");
}

#[test]
fn what_is_no_file_is_refused() {
    let world = world();
    world
        .run(["pages", "-o", "pages", "--force"])
        .code(2)
        .says("pages: is a directory, and --output writes a file: name one, or leave --output off");
    world
        .run(["pages", "-o", "feed.jsonl/answer"])
        .code(2)
        .says("feed.jsonl/answer: cannot be written: ");
}

#[cfg(unix)]
#[test]
fn devices_are_refused_links_followed_and_permissions_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = world();
    world
        .run(["pages", "-o", "/dev/null", "--force"])
        .code(2)
        .says("/dev/null: is a device or a pipe, and --output writes a file");
    let private = world.file("private", "old");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).expect("a file of ours");
    std::os::unix::fs::symlink("private", world.path("link")).expect("a link");
    world
        .run(["--raw", "pages", "-o", "link"])
        .code(2)
        .says("link: exists");
    world
        .run(["--raw", "pages", "-o", "link", "--force"])
        .code(1);
    let link = world.path("link").symlink_metadata().expect("it is there");
    assert!(link.is_symlink(), "the link stays a link");
    assert!(world.read("private").contains("1 duplicate"));
    let mode = private
        .metadata()
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_run_that_fails_leaves_no_file() {
    let world = world();
    world
        .run(["pages", "--model", "feed.jsonl", "-o", "answer"])
        .code(2);
    world
        .run(["explain", "pages/a.txt", "nowhere.txt", "-o", "answer"])
        .code(2);
    assert!(!world.path("answer").exists());
    // What could be read is answered nevertheless.
    world
        .run(["--raw", "pages", "nowhere", "-o", "answer"])
        .code(2)
        .says("nowhere");
    assert!(world.read("answer").contains("2 documents"));
}

#[test]
fn the_answer_is_not_read_as_a_page() {
    let world = world();
    for _ in 0..2 {
        world
            .run(["strip", "pages", "-o", "pages/all.txt", "--force"])
            .code(0)
            .silent();
        assert!(
            world
                .read("pages/all.txt")
                .starts_with("==> pages/a.txt <==\n")
        );
    }
    for _ in 0..2 {
        world
            .run([
                "--raw",
                "pages",
                "--format",
                "jsonl",
                "-o",
                "pages/z.jsonl",
                "--force",
            ])
            .code(1);
        // The first run's file of stories is a page like any other, the own answer is not.
        assert_eq!(world.read("pages/z.jsonl").lines().count(), 3);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_file_size_leaves_the_old_file() {
    let world = world();
    world.file("answer", "precious");
    let script =
        "ulimit -f 1; trap '' XFSZ; exec \"$0\" --raw --format json pages -o answer --force";
    let big: String = (0..40).map(|n| line(n, &story(n % 20))).collect();
    world.file("pages/big.jsonl", big);
    let output = std::process::Command::new("bash")
        .current_dir(world.path(""))
        .args(["-c", script, env!("CARGO_BIN_EXE_dedupe")])
        .output()
        .expect("a shell");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("answer: cannot be written: File too large"),
        "{said}"
    );
    assert_eq!(world.read("answer"), "precious");
    assert_eq!(names(&world, ""), ["answer", "feed.jsonl", "pages"]);
}
