//! The generation store on DynamoDB.
//!
//! The generations of a projection are one item of the control table, and an operation is one
//! of its log: both are put in one transaction. The mark of a generation's contents is an item
//! of the snapshot table, so it is lost with the contents.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use super::DynamoStore;
use super::error::store_error;
use super::item::{Item, corrupt, get_number, get_parsed, get_text, number, text};
use super::tables::{
    HASH_KEY, OPERATIONS, RANGE_KEY, contents_key, generations_key, is_of_generation,
    operation_sort, text_key,
};
use super::write::{Condition, ConditionalPut, Step, Written};
use crate::gateway::{GenerationStore, Operation, ProjectionId, Removed, Revised, StoreError};
use crate::generations::Generations;

/// How many keys a page of a removal looks at.
const REMOVAL_PAGE: i32 = 1_000;

#[async_trait]
impl GenerationStore for DynamoStore {
    async fn generations_get(&self, projection: &str) -> Result<Option<Revised>, StoreError> {
        let key = generations_key(projection);
        let item = self.get(&self.tables.control, key).await?;
        item.as_ref().map(revised).transpose()
    }

    async fn generations_put(
        &self,
        projection: &str,
        next: &Generations,
        expected: Option<u64>,
        operation: &Operation,
    ) -> Result<bool, StoreError> {
        let mut item = generations_key(projection);
        item.insert("revision".to_owned(), number(expected.unwrap_or(0) + 1));
        item.insert("active".to_owned(), number(next.active.0));
        // Two who put the same are told apart by it.
        item.insert("operation".to_owned(), text(operation.id.to_string()));
        item.insert("body".to_owned(), text(to_json(next, "generations")?));
        let condition = match expected {
            None => Condition::absent(),
            Some(revision) => Condition {
                expression: "revision = :revision".to_owned(),
                values: Item::from([(":revision".to_owned(), number(revision))]),
            },
        };
        let steps = [
            Step::PutIf(ConditionalPut {
                table: self.tables.control.clone(),
                item: item.clone(),
                condition,
            }),
            Step::Put {
                table: self.tables.control.clone(),
                item: operation_item(operation)?,
            },
        ];
        Ok(match self.transact(&steps).await? {
            Written::Yes => true,
            // A put whose answer was lost is tried again and finds itself.
            Written::No(found) => found.into_iter().next().flatten() == Some(item),
        })
    }

    async fn operations(&self, limit: usize) -> Result<Vec<Operation>, StoreError> {
        let mut operations = Vec::new();
        let mut from = None;
        while operations.len() < limit {
            let wanted = i32::try_from(limit - operations.len()).unwrap_or(i32::MAX);
            let page = self
                .client
                .query()
                .table_name(&self.tables.control)
                .key_condition_expression("pk = :log")
                .expression_attribute_values(":log", text(OPERATIONS))
                .scan_index_forward(false)
                .consistent_read(true)
                .limit(wanted)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(store_error)?;
            for item in page.items() {
                operations.push(
                    serde_json::from_str(get_text(item, "body")?)
                        .map_err(|_| corrupt(item, "the operation is not of its form"))?,
                );
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        Ok(operations)
    }

    async fn contents_mark(&self, of: ProjectionId, proposed: Uuid) -> Result<Uuid, StoreError> {
        let mut item = contents_key(of);
        item.insert("contents".to_owned(), text(proposed.to_string()));
        let put = ConditionalPut {
            table: self.tables.snapshots.clone(),
            item,
            condition: Condition::absent(),
        };
        match self.put_if(put).await? {
            Written::Yes => Ok(proposed),
            Written::No(there) => get_parsed(&there, "contents"),
        }
    }

    async fn contents_marked(&self, of: ProjectionId) -> Result<Option<Uuid>, StoreError> {
        let item = self.get(&self.tables.snapshots, contents_key(of)).await?;
        item.map(|item| get_parsed(&item, "contents")).transpose()
    }

    async fn contents_remove(
        &self,
        of: ProjectionId,
        from: Option<String>,
    ) -> Result<Removed, StoreError> {
        let table = &self.tables.snapshots;
        if from.is_none() {
            self.client
                .delete_item()
                .table_name(table)
                .set_key(Some(contents_key(of)))
                .send()
                .await
                .map_err(store_error)?;
        }
        let from = from.as_deref().map(place_of).transpose()?;
        let page = self
            .client
            .scan()
            .table_name(table)
            .projection_expression("pk, sk")
            .limit(REMOVAL_PAGE)
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(store_error)?;
        let next = page.last_evaluated_key.as_ref().map(place).transpose()?;
        let found = page.items.unwrap_or_default();
        let seen = found.len() as u64;
        let mut keys = Vec::new();
        for key in found {
            if is_of_generation(get_text(&key, HASH_KEY)?, of) {
                keys.push(key);
            }
        }
        let removed = keys.len() as u64;
        self.delete_all(table, keys).await?;
        Ok(Removed {
            seen,
            removed,
            next,
        })
    }
}

fn revised(item: &Item) -> Result<Revised, StoreError> {
    Ok(Revised {
        revision: get_number(item, "revision")?,
        generations: serde_json::from_str(get_text(item, "body")?)
            .map_err(|_| corrupt(item, "the generations are not of their form"))?,
    })
}

/// A line of the log of operations.
pub(super) fn operation_item(operation: &Operation) -> Result<Item, StoreError> {
    let mut item = text_key(OPERATIONS, operation_sort(operation));
    item.insert("body".to_owned(), text(to_json(operation, "an operation")?));
    Ok(item)
}

fn to_json<T: serde::Serialize>(value: &T, what: &str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Refused(format!("{what} can't be written as JSON"), error.into())
    })
}

/// A place in the table as one text: both keys, as JSON.
fn place(key: &Item) -> Result<String, StoreError> {
    to_json(
        &(get_text(key, HASH_KEY)?, get_text(key, RANGE_KEY)?),
        "a place",
    )
}

fn place_of(text_of_place: &str) -> Result<HashMap<String, AttributeValue>, StoreError> {
    let (partition, sort): (String, String) =
        serde_json::from_str(text_of_place).map_err(|error| {
            StoreError::Refused("this is no place to go on from".to_owned(), error.into())
        })?;
    Ok(text_key(partition, sort))
}
