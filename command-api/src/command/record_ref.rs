//! Naming a deadline, a piece of correspondence or a statistic in a command.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;
use uuid::Uuid;

use super::entry_ref::{NumberOrId, number_or_id};

/// Something that is kept with the case, named by its number (`1` is the first that stands
/// there now) or by its id, a UUID. Numbers move when an earlier one is removed: where
/// others work on the case too, the id is the safe name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RecordRef<Id> {
    /// By number.
    #[schema(title = "By number", example = 1)]
    Number(u32),
    /// By id.
    #[schema(title = "By id")]
    Id(Id),
}

impl<Id: fmt::Display> fmt::Display for RecordRef<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl<'de, Id: From<Uuid>> Deserialize<'de> for RecordRef<Id> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "a record is its number from 1, or its id (a UUID)";
        match number_or_id(deserializer, EXPECTED)? {
            NumberOrId::Number(0) => Err(de::Error::custom(EXPECTED)),
            NumberOrId::Number(number) => Ok(Self::Number(number)),
            NumberOrId::Id(id) => Ok(Self::Id(Id::from(id))),
        }
    }
}
