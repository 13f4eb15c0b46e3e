//! Deduplication: sketches, candidates, verification, clusters.
// SKELETON: only exact copies (same text) are found; the interfaces are what the program builds on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::Error;

/// Which duplicates count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Nearly identical texts.
    Strict,
    /// The same wire story: other headline, edited, cut, wrapped in noise.
    #[default]
    Wire,
    /// The same text even if heavily rewritten.
    Loose,
}

/// Which document of a cluster is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// The one with the most words.
    #[default]
    Longest,
    /// The one with the fewest words.
    Shortest,
    /// The one that came first.
    First,
    /// The one with the earliest date; documents without a date come last.
    Oldest,
    /// The one with the latest date; documents without a date come last.
    Newest,
}

/// How two duplicates relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The same words in the same order.
    Exact,
    /// Most of each is in the other.
    Near,
    /// The first is an excerpt of the second.
    ExcerptOf,
    /// The first contains the second.
    Contains,
}

impl Relation {
    /// The name in lower case, as in JSON: `exact`, `near`, `excerpt of`, `contains`.
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Exact => "exact",
            Relation::Near => "near",
            Relation::ExcerptOf => "excerpt of",
            Relation::Contains => "contains",
        }
    }
}

/// What speaks for two documents being duplicates. All shares lie between 0 and 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub(crate) similarity: f64,
    pub(crate) resemblance: f64,
    pub(crate) containment: [f64; 2],
    pub(crate) longest_run: usize,
    pub(crate) relation: Relation,
}

impl Evidence {
    /// One number for ranking and thresholds.
    pub fn similarity(&self) -> f64 {
        self.similarity
    }
    /// Jaccard resemblance of the shingle sets.
    pub fn resemblance(&self) -> f64 {
        self.resemblance
    }
    /// The share of the first document's shingles that are in the second.
    pub fn containment(&self) -> f64 {
        self.containment[0]
    }
    /// The share of the second document's shingles that are in the first.
    pub fn containment_of_other(&self) -> f64 {
        self.containment[1]
    }
    /// The longest run of words that both share.
    pub fn longest_run(&self) -> usize {
        self.longest_run
    }
    /// How the first document relates to the second.
    pub fn relation(&self) -> Relation {
        self.relation
    }
}

/// The settings of the deduplication, checked once.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) preset: Preset,
    pub(crate) threshold: Option<f64>,
    pub(crate) keep: Keep,
}

/// The settings by name.
#[derive(Debug, Clone, Default)]
pub struct SettingsBuilder {
    preset: Preset,
    threshold: Option<f64>,
    keep: Keep,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            preset: Preset::Wire,
            threshold: None,
            keep: Keep::Longest,
        }
    }
}

impl Settings {
    /// Starts from the defaults.
    pub fn builder() -> SettingsBuilder {
        SettingsBuilder::default()
    }
    /// Which document of a cluster is kept.
    pub fn keep(&self) -> Keep {
        self.keep
    }
    /// The preset in force.
    pub fn preset(&self) -> Preset {
        self.preset
    }
    /// The similarity from which two documents count as duplicates.
    pub fn threshold(&self) -> f64 {
        self.threshold.unwrap_or(0.5)
    }
}

impl SettingsBuilder {
    /// Which duplicates count.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.preset = preset;
        self
    }
    /// The similarity from which two documents count as duplicates, between 0 and 1.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }
    /// Which document of a cluster is kept.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = keep;
        self
    }
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the threshold is not between 0 and 1.
    pub fn build(self) -> Result<Settings, Error> {
        if let Some(t) = self.threshold
            && !(t > 0.0 && t <= 1.0)
        {
            return Err(Error::setting(
                "similarity threshold must lie between 0 and 1",
                t,
            ));
        }
        Ok(Settings {
            preset: self.preset,
            threshold: self.threshold,
            keep: self.keep,
        })
    }
}

/// What is known of a document beside its text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Breaks ties, so that answers do not depend on the order of the documents.
    pub id: String,
    /// Seconds since 1970, for [`Keep::Oldest`] and [`Keep::Newest`].
    pub date: Option<i64>,
}

/// The few hundred bytes that stand for a document until candidates are verified.
#[derive(Debug, Clone)]
pub struct Sketch {
    key: u64,
    words: u32,
}

impl Sketch {
    /// How many words the document has; 0 means that it is nobody's duplicate.
    pub fn words(&self) -> usize {
        self.words as usize
    }
}

/// Collects the sketches of many documents, then clusters them.
///
/// Sketching can run in many threads ([`Settings::sketch`]); the texts are asked for again only when candidates are
/// verified, so they may lie on disk.
#[derive(Debug)]
pub struct Batch {
    settings: Settings,
    docs: Vec<(Sketch, Document)>,
}

impl Settings {
    /// The sketch of a text.
    pub fn sketch(&self, text: &str) -> Sketch {
        Sketch {
            key: xxhash_rust::xxh3::xxh3_64(text.trim().as_bytes()),
            words: text.split_whitespace().count() as u32,
        }
    }
}

