//! How far the work is, on standard error when that is a terminal.

use std::cell::Cell;
use std::time::Duration;

use crate::words::number;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::verbose;

/// A line that tells what is being done; hidden when nobody looks.
pub struct Progress {
    bar: ProgressBar,
    documents: u64,
    bytes: u64,
    told: Cell<bool>,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        // This target draws nothing when standard error is not a terminal.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            bar,
            documents: 0,
            bytes: 0,
            told: Cell::new(false),
        }
    }

    /// Counts documents that were read.
    pub fn read(&mut self, documents: usize, bytes: usize) {
        self.documents += documents as u64;
        self.bytes += bytes as u64;
        if !self.bar.is_hidden() {
            let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
            let rate = (self.documents as f64 / seconds) as usize;
            let (documents, bytes) = (number(self.documents as usize), HumanBytes(self.bytes));
            self.bar.set_message(format!(
                "reading: {documents} documents, {bytes}, {} documents/s",
                number(rate)
            ));
        }
    }

    /// Says what comes now.
    pub fn stage(&self, message: String) {
        self.tell();
        verbose::say(|| message.clone());
        self.bar.set_message(message);
    }

    /// Takes the line away.
    pub fn done(&self) {
        self.tell();
        self.bar.finish_and_clear();
    }

    /// How much was read, once, for `--verbose`.
    fn tell(&self) {
        if self.told.replace(true) {
            return;
        }
        verbose::say(|| {
            format!(
                "read {} documents, {}",
                self.documents,
                HumanBytes(self.bytes)
            )
        });
    }
}
