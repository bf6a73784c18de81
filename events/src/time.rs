//! Points in time, in the one form in which they are stored.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, SubsecRound, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
        if let Some(at) = as_written(text.as_bytes()) {
            return Ok(Self(at));
        }
        let in_range = |at: &DateTime<Utc>| (0..=9999).contains(&at.year());
        DateTime::parse_from_rfc3339(text)
            .map(|at| at.to_utc())
            .ok()
            .filter(in_range)
            .map(Self::new)
            .ok_or_else(|| TimestampError(text.chars().take(64).collect()))
    }
}

/// The time of a text in the one written form, to the letter; `None` for whatever else there
/// is, which the library reads. An event has several times, and this is a tenth of the work.
fn as_written(text: &[u8]) -> Option<DateTime<Utc>> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let marks = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
        (23, b'Z'),
    ];
    let number = |from: usize, to: usize| {
        text[from..to].iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    if marks.iter().any(|(at, mark)| text[*at] != *mark) {
        return None;
    }
    let year = i32::try_from(number(0, 4)?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // It takes a leap second in the milliseconds alone, so the text of one is none of these.
    Some(
        day.and_hms_milli_opt(hour, minute, second, number(20, 23)?)?
            .and_utc(),
    )
}

/// The written form; `None` where it has another width, or is of a leap second.
fn written(at: DateTime<Utc>) -> Option<[u8; 24]> {
    let millis = at.nanosecond() / 1_000_000;
    let year = u32::try_from(at.year())
        .ok()
        .filter(|year| *year <= 9_999 && millis < 1_000)?;
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut write = |number: u32, from: usize, to: usize| {
        let mut rest = number;
        for digit in text[from..to].iter_mut().rev() {
            // What is left of ten fits.
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    };
    write(year, 0, 4);
    write(at.month(), 5, 7);
    write(at.day(), 8, 10);
    write(at.hour(), 11, 13);
    write(at.minute(), 14, 16);
    write(at.second(), 17, 19);
    write(millis, 20, 23);
    Some(text)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = written(self.0);
        match written.as_ref().map(|text| std::str::from_utf8(text)) {
            Some(Ok(text)) => f.write_str(text),
            Some(Err(_)) | None => {
                f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
            }
        }
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
        crate::text::read(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How the library does it.
    fn by_library(text: &str) -> Option<DateTime<Utc>> {
        let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
        (0..=9999).contains(&at.year()).then(|| at.trunc_subsecs(3))
    }

    proptest! {
        #[test]
        fn times_are_read_and_written_as_the_library_does_it(
            // From before the year 0 to after 9999.
            millis in -70_000_000_000_000..300_000_000_000_000_i64,
        ) {
            let at = Timestamp::from_millis(millis);
            let text = at.0.to_rfc3339_opts(SecondsFormat::Millis, true);
            prop_assert_eq!(at.to_string(), &*text);
            prop_assert_eq!(text.parse().ok().map(|it: Timestamp| it.0), by_library(&text));
        }

        #[test]
        fn what_looks_like_a_time_is_one_where_it_is_one_for_the_library(
            text in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][Tt:][0-2][0-9]:[0-6][0-9]:[0-6][0-9]\\.[0-9]{3}[Zz0]",
        ) {
            prop_assert_eq!(text.parse().ok().map(|it: Timestamp| it.0), by_library(&text));
        }
    }

    #[test]
    fn a_leap_second_is_written_as_it_was_read() {
        let at: Timestamp = "2016-12-31T23:59:60.500Z".parse().unwrap();
        assert_eq!(at.to_string(), "2016-12-31T23:59:60.500Z");
    }

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
