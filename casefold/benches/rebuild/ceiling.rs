//! What the engine allows at most: the event table scanned raw, and the items that a rebuild
//! writes put raw, with as many workers and as many requests at once as a rebuild has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType,
};
use casefold::backend::Backend;
use casefold::cli::Options;
use futures::{StreamExt, TryStreamExt};

use crate::{SEGMENTS, WORKERS};

const TABLE: &str = "bench-raw";
const PAGE: i32 = 1_000;
const PUTS_AT_ONCE: usize = 16;

type Item = std::collections::HashMap<String, AttributeValue>;

/// The items of each case, by the partition of its commits.
pub(crate) type Items = BTreeMap<String, Vec<Item>>;

/// What came of it.
pub(crate) struct Ceiling {
    pub(crate) took: Duration,
    pub(crate) commits: u64,
    pub(crate) items: u64,
}

async fn open(dir: &Path) -> (Client, Backend) {
    let options = Options {
        data_dir: dir.to_owned(),
        endpoint_url: None,
        table_prefix: "casefold".to_owned(),
        json: true,
    };
    let backend = Backend::open(&options).await.unwrap();
    (Client::new(backend.sdk()), backend)
}

/// The items that a rebuild of a generation of cases has written.
pub(crate) async fn items_of(dir: &Path, generation: &str) -> Items {
    let (client, backend) = open(dir).await;
    let prefix = format!("case@{generation}#");
    let mut items = Items::new();
    let mut from = None;
    loop {
        let page = client
            .scan()
            .table_name(&backend.store().tables().snapshots)
            .limit(PAGE)
            .set_exclusive_start_key(from)
            .send()
            .await
            .unwrap();
        for item in page.items.unwrap_or_default() {
            let partition = item["pk"].as_s().unwrap();
            if let Some(number) = partition.strip_prefix(&prefix) {
                let case = format!("CASE#{number}");
                items.entry(case).or_default().push(item);
            }
        }
        from = page.last_evaluated_key;
        if from.is_none() {
            return items;
        }
    }
}

/// Scans and writes.
pub(crate) async fn run(dir: &Path, items: Items) -> Ceiling {
    let (client, backend) = open(dir).await;
    create_table(&client).await;
    let events = backend.store().tables().events.clone();
    let (next, commits, written) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let items = Arc::new(items);
    let begun = Instant::now();
    let workers = (0..WORKERS).map(|_| async {
        loop {
            let segment = next.fetch_add(1, Ordering::Relaxed);
            if segment >= SEGMENTS {
                return;
            }
            let mut from = None;
            let mut last = String::new();
            loop {
                let page = client
                    .scan()
                    .table_name(&events)
                    .consistent_read(true)
                    .limit(PAGE)
                    .segment(i32::try_from(segment).unwrap())
                    .total_segments(i32::try_from(SEGMENTS).unwrap())
                    .set_exclusive_start_key(from)
                    .send()
                    .await
                    .unwrap();
                let mut cases = BTreeSet::new();
                for item in page.items() {
                    let case = item["pk"].as_s().unwrap();
                    if *case != last {
                        cases.insert(case.clone());
                        last.clone_from(case);
                    }
                }
                commits.fetch_add(page.items().len() as u64, Ordering::Relaxed);
                let of_cases: Vec<Item> = cases
                    .iter()
                    .filter_map(|case| items.get(case))
                    .flatten()
                    .cloned()
                    .collect();
                written.fetch_add(of_cases.len() as u64, Ordering::Relaxed);
                futures::stream::iter(of_cases.into_iter().map(|item| put(&client, item)))
                    .buffer_unordered(PUTS_AT_ONCE)
                    .try_collect::<()>()
                    .await
                    .unwrap();
                from = page.last_evaluated_key;
                if from.is_none() {
                    break;
                }
            }
        }
    });
    futures::future::join_all(workers).await;
    let took = begun.elapsed();
    client
        .delete_table()
        .table_name(TABLE)
        .send()
        .await
        .unwrap();
    Ceiling {
        took,
        commits: commits.into_inner(),
        items: written.into_inner(),
    }
}

async fn put(client: &Client, item: Item) -> Result<(), aws_sdk_dynamodb::Error> {
    client
        .put_item()
        .table_name(TABLE)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(pk)")
        .send()
        .await?;
    Ok(())
}

async fn create_table(client: &Client) {
    let attribute = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    let key = |name: &str, role| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(role)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send()
        .await
        .unwrap();
}
