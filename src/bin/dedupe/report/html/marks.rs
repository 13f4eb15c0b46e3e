//! Where the runs that two stories share lie in the blocks that are shown.

use newsift::SharedRun;
use serde::Serialize;

use super::shown::Block;

/// A piece of a block that the other page has too: block, start and end in UTF-16 units, as scripts count, and which
/// piece of the other side it leads to, by its number of a run.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Mark(usize, usize, usize, usize);

/// The marks of both sides, each ascending and disjoint. A run is numbered by its place in `runs`.
pub fn marks(runs: &[SharedRun], a: &[Block], b: &[Block]) -> [Vec<Mark>; 2] {
    // Where the second text repeats itself, or the first does, runs overlap there: what was marked first stays, and
    // the run that is covered by it leads to it.
    let mut by_b: Vec<usize> = (0..runs.len()).collect();
    by_b.sort_by_key(|&n| (runs[n].b.start, runs[n].a.start));
    let mut leads_to: Vec<usize> = (0..runs.len()).collect();
    let (mut in_b, mut end, mut last) = (Vec::new(), 0, 0);
    for n in by_b {
        let start = runs[n].b.start.max(end);
        if start < runs[n].b.end {
            pieces(b, start..runs[n].b.end, n, &mut in_b);
            (end, last) = (runs[n].b.end, n);
        } else {
            leads_to[n] = last;
        }
    }
    let mut in_a = Vec::new();
    for (run, target) in runs.iter().zip(leads_to) {
        pieces(a, run.a.clone(), target, &mut in_a);
    }
    [in_a, in_b]
}

/// The pieces of a span of a story that lie in shown blocks.
fn pieces(blocks: &[Block], span: std::ops::Range<usize>, run: usize, marks: &mut Vec<Mark>) {
    let reaches = |block: &Block| {
        block
            .in_story
            .is_some_and(|s| s + block.text.len() > span.start)
    };
    let ends = blocks.iter().enumerate().skip_while(|(_, b)| !reaches(b));
    for (number, block) in ends {
        let Some(start) = block.in_story else {
            continue;
        };
        if start >= span.end {
            break;
        }
        let from = span.start.saturating_sub(start);
        let to = (span.end - start).min(block.text.len());
        // Words start and end at characters, and a block that was cut ends at one.
        let (Some(before), Some(piece)) = (block.text.get(..from), block.text.get(from..to)) else {
            continue;
        };
        let from = before.encode_utf16().count();
        if !piece.trim().is_empty() {
            marks.push(Mark(number, from, from + piece.encode_utf16().count(), run));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(texts: &[(&str, bool)]) -> Vec<Block> {
        let mut start = 0;
        let block = |&(text, story): &(&str, bool)| {
            let in_story = story.then_some(start);
            start += if story { text.len() + 1 } else { 0 };
            Block {
                label: None,
                percent: 0,
                in_story,
                text: text.to_owned(),
            }
        };
        texts.iter().map(block).collect()
    }

    fn run(a: std::ops::Range<usize>, b: std::ops::Range<usize>) -> SharedRun {
        SharedRun {
            a,
            b,
            words: 1,
            weight: 1.0,
        }
    }

    #[test]
    fn a_run_goes_over_blocks_and_past_noise() {
        let a = blocks(&[
            ("menu", false),
            ("one 🚢 two", true),
            ("ad", false),
            ("three four", true),
        ]);
        let b = blocks(&[("🚢 two three", true)]);
        let [in_a, in_b] = marks(&[run(4..20, 0..14)], &a, &b);
        assert_eq!(in_a, [Mark(1, 4, 10, 0), Mark(3, 0, 7, 0)]);
        assert_eq!(in_b, [Mark(0, 0, 12, 0)]);
    }

    #[test]
    fn runs_that_overlap_on_the_other_side_lead_to_the_first() {
        let a = blocks(&[("x y x", true)]);
        let b = blocks(&[("x", true)]);
        let [in_a, in_b] = marks(&[run(0..1, 0..1), run(4..5, 0..1)], &a, &b);
        assert_eq!(in_a, [Mark(0, 0, 1, 0), Mark(0, 4, 5, 0)]);
        assert_eq!(in_b, [Mark(0, 0, 1, 0)]);
    }

    #[test]
    fn what_is_not_shown_has_no_marks() {
        let a = blocks(&[("one", true)]);
        let [in_a, in_b] = marks(&[run(2..50, 40..60)], &a, &a);
        assert_eq!(in_a, [Mark(0, 2, 3, 0)]);
        assert!(in_b.is_empty());
    }
}
