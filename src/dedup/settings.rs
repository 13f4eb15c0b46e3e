use crate::error::Error;

/// Which duplicates count.
///
/// A preset names what is compared and how much of it must agree; the [`Settings::threshold`] it brings can be
/// replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Nearly identical texts: most of *each* must be in the other.
    Strict,
    /// The same wire story: other headline, edited, cut, wrapped in noise. Most of *one* must be in the other.
    #[default]
    Wire,
    /// The same text even if heavily rewritten: a third of one must be in the other.
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
    /// The one with the highest [`Document::value`](super::Document::value); documents without one come last.
    Highest,
    /// The one with the lowest [`Document::value`](super::Document::value); documents without one come last.
    Lowest,
}

/// How clusters are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Linkage {
    /// Every duplicate matches the kept document itself. The updates of a running story, each like the one before, do
    /// not pull the last into the cluster of the first. With less than the threshold it does so only by witnesses, see
    /// [`Batch::cluster`](super::Batch::cluster).
    #[default]
    Anchored,
    /// The transitive closure: a duplicate matches some document of its cluster (single linkage).
    Chained,
}

/// The settings of the deduplication, checked once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    preset: Preset,
    threshold: Option<f64>,
    keep: Keep,
    linkage: Linkage,
}

/// The settings by name.
#[derive(Debug, Clone, Default)]
pub struct SettingsBuilder(Settings);

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

    /// How clusters are closed.
    pub fn linkage(&self) -> Linkage {
        self.linkage
    }

    /// The similarity from which two documents count as duplicates: the one that was set, or the preset's.
    pub fn threshold(&self) -> f64 {
        self.threshold.unwrap_or(match self.preset {
            Preset::Strict => 0.8,
            Preset::Wire => 0.5,
            Preset::Loose => 0.33,
        })
    }
}

impl SettingsBuilder {
    /// Which duplicates count.
    pub fn preset(mut self, preset: Preset) -> Self {
        self.0.preset = preset;
        self
    }

    /// The similarity from which two documents count as duplicates, between 0 and 1.
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.0.threshold = Some(threshold);
        self
    }

    /// Which document of a cluster is kept.
    pub fn keep(mut self, keep: Keep) -> Self {
        self.0.keep = keep;
        self
    }

    /// How clusters are closed.
    pub fn linkage(mut self, linkage: Linkage) -> Self {
        self.0.linkage = linkage;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    ///
    /// When the threshold is not between 0 and 1.
    pub fn build(self) -> Result<Settings, Error> {
        match self.0.threshold {
            Some(t) if !(t > 0.0 && t <= 1.0) => Err(Error::setting(
                "similarity threshold must lie between 0 and 1",
                t,
            )),
            _ => Ok(self.0),
        }
    }
}
