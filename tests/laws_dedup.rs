//! What must hold of the duplicates, whatever the texts are.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use newsift::{
    Batch, Clusters, Comparison, Deduplicator, Document, Keep, Linkage, Match, Preset, Relation,
    Settings, Sketch, Verdict, cluster, compare,
};
use proptest::prelude::*;

/// Numbers that look random and are the same everywhere (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % below as u64) as usize
    }

    /// A word, the common ones often.
    fn word(&mut self) -> String {
        let (a, b) = (self.next(60), self.next(60));
        format!("{}{}", SYLLABLES[a * b / 60 % 12], SYLLABLES[(a + b) % 12])
            + SYLLABLES[a * b % 12]
            + if self.next(3) == 0 { "s" } else { "" }
    }

    fn words(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.word()).collect()
    }

    /// Sentences of about twelve words, four a paragraph.
    fn story(&mut self, words: usize) -> String {
        let mut text = String::new();
        let mut left = words;
        let mut sentence = 0;
        while left > 0 {
            let n = (8 + self.next(9)).min(left);
            left -= n;
            text += &self.words(n).join(" ");
            sentence += 1;
            text += if sentence % 4 == 0 { ".\n" } else { ". " };
        }
        text
    }
}

const SYLLABLES: [&str; 12] = [
    "ba", "ne", "tor", "mi", "lu", "san", "ker", "do", "vi", "pal", "ge", "rum",
];

fn batch<T: AsRef<str> + Sync>(settings: &Settings, texts: &[(String, T)]) -> Clusters {
    let mut batch = Batch::new(settings.clone());
    for (id, text) in texts {
        batch.push(
            settings.sketch(text.as_ref()),
            Document {
                id: id.clone(),
                ..Document::default()
            },
        );
    }
    batch.cluster(|i| Cow::Borrowed(texts[i].1.as_ref()))
}

/// Looks the second texts up in the first.
fn look_up(
    settings: &Settings,
    known: &[(String, String)],
    asked: &[(String, String)],
) -> Clusters {
    let mut batch = Batch::new(settings.clone());
    for (id, text) in known.iter().chain(asked) {
        let document = Document {
            id: id.clone(),
            ..Document::default()
        };
        if batch.len() < known.len() {
            batch.push_reference(settings.sketch(text), document);
        } else {
            batch.push(settings.sketch(text), document);
        }
    }
    batch.cluster(|i| {
        let texts = if i < known.len() {
            &known[i]
        } else {
            &asked[i - known.len()]
        };
        Cow::Borrowed(texts.1.as_str())
    })
}

/// The clusters as sets of ids.
fn sets<T>(clusters: &Clusters, texts: &[(String, T)]) -> Vec<Vec<String>> {
    let mut by_kept: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (i, &kept) in clusters.kept_of().iter().enumerate() {
        by_kept
            .entry(&texts[kept].0)
            .or_default()
            .push(texts[i].0.clone());
    }
    let mut sets: Vec<Vec<String>> = by_kept.into_values().collect();
    for s in &mut sets {
        s.sort();
    }
    sets.sort();
    sets
}

