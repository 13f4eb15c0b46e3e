//! Side by side with other crates, on the same documents with the same shingles: a Markdown table of ratios.
//!
//! `cargo bench --bench peers`. All in one thread and one after the other, round by round; of every ten documents the best
//! round counts, so that other work on the machine hardly does. The documents are lower-case words with single spaces between them, so that every crate forms the same five-word shingles;
//! that all of them estimate the same resemblance is checked before anything is measured.

#[allow(dead_code, reason = "each bench uses a part")]
mod corpus;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, compute_minhash_similarity};
use gaoya::text::{shingle_tokens, whitespace_split};
use newsift::minhash::{MinHash, Signature};
use newsift::shingle::shingles;
use newsift::text::Words;
use newsift::{Deduplicator, Verdict};
use txtfp::{
    Canonicalizer, Fingerprinter, MinHashFingerprinter, MinHashSig, ShingleTokenizer, WordTokenizer,
};

use corpus::stories;

/// Words of a shingle.
const K: usize = 5;
/// Slots of a signature.
const SLOTS: usize = 128;
/// Documents of a round, every fifth a copy of an earlier one.
const DOCUMENTS: usize = 1_000;

/// The documents, and how many of them are copies.
fn documents(count: usize) -> (Vec<String>, usize) {
    let (stories, copies) = stories(count);
    let plain = |story: &String| {
        let letters: String = story
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    ' '
                }
            })
            .collect();
        letters.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    (stories.iter().map(plain).collect(), copies)
}

/// Ours, with its memory for words and shingles.
struct Newsift {
    words: Words,
    hashes: Vec<u64>,
    minhash: MinHash<SLOTS>,
}

impl Newsift {
    fn signature(&mut self, text: &str) -> Signature<SLOTS> {
        self.words.read(text);
        shingles(self.words.hashes(), K, &mut self.hashes);
        self.minhash.signature(&self.hashes).expect("words")
    }
}

fn gaoya_signature(hasher: &impl MinHasher<V = u32>, text: &str) -> Vec<u32> {
    let words: Vec<&str> = whitespace_split(text).collect();
    hasher.create_signature(shingle_tokens(&words, K))
}

type Txtfp = MinHashFingerprinter<ShingleTokenizer<WordTokenizer>, SLOTS>;

fn txtfp_signature(hasher: &Txtfp, text: &str) -> MinHashSig<SLOTS> {
    hasher.fingerprint(text).expect("words")
}

fn exact(a: &str, b: &str) -> f64 {
    let set = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        words
            .windows(K)
            .map(|w| w.join(" "))
            .collect::<BTreeSet<_>>()
    };
    let (a, b) = (set(a), set(b));
    a.intersection(&b).count() as f64 / a.union(&b).count() as f64
}

/// What is measured: a name, and what is done with the document of a number; the first begins anew.
type Step<'a> = (&'a str, Box<dyn FnMut(usize) + 'a>);

/// The seconds that each takes for all documents: the sum of the best of some rounds of a few documents.
fn best(steps: &mut [Step<'_>], documents: usize, rounds: usize) -> Vec<f64> {
    const TOGETHER: usize = 10;
    let mut best = vec![vec![f64::MAX; documents.div_ceil(TOGETHER)]; steps.len()];
    for _ in 0..rounds {
        for ((_, step), best) in steps.iter_mut().zip(&mut best) {
            for (group, best) in best.iter_mut().enumerate() {
                let from = group * TOGETHER;
                let start = Instant::now();
                (from..documents.min(from + TOGETHER)).for_each(&mut *step);
                *best = best.min(start.elapsed().as_secs_f64());
            }
        }
    }
    best.iter().map(|groups| groups.iter().sum()).collect()
}

/// For `peers.py`: the best time of our signatures of the texts of a JSON Lines file.
#[allow(clippy::print_stdout)]
fn signatures(path: &str, ours: &mut Newsift) {
    let lines = std::fs::read_to_string(path).expect("a file");
    let texts: Vec<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| line["text"].as_str().expect("a text").to_owned())
        .collect();
    let step = |i: usize| {
        black_box(ours.signature(black_box(&texts[i])));
    };
    let times = best(&mut [("newsift", Box::new(step))], texts.len(), 50);
    println!("{}", times[0]);
}

