//! The streams of DynamoDB, or of an engine that speaks its API.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_lambda_events::dynamodb::{EventRecord, StreamRecord, StreamViewType};
use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodbstreams::operation::get_shard_iterator::builders::GetShardIteratorFluentBuilder;
use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, ShardIteratorType};

use super::source::{Listing, RecordPage, Shard, SourceError, Start, StreamSource};

/// Records that one request asks for, at most: what DynamoDB gives at most.
const RECORDS_A_REQUEST: i32 = 1000;

/// The stream of a table. Which one that is is looked up with each listing: a table that is made
/// anew, or whose stream was turned off and on, has another.
#[derive(Clone, Debug)]
pub struct DynamoStream {
    client: Client,
    table: String,
}

/// A client of the streams of the DynamoDB that a configuration is for.
///
/// Other engines serve both APIs at one address. AWS has the streams at an address of their own.
pub fn client(sdk: &SdkConfig) -> Client {
    let config = aws_sdk_dynamodbstreams::config::Builder::from(sdk);
    Client::from_conf(
        match sdk.endpoint_url().and_then(streams_endpoint_of_aws) {
            Some(endpoint_url) => config.endpoint_url(endpoint_url),
            None => config,
        }
        .build(),
    )
}

/// Where AWS has the streams of the tables at one of its own addresses; `None` for an address of
/// somebody else.
fn streams_endpoint_of_aws(endpoint_url: &str) -> Option<String> {
    let (scheme, rest) = endpoint_url.split_once("://")?;
    let host = rest.split(['/', ':']).next()?;
    let is_of_tables = host.starts_with("dynamodb.") || host.starts_with("dynamodb-fips.");
    let is_of = |domains: &[&str]| domains.iter().any(|domain| host.ends_with(domain));
    if !is_of_tables {
        None
    } else if is_of(&[".amazonaws.com", ".amazonaws.com.cn"]) {
        Some(format!("{scheme}://streams.{rest}"))
    } else if is_of(&[".api.aws"]) {
        Some(format!("{scheme}://streams-{rest}"))
    } else {
        None
    }
}

impl DynamoStream {
    /// The stream of a table.
    pub fn of_table(client: Client, table: &str) -> Self {
        Self {
            client,
            table: table.to_owned(),
        }
    }

    /// What names the table's latest stream.
    async fn latest(&self) -> Result<String, SourceError> {
        let mut latest: Option<(Option<String>, String)> = None;
        let mut last = None;
        loop {
            let page = self
                .client
                .list_streams()
                .table_name(&self.table)
                .set_exclusive_start_stream_arn(last)
                .send()
                .await
                .map_err(|error| failed("ListStreams", &error))?;
            let listed = page.streams().iter().filter_map(|stream| {
                let arn = stream.stream_arn()?.to_owned();
                Some((stream.stream_label().map(str::to_owned), arn))
            });
            latest = listed.chain(latest).max();
            last = page.last_evaluated_stream_arn().map(str::to_owned);
            if last.is_none() {
                let latest = latest.map(|(_, arn)| arn);
                return latest.ok_or_else(|| SourceError::NoStream(self.table.clone()));
            }
        }
    }
}

#[async_trait]
impl StreamSource for DynamoStream {
    async fn list(&self) -> Result<Listing, SourceError> {
        let stream = self.latest().await?;
        let mut shards = BTreeMap::new();
        let mut last = None;
        loop {
            let page = self
                .client
                .describe_stream()
                .stream_arn(&stream)
                .set_exclusive_start_shard_id(last)
                .send()
                .await
                .map_err(|error| failed("DescribeStream", &error))?;
            // Without it nothing is known, and least of all that there are no shards.
            let described = page.stream_description().ok_or(SourceError::Failed {
                what: "DescribeStream",
                cause: "the answer describes no stream".to_owned(),
            })?;
            // Whether a shard is at its end is seen by reading it: an open one may claim to
            // have an ending sequence number (the embedded engine's do).
            for shard in described.shards() {
                let Some(id) = shard.shard_id() else { continue };
                let shard = Shard {
                    stream: stream.clone(),
                    id: id.to_owned(),
                    parent: shard.parent_shard_id().map(str::to_owned),
                };
                shards.insert(shard.id.clone(), shard);
            }
            last = described.last_evaluated_shard_id().map(str::to_owned);
            if last.is_none() {
                let shards = shards.into_values().collect();
                return Ok(Listing { stream, shards });
            }
        }
    }

