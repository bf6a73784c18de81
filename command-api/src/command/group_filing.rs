//! One document in several cases of one consolidated group.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::Objections;
use casefold_events::{DocketEntryId, DocketNumber, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::consolidation::{EXAMPLE_CASES, check_cases};
use super::{
    AddPaperFiling, Attachment, Body, Check, ContactRef, CourtDocument, FileCourtIssuedDocument,
    Filers, PaperFiling,
};

/// Enters one document that came on paper in several cases of one consolidated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddPaperFilingInGroup {
    /// The cases, all of one consolidated group.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// The kind of document, say `A` for an answer or `M000` for a motion.
    pub event_code: EventCode,
    /// The kind of document, in words; by default the court's words for the code. A code
    /// that the court has no words for needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub document_type: Option<String>,
    /// The title on the record; by default the kind of document, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// Who filed it. A contact is named by id, and is one of any of the cases.
    pub filed_by: Filers,
    /// When the court received it; by default now. Neither in the future nor before a
    /// petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The scan. It can be attached later, in each case (`EditPaperFiling`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
    /// Whether it is lodged only, and filed once the court gives leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
}

impl AddPaperFilingInGroup {
    /// What is entered.
    pub fn filing(&self) -> PaperFiling<'_> {
        PaperFiling {
            event_code: &self.event_code,
            document_type: self.document_type.as_deref(),
            title: self.title.as_ref(),
            filed_by: &self.filed_by,
            received_at: self.received_at,
            document: self.document.as_ref(),
            lodged: self.lodged,
            objections: self.objections,
        }
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketNumbers": EXAMPLE_CASES,
            "eventCode": "MISC",
            "title": "Letter of the Respondent",
            "filedBy": {"respondent": true},
            "document": Attachment::example("group-letter"),
        })
    }
}

impl Body for AddPaperFilingInGroup {
    const NAME: &'static str = AddPaperFiling::NAME;

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
        self.filing().check(check);
        for (at, contact) in self.filed_by.contacts.iter().enumerate() {
            match contact {
                ContactRef::Id(_) => {}
                ContactRef::Petitioner(_) => check.refuse(
                    format_args!("filedBy.contacts[{at}]"),
                    "is a number, which says somebody else in each case; give the contact's id",
                ),
            }
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Puts one document of the court on the record of several cases of one consolidated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileCourtIssuedDocumentInGroup {
    /// The cases, all of one consolidated group.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// A draft of the first of the cases that has it: it goes on the record of its case, and
    /// its document as an entry of its own on that of each other.
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

impl FileCourtIssuedDocumentInGroup {
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
            "docketNumbers": EXAMPLE_CASES,
            "eventCode": "O",
            "title": "Order to Report Jointly",
            "document": Attachment::example("group-order"),
            "signedBy": "Buch",
        })
    }
}

impl Body for FileCourtIssuedDocumentInGroup {
    const NAME: &'static str = FileCourtIssuedDocument::NAME;

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
        self.document().check(check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}
