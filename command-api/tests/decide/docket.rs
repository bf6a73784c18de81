//! Filing, serving, striking and sealing docket entries.

use casefold_command_api::decide::Actor;
use casefold_events::UserId;
use casefold_events::case::parties::PartyAdded;
use casefold_events::vocabulary::{CaseStatus, Role, ServiceIndicator};
use serde_json::{Value, json};

use crate::support::*;

fn file(code: &str) -> Value {
    json!({"type": "FileDocument", "eventCode": code, "document": document()})
}

#[test]
fn a_petitioner_files_in_their_own_case() {
    let outcome = given(served())
        .when(file("M006"))
        .by(petitioner())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(entry.index, Some(3));
    assert_eq!(entry.title.expose(), "Motion for Continuance");
    assert_eq!(entry.filed_by, Some("Petr. Nora Quist".into()));
    assert_eq!(entry.filers, [contact_id(1)]);
    assert_eq!(entry.filing_date, time(NOW));
    assert!(entry.pending);
    assert!(
        outcome
            .case
            .docket
            .entry_at(3)
            .is_some_and(|entry| !entry.is_served())
    );
}

#[test]
fn motions_are_pending_and_other_documents_are_not() {
    for (code, pending) in [
        ("M000", true),
        ("M115", true),
        ("MISC", false),
        ("DISC", false),
    ] {
        let outcome = given(served())
            .when(file(code))
            .by(petitioner())
            .then_events(["DocketEntryFiled"]);
        assert_eq!(
            outcome.filed_entries().next().unwrap().pending,
            pending,
            "{code}"
        );
    }
}

#[test]
fn counsel_files_for_those_whom_they_represent() {
    let outcome = given(served().with_practitioner())
        .when(file("M006"))
        .by(practitioner())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(
        (entry.filers.as_slice(), entry.filed_by.clone()),
        ([contact_id(1)].as_slice(), Some("Petr. Nora Quist".into()))
    );
}

#[test]
fn the_respondents_counsel_answers() {
    let outcome = given(served().with_respondents_counsel())
        .when(file("A"))
        .by(respondents_counsel())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(entry.filed_by, Some("Resp.".into()));
    assert_eq!(outcome.case.status, CaseStatus::NotAtIssue);
}

#[test]
fn only_the_respondent_answers() {
    given(served())
        .when(file("A"))
        .by(petitioner())
        .then_refused("ANSWER_NOT_RESPONDENTS");
}

#[test]
fn spouses_file_together_and_nobody_files_for_others() {
    let history = || {
        served().and(PartyAdded {
            contact: contact(2, "Selma Horn", None),
        })
    };
    let with = |filers: Value| {
        let mut body = file("M006");
        body["filers"] = filers;
        body
    };
    let outcome = given(history())
        .when(with(json!([1, 2])))
        .by(petitioner())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(
        entry.filed_by,
        Some("Petr. Nora Quist & Petr. Selma Horn".into())
    );
    let refused = "FILER_NOT_REPRESENTED";
    given(history())
        .when(with(json!([2])))
        .by(petitioner())
        .then_refused(refused);
    given(history().with_practitioner())
        .when(with(json!([1, 2])))
        .by(practitioner())
        .then_refused(refused);
    given(history().with_respondents_counsel())
        .when(with(json!([1])))
        .by(respondents_counsel())
        .then_refused(refused);
    given(history())
        .when(with(json!([3])))
        .by(petitioner())
        .then_refused("CONTACT_NOT_FOUND");
}

#[test]
fn others_do_not_file_in_a_case_that_is_not_theirs() {
    let stranger = Actor {
        user_id: UserId::new("stranger").unwrap(),
        ..petitioner()
    };
    given(served())
        .when(file("M006"))
        .by(stranger)
        .then_refused("NOT_A_PARTY");
    given(served())
        .when(file("M006"))
        .by(practitioner())
        .then_refused("NOT_A_PARTY");
    given(served())
        .when(file("A"))
        .by(respondents_counsel())
        .then_refused("NOT_A_PARTY");
}

