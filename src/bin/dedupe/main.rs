//! The program `dedupe`: files in, answers out; everything it knows comes from the library.

fn main() {}
