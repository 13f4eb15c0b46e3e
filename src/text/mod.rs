//! Text as the duplicate search reads it: a sequence of normalised, hashed words.

pub(crate) mod block;
mod chars;
#[cfg(any(test, fuzzing))]
mod naive;
#[rustfmt::skip]
mod table;
mod words;

pub use words::Words;

/// What [`Words`] must read, by the plainest code; for fuzzing.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn naive_words(text: &str) -> Vec<(u64, std::ops::Range<usize>)> {
    naive::words(text)
}
