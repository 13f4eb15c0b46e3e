//! Input as the world has it: damaged, huge, mislabelled, vanishing. Each is answered or told, none crashes, none is
//! passed over in silence.
#![cfg(feature = "cli")]

mod support;

use std::io::Write as _;

use support::{ALL_LABELS, Run, World, gzip, line, story, zstd};

/// The text of a file as strip reads it, and what was said about it.
fn read(bytes: &[u8]) -> Run {
    let world = World::with([("a.txt", bytes)]);
    world.run(["strip", "--keep-labels", ALL_LABELS, "a.txt"])
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

// Encodings.

#[test]
fn invalid_utf8_is_replaced_and_said_so() {
    let run = read(b"The council \xff met.\nIt \xc0\xaf ended.\n").code(0);
    assert_eq!(
        run.out,
        "The council \u{fffd} met.\nIt \u{fffd}\u{fffd} ended.\n"
    );
    run.says("a.txt: invalid UTF-8 replaced by U+FFFD in 3 places, the first at byte 12");
}

#[test]
fn a_text_cut_in_a_character() {
    let bytes = "The café is closed until Monday, says café".as_bytes();
    let run = read(&bytes[..bytes.len() - 1])
        .code(0)
        .says("in 1 place, the first at byte");
    assert!(run.out.ends_with("says caf\u{fffd}\n"));
}

#[test]
fn utf16_is_recognised() {
    for text in [
        "The council met.\nIt ended.\n",
        "Совет собрался.\nВсё.\n",
        "市議会が開かれた。\n終わった。\n",
    ] {
        for (unit, name) in [
            (u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"),
            (u16::to_be_bytes, "UTF-16BE"),
        ] {
            for mark in ["", "\u{feff}"] {
                let run = read(&utf16(&format!("{mark}{text}"), unit)).code(0);
                assert_eq!(run.out, text, "{name} {mark:?}");
                run.says(&format!("a.txt: not UTF-8, read as {name}"));
            }
        }
    }
}

#[test]
fn utf16_json_lines_are_recognised() {
    let text = line("a", "One größer.") + &line("b", "Two 市.");
    for mark in ["", "\u{feff}"] {
        for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
            let bytes = utf16(&format!("{mark}{text}"), unit);
            let world = World::with([("feed.jsonl", &bytes)]);
            let run = world
                .run(["strip", "--keep-labels", ALL_LABELS, "feed.jsonl"])
                .code(0);
            assert_eq!(run.answer("a")["text"], "One größer.");
            assert_eq!(run.answer("b")["text"], "Two 市.");
            run.says("feed.jsonl: read as UTF-16");
            let run = Run::of(
                world
                    .dedupe(["--raw", "--format", "jsonl", "-"])
                    .write_stdin(bytes),
            )
            .code(0);
            assert_eq!(run.json().len(), 2);
        }
    }
}

#[test]
fn latin_1_is_recognised() {
    let text = "Der Bürgermeister eröffnete am späten Abend die Brücke.\n";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let run = read(&latin)
        .code(0)
        .says("a.txt: not UTF-8, read as windows-1252");
    assert_eq!(run.out, text);
}

#[test]
fn windows_1252_is_recognised() {
    let run = read(b"\x93It is the mayor\x92s bridge\x94 \x96 so said the council.\n").code(0);
    assert_eq!(
        run.out,
        "“It is the mayor’s bridge” – so said the council.\n"
    );
    run.says("windows-1252");
}

#[test]
fn a_latin_1_line_among_others() {
    let bytes = [
        line("a", "Größer.").as_bytes(),
        b"{\"id\":\"b\",\"text\":\"Die Br\xfccke bei K\xf6ln.\"}\n",
    ]
    .concat();
    let world = World::with([("feed.jsonl", bytes)]);
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "feed.jsonl"])
        .code(0);
    assert_eq!(run.answer("a")["text"], "Größer.");
    assert_eq!(run.answer("b")["text"], "Die Brücke bei Köln.");
    run.says("feed.jsonl:2: not UTF-8, read as windows-1252");
}

#[test]
fn a_byte_order_mark_is_no_text() {
    assert_eq!(
        read("\u{feff}One here.\n".as_bytes()).code(0).silent().out,
        "One here.\n"
    );
    let world = World::with([("feed.jsonl", format!("\u{feff}{}", line("a", "One.")))]);
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(0)
        .silent();
    assert_eq!(run.json()[0]["id"], "a");
}

