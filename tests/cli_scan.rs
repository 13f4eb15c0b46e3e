//! `dedupe PATH…`: every option, format and exit code.
#![cfg(feature = "cli")]

mod support;

use std::fs::File;
use std::time::{Duration, SystemTime};

use support::{Run, World, gzip, line, story, zstd};

/// Two copies, and one of its own.
fn pages() -> World {
    World::with([
        ("pages/a.txt", story(1)),
        ("pages/b.txt", story(2)),
        ("pages/sub/a-again.txt", story(1)),
    ])
}

/// The same as JSON Lines.
fn feed() -> World {
    let lines = [
        line("a", &story(1)),
        line(7, &story(2)),
        line("a-again", &story(1)),
    ];
    World::with([("feed.jsonl", lines.concat())])
}

#[test]
fn exit_codes() {
    let world = pages();
    world.run(["--raw", "pages"]).code(1).silent();
    world
        .run(["--raw", "pages/a.txt", "pages/b.txt"])
        .code(0)
        .silent();
    world
        .run(["--raw", "nowhere"])
        .code(2)
        .says("nowhere: No such file");
    // Duplicates and errors: 2, and the answers are complete.
    let both = world
        .run(["--raw", "--format", "jsonl", "pages", "nowhere"])
        .code(2);
    assert_eq!(both.groups(), [["pages/a.txt", "pages/sub/a-again.txt"]]);
    assert_eq!(both.json().len(), 3);
}

#[test]
fn text_names_the_kept_document_its_duplicates_and_why() {
    let run = pages().run(["--raw", "pages"]).code(1);
    let kept = run
        .out
        .lines()
        .find(|l| l.contains("keep"))
        .expect("a kept document");
    let duplicate = run
        .out
        .lines()
        .find(|l| l.contains("exact"))
        .expect("a duplicate");
    assert!(kept.contains("pages/") && kept.contains("words"), "{kept}");
    assert!(
        duplicate.contains("100 %") && duplicate.contains("the same words"),
        "{duplicate}"
    );
    run.prints("3 documents: 1 duplicate in 1 group, 2 to keep");
}

#[test]
fn text_says_when_there_are_none() {
    let run = pages().run(["--raw", "pages/a.txt"]).code(0);
    assert_eq!(run.out, "1 document: no duplicates\n");
}

#[test]
fn text_has_no_colour_outside_a_terminal_and_on_request() {
    let world = pages();
    assert!(!world.run(["--raw", "pages"]).out.contains('\u{1b}'));
    let forced = Run::of(world.dedupe(["--raw", "pages"]).env("CLICOLOR_FORCE", "1"));
    assert!(forced.out.contains('\u{1b}'));
    let without = Run::of(
        world
            .dedupe(["--raw", "pages"])
            .env("CLICOLOR_FORCE", "0")
            .env("NO_COLOR", "1"),
    );
    assert!(!without.out.contains('\u{1b}'));
}

#[test]
fn jsonl_answers_each_document_in_the_order_of_the_input() {
    let run = feed()
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(1);
    let answers = run.json();
    let ids: Vec<String> = answers.iter().map(|a| a["id"].to_string()).collect();
    assert_eq!(ids, ["\"a\"", "7", "\"a-again\""]);
    let (kept, alone, duplicate) = (&answers[0], &answers[1], &answers[2]);
    assert_eq!(kept["cluster"], duplicate["cluster"]);
    assert_ne!(kept["cluster"], alone["cluster"]);
    assert_eq!(
        (&kept["kept"], &kept["status"]),
        (&true.into(), &"kept".into())
    );
    assert_eq!(
        (&alone["kept"], &alone["status"]),
        (&true.into(), &"unique".into())
    );
    assert_eq!(
        (&duplicate["kept"], &duplicate["status"]),
        (&false.into(), &"duplicate".into())
    );
    assert_eq!(duplicate["kept_id"], "a");
    assert_eq!(duplicate["kept_line"], 1);
    assert_eq!(duplicate["relation"], "exact");
    for share in [
        "similarity",
        "resemblance",
        "containment",
        "containment_of_kept",
    ] {
        assert_eq!(duplicate[share], 1.0, "{share}");
        assert!(kept.get(share).is_none(), "{share}");
    }
    assert!(duplicate["longest_run"].as_u64() > Some(100));
    assert_eq!(
        (&alone["path"], &alone["line"]),
        (&"feed.jsonl".into(), &2.into())
    );
    assert_eq!(alone["bytes"], story(2).len());
}

