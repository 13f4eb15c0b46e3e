//! A site profile as bytes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64;

use super::{LINES, PAGES, SiteProfile};
use crate::error::Error;

const MAGIC: &[u8; 8] = b"newsiftS";
/// Raised whenever the normal form of lines, their hash or this layout changes.
const VERSION: u32 = 1;

impl SiteProfile {
    /// The profile as bytes: the same for the same pages, in whatever order they were learned.
    ///
    /// All numbers are little-endian: `newsiftS`, the version (u32), the most pages (u32), the number of pages (u32), for
    /// each page its hash (u64), the number of its lines (u32) and its lines (u32 each), and the XXH3-64 of all before.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((self.most as u32).to_le_bytes());
        out.extend((self.sample.len() as u32).to_le_bytes());
        for (page, lines) in &self.sample {
            out.extend(page.to_le_bytes());
            out.extend((lines.len() as u32).to_le_bytes());
            out.extend(lines.iter().flat_map(|line| line.to_le_bytes()));
        }
        out.extend(xxh3_64(&out).to_le_bytes());
        out
    }

    /// Reads what [`SiteProfile::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// When the bytes are no site profile, one of another version, cut off, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if !bytes.starts_with(MAGIC) {
            return Err(wrong(
                "not a newsift site profile: the first eight bytes must be `newsiftS`",
            ));
        }
        let mut rest = &bytes[MAGIC.len()..];
        let version = u32::from_le_bytes(take(&mut rest)?);
        if version != VERSION {
            return Err(wrong(format!(
                "version must be {VERSION}, got {version}: learn it again from its pages"
            )));
        }
        let Some((content, sum)) = bytes.split_last_chunk::<8>().filter(|(c, _)| c.len() >= 20)
        else {
            return Err(cut_off());
        };
        let (stored, actual) = (u64::from_le_bytes(*sum), xxh3_64(content));
        if stored != actual {
            return Err(wrong(format!(
                "checksum must be {stored:016x}, got {actual:016x}: the file is cut off or damaged"
            )));
        }
        let mut rest = &content[MAGIC.len() + 4..];
        let most = u32::from_le_bytes(take(&mut rest)?) as usize;
        let pages = u32::from_le_bytes(take(&mut rest)?) as usize;
        if most > PAGES || pages > most {
            return Err(wrong(format!(
                "it must hold at most {PAGES} pages, got {pages} of {most}"
            )));
        }
        let mut sample = BTreeMap::new();
        for _ in 0..pages {
            let page = u64::from_le_bytes(take(&mut rest)?);
            let len = u32::from_le_bytes(take(&mut rest)?) as usize;
            if len > LINES {
                return Err(wrong(format!(
                    "a page must have at most {LINES} lines, got {len}"
                )));
            }
            let lines = (0..len)
                .map(|_| take(&mut rest).map(u32::from_le_bytes))
                .collect::<Result<Box<[u32]>, Error>>()?;
            if !lines.is_sorted_by(|a, b| a >> 2 < b >> 2) {
                return Err(wrong("the lines of a page must ascend"));
            }
            if sample
                .last_key_value()
                .is_some_and(|(&last, _)| last >= page)
            {
                return Err(wrong("pages must ascend"));
            }
            sample.insert(page, lines);
        }
        if !rest.is_empty() {
            return Err(wrong(format!("{} bytes too many", rest.len())));
        }
        Ok(Self {
            sample,
            most,
            recurring: OnceLock::new(),
        })
    }
}

fn wrong(why: impl Into<String>) -> Error {
    Error::format("site profile", why)
}

fn cut_off() -> Error {
    wrong("cut off")
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Error> {
    let (head, tail) = rest.split_first_chunk().ok_or_else(cut_off)?;
    *rest = tail;
    Ok(*head)
}
