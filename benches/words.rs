//! Reading the words of a page: bytes a second, by script; and against what the reader replaces.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use newsift::text::Words;

use corpus::{SCRIPTS, Script, text};

/// Pages in turn, so that the processor does not learn one by heart.
const PAGES: usize = 64;

fn words(c: &mut Criterion) {
    let mut group = c.benchmark_group("words");
    for script in SCRIPTS {
        let mut words = Words::new();
        let pages: Vec<(String, usize, u64)> = (0..PAGES)
            .map(|seed| {
                let page = text(script, 600, seed as u64);
                words.read_with_spans(&page);
                assert!(words.len() >= 500, "{script:?} has {} words", words.len());
                assert_eq!(words.spans().len(), words.len());
                let last = words.hashes()[words.len() - 1];
                (page, words.len(), last)
            })
            .collect();
        let bytes: usize = pages.iter().map(|p| p.0.len()).sum();
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(format!("read/{script:?}"), |b| {
            b.iter(|| {
                for (page, len, last) in &pages {
                    words.read(black_box(page));
                    assert_eq!((words.len(), words.hashes().last()), (*len, Some(last)));
                }
            });
        });
        if script == Script::Plain {
            group.bench_function("read_with_spans/Plain", |b| {
                b.iter(|| {
                    for (page, len, _) in &pages {
                        words.read_with_spans(black_box(page));
                        assert_eq!(words.spans().len(), *len);
                    }
                });
            });
            group.bench_function("to_lowercase and split_whitespace/Plain", |b| {
                b.iter(|| {
                    for (page, ..) in &pages {
                        let count = black_box(page).to_lowercase().split_whitespace().count();
                        assert!(count > 500);
                    }
                });
            });
            let count: usize = pages.iter().map(|p| p.1).sum();
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function("words a second/Plain", |b| {
                b.iter(|| {
                    for (page, len, last) in &pages {
                        words.read(black_box(page));
                        assert_eq!((words.len(), words.hashes().last()), (*len, Some(last)));
                    }
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, words);
criterion_main!(benches);
