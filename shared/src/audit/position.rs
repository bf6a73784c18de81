//! The place of a commit among all others.

use std::fmt;
use std::str::FromStr;

use casefold_events::{CommitRef, DocketNumber, Timestamp, Version};

use crate::lists::docket_sort;

/// Where a commit stands in the order of the index: by the time at which it was recorded, then
/// by docket number and version. No two commits are in one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// When the court recorded it.
    pub recorded_at: Timestamp,
    /// The case.
    pub docket_number: DocketNumber,
    /// Its number there.
    pub version: Version,
}

impl Position {
    /// The commit.
    pub const fn commit(&self) -> CommitRef {
        CommitRef {
            docket_number: self.docket_number,
            version: self.version,
        }
    }
}

/// The text by which the store sorts: `2026-11-23T13:26:18.727Z#2026-000101#0000000017`. Its
/// parts have fixed widths, so the order of the texts is the order of the positions.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let docket = docket_sort(self.docket_number);
        write!(f, "{}#{docket}#{:010}", self.recorded_at, self.version.0)
    }
}

/// Text that is no position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place of a commit in the index")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, PositionError> {
        let parse = || {
            let mut parts = text.split('#');
            let (at, docket, version) = (parts.next()?, parts.next()?, parts.next()?);
            let (year, serial) = docket.split_once('-')?;
            let year: u16 = year.parse().ok()?;
            let year = u8::try_from(year % 100).ok()?;
            Some(Self {
                recorded_at: at.parse().ok()?,
                docket_number: DocketNumber::new(serial.parse().ok()?, year)?,
                version: Version(version.parse().ok()?),
            })
        };
        // One text a position: what isn't written so was written by somebody else.
        parse()
            .filter(|position| position.to_string() == text)
            .ok_or(PositionError)
    }
}
