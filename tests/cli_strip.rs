//! `dedupe strip PATH…`: labels, stories, files.
#![cfg(feature = "cli")]

mod support;

use support::{ALL_LABELS, Run, World, gzip, line, story, zstd};

/// Strip that keeps everything, so that these tests are about the program and not about the noise model.
fn keep_all<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&["strip", "--keep-labels", ALL_LABELS], args].concat()
}

/// The page without its blank lines, as strip gives it when all labels are kept.
fn blocks(page: &str) -> String {
    page.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.trim().to_owned() + "\n")
        .collect()
}

#[test]
fn labels_answer_each_page_with_spans_of_its_text() {
    let text = "Über die Brücke\n\n  The council met on Monday.  \r\n市長が橋を開いた。\n";
    let world = World::with([(
        "feed.jsonl",
        line("x", text) + &line(3, "") + &line("y", &story(1)),
    )]);
    let run = world.run(["strip", "--labels", "feed.jsonl"]).code(0);
    let answers = run.json();
    assert_eq!(answers.len(), 3);
    assert_eq!(
        (&answers[0]["id"], &answers[1]["id"]),
        (&"x".into(), &3.into())
    );
    assert_eq!(answers[1]["page"], "empty");
    assert_eq!(answers[1]["blocks"], serde_json::json!([]));
    let blocks = answers[0]["blocks"].as_array().expect("blocks");
    let spans: Vec<&str> = blocks
        .iter()
        .map(|block| {
            let at = |end: &str| block[end].as_u64().expect("a number") as usize;
            assert!(
                ALL_LABELS.split(',').any(|label| block["label"] == label),
                "{block}"
            );
            assert!(
                (0.0..=1.0).contains(&block["confidence"].as_f64().expect("a number")),
                "{block}"
            );
            text.get(at("start")..at("end"))
                .expect("a span of the text")
        })
        .collect();
    assert_eq!(
        spans,
        [
            "Über die Brücke",
            "The council met on Monday.",
            "市長が橋を開いた。"
        ]
    );
}

#[test]
fn labels_of_text_files_count_without_the_byte_order_mark() {
    let world = World::with([("a.txt", "\u{feff}One line here.\n")]);
    let run = world.run(["strip", "--labels", "a.txt"]).code(0);
    assert_eq!(run.json()[0]["id"], "a.txt");
    assert_eq!(run.json()[0]["blocks"][0]["start"], 0);
    assert_eq!(run.json()[0]["blocks"][0]["end"], 14);
}

#[test]
fn one_file_gives_its_story_alone() {
    let world = World::with([("a.txt", story(1))]);
    let run = world.run(keep_all(&["a.txt"])).code(0).silent();
    assert_eq!(run.out, blocks(&story(1)));
}

#[test]
fn several_files_have_headings() {
    let world = World::with([("in/a.txt", "One here.\n"), ("in/b.txt", "Two here.\n")]);
    let run = world.run(keep_all(&["in"])).code(0);
    assert_eq!(
        run.out,
        "==> in/a.txt <==\nOne here.\n\n==> in/b.txt <==\nTwo here.\n"
    );
    let run = world.run(keep_all(&["in/b.txt", "in/a.txt"])).code(0);
    assert_eq!(
        run.out,
        "==> in/b.txt <==\nTwo here.\n\n==> in/a.txt <==\nOne here.\n"
    );
}

#[test]
fn json_lines_keep_their_other_fields() {
    let row = r#"{"n": 1.50, "id":"a","text":"One.\n\n\nTwo.","tags":["x",  "y"],"\u00e9":null}"#;
    let world = World::with([("feed.jsonl", row)]);
    let run = world.run(keep_all(&["feed.jsonl"])).code(0).silent();
    assert_eq!(
        run.out,
        "{\"n\":1.50,\"id\":\"a\",\"text\":\"One.\\nTwo.\",\"tags\":[\"x\",  \"y\"],\"é\":null}\n"
    );
}

#[test]
fn fields_can_be_named() {
    let world = World::with([(
        "feed.jsonl",
        r#"{"key":"k","content":"One.\n\nTwo.","text":"as it was"}"#,
    )]);
    let args = ["--id-field", "key", "--text-field", "content", "feed.jsonl"];
    let run = world.run(keep_all(&args)).code(0).silent();
    assert_eq!(
        run.out,
        "{\"key\":\"k\",\"content\":\"One.\\nTwo.\",\"text\":\"as it was\"}\n"
    );
    let labels = world
        .run(["strip", "--labels"].into_iter().chain(args))
        .code(0);
    assert_eq!(labels.json()[0]["id"], "k");
}

