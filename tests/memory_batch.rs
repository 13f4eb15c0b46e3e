//! What a batch takes of memory for a document, in bytes, as its documentation states.
#![cfg(feature = "rayon")]
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use newsift::{Batch, Document, Settings};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let before = LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        PEAK.fetch_max(before + layout.size(), Ordering::Relaxed);
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

/// A text of 400 words that shares no passage with one of another number; every tenth is a copy of the one before with some
/// words changed.
fn text(number: usize) -> String {
    let is_copy = number % 10 == 9;
    let number = (number - usize::from(is_copy)) as u64;
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let word = |i: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        match is_copy && i.is_multiple_of(50) {
            true => String::from("instead"),
            false => format!("w{:05x}", state >> 44),
        }
    };
    let words: Vec<String> = (0..400).map(word).collect();
    words.join(" ")
}

/// The most memory that clustering these documents takes, in two threads, beside the batch that they are in.
fn peak(documents: usize, keeps: bool) -> usize {
    let mut batch = Batch::new(Settings::default());
    let before = LIVE.load(Ordering::Relaxed);
    for number in 0..documents {
        let (sketch, id) = (batch.settings().sketch(&text(number)), number.to_string());
        let document = Document {
            id,
            ..Document::default()
        };
        batch.push(sketch, document);
    }
    PEAK.store(LIVE.load(Ordering::Relaxed), Ordering::Relaxed);
    let text = |number| text(number).into();
    let found = match keeps {
        true => batch.cluster(text),
        false => batch.into_clusters(text),
    };
    assert_eq!(found.clusters().len(), documents / 10);
    PEAK.load(Ordering::Relaxed) - before
}

#[test]
fn a_page_costs_some_hundred_bytes() {
    const DOCUMENTS: usize = 8_000;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    pool.expect("two threads").install(|| {
        peak(100, false); // the buffers find their size
        let each = peak(DOCUMENTS, false) / DOCUMENTS;
        assert!((250..400).contains(&each), "{each}");
        let more = peak(DOCUMENTS, true) / DOCUMENTS - each;
        assert!((100..250).contains(&more), "{more}");
    });
}
