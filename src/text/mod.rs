//! Text as the duplicate search reads it: a sequence of normalised, hashed words.

pub(crate) mod block;
mod chars;
#[cfg(any(test, fuzzing))]
mod naive;
#[rustfmt::skip]
mod table;
mod words;

pub use words::Words;
