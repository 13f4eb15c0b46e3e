//! What a block shows against its page: place, neighbours, repeats, cut lengths and shared words.

use std::hint::select_unpredictable;
use std::ops::Range;

use super::surface::{Surface, log2, mix};
use super::tokens::{Ends, form};
use crate::noise::first::{BODY_SCORE, Scores};
use crate::noise::label::Label;

/// Number of page features.
pub(super) const CONTEXT: usize = 52;

/// Names of the page features, in their order.
#[rustfmt::skip]
pub(super) static CONTEXT_NAMES: [&str; CONTEXT] = [
    "place in the page", "blocks before it", "blocks behind it", "place in characters", "blocks of the page",
    "length of the page", "distance to prose before", "distance to prose behind", "prose right around", "prose near",
    "prose in the neighbourhood", "the page's share of prose in characters", "the page's share of prose in blocks",
    "inside the longest run of story-like blocks", "distance before that run", "distance behind that run",
    "share of that run in the page", "repeats on the page", "first of its repeats", "nearness of the repeat before",
    "repeats at a fixed period", "nearness of a repeated block before it", "that block's period",
    "length against the page's prose", "blocks cut at the same length", "the page's share of cut prose",
    "a blank line before it", "the page's share of blank lines", "mean story score of the page", "unfinished prose",
    "words shared with the story", "words shared with the story more than once", "words found nowhere else",
    "number of content words", "names shared with the story", "names found nowhere else", "number of names",
    "words shared with the prose before", "words shared with the prose behind", "words shared with the headline",
    "share of the headline's words", "likely the headline", "words shared with the block before",
    "words shared with the block behind", "nearness of a repeated heading before it", "that heading's period",
    "blocks with the same first words", "nearness of the last with the same first words", "blocks with the same last words",
    "nearness of the last with the same last words", "blocks of the same form", "nearness of the last of the same form",
];

/// Everything known of one block before its context.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) span: Range<usize>,
    pub(super) surface: Surface,
    pub(super) ends: Ends,
    /// Range of the block's content words in the page's list.
    pub(super) words: Range<usize>,
    pub(super) scores: Scores,
}

/// Reusable memory for [`write`].
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    words: Words,
    repeats: Repeats,
    lengths: Vec<u32>,
    prose_before: Vec<u32>,
}

/// A content word of the page.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    headline: bool,
    /// Blocks with this word, and blocks of the core with it.
    blocks: u32,
    core: u32,
    /// When a block with this word was seen last, see [`Pass`], and when last before that; likewise of prose.
    last: u32,
    before: u32,
    last_prose: u32,
    before_prose: u32,
}

/// The content words of a page, numbered as they come.
#[derive(Debug, Clone, Default)]
struct Words {
    /// Open addressing: a word, and `first` plus its number. What is below `first` is of a page before, and free.
    slots: Vec<(u32, u32)>,
    first: u32,
    entries: Vec<Entry>,
    /// The number of each word of the text.
    numbers: Vec<u32>,
}

/// Block hashes sorted with their places, to find repeats.
#[derive(Debug, Clone, Default)]
struct Repeats {
    /// Above the place the hash: one number is sorted faster than a pair.
    order: Vec<u64>,
    /// Count, distance to the one before, distance to the next (0: none).
    of: Vec<(u32, u32, u32)>,
}

/// The run of neighbouring blocks with the greatest sum of story-likeness (body text extraction, Finn et al. 2001, with
/// the scores of stage 1 in the place of tag counts).
fn best_run(seen: &[Seen]) -> Range<usize> {
    let (mut best, mut best_sum) = (0..0, 0.0_f32);
    let (mut start, mut sum) = (0, 0.0_f32);
    for (i, b) in seen.iter().enumerate() {
        let score = b.scores[BODY_SCORE].clamp(-3.0, 3.0);
        let weight = log2(b.surface.words) * if b.surface.is_prose() { 2.0 } else { 1.0 };
        sum += score * weight - 1.0;
        if sum <= 0.0 {
            sum = 0.0;
            start = i + 1;
        } else if sum > best_sum {
            best_sum = sum;
            best = start..i + 1;
        }
    }
    best
}

