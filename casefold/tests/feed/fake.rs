//! DynamoDB's stream API over HTTP, as AWS has it and no engine here does: shards that are split
//! and closed, lists in pages, iterators that expire, records that are trimmed, and whatever is
//! answered to a request on order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodbstreams::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder as HttpClient;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use casefold::feed::dynamo::DynamoStream;
use serde_json::{Value, json};

/// Shards in a page of a list, and records in a page of a shard.
const SHARDS_A_PAGE: usize = 2;
const RECORDS_A_PAGE: usize = 3;

/// The table's streams. A clone is the same.
#[derive(Clone)]
pub(crate) struct Fake {
    endpoint_url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The newest is the last.
    streams: Vec<Stream>,
    last_number: u64,
    /// Iterators of an earlier age have expired.
    age: u64,
    /// Whether each place of a shard first shows an empty page, as DynamoDB's may.
    has_empty_pages: bool,
    orders: VecDeque<(String, &'static str)>,
    asked: BTreeMap<String, usize>,
}

struct Stream {
    arn: String,
    label: String,
    /// In the order in which they came.
    shards: Vec<Shard>,
}

struct Shard {
    id: String,
    parent: Option<String>,
    records: Vec<u64>,
    trimmed: usize,
    is_closed: bool,
    is_listed: bool,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = state.clone();
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let shared = shared.clone();
            async move { shared.lock().unwrap().answer(&headers, &body) }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        let fake = Self {
            endpoint_url: format!("http://{address}"),
            state,
        };
        fake.begin_stream(&["shard-0"]);
        fake
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The stream through the SDK's own client, which tries nothing twice: what it does about
    /// faults is the SDK's matter.
    pub(crate) fn stream(&self) -> DynamoStream {
        let config = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&self.endpoint_url)
            .credentials_provider(Credentials::new("a", "b", None, None, "tests"))
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .http_client(HttpClient::new().build_http())
            .build();
        let client = aws_sdk_dynamodbstreams::Client::from_conf(config);
        DynamoStream::of_table(client, "court-events")
    }

    /// Gives the table a new stream, as if it were made anew.
    pub(crate) fn begin_stream(&self, shards: &[&str]) {
        let mut state = self.state();
        let label = format!("2026-11-28T00:00:{:02}.000", state.streams.len());
        let shards = shards.iter().map(|id| Shard::new(id, None)).collect();
        state.streams.push(Stream {
            arn: format!(
                "arn:aws:dynamodb:us-east-1:000000000000:table/court-events/stream/{label}"
            ),
            label,
            shards,
        });
    }

    /// Puts records into a shard, and gives their numbers.
    pub(crate) fn append(&self, shard: &str, records: usize) -> Vec<u64> {
        let mut state = self.state();
        let first = state.last_number + 1;
        state.last_number += records as u64;
        let numbers: Vec<u64> = (first..=state.last_number).collect();
        let shard = state.shard(shard);
        assert!(!shard.is_closed);
        shard.records.extend(&numbers);
        numbers
    }

    /// Closes a shard, which others follow.
    pub(crate) fn close(&self, shard: &str, children: &[&str]) {
        let mut state = self.state();
        state.shard(shard).is_closed = true;
        let stream = state.streams.last_mut().unwrap();
        let children = children.iter().map(|id| Shard::new(id, Some(shard)));
        stream.shards.extend(children);
    }

    /// Trims the oldest records of a shard, up to one.
    pub(crate) fn trim(&self, shard: &str, up_to: u64) {
        let mut state = self.state();
        let shard = state.shard(shard);
        shard.trimmed = shard.records.iter().filter(|it| **it <= up_to).count();
    }

    /// The stream has a shard no more.
    pub(crate) fn remove(&self, shard: &str) {
        let mut state = self.state();
        let stream = state.streams.last_mut().unwrap();
        stream.shards.retain(|it| it.id != shard);
    }

    /// A shard is missing from the list, or is in it again.
    pub(crate) fn list(&self, shard: &str, is_listed: bool) {
        self.state().shard(shard).is_listed = is_listed;
    }

