//! Strip the noise of scraped news pages, and find near-duplicate stories.

mod block;
mod dedup;
mod error;
mod noise;
#[cfg(feature = "train")]
pub mod train;

pub use dedup::{
    Batch, Cluster, Clusters, Comparison, Deduplicator, DeduplicatorBuilder, Document, Evidence,
    Keep, Match, Preset, Relation, Settings, SettingsBuilder, SharedRun, Sketch, Verdict, cluster,
    compare,
};
pub use error::Error;
pub use noise::{Block, Cleaner, CleanerBuilder, Label, Model, Page, PageKind, Story, strip};
