//! The people of a case.

use casefold_command_api::command::{AddPetitioner, UpdateContact};
use casefold_command_api::decide::Actor;
use casefold_events::UserId;
use casefold_events::case::parties::PartyAdded;
use casefold_events::vocabulary::{Role, ServiceIndicator};
use serde_json::{Value, json};

use crate::support::*;

fn update(change: Value) -> Value {
    let mut body = json!({"type": "UpdateContact", "contact": 1});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn address(city: &str) -> Value {
    json!({"address1": "12 Commerce Street", "city": city})
}

#[test]
fn a_petitioner_is_added_after_service() {
    let outcome = given(served())
        .when(AddPetitioner::example())
        .by(docket_clerk())
        .then_events(["PartyAdded", "CaptionChanged"])
        .followed_by([("CaptionNotices", &["DocketEntryFiled"])]);
    assert_eq!(outcome.case.petitioners().count(), 2);
    assert_eq!(
        outcome.case.parties[1].service_indicator,
        ServiceIndicator::Paper
    );
    assert_eq!(outcome.codes_by_policy(), [("MINC", Some(3))]);
    given(filed())
        .when(AddPetitioner::example())
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn a_new_petitioner_is_served_electronically_only_where_they_can_be_reached() {
    let mut body = AddPetitioner::example();
    body["petitioner"]["serviceIndicator"] = json!("Electronic");
    body["petitioner"].as_object_mut().unwrap().remove("email");
    given(served())
        .when(body.clone())
        .by(docket_clerk())
        .then_refused("ELECTRONIC_SERVICE_UNREACHABLE");
    body["petitioner"]["userId"] = json!("selma");
    given(served()).when(body).by(docket_clerk()).then_done();
}

#[test]
fn changed_details_put_a_notice_of_their_kind_on_the_record() {
    let changes = [
        (json!({"address": address("Mobile")}), vec!["NCA"]),
        (json!({"inCareOf": "Guy Fieri"}), vec!["NCA"]),
        (json!({"phone": "555-0100"}), vec!["NCP"]),
        (
            json!({"address": address("Mobile"), "phone": "555-0100"}),
            vec!["NCAP"],
        ),
        (json!({"email": "new@example.com"}), vec!["NOCE"]),
        (
            json!({"phone": "555-0100", "email": "new@example.com"}),
            vec!["NCP", "NOCE"],
        ),
        (json!({"name": "Brett T. Quist"}), vec![]),
        (json!({"serviceIndicator": "Paper"}), vec![]),
    ];
    for (change, codes) in changes {
        let outcome = given(served())
            .when(update(change))
            .by(docket_clerk())
            .then_done();
        let found = outcome.codes_by_policy().into_iter().map(|(code, _)| code);
        assert_eq!(found.collect::<Vec<_>>(), codes);
        for entry in outcome.entries_by_policy() {
            assert!(entry.is_minute_entry);
            assert!(entry.title.expose().contains("Nora Quist"));
        }
        let updated = outcome
            .events
            .iter()
            .filter(|event| event.event_type() == "ContactUpdated");
        assert_eq!(updated.count(), 1);
    }
}

#[test]
fn a_notice_says_that_a_detail_changed_and_not_what_it_is() {
    let outcome = given(served())
        .when(UpdateContact::example())
        .by(docket_clerk())
        .then_done();
    assert!(
        outcome
            .titles()
            .iter()
            .all(|title| !title.contains("555") && !title.contains("12 "))
    );
}

#[test]
fn details_are_taken_away() {
    let case = given(served())
        .when(update(
            json!({"remove": ["email"], "serviceIndicator": "Paper"}),
        ))
        .by(docket_clerk())
        .then_done()
        .case;
    assert_eq!(case.parties[0].email, None);
    let refusal = given(served())
        .when(update(
            json!({"remove": ["email"], "email": "new@example.com"}),
        ))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("remove[0]"));
}

#[test]
fn a_contact_is_changed_by_number_or_by_id_and_only_if_it_is_there() {
    let mut by_id = update(json!({"phone": "555-0100"}));
    by_id["contact"] = json!(contact_id(1));
    given(served())
        .when(by_id.clone())
        .by(docket_clerk())
        .then_done();
    by_id["contact"] = json!(contact_id(2));
    given(served())
        .when(by_id.clone())
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
    by_id["contact"] = json!(2);
    given(served())
        .when(by_id)
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
}

#[test]
fn what_stays_as_it_is_makes_no_event() {
    for change in [
        json!({}),
        json!({"name": "Nora Quist"}),
        json!({"remove": ["phone"]}),
    ] {
        given(served())
            .when(update(change))
            .by(docket_clerk())
            .then_refused("NOTHING_TO_CHANGE");
    }
}

#[test]
fn a_clerk_changes_contacts_after_service_and_a_party_their_own_before() {
    let change = || update(json!({"phone": "555-0100"}));
    given(filed())
        .when(change())
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
    given(filed())
        .when(change())
        .by(petitioner())
        .then_events(["ContactUpdated"]);
    given(served())
        .when(change())
        .by(petitioner())
        .then_events(["ContactUpdated"])
        .followed_by([("ContactNotices", &["DocketEntryFiled"])]);
}

#[test]
fn a_party_changes_where_it_is_reached_and_nothing_else() {
    for change in [
        json!({"name": "Another"}),
        json!({"serviceIndicator": "None"}),
        json!({"secondaryName": "Another"}),
        json!({"remove": ["title"]}),
    ] {
        given(served())
            .when(update(change))
            .by(petitioner())
            .then_refused("FIELDS_NOT_ALLOWED");
    }
}

#[test]
fn a_party_changes_its_own_contact_alone() {
    let history = || {
        served().and(PartyAdded {
            contact: contact(2, "Selma Horn", None),
        })
    };
    let mut another = update(json!({"phone": "555-0100"}));
    another["contact"] = json!(2);
    given(history())
        .when(another.clone())
        .by(petitioner())
        .then_refused("FIELDS_NOT_ALLOWED");
    let stranger = Actor {
        user_id: UserId::new("stranger").unwrap(),
        ..petitioner()
    };
    given(history())
        .when(another)
        .by(stranger)
        .then_refused("NOT_A_PARTY");
}

#[test]
fn an_admissions_clerk_changes_the_email_address_alone() {
    let clerk = || actor(Role::AdmissionsClerk);
    given(served())
        .when(update(json!({"email": "new@example.com"})))
        .by(clerk())
        .then_events(["ContactUpdated"])
        .followed_by([("ContactNotices", &["DocketEntryFiled"])]);
    let refusal = given(served())
        .when(update(
            json!({"email": "new@example.com", "phone": "555-0100"}),
        ))
        .by(clerk())
        .then_refused("FIELDS_NOT_ALLOWED");
    assert!(refusal.to_string().contains("phone") && !refusal.to_string().contains("email"));
}

#[test]
fn a_represented_petitioner_is_not_served() {
    let body = update(json!({"serviceIndicator": "Paper"}));
    given(served().with_practitioner())
        .when(body.clone())
        .by(docket_clerk())
        .then_refused("REPRESENTED_NOT_SERVED");
    given(served())
        .when(body)
        .by(docket_clerk())
        .then_events(["ContactUpdated"]);
}

#[test]
fn a_party_does_not_date_back() {
    given(served())
        .when(update(
            json!({"phone": "555-0100", "effectiveAt": "2026-05-01T00:00:00.000Z"}),
        ))
        .by(petitioner())
        .then_refused("BACKDATING_NOT_ALLOWED");
}