#[test]
fn line_ends_of_all_systems() {
    assert_eq!(
        read(b"One here.\r\n\r\nTwo here.\r\n").code(0).silent().out,
        "One here.\nTwo here.\n"
    );
    let lines =
        line("a", "One.").replace('\n', "\r\n") + "\r\n" + &line("b", "Two.").replace('\n', "\r\n");
    let world = World::with([("feed.jsonl", lines)]);
    assert_eq!(
        world
            .run(["--raw", "--format", "jsonl", "feed.jsonl"])
            .code(0)
            .silent()
            .json()
            .len(),
        2
    );
}

#[test]
fn zero_bytes_in_a_text() {
    let run = read(b"The council met\0 on Monday.\nIt ended\0.\n").code(0);
    assert!(run.out.starts_with("The council met") && run.out.contains("It ended"));
    let world = World::with([("feed.jsonl", "{\"id\":\"a\",\"text\":\"One\\u0000two.\"}\n")]);
    assert_eq!(
        world
            .run(["--raw", "--format", "jsonl", "feed.jsonl"])
            .code(0)
            .silent()
            .json()
            .len(),
        1
    );
}

#[test]
fn half_characters_of_python() {
    let world = World::with([("feed.jsonl", r#"{"id":"a","text":"One \ud83d two."}"#)]);
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "feed.jsonl"])
        .code(0);
    assert_eq!(run.answer("a")["text"], "One \u{fffd} two.");
    run.says("feed.jsonl:1: field `text` holds half a character");
}

#[test]
fn names_cannot_command_the_terminal() {
    let world = World::with([(
        "feed.jsonl",
        line("\u{1b}[31mred", &story(1)) + &line("b", &story(1)),
    )]);
    let run = world.run(["--raw", "feed.jsonl"]).code(1);
    assert!(
        !run.out.contains('\u{1b}') && run.out.contains("\\u{1b}[31mred"),
        "{run:?}"
    );
}

// Files that are no pages.

#[test]
fn binary_files_are_told_and_are_no_stories() {
    let noise: Vec<u8> = (0..9000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8)
        .collect();
    for (bytes, what) in [
        (noise, "binary data"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(), "a PNG image"),
        (b"%PDF-1.7\n1 0 obj\n".to_vec(), "a PDF document"),
        (b"BZh91AY&SY\0\0".to_vec(), "bzip2 data"),
        (vec![0; 64], "binary data"),
    ] {
        let world = World::with([("a.txt", bytes.clone()), ("b.txt", story(1).into())]);
        let run = world
            .run(["--raw", "--format", "jsonl", "a.txt", "b.txt"])
            .code(2)
            .says(&format!(
                "a.txt: not text but {what}: convert it to text, or leave it out"
            ));
        assert_eq!(run.answer("a.txt")["status"], "unreadable");
        assert_eq!(run.answer("b.txt")["status"], "unique");
        let strip = world.run(["strip", "--labels", "a.txt"]).code(2);
        assert_eq!(strip.answer("a.txt")["status"], "unreadable");
        let world = World::with([("a.jsonl", bytes)]);
        world
            .run(["a.jsonl"])
            .code(2)
            .says("a.jsonl: not JSON Lines but ");
    }
}

#[test]
fn empty_files_are_nobodys_duplicates() {
    let world = World::with([
        ("a.txt", ""),
        ("b.txt", ""),
        ("c.txt", "\n \n"),
        ("d.jsonl", ""),
        ("e.jsonl", "\n\n"),
    ]);
    let run = world
        .run(["--raw", "--format", "jsonl", "."])
        .code(0)
        .silent();
    assert_eq!(run.json().len(), 3);
    assert!(run.groups().is_empty());
    world
        .run(["--raw", "."])
        .code(0)
        .prints("3 documents: no duplicates; 3 without a story");
}

#[cfg(unix)]
#[test]
fn files_that_cannot_be_read_are_told() {
    use std::os::unix::fs::symlink;

    let world = World::with([("in/a.txt", story(1))]);
    symlink("gone.txt", world.path("in/dangling.txt")).expect("a link");
    world
        .run(["--raw", "in"])
        .code(0)
        .says("in/dangling.txt: symbolic link, not followed: --follow does");
    world
        .run(["--raw", "--follow", "in"])
        .code(2)
        .says("dangling.txt");
    world
        .run(["--raw", "in/dangling.txt"])
        .code(2)
        .says("in/dangling.txt: symbolic link to nothing that can be read: No such file");
}

#[cfg(unix)]
#[test]
fn files_without_permission_are_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::with([("in/a.txt", story(1)), ("in/b.txt", story(2))]);
    let secret = world.path("in/b.txt");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).expect("a mode");
    if std::fs::File::open(&secret).is_ok() {
        eprintln!("skipped: root reads everything");
        return;
    }
    let run = world
        .run(["--raw", "--format", "jsonl", "in"])
        .code(2)
        .says("in/b.txt: cannot be read: Permission denied");
    assert_eq!(run.answer("in/b.txt")["status"], "unreadable");
}

