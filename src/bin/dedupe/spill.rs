//! Stories that wait for verification: in memory while they are few, in an unnamed temporary file beyond that.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::sync::OnceLock;

/// Up to this many bytes of stories stay in memory. A guess at what no machine misses; a scan of a few thousand pages
/// then touches no disk.
const IN_MEMORY: usize = 64 << 20;

/// The texts of documents by their number, written once and read back in any order.
#[derive(Debug)]
pub struct Spill {
    /// Where each text ends; it starts where the one before ends.
    ends: Vec<u64>,
    texts: Texts,
    limit: usize,
    /// The first failure to read, because who asks for a text cannot be answered with one.
    failure: OnceLock<io::Error>,
}

#[derive(Debug)]
enum Texts {
    Memory(String),
    Disk(BufWriter<File>),
}

impl Spill {
    pub fn new() -> Self {
        Self::with_limit(IN_MEMORY)
    }

    fn with_limit(limit: usize) -> Self {
        Self {
            ends: Vec::new(),
            texts: Texts::Memory(String::new()),
            limit,
            failure: OnceLock::new(),
        }
    }

    /// Stores the next document's text.
    pub fn push(&mut self, text: &str) -> io::Result<()> {
        self.extend(text, [text.len()])
    }

    /// Stores the texts of the next documents, which stand one behind the other and are so many bytes long.
    pub fn extend(&mut self, text: &str, lens: impl IntoIterator<Item = usize>) -> io::Result<()> {
        let mut end = self.ends.last().copied().unwrap_or(0);
        for len in lens {
            end += len as u64;
            self.ends.push(end);
        }
        if let Texts::Memory(all) = &mut self.texts {
            if end <= self.limit as u64 {
                all.push_str(text);
            } else {
                let mut file = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
                file.write_all(all.as_bytes())?;
                self.texts = Texts::Disk(file);
            }
        }
        if let Texts::Disk(file) = &mut self.texts {
            file.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// Ends the writing; texts can be asked for after it.
    pub fn finish(&mut self) -> io::Result<()> {
        match &mut self.texts {
            Texts::Memory(_) => Ok(()),
            Texts::Disk(file) => file.flush(),
        }
    }

    /// The text of a document. When the disk fails it is empty, and [`Spill::failure`] tells.
    pub fn text(&self, number: usize) -> Cow<'_, str> {
        let start = if number == 0 {
            0
        } else {
            self.ends[number - 1]
        };
        let end = self.ends[number];
        match &self.texts {
            Texts::Memory(all) => Cow::Borrowed(&all[start as usize..end as usize]),
            Texts::Disk(file) => match read(file.get_ref(), start, (end - start) as usize) {
                Ok(text) => Cow::Owned(text),
                Err(error) => {
                    let _ = self.failure.set(error);
                    Cow::Borrowed("")
                }
            },
        }
    }

    /// How many bytes the text of a document has.
    pub fn len(&self, number: usize) -> u64 {
        let before = number.checked_sub(1).map_or(0, |n| self.ends[n]);
        self.ends[number] - before
    }

    /// What went wrong while texts were read back.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.get()
    }
}

fn read(file: &File, start: u64, len: usize) -> io::Result<String> {
    let mut bytes = vec![0; len];
    read_exact_at(file, &mut bytes, start)?;
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut start: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        match file.seek_read(bytes, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => {
                bytes = &mut bytes[n..];
                start += n as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_memory_and_from_disk() {
        let texts = ["one", "", "drei größer", "", "四"];
        for limit in [0, 3, 10, 1000] {
            let mut spill = Spill::with_limit(limit);
            for text in texts {
                spill.push(text).expect("a temporary file can be written");
            }
            spill.finish().expect("a temporary file can be written");
            for (number, text) in texts.iter().enumerate().rev() {
                assert_eq!(spill.text(number), *text, "limit {limit}, text {number}");
            }
            assert!(spill.failure().is_none());
        }
    }
}
