//! `--by-site` and `--min-words`: what the program knows of sites, and what it does without.
#![cfg(feature = "cli")]

mod support;

use serde_json::{Value, json};
use support::{Run, World};

const COFFEE: &str = "The fishermen said that coffee was served on the quay every morning before the first boat came in.";

fn page(number: usize) -> String {
    let name = [
        "Ashby", "Borun", "Carrow", "Dunmore", "Elsey", "Farrow", "Gant",
    ][number];
    let thing = [
        "bridge", "ferry", "library", "orchard", "tunnel", "museum", "quarry",
    ][number];
    format!(
        "{name} {thing} to reopen\n\
         The {thing} of {name} will reopen on Monday, eleven weeks after the fire that closed it, the council said on Tuesday.\n\
         Mayor Ida {name} told reporters that the work on the {thing} had cost less than was feared in the spring.\n{COFFEE}\n"
    )
}

fn feed(fields: impl Fn(usize) -> Value) -> String {
    let line = |number: usize| {
        let mut line = json!({"id": number, "text": page(number)});
        let more = fields(number);
        let fields = more.as_object().expect("an object").clone();
        line.as_object_mut().expect("an object").extend(fields);
        line.to_string() + "\n"
    };
    (0..7).map(line).collect()
}

#[test]
fn the_site_is_a_folder_or_a_field() {
    let world = World::new();
    for number in 0..7 {
        world.file(
            format!("pages/harbour.example/news/{number}.txt"),
            page(number),
        );
    }
    let out = world.run(["strip", "pages"]).code(0).out;
    assert_eq!(
        out.matches("coffee").count(),
        7,
        "the model alone takes it for text: {out}"
    );
    let out = world.run(["strip", "--by-site", "pages"]).code(0).out;
    assert_eq!(
        (
            out.matches("coffee").count(),
            out.matches("will reopen").count()
        ),
        (0, 7),
        "{out}"
    );

    for (option, fields) in [
        (
            None,
            &(|_| json!({"host": "harbour.example"})) as &dyn Fn(usize) -> Value,
        ),
        (
            None,
            &|n| json!({"url": format!("https://www.harbour.example/{n}")}),
        ),
        (Some("outlet"), &|_| json!({"outlet": "Harbour.example"})),
    ] {
        let world = World::with([("feed.jsonl", feed(fields))]);
        let mut args = vec!["strip", "--by-site"];
        args.extend(option.iter().flat_map(|name| ["--site-field", name]));
        let run = world
            .run([args.as_slice(), &["feed.jsonl"]].concat())
            .code(0);
        assert!(!run.out.contains("coffee"), "{run:#?}");
        assert!(!run.err.contains("no site"), "{run:#?}");
        let mut command = world.dedupe([args.as_slice(), &["-"]].concat());
        let run = Run::of(command.write_stdin(feed(fields))).code(0);
        assert!(
            !run.out.contains("coffee") && run.out.contains("will reopen"),
            "{run:#?}"
        );
    }
}

#[test]
fn duplicates_are_found_by_site() {
    let world = World::with([("feed.jsonl", feed(|_| json!({"host": "harbour.example"})))]);
    let words = |args: &[&str]| {
        let run = world.run([&["--format", "jsonl", "feed.jsonl"], args].concat());
        run.json()
            .iter()
            .map(|answer| answer["words"].as_u64().expect("a number"))
            .sum::<u64>()
    };
    let line = COFFEE.split(' ').count() as u64;
    assert_eq!(words(&[]) - words(&["--by-site"]), 7 * line);
}

#[test]
fn pages_without_a_site_are_told() {
    let world = World::with([(
        "feed.jsonl",
        feed(|n| {
            if n < 3 {
                json!({"host": "a.example"})
            } else {
                json!({})
            }
        }),
    )]);
    let run = world.run(["strip", "--by-site", "feed.jsonl"]).code(0);
    run.says("4 of 7 pages name no site");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let world = World::with([("a.txt", page(1))]);
    world.run(["--by-site", "--raw", "a.txt"]).code(2);
    world.run(["--site-field", "host", "a.txt"]).code(2);
}

#[cfg(unix)]
#[test]
fn a_pipe_cannot_be_read_twice() {
    let world = World::with([("a.txt", page(1))]);
    let run = world.run(["--by-site", "/dev/null"]).code(2);
    run.says("--by-site reads twice");
}

#[test]
fn short_stories_are_none() {
    let world = World::with([("a.txt", page(1))]);
    let kind = |args: &[&str]| {
        let run = world
            .run([&["strip", "--labels", "a.txt"], args].concat())
            .code(0);
        run.json()[0]["page"].clone()
    };
    assert_eq!(kind(&[]), "story");
    // Whether what is left is a listing or nothing is the model's to say.
    assert_ne!(kind(&["--min-words", "200"]), "story");
}
