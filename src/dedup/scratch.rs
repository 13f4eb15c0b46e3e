//! The memory in which texts are read, sketched and compared, one for each thread.

use std::cell::Cell;

use super::align::{Alignment, align};
use super::document::Draft;
use super::evidence::{Evidence, Relation};
use super::prepared::Prepared;
use super::rule::Reason;
use super::settings::Settings;

/// What is kept between texts, so that a text costs no memory of its own but what is stored of it.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) own: Prepared,
    pub(super) other: Prepared,
    pub(super) draft: Draft,
    pub(super) alignment: Alignment,
}

impl Scratch {
    /// Reads a text and sketches it.
    pub(super) fn sketch(&mut self, text: &str) {
        self.own.read(text);
        self.draft.read(&self.own);
    }

    /// Compares the two texts that were read.
    pub(super) fn compare(&mut self, settings: &Settings) -> (Evidence, Reason) {
        let mut evidence = align(&mut self.own, &self.other, &mut self.alignment);
        let words = [self.own.words().len(), self.other.words().len()];
        let reason = match evidence.relation {
            Relation::Exact => Reason::Exact,
            _ => settings.judge(&mut evidence, words),
        };
        (evidence, reason)
    }
}

/// After a text of more words the memory is given back: some 200 bytes a word.
const KEEP_WORDS: usize = 50_000;

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// Does something with the scratch memory of this thread. What is called in there may do so too, in memory of its own.
pub(super) fn with<R>(work: impl FnOnce(&mut Scratch) -> R) -> R {
    let mut scratch = SCRATCH.take();
    let result = work(&mut scratch);
    if scratch.own.words().len().max(scratch.other.words().len()) <= KEEP_WORDS {
        SCRATCH.set(scratch);
    }
    result
}
