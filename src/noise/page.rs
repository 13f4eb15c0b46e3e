//! A labelled page, and the story kept from it.

use std::borrow::Cow;
use std::ops::Range;

use super::label::{Label, PageKind};

/// A block of a page with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    span: Range<usize>,
    label: Label,
    confidence: f32,
}

impl Block {
    pub(crate) fn new(span: Range<usize>, label: Label, confidence: f32) -> Self {
        Self {
            span,
            label,
            confidence,
        }
    }

    /// Where the block lies in the page, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What the block is.
    pub fn label(&self) -> Label {
        self.label
    }

    /// How probable the label is, from 0 to 1, by the model. Of two story labels, or two noise labels, the more probable one
    /// is taken, after the sum of either decided between story and noise; so it can lie below 0.5.
    ///
    /// It can be believed: on hosts that the model did not learn from, labels are right about as often as it says.
    ///
    /// | stated | right, hand-labelled pages by models without their host | right, sample pages of the repository |
    /// | --- | --- | --- |
    /// | 0.28 to 0.29 | 0.24 | 0.31 |
    /// | 0.46 | 0.43 | 0.49 |
    /// | 0.65 | 0.62 | 0.66 |
    /// | 0.87 to 0.88 | 0.85 | 0.87 |
    /// | 0.99 | 0.983 | 0.974 |
    /// | expected calibration error | 0.014 | 0.010 |
    ///
    /// The first column of figures is of the models of `dedupe train --cross-validate --fold-models DIR`, the second is printed
    /// by `python3 .ci/reliability.py target/release/dedupe`.
    pub fn confidence(&self) -> f32 {
        self.confidence
    }
}

/// A page whose blocks all have a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<'t> {
    text: &'t str,
    kind: PageKind,
    blocks: Vec<Block>,
}

impl<'t> Page<'t> {
    pub(crate) fn new(text: &'t str, kind: PageKind, blocks: Vec<Block>) -> Self {
        Self { text, kind, blocks }
    }

    /// The page's text, as it came.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// Story, listing or empty.
    pub fn kind(&self) -> PageKind {
        self.kind
    }

    /// The blocks, ascending and disjoint.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The text of a block of this page.
    pub fn text_of(&self, block: &Block) -> &'t str {
        &self.text[block.span()]
    }

    /// The blocks with one of these labels, as a story.
    pub fn story(&self, keep: &[Label]) -> Story<'t> {
        let kept = || self.blocks.iter().filter(|b| keep.contains(&b.label));
        let mut spans = Vec::with_capacity(kept().count());
        spans.extend(kept().map(Block::span));
        Story {
            text: self.text,
            spans,
        }
    }
}

/// What was kept of a page: spans of the page's own text, ascending and disjoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Story<'t> {
    text: &'t str,
    spans: Vec<Range<usize>>,
}

impl<'t> Story<'t> {
    /// The spans, in bytes of the page.
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    /// The kept blocks, each an unchanged slice of the page.
    pub fn blocks(&self) -> impl Iterator<Item = &'t str> + '_ {
        self.spans.iter().map(|s| &self.text[s.clone()])
    }

    /// Whether nothing was kept.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The story as one text, a block a line. Borrowed when it is one block.
    pub fn text(&self) -> Cow<'t, str> {
        match self.spans.as_slice() {
            [] => Cow::Borrowed(""),
            [one] => Cow::Borrowed(&self.text[one.clone()]),
            _ => Cow::Owned(self.blocks().collect::<Vec<_>>().join("\n")),
        }
    }
}
