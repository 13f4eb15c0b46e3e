//! Strip the noise of scraped news pages, and find near-duplicate stories.
//!
//! The crate has two halves. Either can be used without the other: all they share is `&str`.
//!
//! # Cleaning
//!
//! A page comes as plain text. [`strip`] gives its [`Story`]: the blocks that belong to the main story, as slices of the
//! page. [`Cleaner`] is the same for many pages and with settings; [`Cleaner::label`] gives every [`Block`] of the
//! [`Page`] with its [`Label`] and says whether the page is a story, a listing or empty ([`PageKind`]).
//!
//! ```
//! let page = "\
//! Home\n\
//! News\n\
//! Harbour bridge closes for a year\n\
//! The bridge over the harbour will close on Monday, and it will stay closed for a year, the city said on Tuesday.\n\
//! Engineers found cracks in nine of its forty cables, said Ines Falk, who leads the works.\n\
//! Read more: What the cables are made of\n\
//! © 2026 Harbour Gazette. All rights reserved.";
//!
//! let story = newsift::strip(page);
//! for block in story.blocks() {
//!     assert!(page.contains(block)); // an unchanged slice of the page
//! }
//! println!("{}", story.text());
//! ```
//!
//! # Deduplication
//!
//! [`cluster`] finds the near-duplicates among texts in memory, [`Batch`] among texts that lie elsewhere, and
//! [`Deduplicator`] says of each text as it arrives whether it was seen before. [`compare`] shows two texts side by side.
//! What is reported was verified word by word and comes with its [`Evidence`].
//!
//! ```
//! let stories = [
//!     "The bridge over the harbour will close on Monday, and it will stay closed for a year, the city said on Tuesday. \
//!      Engineers found cracks in nine of its forty cables.",
//!     "HARBOUR (HG) – The bridge over the harbour will close on Monday, and it will stay closed for a year, the city said \
//!      on Tuesday.",
//!     "The lake has not been as low since 1976, and the church of the drowned village can be reached on foot.",
//! ];
//! let clusters = newsift::cluster(&stories);
//! assert_eq!(clusters.kept_of(), [0, 0, 2]); // the second is a duplicate of the first
//! ```
//!
//! # The parts
//!
//! For pipelines of your own: [`text`] (normalised, hashed words), [`shingle`], [`minhash`] and [`lsh`] (signatures and
//! their bands), [`simhash`] (fingerprints and a search by Hamming distance), [`winnow`] (anchors for excerpts),
//! [`similarity`] (exact measures), [`disjoint`] (disjoint sets), [`hash`].
//!
//! # What can be relied on
//!
//! - Text never fails: any `&str` can be cleaned, cut and compared. Settings and model files can be wrong; see [`Error`].
//! - The same input, settings and version give the same answer on every platform, with any number of threads, with or
//!   without the feature `rayon`, and, but for [`Deduplicator`] and [`Keep::First`], in any order of the documents.
//! - The library does no I/O and reads no environment.
//!
//! # Features
//!
//! `rayon` (default) spreads batch work over the cores; `cli` builds the program `dedupe`; `train` adds the training of
//! noise models.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod block;
mod dedup;
pub mod disjoint;
mod error;
pub mod hash;
pub mod lsh;
pub mod minhash;
mod noise;
pub mod shingle;
#[cfg(all(target_arch = "x86_64", not(newsift_plain)))]
mod simd;
pub mod simhash;
pub mod similarity;
#[cfg(any(test, newsift_plain, not(target_arch = "x86_64")))]
mod swar;
pub mod text;
#[cfg(feature = "train")]
pub mod train;
pub mod winnow;

pub use dedup::{
    Batch, Cluster, Clusters, Comparison, Deduplicator, DeduplicatorBuilder, Difference, Document,
    Evidence, Keep, Linkage, Match, Preset, Relation, Settings, SettingsBuilder, SharedRun, Sketch,
    Verdict, cluster, compare,
};
pub use error::Error;
#[doc(hidden)]
pub use noise::Parts;
pub use noise::{
    Block, Cleaner, CleanerBuilder, Label, Model, Page, PageKind, Reason, Recurrence, SiteProfile,
    Story, strip,
};
