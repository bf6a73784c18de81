//! The event source mapping of everywhere but AWS Lambda: reads the event table's stream and hands
//! its records, in batches, to the projector's own handler, just as Lambda would.
//!
//! It stands in for a part of AWS, so it speaks DynamoDB's stream API itself; nothing of
//! the domain is known here. What it keeps to:
//! - records of a shard are delivered in order, at least once, in batches;
//! - the handler's `batchItemFailures` move the checkpoint to the first failed record,
//!   which is delivered again, after a pause that doubles;
//! - a handler that fails altogether gets the batch again in halves, until the record that
//!   makes it fail stands alone; that one is set aside after a number of tries;
//! - a shard is read by one process at a time, under a lease, and its checkpoint is written under
//!   that lease after each batch: it survives a restart, and nobody who had the lease before can
//!   put an older one back;
//! - a shard is read when its parent is at its end, whichever process read that;
//! - what was trimmed away unread is noted, so that nobody takes the answer for complete.
//!
//! One process with a database to itself and several on one cluster read in the same way. The
//! first has a name that doesn't change, so it takes its own leases again at once after a crash;
//! the others are registered, and each reads its share.
//!
//! | file | job |
//! | --- | --- |
//! | [`source`], [`dynamo`] | shards, iterators and records of a stream |
//! | `ledger` | leases: how far each shard is read, and by whom |
//! | `plan` | pure: what a process takes and gives back |
//! | [`process`] | a look at the leases and the list, and what follows |
//! | [`reader`] | one shard, step by step |
//! | [`delivery`] | a batch to the handler: failures, halves, tries |
//! | [`trim`] | dropping what several readers have all behind them |
//! | [`watermark`] | up to when everything was delivered |
//! | this one | the tasks of a process, until their end |

pub mod delivery;
pub mod dynamo;
mod ledger;
mod plan;
pub mod process;
pub mod reader;
pub mod source;
pub mod trim;
pub mod watermark;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ControlStore, LeaseStore, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use delivery::BatchHandler;
use ledger::Ledger;
use process::{Look, Process};
use reader::{ShardReader, Step};
use source::{SourceError, StreamSource};
use watermark::Watermark;

/// How a feed reads and delivers.
#[derive(Clone, Copy, Debug)]
pub struct FeedConfig {
    /// Records in a batch, at most.
    pub batch_size: usize,
    /// The pause before an idle shard is read again, while commands come in.
    pub poll_busy: Duration,
    /// The pause before an idle shard is read again, when none came for a while.
    pub poll_idle: Duration,
    /// How long a lease lasts that is not kept: after that, another process takes over what a
    /// dead one read. It is kept thrice in that time, and the shards are looked at six times.
    pub lease_lasts: Duration,
}

/// How long a lease lasts where nothing else is said.
pub const LEASE_LASTS: Duration = Duration::from_secs(30);

impl FeedConfig {
    /// For an engine in the same process: it is asked as often as it is worth.
    pub const fn of_an_engine() -> Self {
        Self {
            batch_size: 100,
            poll_busy: Duration::from_millis(5),
            poll_idle: Duration::from_millis(50),
            lease_lasts: LEASE_LASTS,
        }
    }

    /// For a cluster: each shard is asked four times a second, as Lambda does it. More often is
    /// throttled by AWS.
    pub const fn of_a_cluster() -> Self {
        Self {
            batch_size: 100,
            poll_busy: Duration::from_millis(250),
            poll_idle: Duration::from_millis(250),
            lease_lasts: LEASE_LASTS,
        }
    }

    fn look_every(&self) -> Duration {
        self.lease_lasts / 6
    }
}

/// How a process takes part where several read one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// How many shards it reads at most; `None` for as many as come to it.
    pub max_shards: Option<usize>,
}

/// Where a feed keeps how far it is.
#[derive(Clone)]
pub struct Places {
    /// Leases.
    pub leases: Arc<dyn LeaseStore>,
    /// The checkpoints of earlier builds.
    pub control: Arc<dyn ControlStore>,
    /// The time, by which leases end.
    pub clock: Arc<dyn Clock>,
}

impl Places {
    /// In a store that keeps both.
    pub fn of<S: LeaseStore + ControlStore + 'static>(
        store: Arc<S>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            leases: store.clone(),
            control: store,
            clock,
        }
    }
}

/// When a feed ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When it is told to stop.
    Stopped,
    /// When every shard has been read to its present end, or it is told to stop.
    Drained,
}

