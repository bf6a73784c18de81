//! What an import could not place, and why.

use std::borrow::Cow;

use serde::Serialize;

/// Why something of the source is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FindingKind {
    /// The value fits no event as it stands. It is kept in the residue.
    Unplaced,
    /// The source doesn't say what an event needs; the reason tells what was supposed.
    Supposed,
    /// The case was imported as the source has it, though a rule of the court says otherwise.
    AgainstRule,
    /// No event expresses this kind of item. It is kept whole in the residue.
    KeptWhole,
    /// The item belongs to no case. It is not imported.
    NotOfACase,
    /// The item names a case that is not in the file, or that can't be placed. It is not
    /// imported.
    CaseMissing,
    /// The item can't be read as an item at all. It is not imported.
    Unreadable,
}

impl FindingKind {
    /// Every kind, the gravest last.
    pub const ALL: [Self; 7] = [
        Self::Supposed,
        Self::KeptWhole,
        Self::NotOfACase,
        Self::AgainstRule,
        Self::Unplaced,
        Self::CaseMissing,
        Self::Unreadable,
    ];

    /// The kind in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unplaced => "could not be placed, kept with the case",
            Self::AgainstRule => "imported as it stands, against a rule",
            Self::Supposed => "not in the source, supposed",
            Self::KeptWhole => "no event for it, kept whole with the case",
            Self::NotOfACase => "belongs to no case, not imported",
            Self::CaseMissing => "its case is missing, not imported",
            Self::Unreadable => "unreadable, not imported",
        }
    }

    /// Whether a file with such a finding was imported whole all the same.
    pub const fn is_harmless(self) -> bool {
        match self {
            Self::Unplaced
            | Self::Supposed
            | Self::AgainstRule
            | Self::KeptWhole
            | Self::NotOfACase => true,
            Self::CaseMissing | Self::Unreadable => false,
        }
    }
}

/// One thing that the import reports. It names the item and the field and never repeats a
/// value of the source, which may be personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// The item's place in the file, from 1.
    pub position: usize,
    /// The item's kind, from its keys: `docket-entry`, `work-item`, `trial-session`.
    pub item: String,
    /// The case, where the item belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docket_number: Option<String>,
    /// The sort key within the case, which tells the item from its like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sk: Option<String>,
    /// The field, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Why.
    pub reason: Cow<'static, str>,
}
