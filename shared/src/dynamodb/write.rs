//! Conditional writes: one item, or several in one step; and batches without conditions.

use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Delete, DeleteRequest, Put, PutRequest,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, WriteRequest,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::DynamoStore;
use super::client::WithoutToken;
use super::error::{store_error, throttled};
use super::item::{Item, item_bytes};
use crate::gateway::{Gathering, StoreError};

/// The most items in one transaction (Developer Guide, "Quotas in Amazon DynamoDB").
pub(super) const MAX_TRANSACTION_ITEMS: usize = 100;

/// The most bytes in one transaction (the same page).
pub(super) const MAX_TRANSACTION_BYTES: usize = 4 * 1024 * 1024;

/// The most items in one BatchWriteItem (the same page).
pub(super) const MAX_BATCH_ITEMS: usize = 25;

/// How many batches are written at once.
const BATCHES_AT_ONCE: usize = 8;

/// The pause before each try: none before the first. A collision with another transaction
/// on the same item lasts milliseconds; the sum stays under two seconds, which a caller can
/// wait.
const PAUSES: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(20),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(160),
    Duration::from_millis(320),
    Duration::from_millis(640),
];

/// An item to be put under a condition.
#[derive(Clone, Debug)]
pub(super) struct ConditionalPut {
    pub(super) table: String,
    pub(super) item: Item,
    pub(super) condition: Condition,
}

/// A condition on the item that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Condition {
    pub(super) expression: String,
    pub(super) values: Item,
}

impl Condition {
    /// Nothing is there.
    pub(super) fn absent() -> Self {
        Self {
            expression: "attribute_not_exists(pk)".to_owned(),
            values: Item::new(),
        }
    }
}

/// One step of a transaction.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Put an item under a condition.
    PutIf(ConditionalPut),
    /// Put an item, whatever is there.
    Put { table: String, item: Item },
    /// Delete an item, if it is there.
    Delete { table: String, key: Item },
    /// Delete an item under a condition.
    DeleteIf {
        table: String,
        key: Item,
        condition: Condition,
    },
}

/// How a conditional write went.
#[derive(Clone, Debug)]
pub(super) enum Written<T> {
    /// It is durable.
    Yes,
    /// A condition failed and nothing was written. What is there, in the order of the
    /// steps: `None` where the step's condition held.
    No(T),
}

impl DynamoStore {
    /// Puts one item under a condition.
    pub(super) async fn put_if(&self, put: ConditionalPut) -> Result<Written<Item>, StoreError> {
        self.put_if_made(|| Ok(put.clone())).await
    }

    /// The same of an item that is made for each try: as a rule there is one, which needs no copy.
    pub(super) async fn put_if_made(
        &self,
        make: impl Fn() -> Result<ConditionalPut, StoreError> + Send,
    ) -> Result<Written<Item>, StoreError> {
        for pause in pauses() {
            sleep(pause).await;
            let ConditionalPut {
                table,
                item,
                condition: Condition { expression, values },
            } = make()?;
            let request = self
                .client
                .put_item()
                .table_name(table)
                .set_item(Some(item))
                .condition_expression(expression)
                .set_expression_attribute_values(some_values(values))
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                );
            let error = match request.send().await {
                Ok(_) => return Ok(Written::Yes),
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    return Ok(Written::No(failed.item().cloned().unwrap_or_default()));
                }
                Some(PutItemError::TransactionConflictException(_)) => {}
                Some(_) | None => return Err(store_error(error)),
            }
        }
        Err(throttled("another transaction kept hold of the item"))
    }

    /// Carries out several steps: all, or none.
    pub(super) async fn transact(
        &self,
        steps: &[Step],
    ) -> Result<Written<Vec<Option<Item>>>, StoreError> {
        check_transaction(steps)?;
        let steps = steps
            .iter()
            .map(transact_item)
            .collect::<Result<Vec<_>, _>>()?;
        for pause in pauses() {
            sleep(pause).await;
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(steps.clone()));
            let error = match request.customize().interceptor(WithoutToken).send().await {
                Ok(_) => return Ok(Written::Yes),
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    match cancellation(cancelled.cancellation_reasons()) {
                        Cancellation::ConditionFailed(found) => return Ok(Written::No(found)),
                        Cancellation::MayPass => {}
                        Cancellation::Refused => return Err(store_error(error)),
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                Some(_) | None => return Err(store_error(error)),
            }
        }
        Err(throttled("other transactions kept hold of the items"))
    }

    /// Puts items in batches, in no order and each for itself; where they are of what is derived,
    /// together with what else is put at this moment, where work is
    /// [gathered](crate::gateway::gathered).
    pub(super) async fn put_all(&self, table: &str, items: Vec<Item>) -> Result<(), StoreError> {
        match Gathering::current() {
            Some(within) if !items.is_empty() && table == self.tables.snapshots => {
                self.put_gathered(&within, items).await
            }
            _ => self.put_alone(table, items).await,
        }
    }

    /// Puts items by requests of their own.
    pub(super) async fn put_alone(&self, table: &str, items: Vec<Item>) -> Result<(), StoreError> {
        let mut waiting = Vec::with_capacity(items.len());
        for item in items {
            let put = PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map_err(unbuilt)?;
            waiting.push(WriteRequest::builder().put_request(put).build());
        }
        self.write_all(table, waiting).await
    }

    /// Deletes items in batches, in no order and each for itself.
    pub(super) async fn delete_all(&self, table: &str, keys: Vec<Item>) -> Result<(), StoreError> {
        let mut waiting = Vec::with_capacity(keys.len());
        for key in keys {
            let removal = DeleteRequest::builder()
                .set_key(Some(key))
                .build()
                .map_err(unbuilt)?;
            waiting.push(WriteRequest::builder().delete_request(removal).build());
        }
        self.write_all(table, waiting).await
    }

    /// Writes in batches, in no order and each for itself.
    async fn write_all(
        &self,
        table: &str,
        mut requests: Vec<WriteRequest>,
    ) -> Result<(), StoreError> {
        let mut batches = Vec::new();
        while !requests.is_empty() {
            let rest = requests.split_off(requests.len().min(MAX_BATCH_ITEMS));
            batches.push(self.write_batch(table, requests));
            requests = rest;
        }
        let mut batches = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE);
        while batches.try_next().await?.is_some() {}
        Ok(())
    }

    async fn write_batch(&self, table: &str, batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut batch = batch;
        for pause in pauses() {
            sleep(pause).await;
            let request = self.client.batch_write_item().request_items(table, batch);
            let unprocessed = request.send().await.map_err(store_error)?.unprocessed_items;
            batch = unprocessed
                .and_then(|mut left| left.remove(table))
                .unwrap_or_default();
            if batch.is_empty() {
                return Ok(());
            }
        }
        Err(throttled("parts of a batch were put off again and again"))
    }
}