/// Stories in several versions: the first is whole, the others are edited, cut or continued.
fn corpus(seed: u64, stories: usize, versions: usize) -> Vec<(String, String)> {
    let mut dice = Dice(seed);
    let mut texts = Vec::new();
    for s in 0..stories {
        let words = 60 + dice.next(300);
        let story = dice.story(words);
        texts.push((format!("s{s:04}v0"), story.clone()));
        for v in 1..=dice.next(versions) {
            let mut words: Vec<String> = story.split(' ').map(str::to_string).collect();
            for _ in 0..dice.next(1 + words.len() / 12) {
                let at = dice.next(words.len());
                words[at] = dice.word();
            }
            match dice.next(3) {
                0 => words.truncate(words.len() * 2 / 3),
                1 => words.extend(dice.words(30)),
                _ => {}
            }
            texts.push((format!("s{s:04}v{v}"), words.join(" ")));
        }
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_reported_pair_is_a_pair_of_the_slow_twin(seed: u64) {
        let texts = corpus(seed, 40, 4);
        for preset in [Preset::Strict, Preset::Wire, Preset::Loose] {
            let settings = Settings::builder().preset(preset).build()?;
            for c in batch(&settings, &texts).clusters() {
                for m in c.duplicates() {
                    let pair = settings.compare(&texts[m.document()].1, &texts[c.kept()].1);
                    let alike = |a: &str, b: &str| settings.compare(a, b).are_duplicates();
                    let both = texts.iter().filter(|(_, t)| alike(t, &texts[m.document()].1) && alike(t, &texts[c.kept()].1));
                    prop_assert!(
                        pair.are_duplicates() || (m.evidence().witnesses() >= 2 && both.count() >= 2),
                        "{}: {}",
                        texts[m.document()].0,
                        pair.reason()
                    );
                }
            }
        }
    }

    #[test]
    fn every_document_is_in_one_cluster_and_the_kept_in_its_own(seed: u64) {
        let texts = corpus(seed, 40, 5);
        let found = batch(&Settings::default(), &texts);
        let mut seen = vec![0; texts.len()];
        for c in found.clusters() {
            seen[c.kept()] += 1;
            prop_assert_eq!(found.kept_of()[c.kept()], c.kept());
            prop_assert!(!c.duplicates().is_empty());
            for m in c.duplicates() {
                seen[m.document()] += 1;
                prop_assert_eq!(found.kept_of()[m.document()], c.kept());
                let e = m.evidence();
                for share in [e.similarity(), e.resemblance(), e.containment(), e.containment_of_other(), e.coverage(), e.coverage_of_other()] {
                    prop_assert!((0.0..=1.0 + 1e-9).contains(&share));
                }
            }
        }
        prop_assert!(seen.iter().all(|&n| n < 2));
    }

    #[test]
    fn the_order_of_the_documents_does_not_matter(seed: u64) {
        let texts = corpus(seed, 30, 5);
        let mut other = texts.clone();
        let mut dice = Dice(seed ^ 1);
        for i in (1..other.len()).rev() {
            other.swap(i, dice.next(i + 1));
        }
        for keep in [Keep::Longest, Keep::Shortest, Keep::Oldest] {
            for linkage in [Linkage::Anchored, Linkage::Chained] {
                let settings = Settings::builder().keep(keep).linkage(linkage).build()?;
                prop_assert_eq!(
                    sets(&batch(&settings, &texts), &texts),
                    sets(&batch(&settings, &other), &other)
                );
            }
        }
    }

    #[test]
    fn the_stream_agrees_with_the_batch_while_no_passage_is_common(seed: u64) {
        // At most two versions of a story, so that no anchor is in more than two documents.
        let texts = corpus(seed, 40, 2);
        let settings = Settings::builder().keep(Keep::First).build()?;
        let found = batch(&settings, &texts);
        let mut stream = Deduplicator::new();
        let mut kept = Vec::new();
        for (i, (id, text)) in texts.iter().enumerate() {
            match stream.insert(text) {
                Verdict::New(number) => {
                    prop_assert_eq!(number, kept.len());
                    kept.push(i);
                    prop_assert_eq!(found.kept_of()[i], i, "{}", id);
                }
                Verdict::Duplicate(m) => prop_assert_eq!(found.kept_of()[i], kept[m.document()], "{}", id),
            }
        }
    }

    #[test]
    fn any_two_texts_can_be_compared(a in "\\PC{0,300}", b in "\\PC{0,300}") {
        let pair = compare(&a, &b);
        prop_assert_eq!(pair.are_duplicates(), compare(&b, &a).are_duplicates());
        for run in pair.runs() {
            prop_assert!(a.get(run.a.clone()).is_some() && b.get(run.b.clone()).is_some());
        }
        prop_assert_eq!(compare(&a, &a).are_duplicates(), !a.is_empty() && compare(&a, &a).evidence().longest_run() > 0);
        cluster(&[&a, &b, &a]);
    }
}

#[test]
fn looking_up_finds_what_all_pairs_find_and_leaves_the_known_alone() {
    let texts = corpus(17, 60, 5);
    let (known, asked): (Vec<_>, Vec<_>) = texts
        .into_iter()
        .partition(|(id, _)| id.ends_with("v0") && !id.ends_with("7v0"));
    for linkage in [Linkage::Anchored, Linkage::Chained] {
        let settings = Settings::builder()
            .linkage(linkage)
            .build()
            .expect("these settings are right");
        let found = look_up(&settings, &known, &asked);
        let kept_of = found.kept_of();
        assert!((0..known.len()).all(|i| kept_of[i] == i));
        let (mut all, mut met) = (0, 0);
        for (i, (_, text)) in asked.iter().enumerate() {
            let kept = kept_of[known.len() + i];
            let alike = known
                .iter()
                .any(|(_, k)| settings.compare(text, k).are_duplicates());
            all += usize::from(alike);
            met += usize::from(alike && kept < known.len());
            if kept < known.len() {
                assert!(settings.compare(text, &known[kept].1).are_duplicates());
            }
        }
        assert!(all > 80 && 100 * met >= 99 * all, "{met} of {all}");
        // What is not known is clustered among itself.
        assert!(found.clusters().iter().any(|c| c.kept() >= known.len()));
    }
    // One that is there under the same words, twice; and one that is in neither.
    let twice = vec![known[0].clone(), known[0].clone()];
    let found = look_up(&Settings::default(), &twice, &known[..2]);
    assert_eq!(found.kept_of(), [0, 1, 0, 3]);
}

#[test]
fn candidates_find_what_all_pairs_find() {
    let texts = corpus(7, 70, 5);
    let settings = Settings::default();
    // With the closure every pair that is found joins its documents.
    let chained = Settings::builder()
        .linkage(Linkage::Chained)
        .build()
        .expect("these settings are right");
    let found = batch(&chained, &texts);
    let (mut all, mut met) = (0, 0);
    for i in 0..texts.len() {
        for j in 0..i {
            if settings.compare(&texts[i].1, &texts[j].1).are_duplicates() {
                all += 1;
                met += usize::from(found.kept_of()[i] == found.kept_of()[j]);
            }
        }
    }
    assert!(all > 150, "{all}");
    assert!(100 * met >= 99 * all, "{met} of {all}");
}

#[test]
fn six_small_edits_of_150_stories_are_all_found() {
    let mut dice = Dice(1);
    let mut texts = Vec::new();
    for s in 0..150 {
        let words = 120 + dice.next(400);
        let story = dice.story(words);
        let paragraphs: Vec<&str> = story.lines().collect();
        let mut moved = paragraphs.clone();
        moved.rotate_left(1);
        let mut longer = paragraphs.clone();
        let inserted = dice.story(15);
        longer.insert(1, &inserted);
        let edits = [
            story.clone(),
            story.clone(),
            format!("Update {story}"),
            format!("PORT SELDOM (Newswire) - {story}"),
            longer.join("\n"),
            format!("{story}\nReporting by Ada Quill; editing by Tom Inkwell."),
            moved.join("\n"),
        ];
        texts.extend(
            edits
                .into_iter()
                .enumerate()
                .map(|(v, t)| (format!("{s:03}-{v}"), t)),
        );
    }
    let found = sets(&batch(&Settings::default(), &texts), &texts);
    assert_eq!(found.len(), 150);
    assert!(
        found
            .iter()
            .all(|c| c.len() == 7 && c.iter().all(|id| id[..3] == c[0][..3]))
    );
}

/// Makes a page.
type Page<'p> = &'p dyn Fn(&mut Dice) -> String;

#[test]
fn the_pairs_that_are_verified_grow_no_faster_than_the_documents() {
    verified_pairs_are_few(2_000);
}

/// `cargo test --release --test laws_dedup -- --ignored`
#[test]
#[ignore = "slow without optimisation"]
fn nor_do_they_among_twenty_thousand() {
    verified_pairs_are_few(20_000);
}

/// Counts the work instead of its time.
fn verified_pairs_are_few(documents: usize) {
    let mut dice = Dice(5);
    let page = dice.words(200);
    let notice = dice.words(200).join(" ");
    let same = |_: &mut Dice| page.join(" ");
    let near = |dice: &mut Dice| {
        let mut words = page.clone();
        for _ in 0..3 {
            let at = dice.next(words.len());
            words[at] = dice.word();
        }
        words.join(" ")
    };
    let furniture = |dice: &mut Dice| format!("{}\n{notice}", dice.words(100).join(" "));
    // Each keeps a part of the page; all of it is there too.
    let excerpt = |dice: &mut Dice| {
        let from = dice.next(100);
        page[from..from + 80 + dice.next(20)].join(" ")
    };
    // Two versions of a few hundred stories, each with text of its own, and documents between them.
    let bridge = |dice: &mut Dice| {
        let story = Dice(dice.next(documents / 10) as u64).words(300);
        let from = dice.next(130);
        let mut words = edited(&story[from..from + 170], 25, dice);
        let own = dice.next(120);
        words.extend(dice.words(own));
        words.join(" ")
    };
    let kinds: [(Page<'_>, Option<usize>); 5] = [
        (&same, Some(1)),
        (&near, Some(1)),
        (&furniture, Some(documents)),
        (&excerpt, None),
        (&bridge, None),
    ];
    for (kind, (make, clusters)) in kinds.into_iter().enumerate() {
        let mut texts: Vec<(String, String)> = (0..documents)
            .map(|i| (format!("{i:05}"), make(&mut dice)))
            .collect();
        texts.push((String::from("whole"), page.join(" ")));
        if kind == 2 {
            texts.pop();
        }
        let found = batch(&Settings::default(), &texts);
        if let Some(clusters) = clusters {
            assert_eq!(sets(&found, &texts).len(), clusters);
        }
        // Eight candidates a document at most, and as many again when clusters are put together; most documents have
        // fewer, because what they share with more documents is common.
        let (pairs, most) = (found.verified_pairs(), if kind < 3 { 2 } else { 8 });
        assert!(pairs <= most * texts.len(), "kind {kind}: {pairs}");
    }
}

/// The words with every so many replaced.
fn edited(words: &[String], every: usize, dice: &mut Dice) -> Vec<String> {
    let mut words = words.to_vec();
    for at in (every / 2..words.len()).step_by(every) {
        words[at] = dice.word();
    }
    words
}

#[test]
fn versions_that_others_stand_between_are_one_story() {
    // The first two have a third of each in common, and text of their own; the witnesses have most of both.
    let texts = |edit: bool, witnesses: usize| {
        let mut dice = Dice(51);
        let story = dice.words(360);
        let mut text = |from: usize, to: usize, every: usize, own: usize| {
            let mut words = story[from..to].to_vec();
            if edit {
                words = edited(&words, every, &mut dice);
            }
            words.extend(dice.words(own));
            words.join(" ")
        };
        let mut texts = vec![text(0, 240, 24, 40), text(120, 360, 29, 38)];
        texts.extend((0..witnesses).map(|w| text(50 + w, 310 - w, 1_000, 1)));
        texts
    };
    for (edit, witnesses, clusters) in [
        (true, 3, 1),
        (true, 1, 2),
        (true, 0, 2),
        // What is shared in one piece is a quotation, a notice, or the state of the story an hour ago.
        (false, 3, 2),
    ] {
        let texts = texts(edit, witnesses);
        let pair = compare(&texts[0], &texts[1]);
        assert!(!pair.are_duplicates(), "{:?}", pair.evidence());
        for w in &texts[2..] {
            assert!(compare(w, &texts[0]).are_duplicates());
            assert!(compare(w, &texts[1]).are_duplicates());
        }
        let found = cluster(&texts);
        let mut kept = found.kept_of().to_vec();
        kept.sort_unstable();
        kept.dedup();
        assert_eq!(kept.len(), clusters, "{edit} {witnesses} {found:?}");
        let told = found.clusters().iter().flat_map(|c| c.duplicates());
        let by_witnesses = told.filter(|m| m.evidence().witnesses() > 0).count();
        assert_eq!(by_witnesses, 2 - clusters);
    }
}

/// As a machine reads print: of the words one in so many has a letter that is another one, or none.
fn misread(text: &str, one_in: usize, dice: &mut Dice) -> String {
    let misread = |word: &str| {
        let at = dice.next(word.len().max(1));
        let letter = if dice.next(2) == 0 { "x" } else { "" };
        match dice.next(one_in) {
            0 if word.len() > 3 => format!("{}{letter}{}", &word[..at], &word[at + 1..]),
            _ => word.to_string(),
        }
    };
    text.split(' ').map(misread).collect::<Vec<_>>().join(" ")
}

#[test]
fn misread_copies_are_found() {
    let mut dice = Dice(61);
    let mut texts = Vec::new();
    for s in 0..40 {
        let story = dice.story(120 + 5 * s);
        texts.push((format!("{s:02}-a"), misread(&story, 8, &mut dice)));
        texts.push((format!("{s:02}-b"), misread(&story, 8, &mut dice)));
    }
    let found = batch(&Settings::default(), &texts);
    let sets = sets(&found, &texts);
    assert!(
        sets.iter()
            .all(|set| set.iter().all(|id| id[..2] == set[0][..2]))
    );
    let duplicates = found.clusters().iter().flat_map(|c| c.duplicates());
    let respelled = |m: &&Match| m.evidence().respelled() > 0;
    let (whole, respelled) = (sets.len(), duplicates.clone().filter(respelled).count());
    assert!(whole <= 44 && respelled >= 8, "{whole} {respelled}");
    for m in duplicates {
        let (a, b) = (
            &texts[m.document()].1,
            &texts[found.kept_of()[m.document()]].1,
        );
        let pair = compare(a, b);
        assert_eq!(pair.evidence().respelled(), m.evidence().respelled());
        assert_ne!(pair.evidence().relation(), Relation::Exact);
        assert!(
            pair.runs()
                .iter()
                .all(|r| a.get(r.a.clone()).is_some() && b.get(r.b.clone()).is_some())
        );
    }
    // The same preset that wants nearly identical texts takes them as they are.
    let strict = Settings::builder()
        .preset(Preset::Strict)
        .build()
        .expect("right");
    let pairs = texts
        .chunks(2)
        .map(|pair| strict.compare(&pair[0].1, &pair[1].1));
    assert!(
        pairs
            .into_iter()
            .all(|pair| pair.evidence().respelled() == 0)
    );
}

#[test]
fn misreading_makes_no_duplicates() {
    let mut dice = Dice(62);
    // A notice that all pages have is not the story, however it was read.
    let notice = dice.story(200);
    let pages: Vec<(String, String)> = (0..30)
        .map(|page| {
            let text = format!("{}\n{notice}", dice.story(90));
            (format!("{page:02}"), misread(&text, 8, &mut dice))
        })
        .collect();
    let found = batch(&Settings::default(), &pages);
    assert!(found.clusters().is_empty(), "{found:?}");
    // Numbers are never taken for misread ones.
    let report = |day: usize, dice: &mut Dice| {
        let mut text = String::new();
        for line in 0..14 {
            let (rain, wind) = (311 + 17 * day + line, 520 + 23 * day + line);
            text += &format!(
                "Station {line} of the harbour measured {rain} and {wind} by the evening tide. "
            );
        }
        misread(&text, 8, dice)
    };
    let (one, other) = (report(1, &mut dice), report(2, &mut dice));
    assert!(
        !compare(&one, &other).are_duplicates(),
        "{}",
        compare(&one, &other).reason()
    );
    let (one, other) = (report(1, &mut dice), report(1, &mut dice));
    assert!(
        compare(&one, &other).are_duplicates(),
        "{}",
        compare(&one, &other).reason()
    );
}

#[test]
fn pages_without_a_story_match_only_the_same_words() {
    let mut batch = Batch::new(Settings::default());
    let wall = "To read on, accept our cookies or subscribe. Page";
    let mut push = |id: usize, sketch: Sketch| {
        let id = id.to_string();
        batch.push(
            sketch,
            Document {
                id,
                ..Document::default()
            },
        )
    };
    let pages = [
        format!("{wall} 17"),
        format!("{wall} 18"),
        format!("{}\n – 17!", wall.to_uppercase()),
        String::new(),
        String::from(" \n"),
    ];
    for (id, page) in pages.iter().enumerate() {
        push(id, Sketch::exact(page));
    }
    push(5, Settings::default().sketch(&format!("{wall} 17")));
    let found = batch.cluster(|_| unreachable!("there is nothing to verify"));
    assert_eq!(found.kept_of(), [0, 1, 0, 3, 4, 5]);
    let evidence = found.clusters()[0].duplicates()[0].evidence();
    assert_eq!(evidence.relation(), Relation::Exact);
    assert_eq!((evidence.similarity(), found.verified_pairs()), (1.0, 0));
    // Two of them by themselves.
    for (a, page) in pages.iter().enumerate() {
        for (b, other) in pages.iter().enumerate().filter(|&(b, _)| b != a) {
            let pair = Comparison::exact(page, other);
            let duplicates = found.kept_of()[a] == found.kept_of()[b];
            assert_eq!(pair.are_duplicates(), duplicates, "{a} {b}");
            assert_eq!(pair.evidence() == evidence, duplicates);
            assert_eq!(pair.evidence().relation() == Relation::Exact, duplicates);
            assert_eq!(pair.runs().len(), usize::from(duplicates));
        }
    }
}

#[test]
fn what_everybody_has_is_nobodys_story() {
    // 30 short stories under a notice that is twice as long, each in two versions.
    let mut dice = Dice(9);
    let notice = dice.story(160);
    let mut texts = Vec::new();
    for s in 0..30 {
        let story = dice.story(80);
        texts.push((format!("{s}-a"), format!("{story}\n{notice}")));
        texts.push((
            format!("{s}-b"),
            format!("{} {story}\n{notice}", dice.words(5).join(" ")),
        ));
    }
    let found = sets(&batch(&Settings::default(), &texts), &texts);
    assert_eq!(found.len(), 30, "{found:?}");
}

#[test]
fn a_running_story_is_chained_only_when_asked() {
    let mut dice = Dice(3);
    let mut words = dice.words(300);
    let mut texts = Vec::new();
    for v in 0..12 {
        texts.push((format!("{v:02}"), words.join(" ")));
        words.drain(..50);
        words.extend(dice.words(50));
    }
    let anchored = batch(&Settings::default(), &texts);
    assert!(sets(&anchored, &texts).len() > 2);
    for c in anchored.clusters() {
        for m in c.duplicates() {
            assert!(compare(&texts[m.document()].1, &texts[c.kept()].1).are_duplicates());
        }
    }
    let chained = Settings::builder()
        .linkage(Linkage::Chained)
        .build()
        .expect("these settings are right");
    assert_eq!(sets(&batch(&chained, &texts), &texts).len(), 1);
}

#[test]
fn the_answers_are_these_with_any_features() {
    // With and without the feature `rayon`, and on every platform.
    let texts = corpus(2026, 60, 6);
    let found = batch(&Settings::default(), &texts);
    let mut sum = 0_u64;
    for (i, kept) in found.kept_of().iter().enumerate() {
        sum = sum.wrapping_mul(0x0000_0100_0000_01b3) ^ (i as u64 * 1_000_003 + *kept as u64);
    }
    for m in found.clusters().iter().flat_map(|c| c.duplicates()) {
        let share = (m.evidence().similarity() * 1e6).round() as u64;
        sum = sum.wrapping_mul(0x0000_0100_0000_01b3) ^ share;
    }
    assert_eq!(sum, GOLDEN, "{sum:#x}");
}

/// Changes when the rule does; then it belongs into the change log.
const GOLDEN: u64 = 0x9e2d_db89_d933_e3df;

#[test]
fn texts_without_words_are_nobodys_duplicates() {
    let texts = [
        "",
        "",
        " \n ",
        "—",
        "…!",
        "One story about a harbour and its new crane.",
        "",
    ];
    let found = cluster(&texts);
    assert!(found.clusters().is_empty());
    assert_eq!(found.kept_of(), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_keep_policy_decides_who_is_kept() {
    let mut dice = Dice(11);
    let story = dice.story(200);
    let texts = [
        format!("{story} and a word"),
        story.clone(),
        format!("{story} with a few words more"),
    ];
    for (keep, kept) in [
        (Keep::Longest, 2),
        (Keep::Shortest, 1),
        (Keep::First, 0),
        (Keep::Oldest, 1),
        (Keep::Newest, 0),
        (Keep::Highest, 2),
        (Keep::Lowest, 0),
    ] {
        let settings = Settings::builder().keep(keep).build().expect("right");
        let mut batch = Batch::new(settings.clone());
        for (i, (text, date)) in texts.iter().zip([Some(30), Some(10), None]).enumerate() {
            batch.push(
                settings.sketch(text),
                Document {
                    id: i.to_string(),
                    date,
                    value: [Some(-0.5), None, Some(3.0)][i],
                },
            );
        }
        let found = batch.cluster(|i| Cow::Borrowed(texts[i].as_str()));
        assert_eq!(found.kept_of(), [kept; 3], "{keep:?}");
    }
}

#[test]
fn the_same_words_with_other_facts_are_another_story() {
    let report = |pence: &str, volume: &str, high: &str| {
        format!(
            "Shares of the Harbour Company closed at {pence} pence on the Port Seldom exchange, in a volume of \
             {volume} shares. The highest price of the day was {high} pence, dealers of the exchange said."
        )
    };
    let pair = compare(
        &report("412", "18,300", "420"),
        &report("388", "9,150", "401"),
    );
    assert!(!pair.are_duplicates());
    assert!(pair.reason().contains("other facts"), "{}", pair.reason());
    let copy = report("412", "18,300", "420").replace("dealers of the exchange", "brokers");
    assert!(compare(&report("412", "18,300", "420"), &copy).are_duplicates());
}

#[test]
fn a_brief_with_a_few_other_words_is_the_same_but_not_with_other_facts() {
    let brief = "A fire broke out in a bakery of the old harbour town on Monday night and was put out within the hour, the \
                 brigade said on its way home.";
    let edited = brief
        .replace("broke out", "started")
        .replace("put out", "extinguished");
    assert!(compare(brief, &edited).are_duplicates());
    let log = |name: &str, street: &str| {
        format!(
            "A driver was stopped on {street} Street in the night for going too fast. {name} was taken to the station and \
             later sent home with a summons."
        )
    };
    let pair = compare(&log("Ines Falk", "Quay"), &log("Bruno Tamm", "Mill"));
    assert!(!pair.are_duplicates(), "{:?}", pair.evidence());
    assert_eq!(pair.differences().len(), 2);
}

#[test]
fn versions_are_told_from_reports_that_quote_the_same_words() {
    let mut dice = Dice(33);
    let story = dice.story(400);
    let paragraphs: Vec<&str> = story.lines().collect();
    // Two versions: the same four tenths of the text with a word changed here and there, the rest their own.
    let mut version = |every: usize| {
        let mut text = dice.story(240);
        for p in &paragraphs[..paragraphs.len() * 45 / 100] {
            let mut words: Vec<String> = p.split(' ').map(str::to_string).collect();
            for at in (7..words.len()).step_by(every) {
                words[at] = dice.word();
            }
            text += "\n";
            text += &words.join(" ");
        }
        text
    };
    let (a, b) = (version(24), version(29));
    let versions = compare(&a, &b);
    // Two reports that share as much in whole paragraphs, each in another place.
    let mut report = |order: &[usize]| {
        let mut text = String::new();
        for &at in order {
            text += &dice.story(50);
            text += "\n";
            text += paragraphs[at];
            text += "\n";
        }
        text + &dice.story(60)
    };
    let (c, d) = (report(&[0, 1, 2]), report(&[1, 2, 0]));
    let quoting = compare(&c, &d);
    assert!(!quoting.are_duplicates(), "{:?}", quoting.evidence());
    assert!(
        versions.evidence().similarity() > quoting.evidence().similarity(),
        "{:?} {:?}",
        versions.evidence(),
        quoting.evidence()
    );
}

#[test]
fn an_excerpt_is_called_one_and_its_runs_are_where_they_say() {
    let mut dice = Dice(21);
    let story = dice.story(300);
    let excerpt: String = story.lines().take(2).collect::<Vec<_>>().join("\n");
    let pair = compare(&excerpt, &story);
    assert!(pair.are_duplicates());
    assert_eq!(pair.evidence().relation(), Relation::ExcerptOf);
    assert_eq!(
        compare(&story, &excerpt).evidence().relation(),
        Relation::Contains
    );
    let words = |s: &str| s.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    for run in pair.runs() {
        assert_eq!(words(&excerpt[run.a.clone()]), words(&story[run.b.clone()]));
        assert_eq!(words(&excerpt[run.a.clone()]).len(), run.words);
    }
}

#[test]
fn scripts_without_spaces_are_compared_too() {
    let story = "港口城市周二宣布，将在明年春天之前修建一座新的起重机，以取代四十年前安装的旧设备。市长表示，\
                 这项工程将耗资三百万元，并为附近居民创造八十个工作岗位。渔民协会对此表示欢迎，但担心噪音。";
    let other = "北部山区的农民说，今年的苹果收成比去年少了一半，因为四月份的霜冻毁掉了大部分花朵。合作社希望\
                 政府提供贷款，帮助他们度过冬天，并购买防霜设备。";
    let edited = story.replace("渔民协会", "当地渔民");
    let found = cluster(&[story, other, &edited]);
    assert_eq!(found.clusters().len(), 1);
    assert_eq!(found.kept_of()[1], 1);
}

/// Shares are compared after the rule has weighed what is missing, of all candidates alike.
#[test]
fn a_stream_names_the_kept_document_that_matches_best() {
    let mut dice = Dice(43);
    let mut several = 0;
    for _ in 0..60 {
        // Two stories, and one that has passages of both, with a word changed here and there.
        let kept = [dice.story(300), dice.story(300)];
        let mut words: Vec<String> = Vec::new();
        for story in &kept {
            let take = 100 + dice.next(100);
            words.extend(story.split(' ').take(take).map(String::from));
            for _ in 0..dice.next(16) {
                let at = words.len() - 1 - dice.next(take);
                words[at] = dice.word();
            }
        }
        words.extend(dice.words(20));
        let both = words.join(" ");
        let mut stream = Deduplicator::new();
        for story in &kept {
            stream.insert(story);
        }
        let matches = kept.iter().map(|story| compare(&both, story));
        let matches: Vec<_> = matches.filter(|pair| pair.are_duplicates()).collect();
        several += usize::from(matches.len() > 1);
        let best = matches
            .iter()
            .map(|pair| pair.evidence().similarity())
            .fold(0.0, f64::max);
        let found = stream
            .check(&both)
            .map_or(0.0, |m| m.evidence().similarity());
        assert_eq!(found, best);
    }
    assert!(several >= 20, "{several}");
}

#[test]
fn a_stream_forgets_and_merges() {
    let mut dice = Dice(31);
    let stories: Vec<String> = (0..6).map(|_| dice.story(150)).collect();
    let mut one = Deduplicator::new();
    for s in &stories[..4] {
        assert!(matches!(one.insert(s), Verdict::New(_)));
    }
    assert!(one.check(&stories[2]).is_some());
    assert!(one.remove(2) && !one.remove(2) && !one.remove(99));
    assert!(one.check(&stories[2]).is_none());
    let mut two = Deduplicator::new();
    for s in &stories[2..] {
        two.insert(s);
    }
    let verdicts = one.merge(two);
    let new = verdicts
        .iter()
        .filter(|v| matches!(v, Verdict::New(_)))
        .count();
    assert_eq!((verdicts.len(), new, one.len()), (4, 3, 6));
}

#[test]
fn a_stream_that_forgets_the_oldest_knows_the_others() {
    let mut dice = Dice(37);
    let mut stream = Deduplicator::new();
    assert_eq!((stream.oldest(), stream.bytes()), (None, 0));
    let mut kept: VecDeque<(usize, String)> = VecDeque::new();
    for n in 0..200 {
        let story = dice.story(80);
        assert_eq!(stream.insert(&story), Verdict::New(n), "numbers go on");
        kept.push_back((n, story));
        // Now and then one from the middle goes.
        if n % 7 == 3 {
            let (number, text) = kept.remove(kept.len() / 2).expect("there are some");
            assert!(stream.remove(number));
            assert!(stream.check(&text).is_none());
        }
        while kept.len() > 10 {
            let (number, text) = kept.pop_front().expect("there are some");
            assert_eq!(stream.oldest(), Some(number));
            assert!(stream.remove(number) && !stream.remove(number));
            assert!(stream.check(&text).is_none());
        }
        for (number, text) in &kept {
            let found = stream.check(text).expect("it is remembered");
            assert_eq!(found.document(), *number);
        }
        assert_eq!(stream.len(), kept.len());
        let texts: usize = kept.iter().map(|(_, text)| text.len()).sum();
        assert!(stream.bytes() > texts);
    }
    // What is remembered decides, not what was.
    let mut fresh = Deduplicator::new();
    for (_, text) in &kept {
        fresh.insert(text);
    }
    assert_eq!(fresh.bytes(), stream.bytes());
    for (number, _) in kept {
        stream.remove(number);
    }
    assert_eq!(
        (stream.oldest(), stream.bytes(), stream.len()),
        (None, 0, 0)
    );
}

#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_does_not_matter() {
    let texts = corpus(13, 200, 5);
    let run = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads can be started")
            .install(|| batch(&Settings::default(), &texts))
    };
    assert_eq!(run(1), run(4));
}
