//! Drafts that go on the record.

use casefold_events::case::docket::DocketEntrySealed;
use casefold_events::vocabulary::SealedTo;
use serde_json::json;

use crate::support::*;

#[test]
fn a_signed_draft_goes_on_the_record_with_its_id_signature_and_document() {
    let before = signed(drafted()).case();
    let outcome = given(signed(drafted()))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    let entry = outcome.case.docket.entry_at(3).unwrap();
    assert_eq!(entry.id(), draft_id());
    assert_eq!(entry.filed.signature, Some(signature()));
    assert_eq!(
        entry.filed.document,
        before.docket.entry(draft_id()).unwrap().filed.document
    );
    assert_eq!(entry.filed.judge.as_deref(), Some("Buch"));
    assert_eq!(entry.filed.filing_date, time(NOW));
    assert!(!entry.filed.is_draft && !entry.is_served());
    assert_eq!(
        outcome.case.docket.off_record().len(),
        1,
        "the statement alone"
    );
    given(recorded(drafted()))
        .when(json!({"type": "ServeCourtIssuedDocument", "docketEntry": draft_id()}))
        .by(docket_clerk())
        .then_events(["DocketEntryServed"]);
}

#[test]
fn an_order_needs_a_signed_draft_and_a_notice_does_not() {
    given(drafted())
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_refused("DRAFT_NOT_SIGNED");
    let case = given(served().draft("NOT"))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    // It is the court's: nobody has to check it.
    assert!(!case.open_entries[0].to_check && case.open_entries[0].to_serve);
}

#[test]
fn code_and_title_can_be_said_anew_when_a_draft_goes_on_the_record() {
    let file = with(about("FileCourtIssuedDocument"), "eventCode", json!("OSC"));
    let outcome = given(signed(drafted()))
        .when(file.clone())
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    assert_eq!(outcome.codes(), [("OSC", Some(3))]);
    let outcome = given(signed(drafted()))
        .when(with(file, "title", json!("Order to Show Cause in Writing")))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"]);
    assert_eq!(outcome.titles(), ["Order to Show Cause in Writing"]);
}

#[test]
fn a_draft_brings_its_own_document_and_signature() {
    for (field, value) in [
        ("document", document()),
        ("signedBy", json!("Buch")),
        ("eventCode", json!("M006")),
    ] {
        let code = if field == "eventCode" {
            "EVENT_CODE_NOT_COURT_ISSUED"
        } else {
            "INVALID_FIELD"
        };
        given(signed(drafted()))
            .when(with(about("FileCourtIssuedDocument"), field, value))
            .by(docket_clerk())
            .then_refused(code);
    }
    for (missing, given_field) in [("eventCode", "document"), ("document", "eventCode")] {
        let value = if given_field == "document" {
            document()
        } else {
            json!("NOT")
        };
        let refusal = given(served())
            .when(json!({"type": "FileCourtIssuedDocument", given_field: value}))
            .by(docket_clerk())
            .then_refused("INVALID_FIELD");
        assert_eq!(refusal.field(), Some(missing));
    }
}

#[test]
fn a_draft_of_an_order_with_a_deadline_gets_its_date_on_the_record() {
    given(signed(served().draft("OAP")))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_refused("DUE_MISSING");
    let due = "2026-12-24T00:00:00.000Z";
    let case = given(signed(served().draft("OAP")))
        .when(with(about("FileCourtIssuedDocument"), "due", json!(due)))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    assert_eq!(case.docket.entry_at(3).unwrap().filed.due, Some(time(due)));
}

#[test]
fn a_draft_goes_on_the_record_neither_before_service_nor_before_it_was_drafted() {
    given(signed(filed().draft("O")))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
    let late = served().entry_with("O", |entry| {
        as_draft(entry);
        entry.filing_date = time("2026-06-01T00:00:00.000Z");
    });
    let body = with(
        about("FileCourtIssuedDocument"),
        "effectiveAt",
        json!("2026-05-01T00:00:00.000Z"),
    );
    given(signed(late))
        .when(body)
        .by(docket_clerk())
        .then_refused("EFFECTIVE_TOO_EARLY");
}

#[test]
fn a_sealed_draft_goes_on_the_record_sealed() {
    let history = signed(drafted()).and(DocketEntrySealed {
        docket_entry_id: draft_id(),
        sealed_to: SealedTo::External,
    });
    let case = given(history)
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_events(["DocketEntryFiled"])
        .case;
    let entry = case.docket.entry_at(3).unwrap();
    assert_eq!(entry.sealed_to, Some(SealedTo::External));
}

#[test]
fn a_draft_is_neither_served_nor_stricken() {
    for name in [
        "ServeDocument",
        "ServeCourtIssuedDocument",
        "StrikeDocketEntry",
    ] {
        given(signed(drafted()))
            .when(json!({"type": name, "docketEntry": draft_id()}))
            .by(docket_clerk())
            .then_refused("ENTRY_NOT_ON_RECORD");
    }
}
