//! Correspondence.

use casefold_events::CorrespondenceId;
use casefold_events::case::records::{Correspondence, CorrespondenceAdded};
use casefold_events::entry::DocumentRef;
use casefold_events::vocabulary::{CaseStatus, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

const FILED_AT: &str = "2026-05-01T00:00:00.000Z";

fn letter(key: &str) -> Value {
    let mut letter = document();
    letter["key"] = json!(key);
    letter
}

fn addition() -> Value {
    json!({"type": "AddCorrespondence", "title": "Letter", "document": letter("letters/1.pdf")})
}

fn id(number: u32) -> CorrespondenceId {
    CorrespondenceId(Uuid::from_u128(0xE000 + u128::from(number)))
}

fn correspondence(number: u32) -> CorrespondenceAdded {
    CorrespondenceAdded {
        correspondence: Correspondence {
            correspondence_id: id(number),
            title: "Letter".into(),
            filing_date: time(FILED_AT),
            filed_by: "A clerk".into(),
            number_of_pages: Some(1),
            document: DocumentRef {
                key: format!("letters/{number}.pdf"),
                sha256: None,
            },
        },
    }
}

fn with_letter() -> History {
    served().and(correspondence(1))
}

fn update(change: Value) -> Value {
    let mut body = json!({"type": "UpdateCorrespondence", "correspondence": 1});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn removal(named: Value) -> Value {
    json!({"type": "RemoveCorrespondence", "correspondence": named})
}

#[test]
fn a_letter_is_filed_at_any_time_under_the_clerks_name() {
    for history in [filed(), served(), served().status(CaseStatus::Closed)] {
        let outcome = given(history)
            .when(addition())
            .by(petitions_clerk())
            .then_events(["CorrespondenceAdded"]);
        let filed = &outcome.case.correspondence[0];
        assert_eq!(filed.title.expose(), "Letter");
        assert_eq!(filed.filing_date, time(NOW));
        assert_eq!(filed.filed_by.expose(), "Somebody");
        assert_eq!(filed.number_of_pages, Some(3));
        assert_eq!(filed.document.key, "letters/1.pdf");
        assert!(filed.document.sha256.is_some());
    }
}

#[test]
fn a_letter_is_filed_as_of_the_day_on_which_it_came() {
    let mut body = addition();
    body["effectiveAt"] = json!(FILED_AT);
    let outcome = given(served()).when(body).by(docket_clerk()).then_done();
    assert_eq!(outcome.case.correspondence[0].filing_date, time(FILED_AT));
}

#[test]
fn the_same_letter_is_filed_once() {
    given(with_letter())
        .when(addition())
        .by(docket_clerk())
        .then_refused("CORRESPONDENCE_ALREADY_THERE");
    let mut another = addition();
    another["document"] = letter("letters/2.pdf");
    given(with_letter())
        .when(another)
        .by(docket_clerk())
        .then_done();
    given(with_letter().and(correspondence(2)))
        .when(update(json!({"document": letter("letters/2.pdf")})))
        .by(docket_clerk())
        .then_refused("CORRESPONDENCE_ALREADY_THERE");
}

#[test]
fn a_changed_letter_keeps_its_date_and_who_filed_it() {
    let change = json!({"title": "Letter of inquiry", "document": letter("letters/2.pdf")});
    let outcome = given(with_letter())
        .when(update(change))
        .by(docket_clerk())
        .then_events(["CorrespondenceUpdated"]);
    let changed = &outcome.case.correspondence[0];
    assert_eq!(changed.correspondence_id, id(1));
    assert_eq!(changed.title.expose(), "Letter of inquiry");
    assert_eq!(changed.document.key, "letters/2.pdf");
    assert_eq!(changed.number_of_pages, Some(3));
    assert_eq!(changed.filing_date, time(FILED_AT));
    assert_eq!(changed.filed_by.expose(), "A clerk");
    for change in [json!({}), json!({"title": "Letter"})] {
        given(with_letter())
            .when(update(change))
            .by(docket_clerk())
            .then_refused("NOTHING_TO_CHANGE");
    }
}

#[test]
fn a_letter_is_removed_by_number_or_by_id() {
    for named in [json!(1), json!(id(1))] {
        let outcome = given(with_letter())
            .when(removal(named))
            .by(docket_clerk())
            .then_events(["CorrespondenceRemoved"]);
        assert_eq!(outcome.case.correspondence, []);
    }
}

#[test]
fn a_letter_that_is_not_there_is_neither_changed_nor_removed() {
    given(served())
        .when(update(json!({"title": "Another"})))
        .by(docket_clerk())
        .then_refused("CORRESPONDENCE_NOT_FOUND");
    for named in [json!(2), json!(id(2))] {
        given(with_letter())
            .when(removal(named))
            .by(docket_clerk())
            .then_refused("CORRESPONDENCE_NOT_FOUND");
    }
}

#[test]
fn a_letter_is_neither_changed_nor_removed_as_of_a_time_before_it_came() {
    let at = |mut body: Value, time: &str| {
        body["effectiveAt"] = json!(time);
        body
    };
    let before = "2026-04-30T00:00:00.000Z";
    for body in [update(json!({"title": "Another"})), removal(json!(1))] {
        given(with_letter())
            .when(at(body.clone(), before))
            .by(docket_clerk())
            .then_refused("EFFECTIVE_TOO_EARLY");
        given(with_letter())
            .when(at(body, FILED_AT))
            .by(docket_clerk())
            .then_done();
    }
}

#[test]
fn a_letter_needs_a_title_and_a_document() {
    let mut untitled = addition();
    untitled["title"] = json!(" ");
    let refusal = given(served())
        .when(untitled)
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("title"));
    let refusal = given(with_letter())
        .when(update(json!({"document": letter("")})))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("document.key"));
}

#[test]
fn docket_and_petitions_clerks_keep_correspondence_and_nobody_else_does() {
    for role in [
        Role::DocketClerk,
        Role::PetitionsClerk,
        Role::CaseServicesSupervisor,
    ] {
        given(served()).when(addition()).by(actor(role)).then_done();
    }
    for role in [Role::Judge, Role::AdmissionsClerk, Role::Petitioner] {
        given(served())
            .when(addition())
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}
