//! What keeps a case from trial, and what hastens it.

use casefold_events::case::trial::{
    AutomaticallyBlocked, CaseCalendared, CasePrioritized, TrialBlocked,
};
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus, Role};
use serde_json::{Value, json};

use crate::support::*;

fn block() -> Value {
    json!({"type": "BlockFromTrial", "reason": "Settlement"})
}

fn unblock() -> Value {
    json!({"type": "UnblockFromTrial"})
}

fn prioritize() -> Value {
    json!({"type": "Prioritize", "reason": "Illness"})
}

fn unprioritize() -> Value {
    json!({"type": "Unprioritize"})
}

fn blocked() -> History {
    let reason = "Settlement".into();
    at_issue("101-26").and(TrialBlocked { reason })
}

fn prioritized() -> History {
    let reason = "Illness".into();
    at_issue("101-26").and(CasePrioritized { reason })
}

fn calendared() -> History {
    at_issue("101-26").and(CaseCalendared {
        session: session(1),
    })
}

#[test]
fn a_case_is_blocked_with_a_reason_and_unblocked() {
    let case = given(at_issue("101-26"))
        .when(block())
        .by(actor(Role::General))
        .then_events(["TrialBlocked"])
        .case;
    assert_eq!(case.blocked.unwrap().reason, "Settlement");
    let case = given(blocked())
        .when(unblock())
        .by(actor(Role::TrialClerk))
        .then_events(["TrialUnblocked"])
        .case;
    assert_eq!(case.blocked, None);
}

#[test]
fn a_block_and_a_priority_need_a_reason() {
    for name in ["BlockFromTrial", "Prioritize"] {
        for reason in [" ".to_owned(), "x".repeat(251)] {
            let refusal = given(at_issue("101-26"))
                .when(json!({"type": name, "reason": reason}))
                .by(docket_clerk())
                .then_refused("INVALID_FIELD");
            assert_eq!(refusal.field(), Some("reason"));
        }
    }
}

#[test]
fn a_case_is_blocked_once_and_unblocked_once() {
    given(blocked())
        .when(block())
        .by(docket_clerk())
        .then_refused("CASE_ALREADY_BLOCKED");
    given(at_issue("101-26"))
        .when(unblock())
        .by(docket_clerk())
        .then_refused("CASE_NOT_BLOCKED");
}

#[test]
fn what_keeps_a_case_from_trial_by_itself_is_not_lifted_by_hand() {
    let reason = AutomaticBlockReason::DueDate;
    let history = || at_issue("101-26").and(AutomaticallyBlocked { reason });
    given(history())
        .when(unblock())
        .by(docket_clerk())
        .then_refused("CASE_NOT_BLOCKED");
    given(history())
        .when(block())
        .by(docket_clerk())
        .then_events(["TrialBlocked"]);
}

#[test]
fn a_prioritized_case_is_not_blocked_as_well() {
    given(prioritized())
        .when(block())
        .by(docket_clerk())
        .then_refused("CASE_PRIORITIZED");
    given(blocked())
        .when(prioritize())
        .by(docket_clerk())
        .then_refused("CASE_BLOCKED");
}

#[test]
fn a_calendared_case_is_neither_blocked_nor_prioritized() {
    for body in [block(), prioritize()] {
        given(calendared())
            .when(body)
            .by(docket_clerk())
            .then_refused("CASE_CALENDARED");
    }
}

#[test]
fn a_case_without_a_trial_is_neither_blocked_nor_prioritized() {
    for status in [
        CaseStatus::OnAppeal,
        CaseStatus::Closed,
        CaseStatus::ClosedDismissed,
    ] {
        for body in [block(), prioritize()] {
            given(served().status(status))
                .when(body)
                .by(docket_clerk())
                .then_refused("STATUS_NOT_TRIABLE");
        }
    }
}

#[test]
fn a_case_is_prioritized_once_and_in_its_turn_again_once() {
    let case = given(at_issue("101-26"))
        .when(prioritize())
        .by(actor(Role::Judge))
        .then_events(["CasePrioritized"])
        .case;
    assert_eq!(case.priority.unwrap().reason, "Illness");
    given(prioritized())
        .when(prioritize())
        .by(docket_clerk())
        .then_refused("CASE_ALREADY_PRIORITIZED");
    let case = given(prioritized())
        .when(unprioritize())
        .by(docket_clerk())
        .then_events(["CaseUnprioritized"])
        .case;
    assert_eq!(case.priority, None);
    given(at_issue("101-26"))
        .when(unprioritize())
        .by(docket_clerk())
        .then_refused("CASE_NOT_PRIORITIZED");
}

#[test]
fn priority_ends_what_keeps_a_case_from_trial_by_itself() {
    let reason = AutomaticBlockReason::DueDate;
    let case = given(at_issue("101-26").and(AutomaticallyBlocked { reason }))
        .when(prioritize())
        .by(docket_clerk())
        .then_events(["CasePrioritized"])
        .case;
    assert_eq!(case.automatic_block, None);
}