#[test]
fn format_can_be_asked_for() {
    let world = World::with([
        ("a.txt", "One here.\n".to_owned()),
        ("feed.jsonl", line("b", "Two here.")),
    ]);
    let run = world
        .run(keep_all(&["--format", "jsonl", "a.txt", "feed.jsonl"]))
        .code(0);
    assert_eq!(
        run.out,
        "{\"id\":\"a.txt\",\"text\":\"One here.\"}\n{\"id\":\"b\",\"text\":\"Two here.\"}\n"
    );
    let run = world
        .run(keep_all(&["--format", "text", "a.txt", "feed.jsonl"]))
        .code(0);
    assert_eq!(
        run.out,
        "==> a.txt <==\nOne here.\n\n==> b <==\nTwo here.\n"
    );
}

#[test]
fn out_writes_the_same_tree() {
    let world = World::with([
        ("in/a.txt", b"One here.\n".to_vec()),
        ("in/sub/deep/b.md", b"Two here.\n".to_vec()),
        ("in/c.txt.gz", gzip(b"Three here.\n")),
        ("in/d.jsonl.zst", zstd(line("d", "Four here.").as_bytes())),
    ]);
    let run = world
        .run(keep_all(&["in", "--out", "out"]))
        .code(0)
        .silent();
    assert_eq!(run.out, "");
    assert_eq!(world.read("out/a.txt"), "One here.\n");
    assert_eq!(world.read("out/sub/deep/b.md"), "Two here.\n");
    assert_eq!(world.read("out/c.txt"), "Three here.\n");
    assert_eq!(
        world.read("out/d.jsonl"),
        "{\"id\":\"d\",\"text\":\"Four here.\"}\n"
    );
    let left: Vec<_> = std::fs::read_dir(world.path("out"))
        .expect("a directory")
        .collect();
    assert_eq!(left.len(), 4, "no temporary files stay: {left:?}");
}

#[test]
fn out_overwrites_only_by_force() {
    let world = World::with([
        ("in/a.txt", "New one.\n"),
        ("in/b.txt", "New two.\n"),
        ("out/a.txt", "Old one.\n"),
    ]);
    world
        .run(keep_all(&["in", "--out", "out"]))
        .code(2)
        .says("out/a.txt: exists, so the story of in/a.txt is not written: --force overwrites");
    assert_eq!(world.read("out/a.txt"), "Old one.\n");
    assert_eq!(world.read("out/b.txt"), "New two.\n");
    world
        .run(keep_all(&["in", "--out", "out", "--force"]))
        .code(0)
        .silent();
    assert_eq!(world.read("out/a.txt"), "New one.\n");
    world
        .run(["strip", "in", "--force"])
        .code(2)
        .says("<--out <DIR>|--output <FILE>>");
}

#[test]
fn out_never_writes_two_stories_to_one_file() {
    let world = World::with([
        ("one/a.txt", b"One.\n".to_vec()),
        ("two/a.txt.gz", gzip(b"Two.\n")),
    ]);
    world
        .run(keep_all(&["one", "two", "--out", "out", "--force"]))
        .code(2)
        .says("out/a.txt: already written in this run, so the story of two/a.txt.gz is not");
    assert_eq!(world.read("out/a.txt"), "One.\n");
}

#[test]
fn out_inside_the_input_is_not_read() {
    let world = World::with([("a.txt", "One here.\n"), ("out/b.txt", "An old story.\n")]);
    world.run(keep_all(&[".", "--out", "out"])).code(0);
    assert_eq!(world.read("out/a.txt"), "One here.\n");
    assert!(!world.path("out/out").exists());
    world
        .run(keep_all(&[".", "--out", "out", "--force"]))
        .code(0);
    assert!(!world.path("out/out").exists());
}

#[test]
fn out_that_cannot_be_written_is_told() {
    let world = World::with([("a.txt", "One here.\n"), ("out", "a file in the way\n")]);
    world
        .run(keep_all(&["a.txt", "--out", "out"]))
        .code(2)
        .says("out/a.txt: cannot be written");
    assert_eq!(world.read("out"), "a file in the way\n");
}

