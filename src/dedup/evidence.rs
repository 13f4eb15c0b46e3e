use std::ops::Range;

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
///
/// Shares are weighted by rarity where the documents of a corpus are known: what many stories have in common counts
/// little (see [`Batch::cluster`](super::Batch::cluster)).
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub(crate) similarity: f64,
    pub(crate) resemblance: f64,
    pub(crate) containment: [f64; 2],
    pub(crate) coverage: [f64; 2],
    /// The shared shingles of each, by weight.
    pub(crate) mass: [f64; 2],
    pub(crate) longest_run: usize,
    pub(crate) conflicts: usize,
    pub(crate) agreements: usize,
    pub(crate) names: usize,
    pub(crate) seams: Seams,
    pub(crate) witnesses: usize,
    pub(crate) respelled: usize,
    pub(crate) relation: Relation,
}

impl Evidence {
    /// One number for ranking and thresholds.
    pub fn similarity(&self) -> f64 {
        self.similarity
    }
    /// Jaccard resemblance of the shingles.
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
    /// The share of the first document's words that lie in runs shared with the second.
    pub fn coverage(&self) -> f64 {
        self.coverage[0]
    }
    /// The share of the second document's words that lie in runs shared with the first.
    pub fn coverage_of_other(&self) -> f64 {
        self.coverage[1]
    }
    /// The longest run of words that both share.
    pub fn longest_run(&self) -> usize {
        self.longest_run
    }
    /// Places between two shared runs where the one has a number and the other has another.
    pub fn conflicting_numbers(&self) -> usize {
        self.conflicts
    }
    /// Numbers inside shared runs.
    pub fn agreeing_numbers(&self) -> usize {
        self.agreements
    }
    /// Places between two shared runs where the one has a capitalised word and the other has another.
    pub fn conflicting_names(&self) -> usize {
        self.names
    }
    /// How many other documents are duplicates of both, when it took them to call these two duplicates; otherwise 0.
    ///
    /// The similarity is then below the threshold, see [`Batch::cluster`](super::Batch::cluster).
    pub fn witnesses(&self) -> usize {
        self.witnesses
    }
    /// How many words the two spell otherwise, when it took reading them as the same to call these two duplicates;
    /// otherwise 0.
    ///
    /// The other figures are then those of the second document as the first spells it, see
    /// [`Settings::compare`](super::Settings::compare).
    pub fn respelled(&self) -> usize {
        self.respelled
    }
    /// How the first document relates to the second.
    pub fn relation(&self) -> Relation {
        self.relation
    }

    /// Of two texts that share nothing.
    pub(super) fn nothing() -> Self {
        Self {
            relation: Relation::Near,
            ..Self::alike(0, 0.0)
        }
    }

    /// Of two texts of so many and the same words.
    pub(super) fn exact(words: usize) -> Self {
        Self::alike(words, 1.0)
    }

    fn alike(words: usize, all: f64) -> Self {
        Self {
            similarity: all,
            resemblance: all,
            containment: [all; 2],
            coverage: [all; 2],
            mass: [0.0; 2],
            longest_run: words,
            conflicts: 0,
            agreements: 0,
            names: 0,
            seams: Seams::default(),
            witnesses: 0,
            respelled: 0,
            relation: Relation::Exact,
        }
    }
}

/// How the shared runs follow each other.
///
/// Where an editor changed a few words of a text, the runs before and after go on in both. Who quotes a text takes whole
/// passages out of it, and what stands between them is his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seams {
    /// The words of all shared runs.
    pub(crate) shared: usize,
    /// Shared runs that follow one another.
    pub(crate) joints: usize,
    /// Those of them with only a few words between, in both texts.
    pub(crate) narrow: usize,
}

/// A place between two shared runs where two texts say something else: its byte span in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In the first text.
    pub a: Range<usize>,
    /// In the second text.
    pub b: Range<usize>,
    /// Numbers that stand in only one of them, counted in the one with fewer.
    pub numbers: usize,
    /// The same of words with a capital letter.
    pub names: usize,
}

/// A run of words that two texts share: its byte span in each, its length and its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedRun {
    /// In the first text.
    pub a: Range<usize>,
    /// In the second text.
    pub b: Range<usize>,
    /// Length in words.
    pub words: usize,
    /// How much its words count, from 0 to 1: less the more stories have them. 1 where no other stories are known.
    pub weight: f64,
}
