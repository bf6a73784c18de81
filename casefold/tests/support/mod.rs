//! What tests on a real engine share.
//!
//! [`Court::open`] gives a store on tables of its own: on the embedded engine, which all tests
//! of a process share, or on the endpoint in `CASEFOLD_TEST_ENDPOINT`. [`history`] makes commits,
//! [`faults`] puts faults between a store and its engine.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test target uses a part of this"
)]

pub mod faults;
pub mod history;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use aws_lambda_events::dynamodb::EventRecord;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold::engine::Engine;
use casefold::feed::dynamo::{self, DynamoStream};
use casefold::feed::source::{Start, StreamSource};
use casefold_events::personal::keys::DataKey;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config, tables};
use casefold_shared::keys::Keyring;
use casefold_shared::keys::master::LocalMaster;
use tempfile::TempDir;

/// Names the variable that holds the endpoint of another engine to test against.
pub const ENDPOINT_VARIABLE: &str = "CASEFOLD_TEST_ENDPOINT";

/// An item as the engine gives it.
pub type Item = HashMap<String, AttributeValue>;

/// The engine that the tests of a process share; the last one to end stops it.
struct World {
    engine: Engine,
    _dir: TempDir,
}

static WORLD: Mutex<Weak<World>> = Mutex::new(Weak::new());

impl World {
    fn shared() -> Arc<Self> {
        let mut shared = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let dir = tempfile::tempdir().unwrap();
            let engine = Engine::start(dir.path()).unwrap();
            let world = Arc::new(Self { engine, _dir: dir });
            *shared = Arc::downgrade(&world);
            world
        })
    }
}

/// A store on tables of its own.
pub struct Court {
    pub store: DynamoStore,
    pub endpoint_url: String,
    pub prefix: String,
    _world: Option<Arc<World>>,
}

impl Court {
    /// Creates the tables.
    pub async fn open() -> Self {
        let (endpoint_url, world) = match std::env::var(ENDPOINT_VARIABLE) {
            Ok(endpoint_url) => (endpoint_url, None),
            Err(_) => {
                let world = tokio::task::spawn_blocking(World::shared).await.unwrap();
                (world.engine.endpoint_url().to_owned(), Some(world))
            }
        };
        let prefix = unique("court");
        let store = store_at(&endpoint_url, &prefix).await;
        store.create_tables().await.unwrap();
        Self {
            store,
            endpoint_url,
            prefix,
            _world: world,
        }
    }

    /// Deletes the tables: an engine on which thousands are left becomes slow.
    pub async fn close(self) {
        let client = self.client().await;
        for table in tables::ALL {
            let name = table.name(&self.prefix);
            client.delete_table().table_name(name).send().await.unwrap();
        }
    }

    /// Another store on the same tables, reached another way.
    pub async fn store_by_way_of(&self, endpoint_url: &str) -> DynamoStore {
        store_at(endpoint_url, &self.prefix).await
    }

    /// The SDK's own client, for looking at items as they are.
    pub async fn client(&self) -> Client {
        let config = Config::for_endpoint(&self.endpoint_url, &self.prefix);
        Client::new(&sdk_config(&config).await)
    }

    /// Every record of the event table's stream, from its beginning.
    pub async fn stream_records(&self) -> Vec<EventRecord> {
        let config = Config::for_endpoint(&self.endpoint_url, &self.prefix);
        let client = dynamo::client(&sdk_config(&config).await);
        let stream = DynamoStream::of_table(client, &self.store.tables().events);
        let mut records = Vec::new();
        for shard in stream.list().await.unwrap().shards {
            let start = Start::TrimHorizon;
            let mut next = Some(stream.iterator(&shard, &start).await.unwrap());
            while let Some(iterator) = next {
                let page = stream.records(&shard, &iterator).await.unwrap();
                next = page.next.filter(|_| !page.records.is_empty());
                records.extend(page.records);
            }
        }
        records
    }

    /// Every item of the snapshot table, by partition and sort key.
    pub async fn snapshot_items(&self) -> BTreeMap<(String, String), Item> {
        let client = self.client().await;
        let mut items = BTreeMap::new();
        let mut from = None;
        loop {
            let page = client
                .scan()
                .table_name(&self.store.tables().snapshots)
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .unwrap();
            for item in page.items.unwrap_or_default() {
                let key = |name: &str| item[name].as_s().unwrap().clone();
                items.insert((key("pk"), key("sk")), item);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return items;
            }
        }
    }
}

async fn store_at(endpoint_url: &str, prefix: &str) -> DynamoStore {
    let config = Config::for_endpoint(endpoint_url, prefix);
    DynamoStore::new(&sdk_config(&config).await, &config).with_keyring(keyring(SystemClock))
}

/// A keyring of a process of its own. All have the same master key, as all processes of a court
/// do.
pub fn keyring(clock: impl Clock + 'static) -> Keyring {
    let clock: Arc<dyn Clock> = Arc::new(clock);
    let master = LocalMaster::of(DataKey::of([7; 32]), clock.clone());
    Keyring::new(Arc::new(master), clock)
}

/// A name that no other test has, in this process or another.
fn unique(name: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or(Duration::ZERO)
        .as_micros();
    format!("{name}-{since}-{}-{count}", std::process::id())
}
