//! A feed as it runs: its tasks, its pauses, and its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casefold::feed::reader::Step;
use casefold::feed::{Feed, Holding, Sharing, Until};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{LeaseStore, Term};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::Court;
use crate::world::{Gate, World};

/// How long something may take on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A feed that runs, and what it says of itself.
struct Running {
    stop: watch::Sender<bool>,
    holding: watch::Receiver<Holding>,
    task: JoinHandle<()>,
}

impl Running {
    fn begin(feed: Feed) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (tell, holding) = watch::channel(Holding::default());
        let feed = feed.telling(tell);
        let task = tokio::spawn(async move { feed.run(Until::Stopped, stopped).await });
        Self {
            stop,
            holding,
            task,
        }
    }

    async fn until(&mut self, is_so: impl Fn(&Holding) -> bool) {
        let told = self.holding.wait_for(is_so);
        tokio::time::timeout(PATIENCE, told).await.unwrap().unwrap();
    }

    async fn end(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .unwrap()
            .unwrap();
    }
}

async fn delivered(world: &World, numbers: &[u64]) {
    let since = Instant::now();
    loop {
        let mut delivered = world.numbers();
        delivered.sort_unstable();
        delivered.dedup();
        if delivered == numbers {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{delivered:?} of {numbers:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_feeds_read_whatever_comes_while_requests_fail_and_give_all_back_at_their_end() {
    let court = Court::open().await;
    let mut world = World::new(&court).await;
    world.lasts = Duration::from_millis(300);
    let world = Arc::new(world);
    let clock = tokio::spawn({
        let world = world.clone();
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                world.later(Duration::from_millis(5));
            }
        }
    });
    world.fake.begin_stream(&["a", "b"]);
    let feed = |name| world.feed(name, Sharing::default(), &Gate::default());
    let mut ada = Running::begin(feed("ada"));
    ada.until(|it| it.shards == ["a", "b"] && it.processes == 1)
        .await;
    let mut ben = Running::begin(feed("ben"));
    ben.until(|it| it.shards.len() == 1 && it.processes == 2)
        .await;

    let mut numbers = Vec::new();
    for round in 0..20 {
        for shard in world.fake.open_shards() {
            numbers.extend(world.fake.append(&shard, 3));
        }
        match round {
            4 => world.fake.refuse("GetRecords", "InternalServerError"),
            6 => world.fake.refuse("GetRecords", "LimitExceededException"),
            8 => world.fake.expire_iterators(),
            10 => world.fake.close("a", &["a-0", "a-1"]),
            12 => world.fake.refuse("DescribeStream", "InternalServerError"),
            14 => world.fake.refuse("GetShardIterator", "InternalServerError"),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    delivered(&world, &numbers).await;

    ben.end().await;
    ada.until(|it| it.shards == ["a-0", "a-1", "b"] && it.processes == 1)
        .await;
    let more = world.fake.append("a-1", 3);
    delivered(&world, &[numbers, more].concat()).await;
    ada.end().await;
    clock.abort();
    let left = world.leases().await;
    assert_eq!(left, ["shard/a", "shard/a-0", "shard/a-1", "shard/b"]);
    // Whoever comes next waits for no lease's end.
    let mut ida = world.member("ida");
    ida.look().await.unwrap();
    assert_eq!(ida.shards(), ["a-0", "a-1", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_drains_what_is_there_and_ends() {
    let court = Court::open().await;
    let world = World::new(&court).await;
    world.fake.append("shard-0", 4);
    world.fake.close("shard-0", &["left", "right"]);
    world.fake.append("left", 3);
    let (_keep, stopped) = watch::channel(false);
    let feed = world.feed("ada", Sharing::default(), &Gate::default());
    feed.run(Until::Drained, stopped).await;
    assert_eq!(world.numbers().len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_takes_long_keeps_its_lease_and_is_left_once_that_is_taken_over() {
    let court = Court::open().await;
    let mut world = World::new(&court).await;
    world.lasts = Duration::from_millis(300);
    world.fake.append("shard-0", 2);
    let mut ada = world.member("ada");
    ada.look().await.unwrap();
    ada.gate.shut();
    let mut reader = ada.readers.remove("shard-0").unwrap();
    let step = tokio::spawn(async move {
        let (_keep, mut stop) = watch::channel(false);
        reader.step(&mut stop).await
    });
    let group = world.group();
    let term = |world: &World| {
        let now = world.clock.now();
        Term {
            owner: "ben",
            now,
            until: now,
        }
    };
    for _ in 0..5 {
        // Kept every 100 ms: time goes by, and her lease doesn't end.
        world.later(Duration::from_millis(200));
        tokio::time::sleep(Duration::from_millis(250)).await;
        let taken = world
            .store
            .lease_take(&group, "shard/shard-0", term(&world));
        assert_eq!(taken.await.unwrap(), None);
    }
    assert!(!step.is_finished());

    world.later(Duration::from_secs(60));
    let taken = world
        .store
        .lease_take(&group, "shard/shard-0", term(&world))
        .await;
    // She may just have kept it.
    if taken.unwrap().is_none() {
        world.later(Duration::from_secs(60));
        let taken = world
            .store
            .lease_take(&group, "shard/shard-0", term(&world))
            .await;
        assert!(taken.unwrap().is_some());
    }
    let step = tokio::time::timeout(Duration::from_secs(5), step).await;
    assert_eq!(
        step.unwrap().unwrap().unwrap(),
        Step::TakenOver,
        "the gate is still shut"
    );
}
