//! What happens on the docket.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entry::{DocumentRef, FiledEntry, Service, Signature};
use crate::ids::DocketEntryId;
use crate::personal::Personal;
use crate::time::Timestamp;
use crate::vocabulary::{MotionDisposition, SealedTo};

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

/// An entry was edited: a draft, an unserved filing, or the meta-data of any entry on the
/// record. The event carries the entry as it is now, whole; service, striking and sealing
/// stay as they were, and so does its place on the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryEdited {
    /// The entry as it is now.
    pub entry: FiledEntry,
}

/// A draft was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftSigned {
    /// The draft.
    pub docket_entry_id: DocketEntryId,
    /// The signature.
    pub signature: Signature,
    /// The document with the signature on it, where it is another than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}

/// A draft's signature was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftUnsigned {
    /// The draft.
    pub docket_entry_id: DocketEntryId,
    /// The document without the signature, where it is another than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}

/// A draft was laid aside. It stays with the case, and nothing is done with it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftArchived {
    /// The draft.
    pub docket_entry_id: DocketEntryId,
    /// When.
    pub archived_at: Timestamp,
}

/// A judge's stamp on a motion: what becomes of it, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stamp {
    /// What becomes of the motion.
    pub disposition: MotionDisposition,
    /// When it was stamped.
    pub stamped_at: Timestamp,
    /// The judge.
    pub stamped_by: String,
    /// The draft order that the stamp makes, which goes on the record like any other.
    pub order: DocketEntryId,
    /// What the stamp says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub text: Option<Personal<String>>,
}

/// A motion was stamped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MotionStamped {
    /// The motion.
    pub docket_entry_id: DocketEntryId,
    /// The stamp.
    pub stamp: Stamp,
}

/// A clerk checked a filing and found it in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntryChecked {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// When.
    pub qc_at: Timestamp,
    /// Who checked it, as the record says it.
    pub qc_by: String,
}

/// Nothing is to be done about an entry any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingItemRemoved {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
}
