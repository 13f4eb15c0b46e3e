//! What the stream keeps of a document, in bytes, as its documentation states.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use newsift::{Deduplicator, Verdict};

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// A text of 400 words that shares no passage with one of another number.
fn text(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("w{:05x}", state >> 44)
    };
    let words: Vec<String> = (0..400).map(|_| word()).collect();
    words.join(" ")
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
