//! Cleaning a page: bytes a second, on the sample pages and on made-up ones of several scripts and shapes.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use newsift::{Cleaner, Label, Page, Parts, strip};

use corpus::{Random, SCRIPTS, Script, page, text};

/// Pages in turn, so that the processor does not learn one by heart.
const PAGES: u64 = 16;

/// The sample pages.
fn samples() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    let pages = found
        .iter()
        .map(|path| fs::read_to_string(path).expect("UTF-8"));
    pages.collect()
}

/// Measures the labelling of pages, whose labels must come out as they did before.
fn measure(c: &mut Criterion, name: &str, pages: &[String]) {
    let cleaner = Cleaner::new();
    let expected: Vec<Page<'_>> = pages.iter().map(|page| cleaner.label(page)).collect();
    for (text, page) in pages.iter().zip(&expected) {
        let all: usize = page.blocks().iter().map(|block| block.span().len()).sum();
        assert!(all > 0 && all <= text.len());
    }
    let mut group = c.benchmark_group("strip");
    group.throughput(Throughput::Bytes(
        pages.iter().map(|page| page.len() as u64).sum(),
    ));
    group.bench_function(name, |b| {
        b.iter(|| {
            for (page, expected) in pages.iter().zip(&expected) {
                assert_eq!(cleaner.label(black_box(page)), *expected);
            }
        });
    });
    group.finish();
}

/// Measures labelling, and by themselves the features and the network. What labelling takes beyond these two is deciding, and
/// the answer.
fn measure_with_parts(c: &mut Criterion, name: &str, pages: &[String]) {
    measure(c, name, pages);
    let cleaner = Cleaner::new();
    let blocks = |page: &String| cleaner.label(page).blocks().len();
    let mut read: Vec<(Parts, &String, usize)> = pages
        .iter()
        .map(|page| (Parts::default(), page, blocks(page)))
        .collect();
    let mut group = c.benchmark_group("strip");
    group.throughput(Throughput::Bytes(
        pages.iter().map(|page| page.len() as u64).sum(),
    ));
    group.bench_function(format!("{name}/features"), |b| {
        b.iter(|| {
            for (parts, page, blocks) in &mut read {
                assert_eq!(parts.features(&cleaner, black_box(page)), *blocks);
            }
        });
    });
    for (parts, page, _) in &mut read {
        parts.features(&cleaner, page);
    }
    group.bench_function(format!("{name}/network"), |b| {
        b.iter(|| {
            for (parts, _, blocks) in &mut read {
                assert_eq!(black_box(&mut *parts).network(&cleaner), *blocks);
            }
        });
    });
    group.finish();
}

fn sample_pages(c: &mut Criterion) {
    measure(c, "sample pages", &samples());
}

fn scripts(c: &mut Criterion) {
    for script in SCRIPTS {
        let pages: Vec<String> = (0..PAGES).map(|seed| page(script, 600, seed)).collect();
        measure(c, &format!("story/{script:?}"), &pages);
    }
}

fn shapes(c: &mut Criterion) {
    let story = |seed| text(Script::English, 600, seed);
    let one_line: Vec<String> = (0..PAGES)
        .map(|seed| story(seed).replace('\n', " "))
        .collect();
    measure(c, "shape/one line", &one_line);
    let paragraphs: Vec<String> = (0..PAGES).map(story).collect();
    measure_with_parts(c, "shape/paragraphs", &paragraphs);
    let furniture: Vec<String> = (0..PAGES)
        .map(|seed| {
            (0..300)
                .map(|i| format!("Section {} of {seed}\n", i % 40))
                .collect()
        })
        .collect();
    measure_with_parts(c, "shape/300 lines of 16 bytes", &furniture);
    // As a page is that was stripped of its markup and of nothing else: menus, teasers, a line here and there.
    let naive: Vec<String> = (0..PAGES)
        .map(|seed| {
            let text = text(Script::English, 2_000, seed).replace('\n', " ");
            let mut random = Random::new(seed);
            let mut left = 0;
            let words = text.split(' ').map(|word| {
                let gap = if left > word.len() { ' ' } else { '\n' };
                left = match gap {
                    ' ' => left - word.len() - 1,
                    _ => 15 + random.below(80),
                };
                format!("{gap}{word}")
            });
            words.collect()
        })
        .collect();
    measure_with_parts(c, "shape/lines of 57 bytes", &naive);
    let long = [page(Script::English, 100_000, 1)];
    measure(c, "shape/100,000 words", &long);
}

/// What is kept of a page, as one text: what the program does with every page.
fn stories(c: &mut Criterion) {
    let pages = samples();
    let cleaner = Cleaner::new();
    let mut group = c.benchmark_group("strip");
    group.throughput(Throughput::Bytes(
        pages.iter().map(|page| page.len() as u64).sum(),
    ));
    group.bench_function("story text of the sample pages", |b| {
        b.iter(|| {
            for page in &pages {
                let text = cleaner.strip(black_box(page)).text().len();
                assert!(text <= page.len());
            }
        });
    });
    group.finish();
    // One call is as good as a cleaner.
    for page in &pages {
        let page_story = cleaner
            .label(page)
            .story(&[Label::Title, Label::Body, Label::Subhead]);
        assert_eq!(strip(page), page_story);
    }
}

criterion_group!(benches, sample_pages, scripts, shapes, stories);
criterion_main!(benches);
