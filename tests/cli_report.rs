//! `dedupe report --html FILE PATH…`: the file as such. What a reader can do with it is tried by `tests/report/browser.py`.
#![cfg(feature = "cli")]

mod support;

use std::io::Read as _;

use serde_json::Value;
use support::{World, line, story};

const HOSTILE: &str = "</script><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)> <!-- \u{2028}\u{2029} & \" '";

fn world() -> World {
    let cut = story(1)
        .split_once("\n\n")
        .expect("paragraphs")
        .1
        .to_owned();
    World::with([
        ("pages/gazette.example/a.txt", story(1)),
        ("pages/gazette.example/b.txt", story(2)),
        ("pages/wire.example/cut.txt", cut),
        ("pages/wire.example/again.txt", story(1)),
    ])
}

/// The text between two others.
fn between<'t>(page: &'t str, start: &str, end: &str) -> &'t str {
    let rest = page
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}"))
        .1;
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

fn index(page: &str) -> Value {
    serde_json::from_str(between(page, "id=\"index\">", "</script>")).expect("JSON")
}

/// The pages that are packed in a report, in the order of its index.
fn packed(page: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    for part in page
        .split("<script type=\"application/octet-stream\" id=\"part-")
        .skip(1)
    {
        let base64 = between(part, ">", "</script>");
        let mut json = String::new();
        flate2::read::DeflateDecoder::new(&decode(base64)[..])
            .read_to_string(&mut json)
            .expect("deflate");
        pages.extend(serde_json::from_str::<Vec<Value>>(&json).expect("JSON"));
    }
    pages
}

fn decode(base64: &str) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => u32::from(b - b'A'),
        b'a'..=b'z' => u32::from(b - b'a') + 26,
        b'0'..=b'9' => u32::from(b - b'0') + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{b} in base64"),
    };
    let mut bytes = Vec::new();
    for four in base64.as_bytes().chunks(4) {
        let digits: Vec<u32> = four
            .iter()
            .filter(|b| **b != b'=')
            .map(|&b| digit(b))
            .collect();
        let bits = digits.iter().fold(0, |bits, d| bits << 6 | d) << (6 * (4 - digits.len()));
        bytes.extend(&bits.to_be_bytes()[1..digits.len()]);
    }
    bytes
}

#[test]
fn has_the_clusters_with_what_duplicates_share() {
    let world = world();
    world
        .run(["report", "--raw", "--html", "out.html", "pages"])
        .code(0)
        .silent()
        .prints("out.html: 4 documents, 2 duplicates in 1 cluster, ");
    let page = world.read("out.html");
    let (index, pages) = (index(&page), packed(&page));
    assert_eq!(index["clusters"], serde_json::json!([0]));
    assert_eq!(index["alone"], 3);
    assert_eq!(index["name"][3], "pages/gazette.example/b.txt");
    assert_eq!(index["host"][3], "gazette.example");
    assert_eq!(pages.len(), 4);
    let blocks = |n: usize| pages[n]["blocks"].as_array().expect("blocks");
    let texts = |n: usize, side: usize, of: usize| -> Vec<String> {
        let marks = pages[n]["match"]["marks"][side].as_array().expect("marks");
        marks
            .iter()
            .map(|mark| {
                let at = |i: usize| mark[i].as_u64().expect("a number") as usize;
                blocks(of)[at(0)][2].as_str().expect("text")[at(1)..at(2)].to_owned()
            })
            .collect()
    };
    for n in [1, 2] {
        assert_eq!(texts(n, 0, n).concat(), texts(n, 1, 0).concat());
        assert!(!texts(n, 0, n).is_empty());
    }
    assert!(pages[0].get("match").is_none() && pages[3].get("match").is_none());
    assert!(blocks(3)[0][2].as_str().expect("text").starts_with("The "));
}

