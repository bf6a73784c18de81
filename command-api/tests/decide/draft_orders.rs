//! Making, editing, signing and archiving drafts of the court's documents.

use casefold_command_api::decide::Actor;
use casefold_events::DocketEntryId;
use casefold_events::vocabulary::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

fn chambers() -> Actor {
    actor(Role::Chambers)
}

fn judge() -> Actor {
    actor(Role::Judge)
}

fn create(code: &str) -> Value {
    json!({"type": "CreateDraftOrder", "eventCode": code, "document": document()})
}

#[test]
fn everybody_of_the_court_drafts_and_the_draft_is_off_the_record() {
    for role in [
        Role::Judge,
        Role::Chambers,
        Role::Adc,
        Role::General,
        Role::DocketClerk,
    ] {
        let outcome = given(served())
            .when(with(create("O"), "judge", json!("Buch")))
            .by(actor(role))
            .then_events(["DocketEntryFiled"]);
        let entry = outcome.filed_entries().next().unwrap();
        assert_eq!((entry.index, entry.is_draft), (None, true));
        assert!(!entry.is_on_docket_record);
        assert_eq!(entry.title.expose(), "Order");
        assert_eq!(outcome.case.docket.last_index(), 2);
        assert!(outcome.case.open_entries.is_empty());
    }
    given(served())
        .when(create("O"))
        .by(petitioner())
        .then_refused("ROLE_NOT_ALLOWED");
}

#[test]
fn a_draft_is_made_before_the_petition_is_served() {
    given(filed())
        .when(create("OF"))
        .by(chambers())
        .then_events(["DocketEntryFiled"]);
}

#[test]
fn a_draft_is_of_the_courts_own_codes() {
    for code in ["A", "M006", "P", "NOTR", "XYZ9"] {
        given(served())
            .when(create(code))
            .by(chambers())
            .then_refused("EVENT_CODE_NOT_COURT_ISSUED");
    }
}

#[test]
fn who_makes_a_draft_may_choose_its_id_unless_an_entry_has_it() {
    let wanted = DocketEntryId(Uuid::from_u128(0xD001));
    let outcome = given(served())
        .when(with(create("O"), "draft", json!(wanted)))
        .by(chambers())
        .then_events(["DocketEntryFiled"]);
    assert_eq!(
        outcome.filed_entries().next().unwrap().docket_entry_id,
        wanted
    );
    for taken in [entry_id(1), entry_id(3), draft_id()] {
        given(drafted())
            .when(with(create("O"), "draft", json!(taken)))
            .by(chambers())
            .then_refused("DRAFT_ID_TAKEN");
    }
}

