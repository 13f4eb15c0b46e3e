//! Dates as pages carry them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Seconds since 1970 of a date: RFC 3339 and ISO 8601 with or without time and zone (then UTC), RFC 2822, and numbers of
/// seconds or milliseconds since 1970.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return seconds(number);
    }
    let utc = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
    let time = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(utc))
        .or_else(|| {
            text.parse::<Date>()
                .ok()
                .and_then(|date| utc(date.at(0, 0, 0, 0)))
        })
        .or_else(|| {
            jiff::fmt::rfc2822::parse(text)
                .ok()
                .map(|zoned| zoned.timestamp())
        });
    time.map(Timestamp::as_second)
}

/// Above this a number counts milliseconds: as seconds it would be the year 5138.
const MILLISECONDS: f64 = 1e11;

fn seconds(number: f64) -> Option<i64> {
    let seconds = if number.abs() >= MILLISECONDS {
        number / 1000.0
    } else {
        number
    };
    (seconds.abs() < MILLISECONDS * 10.0).then_some(seconds.floor() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (text, seconds) in [
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T00:01", Some(60)),
            ("1970-01-01 00:01:00", Some(60)),
            ("1970-01-01T00:01:00Z", Some(60)),
            ("1970-01-01T01:01:00+01:00", Some(60)),
            ("1970-01-01T00:01:00.5Z", Some(60)),
            ("Thu, 01 Jan 1970 00:01:00 +0000", Some(60)),
            ("1717156800", Some(1_717_156_800)),
            ("1717156800000", Some(1_717_156_800)),
            ("1717156800.9", Some(1_717_156_800)),
            ("yesterday", None),
            ("", None),
            ("NaN", None),
            ("1e300", None),
            ("2024-13-01", None),
        ] {
            assert_eq!(parse(text), seconds, "{text}");
        }
    }
}
