//! Several processes on one stream.

use std::time::Duration;

use casefold::feed::reader::Step;
use tokio::sync::watch;

use crate::fake::text;
use crate::support::Court;
use crate::world::{LASTS, Member, World};

/// A world of so many open shards.
async fn world_of(court: &Court, shards: usize) -> World {
    let world = World::new(court).await;
    let names: Vec<String> = (0..shards).map(|n| format!("part-{n}")).collect();
    world
        .fake
        .begin_stream(&names.iter().map(String::as_str).collect::<Vec<_>>());
    world
}

/// Everybody looks, often enough for what is given back to be taken.
async fn settle(members: &mut [&mut Member]) -> Vec<usize> {
    for _ in 0..3 {
        for member in &mut *members {
            member.look().await.unwrap();
        }
    }
    members.iter().map(|it| it.readers.len()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_join_and_leave_have_equal_shares() {
    let court = Court::open().await;
    let world = world_of(&court, 7).await;
    let (mut ada, mut ben, mut ida) = (
        world.member("ada"),
        world.member("ben"),
        world.member("ida"),
    );
    assert_eq!(settle(&mut [&mut ada]).await, [7]);
    assert_eq!(settle(&mut [&mut ada, &mut ben]).await, [4, 3]);
    assert_eq!(settle(&mut [&mut ada, &mut ben, &mut ida]).await, [3, 2, 2]);
    // Nothing changes hands where nothing has changed.
    let before = ben.shards().join(" ");
    settle(&mut [&mut ada, &mut ben, &mut ida]).await;
    assert_eq!(ben.shards().join(" "), before);

    ada.leave().await;
    assert_eq!(settle(&mut [&mut ben, &mut ida]).await, [4, 3]);
    ben.leave().await;
    assert_eq!(settle(&mut [&mut ida]).await, [7]);
    ida.leave().await;
    let left = world.leases().await;
    assert!(
        left.iter().all(|name| name.starts_with("shard/")),
        "{left:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_may_read_few_leaves_the_rest_to_others() {
    let court = Court::open().await;
    let world = world_of(&court, 5).await;
    let mut ada = world.member_of_at_most("ada", Some(1));
    let mut ben = world.member("ben");
    assert_eq!(settle(&mut [&mut ada]).await, [1]);
    assert_eq!(settle(&mut [&mut ada, &mut ben]).await, [1, 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_process_read_is_taken_over_once_its_leases_have_ended() {
    let court = Court::open().await;
    let world = world_of(&court, 4).await;
    let (mut ada, mut ben) = (world.member("ada"), world.member("ben"));
    settle(&mut [&mut ada, &mut ben]).await;
    let mut numbers = Vec::new();
    for n in 0..4 {
        numbers.extend(world.fake.append(&format!("part-{n}"), 5));
    }
    let of_ada: Vec<String> = ada.readers.keys().cloned().collect();
    for shard in &of_ada {
        ada.step(shard).await.unwrap();
    }
    drop(ada);

    world.later(LASTS / 2);
    ben.drain().await;
    assert_eq!(ben.readers.len(), 2, "her leases haven't ended");
    world.later(LASTS / 2);
    ben.drain().await;

    assert_eq!(ben.readers.len(), 4);
    let mut delivered = world.numbers();
    delivered.sort_unstable();
    assert_eq!(
        delivered, numbers,
        "each once: she had written how far she was"
    );
    let alive = world.leases().await;
    assert!(!alive.contains(&"process/ada".to_owned()), "{alive:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_held_up_beyond_its_lease_writes_no_checkpoint_and_stops() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let numbers = world.fake.append("shard-0", 9);
    let (mut ada, mut ben) = (world.member("ada"), world.member("ben"));
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();

    // She is held up in the midst of a batch, and somebody goes on meanwhile.
    ada.gate.shut();
    let mut reader = ada.readers.remove("shard-0").unwrap();
    let step = tokio::spawn(async move {
        let (_keep, mut stop) = watch::channel(false);
        let step = reader.step(&mut stop).await;
        (reader, step)
    });
    while !ada.gate.is_waited_at() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    world.later(LASTS);
    ben.drain().await;
    assert_eq!(world.places().await["shard-0"]["after"], text(numbers[8]));

    ada.gate.open();
    let (reader, step) = step.await.unwrap();
    let step = ada.after(reader, step).await.unwrap();
    assert_eq!(step, Step::TakenOver);
    assert_eq!(ada.readers.len(), 0);
    assert_eq!(world.places().await["shard-0"]["after"], text(numbers[8]));

    // She registers again, and is a process like another.
    ada.look().await.unwrap();
    assert!(world.leases().await.contains(&"process/ada".to_owned()));
    ben.leave().await;
    ada.drain().await;
    assert_eq!(ada.shards(), ["shard-0"]);
    let mut all = world.numbers();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all, numbers);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_held_up_between_batches_reads_nothing_more() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 9);
    let (mut ada, mut ben) = (world.member("ada"), world.member("ben"));
    ada.look().await.unwrap();
    ada.step("shard-0").await.unwrap();
    world.later(LASTS);
    ben.drain().await;
    let before = world.numbers();
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::TakenOver);
    assert_eq!(world.numbers(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_waits_for_its_parent_in_another_process() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let parent = world.fake.append("shard-0", 2);
    let (mut ada, mut ben) = (world.member("ada"), world.member("ben"));
    ada.look().await.unwrap();
    world.fake.close("shard-0", &["left", "right"]);
    let children = [world.fake.append("left", 1), world.fake.append("right", 1)].concat();
    ben.drain().await;
    assert_eq!(ben.readers.len(), 0);
    assert_eq!(ada.step("shard-0").await.unwrap(), Step::Ended);
    settle(&mut [&mut ben, &mut ada]).await;
    assert_eq!((ada.readers.len(), ben.readers.len()), (1, 1));
    ada.drain().await;
    ben.drain().await;
    let mut delivered = world.numbers();
    delivered[2..].sort_unstable();
    assert_eq!(delivered, [parent, children].concat());
}
