//! The only source of time: the system's, or a fixed one so that two servers can answer alike.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Millis {
    /// The instant as `YYYY-MM-DDThh:mm:ss.sssZ`.
    pub fn to_rfc3339(self) -> String {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The instant as the standard library has it.
    pub fn to_system_time(self) -> SystemTime {
        let since = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 { SystemTime::UNIX_EPOCH - since } else { SystemTime::UNIX_EPOCH + since }
    }

    /// The calendar day in UTC.
    pub fn date(self) -> NaiveDate {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().date_naive()
    }

    /// The start of a calendar day in UTC.
    pub fn at_start_of(date: NaiveDate) -> Self {
        Self(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
    }
}

/// Where the time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always the same instant (`KOPPELVLAK_CLOCK`).
    Fixed(Millis),
}

impl Clock {
    /// A fixed clock from an RFC 3339 instant such as `2026-09-01T08:00:00Z`.
    pub fn fixed(text: &str) -> Result<Self, chrono::ParseError> {
        Ok(Self::Fixed(Millis(DateTime::parse_from_rfc3339(text)?.timestamp_millis())))
    }

    /// The current instant.
    pub fn now(self) -> Millis {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
            Self::System => Millis(Utc::now().timestamp_millis()),
            Self::Fixed(at) => at,
        }
    }
}
