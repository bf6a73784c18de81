//! What follows from statuses.

use casefold_events::vocabulary::CaseStatus;

use super::{table, yes};
use crate::rules::statuses::{has_chief_judge, is_consolidatable, is_set_by_hand};

const BEGINNING: &str = "\
## Statuses

A case has one status at a time, and keeps every one that it has had. A closed case has a closed
date, and no other has one.
";

/// The section of the page.
pub(super) fn section() -> String {
    let row = |status: &CaseStatus| {
        [
            status.to_string(),
            yes(is_set_by_hand(*status)),
            yes(is_consolidatable(*status)),
            yes(has_chief_judge(*status)),
            yes(status.is_closed()),
        ]
    };
    let head = [
        "status",
        "a clerk may set it",
        "cases of it can be consolidated",
        "the Chief Judge has the case",
        "the case is closed",
    ];
    [
        BEGINNING.to_owned(),
        table(head, CaseStatus::ALL.iter().map(row)),
    ]
    .join("\n")
}
