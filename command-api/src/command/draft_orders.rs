//! Drafts of the court's documents, and the stamp on a motion, which makes one.
//!
//! A draft is named by its id, for it has no place on the record by which it could be named,
//! and a place in a list of drafts would be another's after each that is filed. Who makes a
//! draft may choose the id.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::MotionDisposition;
use casefold_events::{DocketEntryId, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Attachment, Body, Check, EntryRef, limits};

/// The draft in the examples.
const EXAMPLE_DRAFT: &str = "0199ea5c-8400-7a51-b1c5-2f8d1a6e4b01";
/// The draft that the stamp in the examples makes.
const EXAMPLE_STAMPED: &str = "0199ea5c-8400-7a51-b1c5-2f8d1a6e4b02";

/// Keeps a draft of an order, decision, opinion or notice of the court with the case, off
/// the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateDraftOrder {
    /// The id that the draft gets, by which later commands name it; by default a new one.
    /// No entry of the case has it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DocketEntryId>,
    /// The kind of document: one of the court's own codes, say `O` or `ODJ`.
    pub event_code: EventCode,
    /// The title that it gets on the record; by default the kind of document, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The document.
    pub document: Attachment,
    /// The judge for whom it is drafted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub judge: Option<String>,
}

impl CreateDraftOrder {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "draft": EXAMPLE_DRAFT,
            "eventCode": "O",
            "title": "Order to Show Cause",
            "document": Attachment::example("draft"),
            "judge": "Buch",
        })
    }
}

impl Body for CreateDraftOrder {
    const NAME: &'static str = "CreateDraftOrder";

    fn check(&self, check: &mut Check) {
        check.personal("title", self.title.as_ref(), limits::TITLE);
        check.within("document", |check| self.document.check(check));
        check.optional("judge", self.judge.as_ref(), limits::NAME);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Edits a draft that is neither signed nor archived. What is not given stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditDraft {
    /// The draft.
    pub draft: DocketEntryId,
    /// The kind of document: one of the court's own codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_code: Option<EventCode>,
    /// The title that it gets on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
    /// The judge for whom it is drafted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub judge: Option<String>,
}

impl EditDraft {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "draft": EXAMPLE_DRAFT,
            "eventCode": "OSC",
            "document": Attachment::example("draft-2"),
        })
    }
}

impl Body for EditDraft {
    const NAME: &'static str = "EditDraft";

    fn check(&self, check: &mut Check) {
        check.personal("title", self.title.as_ref(), limits::TITLE);
        if let Some(document) = &self.document {
            check.within("document", |check| document.check(check));
        }
        check.optional("judge", self.judge.as_ref(), limits::NAME);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Puts a judge's signature on a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignOrder {
    /// The draft.
    pub draft: DocketEntryId,
    /// The judge who signs it.
    #[schema(min_length = 1, max_length = 500, example = "Buch")]
    pub signed_by: String,
    /// When it was signed; by default now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// The document with the signature on it, where it is another than the draft's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
}

impl SignOrder {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "draft": EXAMPLE_DRAFT, "signedBy": "Buch"})
    }
}

impl Body for SignOrder {
    const NAME: &'static str = "SignOrder";

    fn check(&self, check: &mut Check) {
        check.text("signedBy", &self.signed_by, limits::NAME);
        if let Some(document) = &self.document {
            check.within("document", |check| document.check(check));
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Takes the signature back from a draft, so that it can be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnsignOrder {
    /// The draft.
    pub draft: DocketEntryId,
    /// The document without the signature, where it is another than the signed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
}

impl UnsignOrder {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "draft": EXAMPLE_DRAFT})
    }
}

impl Body for UnsignOrder {
    const NAME: &'static str = "UnsignOrder";

    fn check(&self, check: &mut Check) {
        if let Some(document) = &self.document {
            check.within("document", |check| document.check(check));
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Lays a draft aside. It stays with the case, and nothing is done with it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveDraft {
    /// The draft.
    pub draft: DocketEntryId,
}

impl ArchiveDraft {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "draft": EXAMPLE_DRAFT})
    }
}

impl Body for ArchiveDraft {
    const NAME: &'static str = "ArchiveDraft";

    fn check(&self, _: &mut Check) {}

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Puts a judge's stamp on a motion, which says what becomes of it. It makes a draft order,
/// signed by the judge, that a clerk puts on the record like any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StampMotion {
    /// The motion.
    pub docket_entry: EntryRef,
    /// What becomes of it.
    pub disposition: MotionDisposition,
    /// The judge.
    #[schema(min_length = 1, max_length = 500, example = "Buch")]
    pub stamped_by: String,
    /// What the stamp says besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2_000)]
    pub text: Option<String>,
    /// The motion with the stamp on it, which is the order.
    pub document: Attachment,
    /// The title that the order gets on the record; by default it says motion and
    /// disposition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The id that the draft order gets, by which later commands name it; by default a new
    /// one. No entry of the case has it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DocketEntryId>,
}

impl StampMotion {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketEntry": 5,
            "disposition": "Granted",
            "stampedBy": "Buch",
            "document": Attachment::example("stamped-motion"),
            "draft": EXAMPLE_STAMPED,
        })
    }
}

impl Body for StampMotion {
    const NAME: &'static str = "StampMotion";

    fn check(&self, check: &mut Check) {
        check.text("stampedBy", &self.stamped_by, limits::NAME);
        check.optional("text", self.text.as_ref(), limits::TITLE);
        check.within("document", |check| self.document.check(check));
        check.personal("title", self.title.as_ref(), limits::TITLE);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}
