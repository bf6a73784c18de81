//! Items of DynamoDB, as JSON.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

/// An item, as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The item in its JSON: `{"pk": {"S": "CASE#101-26"}, …}`.
pub(crate) fn item(value: Value) -> Option<Item> {
    let item: serde_dynamo::Item = serde_json::from_value(value).ok()?;
    Some(item.into())
}
