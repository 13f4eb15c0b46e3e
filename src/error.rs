//! The one error type. Text never fails; settings and stored bytes can.

use std::fmt;

/// What a setting or a stored file got wrong: the rule and the value, in words.
///
/// Text never makes an error: any `&str` can be cleaned, cut and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A setting outside what it allows: the rule, then the value.
    Setting { rule: String, value: String },
    /// Stored bytes that are not what they should be.
    Format { what: &'static str, why: String },
}

impl Error {
    pub(crate) fn setting(rule: impl Into<String>, value: impl fmt::Display) -> Self {
        Self(Kind::Setting {
            rule: rule.into(),
            value: value.to_string(),
        })
    }

    pub(crate) fn format(what: &'static str, why: impl Into<String>) -> Self {
        Self(Kind::Format {
            what,
            why: why.into(),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Setting { rule, value } => write!(f, "{rule}, got {value}"),
            Kind::Format { what, why } => write!(f, "{what}: {why}"),
        }
    }
}

impl std::error::Error for Error {}
