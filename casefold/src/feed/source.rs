//! The shards, iterators and records of a DynamoDB stream, in the form in which Lambda
//! hands records to a function.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aws_lambda_events::dynamodb::{EventRecord, StreamRecord, StreamViewType};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodbstreams::operation::get_records::GetRecordsError;
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::GetShardIteratorError;
use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, ShardIteratorType};

/// Records that one request asks for, at most: what DynamoDB gives at most.
const RECORDS_A_REQUEST: i32 = 1000;

/// A stream to read from.
#[async_trait]
pub trait StreamSource: Send + Sync {
    /// The stream's shards, all pages of them.
    async fn shards(&self) -> Result<Vec<Shard>, SourceError>;

    /// An iterator over a shard; `None` where the shard is gone. A start that has been
    /// trimmed away means the oldest record that is left.
    async fn iterator(&self, shard: &str, start: &Start) -> Result<Option<String>, SourceError>;

    /// The records at an iterator.
    async fn records(&self, shard: &str, iterator: &str) -> Result<RecordPage, SourceError>;

    /// How often records that were to be read had been trimmed away.
    fn trimmed(&self) -> u64;
}

/// One shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its id.
    pub id: String,
    /// The shard that was split into this one and its siblings.
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

/// Why a stream can't be read; another try from the checkpoint may do.
#[derive(Debug, thiserror::Error)]
#[error("{what} failed: {cause}")]
pub struct SourceError {
    what: &'static str,
    cause: String,
}

impl SourceError {
    fn new<E: std::error::Error>(what: &'static str, error: E) -> Self {
        Self {
            what,
            cause: DisplayErrorContext(error).to_string(),
        }
    }
}

/// A stream of DynamoDB, or of an engine that speaks its API.
#[derive(Clone, Debug)]
pub struct DynamoStream {
    client: Client,
    stream_arn: String,
    trimmed: Arc<AtomicU64>,
}

impl DynamoStream {
    /// The latest stream of a table; `None` where the table has none.
    ///
    /// # Errors
    /// [`SourceError`] where the streams can't be listed.
    pub async fn of_table(client: Client, table: &str) -> Result<Option<Self>, SourceError> {
        let streams = client
            .list_streams()
            .table_name(table)
            .send()
            .await
            .map_err(|error| SourceError::new("ListStreams", error))?;
        let latest = streams
            .streams()
            .iter()
            .max_by_key(|stream| stream.stream_label());
        let arn = latest
            .and_then(|stream| stream.stream_arn())
            .map(str::to_owned);
        Ok(arn.map(|stream_arn| Self {
            client,
            stream_arn,
            trimmed: Arc::default(),
        }))
    }
}

#[async_trait]
impl StreamSource for DynamoStream {
    async fn shards(&self) -> Result<Vec<Shard>, SourceError> {
        let mut shards = Vec::new();
        let mut last = None;
        loop {
            let page = self
                .client
                .describe_stream()
                .stream_arn(&self.stream_arn)
                .set_exclusive_start_shard_id(last)
                .send()
                .await
                .map_err(|error| SourceError::new("DescribeStream", error))?;
            let Some(description) = page.stream_description() else {
                return Ok(shards);
            };
            shards.extend(description.shards().iter().filter_map(|shard| {
                let id = shard.shard_id()?.to_owned();
                Some(Shard {
                    id,
                    parent: shard.parent_shard_id().map(str::to_owned),
                })
            }));
            last = description.last_evaluated_shard_id().map(str::to_owned);
            if last.is_none() {
                return Ok(shards);
            }
        }
    }

    async fn iterator(&self, shard: &str, start: &Start) -> Result<Option<String>, SourceError> {
        let request = self
            .client
            .get_shard_iterator()
            .stream_arn(&self.stream_arn)
            .shard_id(shard);
        let request = match start {
            Start::TrimHorizon => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
            Start::After(sequence_number) => request
                .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
                .sequence_number(sequence_number),
        };
        match request.send().await {
            Ok(answer) => Ok(answer.shard_iterator),
            Err(error) => match error.as_service_error() {
                Some(GetShardIteratorError::TrimmedDataAccessException(_))
                    if *start != Start::TrimHorizon =>
                {
                    self.trimmed.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(
                        shard,
                        "the checkpoint was trimmed; reading from the horizon"
                    );
                    self.iterator(shard, &Start::TrimHorizon).await
                }
                Some(GetShardIteratorError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(SourceError::new("GetShardIterator", error)),
            },
        }
    }

    async fn records(&self, shard: &str, iterator: &str) -> Result<RecordPage, SourceError> {
        let answer = self
            .client
            .get_records()
            .shard_iterator(iterator)
            .limit(RECORDS_A_REQUEST)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(RecordPage {
                next: answer.next_shard_iterator().map(str::to_owned),
                records: answer
                    .records
                    .unwrap_or_default()
                    .into_iter()
                    .map(|record| self.as_lambda_has_it(record))
                    .collect(),
            }),
            Err(error) if is_trimmed(&error) => {
                self.trimmed.fetch_add(1, Ordering::Relaxed);
                let next = self.iterator(shard, &Start::TrimHorizon).await?;
                Ok(RecordPage {
                    records: Vec::new(),
                    next,
                })
            }
            // An expired iterator too: the reader begins again at its checkpoint.
            Err(error) => Err(SourceError::new("GetRecords", error)),
        }
    }

    fn trimmed(&self) -> u64 {
        self.trimmed.load(Ordering::Relaxed)
    }
}

fn is_trimmed(error: &SdkError<GetRecordsError>) -> bool {
    error
        .as_service_error()
        .is_some_and(GetRecordsError::is_trimmed_data_access_exception)
}

impl DynamoStream {
    fn as_lambda_has_it(&self, record: Record) -> EventRecord {
        let mut event = EventRecord::default();
        event.aws_region = record.aws_region.unwrap_or_default();
        event.event_id = record.event_id.unwrap_or_default();
        event.event_name = record
            .event_name
            .map(|name| name.as_str().to_owned())
            .unwrap_or_default();
        event.event_source = Some("aws:dynamodb".to_owned());
        event.event_version = record.event_version;
        event.event_source_arn = Some(self.stream_arn.clone());
        if let Some(change) = record.dynamodb {
            event.change = StreamRecord::default();
            event.change.keys = item(change.keys);
            event.change.new_image = item(change.new_image);
            event.change.sequence_number = change.sequence_number;
            event.change.size_bytes = change.size_bytes.unwrap_or_default();
            event.change.stream_view_type = Some(StreamViewType::NewImage);
            if let Some(at) = change.approximate_creation_date_time
                && let Some(at) = chrono::DateTime::from_timestamp(at.secs(), at.subsec_nanos())
            {
                event.change.approximate_creation_date_time = at;
            }
        }
        event
    }
}

fn item(attributes: Option<HashMap<String, AttributeValue>>) -> serde_dynamo::Item {
    let attributes: HashMap<String, serde_dynamo::AttributeValue> = attributes
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    serde_dynamo::Item::from(attributes)
}
