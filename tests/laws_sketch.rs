//! Laws of what stands for a text: words, shingles, signatures, sets.

use std::collections::BTreeSet;

use newsift::disjoint::DisjointSets;
use newsift::lsh::Bands;
use newsift::minhash::MinHash;
use newsift::shingle::{Shingles, shingles};
use newsift::similarity::{containment, intersection, resemblance};
use newsift::text::Words;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

/// Text of many scripts in which the rules for words have something to do.
fn texts() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,12}",
        1 => "[a-z]{17,150}",
        6 => "[ ,.\n]{1,2}",
        3 => "['’´-]{1,2}",
        2 => "[éßςİıﬁẞÉ½㍿ﷺ™ǆ]{1,3}",
        2 => "[\u{300}\u{301}\u{307}\u{323}\u{345}\u{344}\u{20e3}\u{64b}]{1,3}",
        2 => "[\u{ad}\u{200b}\u{200d}\u{feff}\u{fe0f}\u{640}]{1,2}",
        2 => "[а-яА-ЯёЁ]{1,9}",
        2 => "[日本語がパー々〇ไทยที่ကာខ្មែរ]{1,6}",
        2 => "[क-ह\u{93c}-\u{94d}]{1,6}",
        2 => "[ㄱㅏ가각\u{1100}\u{1112}\u{1161}\u{1175}\u{11a8}\u{11c2}]{1,5}",
        1 => "\\PC{1,4}",
        1 => proptest::char::any().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn hashes(text: &str) -> Vec<u64> {
    let mut words = Words::new();
    words.read(text);
    words.hashes().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn normal_forms_have_the_same_words(text in texts()) {
        let plain = hashes(&text);
        prop_assert_eq!(&plain, &hashes(&text.nfc().collect::<String>()), "NFC");
        prop_assert_eq!(&plain, &hashes(&text.nfd().collect::<String>()), "NFD");
        prop_assert_eq!(&plain, &hashes(&text.nfkc().collect::<String>()), "NFKC");
        prop_assert_eq!(&plain, &hashes(&text.nfkd().collect::<String>()), "NFKD");
    }

    #[test]
    fn case_does_not_count(text in "[a-zA-Zà-þß-öøĀ-žα-ωΑ-Ωа-яА-Я' ]{0,60}") {
        prop_assert_eq!(hashes(&text), hashes(&text.to_uppercase()));
        prop_assert_eq!(hashes(&text), hashes(&text.to_lowercase()));
    }

    #[test]
    fn separated_texts_are_read_one_after_the_other(a in texts(), b in texts(), gap in "[ \n,;:!?—“»…]{1,70}") {
        let both = hashes(&format!("{a}{gap}{b}"));
        prop_assert_eq!(both, [hashes(&a), hashes(&b)].concat());
    }

    #[test]
    fn spans_ascend_and_are_slices_of_the_text(text in texts()) {
        let mut words = Words::new();
        words.read_with_spans(&text);
        prop_assert_eq!(words.spans().len(), words.len());
        for span in words.spans() {
            prop_assert!(text.get(span.clone()).is_some_and(|word| !word.is_empty()));
        }
        for pair in words.spans().windows(2) {
            prop_assert!(pair[0].start <= pair[1].start && pair[0].end <= pair[1].end);
        }
    }

    /// What a span holds reads as the same word; pairs of letters and parts of one character aside.
    #[test]
    fn a_span_holds_its_word(text in "[a-zA-Z0-9éßçÉа-яА-Я’' ,.-]{0,200}") {
        let mut words = Words::new();
        words.read_with_spans(&text);
        for (span, &hash) in words.spans().iter().zip(words.hashes()) {
            prop_assert_eq!(hashes(&text[span.clone()]), [hash]);
        }
    }

    #[test]
    fn a_buffer_forgets(a in texts(), b in texts()) {
        let mut words = Words::new();
        words.read_with_spans(&a);
        words.read(&b);
        prop_assert_eq!(words.hashes(), hashes(&b));
        prop_assert!(words.spans().is_empty());
    }

    #[test]
    fn shingles_of_a_part_are_among_those_of_the_whole(words: Vec<u64>, k in 1..7_usize, cut in any::<prop::sample::Index>()) {
        prop_assume!(words.len() >= k);
        let part = &words[..k.max(cut.index(words.len() + 1))];
        let (whole, part) = (Shingles::of_words(&words, k), Shingles::of_words(part, k));
        prop_assert_eq!(containment(part.as_slice(), whole.as_slice()), 1.0);
    }

    #[test]
    fn similarity_is_that_of_sets(
        a in prop::collection::btree_set(0..300_u64, 0..200),
        b in prop::collection::btree_set(0..3000_u64, 0..200),
        c in prop::collection::btree_set(0..300_u64, 0..5),
    ) {
        for (x, y) in [(&a, &b), (&b, &a), (&a, &c), (&c, &b), (&a, &a)] {
            let shared = x.intersection(y).count();
            let union = x.union(y).count();
            let of = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
            let (i, j): (Vec<u64>, Vec<u64>) = (x.iter().copied().collect(), y.iter().copied().collect());
            prop_assert_eq!(intersection(&i, &j), shared);
            prop_assert_eq!(resemblance(&i, &j), of(shared, union));
            prop_assert_eq!(containment(&i, &j), of(shared, x.len()));
        }
    }

    #[test]
    fn a_signature_is_of_a_set(mut hashes: Vec<u64>) {
        let minhash: MinHash = MinHash::new();
        let signature = minhash.signature(&hashes);
        prop_assert_eq!(signature.is_none(), hashes.is_empty());
        hashes.extend_from_within(..);
        hashes.reverse();
        prop_assert_eq!(minhash.signature(&hashes), signature);
        prop_assert_eq!(minhash.signature(Shingles::from_hashes(hashes).as_slice()), signature);
    }

    #[test]
    fn disjoint_sets_are_the_components(
        len in 1..40_usize,
        unions in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..60),
    ) {
        let mut sets = DisjointSets::new(len);
        // Every number names its set; a union renames.
        let mut names: Vec<usize> = (0..len).collect();
        for (a, b) in unions {
            let (a, b) = (a.index(len), b.index(len));
            let (x, y) = (names[a].min(names[b]), names[a].max(names[b]));
            prop_assert_eq!(sets.union(a, b), x != y);
            names.iter_mut().filter(|name| **name == y).for_each(|name| *name = x);
        }
        for (a, &name) in names.iter().enumerate() {
            prop_assert_eq!(sets.find(a), name);
            prop_assert_eq!(sets.size(a), names.iter().filter(|&&n| n == name).count());
        }
        prop_assert_eq!(sets.sets(), names.iter().collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn bands_reach_their_recall(slots in 1..300_usize, threshold in 0.05..1.0, recall in 0.5..0.999) {
        let cut = Bands::for_recall(slots, threshold, recall);
        prop_assert!(cut.slots() <= slots);
        let best = Bands::new(slots, 1).map_or(0.0, |most| most.probability(threshold));
        prop_assert!(cut.probability(threshold) >= recall.min(best));
    }
}

/// A generator of numbers without patterns (SplitMix64).
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |i: u64| {
        newsift::hash::mix(seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    })
}

