//! Sketching, comparing, inserting and clustering, on generated stories in several versions.
//!
//! `cargo bench --bench dedup`. Every bench checks its answer before it is timed.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use newsift::{Batch, Deduplicator, Document, Settings, Sketch, Verdict};

/// `stories` stories of about 400 words, each in four versions: whole, edited, cut, continued.
fn corpus(stories: usize) -> Vec<String> {
    let mut state = 1_u64;
    let mut dice = move |below: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        ((state >> 33) % below as u64) as usize
    };
    let mut texts = Vec::new();
    for _ in 0..stories {
        let story: Vec<String> = (0..350 + dice(100))
            .map(|_| format!("w{}", dice(60) * dice(60)))
            .collect();
        let mut edited = story.clone();
        for _ in 0..15 {
            let at = dice(edited.len());
            edited[at] = format!("e{}", dice(1000));
        }
        let more: Vec<String> = (0..60)
            .map(|_| format!("w{}", dice(60) * dice(60)))
            .collect();
        texts.push(story.join(" "));
        texts.push(edited.join(" "));
        texts.push(story[..story.len() / 2].join(" "));
        texts.push(format!("{} {}", story.join(" "), more.join(" ")));
    }
    texts
}

fn sketches(settings: &Settings, texts: &[String]) -> Vec<Sketch> {
    texts.iter().map(|t| settings.sketch(t)).collect()
}

fn batch(settings: &Settings, sketches: Vec<Sketch>) -> Batch {
    let mut batch = Batch::new(settings.clone());
    for (i, sketch) in sketches.into_iter().enumerate() {
        let id = format!("{i:06}");
        batch.push(
            sketch,
            Document {
                id,
                ..Document::default()
            },
        );
    }
    batch
}

fn all(c: &mut Criterion) {
    let settings = Settings::default();
    let texts = corpus(500);
    let bytes: usize = texts.iter().map(String::len).sum();

    let mut group = c.benchmark_group("dedup");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(bytes as u64));
    assert!(texts.iter().all(|t| settings.sketch(t).bytes() < 400));
    group.bench_function("sketch", |b| {
        b.iter(|| black_box(sketches(&settings, &texts)))
    });

    group.throughput(Throughput::Elements(1));
    assert!(settings.compare(&texts[0], &texts[1]).are_duplicates());
    assert!(!settings.compare(&texts[0], &texts[4]).are_duplicates());
    group.bench_function("compare duplicates", |b| {
        b.iter(|| settings.compare(black_box(&texts[0]), &texts[1]))
    });
    group.bench_function("compare others", |b| {
        b.iter(|| settings.compare(black_box(&texts[0]), &texts[4]))
    });

    group.throughput(Throughput::Elements(texts.len() as u64));
    let ready = batch(&settings, sketches(&settings, &texts));
    let find = || ready.cluster(|i| Cow::Borrowed(texts[i].as_str()));
    let found = find();
    assert_eq!(found.clusters().len(), 500);
    assert!(found.clusters().iter().all(|c| c.duplicates().len() == 3));
    group.bench_function("cluster", |b| b.iter(|| black_box(find())));

    group.bench_function("insert", |b| {
        b.iter_batched(
            Deduplicator::new,
            |mut dedup| {
                let new = texts
                    .iter()
                    .filter(|t| matches!(dedup.insert(t), Verdict::New(_)))
                    .count();
                assert_eq!(new, 500);
                dedup
            },
            BatchSize::PerIteration,
        )
    });
    group.finish();
}

criterion_group!(benches, all);
criterion_main!(benches);
