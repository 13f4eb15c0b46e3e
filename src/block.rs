//! Cuts a page into blocks: the units that get a label.

use std::ops::Range;

/// The byte spans of a page's non-blank lines, without the white space around them.
pub(crate) fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            spans.push(start..start + trimmed.len());
        }
        at += line.len();
    }
    spans
}
