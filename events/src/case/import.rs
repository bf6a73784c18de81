//! A case that came from another system.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::personal::Personal;

/// The case was taken over from another system. It closes the history that explains the
/// case, and keeps whatever no event could express, so that nothing of the source is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseImported {
    /// SHA-256 over the source's items of this case: 64 lower-case hexadecimal digits.
    pub source_digest: String,
    /// The schema of the source, say "2022".
    pub source_schema: String,
    /// How many items of the source belong to this case.
    pub source_items: u32,
    /// What no event expresses: a canonical JSON text of the source's items, each with the
    /// fields that are left. A text and not an object, for the source has numbers with
    /// fractions, which events don't hold.
    #[schema(value_type = String)]
    pub residue: Personal<String>,
    /// Which part of the residue this event carries, from 1, where it is too large for one.
    #[serde(default = "one")]
    pub part: u32,
    /// How many parts the residue has.
    #[serde(default = "one")]
    pub parts: u32,
}

const fn one() -> u32 {
    1
}
