//! What holds for every page that is cleaned, and how well the sample pages are.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;

use newsift::{Cleaner, Label, Page, PageKind, Story};
use proptest::prelude::*;
use serde_json::Value;

/// F1 of the sample pages' story, by bytes; measured 0.963. A sixth of the pages are of odd kinds: verse, live blogs, one line.
const STORY_F1: f64 = 0.96;
/// Of the sample pages' lines, the share kept or dropped rightly; measured 0.938.
const KEPT_RIGHTLY: f64 = 0.936;
/// Of the sample pages' lines, the share with the right one of fourteen labels; measured 0.850.
const LABELS_RIGHT: f64 = 0.847;
/// Of the sample pages, the share whose kind is right; measured 0.987.
const KINDS_RIGHT: f64 = 0.98;

/// All that is promised of any page.
fn laws(cleaner: &Cleaner, text: &str) {
    let page = cleaner.label(text);
    assert_eq!(page.text(), text);
    let mut rest = 0;
    for block in page.blocks() {
        let span = block.span();
        assert!(
            rest <= span.start && span.start < span.end,
            "spans ascend and are disjoint"
        );
        let gap = text.get(rest..span.start).expect("char boundaries");
        assert_eq!(gap.trim(), "", "between blocks is nothing but white space");
        let inside = text.get(span.clone()).expect("char boundaries");
        assert_eq!(inside.trim(), inside);
        assert_eq!(inside, page.text_of(block));
        assert!((0.0..=1.0).contains(&block.confidence()));
        rest = span.end;
    }
    assert_eq!(text[rest..].trim(), "");
    if page.blocks().is_empty() {
        assert_eq!(page.kind(), PageKind::Empty);
    }
    assert_eq!(cleaner.label(text), page, "the same page, the same answer");
    let story = cleaner.strip(text);
    assert_eq!(
        story,
        page.story(&[Label::Title, Label::Body, Label::Subhead])
    );
    assert_eq!(story, twin(&page, Label::is_story));
}

/// The story by the plainest code: the page with everything else crossed out.
fn twin<'t>(page: &Page<'t>, keep: impl Fn(Label) -> bool) -> Story<'t> {
    let kept = page.blocks().iter().filter(|block| keep(block.label()));
    let spans: Vec<Range<usize>> = kept.map(|block| block.span()).collect();
    let labels: Vec<Label> = Label::ALL.iter().copied().filter(|l| keep(*l)).collect();
    let story = page.story(&labels);
    assert_eq!(story.spans(), spans);
    let texts: Vec<&str> = spans.iter().map(|s| &page.text()[s.clone()]).collect();
    assert_eq!(story.text(), texts.join("\n"));
    assert!(story.blocks().eq(texts));
    story
}

/// Lines as they occur in the news of the world, and as they should not.
fn lines() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[A-Z][a-z]{2,9}( [a-z]{1,12}){0,40}[.!?…:]?",
        2 => "[A-Z]{2,12}: [A-Z][a-z]{2,9}( [a-z]{1,9}){3,9}",
        1 => "(Read more|By|Photo|©|Last updated)[: ]( ?[A-Z][a-z]{2,9}){0,5} ?[0-9:./]{0,8}",
        1 => "[А-Я][а-я]{2,9}( [а-я]{1,12}){0,20}\\.",
        1 => "[日本語新聞記事東京発表]{1,60}[。！]?",
        1 => "[اأبتثجحخدذرز]{2,8}( [اأبتثجحخدذرز]{2,8}){0,15}[.؟]",
        1 => "[कखगघचछजझ]{1,5}( [कखगघचछजझ]{1,5}){0,15}।",
        1 => "[ไทยขาวนี่]{1,40}",
        1 => "\\PC{0,12}",
        1 => proptest::collection::vec(any::<char>(), 0..6).prop_map(String::from_iter),
        1 => Just("\0\0 a\0b \u{feff}\u{200b}".to_owned()),
        1 => Just(String::new()),
    ]
}

