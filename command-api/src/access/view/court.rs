//! What the court alone sees of a case.

use std::sync::Arc;

use casefold_events::case::records::{Correspondence, Deadline, OtherStatistics, Statistic};
use casefold_events::case::trial::Hearing;
use casefold_events::vocabulary::AutomaticBlockReason;
use casefold_events::{Personal, Timestamp};
use casefold_shared::case::{Case, OpenEntry, StatusChange};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AsOfView, CaseView, DocketView, Reader};

/// A case, for the court.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CourtCaseView {
    /// What parties and the respondent see as well.
    #[serde(flatten)]
    pub case: CaseView,
    /// Each status that the case has had, in order, with who set it.
    pub status_history: Vec<StatusChange>,
    /// The hearings beside the trial, with what the calendar says of them.
    pub hearings: Vec<Hearing>,
    /// What keeps the case from trial, and what hastens it.
    #[serde(flatten)]
    pub readiness: ReadinessView,
    /// When the petition that came on paper was posted, as the court read it on the envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mailing_date: Option<String>,
    /// The open deadlines.
    pub deadlines: Vec<Deadline>,
    /// Correspondence.
    pub correspondence: Vec<Correspondence>,
    /// What the case is about in figures.
    pub statistics: Vec<Statistic>,
    /// Damages and litigation costs.
    #[serde(flatten)]
    pub other_statistics: OtherStatistics,
    /// The court's own note.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub case_note: Option<Personal<String>>,
    /// The entries on the record about which somebody still has to do something: at most 100.
    #[schema(value_type = Vec<OpenEntry>)]
    pub open_entries: Vec<Arc<OpenEntry>>,
    /// How many more there are.
    pub open_entries_beyond: u32,
    /// As of which point in its past the case is shown; absent where it is shown as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOfView>,
}

/// What keeps a case from trial, and what hastens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessView {
    /// Whether somebody of the court keeps the case from trial.
    pub blocked: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_reason: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_date: Option<Timestamp>,
    /// Whether the case is kept from trial by itself.
    pub automatic_blocked: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_blocked_reason: Option<AutomaticBlockReason>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_blocked_date: Option<Timestamp>,
    /// Whether the case is to be tried before others.
    pub high_priority: bool,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_priority_reason: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high_priority_date: Option<Timestamp>,
}

impl CourtCaseView {
    pub(super) fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
        let case = reader.case;
        let mut open_entries = case.open_entries.to_vec();
        open_entries.sort_by_key(|entry| entry.index);
        Self {
            case: CaseView::of(reader, docket),
            status_history: case.status_history.to_vec(),
            hearings: case.hearings.to_vec(),
            readiness: ReadinessView::of(case),
            mailing_date: case.mailing_date.clone(),
            deadlines: case.deadlines.to_vec(),
            correspondence: case.correspondence.to_vec(),
            statistics: case.statistics.to_vec(),
            other_statistics: case.other_statistics.unwrap_or_default(),
            case_note: case.case_note.clone(),
            open_entries,
            open_entries_beyond: case.open_entries_beyond,
            as_of: None,
        }
    }
}

impl ReadinessView {
    fn of(case: &Case) -> Self {
        let (blocked, priority) = (case.blocked.as_ref(), case.priority.as_ref());
        let automatic = case.automatic_block.as_ref();
        Self {
            blocked: blocked.is_some(),
            blocked_reason: blocked.map(|because| because.reason.clone()),
            blocked_date: blocked.map(|because| because.since),
            automatic_blocked: automatic.is_some(),
            automatic_blocked_reason: automatic.map(|block| block.reason),
            automatic_blocked_date: automatic.map(|block| block.since),
            high_priority: priority.is_some(),
            high_priority_reason: priority.map(|because| because.reason.clone()),
            high_priority_date: priority.map(|because| because.since),
        }
    }
}
