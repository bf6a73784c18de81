//! Naming a contact in a command.

use std::fmt;

use casefold_events::ContactId;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::entry_ref::{NumberOrId, number_or_id};

/// A contact of the case, named by its number among the petitioners (`1` is the first) or by
/// its id, a UUID. Participants and the intervenor are named by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ContactRef {
    /// A petitioner, by number.
    #[schema(title = "Petitioner by number", example = 1)]
    Petitioner(u32),
    /// By id.
    #[schema(title = "By id")]
    Id(ContactId),
}

impl fmt::Display for ContactRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Petitioner(number) => write!(f, "petitioner {number}"),
            Self::Id(id) => id.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for ContactRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const EXPECTED: &str = "a contact is a petitioner's number from 1, or its id (a UUID)";
        match number_or_id(deserializer, EXPECTED)? {
            NumberOrId::Number(0) => Err(de::Error::custom(EXPECTED)),
            NumberOrId::Number(number) => Ok(Self::Petitioner(number)),
            NumberOrId::Id(id) => Ok(Self::Id(ContactId(id))),
        }
    }
}
