//! The records of a crawl (ISO 28500): WET files of extracted text, and WARC files of pages as they came over HTTP.
//!
//! The loop takes the records apart and hands on those that are pages; undoing their transfer and making text of them
//! is work for many threads.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::args::InputArgs;
use crate::problems::{Kind, Problem};
use crate::report::write_json;

use super::compressed::{Failure, Stream, read_all, reading};
use super::feed::{Emit, Stop};
use super::format::Holds;
use super::html;
use super::{Content, Record, Source, Work, decode};

/// More than this no header line has, and no record more header lines.
const LINE: u64 = 64 << 10;
const LINES: usize = 1000;

/// A page of a crawl, as it was captured.
pub struct Capture {
    /// Its id and date, and its fields as JSON up to the text.
    fields: Vec<u8>,
    body: Vec<u8>,
    is_html: bool,
    charset: Option<String>,
    /// How an HTTP body was changed on its way.
    chunked: bool,
    encoding: Option<String>,
}

/// The header lines of a record or of an HTTP message, names in lower case.
#[derive(Default)]
struct Head(Vec<(String, String)>);

impl Head {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters, in lower case.
    fn media_type(&self) -> String {
        let value = self.get("content-type").unwrap_or("");
        let media_type = value.split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    fn charset(&self) -> Option<String> {
        let value = self.get("content-type")?.to_ascii_lowercase();
        let (_, name) = value.split_once("charset=")?;
        let name = name.trim_start_matches(['"', '\'', ' ']);
        let end = name.find(['"', '\'', ';', ' ']).unwrap_or(name.len());
        Some(name[..end].to_owned())
    }
}

/// Reads all records.
pub fn read(
    source: &Arc<Source>,
    stream: Stream,
    args: &InputArgs,
    emit: &mut Emit,
) -> Result<(), Stop> {
    let mut stream = BufReader::with_capacity(1 << 16, stream);
    let mut other = BTreeMap::new();
    let mut number = 0u32;
    loop {
        number = number.saturating_add(1);
        let failed = |why: String| {
            let before = if number > 1 {
                "; the records before were read"
            } else {
                ""
            };
            let place = format!("{source}:{number}");
            Stop::Failed(Problem::new(
                Kind::Unreadable,
                place,
                format!("{why}{before}"),
            ))
        };
        let cut = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof if source.compression.as_str().is_none() => failed(
                String::from("the record ends too early, the file is cut off: fetch it again"),
            ),
            _ => failed(reading(source.compression, &error)),
        };
        let Some(head) = record_head(&mut stream).map_err(&cut)? else {
            break;
        };
        let head = head.map_err(&failed)?;
        let length = head.get("content-length").and_then(|n| n.parse().ok());
        let Some(length) = length else {
            return Err(failed(String::from(
                "header Content-Length must be a number of bytes: without it the next record cannot be found",
            )));
        };
        let kind = head.get("warc-type").unwrap_or("").to_ascii_lowercase();
        let mut block = stream.by_ref().take(length);
        let capture = match kind.as_str() {
            "conversion" | "resource" => {
                Ok(Some((head.media_type(), head.charset(), Head::default())))
            }
            "response" => http_head(&mut block).map_err(&cut)?,
            "revisit" | "continuation" => Err(format!("`{kind}` records")),
            // What says how the page was fetched, and what is not known.
            _ => Ok(None),
        };
        let wanted = match capture {
            Ok(None) => None,
            Err(why) => {
                *other.entry(why).or_default() += 1;
                None
            }
            Ok(Some((media_type, charset, http))) => match media_type.as_str() {
                "text/plain" => Some((false, charset, http)),
                "text/html" | "application/xhtml+xml" if Holds::Html.is_built_in() => {
                    Some((true, charset, http))
                }
                "text/html" | "application/xhtml+xml" => {
                    *other
                        .entry(String::from(
                            "HTML pages, which this build does not read (feature `html`)",
                        ))
                        .or_default() += 1;
                    None
                }
                "" => {
                    *other
                        .entry(String::from("without a media type"))
                        .or_default() += 1;
                    None
                }
                media_type => {
                    let name: String = media_type.chars().take(60).collect();
                    *other.entry(name).or_default() += 1;
                    None
                }
            },
        };
        if let Some((is_html, charset, http)) = wanted {
            let content = match read_all(block.by_ref(), args.max_size) {
                Ok(_) if block.limit() > 0 => {
                    return Err(cut(io::ErrorKind::UnexpectedEof.into()));
                }
                Ok(body) => Ok(Content::Capture(Capture {
                    fields: fields(&head, args),
                    body,
                    is_html,
                    charset,
                    chunked: http
                        .get("transfer-encoding")
                        .is_some_and(|how| how.to_ascii_lowercase().contains("chunked")),
                    encoding: http
                        .get("content-encoding")
                        .map(|how| how.trim().to_ascii_lowercase()),
                })),
                Err(Failure::Io(_, error)) => return Err(cut(error)),
                Err(failure) => Err(Problem::new(
                    Kind::TooLarge,
                    format!("{source}:{number}"),
                    format!("the record {failure}"),
                )),
            };
            emit.work(Work::Records {
                source: source.clone(),
                records: vec![Record { number, content }],
            })?;
        }
        io::copy(&mut block, &mut io::sink()).map_err(&cut)?;
        if block.limit() > 0 {
            return Err(cut(io::ErrorKind::UnexpectedEof.into()));
        }
    }
    if number == 1 {
        return Err(Stop::Failed(Problem::new(
            Kind::LeftOut,
            source,
            "empty, without a record",
        )));
    }
    tell(source, other, emit)
}

