//! Damaged spelling: the words of two texts that are the same but for a letter or two.
//!
//! A text that was read by machine from print has every eighth word wrong: letters are taken for others or lost, words are
//! cut and glued. Of the runs of five words, by which texts are compared, half are gone then, two thirds when both texts
//! are damaged. So where two texts are no duplicates, but the shared runs end at words that are nearly the same, they are
//! followed from the runs on, and the one is compared again as the other spells it. The rule is the same; numbers are
//! never taken for others.

use std::mem;
use std::ops::Range;

use super::align::{Alignment, Run};
use super::candidates::even_out;
use super::prepared::{Anchors, Prepared};

/// A letter that was misread becomes two at most (*m*, *rn*), or is lost.
const LETTERS: usize = 2;

/// For every letter of a word that is another one, so many must be the same: two words of three letters with one that
/// differs are taken for one word, if the text is damaged; two words of two letters are not.
const SAME_LETTERS: usize = 2;

/// It is worth while to look for damage when one of so many shared runs ends at such a word. Where a damaged text was not
/// edited all do, where it was edited as often half do.
const ENDS: usize = 4;

/// So many such words, and one of so many that were followed, are no inflection, no misprint and no other way of writing
/// *harbour*. Counted against the words of shared runs, without [`ENDS`]: of 14,000 candidate pairs of clean news texts that
/// are no duplicates eight have so many; of 381 duplicates in a generated corpus (OCR at 3 %) that are not told by their
/// runs, 325. The 20 was chosen on that corpus: F1 was 0.891 with 16, 0.899 with 20, 0.898 with 24.
const FEW: usize = 4;
const ONE_IN: usize = 20;

/// Where two texts do not go on together, so many words of each are passed over at most to find where they do.
const LOOK_AHEAD: usize = 3;

/// What a word that is another one costs, in words that agree; when so much was lost, two texts are followed no further.
/// Four words in a row: a passage of one's own.
const OTHER_WORD: usize = 2;
const LOST: usize = 8;

/// What tells small letters of ASCII from capitals.
const CASE: u8 = 0x20;

/// Words in the same place of two texts, spelled otherwise: one each, or one that is two in the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Respelled {
    pub(super) a: Range<usize>,
    pub(super) b: Range<usize>,
}

/// What was found, in buffers that are used again from pair to pair.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// In the order of `b`.
    found: Vec<Respelled>,
    /// By word of each text, whether it is in a shared run or was followed.
    together: [Vec<bool>; 2],
    /// The second text as the first spells it, and what the two have in common then.
    pub(super) text: Prepared,
    pub(super) alignment: Alignment,
    /// The anchors that can be trusted; while a text has them, all of its own.
    trusted: Anchors,
    /// The weights of those that are shared, as they are and evened out.
    shared: Vec<f64>,
    even: Vec<f64>,
    /// Words a shingle.
    k: usize,
}

/// Two texts and their words.
pub(super) struct Pair<'p> {
    pub(super) a: &'p Prepared,
    pub(super) b: &'p Prepared,
    pub(super) texts: [&'p str; 2],
}

/// The words of a text from somewhere on, in one of the two directions.
#[derive(Debug, Clone, Copy)]
struct Track {
    from: usize,
    len: usize,
    back: bool,
}

impl Track {
    /// So many words after the first so many, as they stand in the text.
    fn words(self, skip: usize, count: usize) -> Option<Range<usize>> {
        (skip + count <= self.len).then(|| match self.back {
            true => self.from - skip - count..self.from - skip,
            false => self.from + skip..self.from + skip + count,
        })
    }
}

