//! Keeping the rows of projections of rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{Digest, DocketNumber, Version};
use serde_json::Value;

use super::{Head, ListRange, ProjectionId, PutOutcome, Quarantined, StoreError};

/// Keeps the rows that cases have in projections, beside what each projection keeps of a case
/// to fold its next commit, and reads rows in pages. All of it can be thrown away: it follows
/// from the commits.
#[async_trait]
pub trait RowStore: Send + Sync {
    /// What a projection has stored of a case. Strongly consistent, and of one moment.
    async fn rows_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<CaseRows, StoreError>;

    /// Brings what is stored of a case to exactly this, if, and only if, it is what was read.
    ///
    /// Where many rows change, readers may see some of them before others, and what is kept of
    /// the case stays as it was until the last is written; then [`Self::rows_get`] gives the
    /// same version as before and another mark, and whoever comes next goes on from there. It
    /// can be dropped at any point.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] and [`StoreError::Refused`] where a row can't be stored: then
    /// none was written.
    async fn rows_put(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        read: &CaseRows,
        next: RowsPut<'_>,
    ) -> Result<PutOutcome, StoreError>;

    /// How far these cases are, strongly consistent each for itself; a case of which nothing
    /// is stored is left out.
    async fn rows_heads(
        &self,
        of: ProjectionId,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// The rows that are stored of a case, in the order of their keys and sort texts.
    async fn rows_of(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Vec<RowOfCase>, StoreError>;

    /// Removes all that is stored of a case, where that is wrong. Its rows are not shown until
    /// they are put again.
    async fn rows_remove(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// At most so many rows of all cases under a key, in order. Eventually consistent.
    async fn row_page(
        &self,
        of: ProjectionId,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<RowPage, StoreError>;

    /// Parks a case that can't be folded.
    async fn rows_park(&self, of: ProjectionId, parked: &Quarantined) -> Result<(), StoreError>;

    /// Releases a case. Releasing one that is not parked changes nothing.
    async fn rows_release(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Why a case is parked, where it is. Eventually consistent.
    async fn rows_parked_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError>;

    /// The cases that are parked, all pages of them.
    async fn rows_parked(&self, of: ProjectionId) -> Result<Vec<Quarantined>, StoreError>;
}

/// A row of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Under which it is looked up: at most 1,024 bytes.
    pub key: String,
    /// The place among the rows under the key: 1 to 960 bytes, the first of which is no
    /// control character. Among a case's rows of one key, each has another; that two cases
    /// have the same is no matter.
    pub sort: String,
    /// What it shows.
    pub body: Value,
}

/// What a projection has stored of a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseRows {
    /// The version at which the rows are; zero where nothing is stored.
    pub version: Version,
    /// The hash of that commit; [`Digest::ZERO`] before the first.
    pub head_hash: Digest,
    /// What the projection keeps of the case; `None` where that is nothing.
    pub kept: Option<String>,
    pub(crate) mark: RowsMark,
}

/// What the store that gave it must know again when it writes. Nobody else reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowsMark {
    pub(crate) step: u64,
    pub(crate) parts: usize,
    pub(crate) kept_step: u64,
    pub(crate) kept_parts: usize,
    /// Which rows are stored, by place and sort key, with a digest of each.
    pub(crate) places: BTreeMap<String, BTreeMap<String, String>>,
    /// The same as it is stored, where that is short.
    pub(crate) beside: Option<Vec<u8>>,
}

/// What is to be stored of a case.
#[derive(Clone, Copy, Debug)]
pub struct RowsPut<'a> {
    /// The version at which the rows are.
    pub version: Version,
    /// The hash of that commit.
    pub head_hash: Digest,
    /// What the projection keeps of the case.
    pub kept: Option<&'a str>,
    /// All rows of the case.
    pub rows: &'a [Row],
}

/// A row of a case as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOfCase {
    /// The key.
    pub key: String,
    /// The sort text.
    pub sort: String,
    /// What it shows; `None` where it is not there, though the case is said to have it.
    pub body: Option<Value>,
}

/// Some rows under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPage {
    /// The rows, each with its case.
    pub rows: Vec<(DocketNumber, Row)>,
    /// Where the next page begins, for [`ListRange::after`]; `None` where there is none.
    pub next: Option<String>,
}
