//! Labelled pages as the trainer sees them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::phrases::Phrase;
use super::rng::Rng;
use crate::noise::{Label, PageKind};

/// The labels that a block may have, as bits; 0 where it is not scored.
pub(super) type Target = u16;

/// Exactly this label.
pub(super) fn only(label: Label) -> Target {
    1 << label as u16
}

/// The body labels (without the headline) or all others: what a body/not-body set says.
pub(super) fn side(label: Label) -> Target {
    let body = only(Label::Body) | only(Label::Subhead);
    if matches!(label, Label::Body | Label::Subhead) {
        body
    } else {
        ALL & !body
    }
}

/// Whether the block is body text, or a subhead, whatever else is open.
pub(super) fn is_body(target: Target) -> bool {
    target != 0 && target & side(Label::Body) == target
}

/// Any label.
pub(super) const ALL: Target = (1 << Label::ALL.len()) - 1;

/// A page with the targets of its blocks.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub(super) lines: Vec<String>,
    pub(super) targets: Vec<Target>,
    pub(super) kind: Option<PageKind>,
    /// The language's code, empty where it is not known.
    pub(super) language: String,
    pub(super) blank_lines: bool,
    /// How much it counts.
    pub(super) weight: f32,
    /// How much it says of what is story and what is noise, beside what it says of the kinds of noise.
    pub(super) sides: f32,
}

impl Example {
    pub(super) fn blank(kind: PageKind) -> Self {
        Self {
            lines: Vec::new(),
            targets: Vec::new(),
            kind: Some(kind),
            language: String::new(),
            blank_lines: false,
            weight: 1.0,
            sides: 1.0,
        }
    }

    pub(super) fn push(&mut self, line: String, target: Target) {
        self.lines.push(line);
        self.targets.push(target);
    }

    pub(super) fn insert(&mut self, at: usize, line: String, target: Target) {
        self.lines.insert(at, line);
        self.targets.insert(at, target);
    }

    pub(super) fn remove(&mut self, at: usize) -> String {
        self.targets.remove(at);
        self.lines.remove(at)
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(Target, &str) -> bool) {
        let kept: Vec<bool> = self
            .targets
            .iter()
            .zip(&self.lines)
            .map(|(&t, l)| keep(t, l))
            .collect();
        let mut k = kept.iter();
        self.lines.retain(|_| *k.next().unwrap_or(&true));
        let mut k = kept.iter();
        self.targets.retain(|_| *k.next().unwrap_or(&true));
    }

    /// Cuts overlong lines as the program does before it labels a page.
    pub(super) fn cut_overlong(&mut self) {
        let lines = std::mem::take(&mut self.lines);
        let targets = std::mem::take(&mut self.targets);
        let cut = crate::block::cut_overlong(&lines);
        for ((line, target), spans) in lines.iter().zip(targets).zip(cut) {
            for span in spans {
                self.push(line[span].to_string(), target);
            }
        }
    }

    /// The page's text, and where each block lies in it.
    pub(super) fn text(&self) -> (String, Vec<Range<usize>>) {
        let gap = if self.blank_lines { "\n\n" } else { "\n" };
        let mut text = String::new();
        let mut spans = Vec::new();
        for line in &self.lines {
            if !text.is_empty() {
                text.push_str(gap);
            }
            spans.push(text.len()..text.len() + line.len());
            text.push_str(line);
        }
        (text, spans)
    }
}

/// A story of some page.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) headline: Option<String>,
    pub(super) body: Vec<String>,
}

/// Pieces of other pages, for augmentation.
#[derive(Debug, Default)]
pub(super) struct Donors {
    pub(super) stories: Vec<Story>,
    /// Headlines and subheads.
    pub(super) heads: Vec<String>,
    pub(super) dates: Vec<String>,
    /// What stands before the headline in announced links, with its colon.
    pub(super) announcements: Vec<String>,
    /// Blocks that stand between paragraphs: captions, promos, announced links, widgets, bylines.
    pub(super) inserts: Vec<(String, Target)>,
    /// Furniture in page order.
    pub(super) noise: Vec<(String, Target)>,
    /// What stands before and behind the stories of hand-labelled pages (first) and of body/not-body pages (second).
    pub(super) frames: [Vec<Frame>; 2],
}

/// What stands around a page's story.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) head: Vec<(String, Target)>,
    pub(super) tail: Vec<(String, Target)>,
}

