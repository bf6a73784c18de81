//! Who is in the case.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ContactId, UserId};
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

/// A petitioner, participant or intervenor is not in the case any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyRemoved {
    /// The contact.
    pub contact_id: ContactId,
}

/// A contact's address is kept from everybody outside the court from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressSealed {
    /// The contact.
    pub contact_id: ContactId,
}

/// A contact's address is not kept from the other parties any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressUnsealed {
    /// The contact.
    pub contact_id: ContactId,
}

/// Counsel's details changed, or whom they represent. The event carries the counsel as
/// they are now, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CounselUpdated {
    /// The counsel as they are now.
    pub counsel: Counsel,
}

/// Counsel withdrew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CounselRemoved {
    /// The counsel.
    pub user_id: UserId,
}
