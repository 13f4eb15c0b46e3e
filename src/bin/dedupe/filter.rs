//! `dedupe filter`: passes on the stories that are new, as they arrive.
//!
//! One thread reads lines, another waits for signals; both put what they have into one queue, so that a signal comes after
//! the lines that were read before it. Lines that wait together are stripped on all cores, then answered in their order.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use newsift::{Cleaner, Deduplicator, Match, Settings, Verdict};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::Outcome;
use crate::args::{FilterArgs, InputArgs, Keep};
use crate::input::{Id, Input, Place, Source, Work};
use crate::noise;
use crate::output::Sink;
use crate::pipeline;
use crate::problems::{Kind, Problem, Problems};
use crate::report::{rounded, write_json};
use crate::scan;
use crate::words::{count, number};

/// Lines that may wait, and that are worked on together when they do.
const WAITING: usize = 64;

/// What comes in.
enum Message {
    Line { number: u32, bytes: Vec<u8> },
    TooLong { number: u32 },
    Failed { number: u32, error: io::Error },
    End,
    Signal(u8),
}

/// A line that was taken apart.
struct Story {
    place: Place,
    id: Id,
    /// The line as it goes out, without the brace that ends it.
    open: Vec<u8>,
    /// None when it has no text, and its problem is told.
    story: Option<String>,
    words: usize,
}

/// Reads standard input to its end, or until a signal.
pub fn run(args: &FilterArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let settings = scan::settings(&args.rule, Keep::First)?;
    let cleaner = noise::cleaner(&args.noise, args.rule.raw)?;
    let mut seen = Deduplicator::builder().preset(args.rule.preset.into());
    if let Some(threshold) = args.rule.threshold {
        seen = seen.threshold(threshold);
    }
    let seen = seen
        .build()
        .map_err(|error| Problem::new(Kind::Setting, "--threshold", error.to_string()))?;
    let input = Input::new(InputArgs {
        id_field: args.id_field.clone(),
        text_field: args.text_field.clone(),
        max_size: args.max_size,
        ..InputArgs::default()
    });
    problems.tell_at_once();
    let messages = listen(args.max_size)?;
    let mut filter = Filter {
        args,
        seen,
        ids: VecDeque::new(),
        ids_bytes: 0,
        out: Sink::stdout(),
        tally: Tally::default(),
    };
    let taker = Taker {
        source: Arc::new(Source::stdin()),
        verdict_field: &args.verdict_field,
        input,
        cleaner,
        settings,
    };
    let run = |filter: &mut Filter<'_>, problems: &mut Problems, messages: Receiver<Message>| {
        pipeline::with_threads(&args.run, || filter.messages(messages, &taker, problems))
    };
    let outcome = run(&mut filter, problems, messages)??;
    if !args.run.quiet {
        filter.sum_up(problems);
    }
    Ok(outcome)
}

/// Starts the two threads.
fn listen(max_line: u64) -> Result<Receiver<Message>, Problem> {
    let (sender, receiver) = sync_channel(WAITING);
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let failed = |error: io::Error| Problem::new(Kind::Setting, "signals", error.to_string());
        let mut signals =
            signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]).map_err(failed)?;
        let sender = sender.clone();
        thread::spawn(move || {
            let mut before = false;
            for signal in signals.forever() {
                let signal = signal as u8;
                if before {
                    // Asked twice: somebody cannot wait.
                    std::process::exit(128 + i32::from(signal));
                }
                before = true;
                // The queue may be full while the output is slow, and the next signal must be heard.
                let sender = sender.clone();
                thread::spawn(move || sender.send(Message::Signal(signal)));
            }
        });
    }
    thread::spawn(move || read(&sender, max_line));
    Ok(receiver)
}

/// Sends the lines of standard input. Ends when nobody listens any more.
fn read(sender: &SyncSender<Message>, max_line: u64) {
    let mut stdin = BufReader::with_capacity(1 << 17, io::stdin());
    let end = |message| drop(sender.send(message));
    for number in 1.. {
        let mut bytes = Vec::new();
        // The limit, a line end, and one more to tell what is longer.
        let read = stdin
            .by_ref()
            .take(max_line.saturating_add(2))
            .read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => return end(Message::End),
            Ok(_) => {}
            Err(error) => return end(Message::Failed { number, error }),
        }
        let has_end = bytes.last() == Some(&b'\n');
        let is_long = bytes.len() as u64 > max_line.saturating_add(u64::from(has_end));
        let message = if is_long {
            Message::TooLong { number }
        } else {
            Message::Line { number, bytes }
        };
        if sender.send(message).is_err() {
            return;
        }
        if is_long
            && !has_end
            && let Err(error) = skip_line(&mut stdin)
        {
            return end(Message::Failed { number, error });
        }
    }
}

