//! Drafts of the court's documents, in the tests about them.

use casefold_events::DocketEntryId;
use casefold_events::case::docket::{DraftArchived, DraftSigned};
use casefold_events::entry::Signature;
use serde_json::{Value, json};

use super::{History, RECEIVED, docket_clerk, entry_id, given, served, time};

/// The draft in these tests: the fourth entry of its history.
pub(crate) fn draft_id() -> DocketEntryId {
    entry_id(4)
}

/// A command about the draft.
pub(crate) fn about(name: &str) -> Value {
    json!({"type": name, "draft": draft_id()})
}

/// A command with a field.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// An order was drafted.
pub(crate) fn drafted() -> History {
    served().draft("O")
}

pub(crate) fn signature() -> Signature {
    Signature {
        signed_at: time(RECEIVED),
        signed_by: "Buch".to_owned(),
    }
}

/// The draft was signed.
pub(crate) fn signed(history: History) -> History {
    history.and(DraftSigned {
        docket_entry_id: draft_id(),
        signature: signature(),
        document: None,
    })
}

/// The draft was laid aside.
pub(crate) fn archived(history: History) -> History {
    history.and(DraftArchived {
        docket_entry_id: draft_id(),
        archived_at: time(RECEIVED),
    })
}

/// The draft went on the record, as entry 3.
pub(crate) fn recorded(history: History) -> History {
    let mut history = history;
    let outcome = given(signed(history.clone()))
        .when(about("FileCourtIssuedDocument"))
        .by(docket_clerk())
        .then_done();
    for event in outcome.events {
        history = history.and(event);
    }
    history
}