/// How near the repeated block `before` is to block `i`, and whether it comes back every two to four blocks.
fn behind_repeat(i: usize, before: Option<usize>, repeats: &[(u32, u32, u32)]) -> (f32, f32) {
    let Some(before) = before.filter(|before| i - before <= 4) else {
        return (0.0, 0.0);
    };
    let (_, prev, next) = repeats[before];
    let period = if prev > 0 { prev } else { next };
    let near = 1.0 / (i - before) as f32;
    (near, f32::from(u8::from((2..=4).contains(&period))))
}

/// Writes the page features of every block: `out` has a row of `width` values a block, of which those from `at` on are
/// filled.
#[inline(never)] // counted by itself, see benches/instructions.rs
pub(super) fn write(
    text: &str,
    seen: &[Seen],
    content: &[u32],
    scratch: &mut Scratch,
    out: &mut [f32],
    width: usize,
    at: usize,
) {
    let n = seen.len();
    let run = best_run(seen);
    let prose = |i: usize| seen[i].surface.is_prose();
    let in_core = |i: usize| run.contains(&i) && prose(i);

    // Page-wide numbers.
    let total_chars: u32 = seen.iter().map(|b| b.surface.chars).sum();
    let prose_chars: u32 = seen
        .iter()
        .filter(|b| b.surface.is_prose())
        .map(|b| b.surface.chars)
        .sum();
    let prose_count = (0..n).filter(|&i| prose(i)).count();
    let run_chars: u32 = seen[run.clone()].iter().map(|b| b.surface.chars).sum();
    let lengths = &mut scratch.lengths;
    lengths.clear();
    lengths.extend(
        seen.iter()
            .filter(|b| b.surface.is_prose())
            .map(|b| b.surface.chars),
    );
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    lengths.clear();
    lengths.extend(
        seen.iter()
            .filter(|b| b.surface.chars >= 60)
            .map(|b| b.surface.chars),
    );
    lengths.sort_unstable();
    let unfinished = |i: usize| seen[i].surface.words > 15 && !seen[i].surface.ends_sentence;
    let long = (0..n).filter(|&i| seen[i].surface.words > 15).count();
    let unfinished_share = ratio((0..n).filter(|&i| unfinished(i)).count(), long);
    let blank = |i: usize| {
        i > 0
            && memchr::memchr_iter(
                b'\n',
                &text.as_bytes()[seen[i - 1].span.end..seen[i].span.start],
            )
            .nth(1)
            .is_some()
    };
    let blanks = ratio((0..n).filter(|&i| blank(i)).count(), n);
    let mean_score = seen
        .iter()
        .map(|b| b.scores[BODY_SCORE].clamp(-4.0, 4.0) * b.surface.chars as f32)
        .sum::<f32>()
        / total_chars.max(1) as f32;

    // Running counts of prose, for windows.
    let before = &mut scratch.prose_before;
    before.clear();
    before.push(0);
    for i in 0..n {
        before.push(before[i] + u32::from(prose(i)));
    }
    let window = |i: usize, r: usize| {
        let (a, b) = (i.saturating_sub(r), (i + r + 1).min(n));
        (before[b] - before[a]) as f32 / (b - a) as f32
    };

    scratch.repeats.read(seen, |b| Some(b.ends.all));
    let repeats = &scratch.repeats.of;

    let mut chars_before = 0;
    let mut last_prose: Option<usize> = None;
    let mut last_repeat: Option<usize> = None;
    let mut last_heading: Option<usize> = None;
    for i in 0..n {
        let s = &seen[i].surface;
        let row = &mut out[i * width + at..i * width + at + CONTEXT];
        let (count, prev, next) = repeats[i];
        let (near, period) = behind_repeat(i, last_repeat, repeats);
        // Galleries repeat their title before every picture; single words repeated are buttons and advertisements.
        let (near_heading, period_of_heading) = behind_repeat(i, last_heading, repeats);
        row[44] = near_heading;
        row[45] = period_of_heading;
        let values: [f32; 30] = [
            ratio(i, n.max(2) - 1),
            log2(i as u32),
            log2((n - 1 - i) as u32),
            ratio(chars_before as usize, total_chars as usize),
            log2(n as u32),
            log2(total_chars),
            last_prose.map_or(7.0, |p| log2((i - p) as u32).min(7.0)),
            0.0, // distance to the next prose, filled by the pass back
            window(i, 1),
            window(i, 3),
            window(i, 8),
            ratio(prose_chars as usize, total_chars as usize),
            ratio(prose_count, n),
            f32::from(u8::from(run.contains(&i))),
            log2(run.start.saturating_sub(i) as u32),
            log2((i + 1).saturating_sub(run.end) as u32),
            ratio(run_chars as usize, total_chars as usize),
            log2(count - 1).min(4.0),
            f32::from(u8::from(count > 1 && prev == 0)),
            nearness(prev),
            f32::from(u8::from(prev > 0 && prev == next)),
            near,
            period,
            if median > 0 {
                (log2(s.chars) - log2(median)).clamp(-4.0, 4.0)
            } else {
                0.0
            },
            same_length(lengths, s.chars),
            unfinished_share,
            f32::from(u8::from(blank(i))),
            blanks,
            mean_score,
            f32::from(u8::from(unfinished(i))),
        ];
        row[..30].copy_from_slice(&values);
        chars_before += s.chars;
        if prose(i) {
            last_prose = Some(i);
        }
        if count > 1 {
            last_repeat = Some(i);
            if (3..=15).contains(&s.words) && !s.ends_sentence {
                last_heading = Some(i);
            }
        }
    }
    let mut next_prose: Option<usize> = None;
    for i in (0..n).rev() {
        out[i * width + at + 7] = next_prose.map_or(7.0, |p| log2((p - i) as u32).min(7.0));
        if prose(i) {
            next_prose = Some(i);
        }
    }

    for kind in 0..LIKENESSES {
        scratch.repeats.read(seen, |b| likeness(kind, b));
        for (i, &(count, prev, _)) in scratch.repeats.of.iter().enumerate() {
            let row = i * width + at + 46 + 2 * kind;
            out[row] = log2(count - 1).min(4.0);
            out[row + 1] = nearness(prev);
        }
    }

    let (mut words, numbers) = scratch.words.start(content.len());
    let headline = headline(seen, &run);
    let mut pass = Pass::after(0);
    for (i, b) in seen.iter().enumerate() {
        let (prose, core) = (prose(i), u32::from(in_core(i)));
        let (mut near, mut of_prose) = (0, 0);
        let both = content[b.words.clone()]
            .iter()
            .zip(&mut numbers[b.words.clone()]);
        for (&word, number) in both {
            *number = words.number(word & !1);
            let e = &mut words.entries[*number as usize];
            let seen = pass.note(e, prose);
            near += usize::from(seen.near);
            of_prose += usize::from(seen.of_prose);
            e.blocks += u32::from(seen.new);
            e.core += u32::from(seen.new) & core;
        }
        let row = &mut out[i * width + at..][..CONTEXT];
        row[42] = ratio(near, b.words.len());
        row[37] = ratio(of_prose, b.words.len());
        pass.step(prose);
    }
    let entries = words.entries;
    let headline_words = headline.map_or(0..0, |h| seen[h].words.clone());
    for &number in &numbers[headline_words.clone()] {
        entries[number as usize].headline = true;
    }
    let mut pass = Pass::after(pass.now);
    for (i, b) in seen.iter().enumerate().rev() {
        let (prose, own) = (prose(i), u32::from(in_core(i)));
        let (mut near, mut of_prose, mut names) = (0, 0, 0);
        // Two counts a number: fewer than the processor has registers.
        let (mut core, mut rest, mut names_core, mut names_rest) = (0, 0, 0, 0);
        let pair = |a: bool, b: bool| u64::from(a) | u64::from(b) << 32;
        for (&number, &word) in numbers[b.words.clone()]
            .iter()
            .zip(&content[b.words.clone()])
        {
            let e = &mut entries[number as usize];
            let seen = pass.note(e, prose);
            near += usize::from(seen.near);
            of_prose += usize::from(seen.of_prose);
            let name = u64::from(word & 1);
            let of_core = pair(e.core > own, e.core > own + 1);
            let of_rest = pair(e.blocks == 1, e.headline);
            core += of_core;
            rest += of_rest;
            names += name;
            names_core += of_core & name.wrapping_neg();
            names_rest += of_rest & name.wrapping_neg();
        }
        pass.step(prose);
        let (low, high) = (|n: u64| n as u32 as usize, |n: u64| (n >> 32) as usize);
        let words = b.words.len();
        let is_headline = headline == Some(i);
        let of_headline = |share: f32| if is_headline { 0.0 } else { share };
        let row = &mut out[i * width + at..][..CONTEXT];
        row[43] = ratio(near, words);
        row[38] = ratio(of_prose, words);
        row[30..37].copy_from_slice(&[
            ratio(low(core), words),
            ratio(high(core), words),
            ratio(low(rest), words),
            log2(words as u32),
            ratio(low(names_core), names as usize),
            ratio(low(names_rest), names as usize),
            log2(names as u32),
        ]);
        row[39..42].copy_from_slice(&[
            of_headline(ratio(high(rest), words)),
            of_headline(ratio(high(rest), headline_words.len()).min(2.0)),
            f32::from(u8::from(is_headline)),
        ]);
    }
}

