//! What a clerk does about an entry on the record besides serving it.

use casefold_events::vocabulary::Objections;
use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::docket::about_entry;
use super::{Body, Check, EntryRef, Filers, limits};

/// Corrects what the record says of an entry, served or not. What is not given stays as it
/// is. Neither the document nor its service are changed by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditDocketEntryMeta {
    /// The entry.
    pub docket_entry: EntryRef,
    /// The title on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub title: Option<Personal<String>>,
    /// The kind of document, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub document_type: Option<String>,
    /// The date of filing: neither in the future, nor before the petition, nor after the
    /// entry's service. The date of a petition's own papers stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filing_date: Option<Timestamp>,
    /// Who filed it, all of them; of a filing of a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed_by: Option<Filers>,
    /// What the filer says of objections; of a filing of a party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
    /// Whether it is lodged only, and filed once the court gives leave; of a filing of a
    /// party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lodged: Option<bool>,
    /// Pages of its document, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub number_of_pages: Option<u32>,
    /// The judge named in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub judge: Option<String>,
    /// From when it holds; by default from now. Neither in the future nor before the entry
    /// was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl EditDocketEntryMeta {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketEntry": 7,
            "title": "Letter about the Records of 2019",
            "judge": "Buch",
        })
    }
}

impl Body for EditDocketEntryMeta {
    const NAME: &'static str = "EditDocketEntryMeta";

    fn check(&self, check: &mut Check) {
        check.personal("title", self.title.as_ref(), limits::TITLE);
        check.optional("documentType", self.document_type.as_ref(), limits::LINE);
        if let Some(filed_by) = &self.filed_by {
            check.within("filedBy", |check| filed_by.check(check));
        }
        if let Some(pages) = self.number_of_pages
            && !(1..=limits::PAGES).contains(&pages)
        {
            check.refuse(
                "numberOfPages",
                format!("is not between 1 and {}", limits::PAGES),
            );
        }
        check.optional("judge", self.judge.as_ref(), limits::NAME);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

about_entry!(
    /// Says that a clerk has checked what a party filed electronically, and found it in
    /// order. It is checked once.
    CompleteQc,
    5
);
about_entry!(
    /// Says that nothing is to be done about an entry any more.
    RemovePendingItem,
    5
);
