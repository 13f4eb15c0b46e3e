//! The fast reader of words gives what its twin gives, and its spans obey their laws.

#![no_main]

use libfuzzer_sys::fuzz_target;
use newsift::text::{Words, naive_words};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut words = Words::new();
    words.read_with_spans(&text);
    let spans = words.spans().to_vec();
    let hashes = words.hashes().to_vec();
    let twin = naive_words(&text);
    assert!(
        twin.iter().eq(
            std::iter::zip(hashes.iter().copied(), spans.iter().cloned())
                .collect::<Vec<_>>()
                .iter()
        )
    );

    for span in &spans {
        assert!(text.get(span.clone()).is_some_and(|word| !word.is_empty()));
    }
    assert!(spans.is_sorted_by_key(|span| span.start));
    assert!(spans.is_sorted_by_key(|span| span.end));

    // Without spans, and in a buffer that was used before.
    words.read(&text);
    assert_eq!(words.hashes(), hashes);
    assert!(words.spans().is_empty());

    // A space on either side is no word and joins none.
    words.read(&format!(" {text} "));
    assert_eq!(words.hashes(), hashes);
});
