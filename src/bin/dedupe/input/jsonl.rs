//! A line of JSON Lines: its fields as they were written, without a tree of them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::date;

/// A JSON object whose values are not parsed until they are asked for.
#[derive(Debug)]
pub struct Line<'l> {
    fields: Vec<(Cow<'l, str>, &'l RawValue)>,
}

/// A string that is borrowed from the line where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'l>(#[serde(borrow)] Cow<'l, str>);

impl<'l> Line<'l> {
    /// Takes a line apart, or says what is wrong with it, and where.
    pub fn parse(json: &'l str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                format!("not a JSON object: {error}; a line must be one whole object")
            }
            _ => format!(
                "broken JSON at column {}: {}; a line must be one whole object",
                error.column(),
                without_place(&error)
            ),
        })
    }

    /// The fields in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &'l RawValue)> {
        self.fields.iter().map(|(name, value)| (&**name, *value))
    }

    /// The names of the fields, for a message.
    pub fn names(&self) -> String {
        if self.fields.is_empty() {
            return String::from("no fields");
        }
        let mut names: Vec<String> = self
            .fields()
            .take(8)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        if self.fields.len() > names.len() {
            names.push(String::from("…"));
        }
        names.join(", ")
    }

    /// The value of a field; of the last one, when there are several of the name, as most readers of JSON have it.
    fn get(&self, name: &str) -> Option<&'l RawValue> {
        let field = self.fields.iter().rev().find(|(key, _)| key == name);
        field
            .map(|(_, value)| *value)
            .filter(|value| value.get() != "null")
    }

    /// The id as JSON, a string or a number; else what it is instead.
    pub fn id(&self, name: &str) -> Result<Option<Box<RawValue>>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(json) => match kind_of(json.get()) {
                "a string" => Ok(Some(super::to_raw(&string(json.get()).0))),
                "a number" => Ok(Some(json.to_owned())),
                other => Err(other),
            },
        }
    }

    /// The text of a field, and whether half characters had to be replaced in it; else what it is instead.
    pub fn text(&self, name: &str) -> Result<Option<(Cow<'l, str>, bool)>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(json) => match kind_of(json.get()) {
                "a string" => Ok(Some(string(json.get()))),
                other => Err(other),
            },
        }
    }

    /// The date of a field in seconds since 1970; else the value that is none.
    pub fn date(&self, name: &str) -> Result<Option<i64>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(json) => {
                let json = json.get();
                let text = if json.starts_with('"') {
                    string(json).0
                } else {
                    Cow::Borrowed(json)
                };
                date::parse(&text).map(Some).ok_or_else(|| start(json))
            }
        }
    }

    /// The number that a field holds: a number, also in a string; a date in seconds since 1970; 1 for true and 0 for
    /// false. Else the value that is none.
    pub fn value(&self, name: &str) -> Result<Option<f64>, String> {
        let Some(json) = self.get(name) else {
            return Ok(None);
        };
        let json = json.get();
        let number = match kind_of(json) {
            "a string" => {
                let text = string(json).0;
                let text = text.trim();
                text.parse::<f64>()
                    .ok()
                    .or_else(|| date::parse(text).map(|seconds| seconds as f64))
            }
            "true or false" => Some(f64::from(u8::from(json == "true"))),
            "a number" => json.parse().ok(),
            _ => None,
        };
        number
            .filter(|n| n.is_finite())
            .map(Some)
            .ok_or_else(|| start(json))
    }
}

/// The start of a JSON value, for a message.
fn start(json: &str) -> String {
    json.chars().take(60).collect()
}

fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "true or false",
        _ => "a number",
    }
}

/// The text of a JSON string. Half characters (surrogates without their other half, which Python writes) become U+FFFD, and
/// the answer says so.
fn string(json: &str) -> (Cow<'_, str>, bool) {
    if let Ok(Text(text)) = serde_json::from_str(json) {
        return (text, false);
    }
    let whole = replace_half_characters(json);
    // The line was parsed, so that nothing else can be wrong with the string.
    (
        Cow::Owned(serde_json::from_str(&whole).unwrap_or(whole)),
        true,
    )
}

