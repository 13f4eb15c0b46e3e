//! Training pages made out of labelled ones: what the labelled pages show too rarely.

mod items;
mod sayings;
mod storyless;

use super::example::{Donors, Example, Frame, Shelves, Target, is_body, only, side, story_range};
use super::rng::Rng;
use crate::noise::{Label, PageKind};
use items::Items;

/// A changed copy of the page, or a new page made of other pages' blocks.
pub(super) fn vary(page: &Example, shelves: &Shelves, rng: &mut Rng) -> Example {
    let roll = rng.unit();
    let storyless = roll < 0.14;
    let foreign = roll < 0.03;
    let language = if foreign || storyless && rng.chance(0.2) {
        shelves.any_language(rng)
    } else {
        &page.language
    };
    let donors = shelves.of(language);
    let mut out = if foreign && !donors.stories.is_empty() {
        storyless::patched(donors, rng)
    } else if roll < 0.11 && !donors.stories.is_empty() {
        storyless::listing(donors, language, rng)
    } else if storyless {
        storyless::empty(donors, language, rng)
    } else {
        let mut p = page.clone();
        let is_story = p.kind == Some(PageKind::Story);
        if is_story {
            if rng.chance(0.25) {
                reframe(&mut p, donors, rng);
            }
            if rng.chance(0.10) {
                clean(&mut p, rng);
            }
            if rng.chance(0.08) {
                p.retain(|t, _| t != only(Label::Title));
            }
            if rng.chance(0.15) {
                teasers(&mut p, donors, rng);
            }
            if rng.chance(0.20) {
                inserts(&mut p, donors, rng);
            }
            if rng.chance(0.22) {
                gallery(&mut p, donors, rng);
            }
            if rng.chance(0.10) {
                doubled(&mut p);
            }
            if rng.chance(0.14) {
                brief(&mut p, rng);
            }
            if rng.chance(0.06) {
                short(&mut p, rng);
            }
            if rng.chance(0.03) {
                live(&mut p, donors, rng);
            }
            if rng.chance(0.04) {
                join(&mut p, rng);
            } else if rng.chance(0.06) {
                glue(&mut p, rng);
            }
            if rng.chance(0.03) {
                bars(&mut p, rng);
            }
            if rng.chance(0.04) {
                storyless::intrude(&mut p, rng);
            }
            if rng.chance(0.2) {
                storyless::disclaim(&mut p, language, donors, rng);
            }
        }
        if rng.chance(0.03) {
            cut_sentences(&mut p);
        }
        p
    };
    out.blank_lines = if rng.chance(0.2) {
        rng.chance(0.5)
    } else {
        page.blank_lines
    };
    out
}

/// The first `chars` characters, back to the last word end in half of the cases.
fn cut(text: &str, chars: usize, rng: &mut Rng) -> String {
    let end = text
        .char_indices()
        .nth(chars)
        .map_or(text.len(), |(i, _)| i);
    let mut piece = &text[..end];
    if end < text.len() && rng.chance(0.5) {
        piece = piece.rfind(' ').map_or(piece, |i| &piece[..i]);
    }
    let dots = if end < text.len() && rng.chance(0.3) {
        [" ...", "...", "…"][rng.below(3)]
    } else {
        ""
    };
    format!("{}{dots}", piece.trim_end())
}

/// Cut openings of other stories behind the page's story, or in its middle.
fn teasers(p: &mut Example, donors: &Donors, rng: &mut Rng) {
    let last = p.targets.iter().rposition(|&t| is_body(t));
    let Some(last) = last else { return };
    let items = Items::draw(&p.language, rng);
    let mut at = if rng.chance(0.15) {
        1 + rng.below(last + 1)
    } else {
        last + 1
    };
    for _ in 0..rng.between(1, 6) {
        let Some(story) = rng.pick(&donors.stories) else {
            return;
        };
        for (line, target) in items.of(story, donors, rng) {
            p.insert(at, line, target);
            at += 1;
        }
    }
}

