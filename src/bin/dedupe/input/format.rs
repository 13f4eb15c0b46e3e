//! What a file holds, by its name and by its first bytes.

use std::path::Path;

use crate::args::InputFormat;

use super::compressed::Compression;
use super::decode;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// One page as text.
    Text,
    /// One page with its markup.
    Html,
    /// A page a line, as a JSON object.
    JsonLines,
    /// A page a row under a row of names; the delimiter, when the name tells it.
    Csv(Option<u8>),
    /// Records of a crawl.
    Warc,
    /// An archive of files.
    Tar,
    Zip,
    /// A table.
    Parquet,
    /// Its first bytes will tell.
    Unknown,
}

/// The endings that are read in directories and archives, for messages.
pub const ENDINGS: &str =
    ".txt .text .md .html .htm .jsonl .ndjson .csv .tsv .warc .wet .parquet .tar .zip";

impl Holds {
    /// What it is called in a message.
    pub fn as_str(self) -> &'static str {
        match self {
            Holds::Text => "text",
            Holds::Html => "HTML",
            Holds::JsonLines => "JSON Lines",
            Holds::Csv(Some(b'\t')) => "TSV",
            Holds::Csv(_) => "CSV",
            Holds::Warc => "WARC records",
            Holds::Tar => "a tar archive",
            Holds::Zip => "a zip archive",
            Holds::Parquet => "a Parquet table",
            Holds::Unknown => "something",
        }
    }

    /// Whether this build can read it.
    pub fn is_built_in(self) -> bool {
        let has_html = cfg!(feature = "html") || self != Holds::Html;
        let has_parquet = cfg!(feature = "parquet") || self != Holds::Parquet;
        has_html && has_parquet
    }

    /// What an option asks for; none when the name and the content decide.
    pub fn asked(format: InputFormat) -> Option<Self> {
        match format {
            InputFormat::Auto => None,
            InputFormat::Text => Some(Holds::Text),
            InputFormat::Html => Some(Holds::Html),
            InputFormat::Jsonl => Some(Holds::JsonLines),
            InputFormat::Csv => Some(Holds::Csv(None)),
            InputFormat::Tsv => Some(Holds::Csv(Some(b'\t'))),
            InputFormat::Warc => Some(Holds::Warc),
            InputFormat::Tar => Some(Holds::Tar),
            InputFormat::Zip => Some(Holds::Zip),
            InputFormat::Parquet => Some(Holds::Parquet),
        }
    }

    /// What a file holds whose name says `self`: its first bytes have the last word where they are beyond doubt.
    pub fn corrected(self, start: &[u8], text_field: &str) -> Self {
        match (self, by_magic(start)) {
            (_, Some(found)) => found,
            (Holds::Unknown, None) => by_look(start, text_field),
            (Holds::Csv(_), None) if decode::looks_like_json_lines(start) => Holds::JsonLines,
            (Holds::Html, None) if !start.contains(&b'<') => Holds::Text,
            (named, None) => named,
        }
    }
}

/// What a file's name says: what it holds, and how it is compressed.
pub fn by_name(path: &Path) -> Option<(Holds, Compression)> {
    // A name need not be text for its ending to be.
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let (name, compression) = match name.rsplit_once('.') {
        Some((name, "gz")) => (name, Compression::Gzip),
        Some((name, "zst")) => (name, Compression::Zstd),
        Some((name, "xz")) => (name, Compression::Xz),
        Some((_, "tgz")) => return Some((Holds::Tar, Compression::Gzip)),
        Some((_, "tzst")) => return Some((Holds::Tar, Compression::Zstd)),
        Some((_, "txz")) => return Some((Holds::Tar, Compression::Xz)),
        _ => (name.as_str(), Compression::None),
    };
    let holds = match name.rsplit_once('.')?.1 {
        "txt" | "text" | "md" => Holds::Text,
        "html" | "htm" | "xhtml" => Holds::Html,
        "jsonl" | "ndjson" => Holds::JsonLines,
        "csv" => Holds::Csv(None),
        "tsv" => Holds::Csv(Some(b'\t')),
        "warc" | "wet" => Holds::Warc,
        "tar" => Holds::Tar,
        "zip" => Holds::Zip,
        "parquet" => Holds::Parquet,
        _ => return None,
    };
    Some((holds, compression))
}

/// What begins with a mark of its own.
fn by_magic(start: &[u8]) -> Option<Holds> {
    if start.starts_with(b"PK\x03\x04") && !is_office(start) || start.starts_with(b"PK\x05\x06") {
        Some(Holds::Zip)
    } else if start.starts_with(b"PAR1") {
        Some(Holds::Parquet)
    } else if start.starts_with(b"WARC/") {
        Some(Holds::Warc)
    } else if start.get(257..262) == Some(b"ustar") {
        Some(Holds::Tar)
    } else {
        None
    }
}