/// Puts `\ufffd` for the escapes of surrogates that have no other half.
fn replace_half_characters(json: &str) -> String {
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let len = match (surrogate(rest), surrogate(rest.get(6..).unwrap_or(""))) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(_), _) => {
                whole.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            _ => 2,
        };
        let (escape, after) = rest.split_at(len.min(rest.len()));
        whole.push_str(escape);
        rest = after;
    }
    whole + rest
}

/// The surrogate whose escape the JSON begins with.
fn surrogate(json: &str) -> Option<u32> {
    let digits = json.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16)
        .ok()
        .filter(|unit| (0xd800..0xe000).contains(unit))
}

/// What an error says, without the place that the program tells in its own way.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

impl<'de> Deserialize<'de> for Line<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Line<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the fields of a page")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(Line { fields })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_as_written() {
        let line = Line::parse(
            r#"{"id": 7, "a\tb": [1, {"x": null}], "text": "one\ntwo", "text": "last", "n": null}"#,
        )
        .expect("it is an object");
        assert_eq!(
            line.id("id").map(|id| id.map(|id| id.to_string())),
            Ok(Some("7".into()))
        );
        assert_eq!(line.text("text"), Ok(Some(("last".into(), false))));
        assert_eq!(line.text("n"), Ok(None));
        assert_eq!(line.text("none"), Ok(None));
        assert_eq!(line.text("a\tb"), Err("an array"));
        assert_eq!(line.id("a\tb").err(), Some("an array"));
        let raw: Vec<_> = line
            .fields()
            .map(|(name, value)| (name, value.get()))
            .collect();
        assert_eq!(raw[1], ("a\tb", r#"[1, {"x": null}]"#));
    }

    #[test]
    fn values_are_numbers_of_many_kinds() {
        let value = |json: &str| Line::parse(json).expect("an object").value("v");
        for (json, number) in [
            ("7", 7.0),
            ("-1.5e3", -1500.0),
            ("\"12\"", 12.0),
            ("\" 0.5 \"", 0.5),
            ("true", 1.0),
            ("false", 0.0),
            ("\"1970-01-02\"", 86_400.0),
        ] {
            assert_eq!(
                value(&format!("{{\"v\": {json}}}")),
                Ok(Some(number)),
                "{json}"
            );
        }
        for json in ["\"high\"", "[1]", "{}", "\"\"", "1e999", "\"nan\""] {
            assert!(value(&format!("{{\"v\": {json}}}")).is_err(), "{json}");
        }
        assert_eq!(value("{\"v\": null}"), Ok(None));
        assert_eq!(value("{}"), Ok(None));
    }

    #[test]
    fn ids_are_told_apart_by_their_value() {
        for (json, id) in [
            (r#"{"id":"a"}"#, r#""a""#),
            (r#"{"id":"\u0061"}"#, r#""a""#),
            (r#"{"id":"1"}"#, r#""1""#),
            (r#"{"id":1}"#, "1"),
            (
                r#"{"id":12345678901234567890123}"#,
                "12345678901234567890123",
            ),
        ] {
            let found = Line::parse(json)
                .expect("an object")
                .id("id")
                .expect("a fitting type");
            assert_eq!(found.expect("a field").get(), id, "{json}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (json, says) in [
            (
                r#"{"id": "#,
                "broken JSON at column 7: EOF while parsing a value",
            ),
            (
                r#"{"id": 1} x"#,
                "broken JSON at column 11: trailing characters",
            ),
            ("[1]", "not a JSON object: invalid type: sequence"),
            ("17", "not a JSON object: invalid type: integer"),
        ] {
            let why = Line::parse(json).expect_err(json);
            assert!(why.starts_with(says), "{json}: {why}");
        }
    }

    #[test]
    fn half_characters_are_replaced() {
        for (json, text) in [
            (r#""a\ud800b""#, "a\u{fffd}b"),
            (r#""\udc00\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\\ud800 \ud800\n""#, "\\ud800 \u{fffd}\n"),
            (r#""\ud800\ud83d\ude00é""#, "\u{fffd}😀é"),
        ] {
            assert_eq!(string(json), (text.into(), true), "{json}");
        }
        assert_eq!(string(r#""\ud83d\ude00""#), ("😀".into(), false));
    }
}
