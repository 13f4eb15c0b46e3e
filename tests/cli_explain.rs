//! `dedupe explain A B`.
#![cfg(feature = "cli")]

mod support;

use support::{Run, World, gzip, line, story};

fn world() -> World {
    World::with([
        ("a.txt", story(1).into_bytes()),
        ("copy.txt.gz", gzip(story(1).as_bytes())),
        ("b.txt", story(2).into_bytes()),
        (
            "feed.jsonl",
            [
                line("x", &story(1)),
                line(17, &story(2)),
                line("a#b", &story(1)),
            ]
            .concat()
            .into_bytes(),
        ),
        ("one.jsonl", line("only", &story(1)).into_bytes()),
    ])
}

#[test]
fn duplicates_and_others() {
    let world = world();
    let run = world
        .run(["explain", "--raw", "a.txt", "copy.txt.gz"])
        .code(1)
        .silent();
    let run = run
        .prints("A  a.txt, ")
        .prints("B  copy.txt.gz, ")
        .prints("\nduplicates: ");
    for name in [
        "similarity",
        "resemblance",
        "A in B",
        "B in A",
        "longest run",
        "relation",
    ] {
        assert!(
            run.out
                .lines()
                .any(|line| line.trim_start().starts_with(name)),
            "{name} in {run:?}"
        );
    }
    world
        .run(["explain", "--raw", "a.txt", "b.txt"])
        .code(0)
        .silent()
        .prints("\nnot duplicates: ");
}

#[test]
fn lines_are_named_by_their_id() {
    let world = world();
    world
        .run(["explain", "--raw", "feed.jsonl#x", "feed.jsonl#a#b"])
        .code(1)
        .silent()
        .prints("A  feed.jsonl#x, ");
    world
        .run(["explain", "--raw", "feed.jsonl#17", "a.txt"])
        .code(0)
        .silent()
        .prints("A  feed.jsonl#17, ");
    world
        .run(["explain", "--raw", "one.jsonl", "a.txt"])
        .code(1)
        .silent();
    world
        .run(["explain", "feed.jsonl#y", "a.txt"])
        .code(2)
        .says("feed.jsonl: no document has the id `y`: --id-field says which field holds it");
    world
        .run(["explain", "feed.jsonl", "a.txt"])
        .code(2)
        .says("feed.jsonl: holds 3 documents: name one as feed.jsonl#ID");
}

#[test]
fn a_file_with_a_hash_in_its_name() {
    let world = world();
    world.file("odd#name.txt", story(1));
    world
        .run(["explain", "--raw", "odd#name.txt", "a.txt"])
        .code(1)
        .silent();
}

#[test]
fn json() {
    let run = world()
        .run([
            "explain",
            "--raw",
            "--format",
            "json",
            "a.txt",
            "feed.jsonl#x",
        ])
        .code(1);
    let answer = &run.json()[0];
    assert_eq!(answer["duplicates"], true);
    assert_eq!(answer["a"]["name"], "a.txt");
    assert_eq!(answer["b"]["name"], "feed.jsonl#x");
    assert_eq!(answer["similarity"], 1.0);
    assert!(answer["reason"].is_string() && answer["runs"].is_array());
}

#[test]
fn rules_and_fields_can_be_given() {
    let world = world();
    world.file(
        "other.jsonl",
        serde_json::json!({ "key": "k", "content": story(1) }).to_string(),
    );
    let args = [
        "explain",
        "--raw",
        "--preset",
        "strict",
        "--threshold",
        "0.9",
        "--id-field",
        "key",
    ];
    let args = args
        .into_iter()
        .chain(["--text-field", "content", "other.jsonl#k", "a.txt"]);
    world.run(args).code(1).silent();
    world
        .run(["explain", "--threshold", "2", "a.txt", "b.txt"])
        .code(2)
        .says("--threshold: similarity threshold");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let world = world();
    world.file("empty.txt", "");
    world.file("broken.jsonl", "{\"id\":\"x\"}\n{\"id\n");
    world
        .run(["explain", "nowhere.txt", "a.txt"])
        .code(2)
        .says("nowhere.txt: No such file");
    world
        .run(["explain", ".", "a.txt"])
        .code(2)
        .says(".: a directory, but explain compares two documents");
    world
        .run(["explain", "broken.jsonl#x", "a.txt"])
        .code(2)
        .says("no field `text`");
    world
        .run(["explain", "--raw", "empty.txt", "a.txt"])
        .code(0)
        .prints("not duplicates");
    world.run(["explain", "a.txt"]).code(2).says("<B>");
}