/// A pass over the blocks that looks back at the block passed last and the prose passed last.
struct Pass {
    /// Number of the block under way, higher than any of a pass before.
    now: u32,
    last_prose: u32,
}

/// What a pass knows of a word: whether the block under way had it not yet, and whether the block passed last has it, and
/// the prose passed last.
struct Noted {
    new: bool,
    near: bool,
    of_prose: bool,
}

impl Pass {
    fn after(before: u32) -> Self {
        // One is left out, so that the first block is no neighbour of the last of the pass before.
        Self {
            now: before + 2,
            last_prose: before + 1,
        }
    }

    /// A word of the block under way.
    #[inline(always)]
    fn note(&self, e: &mut Entry, prose: bool) -> Noted {
        // Nobody can guess whether a word is new, the processor neither.
        let new = e.last != self.now;
        e.before = select_unpredictable(new, e.last, e.before);
        e.before_prose = select_unpredictable(new, e.last_prose, e.before_prose);
        e.last = self.now;
        e.last_prose = if prose { self.now } else { e.last_prose };
        Noted {
            new,
            near: e.before == self.now - 1,
            of_prose: e.before_prose == self.last_prose,
        }
    }

    /// On to the next block.
    fn step(&mut self, prose: bool) {
        if prose {
            self.last_prose = self.now;
        }
        self.now += 1;
    }
}

