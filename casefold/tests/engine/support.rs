//! What the tests share: a directory, clients, and a table shaped like the event table.

use aws_sdk_dynamodb as ddb;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
    ScalarAttributeType, StreamSpecification, StreamViewType,
};
use aws_sdk_dynamodbstreams as streams;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use aws_smithy_http_client::Builder as HttpClient;
use casefold::engine::{DATABASE_FILE, Engine};
use rusqlite::Connection;

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        Engine::start(self.dir.path()).unwrap()
    }

    pub(crate) fn sqlite(&self) -> Connection {
        Connection::open(self.dir.path().join(DATABASE_FILE)).unwrap()
    }

    pub(crate) fn plan_of(&self, query: &str) -> String {
        let sqlite = self.sqlite();
        let mut plan = sqlite
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .unwrap();
        let steps = plan
            .query_map([], |row| row.get::<_, String>("detail"))
            .unwrap();
        steps.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    }
}

fn credentials() -> Credentials {
    Credentials::new("casefold", "casefold", None, None, "tests")
}

pub(crate) fn dynamodb(endpoint_url: &str) -> ddb::Client {
    ddb::Client::from_conf(
        ddb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint_url)
            .credentials_provider(credentials())
            .http_client(HttpClient::new().build_http())
            .build(),
    )
}

pub(crate) fn dynamodb_streams(endpoint_url: &str) -> streams::Client {
    streams::Client::from_conf(
        streams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint_url)
            .credentials_provider(credentials())
            .http_client(HttpClient::new().build_http())
            .build(),
    )
}

/// Answers the stream's ARN.
pub(crate) async fn create_table(db: &ddb::Client, name: &str) -> String {
    let attribute = |name: &str, kind| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build()
            .unwrap()
    };
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let made = db
        .create_table()
        .table_name(name)
        .attribute_definitions(attribute("pk", ScalarAttributeType::S))
        .attribute_definitions(attribute("sk", ScalarAttributeType::N))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .billing_mode(BillingMode::PayPerRequest)
        .stream_specification(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewImage)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    made.table_description.unwrap().latest_stream_arn.unwrap()
}

pub(crate) fn s(value: &str) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn n(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) async fn put(db: &ddb::Client, table: &str, pk: &str, sk: u64, body: &str) {
    db.put_item()
        .table_name(table)
        .item("pk", s(pk))
        .item("sk", n(sk))
        .item("body", s(body))
        .send()
        .await
        .unwrap();
}

pub(crate) async fn get(db: &ddb::Client, table: &str, pk: &str, sk: u64) -> Option<String> {
    let found = db
        .get_item()
        .table_name(table)
        .key("pk", s(pk))
        .key("sk", n(sk))
        .send()
        .await;
    let item = found.unwrap().item?;
    Some(item["body"].as_s().unwrap().clone())
}

/// Scans `segments` one after another, `limit` items a page, and counts what comes.
pub(crate) async fn parallel_scan(
    db: &ddb::Client,
    table: &str,
    segments: i32,
    limit: i32,
) -> usize {
    let mut count = 0;
    for segment in 0..segments {
        let mut start = None;
        loop {
            let page = db
                .scan()
                .table_name(table)
                .segment(segment)
                .total_segments(segments)
                .limit(limit)
                .set_exclusive_start_key(start)
                .send()
                .await
                .unwrap();
            count += page.items().len();
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
    }
    count
}

/// A stream's only shard, as one reader sees it.
pub(crate) struct Shard {
    pub(crate) client: streams::Client,
    pub(crate) arn: String,
    pub(crate) id: String,
}

impl Shard {
    pub(crate) async fn of(endpoint_url: &str, arn: &str) -> Self {
        let client = dynamodb_streams(endpoint_url);
        let described = client
            .describe_stream()
            .stream_arn(arn)
            .send()
            .await
            .unwrap();
        let shards = described.stream_description.unwrap().shards.unwrap();
        let [shard] = shards.as_slice() else {
            panic!("{shards:?}")
        };
        let id = shard.shard_id.clone().unwrap();
        Self {
            client,
            arn: arn.into(),
            id,
        }
    }

    pub(crate) async fn iterator(&self, kind: ShardIteratorType, number: Option<&str>) -> String {
        self.client
            .get_shard_iterator()
            .stream_arn(&self.arn)
            .shard_id(&self.id)
            .shard_iterator_type(kind)
            .set_sequence_number(number.map(str::to_owned))
            .send()
            .await
            .unwrap()
            .shard_iterator
            .unwrap()
    }

    pub(crate) async fn read(&self, iterator: &str) -> (Vec<Record>, Option<String>) {
        let read = self
            .client
            .get_records()
            .shard_iterator(iterator)
            .send()
            .await
            .unwrap();
        (read.records.unwrap_or_default(), read.next_shard_iterator)
    }

    pub(crate) async fn all(&self) -> Vec<Record> {
        self.read(&self.iterator(ShardIteratorType::TrimHorizon, None).await)
            .await
            .0
    }

    pub(crate) async fn after(&self, number: &str) -> Vec<Record> {
        let iterator = self
            .iterator(ShardIteratorType::AfterSequenceNumber, Some(number))
            .await;
        self.read(&iterator).await.0
    }
}

pub(crate) fn number(record: &Record) -> &str {
    record
        .dynamodb
        .as_ref()
        .unwrap()
        .sequence_number
        .as_deref()
        .unwrap()
}

/// The sort keys of the items that the records are about.
pub(crate) fn commits(records: &[Record]) -> Vec<u64> {
    let commit = |record: &Record| {
        let keys = record.dynamodb.as_ref().unwrap().keys.as_ref().unwrap();
        keys["sk"].as_n().unwrap().parse().unwrap()
    };
    records.iter().map(commit).collect()
}