/// How links to other stories announce themselves, in the languages that the labelled pages have few of.
const ANNOUNCEMENTS: [&str; 24] = [
    "Read more:",
    "Read also:",
    "See also:",
    "Related:",
    "More:",
    "Watch:",
    "RELATED:",
    "READ MORE:",
    "Also read:",
    "Lesen Sie auch:",
    "Mehr zum Thema:",
    "Lire aussi :",
    "À lire aussi :",
    "Lea también:",
    "Leia também:",
    "Leggi anche:",
    "Читайте также:",
    "Czytaj też:",
    "Les også:",
    "Läs också:",
    "İlgili haber:",
    "相关阅读：",
    "関連記事：",
    "Διαβάστε επίσης:",
];

/// How a link announces itself on a page of these donors' language.
fn announcement(donors: &Donors, rng: &mut Rng) -> String {
    let Some(own) = rng.pick(&donors.announcements).filter(|_| rng.chance(0.8)) else {
        return ANNOUNCEMENTS[rng.below(ANNOUNCEMENTS.len())].into();
    };
    if rng.chance(0.25) {
        own.to_uppercase()
    } else {
        own.clone()
    }
}

/// Announced links to `heads`, for stage 1, which sees the pages as they are; each announcement as if on several hosts.
pub(super) fn announced(heads: &[String], rng: &mut Rng) -> Vec<String> {
    let mut out = Vec::new();
    for prefix in ANNOUNCEMENTS {
        for _ in 0..ANNOUNCED_HEADS {
            out.extend(rng.pick(heads).map(|head| format!("{prefix} {head}")));
        }
    }
    out
}

/// So many headlines behind each announcement, enough that it outweighs what the headline says.
const ANNOUNCED_HEADS: usize = 8;

/// Noise between the paragraphs: blocks of other pages, or an announced link.
fn inserts(p: &mut Example, donors: &Donors, rng: &mut Rng) {
    for _ in 0..rng.between(1, 3) {
        let Some(story) = story_range(p) else { return };
        let announced = rng.chance(0.5);
        let block = if announced {
            let prefix = announcement(donors, rng);
            rng.pick(&donors.heads)
                .map(|h| (format!("{prefix} {h}"), only(Label::Related)))
        } else {
            rng.pick(&donors.inserts).cloned()
        };
        let Some((line, target)) = block else { return };
        let at = if target == only(Label::Byline) {
            story.end // a sign-off
        } else {
            rng.between(story.start + 1, story.end)
        };
        p.insert(at, line, target);
    }
}

/// A gallery inside the story: its title before every caption heading and caption paragraph.
fn gallery(p: &mut Example, donors: &Donors, rng: &mut Rng) {
    let body: Vec<usize> = (0..p.targets.len())
        .filter(|&i| is_body(p.targets[i]))
        .collect();
    if body.len() < 4 {
        return;
    }
    let mut at = body[rng.between(1, body.len() - 1)];
    let Some(title) = rng.pick(&donors.heads).cloned() else {
        return;
    };
    // Captions of a gallery speak of the story: its own paragraphs in half of the galleries, openings of others else.
    let own: Vec<String> = body
        .iter()
        .map(|&i| p.lines[i].clone())
        .filter(|l| l.chars().count() > 80)
        .collect();
    let from_own = rng.chance(0.6) && own.len() > 5;
    let headings = rng.chance(0.7);
    if from_own {
        let drop = own.len().min(6);
        let taken: Vec<String> = own[own.len() - drop..].to_vec();
        p.retain(|_, l| !taken.iter().any(|t| t == l));
        at = at.min(p.lines.len());
    }
    let count = rng.between(3, 9);
    for k in 0..count {
        let caption = if from_own {
            own[own.len() - 1 - k % own.len().min(6)].clone()
        } else {
            match rng
                .pick(&donors.stories)
                .and_then(|s| s.body.get(rng.below(s.body.len())))
            {
                Some(c) => c.clone(),
                None => return,
            }
        };
        p.insert(at, title.clone(), only(Label::Caption));
        at += 1;
        if headings && let Some(h) = rng.pick(&donors.heads) {
            p.insert(at, h.clone(), only(Label::Caption));
            at += 1;
        }
        p.insert(at, cut(&caption, 600, rng), only(Label::Caption));
        at += 1;
    }
}