fn pages() -> impl Strategy<Value = String> {
    let end = prop_oneof![6 => Just("\n"), 2 => Just("\r\n"), 2 => Just("\n\n"), 1 => Just(" "), 1 => Just("\u{2028}")];
    proptest::collection::vec((lines(), end), 0..40).prop_map(|page| {
        page.iter()
            .flat_map(|(line, end)| [line.as_str(), *end])
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_page(text in pages()) {
        laws(&Cleaner::new(), &text);
    }

    #[test]
    fn any_labels_can_be_kept(text in pages(), labels in proptest::sample::subsequence(Label::ALL, 1..=14)) {
        let cleaner = Cleaner::builder().keep(&labels).build().expect("a label");
        let page = cleaner.label(&text);
        prop_assert_eq!(cleaner.strip(&text), twin(&page, |l| labels.contains(&l)));
    }

    /// Where no line is overlong and the first is too wide for wrapped text, blocks are the lines.
    #[test]
    fn blocks_are_lines(page in proptest::collection::vec(lines(), 4..30)) {
        let text = format!("{}\n{}", "wide ".repeat(30), page.join("\n"));
        prop_assume!(text.split('\n').all(|line| line.len() < 600));
        let blocks = Cleaner::new().label(&text).story(Label::ALL);
        let twin = text.split('\n').map(str::trim).filter(|line| !line.is_empty());
        prop_assert!(blocks.blocks().eq(twin));
    }

    #[test]
    fn line_ends_of_either_kind_are_the_same(page in proptest::collection::vec(lines(), 0..30)) {
        let labels = |end: &str| {
            let text = page.join(end);
            let page = Cleaner::new().label(&text);
            page.blocks().iter().map(|b| (page.text_of(b).replace('\r', ""), b.label())).collect::<Vec<_>>()
        };
        prop_assert_eq!(labels("\n"), labels("\r\n"));
    }
}

#[test]
fn hostile_pages() {
    let cleaner = Cleaner::new();
    let paragraph = "The council of Old Harbour met on Monday, and nothing was decided. ";
    for text in [
        String::new(),
        "\n\r\n \t\u{a0}\u{3000}\n".into(),
        "\0".repeat(1000),
        "\u{feff}".into(),
        "a".into(),
        "x\n".repeat(20_000),
        format!("{paragraph}\n").repeat(1_000),
        // A gallery without end: title, caption heading, caption.
        format!("Ships of the year\nShip\n{paragraph}\n").repeat(500),
        // Equal lines as wide as wrapped text, and lines that come back after two, three and four.
        format!("{paragraph}\n").repeat(5_000),
        (0..1_000).map(|i| ["Home\n", "Boat\n"][i % 2]).collect(),
        (0..1_000)
            .map(|i| ["A boat\n", "Photo: Holm\n", paragraph][i % 3])
            .collect(),
        (0..1_000)
            .map(|i| ["Q\n", "Why?\n", "A\n", "Because it is so.\n"][i % 4])
            .collect(),
        // Different on every line, so that nothing is shared.
        (0..2_000)
            .map(|i| format!("Item {i} of the list\r\n"))
            .collect(),
        // The line ends were lost.
        paragraph.repeat(500),
        "。".repeat(2_000),
        "! ".repeat(2_000),
        "\u{301}".repeat(10_000),
    ] {
        laws(&cleaner, &text);
    }
}

#[test]
fn a_block_of_ten_megabytes() {
    let block = "harbour ".repeat(10 << 17);
    let text = format!("A headline\n{block}\nA line\nAnother line\nThe last line");
    let page = Cleaner::new().label(&text);
    assert_eq!(page.blocks().len(), 5);
    assert_eq!(page.text_of(&page.blocks()[1]), block.trim());
}

#[test]
fn a_cleaner_serves_many_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Cleaner>();
    shared::<Page<'static>>();
    shared::<Story<'static>>();

    let cleaner = Cleaner::new();
    let pages: Vec<String> = gold().into_iter().map(|page| page.text).collect();
    let one_by_one: Vec<Page<'_>> = pages.iter().map(|page| cleaner.label(page)).collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for (text, expected) in pages.iter().zip(&one_by_one) {
                    assert_eq!(cleaner.label(text), *expected);
                }
            });
        }
    });
}

