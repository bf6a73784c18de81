//! Following generations: what a process knows of them, and for how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{EventStore, Generation, GenerationStore};
use casefold_shared::generations::change::{StepError, change, step};
use casefold_shared::generations::follow::{Followed, Follower};
use casefold_shared::generations::{Generations, KNOWN_FOR, NotSafe, Reconciled, Stage};
use futures::future::join_all;
use uuid::Uuid;

use super::generations::{first, mark, of_cases, operation};
use crate::support::Court;
use crate::support::history::{at, chain, docket, petition};

const SECOND: Generation = Generation(2);
const THIRD: Generation = Generation(3);
const FOURTH: Generation = Generation(4);

/// A clock that stands still until it is moved, and gives ids that no other clock gives.
pub(super) struct MovingClock {
    millis: AtomicI64,
    of: u64,
    ids: AtomicU64,
}

impl MovingClock {
    /// The `of`th clock, at this second.
    pub(super) fn at(second: u64, of: u64) -> Self {
        Self {
            millis: AtomicI64::new(at(second).as_millis()),
            of,
            ids: AtomicU64::new(0),
        }
    }

    fn go(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for MovingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(u128::from(self.of) << 64 | u128::from(id))
    }
}

/// Deletes the one item of a partition.
pub(super) async fn delete(court: &Court, table: &str, partition: &str) {
    let client = court.client().await;
    let found = client
        .query()
        .table_name(table)
        .key_condition_expression("pk = :partition")
        .expression_attribute_values(":partition", AttributeValue::S(partition.to_owned()));
    let mut items = found.send().await.unwrap().items.unwrap_or_default();
    assert_eq!(items.len(), 1, "{partition}");
    let sort = items.remove(0).remove("sk").unwrap();
    let delete = client
        .delete_item()
        .table_name(table)
        .key("pk", AttributeValue::S(partition.to_owned()))
        .key("sk", sort);
    delete.send().await.unwrap();
}

/// A court, a clock, and a process that follows the generations of cases.
struct World {
    court: Court,
    clock: Arc<MovingClock>,
    store: Arc<DynamoStore>,
    follower: Follower,
}

impl World {
    /// Of a build that knows the second and the third generation.
    async fn open() -> Self {
        let court = Court::open().await;
        let clock = Arc::new(MovingClock::at(1_000, 1));
        let store = Arc::new(court.store.counted_apart());
        let follower = follower(&store, &clock);
        Self {
            court,
            clock,
            store,
            follower,
        }
    }

    /// In a court that has these generations, with their contents.
    async fn with(generations: Generations) -> Self {
        let world = Self::open().await;
        for (generation, standing) in &generations.standing {
            let id = of_cases(generation.0);
            let marked = world.court.store.contents_mark(id, standing.contents).await;
            assert_eq!(marked.unwrap(), standing.contents);
        }
        let store = &world.court.store;
        let operation = operation(1);
        let put = store.generations_put("case", &generations, None, &operation);
        assert!(put.await.unwrap());
        world
    }

    async fn followed(&self) -> (Generation, bool) {
        let Followed {
            generation,
            is_whole,
        } = self.follower.followed().await.unwrap();
        (generation, is_whole)
    }

    async fn change(&self, step: impl Fn(Generations) -> Generations) {
        let step = |it| Some(step(it));
        change(&self.court.store, "case", step, || operation(2))
            .await
            .unwrap();
    }

    fn go_past_what_is_known(&self) {
        self.clock.go(i64::try_from(KNOWN_FOR.as_millis()).unwrap());
    }

    /// When commits of a generation were last passed by, as far as is noted.
    async fn missed(&self, generation: Generation) -> Option<Timestamp> {
        let found = self.court.store.generations_get("case").await.unwrap();
        let generations = found.unwrap().generations;
        generations.of(generation).unwrap().missed_at
    }

    /// How often that was noted.
    async fn notes(&self) -> usize {
        let operations = self.court.store.operations(100).await.unwrap();
        operations
            .iter()
            .filter(|it| it.operation == "miss")
            .count()
    }
}