#[cfg(unix)]
#[test]
fn symbolic_links_and_their_loops() {
    use std::os::unix::fs::symlink;

    let world = World::with([("in/sub/a.txt", story(1))]);
    symlink("..", world.path("in/sub/up")).expect("a link");
    symlink("a.txt", world.path("in/sub/same.txt")).expect("a link");
    let run = world
        .run(["--raw", "--format", "jsonl", "in"])
        .code(0)
        .says("in/sub/up: symbolic link, not followed");
    assert_eq!(run.json().len(), 1);
    let run = world
        .run(["--raw", "--format", "jsonl", "--follow", "in"])
        .code(2)
        .says("File system loop found: in/sub/up points to an ancestor in")
        .says("in/sub/same.txt: reached a second time, read once");
    assert_eq!(run.json().len(), 1);
}

#[cfg(unix)]
#[test]
fn pipes_in_directories_do_not_stop_the_program() {
    let world = World::with([("in/a.txt", story(1))]);
    let made = std::process::Command::new("mkfifo")
        .arg(world.path("in/pipe.txt"))
        .status()
        .expect("mkfifo");
    assert!(made.success());
    let run = world.run(["--raw", "--format", "jsonl", "in"]).code(0);
    assert_eq!(run.json().len(), 1);
    run.says("in/pipe.txt: neither a file nor a directory");
}

#[test]
fn deep_directories() {
    let world = World::new();
    let deep = "d/".repeat(300);
    world.file(format!("in/{deep}a.txt"), story(1));
    world.file("in/b.txt", story(1));
    assert_eq!(
        world
            .run(["--raw", "--format", "jsonl", "in"])
            .code(1)
            .silent()
            .json()
            .len(),
        2
    );
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "in", "--out", "out"])
        .code(0);
    assert_eq!(run.out, "");
    assert!(world.path(format!("out/{deep}a.txt")).exists());
}

// Compression.

#[test]
fn a_bomb_stops_at_the_limit() {
    let zeros = vec![b'a'; 16 << 20];
    for (name, bytes) in [
        ("bomb.txt.gz", gzip(&zeros)),
        ("bomb.txt.zst", zstd(&zeros)),
    ] {
        let world = World::with([(name, bytes), ("a.txt", story(1).into())]);
        let run = world
            .run([
                "--raw",
                "--format",
                "jsonl",
                "--max-size",
                "1M",
                name,
                "a.txt",
            ])
            .code(2)
            .says(&format!(
                "{name}: holds more than 1048576 bytes: --max-size allows more (decompressed)"
            ));
        assert_eq!(run.answer(name)["status"], "unreadable");
        assert_eq!(run.answer("a.txt")["status"], "unique");
    }
    let lines = [line("a", &story(1)).into_bytes(), zeros].concat();
    for (name, bytes) in [
        ("bomb.jsonl.gz", gzip(&lines)),
        ("bomb.jsonl.zst", zstd(&lines)),
    ] {
        let world = World::with([(name, bytes)]);
        let run = world
            .run(["--raw", "--format", "jsonl", "--max-size", "1M", name])
            .code(2)
            .says(&format!(
                "{name}:2: the line holds more than 1048576 bytes: --max-size allows more"
            ))
            .says("the rest of the file is not read");
        assert_eq!(run.json().len(), 1);
    }
}

