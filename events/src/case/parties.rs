//! Who is in the case.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::party::{Contact, Counsel};

/// A petitioner, participant or intervenor joined the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyAdded {
    /// The contact.
    pub contact: Contact,
}

/// A contact changed. The event carries the contact as it is now, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContactUpdated {
    /// The contact as it is now.
    pub contact: Contact,
}

/// Counsel entered an appearance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CounselAssociated {
    /// The counsel.
    pub counsel: Counsel,
}