    pub(crate) fn expire_iterators(&self) {
        self.state().age += 1;
    }

    pub(crate) fn show_empty_pages(&self) {
        self.state().has_empty_pages = true;
    }

    /// The next request of an operation is answered with this error.
    pub(crate) fn refuse(&self, operation: &str, error: &'static str) {
        self.state().orders.push_back((operation.to_owned(), error));
    }

    /// How often an operation was asked for.
    pub(crate) fn asked(&self, operation: &str) -> usize {
        self.state()
            .asked
            .get(operation)
            .copied()
            .unwrap_or_default()
    }

    /// The open shards of the stream.
    pub(crate) fn open_shards(&self) -> Vec<String> {
        let state = self.state();
        let shards = &state.streams.last().unwrap().shards;
        let open = shards.iter().filter(|shard| !shard.is_closed);
        open.map(|shard| shard.id.clone()).collect()
    }

    /// The shards of the stream, with their parents and all their records.
    pub(crate) fn shards(&self) -> Vec<(String, Option<String>, Vec<u64>)> {
        let state = self.state();
        let shards = state.streams.last().unwrap().shards.iter();
        shards
            .map(|it| (it.id.clone(), it.parent.clone(), it.records.clone()))
            .collect()
    }
}

impl Shard {
    fn new(id: &str, parent: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            parent: parent.map(str::to_owned),
            records: Vec::new(),
            trimmed: 0,
            is_closed: false,
            is_listed: true,
        }
    }
}

type Answer = (StatusCode, [(&'static str, &'static str); 1], String);

impl State {
    fn shard(&mut self, id: &str) -> &mut Shard {
        let stream = self.streams.last_mut().unwrap();
        stream.shards.iter_mut().find(|it| it.id == id).unwrap()
    }

    fn answer(&mut self, headers: &HeaderMap, body: &Bytes) -> Answer {
        let target = headers["x-amz-target"].to_str().unwrap();
        let operation = target.strip_prefix("DynamoDBStreams_20120810.").unwrap();
        *self.asked.entry(operation.to_owned()).or_default() += 1;
        let body: Value = serde_json::from_slice(body).unwrap();
        let ordered = self.orders.iter().position(|(on, _)| on == operation);
        let answer = match ordered.and_then(|at| self.orders.remove(at)) {
            Some((_, error)) => Err(error),
            None => match operation {
                "ListStreams" => Ok(self.list_streams()),
                "DescribeStream" => self.describe_stream(&body),
                "GetShardIterator" => self.get_shard_iterator(&body),
                "GetRecords" => self.get_records(&body),
                other => panic!("{other}"),
            },
        };
        let (status, body) = match answer {
            Ok(body) => (StatusCode::OK, body),
            Err(error @ "InternalServerError") => {
                (StatusCode::INTERNAL_SERVER_ERROR, refusal(error))
            }
            Err(error) => (StatusCode::BAD_REQUEST, refusal(error)),
        };
        let json = [("content-type", "application/x-amz-json-1.0")];
        (status, json, body.to_string())
    }

    fn list_streams(&self) -> Value {
        let stream = |it: &Stream| json!({"StreamArn": it.arn, "StreamLabel": it.label, "TableName": "court-events"});
        json!({"Streams": self.streams.iter().map(stream).collect::<Vec<_>>()})
    }

