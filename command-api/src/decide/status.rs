//! How a case comes to another status: by the table of transitions, and by nothing else.

use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::Case;

use super::actor::is_served;
use super::draft::Draft;
use crate::refusal::Refusal;
use crate::rules::statuses::{Cause, allows};

/// Gives a case a status.
///
/// # Errors
/// [`Refusal::StatusNotReachable`] where the table has no such transition.
pub(super) fn change(
    case: &Case,
    status: CaseStatus,
    cause: Cause,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require(case, status, cause)?;
    let closed_date = status.is_closed().then_some(draft.at);
    draft.event(CaseStatusChanged {
        status,
        closed_date,
    });
    Ok(())
}

/// Lets a case pass that can come to a status by a cause.
///
/// # Errors
/// [`Refusal::StatusNotReachable`] where the table has no such transition.
pub(super) fn require(case: &Case, status: CaseStatus, cause: Cause) -> Result<(), Refusal> {
    let from = standing(case);
    if allows(cause, from, status) {
        return Ok(());
    }
    Err(Refusal::StatusNotReachable {
        from,
        to: status,
        cause: cause.as_str(),
    })
}

/// The status that counts. A case that came from another system may say New after its
/// petition was served; it stands as one that is not at issue.
fn standing(case: &Case) -> CaseStatus {
    if case.status == CaseStatus::New && is_served(case) {
        CaseStatus::NotAtIssue
    } else {
        case.status
    }
}
