//! What survives: a killed process, a trimmed stream, a table made anew.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use casefold::data_dir::{Acquired, DataDir};
use rusqlite::params;

use crate::support::{self, Shard, World, commits, number, put};

const CHILD_DIR: &str = "CASEFOLD_TEST_CHILD_DIR";

/// Does nothing by itself: the next test runs it in a process of its own, to kill it.
#[tokio::test]
async fn a_child_that_writes_until_it_is_killed() {
    let Ok(dir) = std::env::var(CHILD_DIR) else {
        return;
    };
    let Acquired::Owner(mut owner) = DataDir::open(&dir).unwrap().acquire().unwrap() else {
        panic!("somebody else owns {dir}");
    };
    let engine = casefold::engine::Engine::start(dir.as_ref()).unwrap();
    owner.publish(engine.endpoint_url(), None).unwrap();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    for n in 1.. {
        put(&db, "Events", "CASE#1", n, "filed").await;
        println!("\nanswered {n}");
    }
}

#[tokio::test]
async fn what_was_answered_survives_kill_9_with_its_stream_and_the_directory_is_free() {
    let world = World::new();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "durability::a_child_that_writes_until_it_is_killed",
            "--nocapture",
        ])
        .env(CHILD_DIR, world.dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut last = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        if let Some(n) = line.unwrap().strip_prefix("answered ") {
            last = n.parse::<u64>().unwrap();
            if last == 300 {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(last >= 300, "the child ended early, at {last}");

    let dir = DataDir::open(world.dir.path()).unwrap();
    assert!(world.dir.path().join("service.json").exists());
    let Acquired::Owner(_owner) = dir.acquire().unwrap() else {
        panic!("still owned")
    };
    assert!(!world.dir.path().join("service.json").exists());
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    for n in 1..=last {
        assert!(
            support::get(&db, "Events", "CASE#1", n).await.is_some(),
            "{n} of {last} is lost"
        );
    }
    let table = db
        .describe_table()
        .table_name("Events")
        .send()
        .await
        .unwrap()
        .table
        .unwrap();
    let shard = Shard::of(engine.endpoint_url(), &table.latest_stream_arn.unwrap()).await;
    let streamed = commits(&shard.all().await);
    assert!(streamed.starts_with(&(1..=last).collect::<Vec<_>>()));
}

#[tokio::test]
async fn a_trimmed_stream_keeps_its_later_records_and_its_numbers_rise_across_a_restart() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    for n in 1..=500 {
        put(&db, "Events", "CASE#1", n, "filed").await;
    }
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    let records = shard.all().await;
    let held = shard
        .iterator(
            ShardIteratorType::AtSequenceNumber,
            Some(number(&records[9])),
        )
        .await;

    assert_eq!(
        engine.trim_stream("Events", number(&records[449])).unwrap(),
        450
    );
    assert_eq!(
        engine.trim_stream("Events", number(&records[449])).unwrap(),
        0
    );

    assert_eq!(commits(&shard.all().await), (451..=500).collect::<Vec<_>>());
    assert_eq!(commits(&shard.after(number(&records[449])).await)[0], 451);
    assert_eq!(
        commits(&shard.after(number(&records[3])).await)[0],
        451,
        "trimmed numbers still work"
    );
    assert_eq!(
        commits(&shard.read(&held).await.0)[0],
        451,
        "and so do iterators made before"
    );

    // The caller says: everything. The newest stays all the same.
    assert_eq!(
        engine.trim_stream("Events", number(&records[499])).unwrap(),
        49
    );
    assert_eq!(commits(&shard.all().await), [500]);
    engine.stop();

    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    put(&db, "Events", "CASE#1", 501, "filed").await;
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    let later = shard.after(number(&records[499])).await;
    assert_eq!(commits(&later), [501]);
    assert!(number(&later[0]) > number(&records[499]));
}

#[tokio::test]
async fn numbers_rise_even_when_the_stream_was_trimmed_and_the_clock_set_back() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    put(&db, "Events", "CASE#1", 1, "filed").await;
    put(&db, "Events", "CASE#1", 2, "filed").await;
    // A clock that was an hour ahead when the second was written, and has been put right since.
    let hour = 3_600_000_000_i64;
    world
        .sqlite()
        .execute(
            "UPDATE _stream_records SET sequence_number = CAST(sequence_number AS INTEGER) + ?1
             WHERE id = (SELECT MAX(id) FROM _stream_records)",
            params![hour],
        )
        .unwrap();
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    let ahead = number(&shard.all().await[1]).to_owned();
    engine.trim_stream("Events", &ahead).unwrap();
    engine.stop();

    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    put(&db, "Events", "CASE#1", 3, "filed").await;

    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    assert_eq!(commits(&shard.after(&ahead).await), [3]);
}

