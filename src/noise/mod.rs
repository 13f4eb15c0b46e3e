//! Cleaning: which blocks of a page are its story, and what the others are.

mod label;
mod page;

pub use label::{Label, PageKind};
pub use page::{Block, Page, Story};

use crate::error::Error;

/// The story of a scraped page given as plain text: [`Cleaner::strip`] with the default settings.
pub fn strip(text: &str) -> Story<'_> {
    Cleaner::new().strip(text)
}

/// Labels the blocks of pages and keeps the story; made once, used for many pages.
#[derive(Debug, Clone)]
pub struct Cleaner {
    keep: Vec<Label>,
}

/// The settings of a [`Cleaner`], each with its name.
#[derive(Debug, Clone)]
pub struct CleanerBuilder {
    keep: Vec<Label>,
}

impl Default for Cleaner {
    fn default() -> Self {
        Self::new()
    }
}

impl Cleaner {
    /// A cleaner that keeps title, body and subheads.
    pub fn new() -> Self {
        Self {
            keep: vec![Label::Title, Label::Body, Label::Subhead],
        }
    }

    /// Starts from the default settings.
    pub fn builder() -> CleanerBuilder {
        CleanerBuilder {
            keep: Self::new().keep,
        }
    }

    /// Labels every block of the page.
    pub fn label<'t>(&self, text: &'t str) -> Page<'t> {
        let blocks = crate::block::blocks(text)
            .into_iter()
            .map(|span| Block::new(span, Label::Body, 0.5))
            .collect();
        Page::new(text, PageKind::Story, blocks)
    }

    /// Keeps the blocks of the page that are its story.
    pub fn strip<'t>(&self, text: &'t str) -> Story<'t> {
        self.label(text).story(&self.keep)
    }
}

impl CleanerBuilder {
    /// The labels that [`Cleaner::strip`] keeps.
    pub fn keep(mut self, labels: &[Label]) -> Self {
        self.keep = labels.to_vec();
        self
    }

    /// The cleaner with these settings.
    ///
    /// # Errors
    ///
    /// When no label is to be kept.
    pub fn build(self) -> Result<Cleaner, Error> {
        if self.keep.is_empty() {
            return Err(Error::setting("at least one label must be kept", "none"));
        }
        Ok(Cleaner { keep: self.keep })
    }
}