#[test]
fn json_is_one_object() {
    let run = feed()
        .run(["--raw", "--format", "json", "feed.jsonl"])
        .code(1);
    let answer: serde_json::Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(answer["summary"]["documents"], 3);
    assert_eq!(answer["summary"]["duplicate"], 1);
    assert_eq!(answer["summary"]["groups"], 1);
    assert_eq!(answer["clusters"][0]["kept"]["id"], "a");
    assert_eq!(answer["clusters"][0]["duplicates"][0]["id"], "a-again");
    assert_eq!(answer["problems"], serde_json::json!([]));

    let run = feed()
        .run(["--raw", "--format", "json", "feed.jsonl", "nowhere"])
        .code(2);
    let answer: serde_json::Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(answer["problems"][0]["severity"], "error");
    assert_eq!(answer["problems"][0]["place"], "nowhere");
}

#[test]
fn csv_has_a_row_a_document() {
    let world = World::with([(
        "feed.jsonl",
        line("a,\"b\"", &story(1)) + &line("c", &story(1)),
    )]);
    let run = world
        .run(["--raw", "--format", "csv", "--keep", "first", "feed.jsonl"])
        .code(1);
    let mut rows = csv::Reader::from_reader(run.out.as_bytes());
    let names = rows.headers().expect("names").clone();
    assert_eq!(
        names.iter().take(4).collect::<Vec<_>>(),
        ["id", "cluster", "kept", "status"]
    );
    let rows: Vec<csv::StringRecord> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        rows[0].iter().take(4).collect::<Vec<_>>(),
        ["a,\"b\"", "1", "true", "kept"]
    );
    assert_eq!(
        rows[1].iter().take(4).collect::<Vec<_>>(),
        ["c", "1", "false", "duplicate"]
    );
    let kept_id = names
        .iter()
        .position(|name| name == "kept_id")
        .expect("a column");
    assert_eq!((&rows[0][kept_id], &rows[1][kept_id]), ("", "a,\"b\""));
}

#[test]
fn pages_without_words_are_their_own_clusters() {
    let world = World::with([(
        "feed.jsonl",
        line("a", "") + &line("b", "") + &line("c", " \n … \n"),
    )]);
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(0);
    assert!(run.groups().is_empty());
    assert!(
        run.json()
            .iter()
            .all(|a| a["kept"] == true && a["status"] == "empty")
    );
    world
        .run(["--raw", "feed.jsonl"])
        .code(0)
        .prints("3 documents: no duplicates; 3 without a story");
}

#[test]
fn pages_without_a_story_are_duplicates_when_they_are_identical() {
    let world = World::with([(
        "feed.jsonl",
        line("a", "404\nPage not found")
            + &line("b", "404 - page NOT found")
            + &line("c", "404\nPage not found, try the archive")
            + &line("d", ""),
    )]);
    let run = world.run(["--format", "jsonl", "feed.jsonl"]).code(1);
    assert_eq!(run.groups(), [["a", "b"]]);
    let mut statuses = run.json();
    statuses.sort_by_key(|a| a["id"].to_string());
    let status = |at: usize| statuses[at]["status"].as_str().unwrap_or_default();
    let pair = [status(0), status(1)];
    assert!(pair == ["kept", "duplicate"] || pair == ["duplicate", "kept"]);
    assert_eq!([status(2), status(3)], ["empty", "empty"]);
    let copy = &statuses[usize::from(status(1) == "duplicate")];
    assert_eq!(
        (&copy["relation"], &copy["similarity"]),
        (&"exact".into(), &1.0.into())
    );
    world
        .run(["feed.jsonl"])
        .code(1)
        .prints("(pages without a story)")
        .prints("the same page")
        .prints("4 documents: 1 duplicate in 1 group, 1 to keep; 2 without a story");
}

