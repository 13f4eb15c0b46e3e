//! `dedupe filter`: what passes, what is said of it, and how it ends.
#![cfg(feature = "cli")]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use support::{Run, World, gzip, line, story};

fn filter(args: &[&str], input: impl Into<Vec<u8>>) -> Run {
    let world = World::new();
    let mut command = world.dedupe(["filter", "--raw"].into_iter().chain(args.iter().copied()));
    Run::of(command.write_stdin(input))
}

#[test]
fn new_stories_pass() {
    let input =
        line("a", &story(1)) + &line(7, &story(2)) + &line("b", &story(1)) + &line("c", &story(3));
    let run = filter(&[], input).code(0);
    let ids: Vec<String> = run
        .json()
        .iter()
        .map(|line| line["id"].to_string())
        .collect();
    assert_eq!(ids, ["\"a\"", "7", "\"c\""]);
    assert_eq!(run.err, "4 pages: 3 new, 1 duplicate, 0 without a story\n");
    for line in run.json() {
        assert_eq!(line["dedupe"], serde_json::json!({ "status": "new" }));
    }
}

#[test]
fn all_pass_with_their_verdict() {
    let longer = format!("{}\n{}", story(1), story(9));
    let input =
        line("a", &story(1)) + &line("b", &story(1)) + &line("c", &longer) + &line("d", "…");
    let run = filter(&["--all", "-q"], input).code(0).silent();
    let status = |id: &str| {
        run.answer(id)["dedupe"]["status"]
            .as_str()
            .map(str::to_owned)
    };
    assert_eq!(status("a").as_deref(), Some("new"));
    assert_eq!(status("d").as_deref(), Some("empty"));
    let b = run.answer("b")["dedupe"].clone();
    assert_eq!(b["status"], "duplicate");
    assert_eq!((&b["kept_id"], &b["kept_line"]), (&"a".into(), &1.into()));
    assert_eq!(
        (&b["relation"], &b["similarity"]),
        (&"exact".into(), &1.0.into())
    );
    let c = run.answer("c")["dedupe"].clone();
    assert_eq!(
        (&c["status"], &c["containment_of_kept"]),
        (&"duplicate".into(), &1.0.into())
    );
    for share in ["resemblance", "containment"] {
        assert!(
            c[share].as_f64() > Some(0.3) && c[share].as_f64() < Some(0.7),
            "{c}"
        );
    }
    assert!(c["longest_run"].as_u64() > Some(100));
}

#[test]
fn lines_stay_as_they_are_beside_the_verdict() {
    let text = serde_json::to_string(&story(1)).expect("memory");
    let input = format!(
        "\u{feff}  {{ \"n\" : 1.50e3, \"dedupe\":\"old\", \"text\":{text}, \"a\":[1, 2], \"id\":\"\\u0041\" }}\r\n\n"
    );
    let run = filter(&["-q"], input).code(0).silent();
    let line = format!(
        "{{\"n\":1.50e3,\"text\":{text},\"a\":[1, 2],\"id\":\"\\u0041\",\"dedupe\":{{\"status\":\"new\"}}}}\n"
    );
    assert_eq!(run.out, line);
    let run = filter(&["-q", "--verdict-field", "seen \"before\""], line).code(0);
    assert!(run.out.ends_with(
        "\"dedupe\":{\"status\":\"new\"},\"seen \\\"before\\\"\":{\"status\":\"new\"}}\n"
    ));
}