/// The kinds of likeness that [`likeness`] knows.
const LIKENESSES: usize = 3;

/// What blocks alike have the same of: their first words, their last words, or their form (that of the first words, and the
/// length). Lists, comments and credits are made after one pattern.
fn likeness(kind: usize, b: &Seen) -> Option<u32> {
    let e = &b.ends;
    // Two letters of a script without spaces say as little as half a word, and all have one form.
    let wide = e.head_form[0] == form::WIDE;
    let few = if wide { 4 } else { 2 };
    let all = |tokens: &[u32]| tokens[..few].iter().fold(7, |h, &t| mix(h, t));
    match kind {
        0 if e.count >= few => Some(all(&e.head)),
        1 if e.count >= few => Some(all(&e.tail)),
        2 if !wide => {
            let forms = e.head_form[..e.count.min(6)].iter();
            Some(forms.fold(log2(b.surface.words) as u32, |h, &f| mix(h, u32::from(f))))
        }
        _ => None,
    }
}

/// Most likely headline by stage 1 among the blocks up to the story's first third.
fn headline(seen: &[Seen], run: &Range<usize>) -> Option<usize> {
    let end = (run.start + run.len() / 3 + 1).min(seen.len());
    let title = Label::Title as usize;
    (0..end)
        .filter(|&i| seen[i].surface.words >= 2)
        .max_by(|&a, &b| {
            let (x, y) = (seen[a].scores[title], seen[b].scores[title]);
            x.total_cmp(&y).then(b.cmp(&a))
        })
}

