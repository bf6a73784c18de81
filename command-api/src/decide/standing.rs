//! Where a case stands: status, judge, caption, seal.

use casefold_events::case::standing::{CaseSealed, CaseUnsealed, JudgeAssigned};
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::{CHIEF_JUDGE, Case};

use super::actor::require_served;
use super::draft::Draft;
use super::{caption, status};
use crate::command::UpdateCaseContext;
use crate::refusal::Refusal;
use crate::rules::statuses::{Cause, has_chief_judge, is_set_by_hand};

/// What is done instead with one case of a group that can't change alone.
pub(super) const UNCONSOLIDATE: &str = "unconsolidate it first (UnconsolidateCases)";
/// The same, where the group can change as a whole.
const CHANGE_TOGETHER: &str = "change the whole group (UpdateCaseContext with docketNumbers, to \
     /v1/commands), or unconsolidate it first (UnconsolidateCases)";

/// A clerk changes status, judge or caption.
pub(super) fn update_context(
    case: &Case,
    body: &UpdateCaseContext,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    change(case, body.status, body.judge.as_deref(), draft)?;
    if !draft.is_empty() {
        require_alone(case, CHANGE_TOGETHER)?;
    }
    caption::amend(case, body.caption.as_ref(), draft);
    Ok(())
}

/// Gives the case a status or a judge, or both, where they are others than it has.
pub(super) fn change(
    case: &Case,
    status: Option<CaseStatus>,
    judge: Option<&str>,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let status = status.filter(|status| *status != case.status);
    if let Some(status) = status {
        change_status(case, status, draft)?;
    }
    assign_judge(case, status.unwrap_or(case.status), judge, draft)
}

fn change_status(case: &Case, status: CaseStatus, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !is_set_by_hand(status) {
        return Err(Refusal::StatusNotSettable { status });
    }
    require_served(case)?;
    status::change(case, status, Cause::ByHand, draft)
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
    require_alone(case, UNCONSOLIDATE)
}

/// The same, where something better can be done instead.
pub(super) fn require_alone(case: &Case, instead: &'static str) -> Result<(), Refusal> {
    match &case.consolidation {
        Some(group) => Err(Refusal::CaseIsConsolidated {
            lead: group.lead_docket_number,
            instead,
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
