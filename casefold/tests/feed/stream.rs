//! What a stream of AWS does, and what the feed makes of it.

use std::time::Duration;

use casefold::feed::FeedError;
use casefold::feed::reader::Step;
use casefold::feed::source::SourceError;
use serde_json::json;

use crate::fake::text;
use crate::support::Court;
use crate::world::{LASTS, World};

/// Where the first record of each shard is among those delivered.
fn place_of(delivered: &[u64], number: u64) -> usize {
    delivered.iter().position(|it| *it == number).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_are_split_and_all_is_delivered_parents_before_children() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let parent = world.fake.append("shard-0", 7);
    world.fake.close("shard-0", &["left", "right"]);
    let left = world.fake.append("left", 4);
    let right = world.fake.append("right", 4);
    world.fake.close("left", &["left-0", "left-1"]);
    let grandchild = world.fake.append("left-1", 2);

    let mut ada = world.member("ada");
    ada.drain().await;

    let delivered = world.numbers();
    assert_eq!(delivered.len(), 17, "each of them once: {delivered:?}");
    for child in [&left, &right] {
        assert!(place_of(&delivered, child[0]) > place_of(&delivered, parent[6]));
    }
    assert!(place_of(&delivered, grandchild[0]) > place_of(&delivered, left[3]));
    // Five shards came in three pages.
    assert_eq!(ada.shards(), ["left-0", "left-1", "right"]);
    assert!(world.fake.asked("DescribeStream") >= 3 * world.fake.asked("ListStreams") - 6);
    let places = world.places().await;
    assert_eq!(places["shard-0"]["ended"], true);
    assert_eq!(places["shard-0"]["after"], text(parent[6]));
    assert_eq!(places["left-0"]["after"], json!(null));
    assert_eq!(world.passed_by_at().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_to_its_end_is_not_read_again_after_a_restart() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 4);
    world.fake.close("shard-0", &["child"]);
    world.fake.append("child", 3);
    let mut ada = world.member("ada");
    ada.drain().await;
    ada.leave().await;
    let before = world.numbers();

    let mut ben = world.member("ben");
    ben.drain().await;
    assert_eq!(world.numbers(), before);
    let next = world.fake.append("child", 1);
    ben.drain().await;
    assert_eq!(world.numbers(), [before, next].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_claims_to_end_is_read_on_while_it_is_open() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.show_empty_pages();
    let mut ada = world.member("ada");
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.extend(world.fake.append("shard-0", 5));
        ada.drain().await;
    }
    assert_eq!(world.numbers(), numbers);
    assert_eq!(world.places().await["shard-0"]["ended"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_iterator_expires_it_is_begun_again_at_the_checkpoint() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 8);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::Delivered);
    world.fake.expire_iterators();
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::Again);
    ada.drain().await;
    assert_eq!(world.numbers(), numbers, "none is lost, none comes twice");
    assert_eq!(world.passed_by_at().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_throttled_is_asked_for_again_where_it_was() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 5);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::Delivered);
    for error in [
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
    ] {
        world.fake.refuse("GetRecords", error);
        let step = ada.step("shard-0").await;
        let Err(FeedError::Source(SourceError::Throttled { what, .. })) = step else {
            panic!("{step:?}");
        };
        assert_eq!(what, "GetRecords");
    }
    ada.drain().await;
    assert_eq!(world.numbers(), numbers);
    assert_eq!(world.fake.asked("GetShardIterator"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_another_reason_is_tried_again_from_the_checkpoint() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 5);
    let mut ada = world.member("ada");
    for operation in ["ListStreams", "DescribeStream"] {
        world.fake.refuse(operation, "InternalServerError");
        assert!(ada.look().await.is_err());
    }
    ada.look().await.unwrap();
    for operation in ["GetShardIterator", "GetRecords"] {
        world.fake.refuse(operation, "InternalServerError");
        assert!(ada.step("shard-0").await.is_err());
    }
    ada.drain().await;
    assert_eq!(world.numbers(), numbers);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_were_trimmed_unread_are_noted_and_what_is_left_is_read() {
    // While no process read: the checkpoint is gone.
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 9);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();
    ada.leave().await;
    assert_eq!(world.passed_by_at().await, None);
    world.fake.trim("shard-0", numbers[5]);
    world.later(Duration::from_secs(100_000));
    let mut ben = world.member("ben");
    ben.drain().await;
    assert_eq!(world.numbers(), [&numbers[..3], &numbers[6..]].concat());
    let first = world.passed_by_at().await;
    assert!(first.is_some());

    // While one read, slowly: the iterator is too old.
    let more = world.fake.append("shard-0", 9);
    ben.step("shard-0").await.unwrap();
    world.fake.trim("shard-0", more[7]);
    world.later(Duration::from_secs(100_000));
    ben.drain().await;
    assert_eq!(world.numbers()[6..], [&more[..3], &more[8..]].concat());
    assert!(world.passed_by_at().await > first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_passed_by_is_noted_before_anything_else_is_read() {
    let court = Court::open().await;
    let proxy = crate::support::faults::Proxy::before(&court.endpoint_url).await;
    let mut world = World::new(&court).await;
    world.store = std::sync::Arc::new(court.store_by_way_of(&proxy.endpoint_url).await);
    let numbers = world.fake.append("shard-0", 6);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();
    world.fake.trim("shard-0", numbers[4]);
    proxy.inject(
        "PutItem",
        crate::support::faults::Fault::Refuse("ResourceNotFoundException"),
    );
    assert!(ada.step("shard-0").await.is_err());
    assert_eq!(world.numbers(), numbers[..3]);
    assert_eq!(world.passed_by_at().await, None);
    ada.drain().await;
    assert_eq!(world.numbers(), [&numbers[..3], &numbers[5..]].concat());
    assert!(world.passed_by_at().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_disappears_is_noted_and_those_after_it_are_read() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 6);
    world.fake.close("shard-0", &["child"]);
    let children = world.fake.append("child", 2);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();
    world.fake.remove("shard-0");
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::Gone);
    ada.drain().await;
    assert_eq!(world.numbers().len(), 3, "the list is not believed at once");
    assert_eq!(world.passed_by_at().await, None);

    world.later(LASTS);
    ada.drain().await;
    assert!(world.passed_by_at().await.is_some());
    assert_eq!(world.numbers()[3..], children);
    assert_eq!(world.places().await.keys().collect::<Vec<_>>(), ["child"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_a_list_lacks_for_a_moment_is_neither_passed_by_nor_forgotten() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 6);
    world.fake.close("shard-0", &["child"]);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();
    ada.leave().await;
    world.fake.list("shard-0", false);
    let mut ben = world.member("ben");
    ben.drain().await;
    world.later(LASTS / 2);
    ben.drain().await;
    assert_eq!(ben.shards(), [""; 0], "its child waits for it");
    world.fake.list("shard-0", true);
    world.later(LASTS);
    ben.drain().await;
    assert_eq!(world.numbers(), numbers);
    assert_eq!(world.passed_by_at().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn leases_of_shards_that_were_read_and_are_gone_are_cleared_away() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 2);
    world.fake.close("shard-0", &["child"]);
    let mut ada = world.member("ada");
    ada.drain().await;
    world.fake.remove("shard-0");
    ada.drain().await;
    world.later(LASTS);
    ada.drain().await;
    assert_eq!(world.leases().await, ["process/ada", "shard/child"]);
    assert_eq!(world.passed_by_at().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_replaced_is_read_from_its_beginning_and_the_old_one_is_passed_by() {
    for shards in [["shard-0"], ["another"]] {
        let court = Court::open().await;
        let world = World::new(&court).await;
        let before = world.fake.append("shard-0", 5);
        let mut ada = world.member("ada");
        ada.look().await.unwrap();
        ada.step("shard-0").await.unwrap();

        world.fake.begin_stream(&shards);
        let after = world.fake.append(shards[0], 4);
        ada.drain().await;
        world.later(LASTS);
        ada.drain().await;

        assert_eq!(world.numbers(), [&before[..3], &after].concat());
        assert!(world.passed_by_at().await.is_some(), "{shards:?}");
        let places = world.places().await;
        assert_eq!(places.keys().collect::<Vec<_>>(), shards);
        assert_eq!(places[shards[0]]["after"], text(after[3]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_stream_that_had_ended_is_missed_by_nobody() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 2);
    world.fake.close("shard-0", &[]);
    let mut ada = world.member("ada");
    ada.drain().await;
    world.fake.begin_stream(&["shard-0"]);
    let after = world.fake.append("shard-0", 2);
    ada.drain().await;
    assert_eq!(world.numbers()[2..], after);
    assert_eq!(world.passed_by_at().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checkpoint_of_an_earlier_build_is_gone_on_from_once() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 6);
    world.put_old_checkpoint("shard-0", &text(numbers[3])).await;
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    // It is under the lease from the first moment on.
    assert_eq!(world.places().await["shard-0"]["after"], text(numbers[3]));
    ada.drain().await;
    assert_eq!(world.numbers(), numbers[4..]);
    ada.leave().await;
    let mut ben = world.member("ben");
    ben.drain().await;
    assert_eq!(world.numbers(), numbers[4..]);

    // What was kept for another stream's shard of this name says nothing of the next stream's.
    world.fake.begin_stream(&["shard-0"]);
    let next = world.fake.append("shard-0", 2);
    ben.drain().await;
    assert_eq!(world.numbers()[2..], next);
}
