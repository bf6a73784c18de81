//! The snapshot store on DynamoDB.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{CommandId, DocketNumber, Version};

use super::DynamoStore;
use super::error::throttled;
use super::fit::fits;
use super::item::{get_number, get_parsed};
use super::read::Consistency;
use super::rows::{command_items, command_row};
use super::tables::{
    HASH_KEY, HEADER, RANGE_KEY, command_key, quarantine_partition, snapshot_partition, text_key,
};
use super::write::{pauses, sleep};
use crate::case::Case;
use crate::gateway::{
    CommandRow, EntrySelection, Generation, Head, PutOutcome, Quarantined, SnapshotStore,
    StoreError,
};

#[async_trait]
impl SnapshotStore for DynamoStore {
    async fn case_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        self.case_read(generation, docket_number, entries).await
    }

    async fn case_load(
        &self,
        generation: Generation,
        case: &mut Case,
        entries: EntrySelection<'_>,
    ) -> Result<bool, StoreError> {
        self.case_read_more(generation, case, entries).await
    }

    async fn case_put(
        &self,
        generation: Generation,
        case: &Case,
        base: Version,
    ) -> Result<PutOutcome, StoreError> {
        self.case_write(generation, case, base).await
    }

    async fn case_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        let partition = snapshot_partition(generation, docket_number);
        let table = &self.tables.snapshots;
        for pause in pauses() {
            sleep(pause).await;
            let mut rows = self
                .query_rows(table, &partition, "", Consistency::Strong)
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            // The header first: without it the rest is nothing, however far this comes. And
            // then another look, for whoever finds no header writes all of the case anew.
            if rows.remove(HEADER).is_some() {
                let header = text_key(&*partition, HEADER);
                self.delete_all(table, vec![header]).await?;
            }
            let keys = rows.keys().map(|sort| text_key(&*partition, sort));
            self.delete_all(table, keys.collect()).await?;
        }
        Err(throttled("the case was written each time it was removed"))
    }

    async fn case_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.heads(cases, |number| {
            (snapshot_partition(generation, number), HEADER)
        })
        .await
    }

    fn case_put_fits(&self, case: &Case, base: Version) -> bool {
        fits(case, base)
    }

    async fn commands_put(&self, rows: &[CommandRow]) -> Result<(), StoreError> {
        self.put_all(&self.tables.snapshots, command_items(rows))
            .await
    }

    async fn command_get(
        &self,
        docket_number: DocketNumber,
        command_id: &CommandId,
    ) -> Result<Option<CommandRow>, StoreError> {
        let key = command_key(docket_number, command_id);
        let item = self.get(&self.tables.snapshots, key).await?;
        item.map(|item| command_row(&item, docket_number, command_id))
            .transpose()
    }

    async fn quarantine_put(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError> {
        self.park_in(quarantine_partition(generation), parked).await
    }

    async fn quarantine_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.release_in(quarantine_partition(generation), docket_number)
            .await
    }

    async fn quarantine_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.parked_in(quarantine_partition(generation), docket_number)
            .await
    }

    async fn quarantine_list(
        &self,
        generation: Generation,
    ) -> Result<Vec<Quarantined>, StoreError> {
        self.all_parked_in(&quarantine_partition(generation)).await
    }
}

impl DynamoStore {
    /// How far cases are, by the version and the hash in the item at the place of each.
    pub(super) async fn heads(
        &self,
        cases: &[DocketNumber],
        place: impl Fn(DocketNumber) -> (String, &'static str),
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        let mut partitions = BTreeMap::new();
        let mut keys = Vec::with_capacity(cases.len());
        for number in cases {
            let (partition, sort) = place(*number);
            // A batch may not name an item twice.
            if partitions.insert(partition.clone(), *number).is_none() {
                keys.push(text_key(partition, sort));
            }
        }
        let attributes = format!("{HASH_KEY}, {RANGE_KEY}, version, head_hash");
        let found = self
            .get_items(&self.tables.snapshots, keys, &attributes)
            .await?;
        let mut heads = BTreeMap::new();
        for (partition, item) in &found {
            let hash = match item.contains_key("head_hash") {
                true => Some(get_parsed(item, "head_hash")?),
                false => None,
            };
            let version = Version(get_number(item, "version")?);
            if let Some(number) = partitions.get(partition) {
                heads.insert(*number, Head { version, hash });
            }
        }
        Ok(heads)
    }
}
