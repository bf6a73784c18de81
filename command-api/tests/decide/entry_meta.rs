//! Correcting what the record says of an entry, checking filings, settling pending items.

use casefold_events::case::docket::{DocketEntryChecked, PendingItemRemoved};
use casefold_events::entry::FiledEntry;
use casefold_events::vocabulary::{Objections, Role};
use serde_json::{Value, json};

use crate::support::*;

fn edit(field: &str, value: Value) -> Value {
    json!({"type": "EditDocketEntryMeta", "docketEntry": 3, field: value})
}

fn by_party(entry: &mut FiledEntry) {
    entry.filed_by = Some("Petr. Nora Quist".into());
    entry.filers = vec![contact_id(1)];
    entry.pending = true;
}

/// A motion was filed electronically by the petitioner, as entry 3.
fn motion() -> History {
    served().entry_with("M006", by_party)
}

fn motion_served() -> History {
    let mut service = service_of(entry_id(4));
    service.service.served_at = time("2026-05-01T00:00:00.000Z");
    motion().and(service)
}

#[test]
fn what_the_record_says_of_a_served_entry_is_corrected_and_its_service_stays() {
    let body = json!({
        "type": "EditDocketEntryMeta",
        "docketEntry": 3,
        "title": "Motion for Continuance of Trial",
        "documentType": "Motion to Continue",
        "filingDate": "2026-04-01T00:00:00.000Z",
        "filedBy": {"respondent": true},
        "objections": "No",
        "lodged": true,
        "numberOfPages": 12,
        "judge": "Buch",
    });
    let before = motion_served().case();
    let case = given(motion_served())
        .when(body)
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    let entry = case.docket.entry_at(3).unwrap();
    let filed = &entry.filed;
    assert_eq!(filed.title.expose(), "Motion for Continuance of Trial");
    assert_eq!(filed.document_type, "Motion to Continue");
    assert_eq!(filed.filing_date, time("2026-04-01T00:00:00.000Z"));
    assert_eq!(filed.received_at, time(RECEIVED));
    assert_eq!(filed.filed_by, Some("Resp.".into()));
    assert_eq!(
        (filed.objections, filed.number_of_pages),
        (Some(Objections::No), Some(12))
    );
    assert!(filed.lodged && filed.pending && filed.filers.is_empty());
    assert_eq!(filed.judge.as_deref(), Some("Buch"));
    let was = before.docket.entry_at(3).unwrap();
    assert_eq!(
        (&entry.service, &filed.document, filed.index),
        (&was.service, &was.filed.document, Some(3))
    );
}

