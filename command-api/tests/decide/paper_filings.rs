//! Entering filings that came on paper.

use casefold_events::case::parties::PartyAdded;
use casefold_events::vocabulary::{Objections, Role};
use serde_json::{Value, json};

use crate::support::*;

const LATER: &str = "2026-09-01T10:00:00.000Z";

fn add(code: &str) -> Value {
    json!({"type": "AddPaperFiling", "eventCode": code, "filedBy": {"contacts": [1]}})
}

#[test]
fn a_clerk_enters_a_paper_that_stands_on_the_record_from_its_receipt_unserved() {
    let body = with(add("M006"), "receivedAt", json!(LATER));
    let body = with(body, "objections", json!("Yes"));
    let outcome = given(served())
        .when(body)
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!((entry.index, entry.is_paper), (Some(3), true));
    assert_eq!(
        (entry.filing_date, entry.received_at),
        (time(LATER), time(LATER))
    );
    assert_eq!(entry.filed_by, Some("Petr. Nora Quist".into()));
    assert_eq!(entry.filers, [contact_id(1)]);
    assert_eq!(entry.objections, Some(Objections::Yes));
    assert!(entry.pending && entry.document.is_none());
    assert_eq!(outcome.effective_at, Some(time(LATER)));
    assert!(!outcome.case.docket.entry_at(3).unwrap().is_served());
}

#[test]
fn a_paper_is_received_now_unless_it_is_said_when() {
    let outcome = given(served())
        .when(with(add("MISC"), "document", document()))
        .by(petitions_clerk())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(
        (entry.received_at, entry.number_of_pages),
        (time(NOW), Some(3))
    );
    assert_eq!(outcome.effective_at, None);
}

#[test]
fn a_paper_is_received_neither_in_the_future_nor_before_the_petition() {
    let received = |at: &str| with(add("MISC"), "receivedAt", json!(at));
    let refusal = given(served())
        .when(received("2026-11-23T12:00:00.001Z"))
        .by(docket_clerk())
        .then_refused("TIME_IN_FUTURE");
    assert_eq!(refusal.field(), Some("receivedAt"));
    let refusal = given(served())
        .when(received("2026-03-02T08:59:59.999Z"))
        .by(docket_clerk())
        .then_refused("TIME_TOO_EARLY");
    assert_eq!(refusal.field(), Some("receivedAt"));
    given(served())
        .when(received(RECEIVED))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
}

#[test]
fn filers_are_contacts_the_respondent_or_somebody_who_is_no_party() {
    let history = || {
        served().and(PartyAdded {
            contact: contact(2, "Selma Horn", None),
        })
    };
    for (filed_by, text, contacts) in [
        (
            json!({"contacts": [2, 1]}),
            "Petr. Selma Horn & Petr. Nora Quist",
            2,
        ),
        (json!({"respondent": true}), "Resp.", 0),
        (
            json!({"contacts": [1], "respondent": true}),
            "Resp. & Petr. Nora Quist",
            1,
        ),
        (
            json!({"other": "Vera Lindholm, Amicus Curiae"}),
            "Vera Lindholm, Amicus Curiae",
            0,
        ),
    ] {
        let outcome = given(history())
            .when(with(add("MISC"), "filedBy", filed_by))
            .by(docket_clerk())
            .then_events(["DocketEntryFiled"]);
        let entry = outcome.filed_entries().next().unwrap();
        assert_eq!(entry.filed_by, Some(text.into()));
        assert_eq!(entry.filers.len(), contacts);
    }
    let refusal = given(history())
        .when(with(add("MISC"), "filedBy", json!({})))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("filedBy.contacts"));
    given(history())
        .when(with(add("MISC"), "filedBy", json!({"contacts": [3]})))
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
}

#[test]
fn only_what_a_party_files_is_entered_and_only_the_respondent_answers() {
    for code in ["O", "DEC", "P", "STIN", "NOTR"] {
        given(served())
            .when(add(code))
            .by(docket_clerk())
            .then_refused("EVENT_CODE_NOT_FILABLE");
    }
    given(served())
        .when(add("A"))
        .by(docket_clerk())
        .then_refused("ANSWER_NOT_RESPONDENTS");
    let case = given(served())
        .when(with(
            with(add("A"), "filedBy", json!({"respondent": true})),
            "receivedAt",
            json!(LATER),
        ))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    assert_eq!(case.answered_at, Some(time(LATER)));
    given(served())
        .when(add("XYZ9"))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
}

#[test]
fn a_lodged_answer_is_no_answer_yet() {
    let body = with(add("A"), "filedBy", json!({"respondent": true}));
    let case = given(served())
        .when(with(body, "lodged", json!(true)))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    assert_eq!(case.answered_at, None);
    assert!(case.docket.entry_at(3).unwrap().filed.lodged);
}

#[test]
fn nothing_but_the_petition_is_entered_before_it_is_served() {
    given(filed())
        .when(add("MISC"))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn parties_and_judges_enter_no_paper() {
    for role in [Role::Petitioner, Role::Judge, Role::TrialClerk] {
        given(served())
            .when(add("MISC"))
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}

#[test]
fn an_electronic_filing_can_be_lodged_too() {
    let outcome = given(served())
        .when(json!({
            "type": "FileDocument", "eventCode": "MISC", "document": document(), "lodged": true,
        }))
        .by(petitioner())
        .then_events(["DocketEntryFiled"]);
    assert!(outcome.filed_entries().all(|entry| entry.lodged));
}
