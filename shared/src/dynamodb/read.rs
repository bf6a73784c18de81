//! Reads: one item, many items by their keys, a whole partition.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::DynamoStore;
use super::error::{store_error, throttled};
use super::item::{Item, get_text, text};
use super::tables::{HASH_KEY, RANGE_KEY, text_key};
use super::write::{pauses, sleep, unbuilt};
use crate::gateway::{Gathering, StoreError};

/// The most keys in one BatchGetItem (Developer Guide, "Quotas in Amazon DynamoDB").
pub(super) const MAX_BATCH_KEYS: usize = 100;

/// Rows of one partition, by their sort keys.
pub(super) type Rows = BTreeMap<String, Item>;

/// Whether a read must see every write that was answered before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Consistency {
    /// It may miss the last second's writes, at half the price.
    Eventual,
    /// It sees them all.
    Strong,
}

/// What a request reads of one table: items by their keys, how, and which of their attributes.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) table: &'a str,
    pub(super) consistency: Consistency,
    pub(super) attributes: Option<&'a str>,
    pub(super) keys: Vec<Item>,
}

impl DynamoStore {
    /// One item, strongly consistent.
    pub(super) async fn get(&self, table: &str, key: Item) -> Result<Option<Item>, StoreError> {
        self.get_with(table, key, Consistency::Strong).await
    }

    /// One item; where it is of what is derived or of keys, together with what else is asked for at
    /// this moment, where work is [gathered](crate::gateway::gathered).
    pub(super) async fn get_with(
        &self,
        table: &str,
        key: Item,
        consistency: Consistency,
    ) -> Result<Option<Item>, StoreError> {
        match Gathering::current() {
            Some(within) if table == self.tables.snapshots || table == self.tables.keys => {
                self.get_gathered(&within, table, key, consistency).await
            }
            _ => self.get_alone(table, key, consistency).await,
        }
    }

    /// One item, by a request of its own.
    pub(super) async fn get_alone(
        &self,
        table: &str,
        key: Item,
        consistency: Consistency,
    ) -> Result<Option<Item>, StoreError> {
        let read = self
            .client
            .get_item()
            .table_name(table)
            .set_key(Some(key))
            .consistent_read(consistency == Consistency::Strong);
        Ok(read.send().await.map_err(store_error)?.item)
    }

    /// The rows of a partition that have these sort keys, strongly consistent each for
    /// itself. Those that are not there are left out.
    pub(super) async fn get_rows(
        &self,
        table: &str,
        partition: &str,
        sorts: BTreeSet<String>,
    ) -> Result<Rows, StoreError> {
        let mut rows = Rows::new();
        let keys: Vec<_> = sorts
            .into_iter()
            .map(|sort| text_key(partition, sort))
            .collect();
        for batch in keys.chunks(MAX_BATCH_KEYS) {
            let part = Part {
                table,
                consistency: Consistency::Strong,
                attributes: None,
                keys: batch.to_vec(),
            };
            for row in self.get_batch(vec![part]).await?.into_values().flatten() {
                rows.insert(get_text(&row, RANGE_KEY)?.to_owned(), row);
            }
        }
        Ok(rows)
    }

    /// Some attributes of items that have these keys, strongly consistent each for itself, by
    /// their partitions. Those that are not there are left out.
    pub(super) async fn get_items(
        &self,
        table: &str,
        keys: Vec<Item>,
        attributes: &str,
    ) -> Result<Rows, StoreError> {
        let mut rows = Rows::new();
        for batch in keys.chunks(MAX_BATCH_KEYS) {
            let part = Part {
                table,
                consistency: Consistency::Strong,
                attributes: Some(attributes),
                keys: batch.to_vec(),
            };
            for row in self.get_batch(vec![part]).await?.into_values().flatten() {
                rows.insert(get_text(&row, HASH_KEY)?.to_owned(), row);
            }
        }
        Ok(rows)
    }

    /// The items of at most [`MAX_BATCH_KEYS`] different keys, by their tables and in no order.
    /// Each part is of another table. Items that are not there are left out.
    pub(super) async fn get_batch(
        &self,
        parts: Vec<Part<'_>>,
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let mut parts = parts;
        let mut items: HashMap<String, Vec<Item>> = HashMap::new();
        let mut pause = pauses().skip(1);
        loop {
            let request = parts.iter_mut().map(|part| {
                let keys = KeysAndAttributes::builder()
                    .set_keys(Some(std::mem::take(&mut part.keys)))
                    .consistent_read(part.consistency == Consistency::Strong)
                    .set_projection_expression(part.attributes.map(str::to_owned))
                    .build();
                Ok((part.table.to_owned(), keys.map_err(unbuilt)?))
            });
            let request = request.collect::<Result<_, StoreError>>()?;
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(request))
                .send()
                .await
                .map_err(store_error)?;
            let mut some = false;
            for (table, found) in answer.responses.unwrap_or_default() {
                some |= !found.is_empty();
                items.entry(table).or_default().extend(found);
            }
            let mut left = answer.unprocessed_keys.unwrap_or_default();
            for part in &mut parts {
                let left = left.remove(part.table);
                part.keys = left.map(|left| left.keys).unwrap_or_default();
            }
            parts.retain(|part| !part.keys.is_empty());
            if parts.is_empty() {
                return Ok(items);
            }
            // An answer ends at 16 MB, which is no reason to slow down; an answer with
            // nothing in it is.
            if some {
                pause = pauses().skip(1);
            } else {
                let refused = || throttled("the keys of a batch were put off again and again");
                sleep(pause.next().ok_or_else(refused)?).await;
            }
        }
    }

    /// All rows of a partition whose sort keys begin so, however many pages they take.
    pub(super) async fn query_rows(
        &self,
        table: &str,
        partition: &str,
        sorts_begin: &str,
        consistency: Consistency,
    ) -> Result<Rows, StoreError> {
        let mut rows = Rows::new();
        let mut from = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(table)
                .consistent_read(consistency == Consistency::Strong)
                .expression_attribute_values(":partition", text(partition))
                .set_exclusive_start_key(from);
            let query = match sorts_begin {
                "" => query.key_condition_expression("pk = :partition"),
                begin => query
                    .key_condition_expression("pk = :partition AND begins_with(sk, :begin)")
                    .expression_attribute_values(":begin", text(begin)),
            };
            let page = query.send().await.map_err(store_error)?;
            for row in page.items.unwrap_or_default() {
                rows.insert(get_text(&row, RANGE_KEY)?.to_owned(), row);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }
}
