//! What a batch takes of memory for a document, in bytes, as its documentation states.
#![cfg(feature = "rayon")]
#![allow(unsafe_code)]

#[path = "support/live.rs"]
mod live;

use std::sync::atomic::Ordering;

use live::{LIVE, PEAK};
use newsift::{Batch, Document, Settings};

/// A text that shares no passage with one of another number; every tenth is a copy of the one before with some words changed.
fn text(number: usize) -> String {
    let is_copy = number % 10 == 9;
    let mut words = live::words((number - usize::from(is_copy)) as u64);
    if is_copy {
        for word in words.iter_mut().step_by(50) {
            *word = String::from("instead");
        }
    }
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
