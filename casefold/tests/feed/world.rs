//! Processes that read the fake stream, with their leases on the real engine and a clock that is
//! set by hand. Each is made to look and to read one step at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold::feed::delivery::BatchHandler;
use casefold::feed::process::Process;
use casefold::feed::reader::{ShardReader, Step};
use casefold::feed::watermark::{EmptyRead, Watermark};
use casefold::feed::{Feed, FeedConfig, FeedError, Places, Sharing};
use casefold_events::Timestamp;
use casefold_shared::audit::watermark::{CHECKPOINT, Noted};
use casefold_shared::clock::Clock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{BoxError, ControlStore, LeaseStore};
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use crate::fake::Fake;
use crate::support::Court;

/// How long leases last.
pub(crate) const LASTS: Duration = Duration::from_secs(30);

/// A clock that is set by hand.
#[derive(Debug)]
pub(crate) struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        unreachable!("a feed makes no ids")
    }
}

/// What was delivered, in the order in which it was: by whom, and its number.
pub(crate) type Deliveries = Arc<Mutex<Vec<(String, u64)>>>;

/// A stream and those who read it.
pub(crate) struct World {
    pub(crate) fake: Fake,
    pub(crate) store: Arc<DynamoStore>,
    pub(crate) clock: Arc<ByHand>,
    pub(crate) delivered: Deliveries,
    /// How long leases last.
    pub(crate) lasts: Duration,
    /// The name of the readers, so that many worlds may be on one court.
    reader: String,
}

impl World {
    /// A stream of one shard, with leases of its own in a court.
    pub(crate) async fn new(court: &Court) -> Self {
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        Self {
            fake: Fake::start().await,
            store: Arc::new(court.store.clone()),
            clock: Arc::new(ByHand(AtomicI64::new(1_795_000_000_000))),
            delivered: Arc::default(),
            lasts: LASTS,
            reader: format!("test-{}", WORLDS.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// The group of the leases.
    pub(crate) fn group(&self) -> String {
        format!("stream/{}", self.reader)
    }

    pub(crate) fn later(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap();
        self.clock.0.fetch_add(millis, Ordering::Relaxed);
    }

    /// A feed of its own, for a process of this name.
    pub(crate) fn feed(&self, name: &str, sharing: Sharing, gate: &Gate) -> Feed {
        let handler = Recorder {
            name: name.to_owned(),
            delivered: self.delivered.clone(),
            gate: gate.clone(),
        };
        let config = FeedConfig {
            batch_size: 2,
            poll_busy: Duration::from_millis(1),
            poll_idle: Duration::from_millis(1),
            lease_lasts: self.lasts,
        };
        let places = Places::of(self.store.clone(), self.clock.clone());
        let control: Arc<dyn ControlStore> = self.store.clone();
        let watermark = Watermark::new(control, self.clock.clone(), EmptyRead::TellsNothing);
        let source = Arc::new(self.fake.stream());
        Feed::new(source, Arc::new(handler), places, config)
            .named(self.reader.clone())
            .shared(name.to_owned(), sharing)
            .marking(watermark)
    }

    pub(crate) fn member(&self, name: &str) -> Member {
        self.member_of_at_most(name, None)
    }

    pub(crate) fn member_of_at_most(&self, name: &str, max_shards: Option<usize>) -> Member {
        let gate = Gate::default();
        Member {
            process: Process::new(self.feed(name, Sharing { max_shards }, &gate)),
            gate,
            readers: BTreeMap::new(),
        }
    }

    /// The numbers that were delivered, in order, repetitions included.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let delivered = self.delivered.lock().unwrap();
        delivered.iter().map(|(_, number)| *number).collect()
    }

    /// What is written of each shard.
    pub(crate) async fn places(&self) -> BTreeMap<String, Value> {
        let leases = self.store.leases(&self.group()).await.unwrap();
        let place = |progress: Option<String>| {
            progress.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
        };
        leases
            .into_iter()
            .filter_map(|it| {
                Some((
                    it.name.strip_prefix("shard/")?.to_owned(),
                    place(it.progress),
                ))
            })
            .collect()
    }

    /// The names of all leases.
    pub(crate) async fn leases(&self) -> Vec<String> {
        let leases = self.store.leases(&self.group()).await.unwrap();
        leases.into_iter().map(|it| it.name).collect()
    }

    /// A checkpoint of an earlier build, which had no leases.
    pub(crate) async fn put_old_checkpoint(&self, shard: &str, number: &str) {
        let name = format!("stream/{}/{shard}", self.reader);
        self.store.checkpoint_put(&name, number).await.unwrap();
    }

    /// When something was passed by last, as it is noted.
    pub(crate) async fn passed_by_at(&self) -> Option<Timestamp> {
        let noted = self.store.checkpoint_get(CHECKPOINT).await.unwrap();
        Noted::read(noted.as_deref()).passed_by_at
    }
}

/// Holds a handler up for as long as it is shut.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    is_shut: Arc<AtomicBool>,
    /// How many batches still pass while it is shut.
    passes: Arc<AtomicUsize>,
    /// Whether somebody stands before it.
    is_waited_at: Arc<AtomicBool>,
    opened: Arc<tokio::sync::Notify>,
}

impl Gate {
    pub(crate) fn shut(&self) {
        self.shut_after(0);
    }