#[test]
fn labels_and_how_sure_they_are() {
    let world = World::new();
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages");
    world.run(["report", "--html", "out.html", pages]).code(0);
    let page = world.read("out.html");
    let names: Value =
        serde_json::from_str(between(&page, "id=\"names\">", "</script>")).expect("JSON");
    let labels = names["labels"].as_array().expect("labels");
    let mut seen = std::collections::BTreeSet::new();
    for shown in packed(&page) {
        for block in shown["blocks"].as_array().expect("blocks") {
            seen.insert(labels[block[0].as_u64().expect("a label") as usize].to_string());
            assert!(block[1].as_u64() <= Some(100));
        }
    }
    assert!(seen.len() > 8, "{seen:?}");
    // The summary is there without scripts.
    let summary = between(&page, "<section id=\"view-summary\"", "</section>");
    for text in [
        "78",
        "documents",
        "Story and noise",
        "Cluster sizes",
        "Similarity",
        "teaser",
    ] {
        assert!(summary.contains(text), "{text}");
    }
    assert!(page.contains("wire, threshold 0.5") && page.contains("the one that ships"));
}

#[test]
fn hostile_texts_stay_texts() {
    let world = World::with([(
        "feed.jsonl",
        [
            line(HOSTILE, &format!("{HOSTILE}\n\n{}", story(1))),
            line("b", &format!("{HOSTILE}\n\n{}", story(1))),
            format!("{{\"id\": \"{}\", \"te\n", "<b>x</b>"),
        ]
        .concat(),
    )]);
    world
        .run(["report", "--raw", "--html", "out.html", "feed.jsonl"])
        .code(2);
    let page = world.read("out.html");
    assert!(!page.contains("<img") && !page.contains("<b>x") && !page.contains('\u{2028}'));
    assert!(!page.contains("alert(1)</script>"));
    // Every script is one of ours: the data, and the one that the policy names.
    let scripts = page.matches("<script").count();
    assert_eq!(scripts, page.matches("</script>").count());
    assert_eq!(scripts, 4);
    // What was wrong while reading is in the page.
    assert!(between(&page, "Problems while reading", "</section>").contains("feed.jsonl:3"));
    // And the texts are as they were.
    assert_eq!(packed(&page)[0]["blocks"][0][2], HOSTILE.trim());
    assert_eq!(
        index(&page)["name"][0]
            .as_str()
            .map(|name| name.contains(HOSTILE)),
        Some(true)
    );
}

#[test]
fn loads_nothing() {
    let world = world();
    world.run(["report", "--html", "out.html", "pages"]).code(0);
    let page = world.read("out.html");
    for (name, of) in [
        ("src=", ""),
        ("<link", ""),
        ("@import", ""),
        ("url(", ""),
        ("http:", "//www.w3.org/"),
    ] {
        for (at, _) in page.match_indices(name) {
            let rest = &page[at + name.len()..];
            assert!(!of.is_empty() && rest.starts_with(of), "{name}{:.60}", rest);
        }
    }
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(
        !page.contains(" style=") && !page.contains(" onclick="),
        "the policy forbids these"
    );
}

#[test]
fn only_addresses_of_the_web_become_links() {
    let page = |id: &str, url: &str| {
        serde_json::json!({"id": id, "link": url, "text": story(1)}).to_string() + "\n"
    };
    let lines = [
        page("a", "https://gazette.example/a"),
        page("b", "javascript:alert(1)"),
        page("http://wire.example/c", "none"),
    ];
    let world = World::with([("feed.jsonl", lines.concat())]);
    world
        .run([
            "report",
            "--raw",
            "--url-field",
            "link",
            "--html",
            "out.html",
            "feed.jsonl",
        ])
        .code(0);
    let index = index(&world.read("out.html"));
    let mut urls: Vec<&str> = index["url"]
        .as_array()
        .expect("urls")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    urls.sort_unstable();
    assert_eq!(
        urls,
        ["", "http://wire.example/c", "https://gazette.example/a"]
    );
}

