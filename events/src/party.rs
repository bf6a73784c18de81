//! The people of a case: contacts and counsel.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ContactId, UserId};
use crate::personal::Personal;
use crate::vocabulary::{ContactType, CounselType, ServiceIndicator};

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Address {
    /// Street and house.
    pub address1: String,
    /// A second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address2: Option<String>,
    /// A third line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address3: Option<String>,
    /// City.
    pub city: String,
    /// State, for an address in the United States.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// Country, for an address abroad; an address without one is domestic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A petitioner, participant or intervenor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// The contact's id in its case.
    pub contact_id: ContactId,
    /// The contact's part in the case.
    pub contact_type: ContactType,
    /// The user who is this contact, where the contact has access to the court's system. It
    /// makes the case that user's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Full name of the person or organization.
    #[schema(value_type = String)]
    pub name: Personal<String>,
    /// A second name: a spouse, a representative, a trustee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secondary_name: Option<Personal<String>>,
    /// The person through whom mail reaches the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub in_care_of: Option<Personal<String>>,
    /// The title of a representative, say "Executor".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Address>)]
    pub address: Option<Personal<Address>>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Personal<String>>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Personal<String>>,
    /// How the contact is served.
    pub service_indicator: ServiceIndicator,
    /// Whether the address is kept from everybody outside the court.
    #[serde(default)]
    pub is_address_sealed: bool,
}

/// Counsel of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counsel {
    /// The counsel's user id. It makes the case that user's own.
    pub user_id: UserId,
    /// Whom the counsel represents: petitioners, or the respondent.
    pub counsel_type: CounselType,
    /// Full name.
    #[schema(value_type = String)]
    pub name: Personal<String>,
    /// Number at the court's bar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub bar_number: Option<Personal<String>>,
    /// Firm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub firm_name: Option<Personal<String>>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Personal<String>>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Personal<String>>,
    /// Office address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Address>)]
    pub address: Option<Personal<Address>>,
    /// How the counsel is served.
    pub service_indicator: ServiceIndicator,
    /// Whom a private practitioner represents: petitioners, or others who joined the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub representing: Vec<ContactId>,
}
