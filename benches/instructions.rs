//! Instructions that each stage executes, counted by Callgrind: the same in every run, so that 2 % are seen.
//!
//! `.ci/run instructions` runs these and compares the counts with `instructions.json`; see README.md beside this file.
//! Everything is warmed up before it is counted: what is measured is the steady state.
#![allow(missing_docs, reason = "of what the macros make")]

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Callgrind, EntryPoint};
use newsift::minhash::MinHash;
use newsift::shingle::{Shingles, shingles};
use newsift::simhash::simhash;
use newsift::text::Words;
use newsift::winnow::winnow;
use newsift::{Cleaner, Deduplicator, Settings, cluster};

use corpus::{Script, page, stories, text};

/// Pages of a bench.
const PAGES: u64 = 8;
/// Words of a page.
const WORDS: usize = 600;
/// Words of a shingle.
const K: usize = 5;

fn texts(script: Script) -> Vec<String> {
    (0..PAGES).map(|seed| text(script, WORDS, seed)).collect()
}

fn warm_words(script: Script) -> (Words, Vec<String>) {
    let (mut words, pages) = (Words::new(), texts(script));
    for page in &pages {
        words.read_with_spans(page);
    }
    (words, pages)
}

#[library_benchmark(setup = warm_words)]
#[bench::ascii(Script::Plain)]
#[bench::english(Script::English)]
#[bench::russian(Script::Russian)]
#[bench::chinese(Script::Chinese)]
fn words((mut words, pages): (Words, Vec<String>)) -> usize {
    let mut count = 0;
    for page in &pages {
        words.read(black_box(page));
        count += words.len();
    }
    count
}

/// The hashes of a page's words, and of its shingles.
type Hashes = (Vec<u64>, Vec<u64>);

fn hashes() -> Vec<Hashes> {
    let mut words = Words::new();
    let pages = texts(Script::Plain).into_iter().map(|page| {
        words.read(&page);
        let mut out = Vec::new();
        shingles(words.hashes(), K, &mut out);
        (words.hashes().to_vec(), out)
    });
    pages.collect()
}

#[library_benchmark(setup = hashes)]
#[bench::k5()]
fn shingle(pages: Vec<Hashes>) -> u64 {
    let mut out = Vec::with_capacity(2 * WORDS);
    let mut last = 0;
    for (words, _) in &pages {
        shingles(black_box(words), K, &mut out);
        last ^= out[0];
    }
    last
}

#[library_benchmark(setup = hashes)]
#[bench::of_shingles()]
fn set(pages: Vec<Hashes>) -> usize {
    let mut set = Shingles::default();
    let mut count = 0;
    for (_, shingles) in &pages {
        set.refill(black_box(shingles));
        count += set.len();
    }
    count
}

/// The hasher has looked at the processor before it is counted.
fn minhasher() -> (MinHash, Vec<Hashes>) {
    let (minhash, pages) = (MinHash::new(), hashes());
    black_box(minhash.signature(&pages[0].1));
    (minhash, pages)
}

#[library_benchmark(setup = minhasher)]
#[bench::slots128()]
fn signature((minhash, pages): (MinHash, Vec<Hashes>)) {
    for (_, shingles) in &pages {
        black_box(minhash.signature(black_box(shingles)));
    }
}

#[library_benchmark(setup = hashes)]
#[bench::of_words()]
fn fingerprint(pages: Vec<Hashes>) -> u64 {
    let all = pages
        .iter()
        .filter_map(|(words, _)| simhash(black_box(words)));
    all.fold(0, |a, b| a ^ b)
}

#[library_benchmark(setup = hashes)]
#[bench::window16()]
fn anchors(pages: Vec<Hashes>) -> usize {
    let mut anchors = Vec::with_capacity(WORDS);
    let mut count = 0;
    for (_, shingles) in &pages {
        winnow(black_box(shingles), 16, &mut anchors);
        count += anchors.len();
    }
    count
}