fn follower(store: &Arc<DynamoStore>, clock: &Arc<MovingClock>) -> Follower {
    let known = vec![SECOND, THIRD];
    Follower::new(store.clone(), store.clone(), clock.clone(), "case", known)
}

/// A generation is begun, completed and reconciled clean.
fn ready(generations: Generations, generation: Generation) -> Generations {
    let contents = mark(u64::from(generation.0));
    let found = Reconciled {
        at: at(3),
        cases: 1,
        differences: 0,
    };
    let begun = generations.begin(generation, 8, contents, at(1)).unwrap();
    let complete = begun.complete(generation, contents, at(2)).unwrap();
    complete.reconcile(generation, contents, found).unwrap()
}

fn switched(generations: Generations, to: Generation) -> Generations {
    generations.switch(to, at(4)).unwrap()
}

#[tokio::test]
async fn a_process_reads_once_and_goes_by_it_for_a_while_and_then_follows() {
    let world = World::with(ready(first(2), THIRD)).await;
    let asked = join_all((0..16).map(|_| world.followed())).await;
    assert_eq!(asked, vec![(SECOND, true); 16]);
    assert_eq!(world.store.consumed().requests, 2, "pointer and mark, once");

    world.change(|it| switched(it, THIRD)).await;
    let known_for = i64::try_from(KNOWN_FOR.as_millis()).unwrap();
    world.clock.go(known_for - 1);
    assert_eq!(world.followed().await, (SECOND, true));
    assert_eq!(world.follower.live().await.unwrap(), [SECOND, THIRD]);
    assert_eq!(world.store.consumed().requests, 2);

    world.clock.go(1);
    assert_eq!(world.followed().await, (THIRD, true));
    assert_eq!(world.store.consumed().requests, 4);
}

#[tokio::test]
async fn a_clock_that_was_set_back_or_what_is_forgotten_is_read_anew() {
    let world = World::with(ready(first(2), THIRD)).await;
    assert_eq!(world.followed().await, (SECOND, true));
    world.change(|it| switched(it, THIRD)).await;

    world.clock.go(-1);
    assert_eq!(world.followed().await, (THIRD, true));

    world.change(|it| it.roll_back(at(5)).unwrap()).await;
    assert_eq!(world.followed().await, (THIRD, true));
    world.follower.forget().await;
    assert_eq!(world.followed().await, (SECOND, true));
}

#[tokio::test]
async fn a_new_court_is_whole_and_one_that_lost_its_generations_is_not() {
    let world = World::open().await;
    assert_eq!(world.followed().await, (THIRD, true));
    assert_eq!(world.follower.live().await.unwrap(), [THIRD]);

    let commit = &chain(docket(101), [vec![petition()]])[0];
    world.court.store.commit_append(commit).await.unwrap();
    let control = &world.court.store.tables().control;
    delete(&world.court, control, "PROJECTION#case").await;
    world.go_past_what_is_known();

    assert_eq!(world.followed().await, (THIRD, false));
}

#[tokio::test]
async fn a_generation_is_not_whole_while_it_is_being_built() {
    let contents = mark(3);
    let begun = Generations::unfilled(THIRD, contents, at(0));
    let world = World::with(begun).await;
    assert_eq!(world.followed().await, (THIRD, false));

    world
        .change(|it| it.complete(THIRD, contents, at(1)).unwrap())
        .await;
    world.go_past_what_is_known();
    assert_eq!(world.followed().await, (THIRD, true));
}

#[tokio::test]
async fn a_generation_is_not_whole_when_the_mark_of_its_contents_is_gone_or_another() {
    let world = World::with(first(3)).await;
    assert_eq!(world.followed().await, (THIRD, true));
    let snapshots = &world.court.store.tables().snapshots;
    delete(&world.court, snapshots, "contents@case@3").await;

    world.go_past_what_is_known();
    assert_eq!(world.followed().await, (THIRD, false));

    let anew = world.court.store.contents_mark(of_cases(3), mark(9)).await;
    assert_eq!(anew.unwrap(), mark(9));
    world.go_past_what_is_known();
    assert_eq!(world.followed().await, (THIRD, false));
}

