//! Finding duplicates: documents a second as they arrive, and in a batch.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use newsift::{Deduplicator, Settings, Verdict, cluster, compare};

use corpus::{STORY_WORDS as WORDS, Script, stories, text};

fn batch(c: &mut Criterion) {
    let mut group = c.benchmark_group("cluster");
    group.sample_size(10);
    for count in [1_000, 10_000] {
        let (stories, copies) = stories(count);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(format!("{count} documents"), |b| {
            b.iter(|| {
                let found = cluster(black_box(&stories));
                let duplicates: usize = found.clusters().iter().map(|c| c.duplicates().len()).sum();
                assert_eq!(duplicates, copies);
            });
        });
    }
    // One page many times, and many pages with one legal notice: what costs quadratic time elsewhere.
    let same = vec![text(Script::English, WORDS, 1); 10_000];
    group.bench_function("10,000 copies of one page", |b| {
        b.iter(|| {
            assert_eq!(
                cluster(black_box(&same)).clusters()[0].duplicates().len(),
                same.len() - 1
            )
        });
    });
    let notice = text(Script::English, 150, 2);
    let noticed: Vec<String> = (0..10_000)
        .map(|i| format!("{}\n{notice}", text(Script::English, 150, 100 + i)))
        .collect();
    group.bench_function("10,000 pages with one notice", |b| {
        b.iter(|| {
            let found = cluster(black_box(&noticed));
            assert!(found.verified_pairs() < 40 * noticed.len());
        });
    });
    group.finish();
}

fn insert(c: &mut Criterion) {
    let (stories, copies) = stories(2_000);
    let mut group = c.benchmark_group("insert");
    group.sample_size(10);
    group.throughput(Throughput::Elements(stories.len() as u64));
    group.bench_function("2,000 documents one after the other", |b| {
        b.iter_batched(
            Deduplicator::new,
            |mut seen| {
                let verdicts = stories.iter().map(|story| seen.insert(black_box(story)));
                let duplicates = verdicts
                    .filter(|v| matches!(v, Verdict::Duplicate(_)))
                    .count();
                assert_eq!(duplicates, copies);
                seen
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn parts(c: &mut Criterion) {
    let (stories, _) = stories(200);
    let settings = Settings::default();
    let mut group = c.benchmark_group("dedup");
    group.throughput(Throughput::Bytes(
        stories.iter().map(|story| story.len() as u64).sum(),
    ));
    group.bench_function("sketch", |b| {
        b.iter(|| {
            for story in &stories {
                assert!(settings.sketch(black_box(story)).words() > WORDS / 2);
            }
        });
    });
    group.throughput(Throughput::Elements(stories.len() as u64));
    group.bench_function("compare", |b| {
        b.iter(|| {
            for story in &stories {
                black_box(compare(&stories[0], black_box(story)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, batch, insert, parts);
criterion_main!(benches);
