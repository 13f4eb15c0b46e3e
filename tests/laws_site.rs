//! What holds for site profiles: what they learn, forget and store, and what they do to pages.

use newsift::{Cleaner, Page, PageKind, SiteProfile};
use proptest::prelude::*;

/// Stands under every story and reads like its last paragraph.
const COFFEE: &str = "Our reporters are on the quay every morning before the first boat comes in, and your coffee keeps them warm.";

/// Paragraphs that no two stories share.
fn story(number: usize) -> String {
    let name = [
        "Ashby", "Borun", "Carrow", "Dunmore", "Elsey", "Farrow", "Gant", "Holm", "Ives", "Jessop",
    ][number % 10];
    let thing = [
        "bridge", "ferry", "library", "orchard", "tunnel", "museum", "quarry",
    ][number % 7];
    let what = ["flood", "strike", "fire", "auction", "inquiry"][number % 5];
    format!(
        "{name} {thing} to reopen after {what}\n\
         The {thing} of {name} will reopen on Monday, eleven weeks after the {what} that closed it, the council said on Tuesday.\n\
         Mayor Ida {name} told reporters that the work on the {thing} had cost less than was feared when the {what} began.\n\
         Neighbours of the {thing} said they had grown used to the quiet, and that the {what} was soon forgotten in {name}."
    )
}

fn page(number: usize) -> String {
    format!(
        "Home\nNews\nSport\n{}\n{COFFEE}\nSubscribe to our newsletter",
        story(number)
    )
}

fn learn(cleaner: &Cleaner, pages: &[String]) -> SiteProfile {
    let mut profile = SiteProfile::new();
    for page in pages {
        profile.learn(&cleaner.label(page));
    }
    profile
}

#[test]
fn a_line_under_every_story_is_furniture() {
    let cleaner = Cleaner::new();
    let pages: Vec<String> = (0..12).map(page).collect();
    let profile = learn(&cleaner, &pages);
    assert_eq!(profile.pages(), 12);
    let coffee = profile
        .recurrence(&COFFEE.to_uppercase())
        .expect("it recurs");
    assert_eq!(
        (coffee.pages(), coffee.of_pages(), coffee.stories()),
        (12, 12, 12)
    );
    assert_eq!(profile.recurrence("a line that no page has"), None);
    let informed = cleaner.for_site(profile);
    for (number, page) in pages.iter().enumerate() {
        assert!(
            !informed.strip(page).text().contains("coffee"),
            "{}",
            informed.strip(page).text()
        );
        assert_eq!(
            informed.strip(page).text(),
            cleaner.strip(&story(number)).text()
        );
    }
    let new = page(13);
    assert!(!informed.strip(&new).text().contains("coffee"));
}

#[test]
fn a_story_that_is_stored_five_times_is_no_furniture() {
    let cleaner = Cleaner::new();
    let mut pages: Vec<String> = (0..35).map(page).collect();
    let story = story(36);
    for copy in 0..5 {
        // As a site stores it: whole, cut, with another date, with an update.
        let cut: Vec<&str> = story.lines().take(4 - copy % 2).collect();
        let update = [
            "",
            "Updated at 9:15",
            "The council had said in May that it could not say when, and had asked the mayor.",
        ][copy % 3];
        pages.push(format!(
            "Home\nNews\n{}\n{update}\n{COFFEE}",
            cut.join("\n")
        ));
    }
    let profile = learn(&cleaner, &pages);
    for line in story.lines() {
        let recurrence = profile.recurrence(line).expect("it recurs");
        assert_eq!(recurrence.stories(), 1, "{line}: {recurrence:?}");
        assert_eq!(recurrence.against_body(), 0.0);
    }
    let informed = cleaner.for_site(profile);
    for page in &pages[35..] {
        let (with, without) = (informed.strip(page), cleaner.strip(page));
        let kept: Vec<&str> = without.blocks().filter(|block| *block != COFFEE).collect();
        assert!(with.blocks().eq(kept), "{}", with.text());
    }
}

#[test]
fn a_headline_that_is_a_teaser_elsewhere_stays_on_its_own_page() {
    let cleaner = Cleaner::new();
    let headline = story(3).lines().next().expect("a headline").to_owned();
    let teased = |number: usize| {
        format!(
            "{}\nMost read\n{headline}\nMarket hall gets a roof\nSwans are back",
            page(number)
        )
    };
    let mut pages: Vec<String> = (4..20).map(teased).collect();
    pages.push(page(3));
    let informed = cleaner.for_site(learn(&cleaner, &pages));
    let recurrence = informed
        .site()
        .and_then(|site| site.recurrence(&headline))
        .expect("it recurs");
    assert_eq!((recurrence.pages(), recurrence.stories_as_title()), (17, 1));
    assert_eq!(informed.strip(&pages[16]).blocks().next(), Some(&*headline));
}

#[test]
fn listings_and_empty_pages_teach_nothing() {
    let cleaner = Cleaner::new();
    let mut profile = SiteProfile::new();
    for text in [
        "",
        "Home\nNews\nSport",
        "Error 404\nThis page does not exist.",
    ] {
        let page = cleaner.label(text);
        assert_ne!(page.kind(), PageKind::Story);
        profile.learn(&page);
    }
    assert_eq!(profile, SiteProfile::new());
}

