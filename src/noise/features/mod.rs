//! The numbers that the model reads: features only, no decision is made here.
//!
//! A page is read once ([`Reader::read`]): each block's surface, its n-grams through stage 1, then the page context.

pub(crate) mod chars;
mod context;
mod grams;
mod markup;
mod surface;
mod tokens;

use std::ops::Range;

use super::first::FirstStage;
use super::product::{Products, Work, widest};
use context::{CONTEXT, CONTEXT_NAMES, Seen};
#[cfg(feature = "train")]
use grams::Grams;
use markup::Plain;
use surface::{SURFACE, SURFACE_NAMES};

use super::first::SCORES;

/// Number of features of a block.
pub(crate) const FEATURES: usize = SURFACE + CONTEXT + SCORES;

/// Where the length in words stands.
pub(crate) const WORDS: usize = 1;

/// Where the scores of stage 1 begin.
pub(crate) const FIRST_SCORE: usize = SURFACE + CONTEXT;

/// The name of a feature, for people.
pub(crate) fn name(feature: usize) -> &'static str {
    if feature < SURFACE {
        SURFACE_NAMES[feature]
    } else if feature < FIRST_SCORE {
        CONTEXT_NAMES[feature - SURFACE]
    } else {
        "its first and last words"
    }
}

/// Reads pages; keeps its memory between them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    plain: Plain,
    seen: Vec<Seen>,
    content: Vec<u32>,
    words: surface::Scratch,
    scratch: context::Scratch,
    rows: Vec<f32>,
}

impl Reader {
    /// The features of a page's blocks, a row of [`FEATURES`] each.
    pub(crate) fn read(
        &mut self,
        text: &str,
        spans: &[Range<usize>],
        first: &FirstStage,
    ) -> &[f32] {
        let mut plain = std::mem::take(&mut self.plain);
        let (text, spans) = plain.read(text, spans).unwrap_or((text, spans));
        self.surfaces(text, spans);
        grams::scores(&mut self.seen, first);
        // Every number is written below.
        self.rows.resize(self.seen.len() * FEATURES, 0.0);
        widest(Writing {
            seen: &self.seen,
            rows: self.rows.as_chunks_mut().0,
        });
        context::write(
            text,
            &self.seen,
            &self.content,
            &mut self.scratch,
            &mut self.rows,
            FEATURES,
            SURFACE,
        );
        self.plain = plain;
        &self.rows
    }

    /// What was read last.
    pub(crate) fn rows(&self) -> &[f32] {
        &self.rows
    }

    fn surfaces(&mut self, text: &str, spans: &[Range<usize>]) {
        self.content.clear();
        self.seen.resize_with(spans.len(), Seen::default);
        for (b, span) in self.seen.iter_mut().zip(spans) {
            b.span = span.clone();
        }
        surface::read(
            text,
            spans,
            &mut self.words,
            &mut self.seen,
            &mut self.content,
        );
    }

    /// The n-grams of every block: what stage 1 is trained on.
    #[cfg(feature = "train")]
    pub(crate) fn grams(&mut self, text: &str, spans: &[Range<usize>]) -> Vec<Vec<u32>> {
        let mut plain = Plain::default();
        let (text, spans) = plain.read(text, spans).unwrap_or((text, spans));
        self.surfaces(text, spans);
        let mut grams = Grams::new();
        let blocks = self.seen.iter();
        blocks
            .map(|b| grams.read(&b.ends, &b.surface).collect())
            .collect()
    }

    /// Words and the "ends like a sentence" flag of every block read last.
    pub(crate) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        self.seen.iter().map(|b| b.surface.words as usize)
    }
}

/// Writes what blocks show by themselves.
struct Writing<'a> {
    seen: &'a [Seen],
    rows: &'a mut [[f32; FEATURES]],
}

impl Work for Writing<'_> {
    type Out = ();

    #[inline(always)]
    fn run<P: Products>(self, _: P) {
        for (b, row) in self.seen.iter().zip(self.rows) {
            let (surface, rest) = row.split_first_chunk_mut().expect("the first features");
            b.surface.write(surface);
            let scores = b.scores.map(|s| s.clamp(-8.0, 8.0));
            rest[CONTEXT..].copy_from_slice(&scores[..SCORES]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a page of one block a line, by a stage 1 that knows nothing.
    fn rows(lines: &[&str]) -> Vec<Vec<f32>> {
        let text = lines.join("\n");
        let mut start = 0;
        let spans: Vec<Range<usize>> = lines
            .iter()
            .map(|line| {
                let span = start..start + line.len();
                start = span.end + 1;
                span
            })
            .collect();
        let first = FirstStage::new(1.0, [0.0; SCORES], Vec::new(), Vec::new());
        let rows = Reader::default().read(&text, &spans, &first).to_vec();
        rows.chunks_exact(FEATURES).map(<[f32]>::to_vec).collect()
    }

    fn value(row: &[f32], wanted: &str) -> f32 {
        let mut places = (0..FEATURES).filter(|&f| name(f) == wanted);
        let place = places.next().expect("a feature of this name");
        assert!(places.next().is_none(), "{wanted} twice");
        row[place]
    }

    #[test]
    fn thai_paragraphs_have_sentences() {
        // "The harbour office said on Tuesday that the ferry would go again on Friday", over and over
        let sentence = "สำนักงานท่าเรือแจ้งเมื่อวันอังคารว่าเรือข้ามฟากจะกลับมาให้บริการอีกครั้งในวันศุกร์";
        let paragraph = [sentence; 4].join(" ");
        let rows = rows(&[sentence, &paragraph]);
        assert_eq!(value(&rows[0], "sentence ends"), 0.0);
        assert_eq!(value(&rows[0], "ends as a sentence"), 0.0);
        assert!(value(&rows[1], "sentence ends") > 1.0);
        assert_eq!(value(&rows[1], "ends as a sentence"), 1.0);
        assert!(value(&rows[1], "commas a word") > 0.0);
    }

    #[test]
    fn credits_stand_behind_the_last_sentence() {
        let rows = rows(&[
            "A sign for the new harbour stands by the road to Skerrow. Ida Holm for The Post",
            "A sign for the new harbour stands by the road to Skerrow.",
            "A sign for the new harbour",
        ]);
        let behind = "words behind its last sentence";
        assert_eq!(value(&rows[0], behind), surface::log2(5));
        let capitalised = "capitalised words behind its last sentence";
        assert_eq!(value(&rows[0], capitalised), 4.0 / 5.0);
        assert_eq!(value(&rows[1], behind), 0.0);
        assert_eq!(value(&rows[2], behind), 0.0);
    }

    #[test]
    fn lists_are_made_after_one_pattern() {
        let rows = rows(&[
            "Posted by Ida, 12:30",
            "The ferry ran aground off Skerrow on Tuesday night, the coastguard said.",
            "Posted by Jon, 13:45",
            "Nobody was hurt.",
            "Posted by Mia, 14:10",
        ]);
        let alike = "blocks with the same first words";
        assert_eq!(value(&rows[0], alike), surface::log2(2));
        assert_eq!(value(&rows[4], alike), surface::log2(2));
        assert_eq!(value(&rows[1], alike), 0.0);
        assert_eq!(value(&rows[0], "blocks of the same form"), surface::log2(2));
        let near = "nearness of the last with the same first words";
        assert_eq!(value(&rows[0], near), 0.0);
        assert_eq!(value(&rows[2], near), 0.5);
    }
}
