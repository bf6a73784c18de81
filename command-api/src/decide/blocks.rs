//! What keeps a case from trial, and what hastens it.

use casefold_events::case::trial::{
    CasePrioritized, CaseUnprioritized, TrialBlocked, TrialUnblocked,
};
use casefold_shared::case::Case;

use super::draft::Draft;
use super::trial::{require_not_blocked, require_not_calendared, require_triable};
use crate::command::{BlockFromTrial, Prioritize};
use crate::refusal::Refusal;

/// Somebody of the court keeps a case from trial.
pub(super) fn block(
    case: &Case,
    body: &BlockFromTrial,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_triable(case)?;
    require_not_calendared(case)?;
    if case.blocked.is_some() {
        return Err(Refusal::CaseAlreadyBlocked);
    }
    if case.priority.is_some() {
        return Err(Refusal::CasePrioritized);
    }
    let reason = body.reason.clone().into();
    draft.event(TrialBlocked { reason });
    Ok(())
}

/// Somebody of the court keeps a case from trial no longer.
pub(super) fn unblock(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.blocked.is_none() {
        return Err(Refusal::CaseNotBlocked);
    }
    draft.event(TrialUnblocked {});
    Ok(())
}

/// Somebody of the court has a case tried before others. That it is kept from trial by
/// itself is no hindrance: priority ends that.
pub(super) fn prioritize(
    case: &Case,
    body: &Prioritize,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_triable(case)?;
    require_not_calendared(case)?;
    require_not_blocked(case)?;
    if case.priority.is_some() {
        return Err(Refusal::CaseAlreadyPrioritized);
    }
    let reason = body.reason.clone().into();
    draft.event(CasePrioritized { reason });
    Ok(())
}

/// Somebody of the court has a case tried in its turn again.
pub(super) fn unprioritize(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.priority.is_none() {
        return Err(Refusal::CaseNotPrioritized);
    }
    draft.event(CaseUnprioritized {});
    Ok(())
}
