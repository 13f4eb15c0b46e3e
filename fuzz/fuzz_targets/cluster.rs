//! The laws of clustering, on few short documents that share passages.

#![no_main]

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use newsift::text::Words;
use newsift::{Batch, Clusters, Deduplicator, Document, Keep, Relation, Settings, Verdict};

/// A stretch of one of 32 sources, which each are an endless text of their own.
#[derive(Debug, Arbitrary)]
struct Passage {
    source: u8,
    from: u8,
    words: u8,
}

#[derive(Debug, Arbitrary)]
struct Case {
    documents: Vec<Vec<Passage>>,
    keep: u8,
    threshold: Option<u8>,
}

fuzz_target!(|case: Case| {
    let documents: Vec<String> = case.documents.iter().take(24).map(|d| text(d)).collect();
    let keep = [
        Keep::Longest,
        Keep::Shortest,
        Keep::Oldest,
        Keep::Newest,
        Keep::Highest,
        Keep::Lowest,
    ];
    let mut settings = Settings::builder().keep(keep[usize::from(case.keep) % keep.len()]);
    if let Some(threshold) = case.threshold {
        settings = settings.threshold((f64::from(threshold) + 1.0) / 256.0);
    }
    let settings = settings.build().expect("a threshold above 0 and up to 1");
    laws(&documents, &settings);
});

fn text(passages: &[Passage]) -> String {
    let mut words = Vec::new();
    for p in passages.iter().take(8) {
        let (source, from) = (u64::from(p.source % 32), u64::from(p.from % 64));
        for at in from..from + u64::from(p.words % 80) {
            // Every source goes through all words in an order of its own (the step is odd).
            words.push(format!(
                "w{}",
                (source * 977 + at * (2 * source + 1)) % 4096
            ));
        }
    }
    words.join(" ")
}

fn hashes(text: &str) -> Vec<u64> {
    let mut words = Words::new();
    words.read(text);
    words.hashes().to_vec()
}

/// The clusters of the documents in this order; ids and dates stay with the documents.
fn clusters(documents: &[String], order: &[usize], settings: &Settings) -> Clusters {
    let mut batch = Batch::new(settings.clone());
    for &i in order {
        let document = Document {
            id: format!("{i:03}"),
            date: (i % 3 > 0).then_some(i as i64 % 5),
            value: (i % 4 > 0).then_some((i % 7) as f64 - 3.0),
        };
        batch.push(settings.sketch(&documents[i]), document);
    }
    batch.cluster(|at| Cow::Borrowed(documents[order[at]].as_str()))
}

fn laws(documents: &[String], settings: &Settings) {
    let order: Vec<usize> = (0..documents.len()).collect();
    let found = clusters(documents, &order, settings);
    let words: Vec<Vec<u64>> = documents.iter().map(|d| hashes(d)).collect();

    // Every document has one kept document, which is kept itself.
    let kept_of = found.kept_of();
    assert_eq!(kept_of.len(), documents.len());
    let mut told = BTreeMap::new();
    for cluster in found.clusters() {
        assert_eq!(kept_of[cluster.kept()], cluster.kept());
        assert!(!cluster.duplicates().is_empty());
        for m in cluster.duplicates() {
            assert_ne!(m.document(), cluster.kept());
            assert_eq!(told.insert(m.document(), cluster.kept()), None);
        }
    }
    for (document, &kept) in kept_of.iter().enumerate() {
        assert_eq!(told.get(&document).copied().unwrap_or(document), kept);
    }

    // What is reported of a pair is so.
    for cluster in found.clusters() {
        let kept = cluster.kept();
        for m in cluster.duplicates() {
            let (document, e) = (m.document(), m.evidence());
            assert!(!words[document].is_empty());
            let shares = [
                e.similarity(),
                e.resemblance(),
                e.containment(),
                e.containment_of_other(),
                e.coverage(),
                e.coverage_of_other(),
            ];
            assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)), "{e:?}");
            assert!(e.longest_run() > 0);
            assert!(e.longest_run() <= longest_run(&words[document], &words[kept]));
            assert_eq!(
                e.relation() == Relation::Exact,
                words[document] == words[kept]
            );
        }
    }

    // The same words are one story, no words are none.
    let mut by_words = BTreeMap::new();
    for (document, words) in words.iter().enumerate() {
        if words.is_empty() {
            assert_eq!(kept_of[document], document);
            assert!(found.clusters().iter().all(|c| c.kept() != document));
        } else {
            let kept = by_words.entry(words).or_insert(kept_of[document]);
            assert_eq!(*kept, kept_of[document]);
        }
    }

    // The order of the documents changes nothing.
    let backwards: Vec<usize> = order.iter().rev().copied().collect();
    let again = clusters(documents, &backwards, settings);
    let last = documents.len();
    let turned: Vec<usize> = (0..last)
        .map(|i| last - 1 - again.kept_of()[last - 1 - i])
        .collect();
    assert_eq!(turned, kept_of, "the order changed the clusters");

    // One after the other: verdicts point to documents that were kept, and asking changes nothing.
    let mut one_by_one = Deduplicator::new();
    let mut new = BTreeSet::new();
    for (text, words) in documents.iter().zip(&words) {
        let before = one_by_one.check(text);
        match one_by_one.insert(text) {
            Verdict::New(number) => {
                assert_eq!(before, None);
                assert!(new.insert(number));
            }
            Verdict::Duplicate(m) => {
                assert!(!words.is_empty());
                assert!(new.contains(&m.document()));
                assert_eq!(before, Some(m));
            }
        }
        assert_eq!(one_by_one.check(text).is_some(), !words.is_empty());
    }
}

/// The longest run of words that occurs in both, by trying all.
fn longest_run(a: &[u64], b: &[u64]) -> usize {
    let mut longest = 0;
    let mut row = vec![0; b.len() + 1];
    for x in a {
        for j in (0..b.len()).rev() {
            row[j + 1] = if *x == b[j] { row[j] + 1 } else { 0 };
            longest = longest.max(row[j + 1]);
        }
    }
    longest
}