#[test]
fn a_draft_is_edited() {
    let mut body = about("EditDraft");
    body["eventCode"] = json!("ODJ");
    body["document"] = document();
    body["judge"] = json!("Colvin");
    let case = given(drafted())
        .when(body)
        .by(chambers())
        .then_events(["DocketEntryEdited"])
        .case;
    let entry = &case.docket.entry(draft_id()).unwrap().filed;
    assert_eq!(entry.event_code.as_str(), "ODJ");
    assert_eq!(entry.judge.as_deref(), Some("Colvin"));
    assert_eq!(entry.number_of_pages, Some(3));
    assert!(entry.is_draft);
    given(drafted())
        .when(with(about("EditDraft"), "eventCode", json!("MISC")))
        .by(chambers())
        .then_refused("EVENT_CODE_NOT_COURT_ISSUED");
    given(drafted())
        .when(about("EditDraft"))
        .by(chambers())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_signed_draft_is_unsigned_before_it_is_edited() {
    let body = with(about("EditDraft"), "title", json!("Another"));
    given(signed(drafted()))
        .when(body.clone())
        .by(chambers())
        .then_refused("DRAFT_ALREADY_SIGNED");
    let outcome = given(signed(drafted()))
        .when(about("UnsignOrder"))
        .by(chambers())
        .then_events(["DraftUnsigned"]);
    let entry = outcome.case.docket.entry(draft_id()).unwrap();
    assert_eq!(entry.filed.signature, None);
    let mut history = signed(drafted());
    for event in outcome.events {
        history = history.and(event);
    }
    given(history)
        .when(body)
        .by(chambers())
        .then_events(["DocketEntryEdited"]);
}

#[test]
fn a_draft_is_signed_once_and_only_a_signed_one_is_unsigned() {
    let sign = with(about("SignOrder"), "signedBy", json!("Buch"));
    let case = given(drafted())
        .when(with(sign.clone(), "document", document()))
        .by(judge())
        .then_events(["DraftSigned"])
        .case;
    let entry = &case.docket.entry(draft_id()).unwrap().filed;
    let signature = entry.signature.clone().unwrap();
    assert_eq!(
        (signature.signed_by.as_str(), signature.signed_at),
        ("Buch", time(NOW))
    );
    assert!(entry.document.as_ref().unwrap().sha256.is_some());
    given(signed(drafted()))
        .when(sign.clone())
        .by(judge())
        .then_refused("DRAFT_ALREADY_SIGNED");
    given(drafted())
        .when(about("UnsignOrder"))
        .by(judge())
        .then_refused("DRAFT_NOT_SIGNED");
    given(drafted())
        .when(with(sign, "signedAt", json!("2026-11-23T12:00:00.001Z")))
        .by(judge())
        .then_refused("TIME_IN_FUTURE");
}

#[test]
fn what_has_no_document_is_not_signed_unless_the_signature_brings_it() {
    let without = || {
        served().entry_with("O", |entry| {
            as_draft(entry);
            entry.document = None;
        })
    };
    let sign = with(about("SignOrder"), "signedBy", json!("Buch"));
    given(without())
        .when(sign.clone())
        .by(judge())
        .then_refused("DRAFT_HAS_NO_FILE");
    given(without())
        .when(with(sign, "document", document()))
        .by(judge())
        .then_events(["DraftSigned"]);
    given(signed(without()))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_refused("DRAFT_HAS_NO_FILE");
}

#[test]
fn a_draft_is_archived_once_and_a_recorded_one_not_at_all() {
    for history in [drafted(), signed(drafted())] {
        let case = given(history)
            .when(about("ArchiveDraft"))
            .by(chambers())
            .then_events(["DraftArchived"])
            .case;
        let entry = case.docket.entry(draft_id()).unwrap();
        assert_eq!(entry.archived_at, Some(time(NOW)));
    }
    given(archived(drafted()))
        .when(about("ArchiveDraft"))
        .by(chambers())
        .then_refused("DRAFT_ARCHIVED");
    given(recorded(drafted()))
        .when(about("ArchiveDraft"))
        .by(chambers())
        .then_refused("DRAFT_ON_RECORD");
    given(recorded(drafted()).and(service_of(draft_id())))
        .when(about("ArchiveDraft"))
        .by(chambers())
        .then_refused("DRAFT_ON_RECORD");
}

#[test]
fn nothing_is_done_with_what_is_archived_recorded_no_draft_or_not_there() {
    let commands = [
        with(about("EditDraft"), "title", json!("Another")),
        with(about("SignOrder"), "signedBy", json!("Buch")),
        about("UnsignOrder"),
        about("FileCourtIssuedDocument"),
    ];
    for command in commands {
        let cases = [
            (archived(signed(drafted())), draft_id(), "DRAFT_ARCHIVED"),
            (recorded(drafted()), draft_id(), "DRAFT_ON_RECORD"),
            (served(), entry_id(3), "ENTRY_NOT_DRAFT"),
            (served(), draft_id(), "DRAFT_NOT_FOUND"),
        ];
        for (history, draft, code) in cases {
            given(history)
                .when(with(command.clone(), "draft", json!(draft)))
                .by(actor(Role::ClerkOfCourt))
                .then_refused(code);
        }
    }
}
