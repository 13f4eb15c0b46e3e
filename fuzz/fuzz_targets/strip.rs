//! The laws of cleaning, on any text and on pages made to be hard.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use newsift::{Cleaner, Label, PageKind};

/// Blocks of a page that is made; enough for a quadratic walk to run into the fuzzer's time limit.
const MOST_BLOCKS: usize = 3000;

/// A page that repeats few lines many times: all alike, with a period, or of one character.
#[derive(Debug, Arbitrary)]
struct Made {
    lines: Vec<String>,
    count: u16,
    blank_lines: bool,
}

impl Made {
    fn page(&self) -> String {
        let gap = if self.blank_lines { "\r\n\r\n" } else { "\n" };
        let count = usize::from(self.count) % MOST_BLOCKS;
        let lines = self.lines.iter().cycle().take(count);
        lines.map(|line| format!("{line}{gap}")).collect()
    }
}

fuzz_target!(|data: &[u8]| {
    // No UTF-8 ends in such a byte, so every text is itself and what ends in one is the recipe of a page.
    let page = match data.split_last() {
        Some((0xf8.., recipe)) => match Made::arbitrary(&mut Unstructured::new(recipe)) {
            Ok(made) => made.page(),
            Err(_) => return,
        },
        _ => String::from_utf8_lossy(data).into_owned(),
    };
    laws(&page);
});

fn laws(text: &str) {
    let cleaner = Cleaner::new();
    let page = cleaner.label(text);
    assert_eq!(page.text(), text);

    // Blocks and gaps are the page; a block is never empty, a gap is white space.
    let mut rest = 0;
    for block in page.blocks() {
        let span = block.span();
        assert!(rest <= span.start && span.start < span.end);
        let gap = text.get(rest..span.start);
        assert!(gap.is_some_and(|gap| gap.chars().all(char::is_whitespace)));
        let inside = text.get(span.clone());
        assert!(inside.is_some_and(|inside| inside.trim() == inside));
        assert_eq!(inside, Some(page.text_of(block)));
        assert!((0.0..=1.0).contains(&block.confidence()));
        rest = span.end;
    }
    assert!(text[rest..].chars().all(char::is_whitespace));

    // No more blocks than places where one can end: linear in the text, whatever it repeats.
    let ends = |c: char| "\n.!?…。！？।؟۔|•·\t".contains(c);
    assert!(page.blocks().len() <= 1 + text.chars().filter(|&c| ends(c)).count());
    if page.blocks().is_empty() {
        assert_eq!(page.kind(), PageKind::Empty);
    }

    // The story is the blocks with its labels, and every label belongs to one side.
    let story = cleaner.strip(text);
    let kept = page
        .blocks()
        .iter()
        .filter(|block| block.label().is_story());
    assert!(
        kept.map(|block| block.span())
            .eq(story.spans().iter().cloned())
    );
    assert!(
        story
            .blocks()
            .eq(story.spans().iter().map(|span| &text[span.clone()]))
    );
    assert_eq!(page.story(Label::ALL).spans().len(), page.blocks().len());
    assert!(page.story(&[]).is_empty());

    // The same page again, by the same cleaner and by a new one.
    assert_eq!(cleaner.label(text), page);
    assert_eq!(Cleaner::new().label(text), page);
}
