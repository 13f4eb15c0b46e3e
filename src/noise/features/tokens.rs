//! Words and punctuation marks on their way to the ends of their blocks and to the content words: they are hashed many at
//! a time.

use super::chars::WINDOW;
use super::surface::{HEAD, TAIL, mix};

/// Tokens that lie together, for the sake of vector instructions.
const LANES: usize = 16;
/// Chunks that are hashed at once: one waits for its products while the others work.
const TOGETHER: usize = 2;
/// So many tokens are enough for [`Tokens::hash`].
const ENOUGH: usize = 128;

/// Forms of tokens.
pub(super) mod form {
    /// One more for a capital in front, and one more for capitals only.
    pub(in crate::noise::features) const LOWER: u8 = 1;
    pub(in crate::noise::features) const MIXED: u8 = 4;
    pub(in crate::noise::features) const WIDE: u8 = 5;
    /// Numbers by their digits, up to five.
    pub(in crate::noise::features) const NUMBER: u8 = 8;
    /// Punctuation keeps its character, folded.
    pub(in crate::noise::features) const MARK: u8 = 32;
}

/// Words and punctuation marks at both ends of a block, as hashes with digits folded and case removed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Ends {
    pub(super) head: [u32; HEAD],
    /// The last tokens, the very last first.
    pub(super) tail: [u32; TAIL],
    /// Forms of the tokens in `head` and `tail`: what is left of a name that no other page has.
    pub(super) head_form: [u8; HEAD],
    pub(super) tail_form: [u8; TAIL],
    /// Number of tokens in the block.
    pub(super) count: usize,
    /// Hash of all tokens: equal for blocks that differ in digits, case and spacing only.
    pub(super) all: u32,
}

/// A column for every number of a token.
#[derive(Debug, Clone, Default)]
struct Chunk {
    /// What is hashed already; the letters are mixed in.
    hash: [u32; LANES],
    letters: [[u32; LANES]; WINDOW / 4],
    about: [u32; LANES],
    /// The content word: that of a token of its own word's hash, and the lowest bit.
    content: [u32; LANES],
}

/// What a token is, in one number: how many letters its hash lacks, its form, and flags.
#[derive(Debug, Clone, Copy)]
pub(super) struct About(u32);

const FORM: u32 = 8;
/// The token is a content word.
const CONTENT: u32 = 1 << 16;
/// Its content word is not its own hash.
const OTHER: u32 = 1 << 17;

impl About {
    /// Of a word that lacks so many letters; it may be a content word.
    #[inline(always)]
    pub(super) const fn new(letters: u32, form: u8, content: bool) -> Self {
        Self(letters | (form as u32) << FORM | if content { CONTENT } else { 0 })
    }
}

/// The tokens of some blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    chunks: Vec<Chunk>,
    count: usize,
}

impl Tokens {
    #[inline(always)]
    fn push(&mut self, hash: u32, letters: [u32; WINDOW / 4], about: About, content: u32) {
        let (chunk, lane) = (self.count / LANES, self.count % LANES);
        if chunk == self.chunks.len() {
            self.grow();
        }
        let chunk = &mut self.chunks[chunk];
        chunk.hash[lane] = hash;
        for (column, part) in chunk.letters.iter_mut().zip(letters) {
            column[lane] = part;
        }
        chunk.about[lane] = about.0;
        chunk.content[lane] = content;
        self.count += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let more = self.chunks.len() + TOGETHER;
        self.chunks.resize_with(more, Chunk::default);
    }

    /// A word of the first letters of a window.
    #[inline(always)]
    pub(super) fn letters(&mut self, window: &[u8; WINDOW], about: About, name: bool) {
        let (parts, _) = window.as_chunks::<4>();
        let letters = std::array::from_fn(|i| u32::from_le_bytes(parts[i]));
        self.push(0, letters, about, u32::from(name));
    }

    /// A word that is hashed already.
    #[inline(always)]
    pub(super) fn word(&mut self, hash: u32, form: u8, content: bool, name: bool) {
        self.push(
            hash,
            [0; WINDOW / 4],
            About::new(0, form, content),
            u32::from(name),
        );
    }

    /// A letter of a script without spaces, and the pair that it is the second of.
    #[inline(always)]
    pub(super) fn wide(&mut self, c: u32, before: u32) {
        let content = if before != 0 { CONTENT | OTHER } else { 0 };
        let about = About(About::new(0, form::WIDE, false).0 | content);
        self.push(mix(1, c), [0; WINDOW / 4], about, mix(before, c) & !1);
    }

