//! Naming a docket entry in a command.

use std::fmt;

use casefold_events::DocketEntryId;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use uuid::Uuid;

/// A docket entry, named by its index on the record (`3`; `0` is the statement of taxpayer
/// identification) or by its id, a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum EntryRef {
    /// By index.
    #[schema(title = "By index", example = 3)]
    Index(u32),
    /// By id.
    #[schema(title = "By id")]
    Id(DocketEntryId),
}

impl EntryRef {
    /// The ids and the indexes among some references, as a store asks for them.
    pub fn split(entries: &[Self]) -> (Vec<DocketEntryId>, Vec<u32>) {
        let (mut ids, mut indexes) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                Self::Id(id) => ids.push(*id),
                Self::Index(index) => indexes.push(*index),
            }
        }
        (ids, indexes)
    }
}

impl fmt::Display for EntryRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => write!(f, "#{index}"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for EntryRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(
            match number_or_id(deserializer, "an entry is its index, or its id (a UUID)")? {
                NumberOrId::Number(index) => Self::Index(index),
                NumberOrId::Id(id) => Self::Id(DocketEntryId(id)),
            },
        )
    }
}

/// What a reference is written as.
pub(super) enum NumberOrId {
    Number(u32),
    Id(Uuid),
}

/// Reads a number, or a UUID as text.
pub(super) fn number_or_id<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
) -> Result<NumberOrId, D::Error> {
    struct Visitor(&'static str);

    impl de::Visitor<'_> for Visitor {
        type Value = NumberOrId;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            u32::try_from(number)
                .map(NumberOrId::Number)
                .map_err(|_| E::custom(self.0))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Uuid::parse_str(text)
                .map(NumberOrId::Id)
                .map_err(|_| E::custom(self.0))
        }
    }

    deserializer.deserialize_any(Visitor(expected))
}
