//! `dedupe.toml`, `--print-config`, `--no-config`.
#![cfg(feature = "cli")]

mod support;

use support::{Run, World, line, story};

/// Two stories of which one is in the other, and a configuration.
fn world(config: &str) -> World {
    let world = World::new();
    world.file("dedupe.toml", config);
    let longer = format!("{}\n{}\n{}", story(1), story(2), story(3));
    world.file("feed.jsonl", line("a", &story(1)) + &line("b", &longer));
    world
}

fn refused(config: &str, says: &str) {
    let world = world(config);
    let run = world.run(["feed.jsonl"]).code(2);
    let place = world.path("dedupe.toml").canonicalize().expect("a file");
    assert_eq!(run.out, "");
    let says = says.replace("FILE", &place.display().to_string());
    run.says(&says);
}

#[test]
fn settings_are_found_upwards_and_the_command_line_wins() {
    let world = world("preset = \"strict\"\nraw = true\n[scan]\nformat = \"jsonl\"\n");
    let run = world.run(["feed.jsonl"]).code(0).silent();
    assert_eq!(run.json().len(), 2);
    // From below as well; the command line, and none of it.
    std::fs::create_dir_all(world.path("x/y")).expect("a directory");
    let run = |args: &[&str]| {
        let mut command = world.dedupe(args.iter().copied());
        Run::of(command.current_dir(world.path("x/y")))
    };
    run(&["../../feed.jsonl"]).code(0).prints("{\"version\":1,");
    run(&["../../feed.jsonl", "--preset", "wire"])
        .code(1)
        .prints("{\"version\":1,");
    run(&["../../feed.jsonl", "--preset=wire", "--format", "text"])
        .code(1)
        .prints("1 duplicate in 1 group");
    run(&["../../feed.jsonl", "--no-config", "--raw"])
        .code(1)
        .prints("1 duplicate in 1 group");
    run(&["--", "../../feed.jsonl"])
        .code(0)
        .prints("{\"version\":1,");
    // The nearest file counts alone.
    world.file("x/dedupe.toml", "raw = true");
    run(&["../../feed.jsonl"])
        .code(1)
        .prints("1 duplicate in 1 group");
}

#[test]
fn sections_are_for_their_command() {
    let world = world(
        "raw = false\n[scan]\nraw = true\n[explain]\nformat = \"json\"\n[strip]\nkeep-labels = [\"title\", \"body\"]\n[filter]\nall = true\nraw = true\n",
    );
    world
        .run(["explain", "feed.jsonl#a", "feed.jsonl#b"])
        .prints("{");
    world.run(["feed.jsonl"]).prints("1 duplicate in 1 group");
    world
        .run(["strip", "--print-config"])
        .code(0)
        .prints("keep-labels = [\"title\", \"body\"]");
    let feed = world.read("feed.jsonl").repeat(2);
    let run = Run::of(world.dedupe(["filter", "-q"]).write_stdin(feed)).code(0);
    assert_eq!(run.out.lines().count(), 4);
    // A flag is taken back by its opposite, a setting by what it does not go with.
    let feed = world.read("feed.jsonl").repeat(2);
    let run = Run::of(world.dedupe(["filter", "-q", "--no-all"]).write_stdin(feed)).code(0);
    assert!(run.out.lines().count() < 4);
    world
        .run(["strip", "--labels", "feed.jsonl"])
        .code(0)
        .prints("\"blocks\"");
}

