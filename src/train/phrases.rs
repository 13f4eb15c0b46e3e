//! Lines that pages show around their stories, and running text, in many languages: the labelled pages have few of most.

use super::example::{Target, only};
use super::rng::Rng;
use crate::noise::Label;

/// `language<TAB>label<TAB>phrase`, written for this crate. `{name}` stands for a person's name, `{n}` for a number; lines of
/// the label `name` are names to make them from.
const PHRASES: &str = include_str!("phrases.tsv");

/// A phrase with its places filled in, as if on a page of its own.
pub(super) struct Phrase {
    pub(super) language: &'static str,
    pub(super) text: String,
    pub(super) target: Target,
    /// Which fold it belongs to, with all its copies.
    pub(super) fold: usize,
}

/// So many copies of each phrase, filled in otherwise: as often must an n-gram be seen to be learned.
const COPIES: usize = super::stage1::MIN_HOSTS;

/// All phrases, filled in by draws from `rng`.
pub(super) fn all(folds: usize, rng: &mut Rng) -> Vec<Phrase> {
    let lines = || PHRASES.lines().filter_map(|line| line.split_once('\t'));
    let names = |language: &str| -> Vec<&'static str> {
        lines()
            .filter(|(code, rest)| *code == language && rest.starts_with("name\t"))
            .filter_map(|(_, rest)| rest.split_once('\t'))
            .map(|(_, name)| name)
            .collect()
    };
    let mut phrases = Vec::new();
    let mut of = ("", Vec::new());
    for (language, rest) in lines() {
        if of.0 != language {
            of = (language, names(language));
        }
        let Some((label, text)) = rest.split_once('\t') else {
            continue;
        };
        let Ok(label) = label.parse::<Label>() else {
            continue; // names
        };
        for _ in 0..COPIES {
            phrases.push(Phrase {
                language,
                text: filled(text, &of.1, rng),
                target: only(label),
                fold: super::fold_of(text, folds),
            });
        }
    }
    phrases
}

/// The phrase with invented names and numbers.
fn filled(phrase: &str, names: &[&str], rng: &mut Rng) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let Some((place, behind)) = behind.split_once('}') else {
            break;
        };
        match place {
            "n" => text.push_str(&rng.between(1, 60).to_string()),
            _ => text.push_str(&invented(names, rng)),
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// A name that looks like the given ones and is none of them, so that no name is learned for a sign of its label.
fn invented(names: &[&str], rng: &mut Rng) -> String {
    let Some(model) = rng.pick(names) else {
        return String::new();
    };
    let letters: Vec<char> = names.iter().flat_map(|name| name.chars()).collect();
    let small: Vec<char> = letters
        .iter()
        .copied()
        .filter(|c| c.is_alphabetic() && !c.is_uppercase())
        .collect();
    let great: Vec<char> = letters
        .iter()
        .copied()
        .filter(|c| c.is_uppercase())
        .collect();
    model
        .chars()
        .map(|c| {
            let pool = if c.is_uppercase() { &great } else { &small };
            if c.is_alphabetic() {
                rng.pick(pool).copied().unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_phrase_or_a_name() {
        for (number, line) in (1..).zip(PHRASES.lines()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [language, label, text] = fields[..] else {
                panic!("line {number} has {} fields", fields.len());
            };
            assert!(
                (2..=3).contains(&language.len()),
                "line {number}: {language:?}"
            );
            assert!(
                label == "name" || label.parse::<Label>().is_ok(),
                "line {number}: {label:?}"
            );
            assert!(!text.trim().is_empty(), "line {number}");
            let filled = filled(text, &["Ann Lee"], &mut Rng::new(1, number));
            assert!(!filled.contains(['{', '}']), "line {number}: {filled}");
        }
    }

    #[test]
    fn names_are_invented_in_the_letters_of_the_language() {
        let mut rng = Rng::new(1, 1);
        let name = invented(&["Олег Котов", "Анна Ли"], &mut rng);
        assert!(
            name.chars().all(|c| c == ' ' || ('А'..='я').contains(&c)),
            "{name}"
        );
        assert!(
            name.chars().next().is_some_and(char::is_uppercase),
            "{name}"
        );
        assert_eq!(
            filled("vor {n} Stunden", &[], &mut rng).split(' ').count(),
            3
        );
    }
}
