//! The numbers that the model reads: features only, no decision is made here.
//!
//! A page is read once ([`Reader::read`]): each block's surface, its n-grams through stage 1, then the page context.

pub(in crate::noise) mod chars;
mod context;
mod grams;
mod surface;

use std::ops::Range;

use super::first::FirstStage;
use context::{CONTEXT, CONTEXT_NAMES, Seen};
use surface::{SURFACE, SURFACE_NAMES};

use super::first::SCORES;

/// Number of features of a block.
pub(crate) const FEATURES: usize = SURFACE + CONTEXT + SCORES;

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
    seen: Vec<Seen>,
    content: Vec<u32>,
    grams: Vec<u32>,
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
        self.surfaces(text, spans);
        for b in &mut self.seen {
            self.grams.clear();
            grams::each(&b.ends, &b.surface, |gram| self.grams.push(gram));
            b.scores = first.scores(&mut self.grams);
        }
        self.rows.clear();
        self.rows.resize(self.seen.len() * FEATURES, 0.0);
        for (b, row) in self.seen.iter().zip(self.rows.chunks_exact_mut(FEATURES)) {
            b.surface.write(&mut row[..SURFACE]);
            row[SURFACE + CONTEXT..].copy_from_slice(&b.scores.map(|s| s.clamp(-8.0, 8.0)));
        }
        context::write(
            text,
            &self.seen,
            &self.content,
            &mut self.scratch,
            &mut self.rows,
            FEATURES,
            SURFACE,
        );
        &self.rows
    }

    fn surfaces(&mut self, text: &str, spans: &[Range<usize>]) {
        self.content.clear();
        self.seen.clear();
        for span in spans {
            let mut b = Seen {
                span: span.clone(),
                ..Seen::default()
            };
            let from = self.content.len();
            b.surface = surface::read(&text[span.clone()], &mut b.ends, &mut self.content);
            b.words = from..self.content.len();
            self.seen.push(b);
        }
    }

    /// The n-grams of every block: what stage 1 is trained on.
    #[cfg(feature = "train")]
    pub(crate) fn grams(&mut self, text: &str, spans: &[Range<usize>]) -> Vec<Vec<u32>> {
        self.surfaces(text, spans);
        self.seen
            .iter()
            .map(|b| {
                let mut out = Vec::new();
                grams::each(&b.ends, &b.surface, |gram| out.push(gram));
                out
            })
            .collect()
    }

    /// Words and the "ends like a sentence" flag of every block read last.
    pub(crate) fn words(&self) -> impl Iterator<Item = usize> + '_ {
        self.seen.iter().map(|b| b.surface.words as usize)
    }
}