#[test]
fn truncated_and_damaged_archives_are_told() {
    let text: String = (0..200).map(story).collect();
    let lines: String = (0..2000).map(|n| line(n, &story(n))).collect();
    for (ending, pack) in [("gz", gzip as fn(&[u8]) -> Vec<u8>), ("zst", zstd)] {
        let cut = |text: &str| {
            let packed = pack(text.as_bytes());
            packed[..packed.len() * 2 / 3].to_vec()
        };
        let world = World::new();
        let (page, feed) = (format!("a.txt.{ending}"), format!("b.jsonl.{ending}"));
        world.file(&page, cut(&text));
        world.file(&feed, cut(&lines));
        let run = world
            .run(["--raw", "--format", "jsonl", &page, &feed])
            .code(2)
            .says("ends too early, the file is cut off");
        assert_eq!(run.answer(&page)["status"], "unreadable");
        let read = run.json().len() - 1;
        assert!((500..2000).contains(&read), "{read} lines before the end");
        assert_eq!(
            run.err.matches("error:").count(),
            2,
            "the cut line is not told as broken JSON too: {}",
            run.err
        );
        run.says(&format!("{feed}:{}: ", read + 1))
            .says("the lines before were read");

        let mut damaged = pack(text.as_bytes());
        let middle = damaged.len() / 2;
        damaged[middle..middle + 64].fill(0xaa);
        world.file(&page, damaged);
        world.run(["--raw", &page]).code(2).says(&page);

        for (name, bytes) in [
            (&page, "not packed at all\n"),
            (&feed, "{\"id\":1,\"text\":\"x\"}\n"),
            (&page, ""),
        ] {
            world.file(name, bytes);
            world
                .run(["--raw", name])
                .code(2)
                .says("but the content does not begin so: rename it");
        }
    }
}

// JSON Lines.

#[test]
fn broken_lines_are_told_with_path_and_line() {
    let lines = [
        line("a", &story(1)),
        "{\"id\":\"b\",\"text\":\"x\n".into(),
        "\n".into(),
        "[1,2]\n".into(),
        "\"text\"\n".into(),
        "{\"id\":\"c\",\"text\":\"x\"} trailing\n".into(),
        "nonsense\n".into(),
        line("d", &story(2)),
    ];
    let world = World::with([("feed.jsonl", lines.concat())]);
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(2)
        .says("feed.jsonl:2: broken JSON at column 19: EOF while parsing a string")
        .says("feed.jsonl:4: not a JSON object")
        .says("feed.jsonl:5: not a JSON object")
        .says("feed.jsonl:6: broken JSON at column 23: trailing characters")
        .says("feed.jsonl:7: broken JSON at column 2")
        .says("5 errors: 5 broken JSON");
    let ids: Vec<_> = run.json().iter().map(|a| a["id"].clone()).collect();
    assert_eq!(ids, ["a", "d"]);
    assert_eq!(run.json()[1]["line"], 8);
}

#[test]
fn missing_fields_and_wrong_types_are_answered() {
    let lines = "{\"id\":\"a\"}\n{\"id\":\"b\",\"text\":17}\n{\"id\":\"c\",\"text\":null}\n\
        {\"text\":\"no id\"}\n{\"id\":null,\"text\":\"null id\"}\n{\"id\":[1],\"text\":\"odd id\"}\n{}\n";
    let world = World::with([("feed.jsonl", lines)]);
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(2)
        .says("feed.jsonl:1: no field `text`: --text-field says which field to take; this line has `id`")
        .says("feed.jsonl:2: field `text` must be a string, got a number")
        .says("feed.jsonl:3: no field `text`")
        .says("note: feed.jsonl:4: no field `id`, so the document is named feed.jsonl:4")
        .says("feed.jsonl:6: field `id` must be a string or a number, got an array")
        .says("feed.jsonl:7: no field `text`: --text-field says which field to take; this line has no fields");
    assert_eq!(run.json().len(), 7);
    for id in ["a", "b", "c", "feed.jsonl:7"] {
        assert_eq!(run.answer(id)["status"], "unreadable", "{id}");
    }
    for id in ["feed.jsonl:4", "feed.jsonl:5", "feed.jsonl:6"] {
        assert_eq!(run.answer(id)["status"], "unique", "{id}");
    }
}

