//! What is sent of a case to a reader, as types: what a type doesn't have can't leak.
//!
//! | type | for |
//! | --- | --- |
//! | [`CourtCaseView`] | the court |
//! | [`PartyCaseView`] | the parties and the respondent |
//! | [`PublicCaseView`] | everybody |
//! | [`SealedCaseView`] | everybody, of a sealed case |
//!
//! A docket entry has such types of its own ([`DocketEntryView`]).

mod as_of;
mod case;
mod court;
mod entry;
mod portrait;
mod public;
mod trial;

use serde::Serialize;
use utoipa::ToSchema;

pub use self::as_of::AsOfView;
pub use self::case::{CaseView, ConsolidatedCases, FoldedFromView, PartyCaseView, StatusView};
pub use self::court::{CourtCaseView, ReadinessView};
pub use self::entry::{
    CourtEntryView, DocketEntryView, EntryView, PartyEntryView, ServedName, WithheldEntryView,
};
pub use self::portrait::CourtPortrait;
pub use self::public::{PublicCaseView, PublicContactView, SealedCaseView};
pub use self::trial::{HearingView, TrialView};
use super::{Reader, Sight};

/// A case, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CaseAnswer {
    /// For the court.
    Court(Box<CourtCaseView>),
    /// For the parties and the respondent.
    Party(Box<PartyCaseView>),
    /// For everybody.
    Public(Box<PublicCaseView>),
    /// For everybody, where the case is sealed.
    Sealed(SealedCaseView),
}

/// Docket entries within a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketView {
    /// The index of the last entry on the docket record. The indexes have no gap, so it is
    /// their number.
    pub last_docket_entry_index: u32,
    /// Entries off the record that the reader may see (drafts, the statement of taxpayer
    /// identification), and then the first 1,000 of the record in the order of their index.
    pub docket_entries: Vec<DocketEntryView>,
    /// Where the entries go on, where there are more than 1,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/cases/101-26/docket-entries?cursor=MSBlbnRyaWVzIDEwMS0yNiAxMDAw")]
    pub next_docket_entries: Option<String>,
}

impl CaseAnswer {
    /// What a reader sees of a case, with these entries of it.
    pub fn of(reader: &Reader<'_>, docket: DocketView) -> Self {
        match reader.sight() {
            Sight::Whole => Self::Court(Box::new(CourtCaseView::of(reader, docket))),
            Sight::Own => Self::Party(Box::new(PartyCaseView::of(reader, docket))),
            Sight::Public => Self::Public(Box::new(PublicCaseView::of(reader.case, docket))),
            Sight::Sealed => Self::Sealed(SealedCaseView::of(reader.case)),
        }
    }

    /// What the court sees of a case as of a point in its past. Nobody else is shown the past:
    /// what is sealed now was not then.
    pub fn as_of(reader: &Reader<'_>, docket: DocketView, as_of: AsOfView) -> Self {
        let mut answer = Self::of(reader, docket);
        if let Self::Court(view) = &mut answer {
            view.as_of = Some(as_of);
        }
        answer
    }
}
