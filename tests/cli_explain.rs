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
fn standard_input_can_be_one_of_them() {
    let run = Run::of(
        world()
            .dedupe(["explain", "--raw", "-", "a.txt"])
            .write_stdin(story(1)),
    );
    run.code(1).silent();
}
