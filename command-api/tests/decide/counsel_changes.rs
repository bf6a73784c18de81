//! Counsel of record change, and leave a case.

use casefold_command_api::decide::Actor;
use casefold_events::UserId;
use casefold_events::case::parties::PartyAdded;
use casefold_events::vocabulary::{Role, ServiceIndicator};
use serde_json::{Value, json};

use crate::support::*;

fn update(user: &str, change: Value) -> Value {
    let mut body = json!({"type": "UpdateCounsel", "userId": user});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn removal(user: &str) -> Value {
    json!({"type": "RemoveCounsel", "userId": user})
}

fn private_id() -> String {
    practitioner().user_id.to_string()
}

fn with_second_petitioner(history: History) -> History {
    history.and(PartyAdded {
        contact: contact(2, "Selma Horn", None),
    })
}

#[test]
fn a_clerk_changes_counsel_and_whom_they_represent_after_service() {
    let change = json!({
        "counsel": {"name": "Vera M. Lindholm", "phone": "555-0100"},
        "representing": [2],
        "remove": ["email"],
        "serviceIndicator": "Paper",
    });
    let history = with_second_petitioner(served()).with_practitioner();
    for clerk in [docket_clerk(), actor(Role::AdmissionsClerk)] {
        let outcome = given(history.clone())
            .when(update(&private_id(), change.clone()))
            .by(clerk)
            .then_events(["CounselUpdated"]);
        let counsel = &outcome.case.counsel[0];
        assert_eq!(counsel.name.expose(), "Vera M. Lindholm");
        assert_eq!(counsel.phone.as_ref().unwrap().expose(), "555-0100");
        assert_eq!(counsel.email, None);
        assert_eq!(counsel.representing, [contact_id(2)]);
        assert_eq!(counsel.service_indicator, ServiceIndicator::Paper);
    }
    given(with_second_petitioner(filed()).with_practitioner())
        .when(update(&private_id(), change))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn changed_counsel_still_represents_somebody_or_is_the_respondents() {
    given(served().with_practitioner())
        .when(update(&private_id(), json!({"representing": []})))
        .by(docket_clerk())
        .then_refused("COUNSEL_REPRESENTS_NOBODY");
    let respondents = respondents_counsel().user_id.to_string();
    given(served().with_respondents_counsel())
        .when(update(&respondents, json!({"representing": [1]})))
        .by(docket_clerk())
        .then_refused("RESPONDENTS_COUNSEL_REPRESENTS");
    given(served().with_respondents_counsel())
        .when(update(
            &respondents,
            json!({"counsel": {"phone": "555-0100"}}),
        ))
        .by(docket_clerk())
        .then_done();
}

#[test]
fn counsel_who_is_not_there_is_neither_changed_nor_removed() {
    given(served())
        .when(update("vera", json!({"counsel": {"phone": "555-0100"}})))
        .by(docket_clerk())
        .then_refused("COUNSEL_NOT_FOUND");
    given(served())
        .when(removal("vera"))
        .by(docket_clerk())
        .then_refused("COUNSEL_NOT_FOUND");
}

#[test]
fn counsel_that_stays_as_it_is_makes_no_event() {
    for change in [
        json!({}),
        json!({"representing": [1]}),
        json!({"remove": ["phone"]}),
    ] {
        given(served().with_practitioner())
            .when(update(&private_id(), change))
            .by(docket_clerk())
            .then_refused("NOTHING_TO_CHANGE");
    }
}

#[test]
fn a_detail_is_not_given_and_taken_away_at_once() {
    let both = json!({"counsel": {"phone": "555-0100"}, "remove": ["phone"]});
    let refusal = given(served().with_practitioner())
        .when(update(&private_id(), both))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("remove[0]"));
}

#[test]
fn counsel_change_where_they_are_reached_and_nothing_else_at_any_time() {
    let own = json!({
        "counsel": {
            "firmName": "Lindholm & Partners",
            "phone": "555-0100",
            "address": {"address1": "12 Commerce Street", "city": "Montgomery"},
        },
        "remove": ["email"],
    });
    for history in [filed(), served()] {
        given(history.with_practitioner())
            .when(update(&private_id(), own.clone()))
            .by(practitioner())
            .then_events(["CounselUpdated"]);
    }
    for change in [
        json!({"counsel": {"name": "Another"}}),
        json!({"counsel": {"barNumber": "AB1"}}),
        json!({"remove": ["barNumber"]}),
        json!({"representing": [1]}),
        json!({"serviceIndicator": "Paper"}),
    ] {
        given(served().with_practitioner())
            .when(update(&private_id(), change))
            .by(practitioner())
            .then_refused("FIELDS_NOT_ALLOWED");
    }
}

#[test]
fn counsel_change_nobody_elses_details() {
    let change = json!({"counsel": {"phone": "555-0100"}});
    let history = || served().with_practitioner().with_respondents_counsel();
    given(history())
        .when(update(&private_id(), change.clone()))
        .by(respondents_counsel())
        .then_refused("FIELDS_NOT_ALLOWED");
    let stranger = Actor {
        user_id: UserId::new("stranger").unwrap(),
        ..practitioner()
    };
    given(history())
        .when(update(&private_id(), change))
        .by(stranger)
        .then_refused("NOT_A_PARTY");
}

#[test]
fn a_clerk_removes_counsel_after_service() {
    for clerk in [docket_clerk(), actor(Role::AdmissionsClerk)] {
        let outcome = given(served().with_practitioner())
            .when(removal(&private_id()))
            .by(clerk)
            .then_events(["CounselRemoved"]);
        assert_eq!(outcome.case.counsel, []);
    }
    given(filed().with_practitioner())
        .when(removal(&private_id()))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn counsel_do_not_withdraw_by_themselves() {
    given(served().with_practitioner())
        .when(removal(&private_id()))
        .by(practitioner())
        .then_refused("ROLE_NOT_ALLOWED");
}

#[test]
fn a_represented_petitioner_is_not_served_again_by_a_change_of_contact() {
    let change = |field: &str, value: &str| {
        let mut body = json!({"type": "UpdateContact", "contact": 1});
        body[field] = json!(value);
        body
    };
    given(served().with_practitioner())
        .when(change("serviceIndicator", "Electronic"))
        .by(docket_clerk())
        .then_refused("REPRESENTED_NOT_SERVED");
    // Other details of theirs change as everybody's do, and they go on being not served.
    given(served().with_practitioner())
        .when(change("serviceIndicator", "None"))
        .by(docket_clerk())
        .then_done();
    given(served().with_practitioner())
        .when(change("name", "Nora T. Quist"))
        .by(docket_clerk())
        .then_done();
}