#[test]
fn every_mistake_names_file_line_rule_and_value() {
    for (config, says) in [
        ("x = [", "FILE:1: not TOML: "),
        (
            "raw = true\n\ntreshold = 0.5",
            "FILE:3: no option `treshold`: --print-config lists the settings",
        ),
        (
            "[strip]\nthreshold = 0.5",
            "FILE:2: no option `threshold`: --print-config lists the settings",
        ),
        (
            "[stirp]\n",
            "FILE:1: no section [stirp]: there are [scan] [strip] [explain] ",
        ),
        ("[apply]\ndelete = true", "FILE:1: no section [apply]"),
        ("raw = 1", "FILE:1: `raw` must be true or false, got 1"),
        (
            "threshold = true",
            "FILE:1: `threshold` must be a text or a number, got true",
        ),
        (
            "threshold = [0.5]",
            "FILE:1: `threshold` must be a text or a number, got [0.5]",
        ),
        (
            "preset = \"lose\"",
            "FILE:1: `preset`: invalid value 'lose' [possible values: strict, wire, loose]",
        ),
        (
            "max-size = \"many\"",
            "FILE:1: `max-size`: invalid value 'many': a size is a whole number above 0",
        ),
        (
            "threads = 0",
            "FILE:1: `threads`: invalid value '0': 0 is not in 1..=1024",
        ),
        (
            "format = \"json\"",
            "FILE:1: `format` means something else for each command: put it under [scan], [strip] or [explain]",
        ),
        (
            "[scan]\noutput = \"x\"",
            "FILE:2: `output` is said on the command line each time, and is no setting",
        ),
        (
            "[strip]\nkeep-labels = [1.5, true]",
            "FILE:2: `keep-labels` must be a list of texts, got [1.5, true]",
        ),
        (
            "[strip]\nkeep-labels = \"titel\"",
            "FILE:2: `keep-labels`: invalid value 'titel'",
        ),
        (
            "[filter]\nmemory = false",
            "FILE:2: `memory` must be a text or a number, got false",
        ),
        (
            "\nthreshold = 1.5",
            "FILE:2: --threshold: similarity threshold must lie between 0 and 1, got 1.5",
        ),
        ("model = \"none.bin\"", "FILE:1: --model "),
    ] {
        refused(config, says);
    }
    // Without it, nothing is wrong.
    world("x = [")
        .run(["--raw", "feed.jsonl", "--no-config"])
        .code(1);
    let world = World::with([("feed.jsonl", line("a", &story(1)))]);
    std::fs::create_dir(world.path("dedupe.toml")).expect("a directory");
    world
        .run(["feed.jsonl"])
        .code(2)
        .says("dedupe.toml: cannot be read: ")
        .says("--no-config goes without it");
}

#[test]
fn settings_are_printed_with_their_source_as_a_file_that_says_the_same() {
    let world =
        world("threshold = 0.25\nraw = true\nmodel = \"sub/own.bin\"\n[scan]\nkeep = \"oldest\"\n");
    let place = world
        .path("dedupe.toml")
        .canonicalize()
        .expect("a file")
        .display()
        .to_string();
    let run = world
        .run(["--print-config", "--threads", "3", "--no-raw"])
        .code(0)
        .silent();
    assert!(
        run.out.starts_with(&format!("# {place}\n[scan]\n")),
        "{run:#?}"
    );
    for line in [
        &format!("threshold = 0.25  # {place}:1\n"),
        "raw = false  # command line\n",
        &format!("keep = \"oldest\"  # {place}:5\n"),
        "threads = 3  # command line\n",
        "preset = \"wire\"  # default\n",
        "max-size = \"1G\"  # default\n",
        "quiet = false  # default\n",
    ] {
        assert!(run.out.contains(line), "{line} in {}", run.out);
    }
    let model = std::path::Path::new(&place)
        .with_file_name("sub")
        .join("own.bin");
    assert!(
        run.out
            .contains(&format!("model = {:?}", model.display().to_string())),
        "{}",
        run.out
    );
    assert!(
        !run.out.contains("output") && !run.out.contains("no-"),
        "{}",
        run.out
    );

    world.file("dedupe.toml", &run.out);
    let again = world.run(["--print-config"]).code(0).silent();
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split("  # ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(values(&again.out), values(&run.out));

    let without = world.run(["--print-config", "--no-config"]).code(0);
    assert!(
        without
            .out
            .starts_with("# no dedupe.toml here or above\n[scan]\n"),
        "{}",
        without.out
    );
    without.prints("# threshold =  # default: not set\n");
    for command in ["strip", "explain", "filter", "report"] {
        world
            .run([command, "--print-config", "--no-config"])
            .code(0)
            .prints(&format!("[{command}]\n"));
    }
}

#[test]
fn commands_that_change_files_have_no_settings() {
    let world = world("x = [");
    world.file("plan.jsonl", "");
    world.run(["apply", "plan.jsonl", "--delete"]).code(0);
    world.run(["man"]).code(0);
    world.run(["apply", "--print-config"]).code(2);
}

#[test]
fn verbose_tells_what_is_done() {
    let world = world("raw = true");
    let run = world.run(["-v", "feed.jsonl"]).code(1);
    for said in [
        "configuration: /",
        "dedupe.toml\n",
        "threads\n",
        "read 2 documents, ",
        "comparing 2 documents",
        "1 groups",
        " s  done\n",
    ] {
        assert!(run.err.contains(said), "{said} in {}", run.err);
    }
    assert_eq!(run.out, world.run(["feed.jsonl"]).silent().out);
    world
        .run(["strip", "--verbose", "feed.jsonl"])
        .code(0)
        .says("read 2 documents");
    let plan = world
        .run(["--format", "jsonl", "feed.jsonl", "-o", "plan.jsonl"])
        .code(1);
    drop(plan);
    world
        .run(["apply", "plan.jsonl", "--delete", "-v"])
        .code(1)
        .says("configuration: none")
        .says("the plan has 2 documents");
    world
        .run(["undo", "-v", "nowhere"])
        .code(2)
        .says(" s  dedupe ");
}
