//! The event source mapping of one machine: reads the event table's stream and hands its
//! records, in batches, to the projector's own handler, just as AWS Lambda would.
//!
//! It stands in for a part of AWS, so it speaks DynamoDB's stream API itself; nothing of
//! the domain is known here. What it keeps to:
//! - records of a shard are delivered in order, at least once, in batches;
//! - the handler's `batchItemFailures` move the checkpoint to the first failed record,
//!   which is delivered again, after a pause that doubles;
//! - a handler that fails altogether gets the batch again in halves, until the record that
//!   makes it fail stands alone; that one is set aside after a number of tries;
//! - the checkpoint of each shard is written after its batch, and survives a restart;
//! - a shard is read when its parent is at its end.
//!
//! | file | job |
//! | --- | --- |
//! | [`source`] | shards, iterators and records of a stream |
//! | [`delivery`] | a batch to the handler: failures, halves, tries |
//! | [`trim`] | dropping what several readers have all behind them |
//! | [`watermark`] | up to when everything was delivered |
//! | this one | the readers of the shards, their checkpoints, their end |

pub mod delivery;
pub mod source;
pub mod trim;
pub mod watermark;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use casefold_shared::gateway::{ControlStore, StoreError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use delivery::{BatchHandler, Delivery};
use source::{Shard, SourceError, Start, StreamSource};
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
    /// How often the list of shards is looked at.
    pub discover_every: Duration,
}

