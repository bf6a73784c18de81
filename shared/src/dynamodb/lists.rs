//! The list store on DynamoDB.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};

use super::DynamoStore;
use super::inventory::state_of;
use super::keep::{Owner, Target};
use super::tables::{STATE, list_place, lists_partition, lists_quarantine_partition, text_key};
use crate::gateway::{
    Generation, Head, ListPage, ListRange, ListStore, ListsOutcome, Quarantined, StoreError,
    StoredRow,
};
use crate::lists::{List, ListRow};

#[async_trait]
impl ListStore for DynamoStore {
    async fn lists_put(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        version: Version,
        rows: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        self.lists_write(generation, docket_number, version, rows)
            .await
    }

    async fn lists_settle(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        rows: &[ListRow],
    ) -> Result<(), StoreError> {
        self.lists_settled(generation, docket_number, rows).await
    }

    fn lists_forget(&self) {
        self.known_buckets.forget();
    }

    async fn lists_version(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Version>, StoreError> {
        let key = text_key(lists_partition(generation, docket_number), STATE);
        let state = self.get(&self.tables.snapshots, key).await?;
        let version = |item| state_of(item).map(|state| state.version);
        state.as_ref().map(version).transpose()
    }

    async fn lists_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.heads(cases, |number| (lists_partition(generation, number), STATE))
            .await
    }

    async fn lists_of(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredRow>, StoreError> {
        self.lists_stored(generation, docket_number).await
    }

    async fn lists_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        let target = Target::new(Owner::Lists(generation), docket_number);
        self.kept_remove(&target).await
    }

    fn list_place(&self, row: &ListRow) -> String {
        list_place(row.list, &row.key, row.bucket())
    }

    async fn list_page(
        &self,
        generation: Generation,
        list: List,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<ListPage, StoreError> {
        self.list_read(generation, list, key, range).await
    }

    async fn lists_park(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError> {
        self.park_in(lists_quarantine_partition(generation), parked)
            .await
    }

    async fn lists_release(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.release_in(lists_quarantine_partition(generation), docket_number)
            .await
    }

    async fn lists_parked_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.parked_in(lists_quarantine_partition(generation), docket_number)
            .await
    }

    async fn lists_parked(&self, generation: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.all_parked_in(&lists_quarantine_partition(generation))
            .await
    }
}
