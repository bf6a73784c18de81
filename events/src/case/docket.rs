//! What happens on the docket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entry::{FiledEntry, Service};
use crate::ids::DocketEntryId;
use crate::time::Timestamp;
use crate::vocabulary::SealedTo;

/// An entry was added, on the docket record or off it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryFiled {
    /// The entry.
    pub entry: FiledEntry,
}

/// An entry was served. It is served once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryServed {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// When, and on whom.
    pub service: Service,
}

/// An entry on the record was stricken. It stays on the record, marked; its document is
/// not to be had any more. It is stricken once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryStricken {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// When it was stricken.
    pub stricken_at: Timestamp,
    /// Who struck it, as the record says it.
    pub stricken_by: String,
}

/// An entry was sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntrySealed {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// From whom it is kept.
    pub sealed_to: SealedTo,
}

/// An entry was unsealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryUnsealed {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
}
