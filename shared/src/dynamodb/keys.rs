//! The store of keys on DynamoDB: an item of the table of keys for each case.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::DocketNumber;
use casefold_events::personal::keys::KeyName;

use super::DynamoStore;
use super::error::store_error;
use super::generations::operation_item;
use super::item::{Item, check_size, corrupt, get_number, get_parsed, get_text, number, text};
use super::read::Consistency;
use super::tables::{
    COURT_KEYS, FORGETTINGS, HASH_KEY, case_keys_key, case_of_partition, court_key_sort,
    forgetting_sort, text_key,
};
use super::write::{Condition, ConditionalPut, Step, Written};
use crate::gateway::{
    Forgetting, ForgottenBy, KeyStore, KeysPage, KeysPut, Operation, Segment, StoreError,
    StoredKey, StoredKeys, WrappedCourtKey, WrappedKey,
};
use crate::keys::Keyring;

/// How many items one page of a scan looks at.
const PAGE: i32 = 1_000;

#[async_trait]
impl KeyStore for DynamoStore {
    async fn case_keys_get(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, StoredKeys>, StoreError> {
        if let [case] = cases {
            let item = self.get(&self.tables.keys, case_keys_key(*case)).await?;
            let keys = item.as_ref().map(keys_from_item).transpose()?;
            return Ok(keys.map(|keys| (*case, keys)).into_iter().collect());
        }
        let keys = cases.iter().map(|case| case_keys_key(*case)).collect();
        let attributes = "pk, sk, revision, subjects";
        let items = self.get_items(&self.tables.keys, keys, attributes).await?;
        let read = |item: &Item| Ok((case_of(item)?, keys_from_item(item)?));
        items.values().map(read).collect()
    }

    async fn case_keys_put(
        &self,
        case: DocketNumber,
        next: &StoredKeys,
    ) -> Result<KeysPut, StoreError> {
        let item = keys_to_item(case, next);
        check_size(&item, || format!("the keys of case {case}"))?;
        let before = next.revision.saturating_sub(1);
        let condition = if before == 0 {
            Condition::absent()
        } else {
            Condition {
                expression: "revision = :before".to_owned(),
                values: Item::from([(":before".to_owned(), number(before))]),
            }
        };
        let put = ConditionalPut {
            table: self.tables.keys.clone(),
            item,
            condition,
        };
        match self.put_if(put).await? {
            Written::Yes => Ok(KeysPut::Written),
            Written::No(there) if there.is_empty() => {
                Ok(KeysPut::Superseded(StoredKeys::default()))
            }
            Written::No(there) => Ok(KeysPut::Superseded(keys_from_item(&there)?)),
        }
    }

    async fn case_keys_scan(
        &self,
        segment: Segment,
        from: Option<DocketNumber>,
    ) -> Result<KeysPage, StoreError> {
        let read = |item: &Item| Ok((case_of(item)?, keys_from_item(item)?));
        let mut cases = Vec::new();
        let mut from = from.map(case_keys_key);
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.tables.keys)
                .segment(i32::try_from(segment.index).unwrap_or(i32::MAX))
                .total_segments(i32::try_from(segment.of).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .consistent_read(true)
                .filter_expression("sk = :keys")
                .expression_attribute_values(":keys", text("keys"))
                .limit(PAGE)
                .send()
                .await
                .map_err(store_error)?;
            for item in page.items() {
                cases.push(read(item)?);
            }
            from = page.last_evaluated_key;
            let next = match &from {
                None => None,
                // Among the few items of no case a page does not end.
                Some(last) if case_of(last).is_err() => continue,
                Some(last) => Some(case_of(last)?),
            };
            return Ok(KeysPage { cases, next });
        }
    }

    async fn court_keys(&self) -> Result<BTreeMap<u32, WrappedCourtKey>, StoreError> {
        let rows = self
            .query_rows(&self.tables.keys, COURT_KEYS, "key#", Consistency::Strong)
            .await?;
        let read = |item: &Item| {
            let number = u32::try_from(get_number(item, "number")?);
            let number = number.map_err(|_| corrupt(item, "attribute number is too large"))?;
            let key = WrappedCourtKey {
                master: get_text(item, "master")?.to_owned(),
                wrapped: bytes(item, item, "wrapped")?,
            };
            Ok((number, key))
        };
        rows.values().map(read).collect()
    }

    async fn court_key_add(&self, of: u32, key: &WrappedCourtKey) -> Result<(), StoreError> {
        let mut item = text_key(COURT_KEYS, court_key_sort(of));
        item.insert("number".to_owned(), number(of));
        item.insert("master".to_owned(), text(&key.master));
        item.insert("wrapped".to_owned(), blob(&key.wrapped));
        let put = ConditionalPut {
            table: self.tables.keys.clone(),
            item,
            condition: Condition::absent(),
        };
        match self.put_if(put).await? {
            Written::Yes | Written::No(_) => Ok(()),
        }
    }