fn documents(count: usize) -> Vec<String> {
    let (stories, _) = stories(count);
    black_box(Settings::default().sketch(&stories[0]));
    stories
}

#[library_benchmark(setup = documents)]
#[bench::documents50(50)]
fn sketch(stories: Vec<String>) -> usize {
    let settings = Settings::default();
    let sketches = stories
        .iter()
        .map(|story| settings.sketch(black_box(story)));
    sketches.map(|sketch| sketch.words()).sum()
}

// Neighbours in this list are strangers, but for every fifth, a copy of one before it.
#[library_benchmark(setup = documents)]
#[bench::pairs50(50)]
fn verify(stories: Vec<String>) -> usize {
    let settings = Settings::default();
    let pairs = (0..stories.len()).map(|i| (&stories[i / 25 * 5], &stories[i]));
    pairs
        .filter(|(a, b)| settings.compare(a, b).are_duplicates())
        .count()
}

#[library_benchmark(setup = documents)]
#[bench::documents300(300)]
fn insert(stories: Vec<String>) -> Deduplicator {
    let mut seen = Deduplicator::new();
    for story in &stories {
        black_box(seen.insert(black_box(story)));
    }
    seen
}

/// In this thread alone: Callgrind counts a thread, and how work is stolen differs from run to run.
fn alone(count: usize) -> Vec<String> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool of this process");
    documents(count)
}

#[library_benchmark(setup = alone)]
#[bench::documents300(300)]
// The parts of the same run.
#[bench::buckets(args = (300), config = part("*buckets::Buckets::new*"))]
#[bench::candidates(args = (300), config = part("*candidates::candidates*"))]
#[bench::verification(args = (300), config = part("*align::align*"))]
fn batch(stories: Vec<String>) -> usize {
    let found = cluster(black_box(&stories));
    found.clusters().len()
}

/// Counts only what is executed within the functions of this name.
fn part(function: &str) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::with_args(["--cache-sim=no"]);
    callgrind.entry_point(EntryPoint::Custom(function.to_owned()));
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

/// Instructions only: the simulated cache says little about real ones.
fn config() -> LibraryBenchmarkConfig {
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(Callgrind::with_args(["--cache-sim=no"]));
    config
}

/// What a page is like.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A menu, paragraphs, teasers.
    Story(Script),
    /// Paragraphs and nothing else.
    Paragraphs,
    /// Lines of two or three words.
    ShortLines,
}

fn cleaner(kind: Kind) -> (Cleaner, Vec<String>) {
    let short = |seed| {
        (0..150)
            .map(|i| format!("Section {} of {seed}\n", i % 40))
            .collect()
    };
    let pages: Vec<String> = (0..PAGES)
        .map(|seed| match kind {
            Kind::Story(script) => page(script, WORDS, seed),
            Kind::Paragraphs => text(Script::English, WORDS, seed),
            Kind::ShortLines => short(seed),
        })
        .collect();
    let cleaner = Cleaner::new();
    // Twice: the scratch memory has found its size.
    for page in pages.iter().chain(&pages) {
        black_box(cleaner.label(page));
    }
    (cleaner, pages)
}

#[library_benchmark(setup = cleaner)]
#[bench::english(Kind::Story(Script::English))]
#[bench::russian(Kind::Story(Script::Russian))]
#[bench::chinese(Kind::Story(Script::Chinese))]
#[bench::paragraphs(Kind::Paragraphs)]
#[bench::short_lines(Kind::ShortLines)]
fn strip((cleaner, pages): (Cleaner, Vec<String>)) -> usize {
    let pages = pages.iter().map(|page| cleaner.strip(black_box(page)));
    pages.map(|story| story.spans().len()).sum()
}