/// What a process reads at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The stream.
    pub stream: String,
    /// The shards that this process reads.
    pub shards: Vec<String>,
    /// How many shards can be read, by whomever.
    pub ready: usize,
    /// How many processes read the stream, this one included.
    pub processes: usize,
}

/// The name of whoever has a stream to itself. It doesn't change, so a process that died leaves
/// leases that the next takes at once.
const ALONE: &str = "alone";

/// How long a shard that had records is read at the busy pace.
const BUSY_FOR: Duration = Duration::from_secs(1);

/// The pauses after a failure of the stream or of the store: the first doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A place to drop what every reader has behind it, where the engine never does.
pub type Trim = Arc<dyn Fn(&str) + Send + Sync>;

/// Reads a stream and feeds a handler.
#[derive(Clone)]
pub struct Feed {
    source: Arc<dyn StreamSource>,
    handler: Arc<dyn BatchHandler>,
    ledger: Ledger,
    config: FeedConfig,
    sharing: Option<Sharing>,
    trim: Option<Trim>,
    watermark: Option<Arc<Watermark>>,
    holding: Option<watch::Sender<Holding>>,
}

/// Why a feed could not go on. It tries again by itself; this is for the log.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The stream can't be read.
    #[error("the stream can't be read")]
    Source(#[from] SourceError),
    /// A lease can't be read or written.
    #[error("a lease can't be read or written")]
    Store(#[from] StoreError),
}

impl Feed {
    /// A feed of a handler from a stream that no other process reads.
    pub fn new(
        source: Arc<dyn StreamSource>,
        handler: Arc<dyn BatchHandler>,
        places: Places,
        config: FeedConfig,
    ) -> Self {
        let Places {
            leases,
            control,
            clock,
        } = places;
        Self {
            source,
            handler,
            ledger: Ledger {
                leases,
                control,
                clock,
                reader: None,
                owner: ALONE.to_owned(),
                lasts: config.lease_lasts,
            },
            config,
            sharing: None,
            trim: None,
            watermark: None,
            holding: None,
        }
    }

    /// A feed with checkpoints of its own, under this name: of one stream's several readers
    /// each but one has a name.
    #[must_use]
    pub fn named(mut self, name: String) -> Self {
        self.ledger.reader = Some(name);
        self
    }

    /// A feed that shares the stream with other processes, under a name that no other has.
    #[must_use]
    pub fn shared(mut self, owner: String, sharing: Sharing) -> Self {
        self.ledger.owner = owner;
        self.sharing = Some(sharing);
        self
    }

    /// Drops stream records that are delivered: for the embedded engine, which keeps them.
    #[must_use]
    pub fn trimming(self, trim: Trim) -> Self {
        Self {
            trim: Some(trim),
            ..self
        }
    }

    /// Notes up to when everything was delivered, and what was passed by.
    #[must_use]
    pub fn marking(self, watermark: Watermark) -> Self {
        Self {
            watermark: Some(Arc::new(watermark)),
            ..self
        }
    }

    /// Tells what it reads, whenever that changes.
    #[must_use]
    pub fn telling(self, holding: watch::Sender<Holding>) -> Self {
        Self {
            holding: Some(holding),
            ..self
        }
    }

    /// Reads until the end that is asked for, or until `stop` turns true. The batch that is
    /// being delivered is finished first, and the leases are given back.
    pub async fn run(&self, until: Until, mut stop: watch::Receiver<bool>) {
        let mut process = Process::new(self.clone());
        let mut readers = Readers::default();
        let mut drained = BTreeSet::new();
        while !*stop.borrow() {
            match process.look(&readers.shards(), &drained).await {
                Ok(mut look) => {
                    readers.stop(&look.give_back);
                    for reader in std::mem::take(&mut look.taken) {
                        readers.begin(reader, until);
                    }
                    self.tell(&look, &readers);
                    if until == Until::Drained && readers.are_none() {
                        break;
                    }
                }
                Err(error) => log("it can't be seen which shards are to be read", &error),
            }
            let look_every = self.config.look_every();
            tokio::select! {
                () = wait(look_every, &mut stop) => continue,
                Some((shard, end)) = readers.ended() => match end {
                    // Others can be read now.
                    End::Ended => continue,
                    End::Drained => { drained.insert(shard); }
                    End::Left => {}
                }
            }
            if until == Until::Stopped {
                // Whatever a shard was left for, it may still hold.
                wait(look_every, &mut stop).await;
            }
        }
        readers.stop_all().await;
        process.leave().await;
    }

    fn tell(&self, look: &Look, readers: &Readers) {
        if let Some(holding) = &self.holding {
            let now = Holding {
                stream: look.stream.clone(),
                shards: readers.shards().into_iter().collect(),
                ready: look.ready,
                processes: look.processes,
            };
            holding.send_if_modified(|told| {
                let is_news = *told != now;
                *told = now;
                is_news
            });
        }
    }

    /// Notes that records are passed by, and says so.
    async fn pass_by(&self, why: &'static str) -> Result<(), FeedError> {
        if let Some(watermark) = &self.watermark {
            watermark.pass_by().await?;
        }
        tracing::warn!(
            "{why}: what they told of may be missing in what is derived; run `casefold reconcile \
             --repair`"
        );
        Ok(())
    }

    async fn trim(&self, checkpoint: String) {
        if let Some(trim) = self.trim.clone() {
            let trimmed = tokio::task::spawn_blocking(move || trim(&checkpoint)).await;
            if let Err(error) = trimmed {
                tracing::warn!(%error, "stream records could not be dropped");
            }
        }
    }

    /// Reads one shard until it is told to stop, or there is nothing more to read.
    async fn read(
        &self,
        mut reader: ShardReader,
        until: Until,
        mut stop: watch::Receiver<bool>,
    ) -> End {
        let mut pause = FIRST_PAUSE;
        let mut last_record = Instant::now();
        while !*stop.borrow() {
            let step = match reader.step(&mut stop).await {
                Ok(step) => step,
                Err(error) => {
                    log("a shard can't be read; trying again", &error);
                    wait(pause, &mut stop).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    continue;
                }
            };
            match step {
                Step::Delivered => last_record = Instant::now(),
                Step::Idle if until == Until::Drained => {
                    reader.release().await;
                    return End::Drained;
                }
                Step::Idle | Step::Again => {
                    let is_busy = last_record.elapsed() < BUSY_FOR;
                    let FeedConfig {
                        poll_busy,
                        poll_idle,
                        ..
                    } = self.config;
                    wait(if is_busy { poll_busy } else { poll_idle }, &mut stop).await;
                }
                Step::Ended => return End::Ended,
                Step::TakenOver => {
                    tracing::warn!(shard = reader.shard(), "a shard was taken over by another");
                    return End::Left;
                }
                Step::Gone => break,
                Step::Stopped => {}
            }
            pause = FIRST_PAUSE;
        }
        reader.release().await;
        End::Left
    }
}

/// How the reading of a shard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The shard is at its end, so others can be read.
    Ended,
    /// There is nothing more now.
    Drained,
    /// Others may go on.
    Left,
}

