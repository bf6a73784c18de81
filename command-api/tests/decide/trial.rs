//! Trial sessions, hearings, and readiness for trial.

use casefold_command_api::command::MarkReadyForTrial;
use casefold_events::case::trial::{
    AddedToTrialSession, AutomaticallyBlocked, CaseCalendared, TrialBlocked,
};
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus, Role};
use serde_json::{Value, json};

use crate::support::*;

fn add(at: u128) -> Value {
    json!({"type": "AddToTrialSession", "session": session(at)})
}

fn add_calendared(at: u128) -> Value {
    json!({"type": "AddToTrialSession", "session": session(at), "isCalendared": true})
}

fn remove(at: u128) -> Value {
    json!({"type": "RemoveFromTrialSession", "trialSessionId": session_id(at)})
}

fn set_hearing(at: u128) -> Value {
    json!({"type": "SetHearing", "session": session(at), "calendarNotes": "By telephone"})
}

fn remove_hearing(at: u128) -> Value {
    json!({"type": "RemoveHearing", "trialSessionId": session_id(at)})
}

fn in_session(at: u128) -> History {
    at_issue("101-26").and(AddedToTrialSession {
        session: session(at),
    })
}

fn calendared(at: u128) -> History {
    at_issue("101-26").and(CaseCalendared {
        session: session(at),
    })
}

#[test]
fn a_case_is_put_into_a_session_whose_calendar_is_not_set() {
    let case = given(at_issue("101-26"))
        .when(add(1))
        .by(docket_clerk())
        .then_events(["AddedToTrialSession"])
        .case;
    assert_eq!(case.trial_session, Some(session(1)));
    assert_eq!(case.status, CaseStatus::AtIssue);
}

#[test]
fn a_case_is_put_onto_a_calendar_that_is_set() {
    let case = given(at_issue("101-26"))
        .when(add_calendared(1))
        .by(docket_clerk())
        .then_events(["CaseCalendared"])
        .case;
    assert_eq!(case.status, CaseStatus::Calendared);
    assert_eq!(case.associated_judge, "Buch");
}

#[test]
fn a_case_is_not_put_into_one_session_twice() {
    for history in [in_session(1), calendared(1)] {
        for body in [add(1), add_calendared(1)] {
            given(history.clone())
                .when(body)
                .by(docket_clerk())
                .then_refused("ALREADY_IN_TRIAL_SESSION");
        }
    }
    given(at_issue("101-26").heard_in(1))
        .when(add(1))
        .by(docket_clerk())
        .then_refused("ALREADY_IN_TRIAL_SESSION");
    given(at_issue("101-26").heard_in(2))
        .when(add(1))
        .by(docket_clerk())
        .then_events(["AddedToTrialSession"]);
}

#[test]
fn a_case_is_in_one_session_at_a_time_and_calendared_once() {
    given(in_session(2))
        .when(add(1))
        .by(docket_clerk())
        .then_refused("IN_ANOTHER_SESSION");
    given(calendared(2))
        .when(add_calendared(1))
        .by(docket_clerk())
        .then_refused("CASE_CALENDARED");
}

#[test]
fn a_case_is_tried_after_service_and_neither_on_appeal_nor_closed() {
    given(filed())
        .when(add(1))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
    for status in CaseStatus::ALL.iter().copied() {
        let then = |body| given(served().status(status)).when(body).by(docket_clerk());
        match status {
            CaseStatus::Calendared => {
                then(add(1)).then_refused("CASE_CALENDARED");
                then(add_calendared(1)).then_refused("CASE_CALENDARED");
            }
            CaseStatus::OnAppeal | CaseStatus::Closed | CaseStatus::ClosedDismissed => {
                then(add(1)).then_refused("STATUS_NOT_TRIABLE");
                then(add_calendared(1)).then_refused("STATUS_NOT_TRIABLE");
            }
            CaseStatus::New
            | CaseStatus::NotAtIssue
            | CaseStatus::AtIssue
            | CaseStatus::AssignedCase
            | CaseStatus::AssignedMotion
            | CaseStatus::Cav
            | CaseStatus::Submitted
            | CaseStatus::SubmittedRule122
            | CaseStatus::Rule155
            | CaseStatus::JurisdictionRetained => {
                then(add(1)).then_events(["AddedToTrialSession"]);
                then(add_calendared(1)).then_events(["CaseCalendared"]);
            }
        }
    }
}

#[test]
fn a_case_that_somebody_blocked_is_not_put_into_a_session() {
    let reason = "Settlement".into();
    given(at_issue("101-26").and(TrialBlocked { reason }))
        .when(add(1))
        .by(docket_clerk())
        .then_refused("CASE_BLOCKED");
}

#[test]
fn a_clerk_puts_a_case_into_a_session_that_is_blocked_by_itself() {
    let reason = AutomaticBlockReason::PendingItem;
    let case = given(at_issue("101-26").and(AutomaticallyBlocked { reason }))
        .when(add(1))
        .by(docket_clerk())
        .then_events(["AddedToTrialSession"])
        .case;
    assert_eq!(case.automatic_block, None);
}

#[test]
fn a_consolidated_case_is_put_into_a_session_but_not_calendared_alone() {
    let history = || at_issue("101-26").consolidated(&["101-26", "102-26"]);
    given(history())
        .when(add(1))
        .by(docket_clerk())
        .then_events(["AddedToTrialSession"]);
    let refusal = given(history())
        .when(add_calendared(1))
        .by(docket_clerk())
        .then_refused("CASE_IS_CONSOLIDATED");
    assert!(refusal.to_string().contains("SetTrialCalendar"));
}