#[test]
fn large_json_lines_come_in_order_on_any_number_of_threads() {
    let lines: String = (0..700).map(|n| line(n, &story(n))).collect();
    let world = World::with([("feed.jsonl", lines)]);
    let one = world
        .run(keep_all(&["--threads", "1", "feed.jsonl"]))
        .code(0)
        .out;
    let two = world
        .run(keep_all(&["--threads", "2", "feed.jsonl"]))
        .code(0)
        .out;
    assert!(one == two);
    let ids: Vec<u64> = one
        .lines()
        .map(|l| {
            serde_json::from_str::<serde_json::Value>(l).expect("JSON")["id"]
                .as_u64()
                .expect("a number")
        })
        .collect();
    assert!(ids.iter().copied().eq(0..700));
    world.run(keep_all(&["feed.jsonl", "--out", "out"])).code(0);
    assert!(world.read("out/feed.jsonl") == one);
}

#[test]
fn labels_to_keep_are_checked() {
    let world = World::with([("a.txt", "One.\n")]);
    world
        .run(["strip", "--keep-labels", "title,ads", "a.txt"])
        .code(2)
        .says("label must be one of title body");
    world
        .run(["strip", "--labels", "--keep-labels", "title", "a.txt"])
        .code(2)
        .says("cannot be used with");
    world
        .run(["strip", "--labels", "--format", "text", "a.txt"])
        .code(2)
        .says("cannot be used with");
}

#[test]
fn pages_without_a_story_are_counted() {
    let world = World::with([(
        "feed.jsonl",
        line("a", "") + &line("b", " \n ") + &line("c", "One here."),
    )]);
    let run = world
        .run(keep_all(&["feed.jsonl"]))
        .code(0)
        .says("2 of 3 pages have no story");
    assert_eq!(run.json().len(), 3);
    world
        .run([&keep_all(&["feed.jsonl"])[..], &["-q"]].concat())
        .code(0)
        .silent();
}

#[test]
fn standard_input() {
    let world = World::new();
    let run = Run::of(
        world
            .dedupe(keep_all(&["-"]))
            .write_stdin("One.\n\n\nTwo.\n"),
    )
    .code(0);
    assert_eq!(run.out, "One.\nTwo.\n");
    let run = Run::of(
        world
            .dedupe(keep_all(&["-"]))
            .write_stdin(line("a", "One.\n\nTwo.")),
    )
    .code(0);
    assert_eq!(run.out, "{\"id\":\"a\",\"text\":\"One.\\nTwo.\"}\n");
}

#[test]
fn errors_are_answered_where_an_id_is_known() {
    let world = World::with([(
        "feed.jsonl",
        "{\"id\":\"a\"}\n{\"id\":\"b\",\"text\":\"One here.\"}\n",
    )]);
    let run = world.run(["strip", "--labels", "feed.jsonl"]).code(2);
    assert_eq!(run.answer("a")["status"], "unreadable");
    assert_eq!(run.json().len(), 2);
    let run = world.run(keep_all(&["feed.jsonl"])).code(2);
    assert_eq!(
        run.out,
        "{\"id\":\"a\"}\n{\"id\":\"b\",\"text\":\"One here.\"}\n"
    );
}

#[test]
fn explain_says_what_decided() {
    let page = include_str!("pages/harbourgazette.example/news/lady-imogen-aground.txt");
    let page = format!("{page}\nSubscribe to our newsletter\n");
    let world = World::with([("a.txt", page)]);
    let told = world.run(["strip", "--explain", "a.txt"]).code(0).out;
    assert!(told.starts_with("page: "), "{told}");
    assert!(told.contains("Subscribe to our newsletter"), "{told}");
    assert!(told.contains("kept because "), "{told}");
    assert!(
        told.contains("dropped because its first and last words: as in noise ("),
        "{told}"
    );
    world
        .run(["strip", "--explain", "--labels", "a.txt"])
        .code(2);
}

#[test]
fn lean_keeps_more_or_less() {
    let page = format!(
        "Home\nNews\nHarbour\n{}Subscribe to our newsletter\n",
        story(1)
    );
    let world = World::with([("a.txt", page)]);
    let kept = |lean: &str| {
        world
            .run(["strip", "--lean", lean, "a.txt"])
            .code(0)
            .out
            .len()
    };
    assert!(kept("-10") <= kept("0") && kept("0") <= kept("10"));
    assert!(kept("-10") < kept("10"));
    world
        .run(["strip", "--lean", "11", "a.txt"])
        .code(2)
        .says("--lean: lean must lie between -10 and 10, got 11");
}
