//! A warmed-up reader allocates nothing, whatever the script.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use newsift::minhash::MinHash;
use newsift::shingle::{Shingles, shingles};
use newsift::simhash::simhash;
use newsift::text::Words;
use newsift::winnow::winnow;

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
