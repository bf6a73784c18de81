//! Deadlines.

use casefold_events::case::records::{Deadline, DeadlineAdded};
use casefold_events::vocabulary::{CaseStatus, Role};
use casefold_events::{DeadlineId, Personal};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

const DUE: &str = "2027-01-31T00:00:00.000Z";

fn addition() -> Value {
    json!({"type": "AddDeadline", "due": DUE, "description": "Status report"})
}

fn id(number: u32) -> DeadlineId {
    DeadlineId(Uuid::from_u128(0xD000 + u128::from(number)))
}

/// A deadline that an order set.
fn deadline(number: u32, description: &str) -> DeadlineAdded {
    DeadlineAdded {
        deadline: Deadline {
            deadline_id: id(number),
            due: time(DUE),
            description: description.into(),
            set_by: Some(entry_id(1)),
        },
    }
}

fn with_deadline() -> History {
    served().and(deadline(1, "Status report"))
}

fn update(named: Value, field: &str, value: &str) -> Value {
    let mut body = json!({"type": "UpdateDeadline", "deadline": named});
    body[field] = json!(value);
    body
}

fn removal(named: Value) -> Value {
    json!({"type": "RemoveDeadline", "deadline": named})
}

#[test]
fn a_deadline_is_set_at_any_time() {
    for history in [filed(), served(), served().status(CaseStatus::Closed)] {
        let outcome = given(history)
            .when(addition())
            .by(docket_clerk())
            .then_events(["DeadlineAdded"]);
        let deadline = &outcome.case.deadlines[0];
        assert_eq!(deadline.due, time(DUE));
        assert_eq!(deadline.description.expose(), "Status report");
        assert_eq!(deadline.set_by, None);
    }
}

#[test]
fn a_deadline_may_have_passed_and_is_not_before_the_petition() {
    let due = |at: &str| {
        let mut body = addition();
        body["due"] = json!(at);
        body
    };
    given(served())
        .when(due(RECEIVED))
        .by(docket_clerk())
        .then_done();
    let early = "2026-03-02T08:59:59.999Z";
    let refusal = given(served())
        .when(due(early))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("due"));
    given(with_deadline())
        .when(update(json!(1), "due", early))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
}

#[test]
fn the_same_deadline_is_set_once() {
    given(with_deadline())
        .when(addition())
        .by(docket_clerk())
        .then_refused("DEADLINE_ALREADY_THERE");
    let mut another = addition();
    another["description"] = json!("Brief");
    given(with_deadline())
        .when(another)
        .by(docket_clerk())
        .then_done();
    let both = with_deadline().and(deadline(2, "Brief"));
    given(both)
        .when(update(json!(2), "description", "Status report"))
        .by(docket_clerk())
        .then_refused("DEADLINE_ALREADY_THERE");
}

#[test]
fn what_is_left_out_of_a_changed_deadline_stays() {
    let later = "2027-02-28T00:00:00.000Z";
    let outcome = given(with_deadline())
        .when(update(json!(1), "due", later))
        .by(docket_clerk())
        .then_events(["DeadlineUpdated"]);
    let expected = Deadline {
        deadline_id: id(1),
        due: time(later),
        description: Personal::from("Status report"),
        set_by: Some(entry_id(1)),
    };
    assert_eq!(outcome.case.deadlines, [expected]);
    let outcome = given(with_deadline())
        .when(update(json!(id(1)), "description", "Brief"))
        .by(docket_clerk())
        .then_events(["DeadlineUpdated"]);
    assert_eq!(outcome.case.deadlines[0].due, time(DUE));
    given(with_deadline())
        .when(update(json!(1), "due", DUE))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_deadline_is_removed_by_number_or_by_id() {
    for named in [json!(2), json!(id(2))] {
        let outcome = given(with_deadline().and(deadline(2, "Brief")))
            .when(removal(named))
            .by(docket_clerk())
            .then_events(["DeadlineRemoved"]);
        let left: Vec<_> = outcome
            .case
            .deadlines
            .iter()
            .map(|it| it.deadline_id)
            .collect();
        assert_eq!(left, [id(1)]);
    }
}

#[test]
fn a_deadline_that_is_not_there_is_neither_changed_nor_removed() {
    for named in [json!(2), json!(id(2))] {
        given(with_deadline())
            .when(update(named.clone(), "due", DUE))
            .by(docket_clerk())
            .then_refused("DEADLINE_NOT_FOUND");
        given(with_deadline())
            .when(removal(named))
            .by(docket_clerk())
            .then_refused("DEADLINE_NOT_FOUND");
    }
}

#[test]
fn a_deadline_is_named_by_a_number_from_one_or_by_an_id() {
    for named in [json!(0), json!("first"), json!(-1)] {
        let error = casefold_command_api::command::CaseCommand::parse(removal(named));
        let error = error.unwrap_err();
        assert_eq!(error.field(), "deadline");
        assert!(error.to_string().contains("its number from 1"), "{error}");
    }
}

#[test]
fn a_deadline_says_what_is_to_be_done_in_one_line() {
    for description in [String::new(), "a\nb".to_owned(), "x".repeat(501)] {
        let mut body = addition();
        body["description"] = json!(description);
        let refusal = given(served())
            .when(body)
            .by(docket_clerk())
            .then_refused("INVALID_FIELD");
        assert_eq!(refusal.field(), Some("description"));
    }
}

#[test]
fn all_of_the_court_keep_deadlines_and_nobody_else_does() {
    for role in [Role::Chambers, Role::TrialClerk, Role::Floater] {
        given(served()).when(addition()).by(actor(role)).then_done();
    }
    for role in [Role::Petitioner, Role::PrivatePractitioner, Role::Admin] {
        given(served())
            .when(addition())
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}