    fn stream(&self, arn: &Value) -> Result<&Stream, &'static str> {
        let found = self.streams.iter().find(|it| it.arn == *arn);
        found.ok_or("ResourceNotFoundException")
    }

    fn describe_stream(&self, body: &Value) -> Result<Value, &'static str> {
        let stream = self.stream(&body["StreamArn"])?;
        let listed: Vec<&Shard> = stream.shards.iter().filter(|it| it.is_listed).collect();
        let after = body["ExclusiveStartShardId"].as_str();
        let start = after.map_or(0, |after| {
            listed.iter().position(|it| it.id == after).unwrap() + 1
        });
        let end = listed.len().min(start + SHARDS_A_PAGE);
        let shard = |it: &&Shard| {
            let mut shard = json!({"ShardId": it.id, "SequenceNumberRange": {
                "StartingSequenceNumber": text(it.records.first().copied().unwrap_or_default()),
                // Even of a shard that is open, as the embedded engine has it.
                "EndingSequenceNumber": text(it.records.last().copied().unwrap_or_default()),
            }});
            if let Some(parent) = &it.parent {
                shard["ParentShardId"] = json!(parent);
            }
            shard
        };
        let mut description = json!({
            "StreamArn": stream.arn,
            "StreamLabel": stream.label,
            "StreamStatus": "ENABLED",
            "Shards": listed[start..end].iter().map(shard).collect::<Vec<_>>(),
        });
        if end < listed.len() {
            description["LastEvaluatedShardId"] = json!(listed[end - 1].id);
        }
        Ok(json!({"StreamDescription": description}))
    }

    fn find(&self, arn: &Value, shard: &Value) -> Result<&Shard, &'static str> {
        let stream = self.stream(arn)?;
        let found = stream.shards.iter().find(|it| it.id == *shard);
        found.ok_or("ResourceNotFoundException")
    }

    fn get_shard_iterator(&self, body: &Value) -> Result<Value, &'static str> {
        let shard = self.find(&body["StreamArn"], &body["ShardId"])?;
        let at = match body["ShardIteratorType"].as_str().unwrap() {
            "TRIM_HORIZON" => shard.trimmed,
            "AFTER_SEQUENCE_NUMBER" => {
                let after: u64 = body["SequenceNumber"].as_str().unwrap().parse().unwrap();
                let at = shard.records.iter().filter(|it| **it <= after).count();
                if at <= shard.trimmed && shard.trimmed > 0 {
                    return Err("TrimmedDataAccessException");
                }
                at
            }
            other => panic!("{other}"),
        };
        let iterator = self.iterator(&body["StreamArn"], &shard.id, at, false);
        Ok(json!({"ShardIterator": iterator}))
    }

    fn iterator(&self, arn: &Value, shard: &str, at: usize, was_shown: bool) -> String {
        json!([arn, shard, at, self.age, was_shown]).to_string()
    }

    fn get_records(&self, body: &Value) -> Result<Value, &'static str> {
        let iterator: Value =
            serde_json::from_str(body["ShardIterator"].as_str().unwrap()).unwrap();
        let shard = self.find(&iterator[0], &iterator[1])?;
        let at = usize::try_from(iterator[2].as_u64().unwrap()).unwrap();
        if iterator[3] != self.age {
            return Err("ExpiredIteratorException");
        }
        if at < shard.trimmed {
            return Err("TrimmedDataAccessException");
        }
        let shows = !self.has_empty_pages || iterator[4].as_bool().unwrap();
        let end = match shows {
            true => shard.records.len().min(at + RECORDS_A_PAGE),
            false => at,
        };
        let records: Vec<_> = shard.records[at..end].iter().map(record).collect();
        let mut answer = json!({"Records": records});
        if !shard.is_closed || end < shard.records.len() || !shows {
            let next = self.iterator(&iterator[0], &shard.id, end, !shows);
            answer["NextShardIterator"] = json!(next);
        }
        Ok(answer)
    }
}

fn refusal(error: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{error}"), "message": "on order"})
}

/// A sequence number as the stream has it: 21 digits.
pub(crate) fn text(number: u64) -> String {
    format!("{number:021}")
}

fn record(number: &u64) -> Value {
    json!({
        "eventID": format!("{number:032x}"),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_000_000,
            "Keys": {"pk": {"S": format!("CASE#{number}-26")}, "sk": {"N": "1"}},
            "NewImage": {"pk": {"S": format!("CASE#{number}-26")}, "sk": {"N": "1"}},
            "SequenceNumber": text(*number),
            "SizeBytes": 100,
            "StreamViewType": "NEW_IMAGE",
        },
    })
}
