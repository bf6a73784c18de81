//! Keeping the rows of commits in the audit index.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Timestamp};

use super::{Head, ProjectionId, PutOutcome, Quarantined, SortOrder, StoreError};
use crate::audit::{IndexRow, IndexedCommit, Place, Position};

/// Keeps the rows that commits have in the audit index, and how far each case is in it.
///
/// A row follows from its commit alone, so that writing it again changes nothing: rows are put
/// without a condition, in any order, by whoever comes. The case's head is put after them, on
/// the condition that it is the one that was read; so a head at a version implies the rows of
/// all commits up to it.
#[async_trait]
pub trait CommitIndex: Send + Sync {
    /// How far a case is; `None` where nothing is known of it. Strongly consistent.
    async fn index_head(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Head>, StoreError>;

    /// How far these cases are, strongly consistent each for itself; a case of which nothing is
    /// known is left out.
    async fn index_heads(
        &self,
        of: ProjectionId,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// Puts rows. It can be dropped at any point and begun again.
    async fn index_put(&self, of: ProjectionId, rows: &[IndexRow]) -> Result<(), StoreError>;

    /// Says how far a case is, if, and only if, it is still as far as was read.
    async fn index_head_put(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        read: Option<Head>,
        next: Head,
    ) -> Result<PutOutcome, StoreError>;

    /// At most so many rows of a place, in order. Eventually consistent.
    async fn index_page(
        &self,
        of: ProjectionId,
        place: &Place,
        range: IndexRange,
    ) -> Result<IndexRows, StoreError>;

    /// All that is stored of a case's commits, in order: the row of each in the case, and
    /// whether it has the others that follow from this one. Strongly consistent.
    async fn index_of(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Vec<IndexedInCase>, StoreError>;

    /// Forgets how far a case is, so that its rows are put again from the first commit on, and
    /// removes these rows, which nobody puts.
    async fn index_clear(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        surplus: &[(Place, Position)],
    ) -> Result<(), StoreError>;

    /// Parks a case that can't be folded.
    async fn index_park(&self, of: ProjectionId, parked: &Quarantined) -> Result<(), StoreError>;

    /// Releases a case. Releasing one that is not parked changes nothing.
    async fn index_release(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Why a case is parked, where it is. Eventually consistent.
    async fn index_parked_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError>;

    /// The cases that are parked, all pages of them.
    async fn index_parked(&self, of: ProjectionId) -> Result<Vec<Quarantined>, StoreError>;
}

/// Which rows of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexRange {
    /// Of commits recorded at this time or later.
    pub from: Option<Timestamp>,
    /// Of commits recorded before this time.
    pub to: Option<Timestamp>,
    /// Beyond this position, in the order.
    pub after: Option<Position>,
    /// In which order.
    pub order: SortOrder,
    /// The most rows.
    pub limit: usize,
}

/// Some rows of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRows {
    /// The rows, in order.
    pub rows: Vec<IndexRow>,
    /// Whether there are further ones.
    pub more: bool,
}

/// What is stored of one commit of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedInCase {
    /// Where the commit stands.
    pub position: Position,
    /// What the row of the case tells of it; `None` where it can't be read.
    pub commit: Option<IndexedCommit>,
    /// The other places in which it should have a row by that, and what is stored in each: the
    /// row's text, or nothing.
    pub elsewhere: Vec<(Place, Option<String>)>,
}
