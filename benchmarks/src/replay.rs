//! Requests that were recorded, sent again through the SDK: nothing is read, decoded or folded.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, Put, PutRequest, TransactWriteItem,
    Update, WriteRequest,
};
use serde_json::{Map, Value};

use crate::Outcome;
use crate::items::Item;
use crate::wire::Written;

/// A request in the SDK's own types, as whoever sends it first has it.
pub(crate) enum Request {
    Put(Write),
    Update(Write),
    Delete(Write),
    Batch(HashMap<String, Vec<WriteRequest>>),
    Transaction(Vec<TransactWriteItem>),
}

/// A write of one item.
pub(crate) struct Write {
    table: String,
    /// The item, or its key.
    item: Item,
    update: Option<String>,
    condition: Option<String>,
    names: Option<HashMap<String, String>>,
    values: Option<Item>,
}

impl Request {
    /// Of what was recorded.
    pub(crate) fn of(written: &Written) -> Outcome<Self> {
        let body: Value = serde_json::from_slice(&written.body)?;
        let body = &body;
        Ok(match written.operation.as_str() {
            "PutItem" => Self::Put(Write::of(body, "Item")?),
            "UpdateItem" => Self::Update(Write::of(body, "Key")?),
            "DeleteItem" => Self::Delete(Write::of(body, "Key")?),
            "BatchWriteItem" => Self::Batch(batch(body)?),
            "TransactWriteItems" => {
                let items = body["TransactItems"]
                    .as_array()
                    .ok_or("a transaction is empty")?;
                Self::Transaction(items.iter().map(transaction_item).collect::<Outcome<_>>()?)
            }
            other => return Err(format!("{other} writes nothing").into()),
        })
    }

    /// How many items it writes.
    pub(crate) fn items(&self) -> u64 {
        match self {
            Self::Put(_) | Self::Update(_) | Self::Delete(_) => 1,
            Self::Batch(tables) => tables.values().map(|it| it.len() as u64).sum(),
            Self::Transaction(items) => items.len() as u64,
        }
    }

    /// Sends it.
    pub(crate) async fn send(self, client: &Client) -> Outcome<()> {
        match self {
            Self::Put(it) => {
                let put = client
                    .put_item()
                    .table_name(it.table)
                    .set_item(Some(it.item));
                let put = put.set_condition_expression(it.condition);
                let put = put.set_expression_attribute_names(it.names);
                put.set_expression_attribute_values(it.values)
                    .send()
                    .await?;
            }
            Self::Update(it) => {
                let update = client
                    .update_item()
                    .table_name(it.table)
                    .set_key(Some(it.item));
                let update = update.set_update_expression(it.update);
                let update = update.set_condition_expression(it.condition);
                let update = update.set_expression_attribute_names(it.names);
                update
                    .set_expression_attribute_values(it.values)
                    .send()
                    .await?;
            }
            Self::Delete(it) => {
                let delete = client
                    .delete_item()
                    .table_name(it.table)
                    .set_key(Some(it.item));
                let delete = delete.set_condition_expression(it.condition);
                let delete = delete.set_expression_attribute_names(it.names);
                delete
                    .set_expression_attribute_values(it.values)
                    .send()
                    .await?;
            }
            Self::Batch(tables) => {
                let batch = client.batch_write_item().set_request_items(Some(tables));
                batch.send().await?;
            }
            Self::Transaction(items) => {
                let transaction = client.transact_write_items();
                transaction.set_transact_items(Some(items)).send().await?;
            }
        }
        Ok(())
    }
}

impl Write {
    fn of(body: &Value, item: &str) -> Outcome<Self> {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let names = body["ExpressionAttributeNames"].as_object().map(|names| {
            let name = |(name, of): (&String, &Value)| {
                (name.clone(), of.as_str().unwrap_or_default().to_owned())
            };
            names.iter().map(name).collect()
        });
        let values = body["ExpressionAttributeValues"].as_object();
        Ok(Self {
            table: text("TableName").ok_or("a write names no table")?,
            item: item_of(&body[item])?,
            update: text("UpdateExpression"),
            condition: text("ConditionExpression"),
            names,
            values: values.map(attributes).transpose()?,
        })
    }
}

fn batch(body: &Value) -> Outcome<HashMap<String, Vec<WriteRequest>>> {
    let tables = body["RequestItems"].as_object().ok_or("a batch is empty")?;
    let requests = |requests: &Value| -> Outcome<Vec<WriteRequest>> {
        let requests = requests.as_array().map(Vec::as_slice).unwrap_or_default();
        requests.iter().map(batch_item).collect()
    };
    tables
        .iter()
        .map(|(table, of)| Ok((table.clone(), requests(of)?)))
        .collect()
}

fn batch_item(request: &Value) -> Outcome<WriteRequest> {
    let builder = WriteRequest::builder();
    Ok(if let Some(put) = request.get("PutRequest") {
        let put = PutRequest::builder().set_item(Some(item_of(&put["Item"])?));
        builder.put_request(put.build()?).build()
    } else {
        let key = item_of(&request["DeleteRequest"]["Key"])?;
        let delete = DeleteRequest::builder().set_key(Some(key));
        builder.delete_request(delete.build()?).build()
    })
}

