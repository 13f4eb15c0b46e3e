//! `dedupe PATH… --against DIR`: which documents are in a collection already; and keeping by a field.
#![cfg(feature = "cli")]

mod support;

use serde_json::json;
use support::{World, line, story};

/// Two of three of today's pages are in the archive, one of them edited; the archive has copies of its own.
fn world() -> World {
    World::with([
        ("today/1.txt", story(1)),
        ("today/2.txt", story(2)),
        ("today/3.txt", format!("PORT SELDOM (HG) {}", story(3))),
        ("archive/2024/a.txt", story(1)),
        ("archive/2024/b.txt", story(3)),
        ("archive/2025/b-again.txt", story(3)),
        ("archive/2025/c.txt", story(4)),
    ])
}

#[test]
fn known_documents_are_told_with_their_match() {
    let run = world()
        .run([
            "--raw",
            "--format",
            "jsonl",
            "today",
            "--against",
            "archive",
        ])
        .code(1)
        .silent();
    // Only what was asked about is answered.
    assert_eq!(run.json().len(), 3);
    for (id, status, kept) in [
        ("today/1.txt", "known", false),
        ("today/2.txt", "unique", true),
        ("today/3.txt", "known", false),
    ] {
        let answer = run.answer(id);
        assert_eq!(answer["status"], status, "{id}");
        assert_eq!(answer["kept"], kept, "{id}");
    }
    assert_eq!(run.answer("today/1.txt")["kept_path"], "archive/2024/a.txt");
    assert_eq!(run.answer("today/1.txt")["relation"], "exact");
    let path = run.answer("today/3.txt")["kept_path"].clone();
    assert!(
        path.as_str().is_some_and(|p| p.starts_with("archive/")),
        "{path}"
    );
}

#[test]
fn text_json_and_csv_tell_them_too() {
    let world = world();
    let run = world
        .run(["--raw", "today", "--against", "archive"])
        .code(1);
    assert!(
        run.out
            .lines()
            .any(|l| l.contains("known") && l.contains("archive/2024/a.txt")),
        "{}",
        run.out
    );
    run.prints("3 documents: 2 known already, no duplicates among the others, 1 to keep");
    let run = world
        .run(["--raw", "--format", "json", "today", "--against", "archive"])
        .code(1);
    let all: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(all["summary"]["documents"], 3);
    assert_eq!(all["summary"]["known"], 2);
    assert_eq!(all["summary"]["groups"], 0);
    assert_eq!(all["clusters"][0]["duplicates"][0]["status"], "known");
    world
        .run(["--raw", "--format", "csv", "today", "--against", "archive"])
        .code(1)
        .prints(",known,today/1.txt,");
}

#[test]
fn what_is_in_no_archive_is_compared_as_always() {
    let world = world();
    world.file("today/2-again.txt", story(2));
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "today",
            "--against",
            "archive",
        ])
        .code(1);
    assert_eq!(run.groups(), [["today/2-again.txt", "today/2.txt"]]);
    // The archive's own copies are no duplicates, and nothing new is no reason for exit code 1.
    world
        .run(["--raw", "today/2.txt", "--against", "archive"])
        .code(0)
        .prints("1 document: no duplicates");
}

#[test]
fn several_archives_and_a_day_that_lies_in_one() {
    let world = world();
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "archive/2025",
            "--against",
            "archive",
            "--against",
            "today",
        ])
        .code(1)
        .says("reached a second time, read once");
    assert_eq!(run.json().len(), 2);
    assert_eq!(run.answer("archive/2025/b-again.txt")["status"], "known");
    assert_eq!(run.answer("archive/2025/c.txt")["status"], "unique");
    world
        .run(["--raw", "today", "--against", "nowhere"])
        .code(2)
        .says("nowhere: No such file");
}

#[test]
fn ids_may_be_in_both() {
    let world = World::with([
        ("a.jsonl", line("same", &story(1)) + &line(2, &story(2))),
        ("b.jsonl", line("same", &story(1)) + &line(2, &story(3))),
    ]);
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "a.jsonl",
            "--against",
            "b.jsonl",
        ])
        .code(1)
        .silent();
    assert_eq!(run.answer("same")["status"], "known");
    assert_eq!(run.json().len(), 2);
}

/// Copies of one story with a field of different kinds.
fn ranked() -> World {
    let text = story(5);
    let lines: Vec<String> = [
        ("five", json!(5)),
        ("ten", json!("10")),
        ("none", json!(null)),
        ("two", json!(2.5)),
    ]
    .into_iter()
    .map(|(id, rank)| json!({"id": id, "text": text, "rank": rank}).to_string() + "\n")
    .collect();
    World::with([("feed.jsonl", lines.concat())])
}

#[test]
fn keep_goes_by_a_field() {
    let world = ranked();
    for (args, kept) in [
        (&["--keep-by", "rank"][..], "ten"),
        (&["--keep-by", "rank", "--keep", "highest"], "ten"),
        (&["--keep-by", "rank", "--keep", "lowest"], "two"),
    ] {
        let run = world
            .run(
                ["--raw", "--format", "jsonl", "feed.jsonl"]
                    .iter()
                    .chain(args)
                    .copied(),
            )
            .code(1)
            .silent();
        assert_eq!(run.answer(kept)["kept"], true, "{args:?}");
    }
}

#[test]
fn what_cannot_be_kept_by_is_said() {
    let world = ranked();
    world.file(
        "bad.jsonl",
        json!({"id": 1, "text": story(1), "rank": "high"}).to_string()
            + "\n"
            + &json!({"id": 2, "text": story(1), "rank": 1}).to_string(),
    );
    world
        .run(["--raw", "--keep-by", "rank", "bad.jsonl"])
        .code(1)
        .says("bad.jsonl:1: field `rank` must be a number, a date, true or false, got \"high\"");
    world
        .run(["--raw", "--keep-by", "score", "feed.jsonl"])
        .code(2)
        .says("no document has a number in a field `score`");
    world
        .run([
            "--raw",
            "--keep-by",
            "rank",
            "--keep",
            "oldest",
            "feed.jsonl",
        ])
        .code(2)
        .says("goes with --keep highest or --keep lowest only");
    world
        .run(["--raw", "--keep", "highest", "feed.jsonl"])
        .code(2)
        .says("--keep-by");
    world
        .run(["--raw", "--keep", "cleanest", "feed.jsonl"])
        .code(2)
        .says("with --raw nothing is stripped");
}

#[test]
fn the_cleanest_page_is_kept() {
    let text = "The ferry Lady Imogen ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard said.\n\n\
        Nobody was hurt, and all passengers were brought ashore by fishing boats before dawn, a spokeswoman said on Wednesday.\n\n\
        \"We heard a long scrape and then the engines stopped,\" said Ida Holm, a teacher who was on her way home to the island.\n\n\
        The harbour office closed the channel to all ships until divers have looked at the hull, which may take two days.\n";
    let menu = "Home\nNews\nSport\nWeather\nContact\n\n";
    let footer = "\n\nSubscribe to our newsletter\n© 2026 Harbour Gazette. All rights reserved.\n";
    let world = World::with([
        ("noisy.txt", format!("{menu}{text}{footer}")),
        ("clean.txt", text.to_string()),
        ("noisier.txt", format!("{menu}{menu}{text}{footer}{footer}")),
    ]);
    let run = world
        .run(["--format", "jsonl", "--keep", "cleanest", "."])
        .code(1);
    assert_eq!(run.answer("./clean.txt")["kept"], true, "{run:#?}");
}
