//! What the court, the parties and the respondent see of a case.

use casefold_events::case::intake::Fee;
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, DocketNumberSuffix, PartyType, ProcedureType,
};
use casefold_events::{Digest, DocketNumber, EventId, Personal, Timestamp, Version};
use casefold_shared::case::{Case, Imported, StatusChange};
use serde::Serialize;
use utoipa::ToSchema;

use super::trial::{HearingView, TrialView};
use super::{DocketView, Reader};

/// A case, for its parties and the respondent.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyCaseView {
    /// What the court sees as well.
    #[serde(flatten)]
    pub case: CaseView,
    /// Each status that the case has had, in order.
    pub status_history: Vec<StatusView>,
    /// The hearings beside the trial.
    pub hearings: Vec<HearingView>,
}

/// A status that a case has had. Who of the court set it is for the court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// The status.
    pub status: CaseStatus,
    /// From when it held.
    pub since: Timestamp,
    /// The commit that set it.
    pub version: Version,
}

impl StatusView {
    fn of(change: &StatusChange) -> Self {
        Self {
            status: change.status,
            since: change.since,
            version: change.version,
        }
    }
}

/// What the court, the parties and the respondent see of a case.
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
    /// When the respondent's first answer was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
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
    /// The session in which the case is to be tried. Parties see it once the case is on the
    /// session's calendar.
    #[serde(flatten)]
    pub trial: TrialView,
    /// From which source the case was imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The docket entries that the reader may see.
    #[serde(flatten)]
    pub docket: DocketView,
    /// From what the case was folded.
    pub folded_from: FoldedFromView,
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

impl PartyCaseView {
    pub(super) fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
        Self {
            case: CaseView::of(reader, docket),
            status_history: reader
                .case
                .status_history
                .iter()
                .map(StatusView::of)
                .collect(),
            hearings: reader.case.hearings.iter().map(HearingView::of).collect(),
        }
    }
}

impl CaseView {
    pub(super) fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
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
            closed_date: case.closed_date,
            associated_judge: case.associated_judge.clone(),
            preferred_trial_city: case.preferred_trial_city.clone(),
            received_at: case.received_at,
            is_paper: case.is_paper,
            petition_checked_at: case.petition_checked_at,
            petition_served_at: case.petition_served_at,
            irs_notice_date: case.irs_notice_date,
            answered_at: case.answered_at,
            fee: case.fee.clone(),
            is_sealed: case.is_sealed(),
            sealed_at: case.sealed_at,
            party_contacts: case
                .parties
                .iter()
                .map(|contact| shown(reader, contact))
                .collect(),
            counsel: case.counsel.to_vec(),
            consolidated_cases: consolidated(case),
            trial: TrialView::of(reader),
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
