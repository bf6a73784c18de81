//! Filings that came on paper.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::Objections;
use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Attachment, Body, Check, ContactRef, EntryRef, limits};

/// Who filed a document, as a clerk reads it on the paper: at least one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filers {
    /// Petitioners, participants or the intervenor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub contacts: Vec<ContactRef>,
    /// Whether the respondent filed it, alone or with them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub respondent: bool,
    /// Somebody who is no party, as the record is to say it: say, a friend of the court.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub other: Option<Personal<String>>,
}

impl Filers {
    pub(super) fn check(&self, check: &mut Check) {
        if self.contacts.is_empty() && !self.respondent && self.other.is_none() {
            check.refuse(
                "contacts",
                "is empty; name who filed it, or give respondent or other",
            );
        }
        check.count("contacts", self.contacts.len(), 0, limits::FILERS);
        check.distinct("contacts", &self.contacts);
        check.personal("other", self.other.as_ref(), limits::NAME);
    }

    /// Whether the respondent filed it, and nobody with it.
    pub fn is_respondent_alone(&self) -> bool {
        self.respondent && self.contacts.is_empty() && self.other.is_none()
    }
}

/// Enters a document of a party that came on paper. It stands on the record from its
/// receipt, and is served by a clerk of the court once its scan is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddPaperFiling {
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
    /// Who filed it.
    pub filed_by: Filers,
    /// When the court received it; by default now. Neither in the future nor before the
    /// petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The scan. It can be attached later (`EditPaperFiling`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
    /// Whether it is lodged only, and filed once the court gives leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
}

/// What is entered by an [`AddPaperFiling`], in one case or in several.
#[derive(Clone, Copy, Debug)]
pub struct PaperFiling<'a> {
    /// The kind of document.
    pub event_code: &'a EventCode,
    /// The kind of document, in words.
    pub document_type: Option<&'a str>,
    /// The title on the record.
    pub title: Option<&'a Personal<String>>,
    /// Who filed it.
    pub filed_by: &'a Filers,
    /// When the court received it.
    pub received_at: Option<Timestamp>,
    /// The scan.
    pub document: Option<&'a Attachment>,
    /// Whether it is lodged only.
    pub lodged: bool,
    /// What the filer says of objections.
    pub objections: Option<Objections>,
}

impl PaperFiling<'_> {
    pub(super) fn check(&self, check: &mut Check) {
        if let Some(text) = self.document_type {
            check.text("documentType", text, limits::LINE);
        }
        check.personal("title", self.title, limits::TITLE);
        check.within("filedBy", |check| self.filed_by.check(check));
        if let Some(document) = self.document {
            check.within("document", |check| document.check(check));
        }
    }
}

impl AddPaperFiling {
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
            "eventCode": "MISC",
            "title": "Letter about Records",
            "filedBy": {"contacts": [1]},
        })
    }
}

impl Body for AddPaperFiling {
    const NAME: &'static str = "AddPaperFiling";

    fn check(&self, check: &mut Check) {
        self.filing().check(check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Edits a filing that came on paper and is not served yet: attaches its scan, or corrects
/// what was entered. What is not given stays as it is. Of the papers of a petition that came
/// on paper (the statement of taxpayer identification is entry `0`), scan and title alone
/// are edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditPaperFiling {
    /// The entry.
    pub docket_entry: EntryRef,
    /// The kind of document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_code: Option<EventCode>,
    /// The kind of document, in words. Another event code brings the court's words with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub document_type: Option<String>,
    /// The title on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// Who filed it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_by: Option<Filers>,
    /// When the court received it, which becomes its date of filing, too. Neither in the
    /// future nor before the petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// The scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Attachment>,
    /// Whether it is lodged only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lodged: Option<bool>,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
    /// From when it holds; by default from now. Neither in the future nor before the entry
    /// was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl EditPaperFiling {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketEntry": 7,
            "document": Attachment::example("letter"),
        })
    }
}

impl Body for EditPaperFiling {
    const NAME: &'static str = "EditPaperFiling";

    fn check(&self, check: &mut Check) {
        check.optional("documentType", self.document_type.as_ref(), limits::LINE);
        check.personal("title", self.title.as_ref(), limits::TITLE);
        if let Some(filed_by) = &self.filed_by {
            check.within("filedBy", |check| filed_by.check(check));
        }
        if let Some(document) = &self.document {
            check.within("document", |check| document.check(check));
        }
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}