// The parts of stripping, with the warm-up: twice over each page, then once.
#[library_benchmark(setup = cleaner)]
#[bench::surface(args = (Kind::Story(Script::English)), config = part("*features::surface::read*"))]
#[bench::grams(args = (Kind::Story(Script::English)), config = part("*features::grams::scores*"))]
#[bench::context(args = (Kind::Story(Script::English)), config = part("*features::context::write*"))]
#[bench::network(args = (Kind::Story(Script::English)), config = part("*second::Network::forward*"))]
fn strip_part((cleaner, pages): (Cleaner, Vec<String>)) {
    for page in &pages {
        black_box(cleaner.label(black_box(page)));
    }
}

/// Pages on which careless code would be quadratic.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Equal,
    Period,
    Letters,
    Distinct,
    Gallery,
    OneLine,
    Links,
}

/// Blocks of the smaller page.
const BLOCKS: usize = 600;

/// A cleaner that knows the page already, and the page.
fn shaped(shape: Shape, blocks: usize) -> (Cleaner, String) {
    let long = text(Script::English, 40 * blocks, 1).replace('\n', " ");
    let sentences: Vec<&str> = long.split(". ").collect();
    let block = |i: usize| match shape {
        Shape::Equal => "The harbour board met on Monday.\n".into(),
        Shape::Period => format!("The {}th board met on Monday.\n", "long ".repeat(i % 7)),
        Shape::Letters => format!("{}\n", char::from(b'a' + (i * i % 26) as u8)),
        Shape::Distinct => format!("{}.\n", sentences[i]),
        Shape::Gallery => match i % 3 {
            0 => "Storm over the harbour\n".into(),
            1 => format!("{:.20}\n", sentences[i]),
            _ => format!("{}.\n", sentences[i]),
        },
        Shape::OneLine => "The harbour board met on Monday. ".into(),
        Shape::Links => "* [The harbour](/board_(1) [[met]( ![on](/) **Monday.\n".into(),
    };
    let page: String = (0..blocks).map(block).collect();
    let cleaner = Cleaner::new();
    assert_eq!(cleaner.label(&page).blocks().len(), blocks);
    black_box(cleaner.label(&page));
    (cleaner, page)
}

// A name with `_twice` is the same page with twice the blocks, and may cost 2.2 times as much: see instructions.py.
#[library_benchmark(setup = shaped)]
#[bench::equal(Shape::Equal, BLOCKS)]
#[bench::equal_twice(Shape::Equal, 2 * BLOCKS)]
#[bench::period(Shape::Period, BLOCKS)]
#[bench::period_twice(Shape::Period, 2 * BLOCKS)]
#[bench::letters(Shape::Letters, BLOCKS)]
#[bench::letters_twice(Shape::Letters, 2 * BLOCKS)]
#[bench::distinct(Shape::Distinct, BLOCKS)]
#[bench::distinct_twice(Shape::Distinct, 2 * BLOCKS)]
#[bench::gallery(Shape::Gallery, BLOCKS)]
#[bench::gallery_twice(Shape::Gallery, 2 * BLOCKS)]
#[bench::one_line(Shape::OneLine, BLOCKS)]
#[bench::one_line_twice(Shape::OneLine, 2 * BLOCKS)]
#[bench::links(Shape::Links, BLOCKS)]
#[bench::links_twice(Shape::Links, 2 * BLOCKS)]
fn linear((cleaner, page): (Cleaner, String)) -> usize {
    cleaner.label(black_box(&page)).blocks().len()
}

library_benchmark_group!(
    name = stages;
    benchmarks =
        words, shingle, set, signature, fingerprint, anchors, sketch, verify, insert, batch, strip, strip_part, linear
);

/// Only `cargo bench` runs them: they need Valgrind, which `cargo test` must not.
fn main() {
    let wanted = |arg: String| arg == "--bench" || arg.starts_with("--gungraun");
    if std::env::args().any(wanted) {
        counted::run();
    }
}

mod counted {
    use super::*;

    main!(
        config = config();
        library_benchmark_groups = stages
    );

    pub(super) fn run() {
        main();
    }
}
