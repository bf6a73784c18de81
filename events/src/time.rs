//! Points in time, in the one form in which they are stored.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::schema::text_schema;

/// A point in time in UTC with whole milliseconds, written `2026-11-23T11:36:54.123Z`.
///
/// The written form has a fixed width for the years 0000 to 9999, so the order of the
/// strings is the order of the times.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

text_schema!(
    Timestamp,
    "A point in time, RFC 3339; kept in UTC with whole milliseconds",
    "2026-11-23T11:36:54.123Z",
    format = DateTime
);

impl Timestamp {
    /// Takes a time, cut to whole milliseconds.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(3))
    }

    /// The time so many milliseconds after 1970-01-01T00:00:00Z; the epoch itself where the
    /// number is out of range.
    pub fn from_millis(millis: i64) -> Self {
        Self(DateTime::from_timestamp_millis(millis).unwrap_or_default())
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn as_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The year in UTC.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The last two digits of the year, as a docket number carries them.
    pub fn year_of_docket(self) -> u8 {
        u8::try_from(self.0.year().rem_euclid(100)).unwrap_or_default()
    }

    /// The time as `chrono` knows it.
    pub fn as_datetime(self) -> DateTime<Utc> {
        self.0
    }
}

/// Text that is not an RFC 3339 date-time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date-time; write it as RFC 3339, for example 2026-11-23T11:36:54.123Z")]
pub struct TimestampError(String);

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let in_range = |at: &DateTime<Utc>| (0..=9999).contains(&at.year());
        DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .ok()
            .filter(in_range)
            .map(Self::new)
            .ok_or_else(|| TimestampError(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_in_utc_with_milliseconds() {
        let at: Timestamp = "2020-01-01T01:02:15.1856-04:00".parse().unwrap();
        assert_eq!(at.to_string(), "2020-01-01T05:02:15.185Z");
        assert_eq!((at.year(), at.year_of_docket()), (2020, 20));
        assert_eq!(Timestamp::from_millis(at.as_millis()), at);
    }

    #[test]
    fn text_that_is_no_date_time_is_refused_with_the_text() {
        let error = "yesterday".parse::<Timestamp>().unwrap_err();
        assert!(error.to_string().contains("yesterday"));
        assert!("+12026-01-01T00:00:00Z".parse::<Timestamp>().is_err());
    }
}
