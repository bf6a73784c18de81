//! What a process costs that has nothing to do: docs/without-lambda.md states it.

use std::time::Duration;

use crate::support::Court;
use crate::world::{LASTS, World};

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_hour_of_four_shards_costs_what_the_guide_says() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.begin_stream(&["a", "b", "c", "d"]);
    let mut ada = world.member("ada");
    ada.drain().await;
    let before = court.store.consumed();
    let every = LASTS / 6;
    for _ in 0..Duration::from_secs(3_600).as_secs() / every.as_secs() {
        world.later(every);
        ada.look().await.unwrap();
        for shard in ["a", "b", "c", "d"] {
            ada.step(shard).await.unwrap();
        }
    }
    let cost = court.store.consumed() - before;

    println!(
        "{} read units, {} write units",
        cost.read_units, cost.write_units
    );
    // One strongly consistent read of a few leases each five seconds; five leases are kept, each
    // every ten seconds.
    assert_eq!(cost.read_units, 720.0);
    assert_eq!(cost.write_units, 5.0 * 360.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_an_idle_shard_neither_reads_nor_writes_a_lease() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    let mut ada = world.member("ada");
    ada.drain().await;
    let before = court.store.consumed();
    for _ in 0..40 {
        ada.step("shard-0").await.unwrap();
    }
    assert_eq!((court.store.consumed() - before).requests, 0);
}