fn skip_line(stdin: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = stdin.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let line_end = memchr::memchr(b'\n', buffer);
        let len = line_end.map_or(buffer.len(), |end| end + 1);
        stdin.consume(len);
        if line_end.is_some() {
            return Ok(());
        }
    }
}

/// What is needed to take a line apart, on any core.
struct Taker<'a> {
    source: Arc<Source>,
    verdict_field: &'a str,
    input: Input,
    cleaner: Option<Cleaner>,
    settings: Settings,
}

impl Taker<'_> {
    /// Takes a line apart and strips its page.
    fn take(&self, number: u32, bytes: Vec<u8>) -> (Option<Story>, Vec<Problem>) {
        let work = Work::Lines {
            source: self.source.clone(),
            first: number,
            bytes,
        };
        let (mut story, mut problems) = (None, Vec::new());
        work.pages(&self.input, &mut problems, |page| {
            let mut open = vec![b'{'];
            let fields = page.line.into_iter().flat_map(|line| line.fields());
            for (name, value) in fields.filter(|(name, _)| *name != self.verdict_field) {
                write_json(&mut open, &name);
                open.push(b':');
                open.extend(value.get().as_bytes());
                open.push(b',');
            }
            let text = page.text.map(|text| match &self.cleaner {
                Some(cleaner) => cleaner.strip(text).text().into_owned(),
                None => text.to_owned(),
            });
            story = Some(Story {
                place: page.place,
                id: page.id,
                open,
                words: text
                    .as_deref()
                    .map_or(0, |text| self.settings.sketch(text).words()),
                story: text,
            });
        });
        (story, problems)
    }
}

#[derive(Default)]
struct Tally {
    all: usize,
    new: usize,
    duplicates: usize,
    empty: usize,
    forgotten: usize,
}

struct Filter<'a> {
    args: &'a FilterArgs,
    seen: Deduplicator,
    /// Of the documents that are remembered: number, line, id.
    ids: VecDeque<(usize, u32, Id)>,
    ids_bytes: usize,
    out: Sink,
    tally: Tally,
}

