//! Deduplication: sketches, candidates, verification, clusters.

mod align;
mod batch;
mod buckets;
mod candidates;
mod clusters;
mod compare;
mod document;
mod evidence;
mod firsts;
mod lists;
mod parallel;
mod prepared;
mod rows;
mod rule;
mod scratch;
mod settings;
mod spelling;
mod stream;

pub use batch::{Batch, cluster};
pub use clusters::{Cluster, Clusters, Match};
pub use compare::{Comparison, compare};
pub use document::{Document, Sketch};
pub use evidence::{Difference, Evidence, Relation, SharedRun};
pub use settings::{Keep, Linkage, Preset, Settings, SettingsBuilder};
pub use stream::{Deduplicator, DeduplicatorBuilder, Verdict};