impl Pair<'_> {
    /// Whether so many shared runs end at a word that the two spell otherwise that it is worth while to look for more.
    #[inline(never)] // counted by itself, see benches/instructions.rs
    pub(super) fn looks_damaged(&self, runs: &[Run]) -> bool {
        let damaged = |run: &&Run| {
            let [a, b] = [(run.a, self.a), (run.b, self.b)].map(|(from, text)| {
                let from = from + run.words;
                Track {
                    from,
                    len: text.words().len() - from,
                    back: false,
                }
            });
            self.step((a, 0), (b, 0)).is_some()
        };
        ENDS * runs.iter().filter(damaged).count() >= runs.len()
    }

    /// The words with which both go on after so many, and whether they are the same ones.
    fn step(&self, a: (Track, usize), b: (Track, usize)) -> Option<(Respelled, bool)> {
        [(1, 1), (1, 2), (2, 1)].into_iter().find_map(|(n, m)| {
            let words = Respelled {
                a: a.0.words(a.1, n)?,
                b: b.0.words(b.1, m)?,
            };
            let same = self.a.words()[words.a.clone()] == self.b.words()[words.b.clone()];
            (same || self.alike(&words)).then_some((words, same))
        })
    }

    /// Whether they are the same but for their spelling.
    fn alike(&self, words: &Respelled) -> bool {
        let Respelled { a, b } = words;
        // With one letter in three another one, the first or the last is the same. This decides most.
        let first = |p: &Prepared, of: &Range<usize>, text: &str| {
            text.as_bytes()[p.spans()[of.start].start] | CASE
        };
        let last = |p: &Prepared, of: &Range<usize>, text: &str| {
            text.as_bytes()[p.spans()[of.end - 1].end - 1] | CASE
        };
        if first(self.a, a, self.texts[0]) != first(self.b, b, self.texts[1])
            && last(self.a, a, self.texts[0]) != last(self.b, b, self.texts[1])
        {
            return false;
        }
        // What is a number in both is what it is.
        let numeric = |p: &Prepared, of: &Range<usize>| p.numeric[of.clone()].contains(&true);
        if numeric(self.a, a) && numeric(self.b, b) {
            return false;
        }
        let x = letters(&self.a.spans()[a.clone()], self.texts[0]);
        let y = letters(&self.b.spans()[b.clone()], self.texts[1]);
        if a.len() != b.len() {
            return x.eq(y);
        }
        let same = |(x, y): &(char, char)| x == y;
        let (n, m) = (x.clone().count(), y.clone().count());
        let before = x.clone().zip(y.clone()).take_while(same).count();
        let rest = n.min(m) - before;
        let after = x.rev().zip(y.rev()).take(rest).take_while(same).count();
        let other = n.max(m) - before - after;
        other <= LETTERS && before + after >= SAME_LETTERS * other
    }
}

/// The letters of words that follow each other. Case counts only outside ASCII, where it takes the tables of Unicode.
fn letters<'t>(
    words: &'t [Range<usize>],
    text: &'t str,
) -> impl DoubleEndedIterator<Item = char> + Clone + 't {
    let words = words.iter().map(move |span| &text[span.clone()]);
    words.flat_map(str::chars).map(|c| c.to_ascii_lowercase())
}

impl Spelling {
    /// Finds the words that the two spell otherwise, by the shared runs. The answer is how many, if the one or the other is
    /// damaged.
    pub(super) fn find(&mut self, pair: &Pair<'_>, runs: &[Run]) -> Option<usize> {
        for (together, text) in self.together.iter_mut().zip([pair.a, pair.b]) {
            together.clear();
            together.resize(text.words().len(), false);
        }
        for run in runs {
            self.together[0][run.a..run.a + run.words].fill(true);
            self.together[1][run.b..run.b + run.words].fill(true);
        }
        self.found.clear();
        for (a, b) in runs.iter().flat_map(Self::ends) {
            let tracks = self.tracks(a, b);
            self.follow(pair, tracks);
        }
        let found = self.found.len();
        let followed = self.together[0].iter().filter(|t| **t).count();
        (found >= FEW && ONE_IN * found >= followed).then_some(found)
    }

    /// Where a run begins in both, and where it ends: the place, and whether what is open lies before it.
    fn ends(run: &Run) -> [((usize, bool), (usize, bool)); 2] {
        let end = (run.a + run.words, run.b + run.words);
        [
            ((run.a, true), (run.b, true)),
            ((end.0, false), (end.1, false)),
        ]
    }

    /// The words from there on that are not taken.
    fn tracks(&self, a: (usize, bool), b: (usize, bool)) -> [Track; 2] {
        [(0, a), (1, b)].map(|(text, (from, back))| {
            let taken = &self.together[text];
            let len = match back {
                true => taken[..from].iter().rev().take_while(|t| !**t).count(),
                false => taken[from..].iter().take_while(|t| !**t).count(),
            };
            Track { from, len, back }
        })
    }

