//! Folding trial: sessions, hearings, blocks and priority.
//!
//! What is always true is kept true here, whatever a history says: a case is never both
//! kept from trial and prioritized, and a case with a trial date, or one that is
//! prioritized, is not kept from trial by itself (domain of the court, "Always true" and
//! the group "records").

use casefold_events::Timestamp;
use casefold_events::case::trial::{
    AddedToTrialSession, AutomaticBlockLifted, AutomaticallyBlocked, CaseCalendared,
    CasePrioritized, CaseUnprioritized, HearingRemoved, HearingSet, RemovedFromTrialSession,
    TrialBlocked, TrialUnblocked,
};
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Case, Context};

/// Why, and since when, somebody of the court keeps a case from trial, or hastens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Because {
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// Why, and since when, a case is kept from trial by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AutomaticBlock {
    /// Why.
    pub reason: AutomaticBlockReason,
    /// Since when.
    pub since: Timestamp,
}

impl Case {
    /// Why the case ought to be kept from trial by itself as it stands: it has an open
    /// deadline or a pending entry, and neither a trial date nor high priority, and is not
    /// closed.
    pub fn automatic_block_due(&self) -> Option<AutomaticBlockReason> {
        if self.trial_session.is_some() || self.priority.is_some() || self.status.is_closed() {
            return None;
        }
        AutomaticBlockReason::of(!self.deadlines.is_empty(), self.pending_entries > 0)
    }

    pub(super) fn added_to_trial_session(&mut self, event: AddedToTrialSession) {
        self.trial_session = Some(event.session);
        self.automatic_block = None;
    }

    pub(super) fn calendared(&mut self, event: CaseCalendared, context: Context<'_>) {
        if let Some(judge) = &event.session.judge {
            self.associated_judge.clone_from(judge);
        }
        self.trial_session = Some(event.session);
        self.automatic_block = None;
        self.enter(CaseStatus::Calendared, None, context);
    }

    pub(super) fn removed_from_trial_session(&mut self, event: RemovedFromTrialSession) {
        let id = event.trial_session_id;
        self.trial_session
            .take_if(|session| session.trial_session_id == id);
    }

    pub(super) fn hearing_set(&mut self, event: HearingSet) {
        let id = event.hearing.session.trial_session_id;
        self.hearings
            .retain(|hearing| hearing.session.trial_session_id != id);
        self.hearings.edit().push(event.hearing);
    }

    pub(super) fn hearing_removed(&mut self, event: HearingRemoved) {
        let id = event.trial_session_id;
        self.hearings
            .retain(|hearing| hearing.session.trial_session_id != id);
    }

    pub(super) fn trial_blocked(&mut self, event: TrialBlocked, context: Context<'_>) {
        self.priority = None;
        self.blocked = Some(Because {
            reason: event.reason.into_exposed(),
            since: context.commit.effective_at,
        });
    }

    pub(super) fn trial_unblocked(&mut self, _: TrialUnblocked) {
        self.blocked = None;
    }

    pub(super) fn automatically_blocked(
        &mut self,
        event: AutomaticallyBlocked,
        context: Context<'_>,
    ) {
        if self.trial_session.is_some() || self.priority.is_some() {
            return;
        }
        self.automatic_block = Some(AutomaticBlock {
            reason: event.reason,
            since: context.commit.effective_at,
        });
    }

    pub(super) fn automatic_block_lifted(&mut self, _: AutomaticBlockLifted) {
        self.automatic_block = None;
    }

    pub(super) fn prioritized(&mut self, event: CasePrioritized, context: Context<'_>) {
        self.blocked = None;
        self.automatic_block = None;
        self.priority = Some(Because {
            reason: event.reason.into_exposed(),
            since: context.commit.effective_at,
        });
    }

    pub(super) fn unprioritized(&mut self, _: CaseUnprioritized) {
        self.priority = None;
    }
}
