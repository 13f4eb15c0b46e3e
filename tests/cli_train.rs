//! `dedupe train`: a model out of labelled pages.
#![cfg(all(feature = "cli", feature = "train"))]

mod support;

use support::World;

/// Some of the sample pages with their gold, as training pages of several hosts.
fn pages() -> String {
    let gold = include_str!("gold.jsonl");
    let mut out = String::new();
    for (i, line) in gold.lines().step_by(6).enumerate() {
        let mut page: serde_json::Value = serde_json::from_str(line).expect("gold is JSON");
        page["host"] = format!("site{}.example", i % 4).into();
        out += &(page.to_string() + "\n");
    }
    out
}

#[test]
fn the_same_seed_and_pages_give_the_same_model() {
    let world = World::with([("pages.jsonl", pages())]);
    let train = |out: &str, threads: &str, seed: &str| {
        let args = [
            "train",
            "--epochs",
            "1",
            "--folds",
            "2",
            "--seed",
            seed,
            "--threads",
            threads,
            "--out",
            out,
        ];
        let run = world.run([&args[..], &["pages.jsonl"]].concat()).code(0);
        assert!(run.err.contains("epoch 1 of 1: loss "), "{}", run.err);
        std::fs::read(world.path(out)).expect("a model")
    };
    let one = train("one.bin", "1", "1");
    assert!(
        one == train("two.bin", "2", "1"),
        "the number of threads changes the model"
    );
    assert!(
        one != train("three.bin", "2", "2"),
        "the seed changes nothing"
    );
    assert!(one.len() <= 512 << 10);
    let header = String::from_utf8_lossy(&one[..300]).into_owned();
    assert!(
        header.contains("dedupe train --seed 1 --epochs 1 --folds 2"),
        "{header}"
    );
    assert!(
        header.contains("data pages.jsonl: 11 pages, xxh3 "),
        "{header}"
    );

    // It is a model that the other commands take, and a file that is not replaced by accident.
    world
        .run([
            "strip",
            "--labels",
            "--model",
            "one.bin",
            "pages.jsonl",
            "--text-field",
            "path",
        ])
        .code(0);
    let args = ["train", "--epochs", "1", "--out", "one.bin", "pages.jsonl"];
    world.run(args).code(2).says("--force replaces it");
}

#[test]
fn cross_validation_prints_a_table() {
    let world = World::with([("pages.jsonl", pages())]);
    let args = [
        "train",
        "--epochs",
        "1",
        "--folds",
        "2",
        "--cross-validate",
        "--fold-models",
        "folds",
        "--out",
        "m.bin",
    ];
    let run = world.run([&args[..], &["pages.jsonl"]].concat()).code(0);
    assert!(run.out.contains("label     blocks"), "{}", run.out);
    assert!(run.out.contains("story words P "), "{}", run.out);
    assert!(world.path("folds/0.bin").exists() && world.path("folds/1.bin").exists());
}

#[test]
fn rows_that_teach_nothing_are_told() {
    let rows = [
        (
            r#"{"lines":["a"],"labels":["headline"]}"#,
            "pages.jsonl:1: label must be one of",
        ),
        (
            r#"{"lines":["a","b"],"labels":[1]}"#,
            "pages.jsonl:1: `labels` must be as many as `lines` (2), got 1",
        ),
        (
            r#"{"lines":["a"]}"#,
            "pages.jsonl:1: no field `labels`, nor `with`",
        ),
        (
            r#"{"lines":["a"],"labels":[2]}"#,
            "pages.jsonl:1: a label must be a name, or 0 or 1 (body text), got 2",
        ),
        (r#"{"lines":"#, "pages.jsonl:1: EOF"),
    ];
    for (row, want) in rows {
        let world = World::with([("pages.jsonl", row.to_string())]);
        world
            .run(["train", "--out", "m.bin", "pages.jsonl"])
            .code(2)
            .says(want);
        assert!(!world.path("m.bin").exists());
    }
}
