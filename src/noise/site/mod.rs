//! Site knowledge: which lines of a site recur beside other stories.

mod bytes;
mod line;
mod stories;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64;

use super::label::{Label, PageKind};
use super::page::Page;
use stories::Stories;

/// So many pages of a site are remembered, chosen by their hash: a line that stands on one page in fifty is then seen five
/// times, and a profile stays below half a megabyte.
const PAGES: usize = 256;
/// So many lines of a page, chosen by their hash, so that pages agree on which.
const LINES: usize = 512;
/// A line of the story with so many characters is a paragraph, by which stories are told apart. Headings recur.
const PARAGRAPH: usize = 40;

/// What recurs on the pages of one site (a host): knowledge for an optional second pass over a corpus.
///
/// A page alone does not tell whether the sentence at its end is the story's last or a promotion under every story of the
/// site; many pages do. Learn from the pages of one site as [`Cleaner::label`](crate::Cleaner::label) reads them, then read
/// them, or others, again with the cleaner that [`Cleaner::for_site`](crate::Cleaner::for_site) gives.
///
/// What counts is not how many pages a line is on but beside how many *different* stories: a story that is stored five
/// times recurs with all its lines and is no furniture, so pages with the same paragraphs count as one. See
/// [`Recurrence`] for the count, [`Recurrence::against_body`] for what is made of it.
///
/// A profile remembers the lines of at most 256 pages as 30-bit hashes, chosen by the hash of their content, and never
/// text. So its memory is bounded (some 100 kB), it does not depend on the order of the pages, and pages that are learned
/// twice count once. Pages without a story are not learned from: listings repeat the first words of other pages' stories.
///
/// ```
/// use newsift::{Cleaner, SiteProfile};
///
/// let pages = [
///     "Ferry runs aground off Skerrow\nThe ferry Lady Imogen ran aground off Skerrow on Tuesday night, the coastguard said.\n\
///      Our reporters are on the quay every morning, and your coffee keeps them warm.",
///     "Herring quota falls by a tenth\nThe fleet of Port Aster may land 4,100 tonnes of herring this year, a tenth less.\n\
///      Our reporters are on the quay every morning, and your coffee keeps them warm.",
///     "Old pier to close for the winter\nThe council voted on Monday to close the old pier, whose piles were broken by a storm.\n\
///      Our reporters are on the quay every morning, and your coffee keeps them warm.",
/// ];
/// let cleaner = Cleaner::new();
/// let mut site = SiteProfile::new();
/// for page in pages {
///     site.learn(&cleaner.label(page));
/// }
/// assert_eq!(site.pages(), 3);
/// let coffee = site.recurrence("Our reporters are on the quay every morning, and your coffee keeps them warm.");
/// assert_eq!(coffee.map(|line| line.pages()), Some(3));
/// assert!(!cleaner.for_site(site).strip(pages[0]).text().contains("coffee"));
/// ```
#[derive(Debug, Clone)]
pub struct SiteProfile {
    /// The lines of every remembered page under the hash of its content.
    sample: BTreeMap<u64, Box<[Line]>>,
    /// No more pages than this are remembered.
    most: usize,
    /// What recurs among them; counted when first asked for.
    recurring: OnceLock<Vec<(u32, Recurrence)>>,
}

/// A line as a page has it: 30 bits of its hash above two bits of [`Mark`]. Among the 20,000 lines of a profile two differ
/// with the same hash about once in five profiles.
type Line = u32;

/// What the cleaner took a line for; of a line that is on a page twice the greater counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Noise,
    /// A short line of the story.
    Short,
    Paragraph,
    Title,
}

impl Mark {
    fn of(line: Line) -> Self {
        match line & 3 {
            0 => Mark::Noise,
            1 => Mark::Short,
            2 => Mark::Paragraph,
            _ => Mark::Title,
        }
    }
}

/// How a line recurs on a site.
///
/// Stories are counted, not pages: of the pages with the line, those that also share half of the other paragraphs of the
/// shorter one carry one story, in two states or cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    of: u32,
    pages: u32,
    stories: u32,
    told: u32,
    titled: u32,
}

impl Recurrence {
    /// The pages of the profile with the line.
    pub fn pages(&self) -> usize {
        self.pages as usize
    }

    /// The pages of the profile.
    pub fn of_pages(&self) -> usize {
        self.of as usize
    }

    /// Beside how many different stories it stands.
    pub fn stories(&self) -> usize {
        self.stories as usize
    }

    /// Beside how many different stories it was taken for a part of the story.
    pub fn stories_as_body(&self) -> usize {
        self.told as usize
    }

    /// Above how many different stories it was taken for the headline.
    pub fn stories_as_title(&self) -> usize {
        self.titled as usize
    }

    /// By how much the log odds of the line being text of the story fall: most where it was read as text of many stories,
    /// less where it was read as noise beside the others, because the first paragraph of a story is a teaser elsewhere.
    pub fn against_body(&self) -> f32 {
        TOLD * self.weight(self.told) + SEEN * self.weight(self.stories)
    }

    /// By how much the log odds of the line being the headline fall. Only pages where it was read as the headline count:
    /// elsewhere the headline of a story is a link to it.
    pub fn against_title(&self) -> f32 {
        TOLD * self.weight(self.titled)
    }

    /// 0 for one story (or none), a quarter for two, 0.4 for three, towards 1 for many; less where those are a small share
    /// of the site's pages.
    fn weight(&self, stories: u32) -> f32 {
        let more = stories.saturating_sub(1) as f32;
        let share = stories as f32 / self.of as f32;
        more / (more + 3.0) * (share / FURNITURE).min(1.0)
    }
}

