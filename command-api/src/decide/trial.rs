//! Trial sessions, hearings, the calendar, and readiness for trial.

use casefold_events::Personal;
use casefold_events::case::trial::{
    AddedToTrialSession, CaseCalendared, Hearing, HearingRemoved, HearingSet,
    RemovedFromTrialSession, TrialSession,
};
use casefold_events::ids::TrialSessionId;
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::Case;

use super::actor::require_served;
use super::draft::Draft;
use super::standing::{UNCONSOLIDATE, require_alone};
use super::status;
use crate::command::{AddToTrialSession, RemoveFromTrialSession, RemoveHearing, SetHearing};
use crate::refusal::Refusal;
use crate::rules::statuses::{ANSWER_AGE_DAYS, Cause, is_triable};

const MILLIS_A_DAY: i64 = 24 * 60 * 60 * 1_000;

/// What is done instead with one case of a group that is to be calendared alone.
const CALENDAR_TOGETHER: &str =
    "set the whole group on the calendar (SetTrialCalendar on several cases)";
/// What is done instead with one case of a group that is to leave the calendar alone.
const LEAVE_TOGETHER: &str =
    "give the whole group another status (UpdateCaseContext on several cases)";

/// A clerk puts a case into a trial session; on its calendar, where that is set already.
pub(super) fn add(
    case: &Case,
    body: &AddToTrialSession,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let id = body.session.trial_session_id;
    require_not_in(case, id)?;
    require_not_calendared(case)?;
    require_in_no_other(case, id)?;
    require_admissible(case)?;
    let session = body.session.clone();
    if body.is_calendared {
        require_alone(case, CALENDAR_TOGETHER)?;
        set(case, session, draft)
    } else {
        draft.event(AddedToTrialSession { session });
        Ok(())
    }
}

/// A clerk sets a case on the calendar of a session, in which it may be already. That its
/// consolidated group is set with it is looked at by whoever sees the group.
pub(super) fn calendar(
    case: &Case,
    session: &TrialSession,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let id = session.trial_session_id;
    require_not_calendared(case)?;
    require_in_no_other(case, id)?;
    // That the case is to be tried in the session is no hindrance to its being calendared
    // there; a hearing is.
    require_not_heard_in(case, id)?;
    require_admissible(case)?;
    set(case, session.clone(), draft)
}

/// Sets the case on the calendar, which gives it its status by itself.
fn set(case: &Case, session: TrialSession, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    status::require(case, CaseStatus::Calendared, Cause::Calendar)?;
    draft.event(CaseCalendared { session });
    Ok(())
}

/// A clerk takes a case out of its trial session.
pub(super) fn remove(
    case: &Case,
    body: &RemoveFromTrialSession,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let trial_session_id = body.trial_session_id;
    if !is_tried_in(case, trial_session_id) {
        return Err(Refusal::NotInTrialSession);
    }
    draft.event(RemovedFromTrialSession { trial_session_id });
    if case.status == CaseStatus::Calendared {
        require_alone(case, LEAVE_TOGETHER)?;
        status::change(case, CaseStatus::AtIssue, Cause::RemovedFromSession, draft)?;
    }
    Ok(())
}

/// A clerk sets a hearing, beside the case's own trial.
pub(super) fn set_hearing(
    case: &Case,
    body: &SetHearing,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    require_not_in(case, body.session.trial_session_id)?;
    let hearing = Hearing {
        session: body.session.clone(),
        calendar_notes: body.calendar_notes.clone().map(Personal::new),
    };
    draft.event(HearingSet { hearing });
    Ok(())
}

/// A clerk takes a hearing off.
pub(super) fn remove_hearing(
    case: &Case,
    body: &RemoveHearing,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let trial_session_id = body.trial_session_id;
    if !is_heard_in(case, trial_session_id) {
        return Err(Refusal::HearingNotFound);
    }
    draft.event(HearingRemoved { trial_session_id });
    Ok(())
}

/// The service finds a case ready for trial: the respondent has answered, and long enough
/// ago that the reply is in (domain of the court, "MarkReadyForTrial").
pub(super) fn mark_ready(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    require_alone(case, UNCONSOLIDATE)?;
    status::change(case, CaseStatus::AtIssue, Cause::MarkedReady, draft)?;
    let answered_at = case.answered_at.ok_or(Refusal::NotAnswered)?;
    let age = draft.at.as_millis() - answered_at.as_millis();
    if age <= i64::from(ANSWER_AGE_DAYS) * MILLIS_A_DAY {
        return Err(Refusal::AnswerTooRecent { answered_at });
    }
    Ok(())
}

/// Lets a case pass that can be tried and that nobody of the court keeps from trial.
fn require_admissible(case: &Case) -> Result<(), Refusal> {
    require_served(case)?;
    require_triable(case)?;
    require_not_blocked(case)
}

/// Lets a case pass that nobody of the court keeps from trial.
///
/// # Errors
/// [`Refusal::CaseBlocked`] where somebody does.
pub(super) fn require_not_blocked(case: &Case) -> Result<(), Refusal> {
    if case.blocked.is_none() {
        return Ok(());
    }
    Err(Refusal::CaseBlocked {
        docket_number: case.docket_number,
    })
}

/// Lets a case pass of which there can be a trial.
///
/// # Errors
/// [`Refusal::StatusNotTriable`] where it is on appeal or closed.
pub(super) fn require_triable(case: &Case) -> Result<(), Refusal> {
    if is_triable(case.status) {
        return Ok(());
    }
    Err(Refusal::StatusNotTriable {
        docket_number: case.docket_number,
        status: case.status,
    })
}

/// Lets a case pass that is on no session's calendar.
///
/// # Errors
/// [`Refusal::CaseCalendared`] where it is on one.
pub(super) fn require_not_calendared(case: &Case) -> Result<(), Refusal> {
    if case.status != CaseStatus::Calendared {
        return Ok(());
    }
    Err(Refusal::CaseCalendared {
        docket_number: case.docket_number,
    })
}

/// Lets a case pass that is not in this session, neither with its trial nor with a hearing.
fn require_not_in(case: &Case, session: TrialSessionId) -> Result<(), Refusal> {
    if is_tried_in(case, session) {
        return Err(Refusal::AlreadyInTrialSession {
            docket_number: case.docket_number,
        });
    }
    require_not_heard_in(case, session)
}

fn require_not_heard_in(case: &Case, session: TrialSessionId) -> Result<(), Refusal> {
    if is_heard_in(case, session) {
        return Err(Refusal::AlreadyInTrialSession {
            docket_number: case.docket_number,
        });
    }
    Ok(())
}

/// Lets a case pass that is not to be tried in another session.
fn require_in_no_other(case: &Case, session: TrialSessionId) -> Result<(), Refusal> {
    if case.trial_session.is_none() || is_tried_in(case, session) {
        return Ok(());
    }
    Err(Refusal::InAnotherSession {
        docket_number: case.docket_number,
    })
}

/// Whether the case is to be tried in this session, or is on its calendar.
pub(super) fn is_tried_in(case: &Case, session: TrialSessionId) -> bool {
    case.trial_session
        .as_ref()
        .is_some_and(|own| own.trial_session_id == session)
}

fn is_heard_in(case: &Case, session: TrialSessionId) -> bool {
    case.hearings
        .iter()
        .any(|hearing| hearing.session.trial_session_id == session)
}