fn transaction_item(value: &Value) -> Outcome<TransactWriteItem> {
    let builder = TransactWriteItem::builder();
    let (kind, body) = value
        .as_object()
        .and_then(|it| it.iter().next())
        .ok_or("a step of a transaction is empty")?;
    Ok(match kind.as_str() {
        "Put" => {
            let it = Write::of(body, "Item")?;
            let put = Put::builder().table_name(it.table).set_item(Some(it.item));
            let put = put.set_condition_expression(it.condition);
            let put = put.set_expression_attribute_names(it.names);
            builder
                .put(put.set_expression_attribute_values(it.values).build()?)
                .build()
        }
        "Update" => {
            let it = Write::of(body, "Key")?;
            let update = Update::builder()
                .table_name(it.table)
                .set_key(Some(it.item));
            let update = update.set_update_expression(it.update);
            let update = update.set_condition_expression(it.condition);
            let update = update.set_expression_attribute_names(it.names);
            builder
                .update(update.set_expression_attribute_values(it.values).build()?)
                .build()
        }
        "Delete" => {
            let it = Write::of(body, "Key")?;
            let delete = Delete::builder()
                .table_name(it.table)
                .set_key(Some(it.item));
            let delete = delete.set_condition_expression(it.condition);
            let delete = delete.set_expression_attribute_names(it.names);
            builder
                .delete(delete.set_expression_attribute_values(it.values).build()?)
                .build()
        }
        "ConditionCheck" => {
            let it = Write::of(body, "Key")?;
            let check = ConditionCheck::builder()
                .table_name(it.table)
                .set_key(Some(it.item));
            let check = check.set_condition_expression(it.condition);
            let check = check.set_expression_attribute_names(it.names);
            let check = check.set_expression_attribute_values(it.values).build()?;
            builder.condition_check(check).build()
        }
        other => return Err(format!("a transaction has no {other}").into()),
    })
}

fn item_of(value: &Value) -> Outcome<Item> {
    attributes(value.as_object().ok_or("an item is no object")?)
}

fn attributes(map: &Map<String, Value>) -> Outcome<Item> {
    map.iter()
        .map(|(name, value)| Ok((name.clone(), attribute(value)?)))
        .collect()
}

fn attribute(value: &Value) -> Outcome<AttributeValue> {
    let (kind, value) = value
        .as_object()
        .and_then(|it| it.iter().next())
        .ok_or("an attribute has no value")?;
    let text = || value.as_str().unwrap_or_default().to_owned();
    let texts = || {
        let values = value.as_array().into_iter().flatten();
        values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    Ok(match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(aws_smithy_types::base64::decode(text())?)),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap_or_default()),
        "NULL" => AttributeValue::Null(true),
        "SS" => AttributeValue::Ss(texts()),
        "NS" => AttributeValue::Ns(texts()),
        "M" => AttributeValue::M(item_of(value)?),
        "L" => {
            let list = value.as_array().into_iter().flatten();
            AttributeValue::L(list.map(attribute).collect::<Outcome<_>>()?)
        }
        other => return Err(format!("an attribute is of kind {other}").into()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::court::{Court, Told, create_table};
    use crate::items;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_written_is_written_again_the_same() {
        let court = Court::empty().await.unwrap();
        let client = court.client();
        for table in ["one", "other"] {
            create_table(&client, table, "pk", None, Told::Nobody)
                .await
                .unwrap();
        }
        let item = json!({"pk": {"S": "a"}, "n": {"N": "1"}, "b": {"B": "AQI="},
            "l": {"L": [{"BOOL": true}, {"M": {"s": {"SS": ["x"]}}}, {"NULL": true}]}});
        let put = json!({"TableName": "one", "Item": item,
            "ConditionExpression": "attribute_not_exists(pk)"});
        court.wire.record();
        let requests = [
            ("PutItem", put.clone()),
            (
                "UpdateItem",
                json!({"TableName": "one", "Key": {"pk": {"S": "a"}},
                    "UpdateExpression": "SET #n = :n",
                    "ExpressionAttributeNames": {"#n": "n"},
                    "ExpressionAttributeValues": {":n": {"N": "2"}}}),
            ),
            (
                "BatchWriteItem",
                json!({"RequestItems": {"other": [{"PutRequest": {"Item": item}}]}}),
            ),
            (
                "TransactWriteItems",
                json!({"TransactItems": [
                    {"Put": {"TableName": "one", "Item": {"pk": {"S": "b"}}}},
                    {"Delete": {"TableName": "other", "Key": {"pk": {"S": "a"}}}}]}),
            ),
        ];
        for (operation, body) in &requests {
            let written = Written {
                operation: (*operation).to_owned(),
                body: body.to_string().into_bytes(),
            };
            Request::of(&written).unwrap().send(&client).await.unwrap();
        }
        let recorded = court.wire.recorded();
        assert_eq!(recorded.len(), requests.len());
        for ((operation, body), again) in requests.iter().zip(recorded) {
            let again_body: Value = serde_json::from_slice(&again.body).unwrap();
            assert_eq!((again.operation.as_str(), &again_body), (*operation, body));
        }
        let stored = items::of_partition(&client, "one", "pk", "a")
            .await
            .unwrap();
        assert_eq!(items::number(&stored[0], "n"), Some(2));
        assert_eq!(
            items::of_partition(&client, "one", "pk", "b")
                .await
                .unwrap()
                .len(),
            1
        );
        let other = items::of_partition(&client, "other", "pk", "a")
            .await
            .unwrap();
        assert!(other.is_empty());
    }
}