    /// Follows the two texts as far as they go on together.
    fn follow(&mut self, pair: &Pair<'_>, [a, b]: [Track; 2]) {
        let (mut i, mut j, mut score) = (0, 0, LOST);
        // Where the most agreed, and what was found until then.
        let (mut best, mut gone, mut found) = (LOST, (0, 0), self.found.len());
        while score + LOST > best {
            if let Some((words, same)) = pair.step((a, i), (b, j)) {
                i += words.a.len();
                j += words.b.len();
                score += 1;
                if !same {
                    self.found.push(words);
                }
                if score >= best {
                    (best, gone, found) = (score, (i, j), self.found.len());
                }
                continue;
            }
            // The fewest words to pass over after which two agree.
            let skips = (1..=2 * LOOK_AHEAD).flat_map(|sum| (0..=sum).map(move |x| (x, sum - x)));
            let ahead = skips
                .filter(|s| s.0.max(s.1) <= LOOK_AHEAD)
                .find(|&(x, y)| {
                    let one = pair.step((a, i + x), (b, j + y));
                    one.is_some_and(|(words, _)| {
                        let (x, y) = (x + words.a.len(), y + words.b.len());
                        pair.step((a, i + x), (b, j + y)).is_some()
                    })
                });
            let Some((x, y)) = ahead else { break };
            (i, j) = (i + x, j + y);
            score = score.saturating_sub(OTHER_WORD * x.max(y));
        }
        self.found.truncate(found);
        for (together, words) in self
            .together
            .iter_mut()
            .zip([a.words(0, gone.0), b.words(0, gone.1)])
        {
            together[words.unwrap_or_default()].fill(true);
        }
    }

    /// Writes `b` as `a` spells it into `text`.
    ///
    /// A passage that is damaged is in no other text, so its anchors would make it rare, be it a notice that all pages have.
    /// So both texts do without the anchors of what they spell otherwise; it weighs as those do that are shared as they
    /// are. The anchors of `a` come back with [`restore`](Self::restore).
    pub(super) fn respell(&mut self, a: &mut Prepared, b: &Prepared, alignment: &Alignment) {
        self.found.sort_unstable_by_key(|words| words.b.start);
        self.text.respell(b, a, &self.found);
        self.k = alignment.k();
        self.trust(b.anchors(self.k), 1, alignment);
        self.text.take_anchors(&self.trusted, &self.found, self.k);
        self.trust(a.anchors(self.k), 0, alignment);
        mem::swap(a.anchors_mut(self.k), &mut self.trusted);
    }

    /// The anchors of the first (0) or the second text that are shared, or where the texts do not go together.
    ///
    /// In a passage that many damaged texts have, here and there an anchor is whole in only a few of them. So those that
    /// are shared count as the median of the five around them.
    fn trust(&mut self, anchors: &Anchors, text: usize, alignment: &Alignment) {
        let shared = |place| alignment.is_shared(text, place);
        let together = &self.together[text];
        self.shared.clear();
        self.shared
            .extend(anchors.iter().filter(|a| shared(a.0)).map(|a| a.1));
        self.even.clear();
        even_out(
            &self.shared,
            |weight| *weight,
            |weight| self.even.push(weight),
        );
        let mut even = self.even.iter();
        self.trusted.clear();
        self.trusted.extend(
            anchors
                .iter()
                .filter_map(|&(place, weight)| match shared(place) {
                    true => Some((place, *even.next()?)),
                    false => (!together[place]).then_some((place, weight)),
                }),
        );
    }

    /// Gives `a` the anchors back that were put aside.
    pub(super) fn restore(&mut self, a: &mut Prepared) {
        mem::swap(a.anchors_mut(self.k), &mut self.trusted);
    }
}

#[cfg(test)]
mod tests {
    use super::super::align::align;
    use super::*;

    fn read(text: &str) -> Prepared {
        let mut prepared = Prepared::default();
        prepared.read_to_compare(text);
        prepared
    }

