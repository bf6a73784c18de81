//! What the audit, milestones and keys ask of it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use casefold_events::DocketNumber;
use casefold_shared::accesses::chain::{Chain, Link};
use casefold_shared::audit::{IndexRow, Place, Position};
use casefold_shared::case::Case;
use casefold_shared::gateway::{
    AccessLog, CommitIndex, Forgetting, Generation, Head, IndexRange, IndexRows, IndexedInCase,
    KeyStore, KeysPage, KeysPut, LinkOutcome, LinkPage, MilestoneState, MilestoneStore, Operation,
    Order, ProjectionId, PutOutcome, Quarantined, Segment, StoreError, StoredKeys, StoredMilestone,
    WrappedCourtKey,
};
use casefold_shared::keys::Keyring;
use casefold_shared::milestone::Milestone;

use super::Fault;

#[async_trait]
impl CommitIndex for Fault {
    async fn index_head(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Option<Head>, StoreError> {
        self.strike().await
    }
    async fn index_heads(
        &self,
        _: ProjectionId,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn index_put(&self, _: ProjectionId, _: &[IndexRow]) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn index_head_put(
        &self,
        _: ProjectionId,
        _: DocketNumber,
        _: Option<Head>,
        _: Head,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn index_page(
        &self,
        _: ProjectionId,
        _: &Place,
        _: IndexRange,
    ) -> Result<IndexRows, StoreError> {
        self.strike().await
    }
    async fn index_of(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Vec<IndexedInCase>, StoreError> {
        self.strike().await
    }
    async fn index_clear(
        &self,
        _: ProjectionId,
        _: DocketNumber,
        _: &[(Place, Position)],
    ) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn index_park(&self, _: ProjectionId, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn index_release(&self, _: ProjectionId, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn index_parked_get(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.strike().await
    }
    async fn index_parked(&self, _: ProjectionId) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl AccessLog for Fault {
    async fn link_append(&self, _: &Link) -> Result<LinkOutcome, StoreError> {
        self.strike().await
    }
    async fn link_last(&self, _: &Chain) -> Result<Option<Link>, StoreError> {
        self.strike().await
    }
    async fn chains(&self) -> Result<BTreeSet<Chain>, StoreError> {
        self.strike().await
    }
    async fn links_page(
        &self,
        _: &Chain,
        _: Option<u64>,
        _: usize,
        _: Order,
    ) -> Result<LinkPage, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl MilestoneStore for Fault {
    async fn milestone_state(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<MilestoneState, StoreError> {
        self.strike().await
    }
    async fn milestone_heads(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<Vec<StoredMilestone>, StoreError> {
        self.strike().await
    }
    async fn milestone_case(
        &self,
        _: Generation,
        _: DocketNumber,
        _: &StoredMilestone,
    ) -> Result<Option<Case>, StoreError> {
        self.strike().await
    }
    async fn milestone_put(
        &self,
        _: Generation,
        _: &Milestone,
        _: &mut MilestoneState,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn milestone_reach(
        &self,
        _: Generation,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn milestones_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl KeyStore for Fault {
    async fn case_keys_get(
        &self,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, StoredKeys>, StoreError> {
        self.strike().await
    }
    async fn case_keys_put(&self, _: DocketNumber, _: &StoredKeys) -> Result<KeysPut, StoreError> {
        self.strike().await
    }
    async fn case_keys_scan(
        &self,
        _: Segment,
        _: Option<DocketNumber>,
    ) -> Result<KeysPage, StoreError> {
        self.strike().await
    }
    async fn court_keys(&self) -> Result<BTreeMap<u32, WrappedCourtKey>, StoreError> {
        self.strike().await
    }
    async fn court_key_add(&self, _: u32, _: &WrappedCourtKey) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn forgetting_put(&self, _: &Forgetting, _: &Operation) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn forgettings(&self) -> Result<Vec<Forgetting>, StoreError> {
        self.strike().await
    }
    fn keyring(&self) -> Keyring {
        Keyring::locked()
    }
}
