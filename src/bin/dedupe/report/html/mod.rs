//! `dedupe report --html FILE PATH…`: the answer as one page to look through, which needs no network and no server.
//!
//! `shown` keeps of each page what will be seen, `marks` and `rule` say what a duplicate shares with the kept page,
//! `data` packs the pages, `summary` draws the pictures. The page itself is in `page.html`, `style.css` and the scripts
//! beside this file, as they are.

mod data;
mod escape;
mod marks;
mod rule;
mod shown;
mod summary;

use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use newsift::Label;
use sha2::{Digest as _, Sha256};

pub use shown::{Shown, Tally};

use crate::Outcome;
use crate::args::{Keep, ReportArgs};
use crate::noise;
use crate::output::{Look, Sink};
use crate::pipeline;
use crate::problems::{Kind, Problem, Problems};
use crate::report::{Answers, Status};
use crate::scan::{self, Scan, Show};
use crate::words::{count, number, size};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// In the order in which they build on each other.
const SCRIPTS: [&str; 5] = [
    include_str!("data.js"),
    include_str!("search.js"),
    include_str!("list.js"),
    include_str!("reader.js"),
    include_str!("app.js"),
];

/// Reads, compares and writes the page.
pub fn run(args: &ReportArgs, problems: &mut Problems) -> Result<Outcome, Problem> {
    let scan_args = args.as_scan();
    let keep = scan::keep(&scan_args)?;
    let settings = scan::settings(&args.rule, keep)?;
    scan_args.output.check()?;
    let made = made(args, keep, &settings)?;
    pipeline::with_threads(&args.run, || {
        let show = Show {
            most: args.max_chars,
            url_field: &args.url_field,
        };
        let scan = scan::scan(&scan_args, keep, settings.clone(), Some(show), problems)?;
        let mut file = Sink::open(&scan_args.output, Look::Plain)?;
        let mut bytes = 0;
        write(&scan, args, &settings, &made, problems, |text| {
            bytes += text.len();
            file.write(text.as_bytes())
        })?;
        file.finish()?;
        if !args.run.quiet && args.html != Path::new("-") {
            let mut out = Sink::stdout();
            out.write(told(&scan, &args.html, bytes).as_bytes())?;
            out.finish()?;
        }
        Ok(Outcome::Clean)
    })?
}

/// What a person reads when the report is there.
fn told(scan: &Scan, path: &Path, bytes: usize) -> String {
    let answers = Answers::new(scan);
    format!(
        "{}: {}, {} in {}, {}\n",
        crate::words::plain(&path.display().to_string()),
        count(scan.records.len(), "document"),
        count(answers.count(Status::Duplicate), "duplicate"),
        count(answers.groups().count(), "cluster"),
        size(bytes)
    )
}

fn write(
    scan: &Scan,
    args: &ReportArgs,
    settings: &newsift::Settings,
    made: &summary::Made,
    problems: &mut Problems,
    mut out: impl FnMut(&str) -> Result<(), Problem> + Send,
) -> Result<(), Problem> {
    let answers = Answers::new(scan);
    let order = data::Order::new(&answers, args.max_pages);
    if order.clusters_left_out + order.alone_left_out > 0 {
        problems.add(Problem::new(
            Kind::LeftOut,
            args.html.display(),
            format!(
                "{} and {} without duplicates are counted in the report but not shown: --max-pages sets how many pages it \
                 may have, now {}",
                count(order.clusters_left_out, "cluster"),
                count(order.alone_left_out, "page"),
                number(args.max_pages)
            ),
        ));
    }
    let tally = scan.pages.as_ref().map(|pages| &pages.tally);
    let tally = tally.filter(|_| !args.rule.raw);
    let title = title(&args.paths);
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPTS.concat());
    for (text, slot) in pieces(PAGE) {
        out(text)?;
        match slot {
            "title" => out(&escape::html(&title))?,
            "policy" => out(&policy(&script))?,
            "style" => out(STYLE)?,
            "summary" => out(&summary::summary(
                &answers,
                &order,
                tally,
                settings.threshold(),
                made,
                problems,
            ))?,
            "data" => {
                let mut part = 0;
                let index = data::parts(&answers, &order, settings, |base64| {
                    out(&format!(
                        "<script type=\"application/octet-stream\" id=\"part-{part}\">{base64}</script>\n"
                    ))?;
                    part += 1;
                    Ok(())
                })?;
                for spill in [Some(&scan.stories), scan.pages.as_ref().map(|p| &p.packed)] {
                    if let Some(error) = spill.and_then(|spill| spill.failure()) {
                        return Err(scan::disk(error));
                    }
                }
                out("<script type=\"application/json\" id=\"index\">")?;
                out(&escape::json(&index))?;
                out("</script>\n<script type=\"application/json\" id=\"names\">")?;
                out(&escape::json(&Names::new()))?;
                out("</script>\n")?;
            }
            "script" => out(&script)?,
            _ => {}
        }
    }
    Ok(())
}