/// Counts the records that could be pages but are not read.
fn tell(source: &Arc<Source>, other: BTreeMap<String, usize>, emit: &mut Emit) -> Result<(), Stop> {
    if other.is_empty() {
        return Ok(());
    }
    let total: usize = other.values().sum();
    let mut kinds: Vec<_> = other.into_iter().collect();
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let more = kinds.len().saturating_sub(12);
    kinds.truncate(12);
    let mut list: Vec<String> = kinds
        .iter()
        .map(|(kind, n)| format!("{n} {kind}"))
        .collect();
    if more > 0 {
        list.push(format!("{more} other kinds"));
    }
    emit.problem(Problem::new(
        Kind::LeftOut,
        source,
        format!(
            "{} left out, which are no pages: {}",
            crate::words::count(total, "record"),
            list.join(", ")
        ),
    ))
}

/// The fields of a page: where it is from, when, and what the id option names.
fn fields(head: &Head, args: &InputArgs) -> Vec<u8> {
    let id = head
        .get(&args.id_field)
        .or_else(|| head.get("warc-target-uri"))
        .or_else(|| head.get("warc-record-id"));
    let mut out = vec![b'{'];
    for (name, value) in [
        (&args.id_field, id),
        (&args.date_field, head.get("warc-date")),
    ] {
        if let Some(value) = value {
            write_json(&mut out, name);
            out.push(b':');
            // Some writers put the URI in angle brackets.
            let bare = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
            write_json(&mut out, &bare.unwrap_or(value));
            out.push(b',');
        }
    }
    out
}

/// The header of the next record; none at the end of the file. What is wrong with it is the inner error.
fn record_head(stream: &mut impl BufRead) -> io::Result<Option<Result<Head, String>>> {
    let version = loop {
        match header_line(stream)? {
            None => return Ok(None),
            Some(line) if line.trim_ascii().is_empty() => {}
            Some(line) => break line,
        }
    };
    if !version.starts_with(b"WARC/") {
        return Ok(Some(Err(String::from(
            "a record must begin with `WARC/`: the Content-Length of the one before is wrong, or the file is damaged",
        ))));
    }
    Ok(Some(head(stream)?.ok_or_else(|| {
        format!("a record has no more than {LINES} header lines of {LINE} bytes")
    })))
}

/// Header lines up to the blank one; none when there are too many.
fn head(stream: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut head = Head::default();
    for _ in 0..LINES {
        let line = header_line(stream)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Ok(Some(head));
        }
        if let (true, Some(last)) = (text.starts_with([' ', '\t']), head.0.last_mut()) {
            last.1.push(' ');
            last.1.push_str(text.trim());
        } else if let Some((name, value)) = text.split_once(':') {
            head.0
                .push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    Ok(None)
}

fn header_line(stream: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let n = stream.take(LINE).read_until(b'\n', &mut line)?;
    Ok((n > 0).then_some(line))
}

type Typed = (String, Option<String>, Head);

/// The header of the HTTP response that a record's block is; the inner error says why it is no page.
fn http_head(block: &mut impl BufRead) -> io::Result<Result<Option<Typed>, String>> {
    let Some(status) = header_line(block)? else {
        return Ok(Err(String::from("empty responses")));
    };
    let status = String::from_utf8_lossy(&status);
    if !status.starts_with("HTTP/") {
        // Gopher, DNS and others.
        return Ok(Err(String::from("responses that are not HTTP")));
    }
    let code = status.split_whitespace().nth(1).unwrap_or("");
    if code.len() != 3 || !code.starts_with('2') {
        let code: String = code.chars().take(3).collect();
        return Ok(Err(format!("responses with status {code}")));
    }
    let head = match head(block) {
        Ok(Some(head)) => head,
        Ok(None) => return Ok(Err(String::from("responses with a broken header"))),
        // The block ends inside the header; if it is the file that ends, the block's length tells.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Ok(Err(String::from("responses with a broken header")));
        }
        Err(error) => return Err(error),
    };
    Ok(Ok(Some((head.media_type(), head.charset(), head))))
}

