//! Cases that go together.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::Objections;
use casefold_events::{DocketNumber, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Attachment, Body, Check, FileDocument, Filing, limits};

/// Consolidates cases. A listed case that is in a group already brings its group along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsolidateCases {
    /// The cases, two or more.
    #[schema(min_items = 2, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for ConsolidateCases {
    const NAME: &'static str = "ConsolidateCases";

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 2, check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl ConsolidateCases {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "docketNumbers": EXAMPLE_CASES})
    }
}

/// Takes cases out of their consolidated groups. A group that is left with one case
/// dissolves; one that is left without its lead gets another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnconsolidateCases {
    /// The cases.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for UnconsolidateCases {
    const NAME: &'static str = "UnconsolidateCases";

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl UnconsolidateCases {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "docketNumbers": [EXAMPLE_CASES[1]]})
    }
}

/// Files one document of a party to several cases of one consolidated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileDocumentInGroup {
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
    /// The document.
    pub document: Attachment,
    /// Whether it is lodged only, and filed once the court gives leave.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
}

impl FileDocumentInGroup {
    /// What is filed.
    pub fn filing(&self) -> Filing<'_> {
        Filing {
            event_code: &self.event_code,
            document_type: self.document_type.as_deref(),
            title: self.title.as_ref(),
            document: &self.document,
            // Each case has contacts of its own; on whose behalf it is filed follows from
            // whom the filer is, or represents, in each.
            filers: &[],
            lodged: self.lodged,
            objections: self.objections,
        }
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketNumbers": EXAMPLE_CASES,
            "eventCode": "M006",
            "title": "Motion for Continuance",
            "document": Attachment::example("group-motion"),
        })
    }
}

impl Body for FileDocumentInGroup {
    const NAME: &'static str = FileDocument::NAME;

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
        self.filing().check(check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

/// The cases that the example of a paper petition makes when it is sent twice.
pub(super) const EXAMPLE_CASES: [&str; 2] = ["101-25", "102-25"];

pub(super) fn check_cases(docket_numbers: &[DocketNumber], least: usize, check: &mut Check) {
    check.count("docketNumbers", docket_numbers.len(), least, limits::CASES);
    check.distinct("docketNumbers", docket_numbers);
}
