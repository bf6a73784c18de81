//! Parked cases: a row for each in the partition of its projection's generation.

use casefold_events::{DocketNumber, Timestamp, Version};

use super::DynamoStore;
use super::error::store_error;
use super::item::{Item, corrupt, get_number, get_parsed, get_text, number, text};
use super::read::Consistency;
use super::tables::{RANGE_KEY, text_key};
use crate::gateway::{Quarantined, StoreError};

impl DynamoStore {
    pub(super) async fn park_in(
        &self,
        partition: String,
        parked: &Quarantined,
    ) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.tables.snapshots)
            .set_item(Some(quarantine_item(partition, parked)))
            .send()
            .await
            .map_err(store_error)?;
        Ok(())
    }

    pub(super) async fn release_in(
        &self,
        partition: String,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.tables.snapshots)
            .set_key(Some(quarantine_key(partition, docket_number)))
            .send()
            .await
            .map_err(store_error)?;
        Ok(())
    }

    pub(super) async fn parked_in(
        &self,
        partition: String,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        let key = quarantine_key(partition, docket_number);
        let found = self
            .get_with(&self.tables.snapshots, key, Consistency::Eventual)
            .await?;
        found.as_ref().map(quarantined).transpose()
    }

    pub(super) async fn all_parked_in(
        &self,
        partition: &str,
    ) -> Result<Vec<Quarantined>, StoreError> {
        let table = &self.tables.snapshots;
        let rows = self
            .query_rows(table, partition, "", Consistency::Eventual)
            .await?;
        rows.values().map(quarantined).collect()
    }
}

fn quarantine_key(partition: String, docket_number: DocketNumber) -> Item {
    text_key(partition, docket_number.to_string())
}

fn quarantine_item(partition: String, parked: &Quarantined) -> Item {
    let mut item = quarantine_key(partition, parked.docket_number);
    item.insert("version".to_owned(), number(parked.version.0));
    item.insert("reason".to_owned(), text(&parked.reason));
    item.insert("since".to_owned(), text(parked.since.to_string()));
    item
}

fn quarantined(item: &Item) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        docket_number: get_text(item, RANGE_KEY)?
            .parse()
            .map_err(|_| corrupt(item, "the sort key is no docket number"))?,
        version: Version(get_number(item, "version")?),
        reason: get_text(item, "reason")?.to_owned(),
        since: get_parsed::<Timestamp>(item, "since")?,
    })
}
