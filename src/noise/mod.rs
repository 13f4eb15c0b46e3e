//! Cleaning: which blocks of a page are its story, and what the others are.
//!
//! [`features`] turns a page into numbers, the two stages of the model ([`first`], [`second`]) turn numbers into scores,
//! and [`decide`] turns scores into labels and the page kind.

mod decide;
mod explain;
pub(crate) mod features;
pub(crate) mod first;
mod label;
pub(crate) mod math;
mod model;
pub(crate) mod pack;
mod page;
pub(crate) mod product;
pub(crate) mod second;
mod site;

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

pub use explain::Reason;
pub use label::{Label, PageKind};
pub use model::Model;
pub use page::{Block, Page, Story};
pub use site::{Recurrence, SiteProfile};

use crate::block;
use crate::error::Error;
use decide::Answer;
use features::Reader;
use second::{Activations, OUT, SIDES};

/// The story of a scraped page given as plain text: [`Cleaner::strip`] with the default settings.
///
/// The answer borrows from the page: its blocks are unchanged slices of it, in their order. It is empty for a page without a
/// story (a listing, a wall, an empty text). Takes time linear in the page; reach for a [`Cleaner`] to see every block's
/// label, or to keep others.
///
/// ```
/// let page = "Home | News | Sport\n\
///     Ferry runs aground off Skerrow\n\
///     By Ida Holm\n\
///     The ferry Lady Imogen ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard said.\n\
///     Nobody was hurt, and all passengers were brought ashore by morning, a spokeswoman said on Wednesday.\n\
///     Subscribe to our newsletter";
/// let story = newsift::strip(page);
/// assert!(story.text().contains("brought ashore by morning"));
/// assert!(!story.text().contains("newsletter"));
/// ```
#[doc(alias = "boilerplate")]
pub fn strip(text: &str) -> Story<'_> {
    Cleaner::new().strip(text)
}

/// Labels the blocks of pages and keeps the story; made once, used for many pages and from many threads.
///
/// Memory between pages is kept by each thread, so that a page costs little more than its answer.
///
/// ```
/// use newsift::{Cleaner, Label};
///
/// // Keep the captions too, and drop what is not sure to be story.
/// let cleaner = Cleaner::builder()
///     .keep(&[Label::Title, Label::Body, Label::Subhead, Label::Caption])
///     .lean(-1.0)
///     .build()?;
/// let page = cleaner.label("Home\nNews\nSport");
/// assert_eq!(page.blocks().len(), 3);
/// # Ok::<(), newsift::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cleaner {
    keep: Vec<Label>,
    model: Model,
    dials: Dials,
    site: Option<Arc<SiteProfile>>,
}

/// The numbers among the settings.
#[derive(Debug, Clone, Copy)]
struct Dials {
    lean: f32,
    min_words: usize,
}

impl Default for Dials {
    fn default() -> Self {
        Self {
            lean: 0.0,
            min_words: decide::MIN_STORY_WORDS,
        }
    }
}

impl Default for Cleaner {
    fn default() -> Self {
        CleanerBuilder::default().finish()
    }
}

/// The settings of a [`Cleaner`], each with its name.
#[derive(Debug, Clone)]
pub struct CleanerBuilder {
    keep: Vec<Label>,
    /// The shipped one where none is given; it is read only when needed.
    model: Option<Model>,
    dials: Dials,
}

impl Default for CleanerBuilder {
    fn default() -> Self {
        Self {
            keep: vec![Label::Title, Label::Body, Label::Subhead],
            model: None,
            dials: Dials::default(),
        }
    }
}

/// Labels blocks whose spans are known.
#[cfg(feature = "train")]
pub(crate) fn label_spans(model: &Model, text: &str, spans: &[Range<usize>]) -> Answer {
    let dials = Dials::default();
    let mut scratch = Scratch::default();
    answer(model, None, dials, text, spans, &mut scratch);
    scratch.answer
}

/// What is kept between pages, so that a page costs no memory of its own but its answer.
#[derive(Default)]
struct Scratch {
    reader: Reader,
    activations: Activations,
    answer: Answer,
    spans: Vec<Range<usize>>,
}