/// The blocks from the headline or first paragraph to the last paragraph.
pub(super) fn story_range(page: &Example) -> Option<Range<usize>> {
    let story = side(Label::Body) | only(Label::Title);
    let is_story = |&t: &Target| t != 0 && t & story == t;
    let first = page.targets.iter().position(is_story)?;
    let last = page.targets.iter().rposition(|&t| is_body(t))?;
    (first <= last).then_some(first..last + 1)
}

impl Donors {
    pub(super) fn add(&mut self, page: &Example) {
        let mut body = Vec::new();
        for (line, &t) in page.lines.iter().zip(&page.targets) {
            if t == only(Label::Title)
                || t == only(Label::Subhead)
                || t == only(Label::Teaser) && line.len() < 120
            {
                self.heads.push(line.clone());
            }
            if t == only(Label::Body) || t == side(Label::Body) && line.len() > 80 {
                body.push(line.clone());
            }
            self.add_noise(line, t);
        }
        if body.len() >= 2 {
            let title = page.targets.iter().position(|&t| t == only(Label::Title));
            self.stories.push(Story {
                headline: title.map(|i| page.lines[i].clone()),
                body,
            });
        }
        if let Some(r) = story_range(page) {
            let blocks = |r: Range<usize>| {
                r.map(|i| (page.lines[i].clone(), page.targets[i]))
                    .collect()
            };
            let frame = Frame {
                head: blocks(0..r.start),
                tail: blocks(r.end..page.lines.len()),
            };
            let labelled = page.targets.iter().any(|t| t.count_ones() == 1);
            if !page.targets.contains(&0) {
                self.frames[usize::from(!labelled)].push(frame);
            }
        }
    }

    fn add_noise(&mut self, line: &str, target: Target) {
        use Label::{Byline, Caption, Comment, Date, Legal, Nav, Other, Promo, Related, Widget};
        if target == only(Date) {
            self.dates.push(line.to_string());
        }
        if target == only(Related)
            && let Some(start) = line.split_inclusive(COLONS).next()
            && start.ends_with(COLONS)
            && start.chars().count() <= MOST_ANNOUNCED
        {
            self.announcements.push(start.to_string());
        }
        if is_any(target, &[Caption, Promo, Related, Widget, Byline]) {
            self.inserts.push((line.to_string(), target));
        }
        if is_any(target, &[Nav, Promo, Widget, Legal, Comment, Other]) {
            self.noise.push((line.to_string(), target));
        }
    }
}

/// What an announcement ends with.
const COLONS: [char; 2] = [':', '：'];
/// Longer beginnings of links, in characters, are no announcements.
const MOST_ANNOUNCED: usize = 25;

/// Whether the block has one of these labels.
fn is_any(target: Target, labels: &[Label]) -> bool {
    labels.iter().any(|&label| target == only(label))
}

/// Donors by language: a page borrows from pages of its own language, as the pages of a site are of one.
#[derive(Debug, Default)]
pub(super) struct Shelves {
    /// Of every language.
    pub(super) all: Donors,
    by_language: BTreeMap<String, Donors>,
}

/// With fewer stories of a language, pages of all languages are borrowed from.
const MIN_STORIES: usize = 10;

impl Shelves {
    pub(super) fn add(&mut self, page: &Example) {
        self.all.add(page);
        if !page.language.is_empty() {
            let own = self.by_language.entry(page.language.clone()).or_default();
            own.add(page);
        }
    }

    pub(super) fn add_phrase(&mut self, phrase: &Phrase) {
        let own = self
            .by_language
            .entry(phrase.language.to_string())
            .or_default();
        let text = phrase.text.clone();
        if phrase.target == only(Label::Body) {
            own.stories.push(Story {
                headline: None,
                body: vec![text],
            });
        } else if is_any(phrase.target, &[Label::Title, Label::Subhead]) {
            own.heads.push(text);
        } else {
            own.add_noise(&text, phrase.target);
        }
    }

    /// Some language that there are donors of.
    pub(super) fn any_language(&self, rng: &mut Rng) -> &str {
        let languages: Vec<&String> = self.by_language.keys().collect();
        rng.pick(&languages)
            .map_or("", |language| language.as_str())
    }

    pub(super) fn of(&self, language: &str) -> &Donors {
        self.by_language
            .get(language)
            .filter(|own| own.stories.len() >= MIN_STORIES)
            .unwrap_or(&self.all)
    }
}