#[test]
fn an_unserved_entry_is_corrected_too_and_a_correction_corrects_something() {
    given(motion())
        .when(edit("title", json!("Another")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"]);
    given(motion())
        .when(edit("title", json!("M006")))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_filing_date_lies_between_petition_and_service_and_not_in_the_future() {
    let cases = [
        (motion(), "2026-03-02T08:00:00.000Z", "TIME_TOO_EARLY"),
        (motion(), "2026-11-23T12:00:00.001Z", "TIME_IN_FUTURE"),
        (
            motion_served(),
            "2026-05-01T00:00:00.001Z",
            "FILED_AFTER_SERVICE",
        ),
    ];
    for (history, at, code) in cases {
        let refusal = given(history)
            .when(edit("filingDate", json!(at)))
            .by(docket_clerk())
            .then_refused(code);
        assert_eq!(refusal.field(), Some("filingDate"));
    }
    given(motion_served())
        .when(edit("filingDate", json!("2026-05-01T00:00:00.000Z")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"]);
}

#[test]
fn a_corrected_date_of_an_answer_is_the_date_of_the_answer() {
    let answer = || {
        served().entry_with("A", |entry| {
            entry.filed_by = Some("Resp.".into());
        })
    };
    let at = "2026-04-01T00:00:00.000Z";
    let case = given(answer())
        .when(edit("filingDate", json!(at)))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    assert_eq!(case.answered_at, Some(time(at)));
    let case = given(answer())
        .when(edit("lodged", json!(true)))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    assert_eq!(case.answered_at, None);
    given(answer())
        .when(edit("filedBy", json!({"contacts": [1]})))
        .by(docket_clerk())
        .then_refused("ANSWER_NOT_RESPONDENTS");
}

#[test]
fn an_entry_has_the_fields_of_its_kind() {
    let court = || served().entry("O");
    for (field, value) in [
        ("filedBy", json!({"respondent": true})),
        ("objections", json!("No")),
        ("lodged", json!(true)),
    ] {
        for history in [court(), served().entry("NOTR")] {
            let refusal = given(history)
                .when(edit(field, value.clone()))
                .by(docket_clerk())
                .then_refused("FIELD_NOT_EDITABLE");
            assert_eq!(refusal.field(), Some(field));
        }
    }
    given(court())
        .when(edit("judge", json!("Buch")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"]);
    let minute = served().entry_with("MINC", |entry| {
        entry.is_minute_entry = true;
        entry.document = None;
    });
    given(minute)
        .when(edit("numberOfPages", json!(2)))
        .by(docket_clerk())
        .then_refused("FIELD_NOT_EDITABLE");
    given(motion())
        .when(edit("numberOfPages", json!(0)))
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
}

#[test]
fn the_petitions_date_is_the_petitions_and_its_title_can_be_corrected() {
    let of_petition = |field: &str, value: Value| {
        let mut body = edit(field, value);
        body["docketEntry"] = json!(1);
        body
    };
    given(served())
        .when(of_petition("filingDate", json!("2026-04-01T00:00:00.000Z")))
        .by(docket_clerk())
        .then_refused("FIELD_NOT_EDITABLE");
    given(served())
        .when(of_petition("title", json!("Petition of a Corporation")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"]);
}

#[test]
fn drafts_the_statement_and_stricken_entries_are_not_corrected() {
    let about = |entry: Value| {
        let mut body = edit("title", json!("Another"));
        body["docketEntry"] = entry;
        body
    };
    let cases = [
        (served(), json!(0), "ENTRY_NOT_ON_RECORD"),
        (
            served().draft("O"),
            json!(entry_id(4)),
            "ENTRY_NOT_ON_RECORD",
        ),
        (
            motion().and(striking_of(entry_id(4))),
            json!(3),
            "ENTRY_STRICKEN",
        ),
        (served(), json!(3), "ENTRY_NOT_FOUND"),
    ];
    for (history, entry, code) in cases {
        given(history)
            .when(about(entry))
            .by(docket_clerk())
            .then_refused(code);
    }
}

#[test]
fn docket_clerks_correct_the_record_and_others_do_not() {
    for role in [Role::PetitionsClerk, Role::Judge, Role::Petitioner] {
        given(motion())
            .when(edit("title", json!("Another")))
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}

fn check() -> Value {
    json!({"type": "CompleteQc", "docketEntry": 3})
}

#[test]
fn what_a_party_filed_electronically_is_checked_once() {
    assert!(motion().case().open_entries[0].to_check);
    let outcome = given(motion())
        .when(check())
        .by(petitions_clerk())
        .then_events(["DocketEntryChecked"]);
    let checked = outcome.case.docket.entry_at(3).unwrap().checked.clone();
    let checked = checked.unwrap();
    assert_eq!(
        (checked.qc_at, checked.qc_by.as_str()),
        (time(NOW), "Somebody")
    );
    assert!(!outcome.case.open_entries[0].to_check);
    let once = motion().and(DocketEntryChecked {
        docket_entry_id: entry_id(4),
        qc_at: time(RECEIVED),
        qc_by: "A clerk".to_owned(),
    });
    given(once)
        .when(check())
        .by(docket_clerk())
        .then_refused("ENTRY_ALREADY_CHECKED");
}

#[test]
fn what_is_paper_the_courts_the_petitions_a_note_or_stricken_is_not_checked() {
    let paper = served().entry_with("M006", |entry| {
        by_party(entry);
        entry.is_paper = true;
    });
    for history in [paper, served().entry("O"), served().entry("NOTR")] {
        given(history)
            .when(check())
            .by(docket_clerk())
            .then_refused("ENTRY_NOT_TO_CHECK");
    }
    given(served())
        .when(json!({"type": "CompleteQc", "docketEntry": 1}))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_TO_CHECK");
    given(served())
        .when(json!({"type": "CompleteQc", "docketEntry": 0}))
        .by(docket_clerk())
        .then_refused("ENTRY_NOT_ON_RECORD");
    given(motion().and(striking_of(entry_id(4))))
        .when(check())
        .by(docket_clerk())
        .then_refused("ENTRY_STRICKEN");
}

#[test]
fn a_pending_item_is_removed_and_only_a_pending_one() {
    let settle = json!({"type": "RemovePendingItem", "docketEntry": 3});
    let case = given(motion())
        .when(settle.clone())
        .by(docket_clerk())
        .then_events(["PendingItemRemoved"])
        .case;
    assert!(!case.docket.entry_at(3).unwrap().filed.pending);
    assert!(!case.open_entries[0].pending);
    let settled = motion().and(PendingItemRemoved {
        docket_entry_id: entry_id(4),
    });
    for history in [settled, served().entry("MISC")] {
        given(history)
            .when(settle.clone())
            .by(docket_clerk())
            .then_refused("ENTRY_NOT_PENDING");
    }
    given(motion())
        .when(settle)
        .by(petitions_clerk())
        .then_refused("ROLE_NOT_ALLOWED");
}
