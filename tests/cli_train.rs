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
            "--teachers",
            "2",
            "--seed",
            seed,
            "--threads",
            threads,
            "--out",
            out,
        ];
        let run = world.run([&args[..], &["pages.jsonl"]].concat()).code(0);
        let networks: Vec<&str> = run
            .err
            .lines()
            .filter(|l| l.contains("epoch 1 of 1: loss "))
            .collect();
        let [one, two, own] = networks[..] else {
            panic!("{}", run.err);
        };
        assert!(
            one.starts_with("teacher 1, ") && two.starts_with("teacher 2, "),
            "{}",
            run.err
        );
        assert!(own.starts_with("epoch 1 "), "{}", run.err);
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
        header.contains("dedupe train --seed 1 --epochs 1 --folds 2 --teachers 2"),
        "{header}"
    );
    assert!(
        header.contains("data pages.jsonl: 13 pages, xxh3 "),
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
fn unscored_pages_are_learned_from_and_not_scored() {
    let all = pages();
    let (scored, made_up) = all.split_at(all.lines().take(6).map(|l| l.len() + 1).sum());
    let world = World::with([
        ("pages.jsonl", scored.to_string()),
        ("made.jsonl", made_up.to_string()),
    ]);
    let validate = |more: &[&str]| {
        let args = ["train", "--epochs", "1", "--folds", "2", "--cross-validate"];
        let files = ["--force", "--out", "m.bin", "pages.jsonl"];
        let out = world.run([&args[..], &files, more].concat()).code(0).out;
        let blocks = |line: &str| line.split_whitespace().nth(1)?.parse::<usize>().ok();
        let blocks: usize = out.lines().filter_map(blocks).sum();
        (blocks, std::fs::read(world.path("m.bin")).expect("a model"))
    };
    let (alone, without) = validate(&[]);
    let (beside, with) = validate(&["--unscored", "made.jsonl"]);
    let (together, _) = validate(&["made.jsonl"]);
    assert_eq!(alone, beside);
    assert!(alone < together, "{alone} of {together}");
    let about = String::from_utf8_lossy(&with[..400]).into_owned();
    assert!(about.contains("unscored made.jsonl: 7 pages, "), "{about}");
    assert!(without != with);
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
        (
            r#"{"lines":["a"],"labels":[1],"weight":-1}"#,
            "pages.jsonl:1: `weight` must be 0 or more, got -1",
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

/// The labels of `page` as an annotation: runs, and what ties them to the text.
fn annotation(page: &serde_json::Value) -> String {
    let strings = |field: &str| -> Vec<String> {
        let values = page[field].as_array().expect("a list");
        values
            .iter()
            .map(|v| v.as_str().expect("text").to_string())
            .collect()
    };
    let runs: Vec<String> = strings("labels")
        .iter()
        .enumerate()
        .map(|(line, label)| format!("{label} {line}-{line}"))
        .collect();
    let sum = xxhash_rust::xxh3::xxh3_64(strings("lines").join("\n").as_bytes());
    serde_json::json!({
        "id": page["id"], "page": "story", "xxh3": format!("{sum:016x}"), "runs": runs.join("; "),
    })
    .to_string()
}

#[test]
fn annotations_say_what_labels_in_the_page_say() {
    let mut bare = String::new();
    let mut labelled = String::new();
    let mut annotations = String::new();
    for (i, line) in pages().lines().enumerate() {
        let mut page: serde_json::Value = serde_json::from_str(line).expect("a page");
        page["id"] = format!("page {i}").into();
        page["page"] = "story".into();
        labelled += &(page.to_string() + "\n");
        annotations += &(annotation(&page) + "\n");
        let fields = page.as_object_mut().expect("an object");
        fields.remove("labels");
        fields.remove("page");
        bare += &(page.to_string() + "\n");
    }
    let world = World::with([
        ("labelled/pages.jsonl", labelled),
        ("bare/pages.jsonl", bare),
        ("annotations.jsonl", annotations),
    ]);
    let weights = |args: &[&str], out: &str| {
        // Stage 1 alone: the network sees annotated pages less often.
        let common = ["train", "--epochs", "0", "--folds", "2", "--out", out];
        world.run([&common[..], args].concat()).code(0);
        let model = std::fs::read(world.path(out)).expect("a model");
        // The header names other files; what was learned stands behind it.
        model[model.len() - 50_000..model.len() - 8].to_vec()
    };
    let apart = weights(
        &["--annotations", "annotations.jsonl", "bare/pages.jsonl"],
        "apart.bin",
    );
    assert!(apart == weights(&["labelled/pages.jsonl"], "together.bin"));
}

#[test]
fn annotations_that_fit_no_page_are_refused() {
    let page = r#"{"id":"a","lines":["one","two"],"labels":["nav","body"]}"#;
    let sum = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(b"one\ntwo"));
    let row = |id: &str, sum: &str, runs: &str| {
        format!(r#"{{"id":"{id}","page":"story","xxh3":"{sum}","runs":"{runs}"}}"#)
    };
    let twice = row("a", &sum, "nav 0; body 1");
    let cases = [
        (
            row("a", "1", "nav 0; body 1"),
            2,
            "the page has changed since",
        ),
        (
            row("a", &sum, "nav 0"),
            2,
            "has labels for 1 lines, the page has 2",
        ),
        (row("a", &sum, "nav 1"), 2, "line 0 is next, got `nav 1`"),
        (row("a", &sum, "menu 0-1"), 2, "label must be one of"),
        (
            row("a", &sum, "nav zero"),
            2,
            "a run must be `label first-last`, got `nav zero`",
        ),
        (
            row("a", "xyz", "nav 0-1"),
            2,
            "`xxh3` must be hexadecimal, got xyz",
        ),
        (
            format!("{twice}\n{twice}"),
            2,
            "id a is annotated already at annotations.jsonl:1",
        ),
        (
            format!("{twice}\n{}", row("b", &sum, "nav 0-1")),
            0,
            "no training page has the id b",
        ),
    ];
    for (annotations, code, want) in cases {
        let world = World::with([
            ("pages.jsonl", page.to_string()),
            ("annotations.jsonl", annotations),
        ]);
        let args = ["train", "--epochs", "1", "--folds", "2", "--out", "m.bin"];
        let files = ["--annotations", "annotations.jsonl", "pages.jsonl"];
        world
            .run([&args[..], &files].concat())
            .code(code)
            .says(want);
    }
}

#[test]
fn early_stopping_ends_before_all_epochs() {
    let mut rows = String::new();
    for (i, line) in pages().lines().cycle().take(22).enumerate() {
        let mut page: serde_json::Value = serde_json::from_str(line).expect("a page");
        // Some of the hosts are held out; short pages, for the sake of a build without optimisation.
        page["host"] = format!("site{i}.example").into();
        for field in ["lines", "labels"] {
            page[field].as_array_mut().expect("a list").truncate(6);
        }
        rows += &(page.to_string() + "\n");
    }
    let world = World::with([("pages.jsonl", rows)]);
    let args = [
        "train",
        "--epochs",
        "60",
        "--folds",
        "2",
        "--teachers",
        "0",
        "--patience",
        "1",
        "--out",
        "m.bin",
    ];
    let run = world.run([&args[..], &["pages.jsonl"]].concat()).code(0);
    let epochs = run.err.matches(" of 60: loss ").count();
    assert!((2..60).contains(&epochs), "{epochs} epochs");
    let model = std::fs::read(world.path("m.bin")).expect("a model");
    let header = String::from_utf8_lossy(&model[..200]).into_owned();
    assert!(
        header.contains("--folds 2 --teachers 0 --patience 1"),
        "{header}"
    );
}
