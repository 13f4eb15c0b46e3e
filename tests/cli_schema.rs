//! What programs read is as `tests/schema` says, and all of it is described there.
#![cfg(feature = "cli")]

mod support;

use serde_json::{Map, Value};
use support::{World, line, story};

/// Checks a value by a schema (JSON Schema 2020-12, as much of it as ours use); a keyword that is not known here fails.
fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    for (keyword, rule) in &object(schema) {
        let holds = match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => true,
            "$ref" => {
                let pointer = rule
                    .as_str()
                    .and_then(|r| r.strip_prefix('#'))
                    .expect("a local $ref");
                check(
                    value,
                    root.pointer(pointer).expect("a definition"),
                    root,
                    at,
                );
                true
            }
            "type" => {
                let is = |name: &Value| match name.as_str() {
                    Some("string") => value.is_string(),
                    Some("number") => value.is_number(),
                    Some("integer") => value.is_i64() || value.is_u64(),
                    Some("boolean") => value.is_boolean(),
                    Some("object") => value.is_object(),
                    Some("array") => value.is_array(),
                    other => panic!("type {other:?}"),
                };
                rule.as_array()
                    .map_or_else(|| is(rule), |names| names.iter().any(is))
            }
            "const" => value == rule,
            "enum" => rule.as_array().expect("values").contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "maximum" => value.as_f64() <= rule.as_f64(),
            "required" => {
                let has = |name: &Value| value.get(name.as_str().expect("a name")).is_some();
                rule.as_array().expect("names").iter().all(has)
            }
            "additionalProperties" => {
                let known: Map<_, _> = object(&schema["properties"]);
                object(value).keys().all(|name| known.contains_key(name))
            }
            "properties" => {
                for (name, schema) in &object(rule) {
                    if let Some(value) = value.get(name) {
                        check(value, schema, root, &format!("{at}.{name}"));
                    }
                }
                true
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(item, rule, root, &format!("{at}[{n}]"));
                }
                true
            }
            other => panic!("keyword {other} is not known"),
        };
        assert!(holds, "{at}: {keyword} {rule} does not hold for {value}");
    }
}

fn schema(name: &str) -> Value {
    let path = format!(
        "{}/tests/schema/{name}.schema.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Duplicates of files and lines, pages without a story, errors and notes.
fn world() -> World {
    World::with([
        ("in/a.txt", story(1).into_bytes()),
        ("in/b.txt", story(1).into_bytes()),
        ("in/empty.txt", Vec::new()),
        (
            "in/image.txt",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".to_vec(),
        ),
        (
            "in/feed.jsonl",
            (line(7, &story(1)) + &line("x", &story(2)) + "{\"text\":1}\n").into_bytes(),
        ),
        ("in/other.docx", b"x".to_vec()),
    ])
}

#[test]
fn answers_are_as_their_schema_says() {
    for raw in [&["--raw"][..], &[]] {
        let run = world()
            .run([raw, &["--format", "jsonl", "in"]].concat())
            .code(2);
        assert_eq!(run.json().len(), 7);
        for answer in run.json() {
            check(&answer, &schema("scan-line"), &schema("scan-line"), "line");
        }
        let run = world()
            .run([raw, &["--format", "json", "in"]].concat())
            .code(2);
        let answer: Value = serde_json::from_str(&run.out).expect("one object");
        check(&answer, &schema("scan"), &schema("scan"), "scan");
        assert_eq!(
            answer["clusters"].as_array().map(Vec::len),
            Some(1),
            "{answer}"
        );
        assert_eq!(answer["version"], 1);
    }
    for answer in world().run(["strip", "--labels", "in"]).code(2).json() {
        check(
            &answer,
            &schema("labels-line"),
            &schema("labels-line"),
            "labels",
        );
    }
}

#[test]
fn what_is_not_described_is_noticed() {
    let line = serde_json::json!({ "version": 1, "surprise": 2 });
    for schema in [schema("scan-line"), schema("labels-line")] {
        let checked = std::panic::catch_unwind(|| check(&line, &schema, &schema, "line"));
        assert!(checked.is_err());
    }
}