/// A sample page: its text, and its lines with their labels.
struct Gold {
    path: String,
    text: String,
    kind: PageKind,
    lines: Vec<(Range<usize>, Label)>,
}

fn gold() -> Vec<Gold> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let rows = fs::read_to_string(root.with_file_name("gold.jsonl")).expect("tests/gold.jsonl");
    rows.lines()
        .map(|row| {
            let row: Value = serde_json::from_str(row).expect("a JSON object a line");
            let string = |value: &Value| value.as_str().expect("a string").to_owned();
            let path = string(&row["path"]);
            let text = fs::read_to_string(root.join(&path)).expect(&path);
            let mut at = 0;
            let lines = row["lines"].as_array().expect("a list").iter();
            let labels = row["labels"].as_array().expect("a list").iter();
            let lines = lines
                .zip(labels)
                .map(|(line, label)| {
                    let line = string(line);
                    let start = at + text[at..].find(&line).expect("the line");
                    at = start + line.len();
                    (start..at, string(label).parse().expect("a label"))
                })
                .collect();
            let kind = string(&row["page"]).parse().expect("a page kind");
            Gold {
                path,
                text,
                kind,
                lines,
            }
        })
        .collect()
}

/// The label of the block that covers most of a line.
fn label_of(page: &Page<'_>, line: &Range<usize>) -> Option<Label> {
    let shared = |span: Range<usize>| {
        span.end
            .min(line.end)
            .saturating_sub(span.start.max(line.start))
    };
    let best = page
        .blocks()
        .iter()
        .rev()
        .max_by_key(|block| shared(block.span()))?;
    (shared(best.span()) > 0).then_some(best.label())
}

#[test]
fn sample_pages_are_read_well() {
    let cleaner = Cleaner::new();
    let pages = gold();
    let (mut lines, mut right, mut kept_right, mut kinds) = (0, 0, 0, 0);
    // Bytes of story lines that are kept, of noise that is kept, of story lines that are dropped.
    let (mut kept, mut noise, mut lost) = (0, 0, 0);
    let mut wrong = String::new();
    for gold in &pages {
        let page = cleaner.label(&gold.text);
        kinds += usize::from(page.kind() == gold.kind);
        for (line, label) in &gold.lines {
            let found = label_of(&page, line);
            let (is, got) = (label.is_story(), found.is_some_and(Label::is_story));
            lines += 1;
            right += usize::from(found == Some(*label));
            kept_right += usize::from(is == got);
            match (is, got) {
                (true, true) => kept += line.len(),
                (false, true) => noise += line.len(),
                (true, false) => lost += line.len(),
                (false, false) => {}
            }
            if is != got {
                let line: String = gold.text[line.clone()].chars().take(60).collect();
                wrong += &format!("{}: {found:?}, want {label:?}: {line}\n", gold.path);
            }
        }
    }
    let share = |part: usize, all: usize| part as f64 / all as f64;
    for (what, measured, floor) in [
        (
            "story F1 by bytes",
            share(2 * kept, 2 * kept + noise + lost),
            STORY_F1,
        ),
        (
            "lines kept or dropped rightly",
            share(kept_right, lines),
            KEPT_RIGHTLY,
        ),
        ("labels right", share(right, lines), LABELS_RIGHT),
        ("page kinds right", share(kinds, pages.len()), KINDS_RIGHT),
    ] {
        assert!(
            measured >= floor,
            "{wrong}{what}: {measured:.4} is under {floor}"
        );
    }
}