#[test]
fn threads_and_order_change_nothing() {
    let mut lines: Vec<String> = (0..200)
        .map(|n| line(format!("{n:03}"), &story(n % 60)))
        .collect();
    let world = World::with([("feed.jsonl", lines.concat())]);
    lines.reverse();
    world.file("reversed.jsonl", lines.concat());
    let args = ["--raw", "--format", "jsonl", "feed.jsonl", "--threads"];
    let one = world.run(args.into_iter().chain(["1"])).code(1);
    assert_eq!(one.groups().len(), 60);
    for threads in ["2", "3", "8"] {
        assert_eq!(
            world.run(args.into_iter().chain([threads])).code(1).out,
            one.out,
            "{threads}"
        );
    }
    let reversed = world
        .run(["--raw", "--format", "jsonl", "reversed.jsonl"])
        .code(1);
    assert_eq!(reversed.groups(), one.groups());
    let kept = |run: &Run| -> Vec<String> {
        let mut kept: Vec<_> = run
            .json()
            .iter()
            .filter(|a| a["kept"] == true)
            .map(|a| a["id"].to_string())
            .collect();
        kept.sort();
        kept
    };
    assert_eq!(kept(&reversed), kept(&one));
}

#[test]
fn many_files_come_in_the_order_of_their_names() {
    let world = World::new();
    for n in 0..1500 {
        world.file(format!("pages/{:02}/{n:04}.txt", n % 7), story(n));
    }
    let run = world
        .run(["--raw", "--format", "jsonl", "pages", "--threads", "2"])
        .code(0);
    let ids: Vec<String> = run
        .json()
        .iter()
        .map(|a| a["id"].as_str().expect("a path").to_owned())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort();
    assert_eq!(ids.len(), 1500);
    assert_eq!(ids, sorted);
    assert_eq!(
        world
            .run(["--raw", "--format", "jsonl", "pages", "--threads", "1"])
            .code(0)
            .out,
        run.out
    );
}

#[test]
fn all_names_and_compressions_are_read() {
    let world = World::with([
        ("in/a.txt", story(1).into_bytes()),
        ("in/b.TEXT", story(1).into_bytes()),
        ("in/c.md", story(1).into_bytes()),
        ("in/d.txt.gz", gzip(story(1).as_bytes())),
        ("in/e.md.zst", zstd(story(1).as_bytes())),
        ("in/f.jsonl", line("f", &story(1)).into_bytes()),
        ("in/g.ndjson", line("g", &story(1)).into_bytes()),
        ("in/h.jsonl.gz", gzip(line("h", &story(1)).as_bytes())),
        ("in/i.ndjson.zst", zstd(line("i", &story(1)).as_bytes())),
        ("in/j.docx", story(1).into_bytes()),
        ("in/k", story(1).into_bytes()),
    ]);
    let run = world
        .run(["--raw", "--format", "jsonl", "in"])
        .code(1)
        .says("2 files in directories left out")
        .says("1 .docx, 1 without ending");
    let group = [
        "f",
        "g",
        "h",
        "i",
        "in/a.txt",
        "in/b.TEXT",
        "in/c.md",
        "in/d.txt.gz",
        "in/e.md.zst",
    ];
    assert_eq!(run.groups(), [group]);
    // By its name any file is read.
    let named = world
        .run(["--raw", "--format", "jsonl", "in/j.docx", "in/k"])
        .code(1)
        .silent();
    assert_eq!(named.groups(), [["in/j.docx", "in/k"]]);
}

#[test]
fn gzip_of_several_members_is_read_whole() {
    let [one, two] = [line("one", &story(1)), line("two", &story(2))].map(|l| gzip(l.as_bytes()));
    let world = World::with([("feed.jsonl.gz", [one, two].concat())]);
    assert_eq!(
        world
            .run(["--raw", "--format", "jsonl", "feed.jsonl.gz"])
            .code(0)
            .json()
            .len(),
        2
    );
}