/// Mean and mean square of the error of the estimates, over many pairs of sets of `size` elements that share a half of
/// all they have.
fn errors<const SLOTS: usize>(size: usize) -> (f64, f64, f64) {
    const PAIRS: u64 = 1500;
    let minhash: MinHash<SLOTS> = MinHash::new();
    // Of 2 size - shared elements in the union, `shared` are in both.
    let shared = (2 * size).div_ceil(3);
    let exact = shared as f64 / (2 * size - shared) as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for pair in 0..PAIRS {
        let all: Vec<u64> = numbers(pair << 32).take(2 * size - shared).collect();
        let (a, b) = (
            minhash.signature(&all[..size]),
            minhash.signature(&all[size - shared..]),
        );
        let (Some(a), Some(b)) = (a, b) else { continue };
        let error = a.resemblance(&b) - exact;
        sum += error;
        squares += error * error;
    }
    let theory = exact * (1.0 - exact) / SLOTS as f64;
    (sum / PAIRS as f64, squares / PAIRS as f64, theory)
}

/// The estimate has no bias, and its mean square error is at most `J (1 - J) / SLOTS`, that of classic MinHash; for sets
/// of few elements it is about half of that (Dahlgaard, Knudsen and Thorup 2017).
#[test]
fn estimates_err_as_theory_says() {
    for (size, share) in [(3, 1.0), (30, 0.6), (100, 0.6), (400, 0.85), (3000, 1.0)] {
        let (bias, square, theory) = errors::<128>(size);
        // Three standard errors of the mean; the mean square is itself an estimate, within about 12 %.
        assert!(
            bias.abs() < 3.0 * (theory / 1500.0).sqrt(),
            "{size}: bias {bias}"
        );
        assert!(
            square < 1.12 * share * theory,
            "{size}: {square} against {theory}"
        );
    }
    let (_, square, theory) = errors::<50>(200);
    assert!(
        square < 1.12 * theory,
        "50 slots: {square} against {theory}"
    );
}

/// Numbers with patterns, such as counters, are no worse.
#[test]
fn sets_of_plain_counters_are_estimated_as_well() {
    let minhash: MinHash = MinHash::new();
    for start in (0..2000_u64).step_by(100) {
        let a: Vec<u64> = (start..start + 300).collect();
        let b: Vec<u64> = (start + 100..start + 400).collect();
        let (Some(a), Some(b)) = (minhash.signature(&a), minhash.signature(&b)) else {
            panic!("neither is empty");
        };
        assert!((a.resemblance(&b) - 0.5).abs() < 4.0 * 0.0442);
    }
}

/// Pairs at the threshold meet as often as the bands promise.
#[test]
fn bands_find_what_they_promise() {
    let cut = Bands::for_recall(128, 0.5, 0.99);
    let minhash: MinHash = MinHash::new();
    let mut found = 0;
    for pair in 0..2000_u64 {
        let all: Vec<u64> = numbers(pair << 32).take(600).collect();
        let (Some(a), Some(b)) = (
            minhash.signature(&all[..450]),
            minhash.signature(&all[150..]),
        ) else {
            panic!("neither is empty");
        };
        let keys: BTreeSet<u64> = cut.keys(a.as_slots()).collect();
        found += usize::from(cut.keys(b.as_slots()).any(|key| keys.contains(&key)));
    }
    assert!(found >= 1970, "{found} of 2000");
}

#[test]
fn nothing_has_no_signature() {
    let mut words = Words::new();
    let mut out = vec![1];
    for text in ["", " \n\t", "—…“”", "\u{200b}\u{ad}", "👍", "\u{301}", "'"] {
        words.read(text);
        assert!(words.is_empty(), "{text:?}");
        shingles(words.hashes(), 5, &mut out);
        assert!(MinHash::<128>::new().signature(&out).is_none());
    }
}
