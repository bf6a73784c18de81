//! A store that is out of order, whatever it is asked.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Timestamp, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, CaseRows, Claim, CommandRow, CommitPage, ControlStore,
    EntrySelection, EventStore, Generation, GenerationStore, Head, Lease, LeaseState, LeaseStore,
    ListPage, ListRange, ListStore, ListsOutcome, Operation, Order, ProjectionId, PutOutcome,
    Quarantined, Removed, Revised, RowOfCase, RowPage, RowStore, RowsPut, ScanPage, Segment,
    SnapshotStore, StoreError, StoredRow, Term,
};
use casefold_shared::generations::Generations;
use casefold_shared::lists::{List, ListRow};
use uuid::Uuid;

mod audited;

/// A store in which something is wrong, whatever it is asked.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Unavailable,
    Throttled,
    Refused,
    Hangs,
    Panics,
}

impl Fault {
    async fn strike<T>(self) -> Result<T, StoreError> {
        match self {
            Self::Unavailable => Err(StoreError::Unavailable("connection refused".into())),
            Self::Throttled => Err(StoreError::Throttled("slow down".into())),
            Self::Refused => Err(StoreError::Refused(
                "no such table".to_owned(),
                "ResourceNotFound".into(),
            )),
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("a secret of {}", String::from("Vera Lindholm")),
        }
    }
}

#[async_trait]
impl EventStore for Fault {
    async fn commit_append(&self, _: &Commit) -> Result<AppendOutcome, StoreError> {
        self.strike().await
    }
    async fn commits_append(&self, _: &[Commit]) -> Result<AppendOutcome, StoreError> {
        self.strike().await
    }
    async fn case_begin(&self, _: &Commit) -> Result<BeginOutcome, StoreError> {
        self.strike().await
    }
    async fn claim_get(&self, _: &CommandId) -> Result<Option<Claim>, StoreError> {
        self.strike().await
    }
    async fn commit_get(&self, _: CommitRef) -> Result<Option<Commit>, StoreError> {
        self.strike().await
    }
    async fn commits_after(&self, _: DocketNumber, _: Version) -> Result<Vec<Commit>, StoreError> {
        self.strike().await
    }
    async fn commits_between(
        &self,
        _: DocketNumber,
        _: Version,
        _: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        self.strike().await
    }
    async fn commits_page(
        &self,
        _: DocketNumber,
        _: Option<Version>,
        _: usize,
        _: Order,
    ) -> Result<CommitPage, StoreError> {
        self.strike().await
    }
    async fn commits_scan(&self, _: Segment, _: Option<CommitRef>) -> Result<ScanPage, StoreError> {
        self.strike().await
    }
    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.strike().await
    }
    async fn docket_number_highest(&self, _: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl SnapshotStore for Fault {
    async fn case_get(
        &self,
        _: Generation,
        _: DocketNumber,
        _: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        self.strike().await
    }
    async fn case_load(
        &self,
        _: Generation,
        _: &mut Case,
        _: EntrySelection<'_>,
    ) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn case_put(
        &self,
        _: Generation,
        _: &Case,
        _: Version,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn case_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn case_heads(
        &self,
        _: Generation,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    fn case_put_fits(&self, _: &Case, _: Version) -> bool {
        false
    }
    async fn commands_put(&self, _: &[CommandRow]) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn command_get(
        &self,
        _: DocketNumber,
        _: &CommandId,
    ) -> Result<Option<CommandRow>, StoreError> {
        self.strike().await
    }
    async fn quarantine_put(&self, _: Generation, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn quarantine_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn quarantine_list(&self, _: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl ListStore for Fault {
    async fn lists_put(
        &self,
        _: Generation,
        _: DocketNumber,
        _: Version,
        _: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        self.strike().await
    }
    async fn lists_settle(
        &self,
        _: Generation,
        _: DocketNumber,
        _: &[ListRow],
    ) -> Result<(), StoreError> {
        self.strike().await
    }
    fn lists_forget(&self) {}
    async fn lists_version(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.strike().await
    }
    async fn lists_heads(
        &self,
        _: Generation,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn lists_of(&self, _: Generation, _: DocketNumber) -> Result<Vec<StoredRow>, StoreError> {
        self.strike().await
    }
    async fn lists_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    fn list_place(&self, _: &ListRow) -> String {
        String::new()
    }
    async fn list_page(
        &self,
        _: Generation,
        _: List,
        _: &str,
        _: ListRange<'_>,
    ) -> Result<ListPage, StoreError> {
        self.strike().await
    }
    async fn lists_park(&self, _: Generation, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn lists_release(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn lists_parked_get(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.strike().await
    }
    async fn lists_parked(&self, _: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl RowStore for Fault {
    async fn rows_get(&self, _: ProjectionId, _: DocketNumber) -> Result<CaseRows, StoreError> {
        self.strike().await
    }
    async fn rows_put(
        &self,
        _: ProjectionId,
        _: DocketNumber,
        _: &CaseRows,
        _: RowsPut<'_>,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn rows_heads(
        &self,
        _: ProjectionId,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn rows_of(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Vec<RowOfCase>, StoreError> {
        self.strike().await
    }
    async fn rows_remove(&self, _: ProjectionId, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn row_page(
        &self,
        _: ProjectionId,
        _: &str,
        _: ListRange<'_>,
    ) -> Result<RowPage, StoreError> {
        self.strike().await
    }
    async fn rows_park(&self, _: ProjectionId, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn rows_release(&self, _: ProjectionId, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn rows_parked_get(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.strike().await
    }
    async fn rows_parked(&self, _: ProjectionId) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl GenerationStore for Fault {
    async fn generations_get(&self, _: &str) -> Result<Option<Revised>, StoreError> {
        self.strike().await
    }
    async fn generations_put(
        &self,
        _: &str,
        _: &Generations,
        _: Option<u64>,
        _: &Operation,
    ) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn operations(&self, _: usize) -> Result<Vec<Operation>, StoreError> {
        self.strike().await
    }
    async fn contents_mark(&self, _: ProjectionId, _: Uuid) -> Result<Uuid, StoreError> {
        self.strike().await
    }
    async fn contents_marked(&self, _: ProjectionId) -> Result<Option<Uuid>, StoreError> {
        self.strike().await
    }
    async fn contents_remove(
        &self,
        _: ProjectionId,
        _: Option<String>,
    ) -> Result<Removed, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl LeaseStore for Fault {
    async fn lease_take(&self, _: &str, _: &str, _: Term<'_>) -> Result<Option<Lease>, StoreError> {
        self.strike().await
    }
    async fn lease_keep(&self, _: &Lease, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn lease_release(&self, _: &Lease, _: &str) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn lease_remove(&self, _: &Lease) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn leases(&self, _: &str) -> Result<Vec<LeaseState>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl ControlStore for Fault {
    async fn docket_number_next(&self, _: u8) -> Result<DocketNumber, StoreError> {
        self.strike().await
    }
    async fn docket_number_reserve(&self, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn checkpoint_get(&self, _: &str) -> Result<Option<String>, StoreError> {
        self.strike().await
    }
    async fn checkpoint_put(&self, _: &str, _: &str) -> Result<(), StoreError> {
        self.strike().await
    }
}