#[test]
fn standard_input_is_told_by_its_first_bytes() {
    let world = World::new();
    let lines = line("a", &story(1)) + &line("b", &story(1));
    for bytes in [
        lines.clone().into_bytes(),
        gzip(lines.as_bytes()),
        zstd(lines.as_bytes()),
        format!("\u{feff}\n  {lines}").into_bytes(),
    ] {
        let run = Run::of(
            world
                .dedupe(["--raw", "--format", "jsonl", "-"])
                .write_stdin(bytes),
        )
        .code(1);
        assert_eq!(run.groups(), [["a", "b"]]);
    }
    let run = Run::of(
        world
            .dedupe(["--raw", "--format", "jsonl", "-"])
            .write_stdin(story(1)),
    )
    .code(0);
    assert_eq!(run.json()[0]["id"], "-");
    assert_eq!(run.json()[0]["bytes"], story(1).len());
}

#[test]
fn input_format_decides_against_the_name() {
    let world = World::with([("feed.txt", line("a", &story(1))), ("page.jsonl", story(2))]);
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--input-format",
            "jsonl",
            "feed.txt",
        ])
        .code(0);
    assert_eq!(run.json()[0]["id"], "a");
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--input-format",
            "text",
            "page.jsonl",
        ])
        .code(0);
    assert_eq!(run.json()[0]["id"], "page.jsonl");
    let text = Run::of(
        world
            .dedupe(["--raw", "--format", "jsonl", "--input-format", "text", "-"])
            .write_stdin("{braces} begin this text"),
    );
    assert_eq!(text.code(0).json()[0]["words"], 4);
}

#[test]
fn fields_can_be_named() {
    let row = |key: &str, date: &str| {
        serde_json::json!({ "key": key, "content": story(1), "published": date, "id": 1, "text": 2 }).to_string() + "\n"
    };
    let world = World::with([(
        "feed.jsonl",
        row("late", "2024-05-02") + &row("early", "2024-05-01"),
    )]);
    let fields = [
        "--id-field",
        "key",
        "--text-field",
        "content",
        "--date-field",
        "published",
    ];
    for (keep, kept) in [("oldest", "early"), ("newest", "late"), ("first", "late")] {
        let args = ["--raw", "--format", "jsonl", "feed.jsonl", "--keep", keep];
        let run = world.run(args.into_iter().chain(fields)).code(1).silent();
        assert_eq!(run.answer(kept)["kept"], true, "{keep}");
    }
}

#[test]
fn keep_goes_by_the_date_of_files() {
    let world = World::with([
        ("a.txt", story(1)),
        ("b.txt", story(1)),
        ("c.txt", story(1)),
    ]);
    for (name, seconds) in [("a.txt", 2000), ("b.txt", 1000), ("c.txt", 3000)] {
        let file = File::options()
            .write(true)
            .open(world.path(name))
            .expect("a file");
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
            .expect("a date");
    }
    for (keep, kept) in [("oldest", "b.txt"), ("newest", "c.txt"), ("first", "a.txt")] {
        let run = world
            .run(["--raw", "--format", "jsonl", "--keep", keep, "."])
            .code(1);
        assert_eq!(run.answer(&format!("./{kept}"))["kept"], true, "{keep}");
    }
}

#[test]
fn keep_goes_by_length() {
    let long = story(1);
    let short = long.rsplit_once("\n\n").expect("paragraphs").0;
    let world = World::with([(
        "feed.jsonl",
        line("long", &long) + &line("short", short) + &line("long2", &long),
    )]);
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--keep",
            "longest",
            "feed.jsonl",
        ])
        .code(1);
    assert!(run.groups()[0].contains(&"long".into()));
    assert_eq!(
        run.json()
            .iter()
            .filter(|a| a["words"].as_u64() > Some(110) && a["kept"] == true)
            .count(),
        1
    );
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--keep",
            "shortest",
            "feed.jsonl",
        ])
        .code(1);
    assert_eq!(run.answer("short")["kept"], true);
}

