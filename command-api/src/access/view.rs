//! What is sent of a case to a reader, as types: what a type doesn't have can't leak.

mod entry;

use casefold_events::case::intake::Fee;
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, DocketNumberSuffix, PartyType, ProcedureType,
};
use casefold_events::{Digest, DocketNumber, EventId, Personal, Timestamp, Version};
use casefold_shared::case::{Case, Imported, StatusChange};
use serde::Serialize;
use utoipa::ToSchema;

pub use self::entry::{DocketEntryView, EntryView, WithheldEntryView};
use super::{Reader, Sight};

/// A case, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CaseAnswer {
    /// For the court, the parties and the respondent.
    Full(Box<CaseView>),
    /// For everybody.
    Public(Box<PublicCaseView>),
    /// For everybody, where the case is sealed.
    Sealed(SealedCaseView),
}

/// A case, for the court, its parties and the respondent.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The suffix that follows from case type and procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docket_number_suffix: Option<DocketNumberSuffix>,
    /// The docket number with its suffix.
    #[schema(example = "101-26S")]
    pub docket_number_with_suffix: String,
    /// The suffix on the petition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_docket_number_suffix: Option<DocketNumberSuffix>,
    /// The version: the number of the case's last commit.
    pub version: Version,
    /// The caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// The caption on the petition.
    #[schema(value_type = String)]
    pub initial_caption: Personal<String>,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure.
    pub procedure_type: ProcedureType,
    /// Who petitions.
    pub party_type: PartyType,
    /// Where the case stands.
    pub status: CaseStatus,
    /// Each status that the case has had, in order.
    pub status_history: Vec<StatusChange>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_date: Option<Timestamp>,
    /// The judge who has the case.
    pub associated_judge: String,
    /// Where the petitioner wants the trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// Whether the petition came on paper.
    pub is_paper: bool,
    /// When the petition had been checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub petition_checked_at: Option<Timestamp>,
    /// When the petition was served on the respondent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub petition_served_at: Option<Timestamp>,
    /// The date of the notice against which the petition is filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// The filing fee.
    pub fee: Fee,
    /// Whether the whole case is sealed.
    pub is_sealed: bool,
    /// When it was sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Timestamp>,
    /// Petitioners, participants and the intervenor. Where an address is sealed from the
    /// reader, it and telephone, e-mail and "in care of" are absent.
    pub party_contacts: Vec<Contact>,
    /// Counsel of record.
    pub counsel: Vec<Counsel>,
    /// The consolidated group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consolidated_cases: Option<ConsolidatedCases>,
    /// From which source the case was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The docket entries that the reader may see.
    #[serde(flatten)]
    pub docket: DocketView,
    /// From what the case was folded.
    pub folded_from: FoldedFromView,
}

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
    /// The consolidated group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consolidated_cases: Option<ConsolidatedCases>,
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

/// A consolidated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsolidatedCases {
    /// The lead case: the lowest docket number of the group.
    pub lead_docket_number: DocketNumber,
    /// Every case of the group, this one and the lead among them, in their order.
    pub docket_numbers: Vec<DocketNumber>,
}

/// Docket entries within a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketView {
    /// The index of the last entry on the docket record. The indexes have no gap, so it is
    /// their number.
    pub last_docket_entry_index: u32,
    /// Entries off the record that the reader may see (drafts, the statement of taxpayer
    /// identification), and then the first 1,000 of the record in the order of their index.
    pub docket_entries: Vec<DocketEntryView>,
    /// Where the entries go on, where there are more than 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/cases/101-26/docket-entries?cursor=MSBlbnRyaWVzIDEwMS0yNiAxMDAw")]
    pub next_docket_entries: Option<String>,
}

/// From which commits and events a case was folded: commits 1 to `version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoldedFromView {
    /// The number of the last commit.
    pub version: Version,
    /// How many events.
    pub events: u64,
    /// The hash of the last commit, which by the chain stands for all before it.
    pub head_hash: Digest,
    /// The last event.
    pub last_event_id: EventId,
}

impl CaseAnswer {
    /// What a reader sees of a case, with these entries of it.
    pub fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
        let case = reader.case;
        match reader.sight() {
            Sight::Whole | Sight::Own => Self::Full(Box::new(CaseView::of(reader, docket))),
            Sight::Public => Self::Public(Box::new(PublicCaseView::of(case, docket))),
            Sight::Sealed => Self::Sealed(SealedCaseView {
                docket_number: case.docket_number,
                docket_number_suffix: case.docket_number_suffix(),
                is_paper: case.is_paper,
                is_sealed: true,
            }),
        }
    }
}

impl CaseView {
    fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
        let case = reader.case;
        Self {
            docket_number: case.docket_number,
            docket_number_suffix: case.docket_number_suffix(),
            docket_number_with_suffix: case.docket_number_with_suffix(),
            initial_docket_number_suffix: case.initial_docket_number_suffix,
            version: case.version,
            caption: case.caption.clone(),
            initial_caption: case.initial_caption.clone(),
            case_type: case.case_type,
            procedure_type: case.procedure_type,
            party_type: case.party_type,
            status: case.status,
            status_history: case.status_history.clone(),
            closed_date: case.closed_date,
            associated_judge: case.associated_judge.clone(),
            preferred_trial_city: case.preferred_trial_city.clone(),
            received_at: case.received_at,
            is_paper: case.is_paper,
            petition_checked_at: case.petition_checked_at,
            petition_served_at: case.petition_served_at,
            irs_notice_date: case.irs_notice_date,
            fee: case.fee.clone(),
            is_sealed: case.is_sealed(),
            sealed_at: case.sealed_at,
            party_contacts: case
                .parties
                .iter()
                .map(|contact| shown(reader, contact))
                .collect(),
            counsel: case.counsel.clone(),
            consolidated_cases: consolidated(case),
            imported: case.imported.clone(),
            docket,
            folded_from: FoldedFromView {
                version: case.version,
                events: case.folded_from.events,
                head_hash: case.folded_from.head_hash,
                last_event_id: case.folded_from.last_event_id,
            },
        }
    }
}

impl PublicCaseView {
    fn of(case: &Case, docket: DocketView) -> Self {
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
            consolidated_cases: consolidated(case),
            docket,
        }
    }
}

fn consolidated(case: &Case) -> Option<ConsolidatedCases> {
    case.consolidation.as_ref().map(|group| ConsolidatedCases {
        lead_docket_number: group.lead_docket_number,
        docket_numbers: group.members.clone(),
    })
}

fn shown(reader: &Reader<'_>, contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    if contact.is_address_sealed && !reader.sees_sealed_address(contact.contact_id) {
        contact.address = None;
        contact.phone = None;
        contact.email = None;
        contact.in_care_of = None;
    }
    contact
}
