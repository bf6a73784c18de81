//! Folding where a case stands.

use casefold_events::Timestamp;
use casefold_events::case::standing::{
    CaptionChanged, CaseDetailsCorrected, CaseSealed, CaseStatusChanged, CaseUnsealed,
    JudgeAssigned,
};
use casefold_events::vocabulary::CaseStatus;

use super::{Case, Context, SetBy, StatusChange};

impl Case {
    pub(super) fn status_changed(&mut self, event: CaseStatusChanged, context: Context<'_>) {
        self.enter(event.status, event.closed_date, context);
    }

    /// Gives the case a status. A closed date implies a closed status and the reverse,
    /// whatever the event says; and closing clears block and priority (domain of the court,
    /// "Always true" and the group "case").
    pub(super) fn enter(
        &mut self,
        status: CaseStatus,
        closed_date: Option<Timestamp>,
        context: Context<'_>,
    ) {
        let commit = context.commit;
        self.status = status;
        self.status_history.edit().push(StatusChange {
            status,
            since: commit.effective_at,
            version: commit.version,
            by: Some(SetBy::of(commit)),
        });
        self.closed_date = status
            .is_closed()
            .then(|| closed_date.unwrap_or(commit.effective_at));
        if status.is_closed() {
            self.blocked = None;
            self.automatic_block = None;
            self.priority = None;
        }
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
            mailing_date,
        } = event;
        self.case_type = case_type.unwrap_or(self.case_type);
        self.procedure_type = procedure_type.unwrap_or(self.procedure_type);
        self.party_type = party_type.unwrap_or(self.party_type);
        self.preferred_trial_city = preferred_trial_city.or(self.preferred_trial_city.take());
        self.irs_notice_date = irs_notice_date.or(self.irs_notice_date);
        self.mailing_date = mailing_date.or(self.mailing_date.take());
    }

    pub(super) fn sealed(&mut self, event: CaseSealed) {
        self.sealed_at = Some(event.sealed_at);
    }

    pub(super) fn unsealed(&mut self, _: CaseUnsealed) {
        self.sealed_at = None;
    }
}
