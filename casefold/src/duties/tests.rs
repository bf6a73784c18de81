use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use uuid::Uuid;

use super::*;
use crate::engine::Engine;

const HOURLY: Duty = Duty {
    name: "jobs",
    every: Duration::from_secs(3_600),
};

/// A clock that is set by hand.
#[derive(Default)]
struct ByHand(AtomicI64);

impl Clock for ByHand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        unreachable!("no ids are made")
    }
}

/// Counts how often it was done, and does it as it is told.
struct Counting {
    done: AtomicU32,
    did: Did,
}

#[async_trait]
impl Work for Counting {
    async fn work(&self, _: &watch::Receiver<bool>) -> Did {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.did
    }
}

/// Work that never ends.
struct Endless;

#[async_trait]
impl Work for Endless {
    async fn work(&self, _: &watch::Receiver<bool>) -> Did {
        std::future::pending().await
    }
}

struct World {
    clock: Arc<ByHand>,
    store: Arc<DynamoStore>,
    _engine: Engine,
    _dir: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::start(dir.path()).unwrap();
        let config = Config::for_endpoint(engine.endpoint_url(), "court");
        let store = DynamoStore::new(&sdk_config(&config).await, &config);
        store.create_tables().await.unwrap();
        Self {
            clock: Arc::default(),
            store: Arc::new(store),
            _engine: engine,
            _dir: dir,
        }
    }

    fn process(&self, name: &str) -> Duties {
        Duties::new(self.store.clone(), self.clock.clone(), Some(name))
    }

    fn later(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

fn work(did: Did) -> Counting {
    Counting {
        done: AtomicU32::new(0),
        did,
    }
}

async fn once(duties: &Duties, work: &dyn Work) -> Duration {
    let (_stop, mut stopped) = watch::channel(false);
    duties.once(HOURLY, work, &mut stopped).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_one_does_it_in_its_time() {
    let world = World::new().await;
    let (ada, ben) = (world.process("ada"), world.process("ben"));
    let jobs = work(Did::It);

    assert_eq!(once(&ada, &jobs).await, HOURLY.every);
    world.later(600);
    assert_eq!(once(&ben, &jobs).await, Duration::from_secs(3_000));
    assert_eq!(jobs.done.load(Ordering::Relaxed), 1);

    world.later(3_000);
    assert_eq!(once(&ben, &jobs).await, HOURLY.every);
    assert_eq!(once(&ada, &jobs).await, HOURLY.every);
    assert_eq!(jobs.done.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_as_due_as_before() {
    let world = World::new().await;
    let (failing, working) = (work(Did::Nothing), work(Did::It));
    assert_eq!(once(&world.process("ada"), &failing).await, LOOK_AGAIN);
    assert_eq!(once(&world.process("ben"), &working).await, HOURLY.every);
    assert_eq!(working.done.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_is_at_is_left_to_it_until_its_lease_has_ended() {
    let world = World::new().await;
    let (ada, ben) = (world.process("ada"), world.process("ben"));
    // Ada dies at it.
    let dying = tokio::time::timeout(Duration::from_millis(500), once(&ada, &Endless)).await;
    assert!(dying.is_err());
    let jobs = work(Did::It);
    world.later(29);
    assert_eq!(once(&ben, &jobs).await, LOOK_AGAIN);
    assert_eq!(jobs.done.load(Ordering::Relaxed), 0);
    world.later(1);
    assert_eq!(once(&ben, &jobs).await, HOURLY.every);
    assert_eq!(jobs.done.load(Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_broken_off_is_given_back_undone() {
    let world = World::new().await;
    let (stop, mut stopped) = watch::channel(false);
    let ada = world.process("ada");
    let (pause, ()) = tokio::join!(ada.once(HOURLY, &Endless, &mut stopped), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stop.send_replace(true);
    });
    assert_eq!(pause.unwrap(), LOOK_AGAIN);
    let jobs = work(Did::It);
    assert_eq!(once(&world.process("ben"), &jobs).await, HOURLY.every);
}

#[test]
fn a_clock_that_was_set_back_is_not_waited_for() {
    let noted = text(Timestamp::from_millis(90_000_000)).unwrap();
    let now = Timestamp::from_millis(0);
    assert_eq!(left(HOURLY, Some(&noted), now), Some(HOURLY.every));
    assert_eq!(left(HOURLY, Some("of another build"), now), None);
    assert_eq!(left(HOURLY, None, now), None);
}