    async fn forgetting_put(
        &self,
        forgetting: &Forgetting,
        operation: &Operation,
    ) -> Result<(), StoreError> {
        let mut item = text_key(FORGETTINGS, forgetting_sort(forgetting));
        let unwritable = |error: serde_json::Error| corrupt(&Item::new(), error.to_string());
        let record = serde_json::to_string(forgetting).map_err(unwritable)?;
        item.insert("record".to_owned(), text(record));
        check_size(&item, || "an act of forgetting".to_owned())?;
        let steps = [
            Step::Put {
                table: self.tables.keys.clone(),
                item,
            },
            Step::Put {
                table: self.tables.control.clone(),
                item: operation_item(operation)?,
            },
        ];
        self.transact(&steps).await?;
        Ok(())
    }

    async fn forgettings(&self) -> Result<Vec<Forgetting>, StoreError> {
        let rows = self
            .query_rows(&self.tables.keys, FORGETTINGS, "", Consistency::Strong)
            .await?;
        let read = |item: &Item| {
            serde_json::from_str(get_text(item, "record")?)
                .map_err(|_| corrupt(item, "the record of an act of forgetting can't be read"))
        };
        rows.values().map(read).collect()
    }

    fn keyring(&self) -> Keyring {
        self.keyring.clone()
    }
}

fn case_of(item: &Item) -> Result<DocketNumber, StoreError> {
    case_of_partition(get_text(item, HASH_KEY)?)
        .ok_or_else(|| corrupt(item, "the partition is not that of a case"))
}

fn blob(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

/// Bytes of a part of an item.
fn bytes(item: &Item, of: &Item, name: &str) -> Result<Vec<u8>, StoreError> {
    match of.get(name) {
        Some(AttributeValue::B(bytes)) => Ok(bytes.as_ref().to_vec()),
        Some(_) | None => Err(corrupt(item, format!("attribute {name} is not bytes"))),
    }
}

fn keys_to_item(case: DocketNumber, keys: &StoredKeys) -> Item {
    let mut item = case_keys_key(case);
    item.insert("revision".to_owned(), number(keys.revision));
    let subjects = keys
        .keys
        .iter()
        .map(|(name, key)| (name.to_string(), AttributeValue::M(key_to_map(key))));
    item.insert("subjects".to_owned(), AttributeValue::M(subjects.collect()));
    item
}

/// What there are many of has short names: `c` the court's key, `w` the wrapped key, `f` and `o`
/// the act of forgetting and its order, `at` when the key was destroyed.
fn key_to_map(key: &StoredKey) -> Item {
    let wrapped = |WrappedKey { court_key, wrapped }: &WrappedKey| {
        Item::from([
            ("c".to_owned(), number(*court_key)),
            ("w".to_owned(), blob(wrapped)),
        ])
    };
    let by = |ForgottenBy { forgetting, order }: &ForgottenBy| {
        [
            ("f".to_owned(), text(forgetting.to_string())),
            ("o".to_owned(), text(order)),
        ]
    };
    match key {
        StoredKey::Live(key) => wrapped(key),
        StoredKey::Retired { key, by: act } => {
            let mut map = wrapped(key);
            map.extend(by(act));
            map
        }
        StoredKey::Gone { at, by: act } => {
            let mut map = Item::from(by(act));
            map.insert("at".to_owned(), text(at.to_string()));
            map
        }
    }
}

fn keys_from_item(item: &Item) -> Result<StoredKeys, StoreError> {
    let Some(AttributeValue::M(subjects)) = item.get("subjects") else {
        return Err(corrupt(item, "attribute subjects is no map"));
    };
    let read = |(name, value): (&String, &AttributeValue)| {
        let name: KeyName = name
            .parse()
            .map_err(|_| corrupt(item, "a key's name is not of its form"))?;
        let AttributeValue::M(map) = value else {
            return Err(corrupt(item, "a key is no map"));
        };
        Ok((name, key_from_map(item, map)?))
    };
    Ok(StoredKeys {
        revision: get_number(item, "revision")?,
        keys: subjects.iter().map(read).collect::<Result<_, _>>()?,
    })
}

fn key_from_map(item: &Item, map: &Item) -> Result<StoredKey, StoreError> {
    let unfit = |_| corrupt(item, "a key is not of its form");
    let by = || {
        Ok::<_, StoreError>(ForgottenBy {
            forgetting: get_parsed(map, "f").map_err(unfit)?,
            order: get_text(map, "o").map_err(unfit)?.to_owned(),
        })
    };
    if map.contains_key("at") {
        return Ok(StoredKey::Gone {
            at: get_parsed(map, "at").map_err(unfit)?,
            by: by()?,
        });
    }
    let court_key = u32::try_from(get_number(map, "c").map_err(unfit)?);
    let key = WrappedKey {
        court_key: court_key.map_err(|_| corrupt(item, "a key is not of its form"))?,
        wrapped: bytes(item, map, "w")?,
    };
    Ok(match map.contains_key("f") {
        true => StoredKey::Retired { key, by: by()? },
        false => StoredKey::Live(key),
    })
}
