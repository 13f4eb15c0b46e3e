//! Pages without a story, and what such pages show that a page with a story shows too.

use super::items::Items;
use super::sayings::{IMPRINTS, NOTICES};
use super::teasers;
use crate::noise::{Label, PageKind};
use crate::train::example::{Donors, Example, Story, Target, is_body, only, side};
use crate::train::rng::Rng;

/// A page of other stories' openings, all of one form.
pub(super) fn listing(donors: &Donors, language: &str, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Listing);
    let frames = &donors.frames[usize::from(rng.chance(0.5))];
    let frame = rng.pick(frames).filter(|_| rng.chance(0.5));
    match frame {
        Some(frame) => extend(&mut p, last(&frame.head, rng.below(40))),
        None => furniture(&mut p, donors, rng, 12),
    }
    let items = Items::draw(language, rng);
    // One subject: the paragraphs of one story, each posing as the opening of its own.
    let subject = if rng.chance(0.3) {
        let from = rng.below(donors.stories.len());
        donors.stories.iter().skip(from).find(|s| s.body.len() > 8)
    } else {
        None
    };
    for k in 0..rng.between(4, 24) {
        let part = subject.map(|s| Story {
            headline: None,
            body: s.body[k % s.body.len()..].to_vec(),
        });
        let Some(story) = part.as_ref().or_else(|| rng.pick(&donors.stories)) else {
            break;
        };
        extend(&mut p, &items.of(story, donors, rng));
    }
    match frame {
        Some(frame) => extend(&mut p, &frame.tail[..frame.tail.len().min(rng.below(40))]),
        None => furniture(&mut p, donors, rng, 12),
    }
    p
}

/// A page with a story patched together, of a language that may have no page of its own: else whatever is of such a language
/// would be a listing or a notice.
pub(super) fn patched(donors: &Donors, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Story);
    let alone = rng.chance(0.4);
    let most = if alone { 0 } else { 20 };
    furniture(&mut p, donors, rng, most);
    if let Some(head) = rng.pick(&donors.heads).filter(|_| rng.chance(0.8)) {
        p.push(head.clone(), only(Label::Title));
    }
    if let Some(date) = rng.pick(&donors.dates).filter(|_| rng.chance(0.5)) {
        p.push(date.clone(), only(Label::Date));
    }
    let mut left = rng.between(1, if alone { 6 } else { 14 });
    while left > 0 {
        let Some(story) = rng.pick(&donors.stories) else {
            break;
        };
        for paragraph in story.body.iter().take(left) {
            p.push(paragraph.clone(), only(Label::Body));
            left -= 1;
        }
        if left > 1 && rng.chance(0.1) {
            extend(
                &mut p,
                rng.pick(&donors.inserts).map_or(&[], std::slice::from_ref),
            );
        }
    }
    furniture(&mut p, donors, rng, most);
    if !alone && rng.chance(0.3) {
        teasers(&mut p, donors, rng);
    }
    p
}

/// A page of furniture only: walls, errors, menus.
pub(super) fn empty(donors: &Donors, language: &str, rng: &mut Rng) -> Example {
    let mut p = Example::blank(PageKind::Empty);
    let notice = rng.chance(0.5);
    if notice {
        notices(&mut p, language, 0, rng);
    }
    if rng.chance(0.15) {
        disclaim(&mut p, language, donors, rng);
    }
    if p.lines.is_empty() || rng.chance(0.5) {
        let mut around = Example::blank(PageKind::Empty);
        while around.lines.is_empty() && !donors.noise.is_empty() {
            furniture(&mut around, donors, rng, 30);
        }
        let at = rng.below(around.lines.len() + 1);
        for (k, (line, target)) in p.lines.drain(..).zip(p.targets.drain(..)).enumerate() {
            around.insert(at + k, line, target);
        }
        p = around;
    }
    p
}

/// A notice or a script in a page that has a story.
pub(super) fn intrude(p: &mut Example, rng: &mut Rng) {
    let Some(first) = p.targets.iter().position(|&t| is_body(t)) else {
        return;
    };
    let last = p.targets.iter().rposition(|&t| is_body(t)).unwrap_or(first);
    let at = [
        rng.below(first + 1),
        rng.between(first + 1, last + 1),
        last + 1,
    ][rng.below(3)];
    notices(p, &p.language.clone(), at, rng);
}

