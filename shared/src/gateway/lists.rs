//! Keeping the rows of cases in lists.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};

use super::{Generation, Head, Quarantined, StoreError};
use crate::lists::{Line, List, ListRow};

/// Keeps the rows that cases have in lists, and reads lists in pages. All of it can be
/// thrown away: it follows from the cases.
#[async_trait]
pub trait ListStore: Send + Sync {
    /// Brings the stored rows of a case to exactly these, which are its rows at a version.
    ///
    /// Whoever comes with an older version than the stored one changes nothing, even if
    /// they have begun before: so the rows of a case never go back. It can be dropped at any
    /// point and begun again by anybody. Where many rows change, readers may see some of
    /// them before others; a row that moves from one list to another is then in both rather
    /// than in neither.
    async fn lists_put(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        version: Version,
        rows: &[ListRow],
    ) -> Result<ListsOutcome, StoreError>;

    /// Makes sure that readers come by these rows of a case, whoever has put them: for a rebuild,
    /// which finds rows that were put by somebody who took the lists for those before.
    async fn lists_settle(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        rows: &[ListRow],
    ) -> Result<(), StoreError>;

    /// Forgets what is remembered of stored lists to save writes. To be called when the lists
    /// are others than they were, because they were thrown away.
    fn lists_forget(&self);

    /// The version at which the stored rows of a case are; `None` where it has none yet.
    /// Strongly consistent.
    async fn lists_version(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Version>, StoreError>;

    /// How far the rows of these cases are, strongly consistent each for itself; a case
    /// without any is left out.
    async fn lists_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// The rows that are stored of a case, in the order of their lists, keys and sort texts.
    async fn lists_of(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredRow>, StoreError>;

    /// Removes the rows of a case, where what is stored is wrong. Lists don't show the case
    /// until its rows are put again.
    async fn lists_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Where a row is kept, as [`StoredRow::place`] tells it.
    fn list_place(&self, row: &ListRow) -> String;

    /// At most so many rows of a list under a key, in order. Eventually consistent.
    async fn list_page(
        &self,
        generation: Generation,
        list: List,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<ListPage, StoreError>;

    /// Parks a case whose rows can't be brought up to date.
    async fn lists_park(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError>;

    /// Releases a case. Releasing one that is not parked changes nothing.
    async fn lists_release(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Why a case's rows are parked, where they are. Eventually consistent.
    async fn lists_parked_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError>;

    /// The cases whose rows are parked, all pages of them.
    async fn lists_parked(&self, generation: Generation) -> Result<Vec<Quarantined>, StoreError>;
}

/// A row of a case as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// Where it is: list, key and bucket.
    pub place: String,
    /// Where it is in there.
    pub sort: String,
    /// What it shows; `None` where it is not there, though the case is said to have it.
    pub line: Option<Line>,
}

/// How bringing rows up to date went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListsOutcome {
    /// So many rows were written or removed.
    Changed(usize),
    /// No row is another than it was: the version alone has moved on.
    Unchanged,
    /// They are at this version or a later one already. Nothing was written.
    Current,
}

/// Which part of a list to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListRange<'a> {
    /// The first sort text that belongs to it, or the beginning of one.
    pub from: Option<&'a str>,
    /// The last sort text that belongs to it. One that goes on after this text is later:
    /// so `2026-12-01` takes in all of November and nothing of December.
    pub to: Option<&'a str>,
    /// The sort text after which the page begins.
    pub after: Option<&'a str>,
    /// In which order.
    pub order: SortOrder,
    /// The most rows.
    pub limit: usize,
}

impl ListRange<'_> {
    /// So many rows from the beginning of a list.
    pub const fn first(limit: usize) -> Self {
        Self {
            from: None,
            to: None,
            after: None,
            order: SortOrder::Ascending,
            limit,
        }
    }
}

/// In which order a list is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortOrder {
    /// In the list's own order.
    Ascending,
    /// The other way round.
    Descending,
}

/// Some rows of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// The rows.
    pub rows: Vec<ListRow>,
    /// The sort text after which the next page begins; `None` where there is none.
    pub next: Option<String>,
}
