//! How far the work is, on standard error when that is a terminal.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::input::compressed::bytes_read;
use crate::words::number;

/// While it is known how much there is to read, how long it will take is said too.
const WITH_END: &str =
    "{spinner} {msg}  {percent} % of {total_bytes}, {bytes_per_sec}, ETA {eta}  {elapsed}";
const WITHOUT_END: &str = "{spinner} {msg}  {elapsed}";

use crate::verbose;

/// A line that tells what is being done; hidden when nobody looks.
pub struct Progress {
    bar: ProgressBar,
    documents: u64,
    bytes: u64,
    told: Cell<bool>,
}

impl Progress {
    /// For reading `paths`, whose size is known when all of them are files.
    pub fn new(quiet: bool, paths: &[PathBuf]) -> Self {
        // This target draws nothing when standard error is not a terminal.
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let total = size(paths);
        let bar = ProgressBar::with_draw_target(total, target);
        style(
            &bar,
            if total.is_some() {
                WITH_END
            } else {
                WITHOUT_END
            },
        );
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
            self.bar.set_position(bytes_read());
        }
    }

    /// Says what comes now.
    pub fn stage(&self, message: String) {
        self.tell();
        verbose::say(|| message.clone());
        style(&self.bar, WITHOUT_END);
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

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// Bytes of all files; none where a directory or a stream is among them.
fn size(paths: &[PathBuf]) -> Option<u64> {
    let sizes = paths.iter().map(|path| {
        let metadata = path.metadata().ok()?;
        metadata.is_file().then_some(metadata.len())
    });
    sizes.sum::<Option<u64>>().filter(|&size| size > 0)
}
