//! What the engine allows at most: the event table scanned raw, and the items that a rebuild
//! writes put raw, with as many workers and as many requests at once as a rebuild has, into the
//! same table, under partitions of their own. There they stay: the engine takes longer to put
//! into a large table than into a new one, and whoever names a directory has a copy more in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold::backend::Backend;
use casefold::cli::Options;
use casefold_shared::clock::{Clock, SystemClock};
use futures::{StreamExt, TryStreamExt};

use crate::{SEGMENTS, WORKERS};

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

/// Scans and writes, with each worker in a task of its own, as those of a rebuild are.
pub(crate) async fn run(dir: &Path, items: Items) -> Ceiling {
    let (client, backend) = open(dir).await;
    let tables = backend.store().tables();
    let worker = Arc::new(Worker {
        client,
        events: tables.events.clone(),
        snapshots: tables.snapshots.clone(),
        items: under_partitions_of_their_own(items),
        next: AtomicUsize::new(0),
        commits: AtomicU64::new(0),
        written: AtomicU64::new(0),
    });
    let begun = Instant::now();
    let workers = (0..WORKERS).map(|_| tokio::spawn(Arc::clone(&worker).work()));
    for worked in futures::future::join_all(workers).await {
        worked.unwrap();
    }
    Ceiling {
        took: begun.elapsed(),
        commits: worker.commits.load(Ordering::Relaxed),
        items: worker.written.load(Ordering::Relaxed),
    }
}

/// What the workers share.
struct Worker {
    client: Client,
    events: String,
    snapshots: String,
    items: Items,
    next: AtomicUsize,
    commits: AtomicU64,
    written: AtomicU64,
}

impl Worker {
    async fn work(self: Arc<Self>) {
        loop {
            let segment = self.next.fetch_add(1, Ordering::Relaxed);
            if segment >= SEGMENTS {
                return;
            }
            self.segment(segment).await;
        }
    }

    async fn segment(&self, segment: usize) {
        let mut from = None;
        let mut last = String::new();
        loop {
            let scan = self.client.scan().table_name(&self.events);
            let page = scan
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
            let commits = page.items().len() as u64;
            self.commits.fetch_add(commits, Ordering::Relaxed);
            let of_cases: Vec<Item> = cases
                .iter()
                .filter_map(|case| self.items.get(case))
                .flatten()
                .cloned()
                .collect();
            let written = of_cases.len() as u64;
            self.written.fetch_add(written, Ordering::Relaxed);
            futures::stream::iter(of_cases.into_iter().map(|item| self.put(item)))
                .buffer_unordered(PUTS_AT_ONCE)
                .try_collect::<()>()
                .await
                .unwrap();
            from = page.last_evaluated_key;
            if from.is_none() {
                return;
            }
        }
    }

    async fn put(&self, item: Item) -> Result<(), aws_sdk_dynamodb::Error> {
        let put = self.client.put_item().table_name(&self.snapshots);
        put.set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await?;
        Ok(())
    }
}

fn under_partitions_of_their_own(mut items: Items) -> Items {
    let run = SystemClock.new_id();
    for item in items.values_mut().flatten() {
        let partition = item["pk"].as_s().unwrap();
        let partition = AttributeValue::S(format!("raw-{run}-{partition}"));
        item.insert("pk".to_owned(), partition);
    }
    items
}
