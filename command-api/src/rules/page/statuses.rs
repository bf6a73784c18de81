//! How a case comes from one status to another, and what follows from one.

use casefold_events::vocabulary::CaseStatus;

use super::{table, yes};
use crate::rules::statuses::{
    TRANSITIONS, Transitions, has_chief_judge, is_consolidatable, is_set_by_hand, is_triable,
};

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
            yes(is_triable(*status)),
            yes(status.is_closed()),
        ]
    };
    let head = [
        "status",
        "a clerk may set it",
        "cases of it can be consolidated",
        "the Chief Judge has the case",
        "there can be a trial",
        "the case is closed",
    ];
    let change = |row: &Transitions| {
        [
            row.cause.as_str().to_owned(),
            words(row.from),
            words(row.to),
        ]
    };
    [
        BEGINNING.to_owned(),
        table(head, CaseStatus::ALL.iter().map(row)),
        "### How a case comes from one status to another\n\nIn these ways, and in no other.\n"
            .to_owned(),
        table(["by", "from", "to"], TRANSITIONS.iter().map(change)),
    ]
    .join("\n")
}

/// Some statuses in words: the shorter of those that are meant and those that are not.
fn words(statuses: &[CaseStatus]) -> String {
    let others: Vec<_> = CaseStatus::ALL
        .iter()
        .filter(|status| !statuses.contains(status))
        .collect();
    let names: Vec<_> = statuses.iter().map(|status| status.as_str()).collect();
    let not: Vec<_> = others.iter().map(|status| status.as_str()).collect();
    match not.as_slice() {
        [] => "any status".to_owned(),
        not if not.len() < names.len() => format!("any status but {}", not.join(", ")),
        _ => names.join(", "),
    }
}
