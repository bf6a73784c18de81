//! The court's note on a case.

use casefold_events::case::records::CaseNoteWritten;
use casefold_events::vocabulary::{CaseStatus, Role};
use serde_json::{Value, json};

use crate::support::*;

fn written(name: &str, note: &str) -> Value {
    json!({"type": name, "note": note})
}

fn removal() -> Value {
    json!({"type": "RemoveCaseNote"})
}

fn with_note() -> History {
    served().and(CaseNoteWritten {
        note: "The parties expect to settle.".into(),
    })
}

#[test]
fn a_note_is_added_at_any_time_where_there_is_none() {
    for history in [filed(), served(), served().status(CaseStatus::Closed)] {
        let outcome = given(history)
            .when(written("AddCaseNote", "First line.\n\n\tSecond line."))
            .by(docket_clerk())
            .then_events(["CaseNoteWritten"]);
        let note = outcome.case.case_note.unwrap();
        assert_eq!(note.expose(), "First line.\n\n\tSecond line.");
    }
    given(with_note())
        .when(written("AddCaseNote", "Another."))
        .by(docket_clerk())
        .then_refused("CASE_NOTE_ALREADY_THERE");
}

#[test]
fn a_note_is_written_anew_and_removed_where_there_is_one() {
    let outcome = given(with_note())
        .when(written("UpdateCaseNote", "They have settled."))
        .by(docket_clerk())
        .then_events(["CaseNoteWritten"]);
    assert_eq!(
        outcome.case.case_note.unwrap().expose(),
        "They have settled."
    );
    let outcome = given(with_note())
        .when(removal())
        .by(docket_clerk())
        .then_events(["CaseNoteRemoved"]);
    assert_eq!(outcome.case.case_note, None);
    for body in [written("UpdateCaseNote", "They have settled."), removal()] {
        given(served())
            .when(body)
            .by(docket_clerk())
            .then_refused("CASE_NOTE_NOT_FOUND");
    }
}

#[test]
fn a_note_that_stays_as_it_is_makes_no_event() {
    given(with_note())
        .when(written("UpdateCaseNote", "The parties expect to settle."))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_note_has_nine_thousand_characters_at_most_and_is_not_blank() {
    for (name, history) in [("AddCaseNote", served()), ("UpdateCaseNote", with_note())] {
        given(history.clone())
            .when(written(name, &"é".repeat(9_000)))
            .by(docket_clerk())
            .then_done();
        for note in [
            "é".repeat(9_001),
            " \n ".to_owned(),
            "a\u{202E}b".to_owned(),
        ] {
            let refusal = given(history.clone())
                .when(written(name, &note))
                .by(docket_clerk())
                .then_refused("INVALID_FIELD");
            assert_eq!(refusal.field(), Some("note"));
        }
    }
}

#[test]
fn all_of_the_court_keep_the_note_and_nobody_else_does() {
    for role in [Role::Judge, Role::Chambers, Role::ReportersOffice] {
        given(served())
            .when(written("AddCaseNote", "A note."))
            .by(actor(role))
            .then_done();
    }
    for role in [Role::Petitioner, Role::IrsPractitioner, Role::Admin] {
        given(served())
            .when(written("AddCaseNote", "A note."))
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}
