//! Items as they are: reading a partition whole, and putting many at once.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};

use crate::Outcome;

/// An item as the engine gives it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What one request puts at most.
const A_BATCH: usize = 25;

/// Every item of a partition, in the order of its sort keys.
pub(crate) async fn of_partition(
    client: &Client,
    table: &str,
    key: &str,
    partition: &str,
) -> Outcome<Vec<Item>> {
    let mut items = Vec::new();
    let mut from = None;
    loop {
        let page = client
            .query()
            .table_name(table)
            .consistent_read(true)
            .key_condition_expression("#key = :partition")
            .expression_attribute_names("#key", key)
            .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()))
            .set_exclusive_start_key(from)
            .send()
            .await?;
        items.extend(page.items.unwrap_or_default());
        from = page.last_evaluated_key;
        if from.is_none() {
            return Ok(items);
        }
    }
}

/// Puts items, a batch after another.
pub(crate) async fn put_all(client: &Client, table: &str, items: Vec<Item>) -> Outcome<()> {
    let mut items = items.into_iter().peekable();
    while items.peek().is_some() {
        let mut requests = Vec::with_capacity(A_BATCH);
        for item in items.by_ref().take(A_BATCH) {
            let put = PutRequest::builder().set_item(Some(item)).build()?;
            requests.push(WriteRequest::builder().put_request(put).build());
        }
        let answer = client
            .batch_write_item()
            .request_items(table, requests)
            .send()
            .await?;
        if answer.unprocessed_items.is_some_and(|it| !it.is_empty()) {
            return Err("the engine left a batch unfinished".into());
        }
    }
    Ok(())
}

/// An attribute that is a number.
pub(crate) fn number(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// The bytes of an item as DynamoDB counts them, nearly: names and values.
pub(crate) fn bytes(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + bytes_of(value))
        .sum()
}

fn bytes_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|it| 1 + bytes_of(it)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + bytes(map),
        _ => 1,
    }
}
