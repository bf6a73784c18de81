//! A case as of a point in its past. Pure.
//!
//! | asked | which commits count | in which order |
//! | --- | --- | --- |
//! | [`AsOf::Version`] | those up to a version | as they were recorded |
//! | [`AsOf::RecordedAt`] | those that the court had recorded by a time: what it knew then | as they were recorded |
//! | [`AsOf::EffectiveOn`] | those that hold from a day or time at the latest, whenever they were recorded: what held then, by what is known now | by the time from which they hold, and the petition first |
//!
//! Recorded times never run backwards within a case, so the first two are prefixes of its
//! history, and are folded as such. The third leaves commits out and takes others earlier; how
//! is in [`effective`].

pub mod day;
pub mod effective;

use std::fmt;
use std::str::FromStr;

use casefold_events::{Timestamp, Version};
use chrono::NaiveDate;

/// A point in the past of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// As it stood at a version.
    Version(Version),
    /// As the court knew it at a time.
    RecordedAt(Timestamp),
    /// As it stood on a day or at a time, by what is known now.
    EffectiveOn(Effective),
}

/// A day of the court, or a time: until when what holds counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    asked: String,
    until: Timestamp,
}

impl Effective {
    /// The last moment that counts.
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}

impl fmt::Display for Effective {
    /// As it was asked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.asked)
    }
}

/// Text that is neither a day nor a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "write a day of the court, for example 2026-03-03, which ends at midnight Eastern time, or a \
     time, for example 2026-03-03T12:00:00Z"
)]
pub struct EffectiveError;

impl FromStr for Effective {
    type Err = EffectiveError;

    fn from_str(text: &str) -> Result<Self, EffectiveError> {
        // Ten characters: so that `2026-3-3`, which chrono would take, has one form alone.
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let (asked, until) = match day.filter(|_| text.len() == 10) {
            Some(day) => (text.to_owned(), day::last_moment(day)),
            None => {
                let at: Timestamp = text.parse().map_err(|_| EffectiveError)?;
                (at.to_string(), Some(at))
            }
        };
        let until = until.ok_or(EffectiveError)?;
        Ok(Self { asked, until })
    }
}

/// What an answer as of a point includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The highest version that is included.
    pub version: Version,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Of an effective date: what was left out and taken earlier.
    pub effective: Option<Sifted>,
}

/// What became of the commits that were looked at for an effective date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sifted {
    /// The last commit that was looked at.
    pub known_through: Version,
    /// How many hold from later on, and are left out.
    pub left_out: u64,
    /// How many hold from earlier than one that was recorded before them, and stand before
    /// it.
    pub reordered: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_courts_and_a_time_is_itself() {
        let day: Effective = "2026-03-03".parse().unwrap();
        assert_eq!(day.until().to_string(), "2026-03-04T04:59:59.999Z");
        assert_eq!(day.to_string(), "2026-03-03");
        let time: Effective = "2026-03-03T07:00:00-05:00".parse().unwrap();
        assert_eq!(time.until().to_string(), "2026-03-03T12:00:00.000Z");
        assert_eq!(time.to_string(), "2026-03-03T12:00:00.000Z");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026-3-3",
            "2026-02-30",
            "2026-03",
            "2026-03-03T12:00",
            "12026-03-03",
        ] {
            assert_eq!(text.parse::<Effective>(), Err(EffectiveError), "{text}");
        }
    }
}
