//! Items of a listing: how a site shows its other stories.

use super::cut;
use crate::noise::Label;
use crate::train::example::{Donors, Story, Target, only};
use crate::train::rng::Rng;

/// The form that all items of a listing have.
pub(super) struct Items {
    kicker: bool,
    headline: bool,
    /// A date, before the headline or behind it.
    date: Option<bool>,
    lead: Option<Lead>,
    /// Headline and lead on one line.
    glued: bool,
    /// The headline is a video's, behind its length.
    timed: bool,
    more: Option<&'static str>,
}

enum Lead {
    /// Cut at so many characters, or so many more.
    Cut { chars: usize, slack: usize },
    /// The first paragraph.
    Paragraph,
    /// Its first sentence.
    Sentence,
}

/// Links to the whole story, by language.
const MORE: [(&str, &str); 20] = [
    ("en", "Read more"),
    ("en", "Continue reading"),
    ("en", "Full story \u{bb}"),
    ("de", "Weiterlesen"),
    ("de", "mehr \u{2026}"),
    ("fr", "Lire la suite"),
    ("es", "Leer m\u{e1}s"),
    ("it", "Leggi tutto"),
    ("pt", "Leia mais"),
    ("nl", "Lees verder"),
    ("no", "Les mer"),
    ("sv", "L\u{e4}s mer"),
    ("pl", "Czytaj wi\u{119}cej"),
    ("tr", "Devam\u{131}n\u{131} oku"),
    ("ru", "Читать далее"),
    ("el", "Διαβάστε περισσότερα"),
    ("zh", "阅读全文"),
    ("ja", "続きを読む"),
    ("ko", "더 보기"),
    ("ar", "اقرأ المزيد"),
];

impl Items {
    pub(super) fn draw(language: &str, rng: &mut Rng) -> Self {
        let form = rng.unit();
        let timed = form < 0.05;
        let lead = if form < 0.12 {
            None
        } else if form < 0.22 {
            Some(Lead::Paragraph)
        } else if form < 0.35 {
            Some(Lead::Sentence)
        } else {
            let most = if rng.chance(0.6) { 300 } else { 1000 };
            Some(Lead::Cut {
                chars: rng.between(80, most),
                slack: if rng.chance(0.2) { 60 } else { 0 },
            })
        };
        let of_language: Vec<&str> = MORE
            .iter()
            .filter(|(code, _)| language.is_empty() || *code == language)
            .map(|&(_, text)| text)
            .collect();
        Self {
            kicker: rng.chance(0.2),
            headline: lead.is_none() || rng.chance(0.6),
            date: rng.chance(0.3).then(|| rng.chance(0.5)),
            glued: rng.chance(0.1),
            timed,
            more: rng
                .chance(0.2)
                .then(|| rng.pick(&of_language).copied())
                .flatten(),
            lead,
        }
    }

    /// The blocks of a story's item.
    pub(super) fn of(
        &self,
        story: &Story,
        donors: &Donors,
        rng: &mut Rng,
    ) -> Vec<(String, Target)> {
        let mut blocks = Vec::new();
        let headline = story.headline.as_ref().or_else(|| rng.pick(&donors.heads));
        let mut text = Vec::new();
        if let Some(headline) = headline.filter(|_| self.headline) {
            text.push(if self.timed {
                format!("{}:{:02} {headline}", rng.below(9), rng.below(60))
            } else {
                headline.clone()
            });
        }
        text.extend(self.lead.as_ref().map(|lead| lead.of(story, rng)));
        if self.glued {
            text = vec![text.join(" ")];
        }
        if self.kicker {
            let names = |(line, target): &&(String, Target)| {
                *target == only(Label::Nav) && line.chars().count() < 20
            };
            let from = rng.below(donors.noise.len().max(1));
            blocks.extend(donors.noise.iter().skip(from).find(names).cloned());
        }
        blocks.extend(text.into_iter().map(|text| (text, only(Label::Teaser))));
        if let (Some(first), Some(date)) = (self.date, rng.pick(&donors.dates)) {
            let place = if first { 0 } else { blocks.len().min(1) };
            blocks.insert(place, (date.clone(), only(Label::Date)));
        }
        blocks.extend(self.more.map(|more| (more.to_string(), only(Label::Nav))));
        blocks
    }
}

impl Lead {
    fn of(&self, story: &Story, rng: &mut Rng) -> String {
        let first = &story.body[0];
        match *self {
            Self::Paragraph => first.clone(),
            Self::Sentence => match crate::block::sentences_of(first).into_iter().next() {
                Some(sentence) => first[sentence].trim_end().to_string(),
                None => first.clone(),
            },
            Self::Cut { chars, slack } => {
                let opening = story.body[..story.body.len().min(6)].join(" ");
                cut(&opening, chars + rng.below(slack + 1), rng)
            }
        }
    }
}
