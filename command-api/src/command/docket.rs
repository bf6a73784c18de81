//! What people do on the docket.

use casefold_events::Personal;
use casefold_events::Timestamp;
use casefold_events::entry::EventCode;
use casefold_events::vocabulary::{Objections, SealedTo};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Attachment, Body, Check, ContactRef, EntryRef, limits};

/// Files a document of a party, electronically. It stands on the record at once, and is
/// served by a clerk of the court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileDocument {
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
    /// The document.
    pub document: Attachment,
    /// The petitioners on whose behalf it is filed. By default: the petitioner who files,
    /// or all petitioners whom the counsel represents. The respondent's counsel gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub filers: Vec<ContactRef>,
    /// Whether it is lodged only, and filed once the court gives leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
}

/// What is filed by a [`FileDocument`], to one case or to several.
#[derive(Clone, Copy, Debug)]
pub struct Filing<'a> {
    /// The kind of document.
    pub event_code: &'a EventCode,
    /// The kind of document, in words.
    pub document_type: Option<&'a str>,
    /// The title on the record.
    pub title: Option<&'a Personal<String>>,
    /// The document.
    pub document: &'a Attachment,
    /// On whose behalf.
    pub filers: &'a [ContactRef],
    /// Whether it is lodged only.
    pub lodged: bool,
    /// What the filer says of objections.
    pub objections: Option<Objections>,
}

impl Filing<'_> {
    pub(super) fn check(&self, check: &mut Check) {
        if let Some(text) = self.document_type {
            check.text("documentType", text, limits::LINE);
        }
        check.personal("title", self.title, limits::TITLE);
        check.within("document", |check| self.document.check(check));
        check.count("filers", self.filers.len(), 0, limits::FILERS);
        check.distinct("filers", self.filers);
    }
}

impl FileDocument {
    /// What is filed.
    pub fn filing(&self) -> Filing<'_> {
        Filing {
            event_code: &self.event_code,
            document_type: self.document_type.as_deref(),
            title: self.title.as_ref(),
            document: &self.document,
            filers: &self.filers,
            lodged: self.lodged,
            objections: self.objections,
        }
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "eventCode": "M006",
            "title": "Motion for Continuance",
            "document": Attachment::example("motion"),
            "objections": "Unknown",
        })
    }
}

impl Body for FileDocument {
    const NAME: &'static str = "FileDocument";

    fn check(&self, check: &mut Check) {
        self.filing().check(check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Declares a command about one entry.
macro_rules! about_entry {
    ($(#[$doc:meta])* $name:ident, $entry:literal $(, $(#[$fdoc:meta])* $field:ident: $type:ty = $json:literal: $value:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            /// The entry.
            pub docket_entry: EntryRef,
            $($(#[$fdoc])* pub $field: $type,)?
            /// From when it holds; by default from now. Neither in the future nor before
            /// the entry was filed.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub effective_at: Option<Timestamp>,
        }

        impl Body for $name {
            const NAME: &'static str = stringify!($name);

            fn check(&self, _: &mut Check) {}

            fn effective_at(&self) -> Option<Timestamp> {
                self.effective_at
            }
        }

        impl $name {
            /// A complete body.
            pub fn example() -> Value {
                json!({"type": Self::NAME, "docketEntry": $entry $(, $json: $value)?})
            }
        }
    };
}

pub(super) use about_entry;

about_entry!(
    /// Serves a filed document on the parties. It is served once.
    ServeDocument,
    5
);
about_entry!(
    /// Strikes an entry from the record. It stays there, marked, and its document is not to
    /// be had any more. It is stricken once.
    StrikeDocketEntry,
    5
);
about_entry!(
    /// Seals an entry, or changes from whom it is sealed.
    SealDocketEntry,
    6,
    /// From whom it is kept.
    sealed_to: SealedTo = "sealedTo": "Public"
);
about_entry!(
    /// Unseals an entry.
    UnsealDocketEntry,
    6
);