#[test]
fn noise_is_stripped_unless_raw() {
    let page = |menu: &str| format!("{menu}\n\n{}", story(1));
    let input =
        line("a", &page("Home | News | Sport")) + &line("b", &page("Start / Video / Wetter"));
    let world = World::new();
    let run = Run::of(world.dedupe(["filter", "-q"]).write_stdin(input)).code(0);
    assert_eq!(run.json().len(), 1);
    // The text is passed on whole.
    assert!(
        run.json()[0]["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("Home"))
    );
}

#[test]
fn fields_and_rules_are_options() {
    let input = format!(
        "{{\"url\":\"u1\",\"body\":{0}}}\n{{\"url\":\"u2\",\"body\":{0}}}\n",
        serde_json::to_string(&story(1)).expect("memory")
    );
    let run = filter(
        &["--all", "--id-field", "url", "--text-field", "body", "-q"],
        input,
    )
    .code(0)
    .silent();
    assert_eq!(run.json()[1]["dedupe"]["kept_id"], "u1");
    let half = format!("{}\n{}\n{}", story(1), story(8), story(9));
    let input = line("a", &story(1)) + &line("b", &half);
    assert_eq!(filter(&["-q"], input.clone()).json().len(), 1);
    assert_eq!(filter(&["-q", "--preset", "strict"], input).json().len(), 2);
    filter(&["--threshold", "7"], "")
        .code(2)
        .says("--threshold: ");
    filter(&["--memory", "0"], "")
        .code(2)
        .says("a size is a whole number above 0");
    filter(&["x"], "").code(2).says("unexpected argument 'x'");
}

#[test]
fn bad_lines_are_told_and_the_others_pass() {
    let input = line("a", &story(1))
        + "{broken\n"
        + "{\"id\":\"t\"}\n"
        + "{\"text\":\"No id here.\"}\n"
        + &line("long", &story(2).repeat(30))
        + line("b", &story(3)).trim_end();
    let run = filter(&["--max-size", "10K"], input)
        .code(2)
        .says("error: -:2: broken JSON at column 2")
        .says("error: -:3: no field `text`")
        .says("note: -:4: no field `id`, so the document is named -:4")
        .says("error: -:5: the line holds more than 10240 bytes and is not passed on: --max-size allows more")
        .says("3 errors: 1 over the size limit, 1 broken JSON, 1 without text field");
    let status: Vec<_> = run
        .json()
        .iter()
        .map(|line| line["dedupe"]["status"].clone())
        .collect();
    assert_eq!(status, ["new", "unreadable", "new", "new"]);
    assert_eq!(
        run.err.matches("-:2: ").count(),
        1,
        "told once: {}",
        run.err
    );
    for (bytes, says) in [
        (gzip(b"{}"), "-: compressed: zcat FILE | dedupe filter"),
        (
            zstd::encode_all(&b"{}"[..], 1).expect("memory"),
            "-: compressed: zstdcat FILE",
        ),
        (
            "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "-: UTF-16: iconv -f UTF-16",
        ),
    ] {
        assert_eq!(filter(&[], bytes).code(2).says(says).out, "");
    }
}

#[test]
fn the_oldest_stories_are_forgotten_when_memory_is_short() {
    let first = line("first", &story(0));
    let others: String = (1..60).map(|n| line(n, &story(n))).collect();
    let input = first.clone() + &others + &line("again", &story(0)) + &line("recent", &story(59));
    let run = filter(&["--all"], input.clone()).code(0);
    assert_eq!(run.answer("again")["dedupe"]["status"], "duplicate");
    let run = filter(&["--all", "--memory", "100K"], input)
        .code(0)
        .says("oldest stories were forgotten to stay within --memory; a copy of one was new again");
    assert_eq!(run.answer("again")["dedupe"]["status"], "new");
    assert_eq!(run.answer("recent")["dedupe"]["kept_id"], 59);
    // However little there is, the story before is remembered.
    let run = filter(&["--memory", "1", "-q"], first.clone() + &first)
        .code(0)
        .silent();
    assert_eq!(run.json().len(), 1);
}

#[test]
fn many_lines_are_answered_in_their_order_whatever_the_threads() {
    let input: String = (0..700).map(|n| line(n, &story(n % 500))).collect();
    let one = filter(&["--threads", "1"], input.clone()).code(0);
    assert_eq!(one.json().len(), 500);
    let ids: Vec<u64> = one
        .json()
        .iter()
        .map(|line| line["id"].as_u64().expect("a number"))
        .collect();
    assert!(ids.is_sorted());
    for threads in ["2", "5"] {
        assert_eq!(filter(&["--threads", threads], input.clone()).out, one.out);
    }
}

/// A filter at work.
struct Running(Child, ChildStdin, BufReader<ChildStdout>);

impl Running {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dedupe"))
            .args(["filter", "--raw", "--all"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self(child, stdin, stdout)
    }

    /// Sends a line and waits for its answer.
    fn ask(&mut self, text: &str) -> String {
        self.1
            .write_all(line("x", text).as_bytes())
            .expect("it reads");
        let mut answer = String::new();
        self.2.read_line(&mut answer).expect("it writes");
        answer
    }

    fn end(self) -> (Option<i32>, String) {
        let Running(child, stdin, stdout) = self;
        let output = child.wait_with_output().expect("it ends");
        drop((stdin, stdout));
        (
            output.status.code(),
            String::from_utf8(output.stderr).expect("UTF-8"),
        )
    }
}

#[test]
fn each_line_is_answered_at_once() {
    let mut running = Running::start();
    for n in 0..3 {
        assert!(running.ask(&story(n)).contains("{\"status\":\"new\"}"));
        assert!(running.ask(&story(n)).contains("\"duplicate\""));
    }
    let Running(child, stdin, stdout) = running;
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    drop(stdout);
}

#[cfg(unix)]
#[test]
fn signals_end_it_cleanly() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut running = Running::start();
        running.ask(&story(1));
        // Half a line is nobody's.
        running.1.write_all(b"{\"id\":").expect("it reads");
        let pid = running.0.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .expect("kill");
        assert!(sent.success());
        let (ended, said) = running.end();
        assert_eq!(ended, Some(code), "{signal}");
        assert_eq!(said, "1 page: 1 new, 0 duplicates, 0 without a story\n");
    }
}

#[test]
fn a_reader_that_leaves_ends_it() {
    let Running(child, mut stdin, mut stdout) = Running::start();
    stdin
        .write_all(line("x", &story(1)).as_bytes())
        .expect("it reads");
    let mut first = String::new();
    stdout.read_line(&mut first).expect("it writes");
    drop(stdout);
    for n in 2..5000 {
        if stdin.write_all(line(n, &story(n)).as_bytes()).is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let mut child = Command::new(env!("CARGO_BIN_EXE_dedupe"))
        .args(["filter", "--raw"])
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(line("x", &story(1)).as_bytes())
        .expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    drop(stdin);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("standard output: cannot be written"),
        "{said}"
    );
}