/// One for each try.
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    PAUSES.into_iter()
}

pub(super) async fn sleep(pause: Duration) {
    if !pause.is_zero() {
        tokio::time::sleep(pause).await;
    }
}

fn some_values(values: Item) -> Option<Item> {
    Some(values).filter(|values| !values.is_empty())
}

/// What a cancelled transaction means.
enum Cancellation {
    ConditionFailed(Vec<Option<Item>>),
    MayPass,
    Refused,
}

/// A failed condition is an answer; anything that may pass beside it doesn't change it,
/// for the condition would fail again.
fn cancellation(reasons: &[CancellationReason]) -> Cancellation {
    let mut failed = false;
    let mut refused = false;
    let found = reasons.iter().map(|reason| match reason.code() {
        Some("ConditionalCheckFailed") => {
            failed = true;
            Some(reason.item().cloned().unwrap_or_default())
        }
        Some(
            "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded",
        )
        | None => None,
        Some(_) => {
            refused = true;
            None
        }
    });
    let found: Vec<_> = found.collect();
    match (refused, failed) {
        (true, _) => Cancellation::Refused,
        (false, true) => Cancellation::ConditionFailed(found),
        (false, false) => Cancellation::MayPass,
    }
}

/// Refuses a step that DynamoDB would not take whole.
pub(super) fn check_transaction(steps: &[Step]) -> Result<(), StoreError> {
    let items = steps.len();
    let bytes = steps.iter().map(step_bytes).sum();
    if items > MAX_TRANSACTION_ITEMS || bytes > MAX_TRANSACTION_BYTES {
        return Err(StoreError::TooLarge {
            what: format!("one step of {items} items, where {MAX_TRANSACTION_ITEMS} are taken,"),
            bytes,
            limit: MAX_TRANSACTION_BYTES,
        });
    }
    Ok(())
}

fn step_bytes(step: &Step) -> usize {
    match step {
        Step::PutIf(put) => item_bytes(&put.item),
        Step::Put { item, .. } => item_bytes(item),
        Step::Delete { key, .. } | Step::DeleteIf { key, .. } => item_bytes(key),
    }
}

fn transact_item(step: &Step) -> Result<TransactWriteItem, StoreError> {
    let item = TransactWriteItem::builder();
    let item = match step {
        Step::PutIf(put) => item.put(
            Put::builder()
                .table_name(&put.table)
                .set_item(Some(put.item.clone()))
                .condition_expression(&put.condition.expression)
                .set_expression_attribute_values(some_values(put.condition.values.clone()))
                .return_values_on_condition_check_failure(
                    ReturnValuesOnConditionCheckFailure::AllOld,
                )
                .build()
                .map_err(unbuilt)?,
        ),
        Step::Put {
            table,
            item: content,
        } => item.put(
            Put::builder()
                .table_name(table)
                .set_item(Some(content.clone()))
                .build()
                .map_err(unbuilt)?,
        ),
        Step::Delete { table, key } => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key.clone()))
                .build()
                .map_err(unbuilt)?,
        ),
        Step::DeleteIf {
            table,
            key,
            condition,
        } => item.delete(
            Delete::builder()
                .table_name(table)
                .set_key(Some(key.clone()))
                .condition_expression(&condition.expression)
                .set_expression_attribute_values(some_values(condition.values.clone()))
                .build()
                .map_err(unbuilt)?,
        ),
    };
    Ok(item.build())
}

/// A request that lacks a part: a fault of this module.
pub(super) fn unbuilt(error: aws_sdk_dynamodb::error::BuildError) -> StoreError {
    StoreError::Refused("the request could not be built".to_owned(), error.into())
}