    #[test]
    fn words_that_are_the_same_but_for_their_spelling() {
        for (x, y, alike) in [
            ("harbour", "harbonr", true),
            ("harbour", "Harbou", true),
            ("harbour", "arbour", true),
            ("modern", "rnodern", true),
            ("modern", "modem", true),
            ("held", "he1d", true),
            ("the", "tbe", true),
            ("straße", "strase", true),
            ("мостовая", "мосговая", true),
            ("government", "govern ment", true),
            ("of the", "ofthe", true),
            ("government", "govern mant", false),
            ("of", "on", false),
            ("harbour", "hawser", false),
            ("said", "says", false),
            ("mayor", "major's", false),
            ("2019", "2018", false),
            ("2019", "20 19", false),
            ("17th", "18th", false),
            ("港湾", "港口", false),
        ] {
            for (x, y) in [(x, y), (y, x)] {
                let (a, b) = (read(x), read(y));
                let pair = Pair {
                    a: &a,
                    b: &b,
                    texts: [x, y],
                };
                let words = Respelled {
                    a: 0..a.words().len(),
                    b: 0..b.words().len(),
                };
                assert_eq!(pair.alike(&words), alike, "{x} / {y}");
            }
        }
    }

    /// Of the words every `every` one damaged, in one of the ways in which that happens.
    fn damaged(words: &[String], every: usize, first: usize) -> String {
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            let (head, tail) = word.split_at(word.len() / 2);
            text += &match (at % every == first, at / every % 4) {
                (true, 0) => format!("{head}{} ", &tail[1..]),
                (true, 1) => format!("{head}q{} ", &tail[1..]),
                (true, 2) => format!("{head}-\n{tail} "),
                (true, _) => word.clone(),
                (false, _) => format!("{word} "),
            };
        }
        text
    }

    fn words(seed: u64, count: usize) -> Vec<String> {
        let mut state = seed;
        let mut dice = |below: u64| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 33) % below
        };
        let syllables = [
            "ba", "ne", "tor", "mi", "lu", "san", "ker", "do", "vi", "pal",
        ];
        let mut syllable = || syllables[dice(10) as usize];
        (0..count)
            .map(|_| [syllable(), syllable(), syllable()].concat())
            .collect()
    }

    /// The slow twin writes the second text anew, with the words as they are in the first.
    #[test]
    fn respelling_is_comparing_with_the_text_written_anew() {
        for seed in 0..30 {
            let story = words(seed, 200);
            let mut other = story.clone();
            other.splice(90..96, words(seed + 100, 20));
            let texts = [damaged(&story, 7, 3), damaged(&other, 9, 4)];
            let [mut a, b] = [read(&texts[0]), read(&texts[1])];
            let mut alignment = Alignment::default();
            let before = align(&mut a, &b, &mut alignment);
            let mut spelling = Spelling::default();
            let pair = Pair {
                a: &a,
                b: &b,
                texts: [&texts[0], &texts[1]],
            };
            assert!(pair.looks_damaged(&alignment.runs));
            let found = spelling.find(&pair, &alignment.runs);
            assert!(found >= Some(30), "{found:?} of {}", spelling.found.len());
            let mut written = String::new();
            let mut end = 0;
            spelling.found.sort_by_key(|words| words.b.start);
            for words in &spelling.found {
                written += &texts[1][end..b.spans()[words.b.start].start];
                for span in &a.spans()[words.a.clone()] {
                    written += &texts[0][span.clone()];
                    written += " ";
                }
                end = b.spans()[words.b.end - 1].end;
            }
            written += &texts[1][end..];
            let twin = align(&mut a, &read(&written), &mut Alignment::default());
            spelling.respell(&mut a, &b, &alignment);
            let after = align(&mut a, &spelling.text, &mut alignment);
            spelling.restore(&mut a);
            assert_eq!(after, twin);
            assert!(
                after.similarity > 0.8 && before.similarity < 0.6,
                "{} {}",
                before.similarity,
                after.similarity
            );
            // Every word says where it stands.
            let spans = spelling.text.spans();
            assert!(
                spans
                    .windows(2)
                    .all(|pair| pair[0].start <= pair[1].start && pair[0].end <= pair[1].end)
            );
            assert_eq!(align(&mut a, &b, &mut alignment), before);
        }
    }
}
