//! What a row of a list shows.
//!
//! These are stored forms. Whoever changes one makes a new generation of the lists.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::{CaseStatus, CaseType, ProcedureType};
use casefold_events::{
    DeadlineId, DocketEntryId, DocketNumber, Personal, Timestamp, TrialSessionId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Words;
use crate::case::{Case, OpenEntry};

/// The longest text in a row, in characters. A row is read by the hundred; whoever wants a
/// caption of ten pages reads the case.
const MAX_TEXT: usize = 300;

/// What a row shows, by the kind of list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Line {
    /// A case.
    Case(CaseLine),
    /// A case in a trial session.
    Session(SessionLine),
    /// An open deadline.
    Deadline(DeadlineLine),
    /// A docket entry that waits for somebody.
    Entry(EntryLine),
    /// A case that is found by a word.
    Name(NameLine),
}

/// What a list shows of a case. Texts of more than 300 characters are cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseLine {
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// The lead case of the consolidated group, where the case is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_docket_number: Option<DocketNumber>,
    /// Whether the whole case is sealed.
    pub is_sealed: bool,
    /// Whether somebody of the court keeps it from trial.
    pub blocked: bool,
    /// Whether it is kept from trial by itself.
    pub automatic_blocked: bool,
    /// Whether it is to be tried before others.
    pub high_priority: bool,
    /// The trial session in which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_session_id: Option<TrialSessionId>,
    /// The session's date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_date: Option<Timestamp>,
}

/// What a list shows of a case in a trial session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionLine {
    /// The case.
    #[serde(flatten)]
    pub case: CaseLine,
    /// Whether it is in the session for a hearing, and not for its trial.
    pub is_hearing: bool,
}

/// What a list shows of an open deadline, and of its case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineLine {
    /// The case.
    #[serde(flatten)]
    pub case: CaseLine,
    /// The deadline.
    pub deadline_id: DeadlineId,
    /// The date.
    pub due: Timestamp,
    /// What is to be done.
    #[schema(value_type = String)]
    pub description: Personal<String>,
}

/// What a list shows of a docket entry that waits for somebody, and of its case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryLine {
    /// The case.
    #[serde(flatten)]
    pub case: CaseLine,
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// Its place on the record.
    pub index: u32,
    /// The kind of document.
    pub event_code: EventCode,
    /// The title on the record.
    #[schema(value_type = String)]
    pub title: Personal<String>,
    /// Who filed it, as the record says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filed_by: Option<Personal<String>>,
    /// The date of filing.
    pub filing_date: Timestamp,
}

/// What the search keeps of a case under each of its words. It has what names the case and
/// nothing that changes with its progress: else each step of a case would rewrite a dozen
/// rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameLine {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// The docket number with its suffix.
    pub docket_number_with_suffix: String,
    /// The caption.
    pub caption: Personal<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// Whether the whole case is sealed.
    pub is_sealed: bool,
    /// Every word of the case, for a search by several; absent of a case with very many,
    /// whose words are made again from the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
}

impl CaseLine {
    /// What lists show of a case.
    pub fn of(case: &Case) -> Self {
        let session = case.trial_session.as_ref();
        Self {
            docket_number: case.docket_number,
            docket_number_with_suffix: case.docket_number_with_suffix(),
            caption: cut(&case.caption),
            status: case.status,
            case_type: case.case_type,
            procedure_type: case.procedure_type,
            associated_judge: short(&case.associated_judge),
            preferred_trial_city: case.preferred_trial_city.as_deref().map(short),
            received_at: case.received_at,
            lead_docket_number: case
                .consolidation
                .as_ref()
                .map(|group| group.lead_docket_number),
            is_sealed: case.is_sealed(),
            blocked: case.blocked.is_some(),
            automatic_blocked: case.automatic_block.is_some(),
            high_priority: case.priority.is_some(),
            trial_session_id: session.map(|session| session.trial_session_id),
            trial_date: session.map(|session| session.trial_date),
        }
    }
}

impl EntryLine {
    /// What lists show of an open entry of a case.
    pub(super) fn of(case: CaseLine, entry: &OpenEntry) -> Self {
        Self {
            case,
            docket_entry_id: entry.docket_entry_id,
            index: entry.index,
            event_code: entry.event_code.clone(),
            title: cut(&entry.title),
            filed_by: entry.filed_by.as_ref().map(cut),
            filing_date: entry.filing_date,
        }
    }
}

/// A personal text, cut to what a row shows.
pub(super) fn cut(text: &Personal<String>) -> Personal<String> {
    short(text.expose()).into()
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_for_a_row_is_cut_between_characters() {
        assert_eq!(short(&"ö".repeat(MAX_TEXT)), "ö".repeat(MAX_TEXT));
        let cut = short(&"ö".repeat(MAX_TEXT + 1));
        assert_eq!(cut, "ö".repeat(MAX_TEXT) + "…");
    }
}