#[test]
fn unknown_dates_are_told_and_come_last() {
    let row = |id: &str, date: serde_json::Value| {
        serde_json::json!({ "id": id, "text": story(1), "date": date }).to_string() + "\n"
    };
    let lines = row("a", "some day".into())
        + &row("b", 1_700_000_000.into())
        + &row("c", serde_json::Value::Null);
    let world = World::with([("feed.jsonl", lines)]);
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--keep",
            "oldest",
            "feed.jsonl",
        ])
        .code(1)
        .says("feed.jsonl:1: field `date` is no date that is understood, got \"some day\"");
    assert_eq!(run.answer("b")["kept"], true);
    // Where dates do not matter nobody looks at them.
    world.run(["--raw", "feed.jsonl"]).code(1).silent();
}

#[test]
fn rules_are_checked() {
    let world = pages();
    for threshold in ["0", "1.5", "-1", "NaN"] {
        let run = world.run(["--threshold", threshold, "pages"]).code(2);
        assert!(
            run.err.contains("--threshold: similarity threshold must"),
            "{run:?}"
        );
        assert!(run.err.contains(&format!("got {threshold}")), "{run:?}");
    }
    for preset in ["strict", "wire", "loose"] {
        world
            .run(["--raw", "--preset", preset, "--threshold", "0.9", "pages"])
            .code(1)
            .silent();
    }
    for (args, says) in [
        (["--preset", "soft"], "possible values: strict, wire, loose"),
        (
            ["--keep", "best"],
            "possible values: longest, shortest, first, oldest, newest",
        ),
        (
            ["--format", "xml"],
            "possible values: text, json, jsonl, csv",
        ),
        (["--threshold", "half"], "invalid"),
        (["--threads", "0"], "0 is not in 1..=1024"),
        (["--max-size", "big"], "a size is a whole number above 0"),
    ] {
        world
            .run(args.into_iter().chain(["pages"]))
            .code(2)
            .says(says);
    }
}

#[test]
fn quiet_tells_errors_only() {
    let world = World::with([("in/a.txt", story(1)), ("in/b.docx", story(1))]);
    world
        .run(["--raw", "in"])
        .code(0)
        .says("note: 1 file in directories left out");
    world.run(["--raw", "--quiet", "in"]).code(0).silent();
    world
        .run(["--raw", "-q", "in", "nowhere"])
        .code(2)
        .says("error: nowhere");
}

#[test]
fn a_file_given_twice_is_read_once() {
    let world = pages();
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "pages",
            "pages/a.txt",
            "pages/b.txt",
        ])
        .code(1)
        .says("pages/a.txt: reached a second time, read once");
    assert_eq!(run.json().len(), 3);
}

#[test]
fn noise_is_stripped_unless_raw() {
    let world = World::with([("page.txt", story(1))]);
    let raw = world
        .run(["--raw", "--format", "jsonl", "page.txt"])
        .code(0);
    assert!(raw.json()[0].get("page").is_none());
    let stripped = world.run(["--format", "jsonl", "page.txt"]).code(0);
    assert!(
        ["story", "listing", "empty"]
            .contains(&stripped.json()[0]["page"].as_str().expect("a kind"))
    );
}

#[test]
fn nothing_on_disk_changes() {
    let world = pages();
    let list = |world: &World| -> Vec<String> {
        let entries = std::fs::read_dir(world.path("pages")).expect("a directory");
        let mut names: Vec<_> = entries
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    };
    let before = list(&world);
    world.run(["--raw", "pages"]).code(1);
    assert_eq!(list(&world), before);
    assert_eq!(world.read("pages/a.txt"), story(1));
}

#[test]
fn a_directory_named_like_a_subcommand() {
    let world = World::with([("strip/a.txt", story(1)), ("strip/b.txt", story(1))]);
    world
        .run(["--raw", "./strip"])
        .code(1)
        .prints("strip/a.txt");
}

#[test]
fn a_model_of_ones_own() {
    let world = pages();
    world.file("broken.model", "not a model");
    world
        .run(["--model", "broken.model", "pages"])
        .code(2)
        .says("error: --model broken.model: ");
    world
        .run(["--model", "none.model", "pages"])
        .code(2)
        .says("error: --model none.model: cannot be read: No such file");
}
