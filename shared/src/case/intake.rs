//! Folding the petition, its check, its service and its fee.

use casefold_events::case::import::CaseImported;
use casefold_events::case::intake::{FeeRecorded, PetitionChecked, PetitionFiled, PetitionServed};
use casefold_events::vocabulary::{CaseStatus, DocketNumberSuffix};
use casefold_events::{EventId, Version};

use super::{
    CHIEF_JUDGE, Case, Context, DocketRecord, FoldedFrom, Imported, SetBy, SharedList, StatusChange,
};

impl Case {
    pub(super) fn begin(event: PetitionFiled, context: Context<'_>) -> Self {
        let commit = context.commit;
        Self {
            docket_number: commit.docket_number,
            version: Version::ZERO,
            folded_from: FoldedFrom {
                events: 0,
                last_event_id: EventId(uuid::Uuid::nil()),
                last_command_id: commit.command_id.clone(),
                correlation_id: commit.correlation_id.clone(),
                recorded_at: commit.recorded_at,
                head_hash: commit.prev_hash,
            },
            initial_caption: event.caption.clone(),
            caption: event.caption,
            initial_docket_number_suffix: DocketNumberSuffix::of(
                event.case_type,
                event.procedure_type,
            ),
            case_type: event.case_type,
            procedure_type: event.procedure_type,
            party_type: event.party_type,
            status: CaseStatus::New,
            status_history: SharedList::from(vec![StatusChange {
                status: CaseStatus::New,
                since: commit.effective_at,
                version: commit.version,
                by: Some(SetBy::of(commit)),
            }]),
            closed_date: None,
            associated_judge: CHIEF_JUDGE.to_owned(),
            preferred_trial_city: event.preferred_trial_city,
            received_at: event.received_at,
            is_paper: event.is_paper,
            petition_checked_at: None,
            petition_served_at: None,
            irs_notice_date: event.irs_notice_date,
            mailing_date: event.mailing_date,
            answered_at: None,
            fee: event.fee,
            sealed_at: None,
            parties: event.petitioners.into(),
            counsel: SharedList::new(),
            consolidation: None,
            trial_session: None,
            hearings: SharedList::new(),
            blocked: None,
            automatic_block: None,
            priority: None,
            deadlines: SharedList::new(),
            correspondence: SharedList::new(),
            statistics: SharedList::new(),
            other_statistics: None,
            case_note: None,
            open_entries: SharedList::new(),
            open_entries_beyond: 0,
            pending_entries: 0,
            imported: None,
            docket: DocketRecord::default(),
        }
    }

    pub(super) fn petition_checked(&mut self, _: PetitionChecked, context: Context<'_>) {
        self.petition_checked_at = Some(context.commit.effective_at);
    }

    pub(super) fn petition_served(&mut self, event: PetitionServed) {
        self.petition_served_at = Some(event.served_at);
    }

    pub(super) fn fee_recorded(&mut self, event: FeeRecorded) {
        self.fee = event.fee;
    }

    pub(super) fn imported(&mut self, event: CaseImported, context: Context<'_>) {
        self.imported = Some(Imported {
            source_digest: event.source_digest,
            source_schema: event.source_schema,
            version: context.commit.version,
        });
    }
}
