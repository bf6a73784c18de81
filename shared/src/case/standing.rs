//! Folding where a case stands.

use casefold_events::case::standing::{
    CaptionChanged, CaseDetailsCorrected, CaseSealed, CaseStatusChanged, CaseUnsealed,
    JudgeAssigned,
};

use super::{Case, Context, StatusChange};

impl Case {
    pub(super) fn status_changed(&mut self, event: CaseStatusChanged, context: Context<'_>) {
        let commit = context.commit;
        self.status = event.status;
        self.status_history.push(StatusChange {
            status: event.status,
            since: commit.effective_at,
            version: commit.version,
        });
        // A closed date implies a closed status and the reverse, whatever the event says.
        self.closed_date = event
            .status
            .is_closed()
            .then(|| event.closed_date.unwrap_or(commit.effective_at));
    }

    pub(super) fn caption_changed(&mut self, event: CaptionChanged) {
        self.caption = event.caption;
    }

    pub(super) fn judge_assigned(&mut self, event: JudgeAssigned) {
        self.associated_judge = event.judge;
    }

    pub(super) fn details_corrected(&mut self, event: CaseDetailsCorrected) {
        let CaseDetailsCorrected {
            case_type,
            procedure_type,
            party_type,
            preferred_trial_city,
            irs_notice_date,
        } = event;
        self.case_type = case_type.unwrap_or(self.case_type);
        self.procedure_type = procedure_type.unwrap_or(self.procedure_type);
        self.party_type = party_type.unwrap_or(self.party_type);
        self.preferred_trial_city = preferred_trial_city.or(self.preferred_trial_city.take());
        self.irs_notice_date = irs_notice_date.or(self.irs_notice_date);
    }

    pub(super) fn sealed(&mut self, event: CaseSealed) {
        self.sealed_at = Some(event.sealed_at);
    }

    pub(super) fn unsealed(&mut self, _: CaseUnsealed) {
        self.sealed_at = None;
    }
}