#[test]
fn a_profile_remembers_so_many_pages() {
    let cleaner = Cleaner::new();
    let label = |number: usize| format!("{}\n{}", "boat ".repeat(number + 1), page(number));
    let mut profile = SiteProfile::new();
    for number in 0..300 {
        profile.learn(&cleaner.label(&label(number)));
    }
    assert_eq!(profile.pages(), 256);
    let coffee = profile.recurrence(COFFEE).expect("it recurs");
    assert_eq!(coffee.pages(), 256);
    let mut small = profile.clone();
    small.shrink_to(40);
    assert_eq!(
        (
            small.pages(),
            small.recurrence(COFFEE).map(|line| line.pages())
        ),
        (40, Some(40))
    );
    small.merge(&profile);
    assert_eq!(small.pages(), 40);
    small.shrink_to(0);
    assert_eq!((small.pages(), small.recurrence(COFFEE)), (0, None));
}

#[test]
fn stored_profiles_come_back_and_damaged_ones_are_refused() {
    let cleaner = Cleaner::new();
    let profile = learn(&cleaner, &[page(1), page(2), page(3)]);
    let good = profile.to_bytes();
    assert_eq!(SiteProfile::from_bytes(&good).as_ref(), Ok(&profile));
    assert_eq!(
        SiteProfile::from_bytes(&SiteProfile::new().to_bytes()),
        Ok(SiteProfile::new())
    );
    let with = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    for (bytes, want) in [
        (Vec::new(), "the first eight bytes must be `newsiftS`"),
        (with(7, b'M'), "the first eight bytes must be `newsiftS`"),
        (with(8, 9), "version must be 1, got 9"),
        (good[..9].to_vec(), "cut off"),
        (good[..20].to_vec(), "cut off"),
        (good[..good.len() - 1].to_vec(), "checksum must be "),
        (with(40, good[40] ^ 1), "checksum must be "),
    ] {
        let error = SiteProfile::from_bytes(&bytes).expect_err(want).to_string();
        assert!(
            error.starts_with("site profile: ") && error.contains(want),
            "{error}: {want}"
        );
    }
}

fn pages() -> impl Strategy<Value = Vec<String>> {
    let line = prop_oneof![
        4 => (0usize..12).prop_map(story),
        3 => Just(COFFEE.to_owned()),
        2 => (0usize..12).prop_map(|n| story(n).lines().next().unwrap_or_default().to_owned()),
        2 => "[A-Z][a-z]{2,9}( [a-z]{1,12}){0,30}[.!?…:]?",
        1 => "\\PC{0,20}",
    ];
    let page = proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"));
    proptest::collection::vec(page, 1..12)
}

/// The story blocks of a page.
fn kept(page: &Page<'_>) -> Vec<std::ops::Range<usize>> {
    let kept = page
        .blocks()
        .iter()
        .filter(|block| block.label().is_story());
    kept.map(|block| block.span()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_profile_of_nothing_changes_nothing(pages in pages()) {
        let cleaner = Cleaner::new();
        let informed = cleaner.for_site(SiteProfile::new());
        for page in &pages {
            prop_assert_eq!(cleaner.label(page), informed.label(page));
        }
    }

    #[test]
    fn order_and_grouping_do_not_matter(pages in pages(), cut in 0usize..12) {
        let cleaner = Cleaner::new();
        let forth = learn(&cleaner, &pages);
        let mut back = pages.clone();
        back.reverse();
        back.extend_from_slice(&pages); // twice counts once
        prop_assert_eq!(learn(&cleaner, &back).to_bytes(), forth.to_bytes());
        let (a, b) = pages.split_at(cut.min(pages.len()));
        let (a, b) = (learn(&cleaner, a), learn(&cleaner, b));
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b);
        ba.merge(&a);
        prop_assert_eq!(&ab, &forth);
        prop_assert_eq!(&ba, &forth);
        prop_assert_eq!(SiteProfile::from_bytes(&forth.to_bytes()), Ok(forth));
    }

    /// A profile takes from the story and never adds to it; what is left is still a subsequence of the page's blocks.
    #[test]
    fn a_profile_only_takes(pages in pages()) {
        let cleaner = Cleaner::new();
        let informed = cleaner.for_site(learn(&cleaner, &pages));
        for text in &pages {
            let (with, without) = (informed.label(text), cleaner.label(text));
            let spans = |page: &Page<'_>| page.blocks().iter().map(|block| block.span()).collect::<Vec<_>>();
            prop_assert_eq!(spans(&with), spans(&without));
            let all = kept(&without);
            prop_assert!(kept(&with).iter().all(|span| all.contains(span)));
            let story = informed.strip(text);
            prop_assert_eq!(story.spans(), kept(&with));
            prop_assert!(with.blocks().iter().all(|block| (0.0..=1.0).contains(&block.confidence())));
        }
    }
}

#[test]
fn a_story_needs_its_fewest_words() {
    let text = page(1);
    let words = |min: usize| {
        let cleaner = Cleaner::builder()
            .min_words(min)
            .build()
            .expect("any number will do");
        let page = cleaner.label(&text);
        (page.kind(), cleaner.strip(&text).is_empty())
    };
    for min in [0, 1, 12, 40] {
        assert_eq!(words(min), (PageKind::Story, false), "{min}");
    }
    for min in [200, usize::MAX] {
        let (kind, is_empty) = words(min);
        assert!(kind != PageKind::Story && is_empty, "{min}: {kind}");
    }
    let none = Cleaner::builder()
        .min_words(0)
        .build()
        .expect("any number will do");
    assert_eq!(none.label("Home\nNews").kind(), PageKind::Empty);
}
