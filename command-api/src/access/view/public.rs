//! What everybody sees of a case.

use casefold_events::party::Contact;
use casefold_events::vocabulary::{ContactType, DocketNumberSuffix, PartyType};
use casefold_events::{DocketNumber, Personal, Timestamp, Version};
use casefold_shared::case::Case;
use serde::Serialize;
use utoipa::ToSchema;

use super::DocketView;

/// A case, for everybody.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicCaseView {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The suffix that follows from case type and procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docket_number_suffix: Option<DocketNumberSuffix>,
    /// The docket number with its suffix.
    #[schema(example = "101-26S")]
    pub docket_number_with_suffix: String,
    /// The version: the number of the case's last commit.
    pub version: Version,
    /// The caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// Who petitions.
    pub party_type: PartyType,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// Whether the petition came on paper.
    pub is_paper: bool,
    /// Whether the whole case is sealed: it is not.
    pub is_sealed: bool,
    /// The names of petitioners, participants and the intervenor.
    pub party_contacts: Vec<PublicContactView>,
    /// The docket entries that the public may see.
    #[serde(flatten)]
    pub docket: DocketView,
}

/// A sealed case, for everybody: its number, and that it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedCaseView {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The suffix that follows from case type and procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docket_number_suffix: Option<DocketNumberSuffix>,
    /// Whether the petition came on paper.
    pub is_paper: bool,
    /// Whether the whole case is sealed: it is.
    pub is_sealed: bool,
}

/// What everybody sees of a person: the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicContactView {
    /// The contact's part in the case.
    pub contact_type: ContactType,
    /// Full name of the person or organization.
    #[schema(value_type = String)]
    pub name: Personal<String>,
    /// A second name: a spouse, a representative, a trustee.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secondary_name: Option<Personal<String>>,
}

impl PublicCaseView {
    pub(super) fn of(case: &Case, docket: DocketView) -> Self {
        let name = |contact: &Contact| PublicContactView {
            contact_type: contact.contact_type,
            name: contact.name.clone(),
            secondary_name: contact.secondary_name.clone(),
        };
        Self {
            docket_number: case.docket_number,
            docket_number_suffix: case.docket_number_suffix(),
            docket_number_with_suffix: case.docket_number_with_suffix(),
            version: case.version,
            caption: case.caption.clone(),
            party_type: case.party_type,
            received_at: case.received_at,
            is_paper: case.is_paper,
            is_sealed: case.is_sealed(),
            party_contacts: case.parties.iter().map(name).collect(),
            docket,
        }
    }
}

impl SealedCaseView {
    pub(super) const fn of(case: &Case) -> Self {
        Self {
            docket_number: case.docket_number,
            docket_number_suffix: case.docket_number_suffix(),
            is_paper: case.is_paper,
            is_sealed: true,
        }
    }
}