impl Default for FeedConfig {
    fn default() -> Self {
        Self {
            batch_size: 100,
            poll_busy: Duration::from_millis(5),
            poll_idle: Duration::from_millis(50),
            discover_every: Duration::from_secs(10),
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

/// How long a shard that had records is read at the busy pace.
const BUSY_FOR: Duration = Duration::from_secs(1);

/// The longest pause after a failure of the stream or of the store.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A place to drop what every reader has behind it, where the engine never does.
pub type Trim = Arc<dyn Fn(&str) + Send + Sync>;

/// Reads a stream and feeds a handler.
#[derive(Clone)]
pub struct Feed {
    source: Arc<dyn StreamSource>,
    handler: Arc<dyn BatchHandler>,
    control: Arc<dyn ControlStore>,
    config: FeedConfig,
    name: Option<String>,
    trim: Option<Trim>,
    watermark: Option<Arc<Watermark>>,
}

/// Why a feed could not go on. It tries again by itself; this is for the log and for a
/// feed that is to end when it is drained.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The stream can't be read.
    #[error("the stream can't be read")]
    Source(#[from] SourceError),
    /// A checkpoint can't be read or written.
    #[error("a checkpoint can't be read or written")]
    Store(#[from] StoreError),
}

impl Feed {
    /// A feed of a handler from a stream, with its checkpoints in the control store.
    pub fn new(
        source: Arc<dyn StreamSource>,
        handler: Arc<dyn BatchHandler>,
        control: Arc<dyn ControlStore>,
        config: FeedConfig,
    ) -> Self {
        Self {
            source,
            handler,
            control,
            config,
            name: None,
            trim: None,
            watermark: None,
        }
    }

    /// A feed with checkpoints of its own, under this name: of one stream's several readers
    /// each but one has a name.
    #[must_use]
    pub fn named(self, name: String) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// Drops stream records that are delivered: for the embedded engine, which keeps them.
    #[must_use]
    pub fn trimming(self, trim: Trim) -> Self {
        Self {
            trim: Some(trim),
            ..self
        }
    }

    /// Notes up to when everything was delivered.
    #[must_use]
    pub fn marking(self, watermark: Watermark) -> Self {
        Self {
            watermark: Some(Arc::new(watermark)),
            ..self
        }
    }

    /// Reads until the end that is asked for, or until `stop` turns true. The batch that is
    /// being delivered is finished first.
    pub async fn run(&self, until: Until, mut stop: watch::Receiver<bool>) {
        let mut readers = JoinSet::new();
        let mut started: HashSet<String> = HashSet::new();
        let mut finished: HashSet<String> = HashSet::new();
        loop {
            match self.source.shards().await {
                Ok(shards) => {
                    if let Some(watermark) = &self.watermark {
                        watermark.list(&shards, &finished).await;
                    }
                    for shard in ready(&shards, &finished) {
                        if started.insert(shard.id.clone()) {
                            let (feed, stop) = (self.clone(), stop.clone());
                            readers.spawn(async move { feed.read_shard(shard, until, stop).await });
                        }
                    }
                    if until == Until::Drained && readers.is_empty() {
                        return;
                    }
                }
                Err(error) => log("the stream's shards can't be listed", &error.into()),
            }
            let look_again = tokio::time::sleep(self.config.discover_every);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = look_again => {}
                Some(ended) = readers.join_next() => match ended {
                    Ok(shard) => { finished.insert(shard); }
                    Err(error) => tracing::error!(%error, "a shard's reader panicked"),
                },
            }
        }
        while readers.join_next().await.is_some() {}
    }

    /// Reads one shard to its end and gives its id back.
    async fn read_shard(
        &self,
        shard: Shard,
        until: Until,
        mut stop: watch::Receiver<bool>,
    ) -> String {
        let mut pause = self.config.poll_busy;
        while !*stop.borrow() {
            let reader = ShardReader {
                feed: self,
                shard: &shard,
            };
            match reader.read(until, &mut stop).await {
                Ok(()) => break,
                Err(error) => {
                    log("a shard can't be read; trying again", &error);
                    wait(pause, &mut stop).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        if let Some(watermark) = &self.watermark {
            watermark.finish(&shard.id).await;
        }
        shard.id
    }
}

/// The shards that may be read now: those whose parent is at its end or gone.
fn ready(shards: &[Shard], finished: &HashSet<String>) -> Vec<Shard> {
    let unread = |id: &String| shards.iter().any(|shard| shard.id == *id) && !finished.contains(id);
    shards
        .iter()
        .filter(|shard| !shard.parent.as_ref().is_some_and(unread))
        .cloned()
        .collect()
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

/// One reading of one shard, from its checkpoint on.
struct ShardReader<'a> {
    feed: &'a Feed,
    shard: &'a Shard,
}

impl ShardReader<'_> {
    async fn read(&self, until: Until, stop: &mut watch::Receiver<bool>) -> Result<(), FeedError> {
        let Feed {
            source,
            control,
            config,
            handler,
            watermark,
            ..
        } = self.feed;
        let watermark = watermark.as_deref();
        let name = checkpoint_name(self.feed.name.as_deref(), &self.shard.id);
        let start = match control.checkpoint_get(&name).await? {
            Some(sequence_number) => Start::After(sequence_number),
            None => Start::TrimHorizon,
        };
        let mut iterator = source.iterator(&self.shard.id, &start).await?;
        let mut last_record = Instant::now();
        while let Some(current) = iterator {
            if *stop.borrow() {
                return Ok(());
            }
            let began = watermark.map(Watermark::now);
            let page = source.records(&self.shard.id, &current).await?;
            if let Some(watermark) = watermark {
                watermark.trimmed(source.trimmed()).await?;
            }
            let delivery = Delivery::new(handler.as_ref(), config.batch_size).marking(watermark);
            for batch in page.records.chunks(config.batch_size) {
                let Some(checkpoint) = delivery.deliver(batch, stop).await else {
                    return Ok(());
                };
                control.checkpoint_put(&name, &checkpoint).await?;
                self.trim(checkpoint).await;
                last_record = Instant::now();
            }
            if page.records.is_empty() {
                if let (Some(watermark), Some(began), Some(_)) = (watermark, began, &page.next) {
                    watermark.at_end(&self.shard.id, began).await;
                }
                if until == Until::Drained {
                    return Ok(());
                }
                let busy = last_record.elapsed() < BUSY_FOR;
                wait(
                    if busy {
                        config.poll_busy
                    } else {
                        config.poll_idle
                    },
                    stop,
                )
                .await;
            }
            iterator = page.next;
        }
        Ok(())
    }

    async fn trim(&self, checkpoint: String) {
        if let Some(trim) = self.feed.trim.clone() {
            let trimmed = tokio::task::spawn_blocking(move || trim(&checkpoint)).await;
            if let Err(error) = trimmed {
                tracing::warn!(%error, "stream records could not be dropped");
            }
        }
    }
}

/// The name of a shard's checkpoint.
fn checkpoint_name(reader: Option<&str>, shard: &str) -> String {
    match reader {
        Some(reader) => format!("stream/{reader}/{shard}"),
        None => format!("stream/{shard}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(id: &str, parent: Option<&str>) -> Shard {
        Shard {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
        }
    }

    #[test]
    fn a_child_shard_waits_for_its_parent() {
        let shards = [
            shard("parent", Some("gone")),
            shard("child", Some("parent")),
        ];
        let ids = |shards: Vec<Shard>| shards.into_iter().map(|s| s.id).collect::<Vec<_>>();
        assert_eq!(ids(ready(&shards, &HashSet::new())), ["parent"]);
        let finished = HashSet::from(["parent".to_owned()]);
        assert_eq!(ids(ready(&shards, &finished)), ["parent", "child"]);
    }
}
