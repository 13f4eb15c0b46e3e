//! The rule that made a document a duplicate, in words.

use newsift::{Evidence, Preset, Relation, Settings};

use crate::words::{count, percent};

/// Why the first document of the evidence is a duplicate of the second, the kept one.
pub fn in_words(evidence: &Evidence, settings: &Settings) -> String {
    if evidence.relation() == Relation::Exact {
        return String::from("Both have the same words in the same order.");
    }
    let mut text = format!(
        "Similarity {:.2} reaches the threshold of {:.2}. ",
        evidence.similarity(),
        settings.threshold()
    );
    let mean = |share: f64, other: f64| (share + other) / 2.0;
    let here = mean(evidence.containment(), evidence.coverage());
    let there = mean(
        evidence.containment_of_other(),
        evidence.coverage_of_other(),
    );
    if settings.preset() == Preset::Strict {
        text.push_str(&format!(
            "The preset strict takes the resemblance: {} of the word runs of either text are in both.",
            percent(evidence.resemblance())
        ));
    } else {
        text.push_str(&format!(
            "It starts from the smaller text: {} of this page is in the kept one, {} of the kept one is here \
             (the mean of shared word runs and covered words; what many pages have counts less).",
            percent(here),
            percent(there),
        ));
        // More than rounding: the rule made what is missing count more, or less.
        if evidence.similarity() > here.max(there) + 0.005 {
            text.push_str(
                " Long passages go on together after edited words, as in versions of one story: what is missing counts less.",
            );
        } else if evidence.similarity() < here.min(there) - 0.005 {
            text.push_str(" There is little to judge by: what is missing counts more.");
        }
    }
    if evidence.conflicting_numbers() > 0 {
        text.push_str(&format!(
            " {} in the same place, too few beside {} in common to make it another story.",
            match evidence.conflicting_numbers() {
                1 => String::from("1 number differs"),
                n => format!("{n} numbers differ"),
            },
            count(evidence.agreeing_numbers(), "number"),
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_decided() {
        let wire = "The ferry Lady Imogen ran aground off Skerrow on Tuesday night with 212 people on board, the coastguard \
            said, and tugs from Port Seldom reached it an hour later in thick fog.";
        let cut = &wire[..wire.find(", and").expect("a comma")];
        let settings = Settings::default();
        let said = |a: &str, b: &str| in_words(settings.compare(a, b).evidence(), &settings);
        assert_eq!(
            said(wire, wire),
            "Both have the same words in the same order."
        );
        let text = said(cut, wire);
        assert!(text.contains("reaches the threshold of 0.50"), "{text}");
        assert!(
            text.contains("100 % of this page is in the kept one"),
            "{text}"
        );
    }
}
