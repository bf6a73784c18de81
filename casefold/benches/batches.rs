//! Stream batches folded into everything: `cargo bench -p casefold --bench batches`.
//!
//! It generates histories (1,000 cases of ten commits; `CASEFOLD_BENCH_CASES` says otherwise),
//! takes their stream records and hands them to the projector in batches of so many as a shard
//! gives, one batch after another: as they come from a court that files case by case, or with
//! `CASEFOLD_BENCH_ORDER=time` in the order of their times, where nearly each commit comes
//! alone. Beside it stands the **ceiling**: the items that were written, written raw into a table
//! of their own, with nothing decoded and nothing folded. It asserts nothing.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is for a person"
)]
#![allow(dead_code, reason = "it uses a part of what the tests share")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use aws_lambda_events::dynamodb::EventRecord;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use casefold::generate::run::{Options, Silent, Writer};
use casefold::generate::{Generator, Recipe};
use casefold_projector::Projector;
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::Stores;
use futures::{StreamExt, TryStreamExt};
use serde_json::json;
use support::{Court, Item};
use tokio::sync::watch;

/// How many items a request of the ceiling has, and how many of them are under way at once.
const ITEMS: usize = 25;
const AT_ONCE: usize = 16;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{:#}", runtime.block_on(measure()));
}

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

async fn measure() -> serde_json::Value {
    let (cases, size) = (
        setting("CASEFOLD_BENCH_CASES", 1_000),
        setting("CASEFOLD_BENCH_BATCH", 100),
    );
    let court = Court::open().await;
    let store = Arc::new(court.store.counted_apart());
    let stores = Stores::of(store.clone());
    let projector = Projector::of_this_build(&stores, Arc::new(SystemClock));
    projector.retry_parked().await;

    let recipe = Recipe::new(7, None, Some(cases as u64)).unwrap();
    let options = Options {
        at_once: NonZeroUsize::new(2).unwrap(),
        in_step: NonZeroUsize::new(50).unwrap(),
        beside_others: false,
    };
    let (_keep, stop) = watch::channel(false);
    let writer = Writer::new(&Stores::of(Arc::new(court.store.clone())), options);
    writer
        .run(Generator::new(recipe), &Silent, &stop)
        .await
        .unwrap();

    let mut records = court.stream_records().await;
    if std::env::var("CASEFOLD_BENCH_ORDER").is_ok_and(|order| order == "time") {
        records.sort_by_key(recorded_at);
    }
    let commits = records.len();
    let mut batches: Vec<Vec<EventRecord>> = Vec::new();
    while !records.is_empty() {
        let rest = records.split_off(size.min(records.len()));
        batches.push(std::mem::replace(&mut records, rest));
    }
    let before = store.consumed();
    let begun = Instant::now();
    for batch in batches {
        let outcome = projector.project(batch).await;
        assert_eq!(outcome.failed, Vec::<String>::new());
    }
    let folding = begun.elapsed();
    let consumed = store.consumed() - before;

    let items: Vec<Item> = court.snapshot_items().await.into_values().collect();
    let (count, raw) = (items.len(), Court::open().await);
    let table = &raw.store.tables().snapshots;
    let client = raw.client().await;
    let begun = Instant::now();
    let writes = items.chunks(ITEMS).map(|some| write(&client, table, some));
    let writes: Vec<_> = writes.collect();
    futures::stream::iter(writes)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await
        .unwrap();
    let ceiling = begun.elapsed();
    let each = |total: f64| (total / commits as f64 * 100.0).round() / 100.0;
    json!({
        "commits": commits,
        "commitsPerSecond": (commits as f64 / folding.as_secs_f64()).round(),
        "requestsPerCommit": each(consumed.requests as f64),
        "readUnitsPerCommit": each(consumed.read_units),
        "writeUnitsPerCommit": each(consumed.write_units),
        "ceiling": {
            "items": count,
            "commitsPerSecond": (commits as f64 / ceiling.as_secs_f64()).round(),
        },
        "ratioToCeiling": (ceiling.as_secs_f64() / folding.as_secs_f64() * 100.0).round() / 100.0,
    })
}

fn recorded_at(record: &EventRecord) -> Option<String> {
    let image = serde_json::to_value(&record.change.new_image).ok()?;
    Some(image["recorded_at"]["S"].as_str()?.to_owned())
}

async fn write(
    client: &Client,
    table: &str,
    items: &[Item],
) -> Result<(), aws_sdk_dynamodb::Error> {
    let puts = items.iter().map(|item| {
        let put = PutRequest::builder().set_item(Some(item.clone()));
        WriteRequest::builder()
            .put_request(put.build().unwrap())
            .build()
    });
    let write = client.batch_write_item();
    write.request_items(table, puts.collect()).send().await?;
    Ok(())
}
