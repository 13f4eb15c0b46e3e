//! The examples, run: each checks its answer itself.
#![cfg(feature = "rayon")]

#[path = "../examples/batch.rs"]
mod batch;
#[path = "../examples/incremental.rs"]
mod incremental;
#[path = "../examples/scrape.rs"]
mod scrape;

#[test]
fn batch() {
    batch::main().expect("it runs");
}

#[test]
fn incremental() {
    incremental::main().expect("it runs");
}

#[test]
fn scrape() {
    scrape::main().expect("it runs");
}
