//! What a file was like when it was read, to tell later whether it still is.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Size, modification time and content of a file. Two files with equal ones hold the same bytes, as far as anybody can
/// tell who does not forge XXH3-128.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    pub size: u64,
    pub mtime: Timestamp,
    /// XXH3-128 of the bytes as they lie on the disk.
    pub hash: u128,
}

/// What can be asked of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub size: u64,
    pub mtime: Timestamp,
    /// When anything about it changed last, which programs cannot set; only where the system keeps it.
    ctime: Option<(i64, i64)>,
    /// Device and inode: what stays the same under all names of a file.
    pub inode: Option<(u64, u64)>,
    /// How many names it has.
    pub links: u64,
}

impl Stat {
    pub fn of(metadata: &Metadata) -> io::Result<Self> {
        let mtime = metadata.modified()?;
        let mtime = Timestamp::try_from(mtime).map_err(io::Error::other)?;
        #[cfg(unix)]
        let (ctime, inode, links) = {
            use std::os::unix::fs::MetadataExt as _;
            (
                Some((metadata.ctime(), metadata.ctime_nsec())),
                Some((metadata.dev(), metadata.ino())),
                metadata.nlink(),
            )
        };
        #[cfg(not(unix))]
        let (ctime, inode, links) = (None, None, 1);
        Ok(Self {
            size: metadata.len(),
            mtime,
            ctime,
            inode,
            links,
        })
    }

    /// Whether nothing about the file changed since that time.
    fn is_before(&self, time: SystemTime) -> bool {
        let Ok(time) = Timestamp::try_from(time) else {
            return false;
        };
        let changed = self.ctime.and_then(|(s, ns)| {
            let ns = i32::try_from(ns).ok()?;
            Timestamp::new(s, ns).ok()
        });
        self.mtime < time && changed.is_none_or(|changed| changed < time)
    }
}

impl Fingerprint {
    /// Reads the file. It must be a file, and must not change meanwhile; else the answer is an error that says so.
    pub fn of(path: &Path) -> io::Result<(Self, Stat)> {
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let before = Stat::of(&metadata)?;
        let (read, hash) = copy(&mut file, io::sink())?;
        let after = Stat::of(&file.metadata()?)?;
        if before != after || read != after.size {
            return Err(io::Error::other("changed while it was read"));
        }
        let fingerprint = Self {
            size: after.size,
            mtime: after.mtime,
            hash,
        };
        Ok((fingerprint, after))
    }

    /// The fingerprint of a file that was read to these bytes, from what it was like after. None when it changed since a time
    /// before the reading.
    pub fn of_read(after: &Metadata, bytes: &[u8], since: SystemTime) -> Option<Self> {
        let stat = Stat::of(after).ok()?;
        let is_whole = stat.size == bytes.len() as u64;
        (is_whole && stat.is_before(since)).then(|| Self {
            size: stat.size,
            mtime: stat.mtime,
            hash: xxh3_128(bytes),
        })
    }

    /// The fingerprint of a file, if it is still as it was at that time; without one nobody can rely on what was read.
    pub fn since(path: &Path, time: SystemTime) -> Option<Self> {
        let (fingerprint, stat) = Self::of(path).ok()?;
        stat.is_before(time).then_some(fingerprint)
    }

    /// The modification time as the system takes it.
    pub fn modified(&self) -> SystemTime {
        let since = self.mtime.duration_since(Timestamp::UNIX_EPOCH);
        match since.is_negative() {
            false => SystemTime::UNIX_EPOCH + since.unsigned_abs(),
            true => SystemTime::UNIX_EPOCH - since.unsigned_abs(),
        }
    }

    /// The hash as it is written: 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:032x}", self.hash)
    }

    /// From the three values as they are written.
    pub fn parse(size: u64, mtime: &str, hash: &str) -> Option<Self> {
        let is_hex = hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        Some(Self {
            size,
            mtime: mtime.parse().ok()?,
            hash: u128::from_str_radix(hash, 16).ok().filter(|_| is_hex)?,
        })
    }
}

/// Copies all bytes; how many there were, and their hash.
pub fn copy(from: &mut impl Read, mut to: impl io::Write) -> io::Result<(u64, u128)> {
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 128 << 10];
    let mut len = 0;
    loop {
        let n = match from.read(&mut buffer) {
            Ok(0) => return Ok((len, hasher.digest128())),
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..n]);
        to.write_all(&buffer[..n])?;
        len += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn written_and_read_again() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "one\n").expect("a file");
        let (found, _) = Fingerprint::of(file.path()).expect("a file");
        let again = Fingerprint::parse(found.size, &found.mtime.to_string(), &found.hex());
        assert_eq!(again, Some(found));
        let metadata = file.path().metadata().expect("a file");
        assert_eq!(found.modified(), metadata.modified().expect("a time"));
        assert_eq!(found.hash, xxhash_rust::xxh3::xxh3_128(b"one\n"));
        for hash in ["", "+0000000000000000000000000000001", "xyz"] {
            assert_eq!(
                Fingerprint::parse(1, "2026-01-01T00:00:00Z", hash),
                None,
                "{hash}"
            );
        }
    }

    #[test]
    fn a_file_that_changed_has_none() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let hour = Duration::from_secs(3600);
        let now = SystemTime::now();
        assert!(Fingerprint::since(file.path(), now + hour).is_some());
        assert!(Fingerprint::since(file.path(), now - hour).is_none());
        // Setting the time back hides nothing where the system keeps its own.
        file.as_file()
            .set_modified(now - 2 * hour)
            .expect("our file");
        let hidden = Fingerprint::since(file.path(), now - hour);
        assert_eq!(hidden.is_some(), cfg!(not(unix)));
    }
}
