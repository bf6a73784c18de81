//! Documents of the court.

use casefold_events::entry::EventCode;
use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::docket::about_entry;
use super::{Attachment, Body, Check, EntryRef, limits};

/// Puts an order, decision, opinion or notice of the court on the record. It is served by a
/// command of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileCourtIssuedDocument {
    /// The kind of document: one of the court's own codes, say `O` or `ODJ`.
    pub event_code: EventCode,
    /// The title on the record; by default the kind of document, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The document.
    pub document: Attachment,
    /// The judge who signed it. Orders, decisions and opinions need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "Buch")]
    pub signed_by: Option<String>,
    /// When it was signed; by default from when the command holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for FileCourtIssuedDocument {
    const NAME: &'static str = "FileCourtIssuedDocument";

    fn check(&self, check: &mut Check) {
        check.personal("title", self.title.as_ref(), limits::TITLE);
        check.within("document", |check| self.document.check(check));
        check.optional("signedBy", self.signed_by.as_ref(), limits::NAME);
        if self.signed_at.is_some() && self.signed_by.is_none() {
            check.refuse("signedBy", "is missing; a signature has a time and a name");
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl FileCourtIssuedDocument {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "eventCode": "O",
            "title": "Order to Respond",
            "document": Attachment::example("order"),
            "signedBy": "Buch",
        })
    }
}

about_entry!(
    /// Serves a document of the court on the parties. Serving a decision or an order of
    /// dismissal closes the case.
    ServeCourtIssuedDocument,
    6
);
