use super::evidence::Evidence;

/// A duplicate and what speaks for it, against the kept document of its cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    pub(crate) document: usize,
    pub(crate) evidence: Evidence,
}

impl Match {
    /// In [`Clusters`] the number of the duplicate; in a [`Verdict`](super::Verdict) that of the kept document.
    pub fn document(&self) -> usize {
        self.document
    }
    /// The evidence; the duplicate is the first document, the kept one the second.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// A kept document with its duplicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    pub(crate) kept: usize,
    pub(crate) duplicates: Vec<Match>,
}

impl Cluster {
    /// The number of the kept document.
    pub fn kept(&self) -> usize {
        self.kept
    }
    /// Its duplicates, at least one, in the order of the keep policy.
    pub fn duplicates(&self) -> &[Match] {
        &self.duplicates
    }
}

/// The clusters of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    pub(super) of: Vec<usize>,
    pub(super) clusters: Vec<Cluster>,
    pub(super) notes: Vec<String>,
    pub(super) verified: usize,
}

impl Clusters {
    /// For every document the number of the kept document of its cluster; its own number when it is kept or alone.
    pub fn kept_of(&self) -> &[usize] {
        &self.of
    }
    /// The clusters of two documents and more, in the order of the kept documents' ids.
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }
    /// What a person should know of the run: buckets that were split, candidates that were skipped, with counts.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
    /// How many pairs of documents were verified. It grows no faster than the number of documents.
    pub fn verified_pairs(&self) -> usize {
        self.verified
    }
}