/// The log odds that a line loses in the end when it was read as text of ever more stories, and when it just stands beside
/// them. Set by hand on hosts with several pages in eleven sets, so unseen ones may gain less than those did; the sum is more
/// than the model's own odds ever are.
const TOLD: f32 = 12.0;
const SEEN: f32 = 4.0;

/// What stands on this share of a site's pages is furniture, however large the site; a running story comes back as well,
/// with the paragraphs that its reports have in common, but on a smaller share of many pages.
const FURNITURE: f32 = 0.05;

impl Default for SiteProfile {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for SiteProfile {
    /// Whether both remember the same pages and would go on to.
    fn eq(&self, other: &Self) -> bool {
        self.most == other.most && self.sample == other.sample
    }
}

impl SiteProfile {
    /// The profile of no page: it changes nothing.
    pub fn new() -> Self {
        Self {
            sample: BTreeMap::new(),
            most: PAGES,
            recurring: OnceLock::new(),
        }
    }

    /// Learns from a page as it was read without a profile. Pages without a story teach nothing; one that was learned before
    /// counts once.
    pub fn learn(&mut self, page: &Page<'_>) {
        if page.kind() != PageKind::Story {
            return;
        }
        let mut lines: Vec<Line> = page
            .blocks()
            .iter()
            .filter_map(|block| {
                let text = page.text_of(block);
                let mark = match block.label() {
                    Label::Title => Mark::Title,
                    label if !label.is_story() => Mark::Noise,
                    _ if text.chars().nth(PARAGRAPH - 1).is_some() => Mark::Paragraph,
                    _ => Mark::Short,
                };
                line::hash(text).map(|hash| shortened(hash) << 2 | mark as u32)
            })
            .collect();
        // Equal lines stand together, the greatest mark last.
        lines.sort_unstable();
        lines.reverse();
        lines.dedup_by_key(|line| *line >> 2);
        lines.reverse();
        lines.truncate(LINES);
        let bytes: Vec<u8> = lines.iter().flat_map(|l| (l >> 2).to_le_bytes()).collect();
        self.remember(xxh3_64(&bytes), lines.into());
    }

    /// Learns what another profile of the same site learned. The order in which profiles are merged, and pages learned, has
    /// no influence.
    pub fn merge(&mut self, other: &SiteProfile) {
        self.shrink_to(other.most);
        for (&page, lines) in &other.sample {
            self.remember(page, lines.clone());
        }
    }

    /// Remembers no more than so many pages from now on, of those that were learned and of those that come. For a corpus of
    /// very many sites. Never more than it was before.
    pub fn shrink_to(&mut self, pages: usize) {
        self.most = self.most.min(pages);
        while self.sample.len() > self.most {
            self.sample.pop_last();
            self.recurring.take();
        }
    }

    fn remember(&mut self, page: u64, lines: Box<[Line]>) {
        if self.sample.len() >= self.most
            && self
                .sample
                .last_key_value()
                .is_none_or(|(&last, _)| page > last)
        {
            return;
        }
        self.recurring.take();
        // The same lines may be read differently when they differ in their digits: the lesser reading is taken, whichever
        // came first.
        let kept = self.sample.entry(page).or_insert_with(|| lines.clone());
        if lines < *kept {
            *kept = lines;
        }
        if self.sample.len() > self.most {
            self.sample.pop_last();
        }
    }

    /// How many different pages are remembered, 256 at most.
    pub fn pages(&self) -> usize {
        self.sample.len()
    }

    /// How a line recurs on the site, by its normal form: without case, with every number alike. None where it was seen on
    /// fewer than two pages, or has hardly a letter. The first call after learning counts the lines, which takes some
    /// milliseconds.
    pub fn recurrence(&self, line: &str) -> Option<Recurrence> {
        let recurring = self.recurring.get_or_init(|| count(&self.sample));
        if recurring.is_empty() {
            return None;
        }
        let line = shortened(line::hash(line)?);
        let place = recurring
            .binary_search_by_key(&line, |&(line, _)| line)
            .ok()?;
        Some(recurring[place].1)
    }
}

fn shortened(hash: u64) -> u32 {
    (hash >> 34) as u32
}

/// Counts the lines that are on several pages; takes time linear in the lines of the sample for each story they are beside.
fn count(sample: &BTreeMap<u64, Box<[Line]>>) -> Vec<(u32, Recurrence)> {
    let mut places: Vec<(Line, u32)> = Vec::new();
    for (page, lines) in (0..).zip(sample.values()) {
        places.extend(lines.iter().map(|&line| (line, page)));
    }
    places.sort_unstable();
    let recurring = || {
        let same_line = places.chunk_by(|a, b| a.0 >> 2 == b.0 >> 2);
        same_line.filter(|places| places.len() > 1)
    };
    let stories = Stories::new(sample.len(), recurring(), &places);
    let mut those = Vec::new();
    recurring()
        .map(|places| {
            let of_paragraph = places
                .chunk_by(|a, b| a.0 == b.0)
                .find(|places| Mark::of(places[0].0) == Mark::Paragraph)
                .unwrap_or_default();
            let mut count = |taken: fn(Mark) -> bool| {
                those.clear();
                let pages = places.iter().filter(|place| taken(Mark::of(place.0)));
                those.extend(pages.map(|place| place.1));
                stories.among(&mut those, of_paragraph)
            };
            let recurrence = Recurrence {
                of: sample.len() as u32,
                pages: places.len() as u32,
                stories: count(|_| true),
                told: count(|mark| mark != Mark::Noise),
                titled: count(|mark| mark == Mark::Title),
            };
            (places[0].0 >> 2, recurrence)
        })
        .collect()
}
