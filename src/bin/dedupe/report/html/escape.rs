//! Texts of strangers made harmless in HTML and in the JSON inside it.

use serde::Serialize;

/// A text as it may stand between tags and in quoted attributes.
pub fn html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // HTML has no way to write most control characters; NUL would become U+FFFD anyway.
            c if c.is_control() && c != '\n' && c != '\t' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// A value as JSON that can stand in a `<script>`: nothing in it ends the element or opens a comment, and no line
/// separator breaks readers that take it for JavaScript.
pub fn json(value: &impl Serialize) -> String {
    let mut json = Vec::new();
    crate::report::write_json(&mut json, value);
    let json = String::from_utf8(json).unwrap_or_default();
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            // Outside of strings JSON has none of these.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "</script><!-- <script> & \"'\u{2028}\u{2029}\u{0}\u{202e}";

    #[test]
    fn no_text_ends_what_it_stands_in() {
        for safe in [html(HOSTILE), json(&HOSTILE)] {
            for c in ['<', '>', '\u{0}'] {
                assert!(!safe.contains(c), "{c:?} in {safe}");
            }
        }
        assert!(!html(HOSTILE).contains(['"', '\'']));
        assert!(!json(&HOSTILE).contains(['\u{2028}', '\u{2029}']));
    }

    #[test]
    fn json_means_the_same() {
        let back: String = serde_json::from_str(&json(&HOSTILE)).expect("JSON");
        assert_eq!(back, HOSTILE);
    }
}
