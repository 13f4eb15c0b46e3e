//! Made-up news text for the benches: the lengths of words, sentences and paragraphs are those of news, the words are
//! drawn by Zipf's law from a vocabulary of syllables of the language's letters.

/// What the text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// ASCII only, straight quotes.
    Plain,
    /// English with typographic quotes, dashes and apostrophes.
    English,
    German,
    Russian,
    Arabic,
    Hindi,
    Chinese,
}

pub const SCRIPTS: [Script; 7] = [
    Script::Plain,
    Script::English,
    Script::German,
    Script::Russian,
    Script::Arabic,
    Script::Hindi,
    Script::Chinese,
];

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A text of about so many words.
pub fn text(script: Script, words: usize, seed: u64) -> String {
    let vocabulary = vocabulary(script);
    let mut random = Random::new(seed);
    let (open, close, apostrophe, dash) = match script {
        Script::Plain => ("\"", "\"", "'s", " - "),
        Script::Chinese => ("“", "”", "", "——"),
        _ => ("“", "”", "’s", " – "),
    };
    let (gap, comma, stop) = match script {
        Script::Chinese => ("", "，", "。"),
        Script::Arabic => (" ", "، ", ". "),
        Script::Hindi => (" ", ", ", "। "),
        _ => (" ", ", ", ". "),
    };
    let mut text = String::new();
    let mut count = 0;
    while count < words {
        let length = 8 + random.below(30);
        let quoted = random.below(4) == 0;
        if quoted {
            text += open;
        }
        for i in 0..length {
            // Zipf: the rank is the exponential of an even number.
            let bits = random.below(13);
            let rank = random.below(1 << bits).min(vocabulary.len() - 1);
            let word = &vocabulary[rank];
            let name = random.below(9) == 0;
            match word.chars().next() {
                Some(first) if i == 0 || name => {
                    text.extend(first.to_uppercase());
                    text += &word[first.len_utf8()..];
                }
                _ => text += word,
            }
            match random.below(60) {
                _ if i + 1 == length => {}
                0..=3 => text += comma,
                4 => text += dash,
                5 => text += &format!("{apostrophe}{gap}"),
                6 => text += &format!("{gap}{}{gap}", 1 + random.below(2030)),
                _ => text += gap,
            }
        }
        if quoted {
            text += close;
        }
        text += stop;
        if random.below(3) == 0 {
            text += "\n";
        }
        count += length;
    }
    text
}

/// Paragraphs between a menu and a list of teasers.
pub fn page(script: Script, words: usize, seed: u64) -> String {
    let story = text(script, words, seed);
    let teasers: String = text(script, 100, seed + 1000)
        .split_inclusive(' ')
        .enumerate()
        .map(|(i, word)| word.to_owned() + if i % 9 == 8 { "…\n" } else { "" })
        .collect();
    format!(
        "Home\nWorld\nSport\nBy A Reporter\n1 May 2026, 10:30\n{story}\nRead more: Elsewhere\n{teasers}\n© 2026\n"
    )
}

/// Words of a story.
pub const STORY_WORDS: usize = 300;

/// Stories of which every fifth is a copy of an earlier one: a paragraph cut, a word changed here and there.
pub fn stories(count: usize) -> (Vec<String>, usize) {
    let mut random = Random::new(5);
    let mut stories: Vec<String> = Vec::with_capacity(count);
    let mut copies = 0;
    for i in 0..count {
        if i % 5 != 4 {
            stories.push(text(Script::English, STORY_WORDS, i as u64));
            continue;
        }
        // An original: every fifth is a copy.
        let of = random.below(i / 5 + 1) * 5;
        let words: Vec<&str> = stories[of].split(' ').collect();
        let edited = words.iter().skip(20).enumerate();
        let edited: Vec<&str> = edited
            .map(|(k, word)| if k % 60 == 59 { "instead" } else { *word })
            .collect();
        stories.push(edited.join(" "));
        copies += 1;
    }
    (stories, copies)
}

/// 6,000 words, the frequent ones short.
fn vocabulary(script: Script) -> Vec<String> {
    let parts: &[&str] = match script {
        Script::Plain | Script::English => &[
            "th", "e", "an", "in", "er", "on", "at", "re", "st", "en", "nd", "ti", "es", "or",
            "te", "ar", "ou", "it", "ha", "ing", "ed", "al", "m", "s", "p", "l", "ment", "c", "b",
            "w",
        ],
        Script::German => &[
            "en", "er", "ch", "de", "ei", "in", "te", "ie", "un", "ge", "st", "ü", "ä", "ö", "ß",
            "sch", "t", "l", "ung", "be", "r", "s", "a", "m", "f",
        ],
        Script::Russian => &[
            "ст", "но", "то", "на", "ен", "ов", "ни", "ра", "во", "ко", "ал", "ли", "по", "ре",
            "ро", "пр", "е", "и", "а", "о", "ть", "ся", "й",
        ],
        Script::Arabic => &[
            "ال", "م", "ن", "ر", "ي", "و", "ت", "ب", "ا", "ل", "ع", "د", "س", "ف", "ه", "ق", "ك",
            "ة",
        ],
        Script::Hindi => &[
            "क",
            "का",
            "न",
            "ने",
            "र",
            "रा",
            "स",
            "सी",
            "म",
            "में",
            "ह",
            "है",
            "त",
            "ती",
            "प्र",
            "ल",
            "व",
            "ज",
            "द",
            "ब",
        ],
        Script::Chinese => &[
            "的", "一", "是", "在", "不", "了", "有", "和", "人", "这", "中", "大", "为", "上",
            "个", "国", "我", "以", "要", "他", "时", "来", "用", "们", "生", "到", "作", "地",
            "于", "出", "年", "发", "会", "经", "政", "府",
        ],
    };
    let mut random = Random::new(script as u64);
    (0..6000_usize)
        .map(|rank| {
            // One part for the most frequent words, up to six for the rare ones; Chinese words are short.
            let most =
                (rank.ilog2_or_zero() / 2 + 1).min(if script == Script::Chinese { 2 } else { 6 });
            (0..most.min(1 + random.below(2 * most as usize) as u32))
                .map(|_| *random.pick(parts))
                .collect()
        })
        .collect()
}

trait Log {
    fn ilog2_or_zero(self) -> u32;
}

impl Log for usize {
    fn ilog2_or_zero(self) -> u32 {
        self.checked_ilog2().unwrap_or(0)
    }
}
