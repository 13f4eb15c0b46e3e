//! A scraping loop: many fetches at once, one place that decides which stories are new.
//!
//! ```sh
//! cargo run --example scrape
//! ```
//!
//! Fetching waits, cleaning computes. So pages are fetched by tasks, and stripped and compared on a thread where nobody
//! waits for them; a bounded channel between the two keeps a fast network from filling the memory.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use newsift::{Cleaner, Deduplicator, PageKind, Verdict};

/// What a fetch gives, as `reqwest::Response::bytes` does.
type Bytes = Vec<u8>;

/// Stands in for the network: text that an extractor, or a naive dump, made of three pages.
const SITES: [(&str, &str); 3] = [
    (
        "https://harbour.example/ferry",
        "Home | News | Sport\n\nFerry runs aground off Skerrow\n\nThe ferry Lady Imogen ran aground off Skerrow on Tuesday \
         night with 212 people on board, the coastguard said.\n\nNobody was hurt, and all passengers were brought ashore \
         by morning, a spokeswoman told reporters at the quay.\n\nRead more: Storm warning for the weekend\n",
    ),
    (
        "https://valley.example/news/42",
        "Subscribe to our newsletter\n\nPassengers safe after ferry grounding\n\nThe ferry Lady Imogen ran aground off \
         Skerrow on Tuesday night with 212 people on board, the coastguard said.\n\nNobody was hurt, and all passengers \
         were brought ashore by morning, a spokeswoman told reporters at the quay.\n\n© Valley Monitor\n",
    ),
    (
        "https://valley.example/news/43",
        "Council votes for new bridge\n\nThe council voted on Monday to replace the old timber bridge at Kinlough with one \
         of steel, after two years of debate over the cost.\n\nWork is to begin in spring and to take eighteen months, \
         the mayor said after the vote, which was nine to four.\n",
    ),
];

async fn fetch(url: &'static str) -> Option<Bytes> {
    // A real one awaits here: `client.get(url).send().await?.bytes().await?`.
    tokio::task::yield_now().await;
    let page = SITES.iter().find(|(at, _)| *at == url)?;
    Some(page.1.as_bytes().to_vec())
}

/// Strips and compares pages until no more come; gives the addresses of the new stories.
fn sift(mut pages: tokio::sync::mpsc::Receiver<(&'static str, Bytes)>) -> Vec<&'static str> {
    let cleaner = Cleaner::new();
    let mut seen = Deduplicator::new();
    let mut urls = Vec::new(); // by the number of the story
    let mut new = Vec::new();
    while let Some((url, bytes)) = pages.blocking_recv() {
        let text = String::from_utf8_lossy(&bytes);
        let page = cleaner.label(&text);
        if page.kind() != PageKind::Story {
            println!("no story    {url}");
            continue;
        }
        urls.push(url);
        match seen.insert(&page.story(cleaner.kept()).text()) {
            Verdict::New(_) => {
                println!("new         {url}");
                new.push(url);
            }
            Verdict::Duplicate(of) => println!("duplicate   {url} of {}", urls[of.document()]),
        }
    }
    new
}

/// Fetches the pages and prints which of them are new.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let new = runtime.block_on(async {
        let (send, receive) = tokio::sync::mpsc::channel(64);
        let sifting = tokio::task::spawn_blocking(move || sift(receive));
        for (url, _) in SITES {
            let send = send.clone();
            tokio::spawn(async move {
                if let Some(bytes) = fetch(url).await {
                    // The receiver is gone only when sifting panicked, and then the join below says so.
                    let _ = send.send((url, bytes)).await;
                }
            });
        }
        drop(send);
        sifting.await
    })?;
    println!("{} of {} are new", new.len(), SITES.len());
    assert_eq!(new.len(), 2, "the ferry and the bridge");
    Ok(())
}