/// A paragraph of legal sentences at the foot of a page.
pub(super) fn disclaim(p: &mut Example, language: &str, donors: &Donors, rng: &mut Rng) {
    let own = IMPRINTS.iter().filter(|(code, _)| *code == language);
    let own: Vec<&str> = own.map(|&(_, text)| text).collect();
    let sentences: Vec<&str> = donors
        .noise
        .iter()
        .filter(|(line, target)| *target == only(Label::Legal) && line.chars().count() > 40)
        .map(|(line, _)| line.as_str())
        .collect();
    let some: Vec<&str> = (0..rng.between(2, 7))
        .filter_map(|_| {
            let from = if rng.chance(0.6) && !own.is_empty() {
                &own
            } else {
                &sentences
            };
            rng.pick(from).copied()
        })
        .collect();
    if !some.is_empty() {
        let at = p.lines.len() - rng.below(4).min(p.lines.len());
        let at = at.max(
            p.targets
                .iter()
                .rposition(|&t| is_body(t))
                .map_or(0, |last| last + 1),
        );
        p.insert(at, some.join(" "), only(Label::Legal));
    }
}

/// Some of the notices from block `at` on, or a script that lost its element.
fn notices(p: &mut Example, language: &str, at: usize, rng: &mut Rng) {
    let of_language = |n: &&(&str, Label, &[&str])| language.is_empty() || n.0 == language;
    let notices: Vec<_> = NOTICES.iter().filter(of_language).collect();
    let mut blocks: Vec<(String, Target)> = Vec::new();
    if rng.chance(0.2) {
        for _ in 0..rng.between(1, 4) {
            blocks.push((script(rng), side(Label::Widget)));
        }
    } else if let Some((_, label, sentences)) = rng.pick(&notices) {
        let from = rng.below(sentences.len());
        let count = rng.between(1, sentences.len() - from);
        let sentences = &sentences[from..from + count];
        if rng.chance(0.4) {
            blocks.push((sentences.join(" "), only(*label)));
        } else {
            blocks.extend(sentences.iter().map(|s| (s.to_string(), only(*label))));
        }
    }
    for (k, (line, target)) in blocks.into_iter().enumerate() {
        p.insert(at + k, line, target);
    }
}

const NAMES: [&str; 12] = [
    "slot",
    "adUnit",
    "config",
    "tracker",
    "player",
    "container",
    "pixel",
    "widgetId",
    "callback",
    "target",
    "loader",
    "page",
];

/// A line of a script or style, as it stands in pages whose markup was stripped carelessly.
fn script(rng: &mut Rng) -> String {
    let mut name = || {
        let [a, b] = [rng.below(NAMES.len()), rng.below(NAMES.len())];
        let number = rng.below(90);
        match rng.below(3) {
            0 => NAMES[a].to_string(),
            1 => format!("{}_{}", NAMES[a], NAMES[b]),
            _ => format!("{}{number}", NAMES[a]),
        }
    };
    let mut line = String::new();
    let statements = [name(), name(), name(), name()];
    for (k, name) in statements.iter().enumerate() {
        let other = &statements[(k + 1) % statements.len()];
        let statement = match rng.below(8) {
            0 => format!("var {name} = document.getElementById('{other}');"),
            1 => {
                format!("if ({name} && {other}.length > 0) {{ {name}.push({{'{other}': true}}); }}")
            }
            2 => format!("window.{name} = window.{name} || [];"),
            3 => format!("function {name}({other}) {{ return {other}.innerHTML; }}"),
            4 => format!(
                ".{name} {{ display: none; margin: 0 auto; width: {}px; }}",
                rng.below(900)
            ),
            5 => format!("'; {name} += '<div id=\"{other}\">'; {name} += '';"),
            6 => format!(
                "}} else {{ {name}('{other}', {}); }} /* {other} */",
                rng.below(9999)
            ),
            _ => format!(
                "<a href=\"/{name}/{other}-{}\" title=\"{other}\">",
                rng.below(9999)
            ),
        };
        line.push_str(&statement);
        line.push(' ');
        if rng.chance(0.3) {
            break;
        }
    }
    line.trim_end().to_string()
}

/// Up to `most` blocks of furniture in their order on some page.
fn furniture(p: &mut Example, donors: &Donors, rng: &mut Rng, most: usize) {
    let mut left = rng.below(most + 1);
    while left > 0 {
        let run = rng.between(1, 8).min(left);
        let from = rng.below(donors.noise.len().saturating_sub(run).max(1));
        extend(p, &donors.noise[from..donors.noise.len().min(from + run)]);
        left -= run;
    }
}

fn extend(p: &mut Example, blocks: &[(String, Target)]) {
    for (line, target) in blocks {
        p.push(line.clone(), *target);
    }
}

fn last<T>(items: &[T], count: usize) -> &[T] {
    &items[items.len().saturating_sub(count)..]
}