/// Longer pages are read in parts of so many blocks, each for itself, so that memory stays bounded (about 2 KB a block).
/// The longest hand-labelled page has some 600.
const MOST_BLOCKS: usize = 20_000;

/// Pages of more blocks than this give their memory back: about 2 KB a block.
const KEEP_SCRATCH: usize = 4_000;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// The parts of labelling that take most of its time, one by one: for the benches.
#[doc(hidden)]
#[derive(Default)]
pub struct Parts(Scratch);

impl Parts {
    /// Finds the blocks of a page and their features; says how many blocks there are.
    pub fn features(&mut self, cleaner: &Cleaner, page: &str) -> usize {
        let Scratch { reader, spans, .. } = &mut self.0;
        block::find(page, spans);
        reader.read(page, spans, cleaner.model.first());
        spans.len()
    }

    /// Runs the network over the features found last; says how many blocks it has scores of.
    pub fn network(&mut self, cleaner: &Cleaner) -> usize {
        let Scratch {
            reader,
            activations,
            ..
        } = &mut self.0;
        cleaner.model.second().forward(reader.rows(), activations);
        activations.labels.len()
    }
}

fn answer(
    model: &Model,
    site: Option<&SiteProfile>,
    dials: Dials,
    text: &str,
    spans: &[Range<usize>],
    scratch: &mut Scratch,
) {
    let rows = scratch.reader.read(text, spans, model.first());
    model.second().forward(rows, &mut scratch.activations);
    if let Some(site) = site {
        weigh_recurrence(site, text, spans, &mut scratch.activations.labels);
    }
    let words = scratch.reader.words();
    decide::decide(
        &scratch.activations,
        words,
        dials.lean,
        dials.min_words,
        &mut scratch.answer,
    );
}

/// Takes from the scores for headline and text of the story what recurring on the site says against them.
fn weigh_recurrence(
    site: &SiteProfile,
    text: &str,
    spans: &[Range<usize>],
    scores: &mut [[f32; OUT]],
) {
    let [title, body, _] = SIDES;
    for (scores, span) in scores.iter_mut().zip(spans) {
        if let Some(recurrence) = site.recurrence(&text[span.clone()]) {
            scores[title] -= recurrence.against_title();
            scores[body] -= recurrence.against_body();
        }
    }
}

impl Cleaner {
    /// A cleaner that keeps title, body and subheads.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts from the default settings.
    pub fn builder() -> CleanerBuilder {
        CleanerBuilder::default()
    }

