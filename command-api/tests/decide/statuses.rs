//! The table of transitions.

use std::collections::BTreeSet;

use casefold_command_api::rules::statuses::{
    CALENDARED_FROM, CONSOLIDATABLE, Cause, OPEN, SERVED, SET_BY_HAND, TRANSITIONS,
    WITH_CHIEF_JUDGE, WITHOUT_TRIAL, allows,
};
use casefold_events::vocabulary::CaseStatus;

/// The statuses that are not in a list, in the court's order.
fn others(list: &[CaseStatus]) -> Vec<CaseStatus> {
    let all = CaseStatus::ALL.iter().copied();
    all.filter(|status| !list.contains(status)).collect()
}

#[test]
fn each_list_of_statuses_leaves_out_what_the_court_says() {
    use CaseStatus::{Calendared, Closed, ClosedDismissed, New, NotAtIssue, OnAppeal};
    assert_eq!(others(SERVED), [New]);
    assert_eq!(others(SET_BY_HAND), [New, Calendared]);
    assert_eq!(others(OPEN), [New, Closed, ClosedDismissed]);
    assert_eq!(
        others(CALENDARED_FROM),
        [New, Calendared, OnAppeal, Closed, ClosedDismissed]
    );
    assert_eq!(
        others(CONSOLIDATABLE),
        [New, NotAtIssue, OnAppeal, Closed, ClosedDismissed]
    );
    assert_eq!(WITHOUT_TRIAL, [OnAppeal, Closed, ClosedDismissed]);
    assert_eq!(WITH_CHIEF_JUDGE.len(), 3);
}

#[test]
fn a_list_has_no_status_twice_and_is_in_the_courts_order() {
    for row in TRANSITIONS {
        for list in [row.from, row.to] {
            assert!(list.is_sorted() && !list.is_empty());
            let distinct: BTreeSet<_> = list.iter().collect();
            assert_eq!(distinct.len(), list.len());
        }
    }
}

#[test]
fn every_status_but_the_first_is_come_to_and_every_status_is_left() {
    for status in CaseStatus::ALL {
        let reached = TRANSITIONS.iter().any(|row| row.to.contains(status));
        assert_eq!(reached, *status != CaseStatus::New, "{status}");
        assert!(TRANSITIONS.iter().any(|row| row.from.contains(status)));
    }
}

#[test]
fn some_transitions_as_the_court_has_them() {
    use CaseStatus::{AtIssue, Calendared, Closed, New, NotAtIssue, OnAppeal};
    assert!(allows(Cause::PetitionServed, New, NotAtIssue));
    assert!(!allows(Cause::PetitionServed, NotAtIssue, NotAtIssue));
    assert!(allows(Cause::Calendar, AtIssue, Calendared));
    assert!(!allows(Cause::ByHand, AtIssue, Calendared));
    assert!(allows(Cause::ByHand, Calendared, AtIssue));
    assert!(allows(Cause::DecisionServed, OnAppeal, Closed));
    assert!(!allows(Cause::DecisionServed, Closed, Closed));
    assert!(allows(Cause::ByHand, Closed, OnAppeal));
    let calendared_by: Vec<_> = TRANSITIONS
        .iter()
        .filter(|row| row.to.contains(&Calendared))
        .map(|row| row.cause)
        .collect();
    assert_eq!(calendared_by, [Cause::Calendar]);
}