/// What the numbers of the index stand for.
#[derive(serde::Serialize)]
struct Names {
    labels: Vec<&'static str>,
    statuses: Vec<&'static str>,
}

impl Names {
    fn new() -> Self {
        Self {
            labels: Label::ALL.iter().map(|label| label.as_str()).collect(),
            statuses: Status::ALL.iter().map(|status| status.as_str()).collect(),
        }
    }
}

/// Takes the page apart at its `{{slots}}`: a text, and the slot after it.
fn pieces(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("}}")
        .map(|piece| piece.split_once("{{").unwrap_or((piece, "")))
}

/// Nothing is loaded from anywhere, and only our own style and script count, whatever the pages' texts may be.
fn policy(script: &str) -> String {
    let hash = |text: &str| {
        format!(
            "'sha256-{}'",
            data::base64(&Sha256::digest(text.as_bytes()))
        )
    };
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(script)
    )
}

fn title(paths: &[PathBuf]) -> String {
    match paths {
        [] => String::from("report"),
        [one] => one.display().to_string(),
        _ => format!("{} and {} more", paths[0].display(), paths.len() - 1),
    }
}

fn made(
    args: &ReportArgs,
    keep: Keep,
    settings: &newsift::Settings,
) -> Result<summary::Made, Problem> {
    let name = |value: Option<clap::builder::PossibleValue>| {
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    };
    let paths: Vec<_> = args.paths.iter().map(|p| p.display().to_string()).collect();
    let mut made = vec![
        ("Program", format!("dedupe {}", env!("CARGO_PKG_VERSION"))),
        ("Read", paths.join(", ")),
        (
            "Preset",
            format!(
                "{}, threshold {}",
                name(args.rule.preset.to_possible_value()),
                settings.threshold()
            ),
        ),
        (
            "Kept of each cluster",
            match &args.kept.keep_by {
                None => name(keep.to_possible_value()),
                Some(field) => format!("{} of {field}", name(keep.to_possible_value())),
            },
        ),
    ];
    if !args.kept.against.is_empty() {
        let paths: Vec<_> = args
            .kept
            .against
            .iter()
            .map(|p| p.display().to_string())
            .collect();
        made.push(("Looked up in", paths.join(", ")));
    }
    if args.rule.raw {
        made.push(("Noise", String::from("not stripped (--raw)")));
        return Ok(made);
    }
    let which = match &args.noise.model {
        None => String::from("the one that ships"),
        Some(path) => path.display().to_string(),
    };
    let about = noise::about(&args.noise)?;
    made.push((
        "Noise model",
        format!("{which}; {}", about.lines().next().unwrap_or("unnamed")),
    ));
    if let Some(lean) = args.noise.lean {
        made.push(("Lean", lean.to_string()));
    }
    made.push((
        "Shown of a page",
        format!("up to {} characters (--max-chars)", number(args.max_chars)),
    ));
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_slot_once() {
        let mut slots: Vec<_> = pieces(PAGE).map(|(_, slot)| slot).collect();
        slots.sort_unstable();
        assert_eq!(
            slots,
            ["", "data", "policy", "script", "style", "summary", "title"]
        );
    }

    #[test]
    fn nothing_of_ours_ends_its_element_or_loads_anything() {
        for text in SCRIPTS.iter().chain([&STYLE]) {
            for part in ["</", "<!--", "@import", "url(", "fetch(", "import("] {
                assert!(!text.contains(part), "{part}");
            }
        }
    }

    #[test]
    fn hash_of_a_script_as_browsers_make_it() {
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert!(
            policy("alert(1)").contains("'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='")
        );
    }
}