    /// Labels every block of the page, in order. Blocks are the page's lines; where lines were wrapped at a fixed width the
    /// paragraphs, where line ends were lost the sentences, and what bars or tabs part. Markdown and HTML's character references
    /// are read as they look: the address of a link says nothing. Takes time linear in the page; pages of over 20,000 blocks
    /// are read in parts that do not see each other.
    pub fn label<'t>(&self, text: &'t str) -> Page<'t> {
        let mut blocks = Vec::new();
        let mut kinds = [false; PageKind::ALL.len()];
        SCRATCH.with_borrow_mut(|scratch| {
            let mut spans = std::mem::take(&mut scratch.spans);
            block::find(text, &mut spans);
            blocks.reserve_exact(spans.len());
            for spans in spans.chunks(MOST_BLOCKS) {
                let site = self.site.as_deref();
                answer(&self.model, site, self.dials, text, spans, scratch);
                kinds[scratch.answer.kind as usize] = true;
                blocks.extend(spans.iter().zip(&scratch.answer.labels).map(
                    |(span, &(label, confidence))| Block::new(span.clone(), label, confidence),
                ));
            }
            if spans.len() > KEEP_SCRATCH {
                *scratch = Scratch::default();
            } else {
                scratch.spans = spans;
            }
        });
        // The kinds stand in this order: one part with a story makes a story of the page.
        let kind = PageKind::ALL.iter().find(|&&kind| kinds[kind as usize]);
        Page::new(text, kind.copied().unwrap_or(PageKind::Empty), blocks)
    }

    /// For every block of [`Cleaner::label`]'s answer the features that decided most, strongest first, at most `most`.
    ///
    /// For a person who wonders why a paragraph went; it costs some thousand times what labelling costs. Very long pages are
    /// explained in the parts they are read in.
    ///
    /// ```
    /// let page = "Home | News | Sport\nThe ferry ran aground off Skerrow on Tuesday night, the coastguard said.";
    /// let reasons = newsift::Cleaner::new().reasons(page, 3);
    /// assert_eq!(reasons.len(), 2);
    /// assert!(reasons[0].len() <= 3);
    /// ```
    pub fn reasons(&self, text: &str, most: usize) -> Vec<Vec<Reason>> {
        let (spans, _) = block::blocks(text);
        spans
            .chunks(MOST_BLOCKS)
            .flat_map(|spans| {
                explain::reasons(&self.model, self.site.as_deref(), text, spans, most)
            })
            .collect()
    }

    /// This cleaner with knowledge of the site that its pages come from: what recurs beside many stories of the site is less
    /// likely to be story. A profile of nothing changes nothing; no profile makes a block story that would not be without.
    ///
    /// ```
    /// use newsift::{Cleaner, SiteProfile};
    ///
    /// # let pages = ["Ferry aground\nThe ferry ran aground off Skerrow on Tuesday night with 212 people on board."];
    /// let cleaner = Cleaner::new();
    /// let mut profile = SiteProfile::new();
    /// for page in pages {
    ///     profile.learn(&cleaner.label(page));
    /// }
    /// let cleaner = cleaner.for_site(profile);
    /// for page in pages {
    ///     println!("{}", cleaner.strip(page).text());
    /// }
    /// ```
    pub fn for_site(&self, profile: impl Into<Arc<SiteProfile>>) -> Self {
        Self {
            site: Some(profile.into()),
            ..self.clone()
        }
    }

    /// The site knowledge of this cleaner, if it has any.
    pub fn site(&self) -> Option<&SiteProfile> {
        self.site.as_deref()
    }

    /// The labels that [`Cleaner::strip`] keeps.
    pub fn kept(&self) -> &[Label] {
        &self.keep
    }

    /// Keeps the blocks of the page with the labels that are to be kept.
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

    /// Another model than the one that ships.
    pub fn model(mut self, model: Model) -> Self {
        self.model = Some(model);
        self
    }

    /// The precision/recall dial, in log odds: above 0 keeps blocks that are less sure to be story, below 0 drops more.
    pub fn lean(mut self, lean: f32) -> Self {
        self.dials.lean = lean;
        self
    }

    /// The fewest words of body and subheads that make a story; a page with less is [`PageKind::Empty`], or a listing where it
    /// has teasers. 12 where nothing is set, which any report of two sentences has; more for those who want no briefs, and
    /// no first lines before a paywall. Of scripts without spaces every letter counts as a word.
    ///
    /// ```
    /// use newsift::{Cleaner, PageKind};
    ///
    /// let page = "Ferry aground\nThe ferry Lady Imogen ran aground off Skerrow on Tuesday night, the coastguard said.";
    /// let cleaner = Cleaner::builder().min_words(40).build()?;
    /// assert_eq!(cleaner.label(page).kind(), PageKind::Empty);
    /// assert!(cleaner.strip(page).is_empty());
    /// # Ok::<(), newsift::Error>(())
    /// ```
    pub fn min_words(mut self, words: usize) -> Self {
        self.dials.min_words = words;
        self
    }

    /// The cleaner with these settings.
    ///
    /// # Errors
    ///
    /// When no label is to be kept, or the dial is not a number from -10 to 10.
    pub fn build(self) -> Result<Cleaner, Error> {
        if self.keep.is_empty() {
            return Err(Error::setting("at least one label must be kept", "none"));
        }
        if !(-10.0..=10.0).contains(&self.dials.lean) {
            return Err(Error::setting(
                "lean must lie between -10 and 10",
                self.dials.lean,
            ));
        }
        Ok(self.finish())
    }

    fn finish(self) -> Cleaner {
        Cleaner {
            keep: self.keep,
            model: self.model.unwrap_or_default(),
            dials: self.dials,
            site: None,
        }
    }
}
