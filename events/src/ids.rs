//! Identifiers. Each is a type of its own, so that none can stand in for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::schema::text_schema;

/// The number of a case, `NNN-YY`: a serial from 100 to 999999 and the last two digits of
/// the year in which the petition was received. It never changes.
///
/// Docket numbers are ordered by year and then by serial; years from 70 on belong to the
/// twentieth century.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DocketNumber {
    serial: u32,
    year: u8,
}

text_schema!(
    DocketNumber,
    "A docket number: serial and two digits of the year",
    "101-26",
    pattern = r"^[1-9]\d{2,5}-\d{2}$"
);

impl DocketNumber {
    /// The first serial that is given out in a year.
    pub const FIRST_SERIAL: u32 = 101;
    /// The last serial that the form `NNN-YY` can write.
    pub const LAST_SERIAL: u32 = 999_999;

    /// A docket number from its parts, or `None` where a part is out of range.
    pub const fn new(serial: u32, year: u8) -> Option<Self> {
        if serial >= 100 && serial <= Self::LAST_SERIAL && year < 100 {
            Some(Self { serial, year })
        } else {
            None
        }
    }

    /// The part before the hyphen.
    pub const fn serial(self) -> u32 {
        self.serial
    }

    /// The two digits of the year.
    pub const fn year(self) -> u8 {
        self.year
    }

    /// The year in full: 1970 to 2069.
    pub const fn full_year(self) -> u16 {
        let century = if self.year >= 70 { 1900 } else { 2000 };
        century + self.year as u16
    }

    const fn sort_key(self) -> (u16, u32) {
        (self.full_year(), self.serial)
    }
}

impl Ord for DocketNumber {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl PartialOrd for DocketNumber {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for DocketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.serial, self.year)
    }
}

impl fmt::Debug for DocketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not a docket number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a docket number is three to six digits, a hyphen and two digits, for example 101-26")]
pub struct DocketNumberError;

impl FromStr for DocketNumber {
    type Err = DocketNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (serial, year) = text.split_once('-').ok_or(DocketNumberError)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let well_formed = digits(serial)
            && digits(year)
            && (3..=6).contains(&serial.len())
            && year.len() == 2
            && !serial.starts_with('0');
        if !well_formed {
            return Err(DocketNumberError);
        }
        let serial = serial.parse().map_err(|_| DocketNumberError)?;
        let year = year.parse().map_err(|_| DocketNumberError)?;
        Self::new(serial, year).ok_or(DocketNumberError)
    }
}

impl Serialize for DocketNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocketNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

/// The number of a commit in its case, and so the case's version after it: 1, 2, 3 …
/// Zero is the version of a case that does not exist yet.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = u64, example = 3)]
pub struct Version(pub u64);

impl Version {
    /// Before the first commit.
    pub const ZERO: Self = Self(0);

    /// The version of the next commit. No case comes to the last number, which is its own next:
    /// where it is read, it was damaged or forged, and no hash chains to it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

uuid_id!(
    /// An event's own id, unique in the whole court: a UUIDv7, or, where it was imported, a
    /// UUID of version 8 that is derived from its source, so that importing again gives it
    /// again.
    EventId
);
uuid_id!(
    /// A docket entry's id, unique within its case. (The present system's records reuse
    /// ids across cases.)
    DocketEntryId
);
uuid_id!(
    /// A petitioner's, participant's or intervenor's id within a case.
    ContactId
);

uuid_id!(
    /// A trial session's id, unique in the whole court.
    TrialSessionId
);
uuid_id!(
    /// A deadline's id within its case.
    DeadlineId
);
uuid_id!(
    /// The id of a piece of correspondence within its case.
    CorrespondenceId
);
uuid_id!(
    /// A statistic's id within its case.
    StatisticId
);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $example:literal) => {
        $(#[$doc])*
        #[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        // A fold takes over ids with every commit, into the room of those before.
        impl Clone for $name {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }

            fn clone_from(&mut self, source: &Self) {
                self.0.clone_from(&source.0);
            }
        }

        text_schema!($name, "1 to 128 visible ASCII characters", $example, max = 128);

        impl $name {
            /// The longest id, in characters.
            pub const MAX_LEN: usize = 128;

            /// Takes an id of 1 to [`Self::MAX_LEN`] visible ASCII characters.
            ///
            /// # Errors
            /// [`IdError`] where the text is empty, too long, or has a blank, a control
            /// character or a character outside ASCII.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let visible = text.bytes().all(|b| b.is_ascii_graphic());
                if text.is_empty() || text.len() > Self::MAX_LEN || !visible {
                    return Err(IdError { what: $what, max: Self::MAX_LEN });
                }
                Ok(Self(text))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id.to_string())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(String::deserialize(deserializer)?).map_err(de::Error::custom)
            }
        }
    };
}

/// Text that can't be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {what} is 1 to {max} visible ASCII characters")]
pub struct IdError {
    what: &'static str,
    max: usize,
}

text_id!(
    /// A user of the court's systems: the `sub` of the token.
    UserId,
    "user id",
    "7805d1ab-18d0-43ec-bafb-654e83405416"
);
text_id!(
    /// What asked for a commit: the client's `Idempotency-Key`, or an id made by the
    /// service. A command of one id is carried out at most once.
    CommandId,
    "command id",
    "retry-safe-key-1"
);
text_id!(
    /// Ties the commits and log lines of one act together, across cases and services.
    CorrelationId,
    "correlation id",
    "0193586e-5a6b-7c80-8000-000000000000"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docket_number_is_read_and_written_in_its_own_form() {
        for text in ["101-26", "100-00", "999999-99", "4321-07"] {
            assert_eq!(text.parse::<DocketNumber>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_forms_are_no_docket_numbers() {
        for text in [
            "",
            "101",
            "99-26",
            "0101-26",
            "1000000-26",
            "101-2026",
            "101-2",
            "١٠١-26",
            "101-26S",
            "+01-26",
        ] {
            assert_eq!(
                text.parse::<DocketNumber>(),
                Err(DocketNumberError),
                "{text}"
            );
        }
    }

    #[test]
    fn docket_numbers_are_ordered_by_year_and_serial() {
        let number = |text: &str| text.parse::<DocketNumber>().unwrap();
        assert!(number("999-19") < number("101-20"));
        assert!(number("101-99") < number("101-00"));
        assert!(number("999-20") < number("1000-20"));
    }

    #[test]
    fn an_id_with_a_blank_is_refused() {
        assert!(UserId::new("a b").is_err());
        assert!(CommandId::new("").is_err());
        assert!(CommandId::new("x".repeat(129)).is_err());
        assert_eq!(CommandId::new("retry-7").unwrap().as_str(), "retry-7");
    }
}
