//! What the feed relies on when it reads a stream of the engine, its oddities included. These hold an
//! upgrade of the engine to what was found in 3.2.0.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use aws_sdk_dynamodbstreams::types::{OperationType, ShardIteratorType};

use crate::support::{self, Shard, World, commits, n, number, put, s};

fn append(sk: u64) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("Events")
        .item("pk", s("CASE#1"))
        .item("sk", n(sk));
    TransactWriteItem::builder()
        .put(put.build().unwrap())
        .build()
}

#[tokio::test]
async fn a_stream_behaves_as_the_feed_expects() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    assert_eq!(shard.id, "shardId-00000001-Events");
    let described = async || {
        let d = shard
            .client
            .describe_stream()
            .stream_arn(&arn)
            .send()
            .await
            .unwrap();
        d.stream_description
            .unwrap()
            .shards
            .unwrap()
            .remove(0)
            .sequence_number_range
            .unwrap()
    };
    assert_eq!(
        described().await.starting_sequence_number(),
        None,
        "an empty stream has no range"
    );
    let latest_when_empty = shard.iterator(ShardIteratorType::Latest, None).await;

    let (none, next) = shard.read(&latest_when_empty).await;
    assert!(none.is_empty() && next.is_some());

    for sk in 1..=3 {
        put(&db, "Events", "CASE#1", sk, "filed").await;
    }
    put(&db, "Events", "CASE#1", 3, "filed").await;
    let records = shard.read(&next.unwrap()).await;
    assert_eq!(commits(&records.0), [1, 2, 3, 3]);
    assert!(
        records.1.is_some(),
        "an open shard always has a next iterator"
    );
    let names: Vec<_> = records
        .0
        .iter()
        .map(|r| r.event_name.clone().unwrap())
        .collect();
    assert_eq!(
        names[2..],
        [OperationType::Insert, OperationType::Modify],
        "even a put of the same"
    );
    let range = described().await;
    assert_eq!(
        range.ending_sequence_number(),
        Some(number(&records.0[3])),
        "though it is open"
    );

    let record = records.0[0].dynamodb.as_ref().unwrap();
    assert!(record.approximate_creation_date_time.is_some());
    assert_eq!(number(&records.0[0]).len(), 21);
    assert_eq!(
        record.new_image.as_ref().unwrap()["body"].as_s().unwrap(),
        "filed"
    );
    assert!(record.old_image.is_none());
    assert_eq!(records.0[0].event_id.as_ref().unwrap().len(), 32);

    // One transaction: one record an item, in the order of the request.
    let both = db.transact_write_items().transact_items(append(9));
    both.transact_items(append(8)).send().await.unwrap();
    let rest = shard.read(&records.1.unwrap()).await;
    assert_eq!(commits(&rest.0), [9, 8]);
    let latest = shard.iterator(ShardIteratorType::Latest, None).await;
    assert!(shard.read(&latest).await.0.is_empty());
}

#[tokio::test]
async fn a_read_of_the_stream_is_cut_at_a_thousand_records_and_not_at_a_megabyte() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    let body = "x".repeat(300 * 1024);
    for sk in 1..=6 {
        put(&db, "Events", "CASE#1", sk, &body).await;
    }
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    assert_eq!(shard.all().await.len(), 6);
    for sk in 7..=1100 {
        put(&db, "Events", "CASE#1", sk, "x").await;
    }
    assert_eq!(shard.all().await.len(), 1000);
}