impl Words {
    /// Begins with a page of so many words, and gives room for the number of each. So that the slots need not be cleared for
    /// every page, numbers go on from page to page.
    fn start(&mut self, most: usize) -> (Numbering<'_>, &mut [u32]) {
        // Room enough that words seldom meet; of a long page most come again, and the room must be fetched from afar.
        let room = if most < 4_000 { 4 } else { 2 };
        let size = (most * room).next_power_of_two().max(16);
        if self.slots.len() < size {
            self.slots.resize(size, (0, 0));
        }
        let used = self.entries.len() as u32;
        self.first = match self.first.checked_add(used) {
            Some(first) if first <= u32::MAX - most as u32 => first.max(1),
            _ => {
                self.slots.fill((0, 0));
                1
            }
        };
        self.entries.clear();
        self.entries.resize(most, Entry::default());
        self.numbers.resize(most, 0);
        let words = Numbering {
            slots: &mut self.slots[..size],
            first: self.first,
            next: self.first,
            entries: &mut self.entries,
        };
        (words, &mut self.numbers)
    }
}

/// Numbers the words of a page.
struct Numbering<'a> {
    /// A power of two of them.
    slots: &'a mut [(u32, u32)],
    first: u32,
    next: u32,
    entries: &'a mut [Entry],
}

impl Numbering<'_> {
    #[inline(always)]
    fn number(&mut self, word: u32) -> u32 {
        let mask = self.slots.len() - 1;
        let mut at = (word.wrapping_mul(0x85EB_CA6B) >> 7) as usize & mask;
        loop {
            let (found, number) = self.slots[at];
            let new = number < self.first;
            // The slot is written in either case, again without a guess.
            if new | (found == word) {
                let number = select_unpredictable(new, self.next, number);
                self.slots[at] = (word, number);
                self.next += u32::from(new);
                return number - self.first;
            }
            at = (at + 1) & mask;
        }
    }
}

impl Repeats {
    /// Finds the blocks with the same hash; one without a hash is like no other.
    fn read(&mut self, seen: &[Seen], hash: impl Fn(&Seen) -> Option<u32>) {
        self.order.clear();
        let hashes = seen.iter().zip(0..);
        self.order
            .extend(hashes.filter_map(|(b, i)| Some(u64::from(hash(b)?) << 32 | i)));
        self.order.sort_unstable();
        self.of.clear();
        self.of.resize(seen.len(), (1, 0, 0));
        let place = |entry: &u64| *entry as u32;
        for group in self.order.chunk_by(|a, b| a >> 32 == b >> 32) {
            for (k, entry) in group.iter().enumerate() {
                let i = place(entry);
                let prev = if k > 0 { i - place(&group[k - 1]) } else { 0 };
                let next = group.get(k + 1).map_or(0, |next| place(next) - i);
                self.of[i as usize] = (group.len() as u32, prev, next);
            }
        }
    }
}

/// How many other blocks have this length within 2 %: listing pages cut their leads at one length.
fn same_length(sorted: &[u32], chars: u32) -> f32 {
    if chars < 60 {
        return 0.0;
    }
    let slack = chars / 50;
    let from = sorted.partition_point(|&l| l < chars - slack);
    let to = sorted.partition_point(|&l| l <= chars + slack);
    log2((to - from).saturating_sub(1) as u32).min(5.0)
}

/// How near a block is that is so many blocks away; 0 where there is none.
fn nearness(distance: u32) -> f32 {
    match distance {
        0 => 0.0,
        _ => 1.0 / distance as f32,
    }
}

fn ratio(part: usize, whole: usize) -> f32 {
    if whole == 0 {
        0.0
    } else {
        part as f32 / whole as f32
    }
}