#[tokio::test]
async fn a_build_that_does_not_know_the_active_generation_reads_the_newest_it_knows() {
    let newer = switched(ready(ready(first(2), THIRD), FOURTH), FOURTH);
    let retired = newer.clone().retire(THIRD, at(5)).unwrap();
    let mut all_retired = retired.clone();
    all_retired.standing.get_mut(&SECOND).unwrap().stage = Stage::Retired;
    let building = switched(ready(first(2), FOURTH), FOURTH);
    let building = building.begin(THIRD, 8, mark(3), at(5)).unwrap();

    for (generations, expected) in [
        (newer, (THIRD, true)),
        (retired, (SECOND, true)),
        // One that has every case is better than a newer one that has not.
        (building, (SECOND, true)),
        // There is nothing better, and nobody takes it for whole.
        (all_retired, (THIRD, false)),
    ] {
        let world = World::with(generations).await;
        assert_eq!(world.followed().await, expected);
    }
}

#[tokio::test]
async fn commits_that_are_passed_by_are_noted_again_after_a_while_and_not_before() {
    // Given a generation of a later build, beside the one that readers follow
    let world = World::with(ready(first(3), FOURTH)).await;
    assert_eq!(world.follower.live().await.unwrap(), [THIRD]);
    assert_eq!(world.notes().await, 0, "reading passes nothing by");

    // When projectors of this build acknowledge commits
    let noted_at = world.clock.now();
    let other = follower(&world.store, &world.clock);
    for _ in 0..3 {
        for follower in [&world.follower, &other] {
            let live = follower.live_for_projecting().await.unwrap();
            assert_eq!(live, [THIRD]);
        }
        world.go_past_what_is_known();
    }

    // Then that is noted, once, and nobody is switched.
    assert_eq!(world.missed(FOURTH).await, Some(noted_at));
    assert_eq!(world.missed(THIRD).await, None);
    assert_eq!(world.notes().await, 1);
    let now = world.clock.now();
    let to_it = |it: Generations| it.switch(FOURTH, now);
    let refused = step(&world.court.store, "case", to_it, |_, _| operation(3)).await;
    let Err(StepError::NotSafe(why)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(why, NotSafe::Missed(FOURTH, noted_at));

    // And again after a while, whatever a reconciliation has found meanwhile.
    let found = Reconciled {
        at: now,
        cases: 1,
        differences: 0,
    };
    world
        .change(|it| it.reconcile(FOURTH, mark(4), found).unwrap())
        .await;
    for _ in 0..6 {
        world.go_past_what_is_known();
    }
    world.follower.live_for_projecting().await.unwrap();
    assert_eq!(world.missed(FOURTH).await, Some(world.clock.now()));
    assert_eq!(world.notes().await, 2);
}

#[tokio::test]
async fn every_generation_whose_commits_are_passed_by_is_noted_before_that() {
    let fifth = Generation(5);
    let world = World::with(ready(ready(first(3), FOURTH), fifth)).await;

    let live = world.follower.live_for_projecting().await.unwrap();

    assert_eq!(live, [THIRD]);
    let now = Some(world.clock.now());
    assert_eq!(world.missed(FOURTH).await, now);
    assert_eq!(world.missed(fifth).await, now);
    assert_eq!(world.notes().await, 2);
}

#[tokio::test]
async fn projectors_that_pass_commits_by_at_once_note_it_once() {
    let world = World::with(ready(first(3), FOURTH)).await;
    let followers: Vec<_> = (0..4)
        .map(|_| follower(&world.store, &world.clock))
        .collect();

    let asked = (0..16).map(|n| followers[n % 4].live_for_projecting());
    for live in join_all(asked).await {
        assert_eq!(live.unwrap(), [THIRD]);
    }

    assert_eq!(world.missed(FOURTH).await, Some(world.clock.now()));
    assert_eq!(world.notes().await, 1);
}

#[tokio::test]
async fn a_projector_notes_nothing_of_generations_that_it_knows_or_that_are_retired() {
    let retired = ready(first(3), FOURTH).retire(FOURTH, at(5)).unwrap();
    let world = World::with(ready(retired, SECOND)).await;

    let live = world.follower.live_for_projecting().await.unwrap();

    assert_eq!(live, [SECOND, THIRD]);
    assert_eq!(world.notes().await, 0);
}
