//! Documents of the court.

use casefold_events::entry::EventCode;
use casefold_events::{DocketEntryId, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::docket::about_entry;
use super::{Attachment, Body, Check, EntryRef, InvalidField, limits};

/// Puts an order, decision, opinion or notice of the court on the record: a draft, or a
/// document that comes with the command. It is served by a command of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileCourtIssuedDocument {
    /// The draft that goes on the record, with its signature and its document. It keeps its
    /// id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DocketEntryId>,
    /// The kind of document: one of the court's own codes, say `O` or `ODJ`; by default the
    /// draft's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_code: Option<EventCode>,
    /// The title on the record; by default the draft's, or the kind of document, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The document. A draft brings its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
    /// The judge who signed it. Orders, decisions and opinions need it. A draft is signed by
    /// `SignOrder`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, example = "Buch")]
    pub signed_by: Option<String>,
    /// When it was signed; by default from when the command holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// The date by which it wants something done: of `OF`, `OAP` and `OAPF`, which need it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

/// What is filed by a [`FileCourtIssuedDocument`], in one case or in several.
#[derive(Clone, Copy, Debug)]
pub struct CourtDocument<'a> {
    /// The draft.
    pub draft: Option<DocketEntryId>,
    /// The kind of document.
    pub event_code: Option<&'a EventCode>,
    /// The title on the record.
    pub title: Option<&'a Personal<String>>,
    /// The document.
    pub document: Option<&'a Attachment>,
    /// The judge who signed it.
    pub signed_by: Option<&'a String>,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// The date by which it wants something done.
    pub due: Option<Timestamp>,
}

/// Where a document of the court comes from.
#[derive(Clone, Copy, Debug)]
pub enum CourtSource<'a> {
    /// It is a draft.
    Draft(DocketEntryId),
    /// It comes with the command.
    Document {
        /// The kind of document.
        event_code: &'a EventCode,
        /// The document.
        document: &'a Attachment,
    },
}

impl<'a> CourtDocument<'a> {
    /// Where it comes from.
    ///
    /// # Errors
    /// [`InvalidField`] where the command gives neither or both.
    pub fn source(&self) -> Result<CourtSource<'a>, InvalidField> {
        let invalid = |path: &str, problem: &str| {
            Err(InvalidField {
                path: path.to_owned(),
                problem: problem.to_owned(),
            })
        };
        let Some(draft) = self.draft else {
            return match (self.event_code, self.document) {
                (Some(event_code), Some(document)) => Ok(CourtSource::Document {
                    event_code,
                    document,
                }),
                (None, _) => invalid("eventCode", "is missing; give it, or a draft"),
                (Some(_), None) => invalid("document", "is missing; give it, or a draft"),
            };
        };
        let own = [
            ("document", self.document.is_some()),
            ("signedBy", self.signed_by.is_some()),
            ("signedAt", self.signed_at.is_some()),
        ];
        match own.into_iter().find(|(_, given)| *given) {
            Some((field, _)) => invalid(field, "is given, and the draft brings its own"),
            None => Ok(CourtSource::Draft(draft)),
        }
    }

    pub(super) fn check(&self, check: &mut Check) {
        check.personal("title", self.title, limits::TITLE);
        if let Some(document) = self.document {
            check.within("document", |check| document.check(check));
        }
        check.optional("signedBy", self.signed_by, limits::NAME);
        if self.signed_at.is_some() && self.signed_by.is_none() {
            check.refuse("signedBy", "is missing; a signature has a time and a name");
        }
        if let Err(InvalidField { path, problem }) = self.source() {
            check.refuse(path, problem);
        }
    }
}

impl Body for FileCourtIssuedDocument {
    const NAME: &'static str = "FileCourtIssuedDocument";

    fn check(&self, check: &mut Check) {
        self.document().check(check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl FileCourtIssuedDocument {
    /// What is filed.
    pub fn document(&self) -> CourtDocument<'_> {
        CourtDocument {
            draft: self.draft,
            event_code: self.event_code.as_ref(),
            title: self.title.as_ref(),
            document: self.document.as_ref(),
            signed_by: self.signed_by.as_ref(),
            signed_at: self.signed_at,
            due: self.due,
        }
    }

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
