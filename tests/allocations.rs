//! What is warmed up allocates nothing but its answer, whatever the script; finding duplicates takes only the memory of what is
//! stored.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use newsift::minhash::MinHash;
use newsift::shingle::{Shingles, shingles};
use newsift::simhash::simhash;
use newsift::text::Words;
use newsift::winnow::winnow;
use newsift::{Cleaner, Deduplicator, Label, Verdict};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn a_second_reading_allocates_nothing() {
    let sentences = [
        "The “swing bridge” of Östervik doesn’t open before 6 a.m., the harbour authority said; supercalifragilistic. ",
        "Мост в Эстервике закрыт до конца марта, сообщила администрация порта. Ёлка, подъезд. ",
        "エステルヴィークの旋回橋は三月末まで閉鎖される、と港湾局が発表した。",
        "पुल मार्च के अंत तक बंद रहेगा, बंदरगाह प्राधिकरण ने कहा। สะพานจะปิดจนถึงสิ้นเดือน ",
    ];
    let page = sentences.concat().repeat(20);
    let minhash: MinHash = MinHash::new();
    let (mut words, mut set) = (Words::new(), Shingles::default());
    let (mut hashes, mut anchors) = (Vec::new(), Vec::new());
    let mut counts = [0; 2];
    for count in &mut counts {
        let before = ALLOCATIONS.get();
        words.read_with_spans(&page);
        shingles(words.hashes(), 5, &mut hashes);
        assert!(minhash.signature(&hashes).is_some());
        assert!(simhash(words.hashes()).is_some());
        winnow(&hashes, 16, &mut anchors);
        set.refill(&hashes);
        *count = ALLOCATIONS.get() - before;
    }
    assert!(counts[0] > 0);
    assert_eq!(counts[1], 0);
}

/// A story of so many words that shares no passage with one of another number.
fn story(number: u64, words: usize) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("w{:04x}", state >> 48)
    };
    let words: Vec<String> = (0..words).map(|_| word()).collect();
    words.join(" ")
}

/// The story with a word in thirty changed.
fn edited(story: &str) -> String {
    let words = story.split(' ').enumerate();
    let words: Vec<&str> = words
        .map(|(i, word)| if i % 30 == 29 { "instead" } else { word })
        .collect();
    words.join(" ")
}

fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

#[test]
fn checking_allocates_nothing_and_inserting_what_it_stores() {
    const KEPT: u64 = 1_000;
    // Texts with short shingles, with long ones, and long texts. Many of the known have a notice, so that weights differ.
    let notice = story(u64::MAX, 40);
    let texts: Vec<String> = (0..2 * KEPT)
        .map(|number| match number % 10 {
            0 if number < KEPT => format!("{} {notice}", story(number, 120)),
            _ => story(number, 40 + number as usize % 500),
        })
        .collect();
    let (known, new) = texts.split_at(KEPT as usize);
    let copies: Vec<String> = known.iter().map(|story| edited(story)).collect();
    let mut seen = Deduplicator::new();
    for text in known {
        assert!(matches!(seen.insert(text), Verdict::New(_)));
    }
    // The buffers find their size.
    for text in copies.iter().chain(new) {
        seen.check(text);
    }
    for text in known.iter().chain(&copies) {
        let mut found = false;
        assert_eq!(allocations(|| found = seen.check(text).is_some()), 0);
        assert!(found);
        let mut verdict = None;
        assert_eq!(allocations(|| verdict = Some(seen.insert(text))), 0);
        assert!(matches!(verdict, Some(Verdict::Duplicate(_))));
    }
    let mut more = Vec::new();
    for text in new {
        assert_eq!(allocations(|| assert!(seen.check(text).is_none())), 0);
        let mut verdict = None;
        more.push(allocations(|| verdict = Some(seen.insert(text))));
        assert!(matches!(verdict, Some(Verdict::New(_))));
    }
    // Stored are the text and the anchors. What is full grows by half or more: the queue of documents once, the tables of
    // keys and of anchors at most twice each. And of some 30,000 anchors of 32 bits a few are another document's by chance,
    // which makes a list.
    assert!(more.iter().all(|&count| count >= 2));
    let beside = more.iter().filter(|&&count| count > 2).count();
    assert!((1..=12).contains(&beside), "{beside}");
}

fn allocations_of<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.get();
    let done = work();
    (ALLOCATIONS.get() - before, done)
}

#[test]
fn a_labelled_page_allocates_its_list_of_blocks_and_no_more() {
    let sentence = "The swing bridge of Östervik stays shut until March, the harbour authority said on Monday. ";
    let paragraphs = format!(
        "Home\nNews\nBridge shut\n{}",
        format!("{}\n", sentence.repeat(6)).repeat(12)
    );
    let menu: String = (0..400).map(|i| format!("Section {i}\n")).collect();
    let lines = [
        "The swing bridge of Ostervik stays shut until the end of March",
        "because two of its piles broke in the last storm of the winter",
    ];
    let wrapped: String = (0..12).map(|i| format!("{} {i}\n", lines[i % 2])).collect();
    let pages = [
        (paragraphs.as_str(), 1),
        (&menu, 1),
        ("", 0),
        // Line ends were lost.
        (&sentence.repeat(40), 1),
        (
            "旋回橋は三月末まで閉鎖される、と港湾局が発表した。\n港湾局\n",
            1,
        ),
        // Wrapped lines are also sorted, to see whether they differ.
        (&wrapped, 2),
    ];
    let cleaner = Cleaner::new();
    for (page, _) in pages {
        cleaner.label(page);
    }
    for (page, want) in pages {
        let (count, labelled) = allocations_of(|| cleaner.label(page));
        assert_eq!(count, want, "{page}");
        let (count, story) = allocations_of(|| labelled.story(&[Label::Title, Label::Body]));
        assert_eq!(count, usize::from(!story.is_empty()), "{page}");
    }
}
