//! What `-v` tells on standard error: what the program does at the moment, and since when.

use std::io::Write as _;
use std::sync::OnceLock;
use std::time::Instant;

static BEGAN: OnceLock<Instant> = OnceLock::new();

/// From now on [`say`] is heard.
pub fn on() {
    BEGAN.get_or_init(Instant::now);
}

/// Tells something, when it was asked for; else it is not even put together.
pub fn say(what: impl FnOnce() -> String) {
    if let Some(began) = BEGAN.get() {
        let seconds = began.elapsed().as_secs_f64();
        let _ = writeln!(anstream::stderr(), "{seconds:9.3} s  {}", what());
    }
}