#[tokio::test]
async fn a_stream_that_was_emptied_behind_the_engines_back_goes_on_from_the_clock() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    put(&db, "Events", "CASE#1", 1, "filed").await;
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    let first = number(&shard.all().await[0]).to_owned();
    engine.stop();
    world
        .sqlite()
        .execute("DELETE FROM _stream_records", [])
        .unwrap();

    let engine = world.engine();
    put(
        &support::dynamodb(engine.endpoint_url()),
        "Events",
        "CASE#1",
        2,
        "filed",
    )
    .await;

    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    assert_eq!(commits(&shard.after(&first).await), [2]);
}

#[tokio::test]
async fn a_table_made_anew_does_not_inherit_the_old_ones_stream() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    support::create_table(&db, "Other").await;
    put(&db, "Events", "CASE#1", 1, "filed").await;
    put(&db, "Other", "CASE#1", 7, "filed").await;

    db.delete_table().table_name("Events").send().await.unwrap();
    let arn = support::create_table(&db, "Events").await;
    put(&db, "Events", "CASE#1", 2, "filed").await;

    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    assert_eq!(commits(&shard.all().await), [2]);
    let left: i64 = world
        .sqlite()
        .query_row(
            "SELECT count(*) FROM _stream_records WHERE table_name = 'Other'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_table_that_was_half_made_when_the_process_was_killed_is_made_again() {
    // Given a database as it is when a process is killed between two steps of making a table
    let without_rows = "DROP TABLE \"Events\"";
    let without_stream = "UPDATE _tables SET stream_enabled = 0";
    for half_made in [without_rows, without_stream] {
        let world = World::new();
        let engine = world.engine();
        support::create_table(&support::dynamodb(engine.endpoint_url()), "Events").await;
        engine.stop();
        world.sqlite().execute_batch(half_made).unwrap();

        // When the next process starts and makes what isn't there
        let engine = world.engine();
        engine.forget_without_stream("Events").unwrap();
        let db = support::dynamodb(engine.endpoint_url());
        let arn = support::create_table(&db, "Events").await;

        // Then the table is whole.
        put(&db, "Events", "CASE#1", 1, "filed").await;
        let shard = Shard::of(engine.endpoint_url(), &arn).await;
        assert_eq!(commits(&shard.all().await), [1], "{half_made}");
    }
}

#[tokio::test]
async fn a_table_with_a_stream_or_with_something_in_it_is_never_forgotten() {
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    for table in ["Empty", "Events"] {
        support::create_table(&db, table).await;
    }
    put(&db, "Events", "CASE#1", 1, "filed").await;
    engine.stop();
    let without_stream = "UPDATE _tables SET stream_enabled = 0 WHERE table_name = 'Events'";
    world.sqlite().execute_batch(without_stream).unwrap();

    let engine = world.engine();
    for table in ["Empty", "Events", "None"] {
        engine.forget_without_stream(table).unwrap();
    }
    let db = support::dynamodb(engine.endpoint_url());
    assert!(support::get(&db, "Events", "CASE#1", 1).await.is_some());
    assert!(support::get(&db, "Empty", "CASE#1", 1).await.is_none());
}
