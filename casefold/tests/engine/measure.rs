//! Measurements behind the work-arounds. Slow: `CASEFOLD_MEASURE=1 cargo test --release -p casefold
//! --test engine measure -- --nocapture --test-threads 1`.

use std::time::Instant;

use futures::StreamExt;

use crate::support::{self, Shard, World, number, put};

fn wanted() -> bool {
    let wanted = std::env::var_os("CASEFOLD_MEASURE").is_some();
    if !wanted {
        println!("skipped: set CASEFOLD_MEASURE=1");
    }
    wanted
}

async fn put_many(db: &aws_sdk_dynamodb::Client, from: u64, to: u64) {
    let body = "x".repeat(1000);
    let puts = (from..to).map(|i| {
        let body = &body;
        async move { put(db, "Events", &format!("CASE#{}", i / 5), i % 5, body).await }
    });
    futures::stream::iter(puts)
        .buffer_unordered(16)
        .collect::<()>()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_stay_flat_as_the_stream_grows_and_while_it_is_trimmed() {
    if !wanted() {
        return;
    }
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    let arn = support::create_table(&db, "Events").await;
    for round in 0..5 {
        if round == 3 {
            engine.index_parallel_scan("Events").unwrap();
            println!("-- with the index for parallel scans");
        }
        let begun = Instant::now();
        put_many(&db, round * 10_000, (round + 1) * 10_000).await;
        println!(
            "{:>6} items: {:.0} puts/s",
            (round + 1) * 10_000,
            10_000.0 / begun.elapsed().as_secs_f64()
        );
    }
    let begun = Instant::now();
    let shard = Shard::of(engine.endpoint_url(), &arn).await;
    println!("DescribeStream at 50,000 records: {:?}", begun.elapsed());

    let last = number(shard.all().await.last().unwrap()).to_owned();
    let newest = shard
        .client
        .describe_stream()
        .stream_arn(&arn)
        .send()
        .await
        .unwrap();
    let newest = newest.stream_description.unwrap().shards.unwrap().remove(0);
    let newest = newest
        .sequence_number_range
        .unwrap()
        .ending_sequence_number
        .unwrap();
    assert!(newest > last);
    let begun = Instant::now();
    let trimming = std::thread::spawn(move || {
        let trimmed = engine.trim_stream("Events", &newest).unwrap();
        (engine, trimmed, begun.elapsed())
    });
    put_many(&db, 50_000, 60_000).await;
    println!(
        "while trimming: {:.0} puts/s",
        10_000.0 / begun.elapsed().as_secs_f64()
    );
    let (_engine, trimmed, took) = trimming.join().unwrap();
    println!("trimmed {trimmed} in {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parallel_scan_is_faster_with_its_index_and_a_limit() {
    if !wanted() {
        return;
    }
    let world = World::new();
    let engine = world.engine();
    let db = support::dynamodb(engine.endpoint_url());
    support::create_table(&db, "Events").await;
    put_many(&db, 0, 60_000).await;
    for (what, limit) in [
        ("no index, no limit", None),
        ("no index, limit 500", Some(500)),
    ] {
        scan(&db, what, limit).await;
    }
    engine.index_parallel_scan("Events").unwrap();
    for (what, limit) in [("index, no limit", None), ("index, limit 500", Some(500))] {
        scan(&db, what, limit).await;
    }
}

async fn scan(db: &aws_sdk_dynamodb::Client, what: &str, limit: Option<i32>) {
    let begun = Instant::now();
    let scans = (0..8).map(|segment| async move {
        let (mut count, mut start) = (0, None);
        loop {
            let page = db
                .scan()
                .table_name("Events")
                .segment(segment)
                .total_segments(8);
            let page = page
                .set_limit(limit)
                .set_exclusive_start_key(start)
                .send()
                .await
                .unwrap();
            count += page.items().len();
            start = page.last_evaluated_key;
            if start.is_none() {
                return count;
            }
        }
    });
    let found: usize = futures::future::join_all(scans).await.into_iter().sum();
    let took = begun.elapsed();
    println!(
        "{what}: {found} items in {took:.2?}, {:.0}/s",
        found as f64 / took.as_secs_f64()
    );
    assert_eq!(found, 60_000);
}
