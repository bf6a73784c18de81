//! One document in several cases of one consolidated group.

use casefold_command_api::decide::Actor;
use casefold_events::UserId;
use casefold_events::case::docket::DraftSigned;
use casefold_events::entry::Signature;
use casefold_events::vocabulary::CaseStatus;
use serde_json::{Value, json};

use crate::support::*;

const GROUP: [&str; 2] = ["101-26", "102-26"];
const BOTH: [(&str, &str); 2] = [
    ("101-26", "DocketEntryFiled"),
    ("102-26", "DocketEntryFiled"),
];

fn member(docket_number: &str) -> History {
    at_issue(docket_number).consolidated(&GROUP)
}

/// A case of the group whose only petitioner is another: contact 2.
fn of_another(docket_number: &str) -> History {
    filed_with(|petition| petition.petitioners = vec![contact(2, "Selma Horn", None)])
        .checked()
        .served()
        .numbered(docket_number)
        .status(CaseStatus::AtIssue)
        .consolidated(&GROUP)
}

fn add(filed_by: Value) -> Value {
    json!({
        "type": "AddPaperFiling",
        "docketNumbers": GROUP,
        "eventCode": "M006",
        "filedBy": filed_by,
        "receivedAt": "2026-09-01T10:00:00.000Z",
    })
}

fn order() -> Value {
    json!({
        "type": "FileCourtIssuedDocument",
        "docketNumbers": GROUP,
        "eventCode": "O",
        "document": document(),
        "signedBy": "Buch",
    })
}

#[test]
fn a_paper_is_entered_in_each_case_in_the_name_of_all_who_filed_it() {
    let cases = given_cases([member("101-26"), of_another("102-26")])
        .when(add(json!({"contacts": [contact_id(2), contact_id(1)]})))
        .by(docket_clerk())
        .then_events(BOTH);
    let entries: Vec<_> = cases
        .iter()
        .map(|case| &case.docket.entry_at(3).unwrap().filed)
        .collect();
    for entry in &entries {
        let by = "Petr. Selma Horn & Petr. Nora Quist";
        assert_eq!(entry.filed_by, Some(by.into()));
        assert_eq!(entry.received_at, time("2026-09-01T10:00:00.000Z"));
        assert!(entry.is_paper && entry.pending);
    }
    assert_eq!(entries[0].filers, [contact_id(1)]);
    assert_eq!(entries[1].filers, [contact_id(2)]);
    assert_ne!(entries[0].docket_entry_id, entries[1].docket_entry_id);
}

#[test]
fn a_contact_is_of_one_of_the_cases_and_named_by_id() {
    given_cases([member("101-26"), member("102-26")])
        .when(add(json!({"contacts": [contact_id(2)]})))
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
    let refusal = given_cases([member("101-26"), member("102-26")])
        .when(add(json!({"contacts": [1]})))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("filedBy.contacts[0]"));
}

#[test]
fn the_rules_of_a_single_filing_hold_in_each_case() {
    let mut answer = add(json!({"contacts": [contact_id(1)]}));
    answer["eventCode"] = json!("A");
    given_cases([member("101-26"), member("102-26")])
        .when(answer)
        .by(docket_clerk())
        .then_refused("ANSWER_NOT_RESPONDENTS");
    let mut early = add(json!({"respondent": true}));
    early["receivedAt"] = json!("2026-03-01T10:00:00.000Z");
    given_cases([member("101-26"), member("102-26")])
        .when(early)
        .by(docket_clerk())
        .then_refused("TIME_TOO_EARLY");
    let mut unsigned = order();
    unsigned.as_object_mut().unwrap().remove("signedBy");
    given_cases([member("101-26"), member("102-26")])
        .when(unsigned)
        .by(docket_clerk())
        .then_refused("SIGNATURE_MISSING");
}

#[test]
fn cases_that_are_not_of_one_group_are_refused() {
    let alone = || at_issue("102-26");
    for body in [add(json!({"respondent": true})), order()] {
        given_cases([member("101-26"), alone()])
            .when(body.clone())
            .by(docket_clerk())
            .then_refused("NOT_ONE_GROUP");
        given_cases([member("101-26"), member("102-26")])
            .when(body)
            .by(petitioner())
            .then_refused("ROLE_NOT_ALLOWED");
    }
}

#[test]
fn whoever_is_no_party_doesnt_learn_whether_cases_are_of_one_group() {
    let body = json!({
        "type": "FileDocument",
        "docketNumbers": GROUP,
        "eventCode": "MISC",
        "document": document(),
    });
    let alone = || at_issue("102-26");
    let stranger = || Actor {
        user_id: UserId::new("stranger").unwrap(),
        ..petitioner()
    };
    for cases in [
        [member("101-26"), member("102-26")],
        [member("101-26"), alone()],
        [at_issue("101-26"), alone()],
    ] {
        given_cases(cases)
            .when(body.clone())
            .by(stranger())
            .then_refused("NOT_A_PARTY");
    }
    given_cases([member("101-26"), alone()])
        .when(body)
        .by(petitioner())
        .then_refused("NOT_ONE_GROUP");
}

#[test]
fn an_order_goes_on_the_record_of_each_case() {
    let mut body = order();
    body["effectiveAt"] = json!("2026-10-01T00:00:00.000Z");
    let cases = given_cases([member("101-26"), member("102-26")])
        .when(body)
        .by(docket_clerk())
        .then_events(BOTH);
    for case in cases {
        let entry = &case.docket.entry_at(3).unwrap().filed;
        assert_eq!(entry.signature.as_ref().unwrap().signed_by, "Buch");
        assert_eq!(entry.filing_date, time("2026-10-01T00:00:00.000Z"));
    }
}

#[test]
fn a_draft_of_one_case_goes_on_its_record_and_is_copied_to_the_others() {
    let drafted = |docket_number: &str| {
        member(docket_number).draft("O").and(DraftSigned {
            docket_entry_id: entry_id(4),
            signature: Signature {
                signed_at: time(RECEIVED),
                signed_by: "Buch".to_owned(),
            },
            document: None,
        })
    };
    let body = json!({
        "type": "FileCourtIssuedDocument", "docketNumbers": GROUP, "draft": entry_id(4),
    });
    let cases = given_cases([member("101-26"), drafted("102-26")])
        .when(body.clone())
        .by(docket_clerk())
        .then_events(BOTH);
    let [copied, own] = [&cases[0], &cases[1]].map(|case| case.docket.entry_at(3).unwrap());
    assert_eq!(own.id(), entry_id(4));
    assert_ne!(copied.id(), entry_id(4));
    assert_eq!(copied.filed.signature, own.filed.signature);
    assert_eq!(copied.filed.document, own.filed.document);
    given_cases([member("101-26"), member("102-26")])
        .when(body.clone())
        .by(docket_clerk())
        .then_refused("DRAFT_NOT_FOUND");
    given_cases([member("101-26"), member("102-26").draft("O")])
        .when(body)
        .by(docket_clerk())
        .then_refused("DRAFT_NOT_SIGNED");
}

#[test]
fn a_party_can_lodge_with_a_group() {
    let body = json!({
        "type": "FileDocument",
        "docketNumbers": GROUP,
        "eventCode": "MISC",
        "document": document(),
        "lodged": true,
    });
    let cases = given_cases([member("101-26"), member("102-26")])
        .when(body)
        .by(petitioner())
        .then_events(BOTH);
    assert!(
        cases
            .iter()
            .all(|case| case.docket.entry_at(3).unwrap().filed.lodged)
    );
}