/// Captions twice: once as the picture's text, once under it.
fn doubled(p: &mut Example) {
    for at in (0..p.lines.len()).rev() {
        if p.targets[at] == only(Label::Caption) {
            p.insert(at, p.lines[at].clone(), p.targets[at]);
        }
    }
}

/// The story cut to its first paragraphs, in all its furniture: a brief is a story too.
fn brief(p: &mut Example, rng: &mut Rng) {
    let paragraphs = rng.between(1, 3);
    let mut seen = 0;
    let mut chars = 0;
    p.retain(|t, line| {
        if !is_body(t) {
            return true;
        }
        // At least a sentence or two, however short the paragraphs.
        let keep = seen < paragraphs || chars < BRIEF_CHARS;
        if keep {
            seen += usize::from(t != only(Label::Subhead));
            chars += line.chars().count();
        }
        keep
    });
}

/// A live blog: the paragraphs in entries, each under its time and perhaps a heading, the last entry first as often as not.
fn live(p: &mut Example, donors: &Donors, rng: &mut Rng) {
    let Some(story) = story_range(p) else { return };
    let paragraphs: Vec<(String, Target)> = story
        .clone()
        .filter(|&i| is_body(p.targets[i]))
        .map(|i| (p.lines[i].clone(), p.targets[i]))
        .collect();
    let most = rng.between(1, 3);
    let mut entries: Vec<&[(String, Target)]> = Vec::new();
    let mut rest = &paragraphs[..];
    while !rest.is_empty() {
        let (entry, behind) = rest.split_at(rng.between(1, most).min(rest.len()));
        entries.push(entry);
        rest = behind;
    }
    if entries.len() < 4 {
        return;
    }
    if rng.chance(0.5) {
        entries.reverse();
    }
    let [separator, end] = [
        [":", ""],
        [".", ""],
        [":", " Uhr"],
        [":", " pm"],
        [":", " GMT"],
    ][rng.below(5)];
    let headings = rng.chance(0.4);
    let inline = rng.chance(0.3);
    let mut blocks: Vec<(String, Target)> = Vec::new();
    for entry in entries {
        let hour = rng.between(1, if end == " pm" { 12 } else { 23 });
        let time = format!("{hour}{separator}{:02}{end}", rng.below(60));
        let heading = rng.pick(&donors.heads).filter(|_| headings);
        if !inline {
            blocks.push((time.clone(), only(Label::Date)));
        }
        blocks.extend(heading.map(|h| (h.clone(), only(Label::Subhead))));
        let first = blocks.len();
        blocks.extend(entry.iter().cloned());
        if inline {
            blocks[first].0 = format!("{time} {}", blocks[first].0);
        }
    }
    let title = p.targets[story.start] == only(Label::Title);
    let from = story.start + usize::from(title);
    let mut tail = (p.lines.split_off(story.end), p.targets.split_off(story.end));
    p.lines.truncate(from);
    p.targets.truncate(from);
    for (line, target) in blocks {
        p.push(line, target);
    }
    p.lines.append(&mut tail.0);
    p.targets.append(&mut tail.1);
}

/// The fewest characters of a brief.
const BRIEF_CHARS: usize = 120;

/// What a good extractor leaves: the story and little else.
fn clean(p: &mut Example, rng: &mut Rng) {
    let rest = if rng.chance(0.5) { 0.0 } else { 0.15 };
    let title = rng.chance(0.5);
    let keep: Vec<bool> = p
        .targets
        .iter()
        .map(|&t| {
            if t == 0 || t == only(Label::Title) {
                title
            } else {
                is_body(t) || rng.chance(rest)
            }
        })
        .collect();
    let mut i = 0;
    p.retain(|_, _| {
        i += 1;
        keep[i - 1]
    });
}

/// A short story and hardly a line more, as wires, mails and users' own files have it.
fn short(p: &mut Example, rng: &mut Rng) {
    let (title, rest) = (rng.chance(0.5), rng.chance(0.3));
    let most = rng.between(1, 8);
    let (mut paragraphs, mut others) = (0, 0);
    p.retain(|t, _| {
        if is_body(t) {
            paragraphs += 1;
            return paragraphs <= most;
        }
        let keep = if t == only(Label::Title) {
            title
        } else {
            // Only what stands between the paragraphs.
            rest && (1..most).contains(&paragraphs) && others < 2
        };
        others += usize::from(keep);
        keep
    });
}