impl Batch {
    /// An empty batch.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            docs: Vec::new(),
        }
    }
    /// Adds a document and returns its number, counted from 0.
    pub fn push(&mut self, sketch: Sketch, document: Document) -> usize {
        self.docs.push((sketch, document));
        self.docs.len() - 1
    }
    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.docs.len()
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.docs.is_empty()
    }
    /// Finds the clusters. `text` gives a document's text again, by its number; it may be called from many threads.
    pub fn cluster<'t>(&self, text: impl Fn(usize) -> Cow<'t, str> + Sync) -> Clusters {
        let _ = (&text, &self.settings);
        let mut by_key: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (i, (s, _)) in self.docs.iter().enumerate() {
            if s.words > 0 {
                by_key.entry(s.key).or_default().push(i);
            }
        }
        let mut of: Vec<usize> = (0..self.docs.len()).collect();
        let mut clusters = Vec::new();
        for members in by_key.values().filter(|m| m.len() > 1) {
            let mut members = members.clone();
            members.sort_by(|&a, &b| self.docs[a].1.id.cmp(&self.docs[b].1.id));
            for &m in &members {
                of[m] = members[0];
            }
            let duplicates = members[1..]
                .iter()
                .map(|&m| Match {
                    document: m,
                    evidence: Evidence {
                        similarity: 1.0,
                        resemblance: 1.0,
                        containment: [1.0, 1.0],
                        longest_run: self.docs[m].0.words(),
                        relation: Relation::Exact,
                    },
                })
                .collect();
            clusters.push(Cluster {
                kept: members[0],
                duplicates,
            });
        }
        clusters.sort_by(|a, b| self.docs[a.kept].1.id.cmp(&self.docs[b.kept].1.id));
        Clusters {
            of,
            clusters,
            notes: Vec::new(),
        }
    }
}

/// A duplicate and what speaks for it, against the kept document of its cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    pub(crate) document: usize,
    pub(crate) evidence: Evidence,
}

impl Match {
    /// The number of the duplicate.
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
    /// Its duplicates, at least one.
    pub fn duplicates(&self) -> &[Match] {
        &self.duplicates
    }
}

/// The clusters of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    of: Vec<usize>,
    clusters: Vec<Cluster>,
    notes: Vec<String>,
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
}

/// The clusters of texts in memory, with the default settings.
pub fn cluster<T: AsRef<str> + Sync>(texts: &[T]) -> Clusters {
    let settings = Settings::default();
    let mut batch = Batch::new(settings.clone());
    for (i, t) in texts.iter().enumerate() {
        batch.push(
            settings.sketch(t.as_ref()),
            Document {
                id: format!("{i:012}"),
                date: None,
            },
        );
    }
    batch.cluster(|i| Cow::Borrowed(texts[i].as_ref()))
}

/// Finds the duplicates of documents as they arrive.
#[derive(Debug, Clone, Default)]
pub struct Deduplicator {
    seen: BTreeMap<u64, usize>,
    settings: Settings,
    count: usize,
}

/// The settings of a [`Deduplicator`] by name.
#[derive(Debug, Clone, Default)]
pub struct DeduplicatorBuilder(SettingsBuilder);

/// The answer for one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing like it was seen; it now has this number.
    New(usize),
    /// It duplicates a document that was kept.
    Duplicate(Match),
}

impl Deduplicator {
    /// With the default settings.
    pub fn new() -> Self {
        Self::default()
    }
    /// Starts from the default settings.
    pub fn builder() -> DeduplicatorBuilder {
        DeduplicatorBuilder::default()
    }
    /// Compares the text with the kept documents and keeps it when it is new.
    pub fn insert(&mut self, text: &str) -> Verdict {
        let s = self.settings.sketch(text);
        if let Some(&document) = self.seen.get(&s.key) {
            return Verdict::Duplicate(Match {
                document,
                evidence: compare(text, text).evidence,
            });
        }
        self.seen.insert(s.key, self.count);
        self.count += 1;
        Verdict::New(self.count - 1)
    }
}

impl DeduplicatorBuilder {
    /// Which duplicates count.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.0 = self.0.preset(preset);
        self
    }
    /// The similarity from which two documents count as duplicates, between 0 and 1.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.0 = self.0.threshold(threshold);
        self
    }
    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the threshold is not between 0 and 1.
    pub fn build(self) -> Result<Deduplicator, Error> {
        Ok(Deduplicator {
            settings: self.0.build()?,
            ..Deduplicator::default()
        })
    }
}

/// A run of words that two texts share: its byte span in each, and its length in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRun {
    /// In the first text.
    pub a: Range<usize>,
    /// In the second text.
    pub b: Range<usize>,
    /// Length in words.
    pub words: usize,
}

/// Two texts side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub(crate) evidence: Evidence,
    pub(crate) runs: Vec<SharedRun>,
    pub(crate) duplicates: bool,
    pub(crate) reason: String,
}

impl Comparison {
    /// The evidence; `a` is the first document.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
    /// The shared runs, in the order of `a`.
    pub fn runs(&self) -> &[SharedRun] {
        &self.runs
    }
    /// Whether the rule calls them duplicates.
    pub fn are_duplicates(&self) -> bool {
        self.duplicates
    }
    /// In words, the part of the rule that decided.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// Compares two texts with the default settings.
pub fn compare(a: &str, b: &str) -> Comparison {
    Settings::default().compare(a, b)
}

impl Settings {
    /// Compares two texts.
    pub fn compare(&self, a: &str, b: &str) -> Comparison {
        let same = a == b && !a.trim().is_empty();
        let v = f64::from(u8::from(same));
        Comparison {
            evidence: Evidence {
                similarity: v,
                resemblance: v,
                containment: [v, v],
                longest_run: 0,
                relation: Relation::Near,
            },
            runs: Vec::new(),
            duplicates: same,
            reason: String::from("skeleton"),
        }
    }
}
