//! From words to what stands for a page: shingles, signature, fingerprint, anchors; and all at once from text.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use newsift::minhash::{MinHash, Signature};
use newsift::shingle::{Shingles, shingles};
use newsift::simhash::{HammingIndex, simhash};
use newsift::similarity::resemblance;
use newsift::text::Words;
use newsift::winnow::winnow;

use corpus::{Random, SCRIPTS, Script, text};

/// Pages in turn, so that the processor does not learn one by heart.
const PAGES: u64 = 64;

/// Words of a shingle.
const K: usize = 5;

/// A paragraph, a story, a long read.
const LENGTHS: [usize; 3] = [60, 600, 6000];

fn parts(c: &mut Criterion) {
    let mut group = c.benchmark_group("sketch");
    for length in LENGTHS {
        let mut words = Words::new();
        let pages: Vec<(Vec<u64>, Vec<u64>)> = (0..PAGES)
            .map(|seed| {
                words.read(&text(Script::Plain, length, seed));
                let mut out = Vec::new();
                shingles(words.hashes(), K, &mut out);
                assert_eq!(out.len(), words.len() - K + 1);
                (words.hashes().to_vec(), out)
            })
            .collect();
        let count: usize = pages.iter().map(|p| p.1.len()).sum();
        group.throughput(Throughput::Elements(count as u64));
        let mut out = Vec::new();
        group.bench_function(format!("shingles/{length}"), |b| {
            b.iter(|| {
                for (words, expected) in &pages {
                    shingles(black_box(words), K, &mut out);
                    assert_eq!(out.last(), expected.last());
                }
            });
        });
        let minhash: MinHash = MinHash::new();
        let signatures: Vec<Option<Signature>> =
            pages.iter().map(|p| minhash.signature(&p.1)).collect();
        group.bench_function(format!("minhash/{length}"), |b| {
            b.iter(|| {
                for ((_, hashes), expected) in pages.iter().zip(&signatures) {
                    assert_eq!(minhash.signature(black_box(hashes)), *expected);
                }
            });
        });
        group.bench_function(format!("simhash/{length}"), |b| {
            b.iter(|| {
                for (words, _) in &pages {
                    assert!(simhash(black_box(words)).is_some());
                }
            });
        });
        let mut anchors = Vec::new();
        group.bench_function(format!("winnow/{length}"), |b| {
            b.iter(|| {
                for (_, hashes) in &pages {
                    winnow(black_box(hashes), 16, &mut anchors);
                    assert!(anchors.len() >= hashes.len() / 16);
                }
            });
        });
        let mut set = Shingles::default();
        group.bench_function(format!("set/{length}"), |b| {
            b.iter(|| {
                for (_, hashes) in &pages {
                    set.refill(black_box(hashes));
                    assert!(!set.is_empty() && set.len() <= hashes.len());
                }
            });
        });
        group.bench_function(format!("set by sorting/{length}"), |b| {
            b.iter(|| {
                for (_, hashes) in &pages {
                    let set = Shingles::from_hashes(black_box(hashes).clone());
                    assert!(!set.is_empty() && set.len() <= hashes.len());
                }
            });
        });
        let sets: Vec<Shingles> = pages
            .iter()
            .map(|p| Shingles::from_hashes(p.1.clone()))
            .collect();
        group.bench_function(format!("resemblance/{length}"), |b| {
            b.iter(|| {
                for pair in sets.windows(2) {
                    assert!(resemblance(black_box(pair[0].as_slice()), pair[1].as_slice()) < 0.9);
                }
            });
        });
    }
    group.finish();
}

/// Text to signature, as bytes a second.
fn from_text(c: &mut Criterion) {
    let mut group = c.benchmark_group("text to signature");
    for (script, length) in SCRIPTS
        .map(|script| (script, 600))
        .into_iter()
        .chain([(Script::Plain, 60), (Script::Plain, 6000)])
    {
        let pages: Vec<String> = (0..PAGES).map(|seed| text(script, length, seed)).collect();
        let bytes: usize = pages.iter().map(String::len).sum();
        let minhash: MinHash = MinHash::new();
        let (mut words, mut hashes) = (Words::new(), Vec::new());
        let mut sketch = |page: &str| {
            words.read(page);
            shingles(words.hashes(), K, &mut hashes);
            minhash.signature(&hashes)
        };
        let expected: Vec<Option<Signature>> = pages.iter().map(|p| sketch(p)).collect();
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(format!("{script:?}/{length}"), |b| {
            b.iter(|| {
                for (page, expected) in pages.iter().zip(&expected) {
                    assert_eq!(sketch(black_box(page)), *expected);
                }
            });
        });
    }
    group.finish();
}

/// Fingerprints within 3 bits among a million.
fn hamming(c: &mut Criterion) {
    let mut random = Random::new(3);
    let mut fingerprints: Vec<u64> = (0..1_000_000).map(|_| random.next()).collect();
    for i in 0..1000 {
        fingerprints.push(fingerprints[i * 7] ^ 1 << (i % 64) ^ 1 << (i / 3 % 64) ^ 1);
    }
    let index = HammingIndex::new(&fingerprints, 3);
    let mut out = Vec::new();
    let mut group = c.benchmark_group("hamming");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000 searches in 1,001,000", |b| {
        b.iter(|| {
            for i in 0..1000 {
                index.within(fingerprints[i * 7], &mut out);
                assert!(out.contains(&(1_000_000 + i)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, parts, from_text, hamming);
criterion_main!(benches);
