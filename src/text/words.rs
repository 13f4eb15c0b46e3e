use std::ops::Range;

use super::naive;

/// The words of a text, hashed, in a buffer that is used again from text to text.
#[derive(Debug, Clone, Default)]
pub struct Words {
    hashes: Vec<u64>,
    spans: Vec<Range<usize>>,
}

impl Words {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the words of a text; what was read before is gone.
    pub fn read(&mut self, text: &str) {
        self.hashes.clear();
        self.spans.clear();
        naive::words(text, |hash, _| self.hashes.push(hash));
    }

    /// Reads the words of a text and where each of them stands.
    pub fn read_with_spans(&mut self, text: &str) {
        self.hashes.clear();
        self.spans.clear();
        naive::words(text, |hash, span| {
            self.hashes.push(hash);
            self.spans.push(span);
        });
    }

    /// One hash a word, in order.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The bytes of the text in which each word stands; empty after [`read`](Self::read).
    pub fn spans(&self) -> &[Range<usize>] {
        &self.spans
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cases() {
        for (text, expected) in [
            ("", ""),
            (" \n — “”", ""),
            ("Don’t panic", "don't panic"),
            ("STRASSE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("well-known", "well known"),
            ("co\u{ad}operate", "cooperate"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("ﬁne", "fine"),
            ("मुख्यमंत्री ने", "मुख्यमंत्री ने"),
            ("'quoted'", "quoted"),
        ] {
            let (mut a, mut b) = (Words::new(), Words::new());
            a.read(text);
            b.read(expected);
            assert_eq!(a.hashes(), b.hashes(), "{text}");
        }
    }

    #[test]
    fn counts_and_spans() {
        for (text, spans) in [
            ("ab, cd", &[(0, 2), (4, 6)][..]),
            ("日本語", &[(0, 6), (3, 9)]),
            ("日", &[(0, 3)]),
            ("मुख्यमंत्री ने", &[(0, 33), (34, 40)]),
        ] {
            let mut words = Words::new();
            words.read_with_spans(text);
            let found: Vec<_> = words.spans().iter().map(|s| (s.start, s.end)).collect();
            assert_eq!(found, spans, "{text}");
        }
    }
}
