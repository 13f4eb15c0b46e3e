//! Text as the duplicate search reads it: a sequence of normalised, hashed words.

mod naive;
mod words;

pub use words::Words;
