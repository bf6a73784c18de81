//! The sealings: who sealed or unsealed what, and when.
//!
//! A row for each act of sealing, under the month in which it was recorded, in the order of
//! their times. When what was sealed is unsealed, its row says by whom and when. What is
//! unsealed without an act of sealing on record (a party whose address came in sealed with an
//! import) has a row of that alone.

use casefold_events::vocabulary::{Role, SealedTo};
use casefold_events::{
    CaseEvent, Commit, ContactId, DocketEntryId, DocketNumber, Timestamp, UserId, Version,
};
use casefold_shared::gateway::{Generation, Row};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rows::RowProjection;

/// The projection.
pub struct Sealings;

/// What is kept of a case, a stored form: its sealings, in the order in which they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealingsOfCase(Vec<Sealing>);

/// A sealing, with its lifting once it is lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sealing {
    #[serde(flatten)]
    what: What,
    /// From whom an entry is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed_to: Option<SealedTo>,
    /// Absent where it was sealed without an act on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Act>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lifted: Option<Act>,
}

/// What is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "what",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
enum What {
    Case,
    DocketEntry { docket_entry_id: DocketEntryId },
    Address { contact_id: ContactId },
}

/// Who did it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Act {
    user: UserId,
    role: Role,
    command: String,
    recorded_at: Timestamp,
    effective_at: Timestamp,
    version: Version,
}

impl RowProjection for Sealings {
    const NAME: &'static str = "sealings";
    const GENERATION: Generation = Generation::FIRST;
    type State = SealingsOfCase;

    fn fold(state: &mut SealingsOfCase, commit: &Commit, event: &CaseEvent) {
        let entry = |docket_entry_id| What::DocketEntry { docket_entry_id };
        let address = |contact_id| What::Address { contact_id };
        match event {
            CaseEvent::CaseSealed(_) => state.seal(What::Case, None, commit),
            CaseEvent::CaseUnsealed(_) => state.lift(What::Case, commit),
            CaseEvent::DocketEntrySealed(event) => {
                state.seal(entry(event.docket_entry_id), Some(event.sealed_to), commit);
            }
            CaseEvent::DocketEntryUnsealed(event) => {
                state.lift(entry(event.docket_entry_id), commit);
            }
            CaseEvent::AddressSealed(event) => {
                state.seal(address(event.contact_id), None, commit);
            }
            CaseEvent::AddressUnsealed(event) => state.lift(address(event.contact_id), commit),
            CaseEvent::PetitionFiled(_)
            | CaseEvent::PetitionChecked(_)
            | CaseEvent::PetitionServed(_)
            | CaseEvent::FeeRecorded(_)
            | CaseEvent::DocketEntryFiled(_)
            | CaseEvent::DocketEntryServed(_)
            | CaseEvent::DocketEntryStricken(_)
            | CaseEvent::DocketEntryEdited(_)
            | CaseEvent::DraftSigned(_)
            | CaseEvent::DraftUnsigned(_)
            | CaseEvent::DraftArchived(_)
            | CaseEvent::MotionStamped(_)
            | CaseEvent::DocketEntryChecked(_)
            | CaseEvent::PendingItemRemoved(_)
            | CaseEvent::CaseStatusChanged(_)
            | CaseEvent::CaptionChanged(_)
            | CaseEvent::JudgeAssigned(_)
            | CaseEvent::CaseDetailsCorrected(_)
            | CaseEvent::CaseConsolidated(_)
            | CaseEvent::CaseUnconsolidated(_)
            | CaseEvent::PartyAdded(_)
            | CaseEvent::ContactUpdated(_)
            | CaseEvent::CounselAssociated(_)
            | CaseEvent::PartyRemoved(_)
            | CaseEvent::CounselUpdated(_)
            | CaseEvent::CounselRemoved(_)
            | CaseEvent::AddedToTrialSession(_)
            | CaseEvent::CaseCalendared(_)
            | CaseEvent::RemovedFromTrialSession(_)
            | CaseEvent::HearingSet(_)
            | CaseEvent::HearingRemoved(_)
            | CaseEvent::TrialBlocked(_)
            | CaseEvent::TrialUnblocked(_)
            | CaseEvent::AutomaticallyBlocked(_)
            | CaseEvent::AutomaticBlockLifted(_)
            | CaseEvent::CasePrioritized(_)
            | CaseEvent::CaseUnprioritized(_)
            | CaseEvent::DeadlineAdded(_)
            | CaseEvent::DeadlineUpdated(_)
            | CaseEvent::DeadlineRemoved(_)
            | CaseEvent::CorrespondenceAdded(_)
            | CaseEvent::CorrespondenceUpdated(_)
            | CaseEvent::CorrespondenceRemoved(_)
            | CaseEvent::StatisticAdded(_)
            | CaseEvent::StatisticUpdated(_)
            | CaseEvent::StatisticRemoved(_)
            | CaseEvent::OtherStatisticsSet(_)
            | CaseEvent::OtherStatisticsRemoved(_)
            | CaseEvent::CaseNoteWritten(_)
            | CaseEvent::CaseNoteRemoved(_)
            | CaseEvent::CaseImported(_) => {}
        }
    }

    fn rows(docket_number: DocketNumber, state: &SealingsOfCase) -> Vec<Row> {
        let rows = state.0.iter().enumerate().filter_map(|(nth, sealing)| {
            let act = sealing.sealed.as_ref().or(sealing.lifted.as_ref())?;
            let recorded_at = act.recorded_at.to_string();
            let mut body = json!(sealing);
            body["docketNumber"] = json!(docket_number);
            Some(Row {
                key: recorded_at.chars().take("2026-11".len()).collect(),
                sort: format!("{recorded_at}#{:08}#{nth:05}", act.version.0),
                body,
            })
        });
        rows.collect()
    }
}

impl SealingsOfCase {
    fn seal(&mut self, what: What, sealed_to: Option<SealedTo>, commit: &Commit) {
        self.0.push(Sealing {
            what,
            sealed_to,
            sealed: Some(Act::of(commit)),
            lifted: None,
        });
    }

    /// What was sealed several times is open again by one act.
    fn lift(&mut self, what: What, commit: &Commit) {
        let act = Act::of(commit);
        let mut was_sealed = false;
        for sealing in &mut self.0 {
            if sealing.what == what && sealing.lifted.is_none() {
                sealing.lifted = Some(act.clone());
                was_sealed = true;
            }
        }
        if !was_sealed {
            self.0.push(Sealing {
                what,
                sealed_to: None,
                sealed: None,
                lifted: Some(act),
            });
        }
    }
}

impl Act {
    fn of(commit: &Commit) -> Self {
        Self {
            user: commit.actor.clone(),
            role: commit.role,
            command: commit.command.clone(),
            recorded_at: commit.recorded_at,
            effective_at: commit.effective_at,
            version: commit.version,
        }
    }
}

#[cfg(test)]
mod tests;