impl Filter<'_> {
    fn messages(
        &mut self,
        messages: Receiver<Message>,
        taker: &Taker<'_>,
        problems: &mut Problems,
    ) -> Result<Outcome, Problem> {
        loop {
            // Sleeps until there is something, then takes what else waits.
            let first = messages.recv().unwrap_or(Message::End);
            let mut lines = Vec::new();
            let mut end = None;
            let mut failures = Vec::new();
            for message in std::iter::once(first).chain(messages.try_iter()) {
                match message {
                    Message::Line { number, mut bytes } => {
                        if number == 1
                            && let Some(why) = not_lines(&mut bytes)
                        {
                            return Err(Problem::new(Kind::Binary, "-", why));
                        }
                        lines.push((number, bytes));
                    }
                    Message::TooLong { number } => {
                        let place = format!("-:{number}");
                        let limit = self.args.max_size;
                        let why = format!(
                            "the line holds more than {limit} bytes and is not passed on: --max-size allows more"
                        );
                        failures.push(Problem::new(Kind::TooLarge, place, why));
                    }
                    Message::Failed { number, error } => {
                        let why =
                            format!("cannot be read: {error}; the lines before were answered");
                        failures.push(Problem::new(Kind::Unreadable, format!("-:{number}"), why));
                        end = Some(Outcome::Clean);
                    }
                    Message::End => end = Some(Outcome::Clean),
                    Message::Signal(number) => end = Some(Outcome::Signal(number)),
                }
                if end.is_some() || lines.len() >= WAITING {
                    break;
                }
            }
            let taken: Vec<_> = lines
                .into_par_iter()
                .map(|(number, bytes)| taker.take(number, bytes))
                .collect();
            for (story, told) in taken {
                problems.extend(told);
                if let Some(story) = story {
                    self.answer(story)?;
                }
                if self.out.is_closed() {
                    return Ok(Outcome::Clean);
                }
            }
            problems.extend(failures);
            if let Some(outcome) = end {
                return Ok(outcome);
            }
        }
    }

    /// Compares a story with those before, and passes it on.
    fn answer(&mut self, story: Story) -> Result<(), Problem> {
        self.tally.all += 1;
        let (status, found) = match &story.story {
            None => ("unreadable", None),
            Some(_) if story.words == 0 => {
                self.tally.empty += 1;
                ("empty", None)
            }
            Some(text) => match self.seen.insert(text) {
                Verdict::Duplicate(of) => {
                    self.tally.duplicates += 1;
                    ("duplicate", Some(of))
                }
                Verdict::New(number) => {
                    self.tally.new += 1;
                    let line = story.place.line().unwrap_or(0);
                    self.ids_bytes += id_cost(&story.id);
                    self.ids.push_back((number, line, story.id));
                    ("new", None)
                }
            },
        };
        if found.is_none() || self.args.all {
            let mut line = story.open;
            write_json(&mut line, &self.args.verdict_field);
            line.push(b':');
            self.verdict(status, found.as_ref(), &mut line);
            line.extend(b"}\n");
            self.out.write(&line)?;
            self.out.flush()?;
        }
        self.forget();
        Ok(())
    }

    fn verdict(&self, status: &'static str, found: Option<&Match>, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct New {
            status: &'static str,
        }
        #[derive(Serialize)]
        struct Duplicate<'a> {
            status: &'static str,
            kept_id: &'a RawValue,
            kept_line: u32,
            similarity: f64,
            resemblance: f64,
            containment: f64,
            containment_of_kept: f64,
            longest_run: usize,
            relation: &'static str,
        }
        let kept = found.and_then(|of| {
            let place = self.ids.binary_search_by_key(&of.document(), |kept| kept.0);
            Some((of.evidence(), self.ids.get(place.ok()?)?))
        });
        match kept {
            None => write_json(out, &New { status }),
            Some((evidence, (_, line, id))) => write_json(
                out,
                &Duplicate {
                    status,
                    kept_id: id.as_raw(),
                    kept_line: *line,
                    similarity: rounded(evidence.similarity()),
                    resemblance: rounded(evidence.resemblance()),
                    containment: rounded(evidence.containment()),
                    containment_of_kept: rounded(evidence.containment_of_other()),
                    longest_run: evidence.longest_run(),
                    relation: evidence.relation().as_str(),
                },
            ),
        }
    }

    /// Makes room. The newest story stays, however large it is.
    fn forget(&mut self) {
        while (self.seen.bytes() + self.ids_bytes) as u64 > self.args.memory && self.ids.len() > 1 {
            let Some((number, _, id)) = self.ids.pop_front() else {
                return;
            };
            self.ids_bytes -= id_cost(&id);
            self.seen.remove(number);
            self.tally.forgotten += 1;
        }
    }

    /// Says on standard error how many lines there were of each kind.
    fn sum_up(&self, problems: &mut Problems) {
        let tally = &self.tally;
        if tally.forgotten > 0 {
            let why = format!(
                "the {} were forgotten to stay within --memory; a copy of one was new again",
                count(tally.forgotten, "oldest story").replace("storys", "stories")
            );
            problems.add(Problem::new(Kind::Forgotten, "", why));
        }
        let line = format!(
            "{}: {} new, {}, {} without a story\n",
            count(tally.all, "page"),
            number(tally.new),
            count(tally.duplicates, "duplicate"),
            number(tally.empty),
        );
        let _ = io::Write::write_all(&mut anstream::stderr(), line.as_bytes());
    }
}

/// What remembering an id takes, in bytes.
fn id_cost(id: &Id) -> usize {
    size_of::<(usize, u32, Id)>() + id.as_json().len()
}

/// Takes the byte order mark off the first line; says what the input is when it is no JSON Lines at all.
fn not_lines(first: &mut Vec<u8>) -> Option<&'static str> {
    if first.starts_with(b"\xef\xbb\xbf") {
        first.drain(..3);
    }
    match first.as_slice() {
        [0x1f, 0x8b, ..] => Some("compressed: zcat FILE | dedupe filter"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed: zstdcat FILE | dedupe filter"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [b'{', 0, ..] => {
            Some("UTF-16: iconv -f UTF-16 -t UTF-8 | dedupe filter")
        }
        _ => None,
    }
}