#[test]
fn nothing_is_filed_before_the_petition_is_served() {
    given(filed())
        .when(file("M006"))
        .by(petitioner())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn a_closed_case_takes_filings() {
    given(served().status(CaseStatus::Closed))
        .when(file("M006"))
        .by(petitioner())
        .then_events(["DocketEntryFiled"]);
}

#[test]
fn what_is_the_courts_or_the_petitions_is_not_filed_by_a_party() {
    for code in [
        "O", "DEC", "NTD", "P", "RQT", "STIN", "NOTR", "FEE", "MINC", "NCA",
    ] {
        given(served())
            .when(file(code))
            .by(petitioner())
            .then_refused("EVENT_CODE_NOT_FILABLE");
    }
}

#[test]
fn a_code_without_words_of_the_court_needs_some() {
    let refusal = given(served())
        .when(file("XYZ9"))
        .by(petitioner())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("documentType"));
    let mut body = file("XYZ9");
    body["documentType"] = json!("Letter");
    let outcome = given(served())
        .when(body)
        .by(petitioner())
        .then_events(["DocketEntryFiled"]);
    assert_eq!(outcome.titles(), ["Letter"]);
}

#[test]
fn a_filing_is_served_on_everybody_who_is_to_be_served() {
    let mut unserved = contact(2, "Selma Horn", None);
    unserved.service_indicator = ServiceIndicator::None;
    let mut on_paper = contact(3, "Guy Fieri", None);
    on_paper.service_indicator = ServiceIndicator::Paper;
    let history = with_motion()
        .and(PartyAdded { contact: unserved })
        .and(PartyAdded { contact: on_paper })
        .with_practitioner()
        .with_respondents_counsel();
    let outcome = given(history)
        .when(json!({"type": "ServeDocument", "docketEntry": 3}))
        .by(docket_clerk())
        .then_events(["DocketEntryServed"]);
    assert_eq!(
        outcome.served_on(),
        [[
            "Nora Quist",
            "Guy Fieri",
            "Counsel privatepractitioner",
            "Counsel irspractitioner"
        ]]
    );
    let service = outcome
        .case
        .docket
        .entry_at(3)
        .unwrap()
        .service
        .clone()
        .unwrap();
    let by_mail: Vec<_> = service
        .served_parties
        .iter()
        .map(|party| party.email.is_some())
        .collect();
    assert_eq!(by_mail, [true, false, true, true]);
}

#[test]
fn an_entry_is_served_by_id_as_by_index() {
    given(with_motion())
        .when(json!({"type": "ServeDocument", "docketEntry": entry_id(4)}))
        .by(petitions_clerk())
        .then_events(["DocketEntryServed"]);
}

#[test]
fn what_can_not_be_served_is_refused_each_with_its_own_code() {
    let note = |history: History| {
        history.entry_with("XYZ9", |entry| {
            entry.is_minute_entry = true;
            entry.document = None;
        })
    };
    let cases = [
        (
            with_motion().and(service_of(entry_id(4))),
            3,
            "ENTRY_ALREADY_SERVED",
        ),
        (
            with_motion().and(striking_of(entry_id(4))),
            3,
            "ENTRY_STRICKEN",
        ),
        (
            served().entry_with("M006", |entry| entry.document = None),
            3,
            "ENTRY_HAS_NO_FILE",
        ),
        (note(served()), 3, "ENTRY_IS_MINUTE_ENTRY"),
        (served().entry("O"), 3, "ENTRY_IS_COURT_ISSUED"),
        (served(), 1, "ENTRY_IS_PETITION"),
        (served(), 0, "ENTRY_NOT_ON_RECORD"),
        (served(), 3, "ENTRY_NOT_FOUND"),
        (filed(), 1, "PETITION_NOT_SERVED"),
    ];
    for (history, entry, code) in cases {
        given(history)
            .when(json!({"type": "ServeDocument", "docketEntry": entry}))
            .by(docket_clerk())
            .then_refused(code);
    }
}

#[test]
fn an_entry_is_not_served_as_of_a_time_before_it_was_filed() {
    let history = served().entry_with("M006", |entry| {
        entry.filing_date = time("2026-06-01T00:00:00.000Z");
    });
    given(history)
        .when(json!({
            "type": "ServeDocument",
            "docketEntry": 3,
            "effectiveAt": "2026-05-01T00:00:00.000Z",
        }))
        .by(docket_clerk())
        .then_refused("EFFECTIVE_TOO_EARLY");
}

#[test]
fn the_respondents_superuser_files_nothing() {
    given(served())
        .when(file("A"))
        .by(actor(Role::IrsSuperuser))
        .then_refused("ROLE_NOT_ALLOWED");
}

#[test]
fn a_lodged_document_is_served_like_any_other() {
    given(served().entry_with("MISC", |entry| entry.lodged = true))
        .when(json!({"type": "ServeDocument", "docketEntry": 3}))
        .by(docket_clerk())
        .then_events(["DocketEntryServed"]);
}
