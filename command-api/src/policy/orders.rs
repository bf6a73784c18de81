//! What follows from an order that was served.

use casefold_events::CaseEvent;
use casefold_events::case::records::{Deadline, DeadlineAdded};
use casefold_events::ids::DeadlineId;
use casefold_shared::case::{Case, DocketEntry};

use super::Occasion;
use crate::decide::draft::Draft;
use crate::rules::event_codes::{Effect, Origin, origin};

/// Domain of the court, event codes: "`OF` / `OAP` / `OAPF` (each sets a deadline)".
pub(super) fn set_deadlines(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let served = occasion.events.iter().filter_map(|event| match event {
        CaseEvent::DocketEntryServed(event) => after.docket.entry(event.docket_entry_id),
        _ => None,
    });
    let orders = served.filter(|entry| sets_deadline(entry));
    for order in orders {
        let Some(due) = order.filed.due else { continue };
        let deadline = Deadline {
            deadline_id: DeadlineId(draft.id()),
            due,
            description: order.filed.title.clone(),
            set_by: Some(order.id()),
        };
        draft.event(DeadlineAdded { deadline });
    }
}

fn sets_deadline(entry: &DocketEntry) -> bool {
    match origin(&entry.filed.event_code) {
        Origin::Court { effect, .. } => match effect {
            Effect::SetsDeadline => true,
            Effect::None | Effect::Closes(_) => false,
        },
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => false,
    }
}