/// The tasks that read shards.
#[derive(Default)]
struct Readers {
    tasks: JoinSet<(String, End)>,
    stops: BTreeMap<String, watch::Sender<bool>>,
}

impl Readers {
    fn shards(&self) -> BTreeSet<String> {
        self.stops.keys().cloned().collect()
    }

    fn are_none(&self) -> bool {
        self.stops.is_empty()
    }

    fn begin(&mut self, reader: ShardReader, until: Until) {
        let shard = reader.shard().to_owned();
        let (stop, stopped) = watch::channel(false);
        self.stops.insert(shard.clone(), stop);
        let feed = reader.feed().clone();
        self.tasks.spawn(async move {
            // In a task of its own, so that a panic is known by the shard's name.
            let reading = tokio::spawn(async move { feed.read(reader, until, stopped).await });
            let end = match reading.await {
                Ok(end) => end,
                Err(error) => {
                    tracing::error!(%error, %shard, "a shard's reader panicked");
                    End::Left
                }
            };
            (shard, end)
        });
    }

    fn stop(&self, shards: &[String]) {
        for shard in shards {
            if let Some(stop) = self.stops.get(shard) {
                stop.send_replace(true);
            }
        }
    }

    /// The next that ends; `None` where there are none.
    async fn ended(&mut self) -> Option<(String, End)> {
        loop {
            match self.tasks.join_next().await? {
                Ok((shard, end)) => {
                    self.stops.remove(&shard);
                    return Some((shard, end));
                }
                Err(error) => tracing::error!(%error, "a task was lost"),
            }
        }
    }

    async fn stop_all(&mut self) {
        for stop in self.stops.values() {
            stop.send_replace(true);
        }
        while self.ended().await.is_some() {}
    }
}

/// Waits, or less where the feed is to stop.
async fn wait(pause: Duration, stop: &mut watch::Receiver<bool>) {
    // Either end of the wait is a good one.
    let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
}

fn log(what: &str, error: &FeedError) {
    let source = std::error::Error::source(error)
        .map(ToString::to_string)
        .unwrap_or_default();
    tracing::warn!(%error, source, "{what}");
}
