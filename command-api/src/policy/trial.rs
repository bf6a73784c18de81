//! What follows for trial: judge, session, automatic block.

use casefold_events::CaseEvent;
use casefold_events::case::standing::JudgeAssigned;
use casefold_events::case::trial::{
    AutomaticBlockLifted, AutomaticallyBlocked, RemovedFromTrialSession,
};
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::{CHIEF_JUDGE, Case};

use super::Occasion;
use crate::decide::draft::Draft;
use crate::rules::statuses::has_chief_judge;

/// Domain of the court, group "case": "General Docket resets the judge to Chief Judge".
pub(super) fn reset_judge(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let status_changed = occasion
        .events
        .iter()
        .any(|event| matches!(event, CaseEvent::CaseStatusChanged(_)));
    if status_changed && has_chief_judge(after.status) && after.associated_judge != CHIEF_JUDGE {
        draft.event(JudgeAssigned {
            judge: CHIEF_JUDGE.to_owned(),
        });
    }
}

/// Domain of the court, group "case": "leaving Calendared drops the trial session". Nor does
/// a closed case wait for trial.
pub(super) fn drop_session(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let Some(session) = &after.trial_session else {
        return;
    };
    let was_calendared = occasion.before.status == CaseStatus::Calendared;
    let left = was_calendared && after.status != CaseStatus::Calendared;
    let closed = after.status.is_closed() && !occasion.before.status.is_closed();
    if left || closed {
        draft.event(RemovedFromTrialSession {
            trial_session_id: session.trial_session_id,
        });
    }
}

/// Domain of the court, group "records": "an open deadline or pending entry blocks a case
/// from trial automatically (Due Date, Pending Item, or both) unless it has a trial date or
/// high priority".
pub(super) fn block_automatically(_: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let due = after.automatic_block_due();
    let there = after.automatic_block.map(|block| block.reason);
    match due {
        Some(reason) if there != Some(reason) => draft.event(AutomaticallyBlocked { reason }),
        None if there.is_some() => draft.event(AutomaticBlockLifted {}),
        Some(_) | None => {}
    }
}
