//! Deadlines.

use casefold_events::case::records::{Deadline, DeadlineAdded, DeadlineRemoved, DeadlineUpdated};
use casefold_events::{CaseEvent, DeadlineId, Timestamp};
use casefold_shared::case::Case;

use super::docket::invalid;
use super::draft::Draft;
use super::records::{self, NamesRecord, Record};
use crate::command::{AddDeadline, RecordRef, UpdateDeadline};
use crate::refusal::Refusal;

impl Record for Deadline {
    type Id = DeadlineId;

    const ALREADY_THERE: Refusal = Refusal::DeadlineAlreadyThere;

    fn all(case: &Case) -> &[Self] {
        &case.deadlines
    }

    fn id(&self) -> DeadlineId {
        self.deadline_id
    }

    fn repeats(&self, other: &Self) -> bool {
        self.due == other.due && self.description == other.description
    }

    fn not_found(deadline: RecordRef<DeadlineId>) -> Refusal {
        Refusal::DeadlineNotFound { deadline }
    }

    fn added(self) -> CaseEvent {
        DeadlineAdded { deadline: self }.into()
    }

    fn updated(self) -> CaseEvent {
        DeadlineUpdated { deadline: self }.into()
    }

    fn removed(deadline_id: DeadlineId) -> CaseEvent {
        DeadlineRemoved { deadline_id }.into()
    }
}

impl NamesRecord for DeadlineId {
    type Record = Deadline;
}

/// Somebody of the court sets a deadline.
pub(super) fn add(case: &Case, body: &AddDeadline, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    require_after_receipt(case, body.due)?;
    let deadline = Deadline {
        deadline_id: DeadlineId(draft.id()),
        due: body.due,
        description: body.description.clone(),
        set_by: None,
    };
    records::add(case, deadline, draft)
}

/// Somebody of the court changes a deadline. The order that set it stays named.
pub(super) fn update(
    case: &Case,
    body: &UpdateDeadline,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before: &Deadline = records::find(case, body.deadline)?;
    let mut after = before.clone();
    if let Some(due) = body.due {
        require_after_receipt(case, due)?;
        after.due = due;
    }
    if let Some(description) = &body.description {
        after.description = description.clone();
    }
    records::update(case, before, after, draft)
}

/// Nothing was to be done in a case before there was one. A date before that is a slip of
/// the pen, which would keep the case from trial unnoticed.
fn require_after_receipt(case: &Case, due: Timestamp) -> Result<(), Refusal> {
    if due < case.received_at {
        return Err(invalid("due", "is before the court received the petition"));
    }
    Ok(())
}
