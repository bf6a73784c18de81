//! What went through a proxy, as operations by table.

use std::collections::BTreeSet;

use crate::support::faults::{Proxy, Sent};

/// The operations that the code uses. A transaction is allowed as what is in it.
const OPERATIONS: [&str; 9] = [
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
];

/// The calls that went through, as lines of `infra/calls.txt`.
pub(crate) fn calls(by: &str, prefix: &str, proxy: &Proxy) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for operation in OPERATIONS {
        for sent in proxy.sent(operation) {
            for (operation, table) in of(&sent) {
                let table = table.strip_prefix(&format!("{prefix}-")).unwrap();
                calls.insert(format!("{by} dynamodb:{operation} {table}"));
            }
        }
    }
    calls
}

fn of(sent: &Sent) -> Vec<(String, String)> {
    let body = &sent.body;
    match sent.operation.as_str() {
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().unwrap().iter();
            let items = items.flat_map(|item| item.as_object().unwrap());
            items
                .map(|(kind, item)| {
                    let operation = match kind.as_str() {
                        "ConditionCheck" => "ConditionCheckItem".to_owned(),
                        kind => format!("{kind}Item"),
                    };
                    (operation, item["TableName"].as_str().unwrap().to_owned())
                })
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().unwrap().keys();
            tables
                .map(|table| (sent.operation.clone(), table.clone()))
                .collect()
        }
        _ => vec![(
            sent.operation.clone(),
            body["TableName"].as_str().unwrap().to_owned(),
        )],
    }
}