/// The story in another page's furniture.
fn reframe(p: &mut Example, donors: &Donors, rng: &mut Rng) {
    let Some(story) = story_range(p) else { return };
    let labelled = p.targets.iter().any(|t| t.count_ones() == 1);
    let frames = &donors.frames[usize::from(!labelled)];
    let (Some(head), Some(tail)): (Option<&Frame>, Option<&Frame>) =
        (rng.pick(frames), rng.pick(frames))
    else {
        return;
    };
    let tail = if rng.chance(0.7) { head } else { tail };
    let mut blocks: Vec<(String, Target)> = Vec::new();
    if rng.chance(0.85) {
        blocks.extend(head.head.iter().cloned());
    }
    blocks.extend(story.map(|i| (p.lines[i].clone(), p.targets[i])));
    if rng.chance(0.85) {
        blocks.extend(tail.tail.iter().cloned());
    }
    (p.lines, p.targets) = blocks.into_iter().unzip();
}

/// The whole story on one line, as extractors do that lose every paragraph end; what stood between its paragraphs is
/// left out.
fn glue(p: &mut Example, rng: &mut Rng) {
    let Some(story) = story_range(p) else { return };
    let body: Vec<String> = story
        .clone()
        .filter(|&i| is_body(p.targets[i]))
        .map(|i| p.lines[i].clone())
        .collect();
    let keep_title = rng.chance(0.5);
    let title =
        (p.targets[story.start] == only(Label::Title)).then(|| p.lines[story.start].clone());
    let mut blocks: Vec<(String, Target)> = (0..story.start)
        .map(|i| (p.lines[i].clone(), p.targets[i]))
        .collect();
    if let (Some(title), true) = (title, keep_title) {
        blocks.push((title, only(Label::Title)));
    }
    blocks.push((body.join(" "), side(Label::Body)));
    blocks.extend((story.end..p.lines.len()).map(|i| (p.lines[i].clone(), p.targets[i])));
    (p.lines, p.targets) = blocks.into_iter().unzip();
    p.cut_overlong();
}

/// Table cells written with bars, as extractors print layout tables; empty cells between them.
fn bars(p: &mut Example, rng: &mut Rng) {
    let mut lines = Vec::new();
    let mut targets = Vec::new();
    for (line, target) in p.lines.iter().zip(&p.targets) {
        if rng.chance(0.3) {
            lines.push(["| |", "| | |", "| | | |"][rng.below(3)].to_string());
            targets.push(side(Label::Nav));
        }
        lines.push(if rng.chance(0.8) {
            format!("| {line} |")
        } else {
            line.clone()
        });
        targets.push(*target);
    }
    p.lines = lines;
    p.targets = targets;
}

/// Neighbouring paragraphs glued together, as some extractors do.
fn join(p: &mut Example, rng: &mut Rng) {
    let share = 0.3 + 0.6 * rng.unit();
    let mut i = 0;
    while i + 1 < p.lines.len() {
        let both = p.targets[i] == p.targets[i + 1] && is_body(p.targets[i]);
        if both && p.lines[i].len() < 3000 && rng.chance(share) {
            let next = p.remove(i + 1);
            p.lines[i] = format!("{} {next}", p.lines[i]);
        } else {
            i += 1;
        }
    }
}