fn main() {
    // `cargo test` asks for the checks alone.
    let measured = std::env::args().any(|arg| arg == "--bench");
    let count = if measured { DOCUMENTS } else { 50 };
    let (documents, copies) = documents(count);
    let bytes: usize = documents.iter().map(String::len).sum();
    let mut ours = Newsift {
        words: Words::new(),
        hashes: Vec::new(),
        minhash: MinHash::new(),
    };
    let mut args = std::env::args().skip_while(|arg| arg != "--signatures");
    if let Some(path) = args.nth(1) {
        return signatures(&path, &mut ours);
    }
    let gaoya = MinHasher32::new(SLOTS);
    let txtfp = Txtfp::new(
        Canonicalizer::default(),
        ShingleTokenizer {
            k: K,
            inner: WordTokenizer,
        },
    );

    check(&documents, &mut ours, &gaoya, &txtfp);

    let mut buffer = vec![0; bytes];
    let longest = documents.iter().map(String::len).max().unwrap_or(0);
    let mut steps: Vec<Step<'_>> = vec![
        (
            "newsift",
            Box::new(|i| {
                black_box(ours.signature(black_box(&documents[i])));
            }),
        ),
        (
            "gaoya",
            Box::new(|i| {
                black_box(gaoya_signature(&gaoya, black_box(&documents[i])));
            }),
        ),
        (
            "txtfp",
            Box::new(|i| {
                black_box(txtfp_signature(&txtfp, black_box(&documents[i])));
            }),
        ),
        (
            "xxh3 of the bytes",
            Box::new(|i| {
                black_box(xxhash_rust::xxh3::xxh3_64(black_box(
                    documents[i].as_bytes(),
                )));
            }),
        ),
        (
            "memcpy of the bytes",
            Box::new(|i| {
                let text = documents[i].as_bytes();
                let at = (i * longest) % (bytes - text.len() + 1);
                buffer[at..at + text.len()].copy_from_slice(black_box(text));
                black_box(&mut buffer);
            }),
        ),
    ];
    let times = best(&mut steps, documents.len(), if measured { 25 } else { 1 });
    let names: Vec<&str> = steps.iter().map(|step| step.0).collect();
    print(
        "text to a signature of 128 slots, one core",
        bytes,
        &names,
        &times,
    );
    drop(steps);

    let (mut seen, mut ours, mut theirs) = (Deduplicator::new(), 0, 0);
    let hasher = MinHasher32::new(42 * 3);
    let mut index: MinHashIndex<u32, usize> = MinHashIndex::new(42, 3, 0.5);
    let mut steps: Vec<Step<'_>> = vec![
        (
            "newsift, every answer verified",
            Box::new(|i| {
                if i == 0 {
                    (seen, ours) = (Deduplicator::new(), 0);
                }
                let verdict = seen.insert(&documents[i]);
                ours += usize::from(matches!(verdict, Verdict::Duplicate(_)));
            }),
        ),
        (
            "gaoya, 42 bands of 3, signatures compared",
            Box::new(|i| {
                if i == 0 {
                    (index, theirs) = (MinHashIndex::new(42, 3, 0.5), 0);
                }
                let signature = gaoya_signature(&hasher, &documents[i]);
                // As ours does: what is found is not kept.
                if index.query_owned(&signature).is_empty() {
                    index.insert(i, signature);
                } else {
                    theirs += 1;
                }
            }),
        ),
    ];
    let times = best(&mut steps, documents.len(), if measured { 9 } else { 1 });
    let names: Vec<&str> = steps.iter().map(|step| step.0).collect();
    print(
        "text to found duplicates, document by document, one core",
        bytes,
        &names,
        &times,
    );
    drop(steps);
    assert_eq!(ours, copies);
    assert!(theirs >= copies * 9 / 10, "{theirs} of {copies}");
}

/// All estimates lie where 128 slots can lie: their standard error is at most 0.045.
fn check(documents: &[String], ours: &mut Newsift, gaoya: &impl MinHasher<V = u32>, txtfp: &Txtfp) {
    let mut errors = [0.0; 3];
    let mut pairs = 0;
    for i in (4..documents.len()).step_by(5) {
        for j in (0..i).step_by(5) {
            let (a, b) = (&documents[i], &documents[j]);
            let resemblance = exact(a, b);
            if resemblance < 0.2 {
                continue;
            }
            let (x, y) = (txtfp_signature(txtfp, a), txtfp_signature(txtfp, b));
            let estimates = [
                ours.signature(a).resemblance(&ours.signature(b)),
                compute_minhash_similarity(&gaoya_signature(gaoya, a), &gaoya_signature(gaoya, b)),
                f64::from(txtfp::jaccard(&x, &y)),
            ];
            for (error, estimate) in errors.iter_mut().zip(estimates) {
                assert!(
                    (estimate - resemblance).abs() < 0.2,
                    "{estimate} for {resemblance}"
                );
                *error += (estimate - resemblance).abs();
            }
            pairs += 1;
        }
        if pairs >= 100 {
            break;
        }
    }
    assert!(pairs > 0);
    for error in errors {
        assert!(
            error / f64::from(pairs) < 0.05,
            "mean error {}",
            error / f64::from(pairs)
        );
    }
}

#[allow(clippy::print_stdout)]
fn print(what: &str, bytes: usize, names: &[&str], times: &[f64]) {
    println!("\n| {what} | MB/s | newsift is … times as fast |\n| --- | ---: | ---: |");
    for (name, time) in names.iter().zip(times) {
        println!(
            "| {name} | {:.1} | {:.2} |",
            bytes as f64 / time / 1e6,
            time / times[0]
        );
    }
}
