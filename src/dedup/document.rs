use xxhash_rust::xxh3::Xxh3;

use super::candidates::Keys;
use super::firsts::Firsts;
use super::prepared::Prepared;
use super::scratch;
use super::settings::Settings;
use crate::winnow::{Anchor, winnow};

/// What is known of a document beside its text.
///
/// ```
/// use newsift::Document;
///
/// let document = Document { id: "feed-17".into(), date: Some(1_700_000_000), ..Document::default() };
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Breaks ties, so that answers do not depend on the order of the documents.
    pub id: String,
    /// Seconds since 1970, for [`Keep::Oldest`](super::Keep::Oldest) and [`Keep::Newest`](super::Keep::Newest).
    pub date: Option<i64>,
    /// What [`Keep::Highest`](super::Keep::Highest) and [`Keep::Lowest`](super::Keep::Lowest) go by: a score of your own, or
    /// how much noise was removed.
    pub value: Option<f64>,
}

/// The few hundred bytes that stand for a document until candidates are verified.
///
/// It holds the exact key (XXH3-128 of the normalised words), the number of words, and the winnowed anchors by which
/// documents that share a run of words find each other: 0.12 a word of 4 bytes each, so a page of 400 words takes
/// about 240 bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    pub(super) key: u128,
    pub(super) words: u32,
    /// How many of the anchors are of [`LONG`] shingles; the others are of [`SHORT`] ones.
    pub(super) long: u32,
    /// Each once, in the order of the text.
    pub(super) anchors: Box<[u32]>,
}

/// Words a shingle. Five is the customary choice for news: runs of five words are rarely shared by chance.
pub(super) const LONG: usize = 5;

/// Words a shingle when both texts are short. In a text of 30 words one changed word in eight breaks every shingle of
/// five, but only a third of those of three.
pub(super) const SHORT: usize = 3;

/// A text of fewer words is short.
pub(super) const SHORT_TEXT: usize = 50;

/// The length to which a short text is compared by [`SHORT`] shingles; longer ones share three words with anything.
pub(super) const SHORT_PEER: usize = 2 * SHORT_TEXT;

/// How many words two texts must share in a row to be sure to meet (`window + k - 1`).
pub(super) const SURE_RUN: usize = 20;

/// The winnowing window for [`LONG`] shingles of a text with so many words.
///
/// The anchors of a wider window are among those of a narrower one (the least of many is the least of the few around
/// it), so a short text with its close anchors still meets a long one with its sparse anchors.
pub(super) fn window(words: usize) -> usize {
    let full = SURE_RUN + 1 - LONG;
    match words {
        0..SHORT_PEER => full / 4,
        SHORT_PEER..200 => full / 2,
        _ => full,
    }
}

/// What is stored of an anchor.
pub(super) fn short_hash(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// The winnowing window for [`SHORT`] shingles.
pub(super) const SHORT_WINDOW: usize = 2;

impl Sketch {
    /// How many words the document has; 0 means that it is nobody's duplicate.
    pub fn words(&self) -> usize {
        self.words as usize
    }

    /// The memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.anchors)
    }

    /// The sketch of a page that has no story: it matches pages of the very same words, and nothing else.
    ///
    /// Reach for this when there is nothing to compare by: of two lists of headlines, error pages or registration walls
    /// that resemble each other neither is a duplicate, but one that is stored twice is there twice. A story of the same
    /// words is something else and does not match.
    ///
    /// ```
    /// use std::borrow::Cow;
    /// use newsift::{Batch, Document, Settings, Sketch};
    ///
    /// let pages = ["404 - not found", "404 – NOT FOUND", "404 - not found, try our archive"];
    /// let mut batch = Batch::new(Settings::default());
    /// for (number, page) in pages.iter().enumerate() {
    ///     let id = number.to_string();
    ///     batch.push(Sketch::exact(page), Document { id, ..Document::default() });
    /// }
    /// let found = batch.cluster(|number| Cow::Borrowed(pages[number]));
    /// assert_eq!(found.kept_of(), [0, 0, 2]);
    /// ```
    pub fn exact(text: &str) -> Self {
        /// Tells these keys from those of stories.
        const PAGE: u128 = 1 << 127;
        scratch::with(|scratch| {
            scratch.sketch(text);
            Self {
                key: scratch.draft.key ^ PAGE,
                words: scratch.draft.words,
                long: 0,
                anchors: Box::default(),
            }
        })
    }

    pub(super) fn keys(&self) -> Keys<'_, u32> {
        Keys {
            long: self.long as usize,
            anchors: &self.anchors,
        }
    }
}

/// A sketch in buffers that are used again from text to text.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) key: u128,
    pub(super) words: u32,
    long: u32,
    anchors: Vec<u32>,
    winnowed: Vec<Anchor>,
    firsts: Firsts,
}

impl Draft {
    /// Makes this the sketch of a text that was read.
    pub(super) fn read(&mut self, text: &Prepared) {
        let words = text.words();
        self.key = exact_key(words);
        self.words = words.len().min(u32::MAX as usize) as u32;
        self.anchors.clear();
        self.add(&text.long.shingles, window(words.len()));
        self.long = self.anchors.len() as u32;
        self.add(&text.short.shingles, SHORT_WINDOW);
    }

    /// Adds the anchors of these shingles, each once.
    fn add(&mut self, shingles: &[u64], window: usize) {
        winnow(shingles, window, &mut self.winnowed);
        self.firsts.clear(self.winnowed.len());
        let from = self.anchors.len();
        for a in &self.winnowed {
            self.anchors.push(short_hash(a.hash));
            let new = &self.anchors[from..];
            if self.firsts.add(new.len() - 1, new) < new.len() - 1 {
                self.anchors.pop();
            }
        }
    }

    pub(super) fn keys(&self) -> Keys<'_, u32> {
        Keys {
            long: self.long as usize,
            anchors: &self.anchors,
        }
    }

    /// The sketch to keep.
    pub(super) fn to_sketch(&self) -> Sketch {
        Sketch {
            key: self.key,
            words: self.words,
            long: self.long,
            anchors: self.anchors.as_slice().into(),
        }
    }
}

/// XXH3-128 of the hashes of the words: equal for texts that differ only in case, spaces, punctuation.
fn exact_key(words: &[u64]) -> u128 {
    // Some at a time: the hasher takes long for each call.
    const TOGETHER: usize = 64;
    let mut hasher = Xxh3::new();
    let mut bytes = [[0; 8]; TOGETHER];
    for words in words.chunks(TOGETHER) {
        for (bytes, word) in bytes.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        hasher.update(bytes[..words.len()].as_flattened());
    }
    hasher.digest128()
}

impl Settings {
    /// The sketch of a text.
    pub fn sketch(&self, text: &str) -> Sketch {
        scratch::with(|scratch| {
            scratch.sketch(text);
            scratch.draft.to_sketch()
        })
    }
}
