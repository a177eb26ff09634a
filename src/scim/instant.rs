//! A point in time, as dateTimes are compared (RFC 7643 §2.3.5).
//!
//! What clients write goes from year 0001 to ten digits behind the second, with an offset, `Z` or nothing, which
//! means UTC.

use chrono::{NaiveDate, NaiveTime, Timelike};

/// Seconds since 1970 in UTC, and nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Reads an xsd:dateTime.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(['T', 't'])?;
        let (time, offset) = split_offset(time)?;
        let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
        Self::new(parse_date(date)?, parse_time(time)?, parse_fraction(fraction)?, offset)
    }

    /// Reads a dateTime or a date alone, which is its midnight in UTC, as filters may have it.
    ///
    /// An offset's `+` that a form decoder took for a space is an offset too.
    pub fn parse_literal(text: &str) -> Option<Self> {
        match parse_date(text) {
            Some(date) => Self::new(date, NaiveTime::MIN, 0, 0),
            None => Self::parse(text).or_else(|| Self::parse(&text.replace(' ', "+"))),
        }
    }

    /// Seconds since 1970 in UTC, and nanoseconds.
    pub const fn to_parts(self) -> (i64, u32) {
        (self.seconds, self.nanos)
    }

    /// The instant with these parts.
    pub const fn from_parts(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos }
    }

    fn new(date: NaiveDate, time: NaiveTime, nanos: u32, offset: i64) -> Option<Self> {
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
        let days = date.signed_duration_since(epoch).num_days();
        let seconds = days * 86_400 + i64::from(time.num_seconds_from_midnight()) - offset;
        Some(Self { seconds, nanos })
    }
}

/// Cuts the offset off a time, in seconds east of Greenwich.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 0)) };
    let (time, offset) = time.split_at_checked(at)?;
    let (sign, offset) = offset.split_at_checked(1)?;
    let (hours, minutes) = offset.split_once(':').or_else(|| offset.split_at_checked(2))?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let seconds = i64::from(hours * 3600 + minutes * 60);
    Some((time, if sign == "-" { -seconds } else { seconds }))
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let year = i32::try_from(digits(parts.next()?, 4)?).ok()?;
    let (month, day) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    NaiveDate::from_ymd_opt(year, month, day)
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = digits(parts.next()?, 2)?;
    // A leap second is the last one of its minute; nothing here is that precise.
    NaiveTime::from_hms_opt(hour, minute, if second == 60 { 59 } else { second })
}

/// Nanoseconds; what is finer is dropped.
fn parse_fraction(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = text.get(..text.len().min(9))?;
    let scale = 10_u32.pow(9 - u32::try_from(kept.len()).ok()?);
    Some(kept.parse::<u32>().ok()? * scale)
}

fn digits(text: &str, n: usize) -> Option<u32> {
    if text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_literal(text).unwrap()
    }

    #[test]
    fn one_instant_can_be_written_in_many_ways() {
        let same = [
            "2026-08-01T12:00:00Z",
            "2026-08-01T14:00:00.000+02:00",
            "2026-08-01T12:00:00",
            "2026-08-01t07:00:00-0500",
        ];
        for text in same {
            assert_eq!(at(text), at("2026-08-01T12:00:00Z"), "{text}");
        }
        assert_eq!(at("2026-08-01"), at("2026-08-01T00:00:00Z"));
        assert_eq!(at("2026-08-01T14:00:00 02:00"), at("2026-08-01T12:00:00Z"));
    }

    #[test]
    fn instants_are_ordered_to_the_nanosecond_and_from_year_one() {
        assert!(at("2015-10-10T14:38:21.8617979Z") > at("2015-10-10T14:38:21.861Z"));
        assert!(at("0001-01-03T00:00:00.0000000Z") < at("1970-01-01T00:00:00Z"));
        assert_eq!(at("2026-01-01T00:00:00.1234567899999Z"), at("2026-01-01T00:00:00.123456789Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026",
            "2026-13-01T00:00:00Z",
            "2026-01-01T25:00:00Z",
            "2026-01-01T00:00Z",
            "1",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+99:00",
            "2026-01-01T00:00:00+é",
        ] {
            assert_eq!(Instant::parse_literal(text), None, "{text}");
        }
        assert_eq!(Instant::parse("2026-08-01"), None);
    }
}