#[test]
fn ids_given_twice_are_all_answered_and_told_with_both_places() {
    let one = line("a", &story(1)) + &line("b", &story(2));
    let world = World::with([
        ("one.jsonl", one),
        ("two.jsonl", line("a", &story(3)) + &line("b", &story(2))),
    ]);
    let run = world
        .run(["--raw", "--format", "jsonl", "one.jsonl", "two.jsonl"])
        .code(1)
        .says("note: two.jsonl:1: id \"a\" was given before, at one.jsonl:1, with another text")
        .says("note: two.jsonl:2: id \"b\" was given before, at one.jsonl:2, with the same text");
    assert_eq!(run.json().len(), 4);
    assert_eq!(run.groups(), [["b", "b"]]);
}

#[test]
fn the_same_empty_document_twice_is_one() {
    let world = World::with([(
        "feed.jsonl",
        line("a", "") + &line("a", "") + &line("b", ""),
    )]);
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(0)
        .says("the document is there twice");
    let answers = run.json();
    assert_eq!(run.groups(), [["a", "a"]]);
    assert_eq!(answers.iter().filter(|a| a["kept"] == true).count(), 2);
    assert!(answers.iter().all(|a| a["status"] == "empty"));
}

#[test]
fn no_newline_at_the_end() {
    let lines = line("a", "One here.") + line("b", "Two here.").trim_end();
    let world = World::with([("feed.jsonl", lines)]);
    let run = world
        .run(["strip", "--keep-labels", ALL_LABELS, "feed.jsonl"])
        .code(0)
        .silent();
    assert_eq!(run.answer("b")["text"], "Two here.");
    assert!(run.out.ends_with("}\n"));
    assert_eq!(read(b"One here.").code(0).out, "One here.\n");
}

#[test]
fn deeply_nested_fields_are_not_parsed_and_do_not_overflow() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let lines = format!("{{\"id\":\"a\",\"deep\":{deep},\"text\":\"One here.\"}}\n")
        + &line("b", "Two here.");
    let world = World::with([("feed.jsonl", lines)]);
    let run = world.run(["--raw", "--format", "jsonl", "feed.jsonl"]);
    assert!([0, 2].contains(&run.code), "{}", run.code);
    assert_eq!(run.answer("b")["status"], "unique");
}

/// One line of `megabytes` between two others, and a page of `kilobytes` in one line.
fn long_line(megabytes: usize, kilobytes: usize) {
    let world = World::new();
    let text: String = (0..).map(story).take(megabytes * 1100).collect();
    let text: String = text.chars().cycle().take(megabytes << 20).collect();
    let page: String = text
        .replace('\n', " ")
        .chars()
        .take(kilobytes << 10)
        .collect();
    let path = world.file("feed.jsonl", line("a", &story(1 << 40)));
    let mut file = std::fs::File::options()
        .append(true)
        .open(path)
        .expect("a file");
    file.write_all(line("long", &text).as_bytes())
        .expect("a disk");
    file.write_all(line("z", &story(2 << 40)).as_bytes())
        .expect("a disk");
    let run = world
        .run(["--raw", "--format", "jsonl", "feed.jsonl"])
        .code(0)
        .silent();
    assert_eq!(run.answer("long")["bytes"], text.len());
    assert_eq!(run.answer("z")["status"], "unique");
    let run = world
        .run([
            "--raw",
            "--format",
            "jsonl",
            "--max-size",
            "1M",
            "feed.jsonl",
        ])
        .code(2);
    assert_eq!(run.json().len(), 2);
    run.says("feed.jsonl:2: the line holds more than 1048576 bytes: --max-size allows more");

    let world = World::with([("page.txt", page)]);
    let run = world.run(["strip", "--labels", "page.txt"]).code(0);
    assert_eq!(run.json().len(), 1);
}

#[test]
fn a_line_of_2_megabytes() {
    long_line(2, 100);
}

#[test]
#[ignore = "run it with --release: a minute on two cores, half a gigabyte"]
fn a_line_of_200_megabytes() {
    long_line(200, 200 << 10);
}

#[test]
fn many_problems_are_counted_not_listed() {
    let world = World::with([("feed.jsonl", "nonsense\n".repeat(5000))]);
    let run = world
        .run(["--raw", "feed.jsonl"])
        .code(2)
        .says("error: and 4980 more broken JSON")
        .says("5000 errors: 5000 broken JSON");
    assert!(run.err.lines().count() < 30);
}
