//! Editing filings that came on paper, until they are served.

use casefold_events::CaseEvent;
use casefold_events::case::docket::DocketEntryEdited;
use casefold_events::entry::FiledEntry;
use casefold_events::vocabulary::CaseStatus;
use serde_json::{Value, json};

use crate::support::*;

const LATER: &str = "2026-09-01T10:00:00.000Z";

fn edit(entry: u32) -> Value {
    json!({"type": "EditPaperFiling", "docketEntry": entry})
}

/// A miscellaneous paper of the petitioner is entry 3, the fourth of the history.
fn on_paper() -> History {
    served().entry_with("MISC", of_paper)
}

fn of_paper(entry: &mut FiledEntry) {
    entry.is_paper = true;
    entry.filed_by = Some("Petr. Nora Quist".into());
    entry.filers = vec![contact_id(1)];
    entry.document_type = "Miscellaneous".to_owned();
    entry.title = "Miscellaneous".into();
    entry.document = None;
    entry.number_of_pages = None;
}

/// A paper petition was entered without its scans.
fn without_scans() -> History {
    let mut history = filed_with(|petition| petition.is_paper = true).emptied();
    let events = filed_with(|petition| petition.is_paper = true).events();
    for event in events {
        history = history.and(match event {
            CaseEvent::DocketEntryFiled(mut filed) => {
                filed.entry.is_paper = true;
                filed.entry.document = None;
                CaseEvent::DocketEntryFiled(filed)
            }
            other => other,
        });
    }
    history
}

#[test]
fn a_scan_is_attached_and_then_the_paper_can_be_served() {
    let serve = json!({"type": "ServeDocument", "docketEntry": 3});
    given(on_paper())
        .when(serve.clone())
        .by(docket_clerk())
        .then_refused("ENTRY_HAS_NO_FILE");
    let outcome = given(on_paper())
        .when(with(edit(3), "document", document()))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"]);
    let entry = &outcome.case.docket.entry_at(3).unwrap().filed;
    assert_eq!(entry.number_of_pages, Some(3));
    assert_eq!(entry.filers, [contact_id(1)], "the rest stays");
    let mut history = on_paper();
    for event in outcome.events {
        history = history.and(event);
    }
    given(history)
        .when(serve)
        .by(docket_clerk())
        .then_events(["DocketEntryServed"]);
}

#[test]
fn what_was_entered_wrongly_is_corrected() {
    let mut body = edit(3);
    body["eventCode"] = json!("M006");
    body["filedBy"] = json!({"respondent": true});
    body["receivedAt"] = json!(LATER);
    body["lodged"] = json!(true);
    let case = given(on_paper())
        .when(body)
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    let entry = &case.docket.entry_at(3).unwrap().filed;
    assert_eq!(entry.event_code.as_str(), "M006");
    assert_eq!(entry.title.expose(), "Motion for Continuance");
    assert_eq!(entry.document_type, "Motion for Continuance");
    assert_eq!(entry.filed_by, Some("Resp.".into()));
    assert_eq!(
        (entry.filing_date, entry.received_at),
        (time(LATER), time(LATER))
    );
    assert!(entry.filers.is_empty() && entry.pending && entry.lodged);
    assert_eq!(case.open_entries.len(), 1);
}

