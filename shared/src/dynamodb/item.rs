//! Items: making them, reading them, and what they weigh.

use std::collections::HashMap;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;

use super::tables::{HASH_KEY, RANGE_KEY};
use crate::gateway::StoreError;

/// An item: attributes by their names.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The largest item that DynamoDB stores: 400 KB (Developer Guide, "Quotas in Amazon
/// DynamoDB": item size).
pub(super) const MAX_ITEM_BYTES: usize = 400 * 1024;

/// A text attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(super) fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// What an item weighs against the limits, in bytes.
///
/// Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats"
/// (CapacityUnitCalculations): names and texts by their UTF-8 bytes; a number about one
/// byte for two significant digits, and one more; a list or map three bytes, and one for
/// each element; a binary by its bytes; a boolean or a null one byte.
pub(super) fn item_bytes(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_bytes(value))
        .sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(number) => number_bytes(number),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => {
            3 + list
                .iter()
                .map(|value| 1 + value_bytes(value))
                .sum::<usize>()
        }
        AttributeValue::M(map) => 3 + map.len() + item_bytes(map),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|number| number_bytes(number)).sum(),
        AttributeValue::Bs(all) => all.iter().map(|bytes| bytes.as_ref().len()).sum(),
        // A boolean, a null, or a type that this build doesn't know and never writes.
        _ => 1,
    }
}

fn number_bytes(number: &str) -> usize {
    number.len().div_ceil(2) + 2
}

/// Refuses an item that DynamoDB would not take.
pub(super) fn check_size(item: &Item, what: impl FnOnce() -> String) -> Result<(), StoreError> {
    let bytes = item_bytes(item);
    if bytes > MAX_ITEM_BYTES {
        return Err(StoreError::TooLarge {
            what: what(),
            bytes,
            limit: MAX_ITEM_BYTES,
        });
    }
    Ok(())
}

/// The key of an item, for an error text. Keys hold docket numbers, versions and ids.
pub(super) fn key_text(item: &Item) -> String {
    let part = |name| match item.get(name) {
        Some(AttributeValue::S(value) | AttributeValue::N(value)) => value.as_str(),
        Some(_) | None => "?",
    };
    format!("{}/{}", part(HASH_KEY), part(RANGE_KEY))
}

/// Something that an item should be and is not.
pub(super) fn corrupt(item: &Item, problem: impl Into<String>) -> StoreError {
    StoreError::Corrupt {
        at: key_text(item),
        problem: problem.into(),
    }
}

/// A text attribute that must be there.
pub(super) fn get_text<'a>(item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    match item.get(name) {
        Some(AttributeValue::S(value)) => Ok(value),
        Some(_) | None => Err(corrupt(item, format!("attribute {name} is not a text"))),
    }
}

/// A text attribute that must be there and of a form. What it is instead is not told: it
/// may be personal.
pub(super) fn get_parsed<T: FromStr>(item: &Item, name: &str) -> Result<T, StoreError> {
    get_text(item, name)?
        .parse()
        .map_err(|_| corrupt(item, format!("attribute {name} is not of its form")))
}

/// A whole number that must be there.
pub(super) fn get_number(item: &Item, name: &str) -> Result<u64, StoreError> {
    get_number_or_none(item, name)?
        .ok_or_else(|| corrupt(item, format!("attribute {name} is missing")))
}

/// A whole number, where it is there.
pub(super) fn get_number_or_none(item: &Item, name: &str) -> Result<Option<u64>, StoreError> {
    let not_whole = || corrupt(item, format!("attribute {name} is not a whole number"));
    match item.get(name) {
        None => Ok(None),
        Some(AttributeValue::N(value)) => value.parse().map(Some).map_err(|_| not_whole()),
        Some(_) => Err(not_whole()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_weighs_what_the_developer_guide_says() {
        let nested = AttributeValue::L(vec![AttributeValue::M(Item::from([(
            "id".to_owned(),
            text("abcd"),
        )]))]);
        let item = Item::from([("pk".to_owned(), text("é")), ("list".to_owned(), nested)]);
        // "pk" + "é", then "list" + list (3) + one element (1) + map (3) + one element (1)
        // + "id" + "abcd".
        assert_eq!(item_bytes(&item), (2 + 2) + (4 + 3 + 1 + 3 + 1 + 2 + 4));
        assert_eq!(value_bytes(&number(7_u64)), 3);
        assert_eq!(value_bytes(&number(1_234_567_u64)), 6);
    }
}
