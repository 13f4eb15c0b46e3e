//! What the stream keeps of a document, in bytes, as its documentation states.
#![allow(unsafe_code)]

#[path = "support/live.rs"]
mod live;

use std::sync::atomic::Ordering;

use live::LIVE;
use newsift::{Deduplicator, Verdict};

/// A text that shares no passage with one of another number.
fn text(number: u64) -> String {
    live::words(number).join(" ")
}

#[test]
fn a_document_costs_its_text_and_a_few_kilobytes() {
    const DOCUMENTS: usize = 1_000;
    let mut seen = Deduplicator::new();
    for number in 0..100 {
        seen.insert(&text(number));
    }
    let (before, mut texts) = (LIVE.load(Ordering::Relaxed), 0);
    for number in 100..100 + DOCUMENTS as u64 {
        let text = text(number);
        texts += text.len();
        assert!(matches!(seen.insert(&text), Verdict::New(_)));
    }
    let kept = LIVE.load(Ordering::Relaxed) - before;
    // Duplicates leave nothing.
    let full = LIVE.load(Ordering::Relaxed);
    for number in 0..200 {
        assert!(matches!(seen.insert(&text(number)), Verdict::Duplicate(_)));
    }
    assert_eq!(LIVE.load(Ordering::Relaxed), full);
    let each = (kept - texts) / DOCUMENTS;
    assert!((1_000..2_000).contains(&each), "{each}");
    drop(seen);
}