#[test]
fn a_title_of_its_own_stays_when_the_kind_of_document_changes() {
    let history = served().entry_with("MISC", |entry| {
        of_paper(entry);
        entry.title = "Letter".into();
    });
    let case = given(history)
        .when(with(edit(3), "documentType", json!("Letter to the Court")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    let entry = &case.docket.entry_at(3).unwrap().filed;
    assert_eq!(entry.title.expose(), "Letter");
    assert_eq!(entry.document_type, "Letter to the Court");
}

#[test]
fn a_corrected_code_is_one_that_its_filer_files() {
    given(on_paper())
        .when(with(edit(3), "eventCode", json!("O")))
        .by(docket_clerk())
        .then_refused("EVENT_CODE_NOT_FILABLE");
    given(on_paper())
        .when(with(edit(3), "eventCode", json!("A")))
        .by(docket_clerk())
        .then_refused("ANSWER_NOT_RESPONDENTS");
    let by_respondent = || {
        served().entry_with("MISC", |entry| {
            of_paper(entry);
            entry.filed_by = Some("Resp.".into());
            entry.filers.clear();
        })
    };
    let case = given(by_respondent())
        .when(with(edit(3), "eventCode", json!("A")))
        .by(docket_clerk())
        .then_events(["DocketEntryEdited"])
        .case;
    assert_eq!(case.answered_at, Some(time(RECEIVED)));
    let answer = served().entry_with("A", of_paper);
    given(answer)
        .when(with(edit(3), "filedBy", json!({"contacts": [1]})))
        .by(docket_clerk())
        .then_refused("ANSWER_NOT_RESPONDENTS");
}

#[test]
fn an_edited_receipt_is_neither_in_the_future_nor_before_the_petition() {
    for (at, code) in [
        ("2026-11-23T12:00:00.001Z", "TIME_IN_FUTURE"),
        ("2026-03-01T00:00:00.000Z", "TIME_TOO_EARLY"),
    ] {
        given(on_paper())
            .when(with(edit(3), "receivedAt", json!(at)))
            .by(docket_clerk())
            .then_refused(code);
    }
}

#[test]
fn what_is_served_stricken_electronic_or_a_draft_is_not_edited_as_paper() {
    let cases = [
        (
            on_paper().and(service_of(entry_id(4))),
            "SERVED_ENTRY_NOT_EDITABLE",
        ),
        (on_paper().and(striking_of(entry_id(4))), "ENTRY_STRICKEN"),
        (with_motion(), "ENTRY_NOT_PAPER"),
        (served(), "ENTRY_NOT_FOUND"),
    ];
    for (history, code) in cases {
        given(history)
            .when(with(edit(3), "title", json!("Another")))
            .by(docket_clerk())
            .then_refused(code);
    }
    let draft = served().draft("O");
    let body = json!({"type": "EditPaperFiling", "docketEntry": entry_id(4), "title": "Another"});
    given(draft)
        .when(body)
        .by(docket_clerk())
        .then_refused("ENTRY_IS_DRAFT");
}

#[test]
fn an_edit_that_changes_nothing_is_refused() {
    given(on_paper())
        .when(with(edit(3), "title", json!("Miscellaneous")))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
    let body = with(edit(3), "title", json!("Another"));
    given(on_paper())
        .when(with(body, "effectiveAt", json!("2026-03-02T08:00:00.000Z")))
        .by(docket_clerk())
        .then_refused("EFFECTIVE_TOO_EARLY");
}

#[test]
fn a_paper_petition_gets_its_scans_and_is_served_then() {
    given(without_scans().checked())
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_refused("ENTRY_HAS_NO_FILE");
    let mut history = without_scans().checked();
    for entry in [0, 1, 2] {
        let outcome = given(history.clone())
            .when(with(edit(entry), "document", document()))
            .by(petitions_clerk())
            .then_events(["DocketEntryEdited"]);
        for event in outcome.events {
            history = history.and(event);
        }
    }
    let case = history.case();
    let statement = &case.docket.off_record()[0].filed;
    assert_eq!(
        (statement.index, statement.is_on_docket_record),
        (Some(0), false)
    );
    assert!(!case.docket.entry_at(2).unwrap().filed.is_minute_entry);
    let outcome = given(history)
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_done();
    assert_eq!(outcome.case.status, CaseStatus::NotAtIssue);
    assert_eq!(outcome.served_on().len(), 4, "three papers and the notice");
}

#[test]
fn of_the_petitions_papers_scan_and_title_alone_are_edited() {
    given(without_scans())
        .when(with(edit(2), "title", json!("Request for Place of Trial")))
        .by(petitions_clerk())
        .then_events(["DocketEntryEdited"]);
    for (field, value) in [
        ("eventCode", json!("MISC")),
        ("documentType", json!("Letter")),
        ("filedBy", json!({"respondent": true})),
        ("receivedAt", json!(LATER)),
        ("lodged", json!(true)),
        ("objections", json!("No")),
    ] {
        let refusal = given(without_scans())
            .when(with(edit(1), field, value))
            .by(petitions_clerk())
            .then_refused("FIELD_NOT_EDITABLE");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn an_edited_statement_stays_off_the_record_whatever_its_event_says() {
    let mut entry = without_scans().case().docket.off_record()[0].filed.clone();
    entry.is_on_docket_record = true;
    entry.index = Some(3);
    let case = without_scans().and(DocketEntryEdited { entry }).case();
    assert_eq!(case.docket.last_index(), 2);
    assert_invariants(&case);
}
