//! Where a case stands: status, judge, caption, seal.

use casefold_events::case::standing::{CaseSealed, CaseStatusChanged, CaseUnsealed, JudgeAssigned};
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::{CHIEF_JUDGE, Case};

use super::actor::require_served;
use super::caption;
use super::draft::Draft;
use crate::command::UpdateCaseContext;
use crate::refusal::Refusal;
use crate::rules::statuses::{has_chief_judge, is_set_by_hand};

/// A clerk changes status, judge or caption.
pub(super) fn update_context(
    case: &Case,
    body: &UpdateCaseContext,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let status = body.status.filter(|status| *status != case.status);
    if let Some(status) = status {
        change_status(case, status, draft)?;
    }
    assign_judge(
        case,
        status.unwrap_or(case.status),
        body.judge.as_deref(),
        draft,
    )?;
    caption::amend(case, body.caption.as_ref(), draft);
    Ok(())
}

fn change_status(case: &Case, status: CaseStatus, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !is_set_by_hand(status) {
        return Err(Refusal::StatusNotSettable { status });
    }
    require_served(case)?;
    require_unconsolidated(case)?;
    let closed_date = status.is_closed().then_some(draft.at);
    draft.event(CaseStatusChanged {
        status,
        closed_date,
    });
    Ok(())
}

/// Gives the case to a judge.
fn assign_judge(
    case: &Case,
    status: CaseStatus,
    asked: Option<&str>,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let judge = match asked {
        Some(judge) if has_chief_judge(status) && judge != CHIEF_JUDGE => {
            return Err(Refusal::JudgeOnGeneralDocket);
        }
        Some(judge) => judge,
        None => return Ok(()),
    };
    if judge != case.associated_judge {
        require_unconsolidated(case)?;
        draft.event(JudgeAssigned {
            judge: judge.to_owned(),
        });
    }
    Ok(())
}

/// Lets a case pass that is in no consolidated group. The cases of a group share status and
/// judge, and none of them is on appeal or closed, so for one alone neither changes.
///
/// # Errors
/// [`Refusal::CaseIsConsolidated`] where it is in one.
pub(super) fn require_unconsolidated(case: &Case) -> Result<(), Refusal> {
    match &case.consolidation {
        Some(group) => Err(Refusal::CaseIsConsolidated {
            lead: group.lead_docket_number,
        }),
        None => Ok(()),
    }
}

/// A clerk seals the whole case.
pub(super) fn seal(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.is_sealed() {
        return Err(Refusal::CaseAlreadySealed);
    }
    let sealed_at = draft.at;
    draft.event(CaseSealed { sealed_at });
    Ok(())
}

/// A clerk unseals the case.
pub(super) fn unseal(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !case.is_sealed() {
        return Err(Refusal::CaseNotSealed);
    }
    draft.event(CaseUnsealed {});
    Ok(())
}