/// What it looks like, when nothing is said.
fn by_look(start: &[u8], text_field: &str) -> Holds {
    if decode::looks_like_json_lines(start) {
        Holds::JsonLines
    } else if looks_like_html(start) {
        Holds::Html
    } else if let Some(delimiter) = header_delimiter(start, text_field) {
        Holds::Csv(Some(delimiter))
    } else {
        Holds::Text
    }
}

/// A document of an office program: a zip archive, but of no pages.
fn is_office(start: &[u8]) -> bool {
    let name = start.get(30..).unwrap_or_default();
    name.starts_with(b"[Content_Types].xml")
        || name.starts_with(b"mimetypeapplication/")
        || name.starts_with(b"_rels/")
}

/// Whether a file that begins so is an HTML page.
pub fn looks_like_html(start: &[u8]) -> bool {
    let start = start.strip_prefix(decode::BOM).unwrap_or(start);
    let start = start.trim_ascii_start();
    let begins = |with: &str| {
        start
            .get(..with.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(with.as_bytes()))
    };
    begins("<!doctype html") || begins("<html")
}

/// The delimiter of a first line that is a row of names, one of which is the text field's.
pub fn header_delimiter(start: &[u8], text_field: &str) -> Option<u8> {
    let start = start.strip_prefix(decode::BOM).unwrap_or(start);
    let line = start.split(|&b| b == b'\n').next()?.trim_ascii_end();
    [b',', b'\t', b';', b'|'].into_iter().find(|&delimiter| {
        let mut names = line.split(|&b| b == delimiter);
        let is_text = |name: &[u8]| {
            let name = name.trim_ascii();
            let bare = name
                .strip_prefix(b"\"")
                .and_then(|name| name.strip_suffix(b"\""));
            bare.unwrap_or(name) == text_field.as_bytes()
        };
        names.clone().count() > 1 && names.any(is_text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, says) in [
            ("a.txt", Some((Holds::Text, Compression::None))),
            ("A.TXT", Some((Holds::Text, Compression::None))),
            ("dir.d/a.text", Some((Holds::Text, Compression::None))),
            ("a.md.gz", Some((Holds::Text, Compression::Gzip))),
            ("a.jsonl", Some((Holds::JsonLines, Compression::None))),
            ("a.ndjson.zst", Some((Holds::JsonLines, Compression::Zstd))),
            ("a.csv.xz", Some((Holds::Csv(None), Compression::Xz))),
            ("a.tsv", Some((Holds::Csv(Some(b'\t')), Compression::None))),
            ("a.warc.gz", Some((Holds::Warc, Compression::Gzip))),
            ("a.warc.wet.gz", Some((Holds::Warc, Compression::Gzip))),
            ("a.tgz", Some((Holds::Tar, Compression::Gzip))),
            ("a.tar.zst", Some((Holds::Tar, Compression::Zstd))),
            ("a.zip", Some((Holds::Zip, Compression::None))),
            ("a.htm", Some((Holds::Html, Compression::None))),
            ("a.parquet", Some((Holds::Parquet, Compression::None))),
            ("a.gz", None),
            ("txt", None),
            ("a.docx", None),
            ("a.txt.bak", None),
            (".txt", Some((Holds::Text, Compression::None))),
        ] {
            assert_eq!(by_name(Path::new(name)), says, "{name}");
        }
    }

    #[test]
    fn content_decides_where_it_is_beyond_doubt() {
        let mut tar = vec![b'a'; 512];
        tar[257..262].copy_from_slice(b"ustar");
        for (named, start, holds) in [
            (Holds::Unknown, &b"{\"id\": 1}"[..], Holds::JsonLines),
            (Holds::Unknown, b"plain text", Holds::Text),
            (Holds::Unknown, b" <!DOCTYPE html><p>", Holds::Html),
            (Holds::Unknown, b"id,text\n1,x", Holds::Csv(Some(b','))),
            (
                Holds::Unknown,
                b"id;\"text\"\r\n1;x",
                Holds::Csv(Some(b';')),
            ),
            (Holds::Unknown, b"id,body\n1,x", Holds::Text),
            (Holds::Unknown, b"text\nand more text", Holds::Text),
            (Holds::Tar, b"PK\x03\x04", Holds::Zip),
            (Holds::Csv(None), b"PAR1", Holds::Parquet),
            (Holds::JsonLines, b"WARC/1.0\r\n", Holds::Warc),
            (Holds::Zip, &tar, Holds::Tar),
            (Holds::Csv(None), b"{\"id\": 1}", Holds::JsonLines),
            (Holds::Html, b"no markup at all", Holds::Text),
            (Holds::JsonLines, b"no JSON", Holds::JsonLines),
        ] {
            assert_eq!(named.corrected(start, "text"), holds, "{named:?}");
        }
        let docx = [b"PK\x03\x04".as_slice(), &[0; 26], b"[Content_Types].xml"].concat();
        assert_eq!(Holds::Unknown.corrected(&docx, "text"), Holds::Text);
    }
}