    async fn iterator(&self, shard: &Shard, start: &Start) -> Result<String, SourceError> {
        let request = self
            .client
            .get_shard_iterator()
            .stream_arn(&shard.stream)
            .shard_id(&shard.id);
        let answer = at(request, start)
            .send()
            .await
            .map_err(|error| failed("GetShardIterator", &error))?;
        answer.shard_iterator.ok_or(SourceError::Gone)
    }

    async fn records(&self, shard: &Shard, iterator: &str) -> Result<RecordPage, SourceError> {
        let answer = self
            .client
            .get_records()
            .shard_iterator(iterator)
            .limit(RECORDS_A_REQUEST)
            .send()
            .await
            .map_err(|error| failed("GetRecords", &error))?;
        let records = answer.records.unwrap_or_default().into_iter();
        Ok(RecordPage {
            records: records
                .map(|record| as_lambda_has_it(record, &shard.stream))
                .collect(),
            next: answer.next_shard_iterator,
        })
    }
}

fn at(request: GetShardIteratorFluentBuilder, start: &Start) -> GetShardIteratorFluentBuilder {
    match start {
        Start::TrimHorizon => request.shard_iterator_type(ShardIteratorType::TrimHorizon),
        Start::After(sequence_number) => request
            .shard_iterator_type(ShardIteratorType::AfterSequenceNumber)
            .sequence_number(sequence_number),
    }
}

/// By the code of the answer: not all that engines answer is in the SDK's own list.
fn failed<E>(what: &'static str, error: &SdkError<E>) -> SourceError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let code = error.as_service_error().and_then(|error| error.code());
    let cause = || DisplayErrorContext(error).to_string();
    match code {
        Some("ExpiredIteratorException") => SourceError::Expired,
        Some("TrimmedDataAccessException") => SourceError::Trimmed,
        Some("ResourceNotFoundException") => SourceError::Gone,
        Some(
            "LimitExceededException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "ThrottlingException",
        ) => SourceError::Throttled {
            what,
            cause: cause(),
        },
        Some(_) | None => SourceError::Failed {
            what,
            cause: cause(),
        },
    }
}

fn as_lambda_has_it(record: Record, stream: &str) -> EventRecord {
    let mut event = EventRecord::default();
    event.aws_region = record.aws_region.unwrap_or_default();
    event.event_id = record.event_id.unwrap_or_default();
    event.event_name = record
        .event_name
        .map(|name| name.as_str().to_owned())
        .unwrap_or_default();
    event.event_source = Some("aws:dynamodb".to_owned());
    event.event_version = record.event_version;
    event.event_source_arn = Some(stream.to_owned());
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

fn item(attributes: Option<HashMap<String, AttributeValue>>) -> serde_dynamo::Item {
    let attributes: HashMap<String, serde_dynamo::AttributeValue> = attributes
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect();
    serde_dynamo::Item::from(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_has_its_streams_elsewhere_and_nobody_else_has() {
        let of = |url| streams_endpoint_of_aws(url);
        assert_eq!(
            of("https://dynamodb.us-gov-west-1.amazonaws.com").as_deref(),
            Some("https://streams.dynamodb.us-gov-west-1.amazonaws.com")
        );
        assert_eq!(
            of("https://dynamodb-fips.us-east-1.amazonaws.com/").as_deref(),
            Some("https://streams.dynamodb-fips.us-east-1.amazonaws.com/")
        );
        assert_eq!(
            of("https://dynamodb.us-east-1.api.aws").as_deref(),
            Some("https://streams-dynamodb.us-east-1.api.aws")
        );
        for other in [
            "http://127.0.0.1:8000",
            "http://dynamodb.court.example:8000",
            "https://streams.dynamodb.us-east-1.amazonaws.com",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