    /// A punctuation mark.
    #[inline(always)]
    pub(super) fn mark(&mut self, c: u32) {
        let about = About::new(0, form::MARK + (c % 96) as u8, false);
        self.push(mix(2, c), [0; WINDOW / 4], about, 0);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether it is time to hash them.
    pub(super) fn are_enough(&self) -> bool {
        self.count >= ENOUGH
    }

    /// Mixes the letters of all tokens in.
    ///
    /// The same as a loop over the letters of each word. But where such a loop ends is anyone's guess, and the processor's
    /// guess is wrong once a word; here every word has sixteen letters, of which those that are not there change nothing.
    #[inline(always)]
    pub(super) fn hash(&mut self) {
        let chunks = &mut self.chunks[..self.count.div_ceil(LANES).next_multiple_of(TOGETHER)];
        for chunks in chunks.as_chunks_mut::<TOGETHER>().0 {
            hash(chunks);
        }
    }

    /// Forgets all tokens.
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// The hash and the form of a token.
    #[inline(always)]
    fn at(&self, token: usize) -> (u32, u8) {
        let (chunk, lane) = (&self.chunks[token / LANES], token % LANES);
        (chunk.hash[lane], (chunk.about[lane] >> FORM) as u8)
    }

    /// Both ends of the block with these hashed tokens; its content words are appended to `content`.
    #[inline(always)]
    pub(super) fn take(&self, from: usize, to: usize, ends: &mut Ends, content: &mut Vec<u32>) {
        *ends = Ends::default();
        ends.count = to - from;
        for (i, token) in (from..to).take(HEAD).enumerate() {
            (ends.head[i], ends.head_form[i]) = self.at(token);
        }
        for (i, token) in (from..to).rev().take(TAIL).enumerate() {
            (ends.tail[i], ends.tail_form[i]) = self.at(token);
        }
        // Every word is written, and the next one over it where it is none: taking one costs no branch.
        let mut count = content.len();
        content.resize(count + to - from, 0);
        let mut all = 0;
        for token in from..to {
            let (chunk, lane) = (&self.chunks[token / LANES], token % LANES);
            all = mix(all, chunk.hash[lane]);
            content[count] = chunk.content[lane];
            count += usize::from(chunk.about[lane] & CONTENT != 0);
        }
        ends.all = all;
        content.truncate(count);
    }
}

#[inline(always)]
fn hash(chunks: &mut [Chunk; TOGETHER]) {
    let mut hashes = chunks.each_ref().map(|chunk| chunk.hash);
    let lengths = chunks
        .each_ref()
        .map(|chunk| chunk.about.map(|about| about & 0xFF));
    let longest = lengths.as_flattened().iter().fold(0, |a, &b| a.max(b));
    for quarter in 0..WINDOW / 4 {
        if longest as usize <= 4 * quarter {
            break;
        }
        for k in 0..4 {
            let before = (4 * quarter + k) as u32;
            for (chunk, (hashes, lengths)) in chunks.iter().zip(hashes.iter_mut().zip(&lengths)) {
                let letters = &chunk.letters[quarter];
                for lane in 0..LANES {
                    let letter = letters[lane] >> (8 * k) & 0xFF | 0x20;
                    let mixed = mix(hashes[lane], letter);
                    hashes[lane] = if before < lengths[lane] {
                        mixed
                    } else {
                        hashes[lane]
                    };
                }
            }
        }
    }
    for (chunk, hashes) in chunks.iter_mut().zip(hashes) {
        chunk.hash = hashes;
        let tokens = chunk.hash.iter().zip(&chunk.about).zip(&mut chunk.content);
        for ((&hash, about), content) in tokens {
            let own = hash & !1 | *content;
            *content = if about & OTHER != 0 { *content } else { own };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::product::{Portable, Products, Work, widest};

    struct Hashing<'a>(&'a mut Tokens);

    impl Work for Hashing<'_> {
        type Out = ();

        #[inline(always)]
        fn run<P: Products>(self, _: P) {
            self.0.hash();
        }
    }

    #[test]
    fn tokens_are_hashed_as_by_a_loop_over_their_letters() {
        let word = b"CounterRevolution";
        let mut tokens = Tokens::default();
        let (mut hashes, mut words) = (Vec::new(), Vec::new());
        for i in 0..100_u32 {
            let (len, from, name) = (i as usize % 17, i as usize % 2, i % 3 == 0);
            let window = word[from..].first_chunk().expect("sixteen letters");
            let hash = window[..len].iter().fold(0, |hash, letter| {
                mix(hash, u32::from(letter.to_ascii_lowercase()))
            });
            tokens.letters(window, About::new(len as u32, form::LOWER, len > 3), name);
            hashes.push(hash);
            words.extend((len > 3).then_some(hash & !1 | u32::from(name)));
            tokens.word(i * 7919, form::NUMBER, i % 5 == 0, false);
            hashes.push(i * 7919);
            words.extend((i % 5 == 0).then_some((i * 7919) & !1));
            tokens.wide(i, i / 50);
            hashes.push(mix(1, i));
            words.extend((i >= 50).then_some(mix(i / 50, i) & !1));
        }
        let mut wide = tokens.clone();
        Hashing(&mut tokens).run(Portable);
        widest(Hashing(&mut wide));
        for tokens in [tokens, wide] {
            let (mut ends, mut content) = (Ends::default(), vec![5]);
            tokens.take(0, tokens.count(), &mut ends, &mut content);
            assert_eq!(content[1..], words);
            assert_eq!(ends.all, hashes.iter().fold(0, |all, &hash| mix(all, hash)));
            assert_eq!(ends.head, hashes[..HEAD]);
            assert!(ends.tail.iter().eq(hashes.iter().rev().take(TAIL)));
            assert_eq!(ends.count, hashes.len());
            tokens.take(299, 300, &mut ends, &mut content);
            assert_eq!(
                (ends.head[0], ends.head_form[0], ends.count),
                (hashes[299], form::WIDE, 1)
            );
            assert_eq!((ends.head[1], ends.tail[1]), (0, 0));
        }
    }
}