/// Line ends lost: every sentence a block of its own.
fn cut_sentences(p: &mut Example) {
    let mut lines = Vec::new();
    let mut targets = Vec::new();
    for (line, &target) in p.lines.iter().zip(&p.targets) {
        for s in crate::block::sentences_of(line) {
            lines.push(line[s].to_string());
            targets.push(target);
        }
    }
    p.lines = lines;
    p.targets = targets;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shelves with one story page of the language.
    fn shelves() -> Shelves {
        let mut page = Example::blank(PageKind::Story);
        page.language = String::from("en");
        page.push(String::from("Sport"), only(Label::Nav));
        page.push(String::from("Ferry runs again"), only(Label::Title));
        for k in 0..12 {
            let line = format!("Sentence {k} of the story of the ferry. It runs every hour.");
            page.push(line, only(Label::Body));
        }
        page.push(String::from("Subscribe to our letter"), only(Label::Promo));
        let mut shelves = Shelves::default();
        shelves.add(&page);
        shelves
    }

    #[test]
    fn pages_without_a_story_have_no_story() {
        let shelves = shelves();
        for seed in 0..200 {
            let mut rng = Rng::new(seed, 1);
            let listing = storyless::listing(shelves.of("en"), "en", &mut rng);
            assert_eq!(listing.kind, Some(PageKind::Listing));
            let teasers = |t: &&Target| **t == only(Label::Teaser);
            assert!(listing.targets.iter().filter(teasers).count() >= 4);
            let empty = storyless::empty(shelves.of("en"), "en", &mut rng);
            assert_eq!(empty.kind, Some(PageKind::Empty));
            assert!(!empty.lines.is_empty());
            for page in [&listing, &empty] {
                assert_eq!(page.lines.len(), page.targets.len());
                assert!(
                    !page
                        .targets
                        .iter()
                        .any(|&t| is_body(t) || t == only(Label::Title))
                );
            }
        }
    }

    #[test]
    fn a_patched_page_has_a_story_and_a_disclaimer_follows_it() {
        let mut shelves = shelves();
        let mut imprint = Example::blank(PageKind::Empty);
        let sentence = "Nothing on these pages may be printed again unless we say so.";
        imprint.push(sentence.to_string(), only(Label::Legal));
        shelves.add(&imprint);
        for seed in 0..100 {
            let mut rng = Rng::new(seed, 1);
            let mut page = storyless::patched(&shelves.all, &mut rng);
            assert_eq!(page.kind, Some(PageKind::Story));
            let last = page.targets.iter().rposition(|&t| is_body(t));
            let last = last.expect("a paragraph");
            let before = page.lines.len();
            storyless::disclaim(&mut page, "", &shelves.all, &mut rng);
            assert_eq!(page.lines.len(), before + 1);
            let repeated = format!("{sentence} {sentence}");
            let place = page
                .lines
                .iter()
                .position(|line| line.starts_with(&repeated));
            assert!(place.is_some_and(|place| place > last));
        }
    }

    #[test]
    fn an_intruder_leaves_the_story_whole() {
        let mut page = Example::blank(PageKind::Story);
        let story = ["First of all.", "Then this.", "And that."];
        for line in story {
            page.push(line.to_string(), only(Label::Body));
        }
        let mut longest = 0;
        for seed in 0..100 {
            let mut changed = page.clone();
            storyless::intrude(&mut changed, &mut Rng::new(seed, 1));
            longest = longest.max(changed.lines.len());
            changed.retain(|t, _| is_body(t));
            assert_eq!(changed.lines, story);
        }
        assert!(longest > story.len());
    }

    #[test]
    fn a_live_blog_has_all_of_its_story() {
        let shelves = shelves();
        let mut page = Example::blank(PageKind::Story);
        page.push(String::from("Menu"), only(Label::Nav));
        page.push(String::from("As it happens"), only(Label::Title));
        let story: Vec<String> = (0..9).map(|k| format!("Paragraph {k}.")).collect();
        for line in &story {
            page.push(line.clone(), only(Label::Body));
        }
        page.push(String::from("Imprint"), only(Label::Legal));
        for seed in 0..50 {
            let mut changed = page.clone();
            live(&mut changed, shelves.of("en"), &mut Rng::new(seed, 1));
            assert_eq!(changed.lines[..2], page.lines[..2]);
            assert_eq!(changed.lines.last(), page.lines.last());
            changed.retain(|t, _| t == only(Label::Body));
            let mut found: Vec<&str> = changed.lines.iter().map(|l| &l[l.len() - 12..]).collect();
            found.sort_unstable();
            assert_eq!(found, story);
        }
    }

    #[test]
    fn a_language_with_few_stories_borrows_from_all() {
        let shelves = shelves();
        assert_eq!(shelves.of("en").stories.len(), 1);
        assert!(std::ptr::eq(shelves.of("en"), &shelves.all));
        assert!(std::ptr::eq(shelves.of("fi"), &shelves.all));
    }
}
