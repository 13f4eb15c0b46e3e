//! Paths in JSON without loss: names on Unix are bytes, and need not be text.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What JSON cannot say of a path: its bytes, those that are no printable ASCII as `%` and two digits. None for a path
/// that is text.
pub fn encoded(path: &Path) -> Option<String> {
    if path.to_str().is_some() {
        return None;
    }
    let mut text = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'%' | 0..=b' ' | 127.. => text.push_str(&format!("%{byte:02X}")),
            _ => text.push(char::from(byte)),
        }
    }
    Some(text)
}

/// The path that [`encoded`] stands for; none when it is damaged, or no path on this system.
pub fn decoded(text: &str) -> Option<PathBuf> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let digits = after.get(..2)?;
        let value = |digit: u8| char::from(digit).to_digit(16);
        bytes.push((value(digits[0])? * 16 + value(digits[1])?) as u8);
        rest = &after[2..];
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        Some(OsString::from_vec(bytes).into())
    }
    #[cfg(not(unix))]
    {
        String::from_utf8(bytes)
            .ok()
            .map(|text| OsString::from(text).into())
    }
}

/// A path as a journal holds it.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum Stored<'a> {
    Text(Cow<'a, str>),
    Encoded { encoded: String },
}

impl<'a> From<&'a Path> for Stored<'a> {
    fn from(path: &'a Path) -> Self {
        match (path.to_str(), encoded(path)) {
            (None, Some(encoded)) => Stored::Encoded { encoded },
            (text, _) => Stored::Text(text.unwrap_or_default().into()),
        }
    }
}

impl Stored<'_> {
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Stored::Text(text) => Some(PathBuf::from(&**text)),
            Stored::Encoded { encoded } => decoded(encoded),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_needs_no_encoding() {
        for name in ["a.txt", "größer/新 100%.txt", "a\nb", ""] {
            assert_eq!(encoded(Path::new(name)), None);
            let stored = Stored::from(Path::new(name));
            assert_eq!(stored.path(), Some(PathBuf::from(name)));
        }
        for damaged in ["%", "%4", "%zz", "a%+1"] {
            assert_eq!(decoded(damaged), None, "{damaged}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_come_back() {
        use std::os::unix::ffi::OsStringExt as _;
        let path = PathBuf::from(OsString::from_vec((1..=255).collect()));
        let text = encoded(&path).expect("it is no text");
        assert!(text.is_ascii());
        assert_eq!(decoded(&text), Some(path.clone()));
        let json = serde_json::to_string(&Stored::from(&*path)).expect("memory");
        let stored: Stored<'_> = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(stored.path(), Some(path));
    }
}