#[test]
fn never_replaces_a_file_unasked() {
    let world = world();
    world.file("out.html", "mine");
    world
        .run(["report", "--raw", "--html", "out.html", "pages"])
        .code(2)
        .says("out.html: exists")
        .says("--force");
    assert_eq!(world.read("out.html"), "mine");
    world
        .run(["report", "--raw", "--force", "--html", "out.html", "pages"])
        .code(0);
    assert!(world.read("out.html").starts_with("<!DOCTYPE html>"));
    world.file("out.html", "mine");
    world
        .run([
            "report",
            "--force",
            "--html",
            "out.html",
            "--threshold",
            "7",
            "pages",
        ])
        .code(2)
        .says("threshold");
    assert_eq!(world.read("out.html"), "mine");
}

#[test]
fn a_folder_or_a_place_that_cannot_be_written_is_told() {
    let world = world();
    world
        .run(["report", "--raw", "--force", "--html", "pages", "pages"])
        .code(2)
        .says("pages: is a directory");
    world
        .run([
            "report",
            "--raw",
            "--html",
            "pages/gazette.example/a.txt/x.html",
            "pages",
        ])
        .code(2)
        .says("cannot be written");
    world.run(["report", "pages"]).code(2).says("--html");
    let left: Vec<_> = std::fs::read_dir(world.path(""))
        .expect("a folder")
        .collect();
    assert_eq!(left.len(), 1, "no unfinished file is left: {left:?}");
}

#[test]
fn to_standard_output() {
    let run = world()
        .run(["report", "--raw", "--html", "-", "pages"])
        .code(0)
        .silent();
    assert!(run.out.starts_with("<!DOCTYPE html>") && run.out.trim_end().ends_with("</html>"));
}

#[test]
fn same_bytes_for_any_number_of_threads() {
    let world = World::new();
    let feed: String = (0..400)
        .flat_map(|n| {
            let text = story(n);
            let cut = text.split_once("\n\n").expect("paragraphs").1.to_owned();
            [line(2 * n, &text), line(2 * n + 1, &cut)]
        })
        .collect();
    world.file("feed.jsonl", feed);
    for threads in ["1", "2", "7"] {
        let html = format!("{threads}.html");
        world
            .run([
                "report",
                "--raw",
                "--threads",
                threads,
                "--html",
                &html,
                "feed.jsonl",
            ])
            .code(0);
    }
    let one = world.read("1.html");
    assert!(one.contains("id=\"part-2\""), "several parts");
    assert!(one == world.read("2.html") && one == world.read("7.html"));
}

#[test]
fn long_pages_and_many_pages_are_cut_and_said_so() {
    let world = world();
    world
        .run(["report", "--raw", "--max-chars", "100", "--max-pages", "3", "--html", "out.html", "pages"])
        .code(0)
        .says("0 clusters and 1 page without duplicates are counted in the report but not shown: --max-pages");
    let page = world.read("out.html");
    let pages = packed(&page);
    assert_eq!(pages.len(), 3);
    for shown in &pages {
        assert_eq!(shown["shown"], 100);
        assert!(shown["chars"].as_u64() > Some(500));
    }
    assert!(
        page.contains("1 page without duplicates are counted here"),
        "{page:.9000}"
    );
    world
        .run([
            "report",
            "--raw",
            "--max-chars",
            "0",
            "--max-pages",
            "0",
            "--force",
            "--html",
            "out.html",
            "pages",
        ])
        .code(0)
        .says("1 cluster and 1 page");
    assert!(packed(&world.read("out.html")).is_empty());
}

#[test]
fn nothing_to_report() {
    let world = World::with([("empty/x.png", "")]);
    world
        .run(["report", "--html", "out.html", "empty"])
        .code(0)
        .prints("out.html: 0 documents, 0 duplicates in 0 clusters");
    let page = world.read("out.html");
    assert!(page.contains("There are no clusters."));
    assert!(packed(&page).is_empty());
}

#[test]
fn the_report_of_before_is_not_read_as_a_page() {
    let world = world();
    world
        .run(["report", "--raw", "--html", "pages/report.txt", "pages"])
        .code(0);
    world
        .run([
            "report",
            "--raw",
            "--force",
            "--html",
            "pages/report.txt",
            "pages",
        ])
        .code(0)
        .prints("4 documents");
}
