//! What readers outside the court see of a case in a list, as types: what a type doesn't
//! have can't leak. Each row is built from the case itself and not from the list's row,
//! which is the court's.

use casefold_events::vocabulary::{CaseStatus, CaseType, ProcedureType};
use casefold_events::{DocketNumber, Personal, Timestamp};
use casefold_shared::case::Case;
use casefold_shared::lists::NameLine;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Reader, Sight};

/// A case among those of its reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnCaseRow {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The docket number with its suffix.
    #[schema(example = "101-26S")]
    pub docket_number_with_suffix: String,
    /// The caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// Where the case stands.
    pub status: CaseStatus,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure.
    pub procedure_type: ProcedureType,
    /// The judge who has the case.
    pub associated_judge: String,
    /// Where the petitioner wants the trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// The lead case of the consolidated group, where the case is in one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_docket_number: Option<DocketNumber>,
    /// Whether the whole case is sealed.
    pub is_sealed: bool,
    /// The date of the trial, of a case that is on a calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_date: Option<Timestamp>,
    /// Where it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trial_location: Option<String>,
}

/// A case that a search has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundCaseRow {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The docket number with its suffix.
    #[schema(example = "101-26S")]
    pub docket_number_with_suffix: String,
    /// The caption. For the court it is cut after 300 characters.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// Whether the whole case is sealed. Only the court and the case's own people find it
    /// then.
    pub is_sealed: bool,
}

impl OwnCaseRow {
    /// The row of a case for its reader; `None` where it is not the reader's own.
    pub fn of(reader: &Reader<'_>, case: &Case) -> Option<Self> {
        match reader.sight() {
            Sight::Whole | Sight::Own => {}
            Sight::Public | Sight::Sealed => return None,
        }
        let session = case.trial_session.as_ref().filter(|_| reader.sees_trial());
        Some(Self {
            docket_number: case.docket_number,
            docket_number_with_suffix: case.docket_number_with_suffix(),
            caption: case.caption.clone(),
            status: case.status,
            case_type: case.case_type,
            procedure_type: case.procedure_type,
            associated_judge: case.associated_judge.clone(),
            preferred_trial_city: case.preferred_trial_city.clone(),
            received_at: case.received_at,
            lead_docket_number: case
                .consolidation
                .as_ref()
                .map(|group| group.lead_docket_number),
            is_sealed: case.is_sealed(),
            trial_date: session.map(|session| session.trial_date),
            trial_location: session.map(|session| session.trial_location.clone()),
        })
    }
}

impl FoundCaseRow {
    /// The row of a case for its reader; `None` where it is sealed from the reader.
    pub fn of(reader: &Reader<'_>, case: &Case) -> Option<Self> {
        match reader.sight() {
            Sight::Whole | Sight::Own | Sight::Public => {}
            Sight::Sealed => return None,
        }
        Some(Self {
            docket_number: case.docket_number,
            docket_number_with_suffix: case.docket_number_with_suffix(),
            caption: case.caption.clone(),
            received_at: case.received_at,
            is_sealed: case.is_sealed(),
        })
    }

    /// The row as the search's own row has it: for the court.
    pub(crate) fn for_court(line: NameLine) -> Self {
        Self {
            docket_number: line.docket_number,
            docket_number_with_suffix: line.docket_number_with_suffix,
            caption: line.caption,
            received_at: line.received_at,
            is_sealed: line.is_sealed,
        }
    }
}