#[test]
fn pages_without_a_story_as_a_scan_has_them() {
    let wall = |page: u32| {
        format!(
            "Log in\nSubscribe\nYou have read your free pages. To read page {page}, please log in.\n"
        )
    };
    let world = World::with([
        ("in/a.txt", wall(17)),
        ("in/b.txt", wall(17).to_uppercase()),
        ("in/c.txt", wall(18)),
        ("in/d.txt", story(1)),
    ]);
    let scan = world.run(["--format", "jsonl", "in"]).json();
    let cluster = |name: &str| {
        let line = scan.iter().find(|line| line["path"] == name);
        line.unwrap_or_else(|| panic!("{name} in {scan:?}"))["cluster"].clone()
    };
    for (a, b, duplicates) in [
        ("in/a.txt", "in/b.txt", true),
        ("in/b.txt", "in/a.txt", true),
        ("in/a.txt", "in/c.txt", false),
        ("in/a.txt", "in/d.txt", false),
    ] {
        assert_eq!(cluster(a) == cluster(b), duplicates, "{a} {b}");
        for corpus in [&[][..], &["--corpus", "in"]] {
            let pair = ["explain", a, b, "--format", "json"];
            let run = world.run(pair.iter().chain(corpus).copied());
            let answer = &run.code(i32::from(duplicates)).json()[0];
            assert_eq!(answer["duplicates"], duplicates, "{answer}");
            assert_eq!(answer["a"]["words"], 0);
            assert_eq!(answer["relation"] == "exact", duplicates, "{answer}");
        }
    }
    world
        .run(["explain", "in/a.txt", "in/b.txt"])
        .code(1)
        .prints("0 words of story in a page of ")
        .prints("duplicates: there is no story, and the words are the very same")
        .prints("[Log in");
    world
        .run(["explain", "in/a.txt", "in/c.txt"])
        .code(0)
        .prints("not duplicates: there is no story, and pages without one must have");
}

#[test]
fn standard_input_can_be_one_of_them() {
    let run = Run::of(
        world()
            .dedupe(["explain", "--raw", "-", "a.txt"])
            .write_stdin(story(1)),
    );
    run.code(1).silent();
}

#[test]
fn what_differs_is_shown() {
    let log = |name: &str, time: &str, street: &str| {
        format!(
            "Police were called to a house in the old town after a neighbour had heard glass break. {name} was taken to the \
             harbour station at {time} and later sent home. Whoever saw something on {street} Street that night may call \
             the desk of the harbour police, which is open day and night."
        )
    };
    let world = World::with([
        ("a.txt", log("Ines Falk", "11.40", "Quay")),
        ("b.txt", log("Bruno Tamm", "2.15", "Mill")),
    ]);
    let run = world.run(["explain", "--raw", "a.txt", "b.txt"]);
    run.prints("3 places with another number or name")
        .prints("[Ines Falk]")
        .prints("[Bruno Tamm]")
        .prints("differ in the same places");
    let run = world.run(["explain", "--raw", "--format", "json", "a.txt", "b.txt"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(found["differences"][0]["a"], "Ines Falk");
    assert_eq!(found["differences"][0]["names"], 2);
    assert!(found["conflicting_names"].as_u64() >= Some(3), "{found}");
    assert!(found["conflicting_numbers"].as_u64() >= Some(1), "{found}");
}

#[test]
fn a_corpus_tells_what_is_common() {
    // Forty pages under one notice, with nothing else in common.
    let notice = "All rights reserved. This material may not be published, broadcast, rewritten or redistributed without \
                  the written consent of the Harbour Gazette, its partners, and whoever else has a say in the matter.";
    let lead = |number: u64| {
        story(number)
            .split_whitespace()
            .take(30)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let world = world();
    for number in 1..=40 {
        world.file(
            format!("in/{number}.txt"),
            format!("{}\n{notice}\n", lead(number)),
        );
    }
    let pair = ["explain", "--raw", "in/1.txt", "in/2.txt"];
    let json = |args: &[&str]| {
        let run = world.run(
            pair.iter()
                .chain(args)
                .chain(&["--format", "json"])
                .copied(),
        );
        let answer = run.silent().json().remove(0);
        let weight = answer["runs"][0]["weight"].as_f64();
        let similarity = answer["similarity"].as_f64().expect("a share");
        (weight, similarity, answer)
    };
    let (none, alone, _) = json(&[]);
    let (weight, among, answer) = json(&["--corpus", "in"]);
    assert_eq!(none, None);
    assert!(weight.is_some_and(|w| w < 0.1), "{answer}");
    assert!(among < alone, "{among} {alone}");
    assert_eq!(answer["corpus"]["documents"], 40);
    assert_eq!(answer["corpus"]["similarity_alone"], alone);
    let args = pair.iter().chain(&["--corpus", "in"]).copied();
    world
        .run(args)
        .silent()
        .prints("Weighed among 40 documents; by themselves they are ")
        .prints(", common: many stories have it");
}
