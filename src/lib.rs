//! Strip the noise of scraped news pages, and find near-duplicate stories.

mod block;
mod dedup;
pub mod disjoint;
mod error;
pub mod hash;
pub mod lsh;
pub mod minhash;
mod noise;
pub mod shingle;
mod simd;
pub mod simhash;
pub mod similarity;
pub mod text;
#[cfg(feature = "train")]
pub mod train;
pub mod winnow;

pub use dedup::{
    Batch, Cluster, Clusters, Comparison, Deduplicator, DeduplicatorBuilder, Document, Evidence,
    Keep, Linkage, Match, Preset, Relation, Settings, SettingsBuilder, SharedRun, Sketch, Verdict,
    cluster, compare,
};
pub use error::Error;
pub use noise::{Block, Cleaner, CleanerBuilder, Label, Model, Page, PageKind, Story, strip};
