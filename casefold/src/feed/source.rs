//! What a stream is to the feed: shards, iterators over them, and records in the form in which
//! Lambda hands them to a function.

use async_trait::async_trait;
use aws_lambda_events::dynamodb::EventRecord;

/// A table's stream to read from.
#[async_trait]
pub trait StreamSource: Send + Sync {
    /// The stream that the table has now, with all pages of its shards.
    async fn list(&self) -> Result<Listing, SourceError>;

    /// An iterator over a shard.
    async fn iterator(&self, shard: &Shard, start: &Start) -> Result<String, SourceError>;

    /// The records at an iterator.
    async fn records(&self, shard: &Shard, iterator: &str) -> Result<RecordPage, SourceError>;
}

/// A stream as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What names the stream: a table that is made anew has another.
    pub stream: String,
    /// Its shards.
    pub shards: Vec<Shard>,
}

/// One shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// The stream that it is of.
    pub stream: String,
    /// Its id, which no other shard of the stream has.
    pub id: String,
    /// The shard that was split into this one and its siblings, or that this one follows.
    pub parent: Option<String>,
}

/// Where to begin in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the oldest record.
    TrimHorizon,
    /// After the record with this sequence number.
    After(String),
}

/// Some records of a shard.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The records, in order.
    pub records: Vec<EventRecord>,
    /// The iterator after them; `None` where the shard is at its end.
    pub next: Option<String>,
}

/// Why a stream can't be read. `Display` says what failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The table has no stream.
    #[error("table {0} has no stream; enable one with NEW_IMAGE")]
    NoStream(String),
    /// The iterator is too old: another from the checkpoint does.
    #[error("an iterator has expired")]
    Expired,
    /// What comes next was trimmed away: what is left begins at the horizon.
    #[error("records were trimmed away before they were read")]
    Trimmed,
    /// There is no such shard, or no such stream, any more.
    #[error("the shard is gone")]
    Gone,
    /// There were too many requests: the same may succeed after a pause.
    #[error("{what} was throttled: {cause}")]
    Throttled {
        /// The request.
        what: &'static str,
        /// What was answered.
        cause: String,
    },
    /// Anything else: the same may succeed after a pause.
    #[error("{what} failed: {cause}")]
    Failed {
        /// The request.
        what: &'static str,
        /// What was answered, with its causes.
        cause: String,
    },
}