    /// Shuts it behind so many more batches.
    pub(crate) fn shut_after(&self, batches: usize) {
        self.passes.store(batches, Ordering::SeqCst);
        self.is_shut.store(true, Ordering::SeqCst);
    }

    pub(crate) fn open(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
        self.opened.notify_waiters();
    }

    pub(crate) fn is_waited_at(&self) -> bool {
        self.is_waited_at.load(Ordering::SeqCst)
    }

    async fn pass(&self) {
        let one_less = |passes: usize| passes.checked_sub(1);
        let (set, get) = (Ordering::SeqCst, Ordering::SeqCst);
        if self.passes.fetch_update(set, get, one_less).is_ok() {
            return;
        }
        loop {
            let opened = self.opened.notified();
            if !self.is_shut.load(Ordering::SeqCst) {
                return;
            }
            self.is_waited_at.store(true, Ordering::SeqCst);
            opened.await;
        }
    }
}

/// A handler that may be held up, and then writes down what it was given.
struct Recorder {
    name: String,
    delivered: Deliveries,
    gate: Gate,
}

#[async_trait]
impl BatchHandler for Recorder {
    async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError> {
        self.gate.pass().await;
        for record in &batch.records {
            let number = record.change.sequence_number.as_deref().unwrap();
            let delivered = (self.name.clone(), number.parse().unwrap());
            self.delivered.lock().unwrap().push(delivered);
        }
        Ok(DynamoDbEventResponse::default())
    }
}

/// A process that is made to act. Dropped, it is dead: it gives nothing back.
pub(crate) struct Member {
    process: Process,
    pub(crate) gate: Gate,
    pub(crate) readers: BTreeMap<String, ShardReader>,
}

impl Member {
    pub(crate) fn shards(&self) -> Vec<&str> {
        self.readers.keys().map(String::as_str).collect()
    }

    /// Looks, takes and gives back.
    pub(crate) async fn look(&mut self) -> Result<(), FeedError> {
        let mine = self.readers.keys().cloned().collect();
        let look = self.process.look(&mine, &BTreeSet::new()).await?;
        for shard in look.give_back {
            if let Some(reader) = self.readers.remove(&shard) {
                reader.release().await;
            }
        }
        for reader in look.taken {
            self.readers.insert(reader.shard().to_owned(), reader);
        }
        Ok(())
    }

    /// Reads one page of a shard.
    pub(crate) async fn step(&mut self, shard: &str) -> Result<Step, FeedError> {
        let mut reader = self.readers.remove(shard).unwrap();
        let (_keep, mut stop) = watch::channel(false);
        let step = reader.step(&mut stop).await;
        self.after(reader, step).await
    }

    /// What a process does after a step.
    pub(crate) async fn after(
        &mut self,
        reader: ShardReader,
        step: Result<Step, FeedError>,
    ) -> Result<Step, FeedError> {
        match &step {
            Ok(Step::Ended | Step::TakenOver) => {}
            Ok(Step::Gone) => reader.release().await,
            Ok(Step::Delivered | Step::Idle | Step::Again | Step::Stopped) | Err(_) => {
                self.readers.insert(reader.shard().to_owned(), reader);
            }
        }
        step
    }

    /// Looks and reads until nothing more comes.
    pub(crate) async fn drain(&mut self) {
        let mut idle_rounds = 0;
        // What one look gives back or clears away, the next may take.
        while idle_rounds < 2 {
            self.look().await.unwrap();
            let mut was_idle = true;
            let shards: Vec<String> = self.readers.keys().cloned().collect();
            for shard in shards {
                // An empty page may stand before others.
                let mut idle = 0;
                while idle < 2 {
                    match self.step(&shard).await {
                        Ok(Step::Idle) => idle += 1,
                        Ok(Step::Delivered) => (idle, was_idle) = (0, false),
                        Ok(Step::Again) | Err(_) => was_idle = false,
                        Ok(Step::Ended | Step::TakenOver | Step::Gone | Step::Stopped) => {
                            was_idle = false;
                            break;
                        }
                    }
                }
            }
            idle_rounds = if was_idle { idle_rounds + 1 } else { 0 };
        }
    }

    /// Ends as a process does that is told to.
    pub(crate) async fn leave(self) {
        for reader in self.readers.into_values() {
            reader.release().await;
        }
        self.process.leave().await;
    }
}
