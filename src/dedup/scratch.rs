//! The memory in which texts are read, sketched and compared, one for each thread.

use std::cell::Cell;
use std::mem;

use super::align::{Alignment, align};
use super::document::Draft;
use super::evidence::{Evidence, Relation};
use super::prepared::Prepared;
use super::rule::Reason;
use super::settings::Settings;
use super::spelling::{Pair, Spelling};

/// What is kept between texts, so that a text costs no memory of its own but what is stored of it.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) own: Prepared,
    pub(super) other: Prepared,
    pub(super) draft: Draft,
    pub(super) alignment: Alignment,
    /// Made when it is first needed, which is seldom.
    spelling: Option<Box<Spelling>>,
}

impl Scratch {
    /// Reads a text and sketches it.
    pub(super) fn sketch(&mut self, text: &str) {
        self.own.read(text);
        self.draft.read(&self.own);
    }

    /// Compares the two texts that were read.
    pub(super) fn compare(&mut self, settings: &Settings, texts: [&str; 2]) -> (Evidence, Reason) {
        let found = self.align(settings);
        let pair = Pair {
            a: &self.own,
            b: &self.other,
            texts,
        };
        if settings.respells(found.1) && pair.looks_damaged(&self.alignment.runs) {
            self.respelled(settings, texts).unwrap_or(found)
        } else {
            found
        }
    }

    /// The same for the second text as the first spells it, which is then in the place of the second, if they are
    /// duplicates so.
    #[cold]
    fn respelled(&mut self, settings: &Settings, texts: [&str; 2]) -> Option<(Evidence, Reason)> {
        let mut spelling = self.spelling.take().unwrap_or_default();
        let pair = Pair {
            a: &self.own,
            b: &self.other,
            texts,
        };
        let found = spelling
            .find(&pair, &self.alignment.runs)
            .and_then(|words| {
                spelling.respell(&mut self.own, &self.other, &self.alignment);
                self.swap(&mut spelling);
                let (mut evidence, reason) = self.align(settings);
                spelling.restore(&mut self.own);
                if !reason.are_duplicates() {
                    self.swap(&mut spelling);
                    return None;
                }
                evidence.respelled = words;
                if evidence.relation == Relation::Exact {
                    evidence.relation = Relation::Near;
                }
                Some((evidence, Reason::Alike))
            });
        self.spelling = Some(spelling);
        found
    }

    /// Takes the second text as the first spells it for the second, and back.
    fn swap(&mut self, spelling: &mut Spelling) {
        mem::swap(&mut self.other, &mut spelling.text);
        mem::swap(&mut self.alignment, &mut spelling.alignment);
    }

    fn align(&mut self, settings: &Settings) -> (Evidence, Reason) {
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
