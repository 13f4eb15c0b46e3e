//! The sample pages under `tests/pages/`: gold file and page files must tell the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use newsift::{Label, PageKind};
use serde_json::Value;

const KEYS: [&str; 7] = ["cluster", "date", "labels", "lang", "lines", "page", "path"];

/// One line of `gold.jsonl`.
struct Gold {
    path: String,
    lang: String,
    page: PageKind,
    cluster: Option<String>,
    date: Option<String>,
    lines: Vec<String>,
    labels: Vec<Label>,
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages")
}

fn string(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().expect("a list");
    items.iter().map(string).collect()
}

fn gold() -> Vec<Gold> {
    let text = fs::read_to_string(pages().with_file_name("gold.jsonl")).expect("tests/gold.jsonl");
    text.lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).expect("a JSON object a line");
            let keys: Vec<_> = row
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect();
            assert_eq!(
                BTreeSet::from_iter(keys),
                KEYS.iter().map(|k| k.to_string()).collect()
            );
            let optional = |key: &str| (!row[key].is_null()).then(|| string(&row[key]));
            Gold {
                path: string(&row["path"]),
                lang: string(&row["lang"]),
                page: string(&row["page"]).parse().expect("a page kind"),
                cluster: optional("cluster"),
                date: optional("date"),
                lines: strings(&row["lines"]),
                labels: strings(&row["labels"])
                    .iter()
                    .map(|l| l.parse().expect("a label"))
                    .collect(),
            }
        })
        .collect()
}

/// The text files below `dir`, relative to `root`.
fn files(dir: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, root, found);
        } else {
            let parts = path
                .strip_prefix(root)
                .expect("a path below the root")
                .iter();
            let parts: Vec<_> = parts.map(|part| part.to_str().expect("UTF-8")).collect();
            found.insert(parts.join("/"));
        }
    }
}

#[test]
fn every_file_has_one_gold_line() {
    let mut found = BTreeSet::new();
    files(&pages(), &pages(), &mut found);
    let listed: Vec<_> = gold().into_iter().map(|row| row.path).collect();
    assert!(listed.len() >= 40, "{} pages", listed.len());
    assert_eq!(
        listed,
        Vec::from_iter(found),
        "gold lines are sorted by path, one a file"
    );
}

#[test]
fn lines_and_gaps_make_up_the_page() {
    for row in gold() {
        let text = fs::read_to_string(pages().join(&row.path)).expect(&row.path);
        let mut rest = text.as_str();
        for line in &row.lines {
            assert!(
                !line.is_empty() && line == line.trim(),
                "{}: `{line}`",
                row.path
            );
            rest = rest.trim_start();
            rest = rest
                .strip_prefix(line.as_str())
                .unwrap_or_else(|| panic!("{}: `{line}` does not come next", row.path));
        }
        assert_eq!(rest.trim(), "", "{}: text after the last line", row.path);
    }
}

#[test]
fn labels_fit_the_page_kind() {
    let mut seen = BTreeSet::new();
    for row in gold() {
        assert_eq!(row.lines.len(), row.labels.len(), "{}", row.path);
        let has = |label| row.labels.contains(&label);
        let story = [Label::Title, Label::Body, Label::Subhead]
            .into_iter()
            .any(has);
        match row.page {
            PageKind::Story => assert!(has(Label::Title) && has(Label::Body), "{}", row.path),
            PageKind::Listing => assert!(!story && has(Label::Teaser), "{}", row.path),
            PageKind::Empty => assert!(!story, "{}", row.path),
        }
        seen.extend(row.labels);
    }
    assert_eq!(
        seen,
        Label::ALL.iter().copied().collect(),
        "every label occurs"
    );
}

#[test]
fn clusters_are_real() {
    let mut sizes = BTreeMap::<String, BTreeSet<String>>::new();
    for row in gold() {
        if let Some(name) = row.cluster {
            assert_eq!(row.page, PageKind::Story, "{}", row.path);
            sizes.entry(name).or_default().insert(row.path);
        }
    }
    assert!(sizes.len() >= 10, "{} clusters", sizes.len());
    for (name, paths) in sizes {
        assert!(paths.len() >= 2, "cluster {name} has one page");
        let site = |path: &String| path.split('/').next().map(str::to_owned);
        let sites: BTreeSet<_> = paths.iter().map(site).collect();
        assert!(sites.len() >= 2, "cluster {name} is carried by one site");
    }
}

#[test]
fn languages_kinds_and_dates() {
    let rows = gold();
    let languages: BTreeSet<_> = rows.iter().map(|row| row.lang.as_str()).collect();
    assert!(languages.len() >= 13, "{languages:?}");
    let count = |kind| rows.iter().filter(|row| row.page == kind).count();
    assert!(count(PageKind::Listing) >= 3);
    assert!(count(PageKind::Empty) >= 2);
    for row in &rows {
        let Some(date) = &row.date else { continue };
        let shape: String = date
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "0000-00-00", "{}", row.path);
    }
}