#[test]
fn a_calendared_case_that_is_taken_out_of_its_session_is_ready_for_trial() {
    let case = given(calendared(1))
        .when(remove(1))
        .by(docket_clerk())
        .then_events(["RemovedFromTrialSession", "CaseStatusChanged"])
        .case;
    assert_eq!(case.status, CaseStatus::AtIssue);
    assert_eq!(case.trial_session, None);
    given(in_session(1))
        .when(remove(1))
        .by(docket_clerk())
        .then_events(["RemovedFromTrialSession"]);
}

#[test]
fn a_case_is_taken_out_of_the_session_in_which_it_is() {
    for history in [at_issue("101-26"), in_session(2), calendared(2)] {
        given(history)
            .when(remove(1))
            .by(docket_clerk())
            .then_refused("NOT_IN_TRIAL_SESSION");
    }
}

#[test]
fn a_consolidated_case_does_not_leave_the_calendar_alone() {
    let pair = ["101-26", "102-26"];
    let refusal = given(calendared(1).consolidated(&pair))
        .when(remove(1))
        .by(docket_clerk())
        .then_refused("CASE_IS_CONSOLIDATED");
    assert!(refusal.to_string().contains("UpdateCaseContext"));
    given(in_session(1).consolidated(&pair))
        .when(remove(1))
        .by(docket_clerk())
        .then_events(["RemovedFromTrialSession"]);
}

#[test]
fn a_hearing_is_set_beside_the_trial_and_once_in_a_session() {
    let case = given(calendared(1))
        .when(set_hearing(2))
        .by(docket_clerk())
        .then_events(["HearingSet"])
        .case;
    assert_eq!(case.hearings[0].session, session(2));
    assert_eq!(case.hearings[0].calendar_notes, Some("By telephone".into()));
    for history in [in_session(2), calendared(2), served().heard_in(2)] {
        given(history)
            .when(set_hearing(2))
            .by(docket_clerk())
            .then_refused("ALREADY_IN_TRIAL_SESSION");
    }
}

#[test]
fn a_hearing_is_set_after_service_and_even_after_the_decision() {
    given(filed())
        .when(set_hearing(1))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
    given(served().status(CaseStatus::Closed))
        .when(set_hearing(1))
        .by(docket_clerk())
        .then_events(["HearingSet"]);
}

#[test]
fn a_hearing_is_taken_off_where_there_is_one() {
    let case = given(served().heard_in(1).heard_in(2))
        .when(remove_hearing(1))
        .by(docket_clerk())
        .then_events(["HearingRemoved"])
        .case;
    assert_eq!(case.hearings.len(), 1);
    // A trial is no hearing.
    for history in [served().heard_in(2), calendared(1)] {
        given(history)
            .when(remove_hearing(1))
            .by(docket_clerk())
            .then_refused("HEARING_NOT_FOUND");
    }
}

#[test]
fn a_session_has_a_place_that_can_be_read() {
    let mut body = add(1);
    body["session"]["trialLocation"] = json!(" ");
    let refusal = given(at_issue("101-26"))
        .when(body)
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("session.trialLocation"));
}

/// A case whose answer was filed so long before the command.
fn answered_before(days: i64, millis: i64) -> History {
    let at = time(NOW).as_millis() - days * 24 * 60 * 60 * 1_000 - millis;
    served().entry_with("A", |entry| {
        entry.filing_date = casefold_events::Timestamp::from_millis(at);
    })
}

#[test]
fn a_case_is_ready_for_trial_when_its_answer_is_older_than_forty_five_days() {
    let mark = MarkReadyForTrial::example;
    let case = given(answered_before(45, 1))
        .when(mark())
        .by(actor(Role::System))
        .then_events(["CaseStatusChanged"])
        .case;
    assert_eq!(case.status, CaseStatus::AtIssue);
    given(answered_before(45, 0))
        .when(mark())
        .by(actor(Role::System))
        .then_refused("ANSWER_TOO_RECENT");
    given(served())
        .when(mark())
        .by(actor(Role::System))
        .then_refused("NOT_ANSWERED");
}

#[test]
fn a_case_becomes_ready_for_trial_only_from_not_at_issue() {
    for status in CaseStatus::ALL.iter().copied() {
        // That a served case says New comes from other systems; it stands as not at issue.
        let is_not_at_issue = matches!(status, CaseStatus::New | CaseStatus::NotAtIssue);
        let then = given(answered_before(46, 0).status(status))
            .when(MarkReadyForTrial::example())
            .by(actor(Role::System));
        if is_not_at_issue {
            then.then_events(["CaseStatusChanged"]);
        } else {
            then.then_refused("STATUS_NOT_REACHABLE");
        }
    }
}

#[test]
fn a_consolidated_case_does_not_become_ready_for_trial_alone() {
    given(answered_before(46, 0).consolidated(&["101-26", "102-26"]))
        .when(MarkReadyForTrial::example())
        .by(actor(Role::System))
        .then_refused("CASE_IS_CONSOLIDATED");
}

#[test]
fn nobody_but_the_service_itself_says_that_a_case_is_ready_for_trial() {
    given(answered_before(46, 0))
        .when(MarkReadyForTrial::example())
        .by(actor(Role::ClerkOfCourt))
        .then_refused("ROLE_NOT_ALLOWED");
}