impl Capture {
    pub fn weight(&self) -> u64 {
        (self.fields.len() + self.body.len()) as u64
    }

    /// The page as JSON with its text in `text_field`; problems name `place`. None when it holds no text.
    pub fn into_json(
        self,
        place: &dyn std::fmt::Display,
        args: &InputArgs,
        problems: &mut Vec<Problem>,
    ) -> Option<Vec<u8>> {
        let mut body = self.body;
        if self.chunked {
            // Common Crawl stores bodies without their chunks but some crawlers leave the header in.
            body = dechunked(&body).unwrap_or(body);
        }
        match unpacked(body, self.encoding.as_deref(), args.max_size) {
            Ok(bytes) => body = bytes,
            Err(why) => {
                problems.push(Problem::new(Kind::Unreadable, place, why));
                return None;
            }
        }
        let decoded = if self.is_html {
            html::text(body, self.charset.as_deref())
        } else {
            decode::file(body).map_err(|not_text| not_text.what.to_owned())
        };
        let text = match decoded {
            Ok((text, remark)) => {
                problems.extend(remark.map(|remark| remark.problem(place)));
                text
            }
            Err(what) => {
                problems.push(Problem::new(
                    Kind::Binary,
                    place,
                    format!("not text but {what}, whatever its media type says: leave it out"),
                ));
                return None;
            }
        };
        let mut out = self.fields;
        out.reserve(text.len() + 64);
        write_json(&mut out, &args.text_field);
        out.push(b':');
        write_json(&mut out, &text);
        out.push(b'}');
        Some(out)
    }
}

/// The body without the marks of a chunked transfer (RFC 9112, 7.1); none when it has none.
fn dechunked(body: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::with_capacity(body.len()), body);
    loop {
        let end = memchr::memchr(b'\n', rest)?;
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(out);
        }
        // A transfer that broke off is worth as much as came.
        out.extend(&rest[..size.min(rest.len())]);
        rest = rest.get(size..)?;
        rest = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))?;
    }
}

/// The body of an HTTP response, decompressed.
fn unpacked(body: Vec<u8>, encoding: Option<&str>, limit: u64) -> Result<Vec<u8>, String> {
    let stream: Box<dyn Read + '_> = match encoding {
        None | Some("" | "identity") => return Ok(body),
        // As with chunks: the header may have outlived what it tells of.
        Some("gzip" | "x-gzip") if !body.starts_with(&[0x1f, 0x8b]) => return Ok(body),
        Some("gzip" | "x-gzip") => Box::new(MultiGzDecoder::new(&body[..])),
        Some("zstd") if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => Box::new(
            zstd::Decoder::new(&body[..])
                .map_err(|error| format!("zstd data is damaged: {error}"))?,
        ),
        Some("deflate") if body.first().is_some_and(|b| b & 0x0f == 8) => {
            Box::new(ZlibDecoder::new(&body[..]))
        }
        Some("zstd" | "deflate") => return Ok(body),
        Some(other) => {
            // Most crawlers store what they decoded; then this is text, and its header a leftover.
            if decode::binary(&body).is_none() && std::str::from_utf8(&body).is_ok() {
                return Ok(body);
            }
            let other: String = other.chars().take(40).collect();
            return Err(format!(
                "content encoding `{other}` is not read here: let the crawler store what it decoded"
            ));
        }
    };
    read_all(stream, limit).map_err(|failure| match failure {
        Failure::Io(_, error) => format!("its compressed body is damaged: {error}"),
        failure => failure.to_string(),
    })
}
