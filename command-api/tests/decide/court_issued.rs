//! Documents of the court.

use casefold_events::DocketEntryId;
use casefold_events::case::docket::DocketEntryServed;
use casefold_events::entry::Service;
use casefold_events::vocabulary::{CaseStatus, ServedPartiesCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

fn file(code: &str) -> Value {
    json!({
        "type": "FileCourtIssuedDocument",
        "eventCode": code,
        "document": document(),
        "signedBy": "Buch",
    })
}

fn serve(entry: u32) -> Value {
    json!({"type": "ServeCourtIssuedDocument", "docketEntry": entry})
}

#[test]
fn a_document_of_the_court_goes_on_the_record_signed_and_unserved() {
    let outcome = given(served())
        .when(file("O"))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.filed_entries().next().unwrap();
    assert_eq!(
        (entry.index, entry.title.expose().as_str()),
        (Some(3), "Order")
    );
    let signature = entry.signature.clone().unwrap();
    assert_eq!(
        (signature.signed_by.as_str(), signature.signed_at),
        ("Buch", time(NOW))
    );
    assert_eq!(entry.judge.as_deref(), Some("Buch"));
    assert!(!outcome.case.docket.entry_at(3).unwrap().is_served());
}

#[test]
fn a_code_that_is_not_the_courts_is_refused() {
    for code in ["A", "M006", "P", "NOTR", "XYZ9"] {
        given(served())
            .when(file(code))
            .by(docket_clerk())
            .then_refused("EVENT_CODE_NOT_COURT_ISSUED");
    }
}

#[test]
fn orders_and_decisions_are_signed_and_notices_need_not_be() {
    let unsigned = |code: &str| {
        let mut body = file(code);
        body.as_object_mut().unwrap().remove("signedBy");
        body
    };
    for code in ["O", "DEC", "ODJ", "TCOP", "OF"] {
        given(served())
            .when(unsigned(code))
            .by(docket_clerk())
            .then_refused("SIGNATURE_MISSING");
    }
    for code in ["NOT", "NTD"] {
        given(served())
            .when(unsigned(code))
            .by(docket_clerk())
            .then_events(["DocketEntryFiled"]);
    }
}

#[test]
fn a_signature_is_neither_of_the_future_nor_without_a_name() {
    let mut body = file("O");
    body["signedAt"] = json!("2026-11-23T12:00:00.001Z");
    given(served())
        .when(body.clone())
        .by(docket_clerk())
        .then_refused("TIME_IN_FUTURE");
    body["signedAt"] = json!("2026-11-22T12:00:00.000Z");
    given(served())
        .when(body.clone())
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    body.as_object_mut().unwrap().remove("signedBy");
    let refusal = given(served())
        .when(body)
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("signedBy"));
}

#[test]
fn an_order_that_sets_a_date_says_it_and_others_do_not() {
    let with_due = |code: &str, due: &str| {
        let mut body = file(code);
        body["due"] = json!(due);
        body
    };
    let due = "2026-12-24T00:00:00.000Z";
    for code in ["OF", "OAP", "OAPF"] {
        given(served())
            .when(file(code))
            .by(docket_clerk())
            .then_refused("DUE_MISSING");
        let outcome = given(served())
            .when(with_due(code, due))
            .by(docket_clerk())
            .then_events(["DocketEntryFiled"]);
        assert!(
            outcome
                .filed_entries()
                .all(|entry| entry.due == Some(time(due)))
        );
    }
    for code in ["O", "DEC", "NTD"] {
        given(served())
            .when(with_due(code, due))
            .by(docket_clerk())
            .then_refused("DUE_NOT_TAKEN");
    }
    let refusal = given(served())
        .when(with_due("OF", NOW))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("due"));
}

#[test]
fn the_court_files_nothing_before_the_petition_is_served() {
    given(filed())
        .when(file("O"))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn an_order_is_served_on_both_and_leaves_the_status() {
    for code in ["O", "OF", "OAP", "OAPF", "NTD"] {
        let outcome = given(served().entry(code))
            .when(serve(3))
            .by(docket_clerk())
            .then_events(["DocketEntryServed"]);
        assert_eq!(outcome.served_on(), [["Nora Quist", "IRS"]]);
        let service = outcome
            .case
            .docket
            .entry_at(3)
            .unwrap()
            .service
            .clone()
            .unwrap();
        assert_eq!(service.served_parties_code, Some(ServedPartiesCode::Both));
    }
}

#[test]
fn decisions_and_dismissals_close_the_case() {
    let closing = [
        ("ODJ", CaseStatus::ClosedDismissed),
        ("OD", CaseStatus::ClosedDismissed),
        ("ODD", CaseStatus::ClosedDismissed),
        ("OAD", CaseStatus::Closed),
        ("DEC", CaseStatus::Closed),
        ("SDEC", CaseStatus::Closed),
    ];
    for (code, status) in closing {
        let case = given(served().entry(code))
            .when(serve(3))
            .by(docket_clerk())
            .then_events(["DocketEntryServed", "CaseStatusChanged"])
            .case;
        assert_eq!((case.status, case.closed_date), (status, Some(time(NOW))));
    }
}

#[test]
fn a_decision_that_was_served_late_closes_the_case_as_of_then() {
    let mut body = serve(3);
    body["effectiveAt"] = json!("2026-10-01T00:00:00.000Z");
    let outcome = given(served().entry("DEC"))
        .when(body)
        .by(docket_clerk())
        .then_events(["DocketEntryServed", "CaseStatusChanged"]);
    assert_eq!(
        outcome.case.closed_date,
        Some(time("2026-10-01T00:00:00.000Z"))
    );
    assert_eq!(outcome.effective_at, Some(time("2026-10-01T00:00:00.000Z")));
}

#[test]
fn a_closed_case_is_not_closed_again() {
    let case = given(served().entry("DEC").status(CaseStatus::ClosedDismissed))
        .when(serve(3))
        .by(docket_clerk())
        .then_events(["DocketEntryServed"])
        .case;
    assert_eq!(case.status, CaseStatus::ClosedDismissed);
}

#[test]
fn a_consolidated_case_is_not_closed_alone() {
    let history = || {
        at_issue("101-26")
            .entry("DEC")
            .entry("O")
            .consolidated(&["101-26", "102-26"])
    };
    given(history())
        .when(serve(3))
        .by(docket_clerk())
        .then_refused("CASE_IS_CONSOLIDATED");
    given(history())
        .when(serve(4))
        .by(docket_clerk())
        .then_events(["DocketEntryServed"]);
}

#[test]
fn what_is_not_the_courts_is_served_otherwise() {
    given(served().entry("M006"))
        .when(serve(3))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_COURT_ISSUED");
    given(served())
        .when(serve(3))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_FOUND");
}

#[test]
fn a_document_of_the_court_is_served_once_and_needs_its_file() {
    let service = Service {
        served_at: time(RECEIVED),
        served_parties: Vec::new(),
        served_parties_code: None,
    };
    let docket_entry_id = DocketEntryId(Uuid::from_u128(0xA004));
    given(served().entry("O").and(DocketEntryServed {
        docket_entry_id,
        service,
    }))
    .when(serve(3))
    .by(docket_clerk())
    .then_refused("ENTRY_ALREADY_SERVED");
    given(served().entry_with("O", |entry| entry.document = None))
        .when(serve(3))
        .by(docket_clerk())
        .then_refused("ENTRY_HAS_NO_FILE");
}
