//! Whatever happens in whatever order: processes look, read, are held up in the midst of a batch
//! and beyond their leases, die, leave and come; shards are split, iterators expire, requests
//! fail. `CASEFOLD_SCHEDULES` says how many schedules are tried.

use std::collections::BTreeMap;
use std::time::Duration;

use casefold::feed::FeedError;
use casefold::feed::reader::{ShardReader, Step};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::support::Court;
use crate::world::{LASTS, Member, World};

const PROCESSES: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Look(usize),
    /// The process reads a page of the nth of its shards.
    Step(usize, usize),
    /// The process begins to, and is held up after so many batches of it.
    BeginStep(usize, usize, usize),
    /// What held it up is over.
    EndStep(usize),
    /// The process is killed, and another begins in its place.
    Kill(usize),
    /// The same, in good order.
    Leave(usize),
    /// Records come into the nth open shard.
    Append(usize, usize),
    /// The nth open shard is followed by so many.
    Close(usize, usize),
    ExpireIterators,
    Fail(&'static str, &'static str),
    Later(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let process = 0..PROCESSES;
    let failing = prop_oneof![
        Just(("GetRecords", "InternalServerError")),
        Just(("GetRecords", "LimitExceededException")),
        Just(("GetShardIterator", "InternalServerError")),
        Just(("DescribeStream", "InternalServerError")),
    ];
    prop_oneof![
        6 => process.clone().prop_map(Act::Look),
        12 => (process.clone(), 0..4_usize).prop_map(|(p, n)| Act::Step(p, n)),
        3 => (process.clone(), 0..4_usize, 0..2_usize).prop_map(|(p, n, of)| Act::BeginStep(p, n, of)),
        2 => process.clone().prop_map(Act::EndStep),
        1 => process.clone().prop_map(Act::Kill),
        1 => process.prop_map(Act::Leave),
        6 => (0..6_usize, 1..6_usize).prop_map(|(n, of)| Act::Append(n, of)),
        2 => (0..6_usize, 1..3_usize).prop_map(|(n, of)| Act::Close(n, of)),
        1 => Just(Act::ExpireIterators),
        1 => failing.prop_map(|(on, error)| Act::Fail(on, error)),
        3 => (1..40_u64).prop_map(Act::Later),
    ]
}

/// A step that is held up.
type HeldUp = JoinHandle<(ShardReader, Result<Step, FeedError>)>;

struct Actor {
    member: Member,
    held_up: Option<HeldUp>,
}

/// Processes on a stream, and what was written of each shard last.
struct Play {
    world: World,
    actors: Vec<Actor>,
    begun: usize,
    written: BTreeMap<String, (u64, bool)>,
}

impl Play {
    async fn of(court: &Court) -> Self {
        let world = World::new(court).await;
        let mut play = Self {
            world,
            actors: Vec::new(),
            begun: 0,
            written: BTreeMap::new(),
        };
        for _ in 0..PROCESSES {
            let actor = play.another();
            play.actors.push(actor);
        }
        play
    }

    fn another(&mut self) -> Actor {
        self.begun += 1;
        Actor {
            member: self.world.member(&format!("process-{}", self.begun)),
            held_up: None,
        }
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Look(process) => {
                let actor = &mut self.actors[*process];
                // One that is held up in a batch looks all the same, and knows what it reads; here
                // it is held up as a whole.
                if actor.held_up.is_none() {
                    // It fails where a request was to fail.
                    let _ = actor.member.look().await;
                }
            }
            Act::Step(process, nth) => {
                let actor = &mut self.actors[*process];
                if actor.held_up.is_none()
                    && let Some(shard) = nth_of(&actor.member, *nth)
                {
                    // It fails where a request was to fail.
                    let _ = actor.member.step(&shard).await;
                }
            }
            Act::BeginStep(process, nth, batches) => {
                let actor = &mut self.actors[*process];
                if actor.held_up.is_none()
                    && let Some(shard) = nth_of(&actor.member, *nth)
                    && let Some(mut reader) = actor.member.readers.remove(&shard)
                {
                    actor.member.gate.shut_after(*batches);
                    let step = tokio::spawn(async move {
                        let (_keep, mut stop) = watch::channel(false);
                        let step = reader.step(&mut stop).await;
                        (reader, step)
                    });
                    // As far as it comes.
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    actor.held_up = Some(step);
                }
            }
            Act::EndStep(process) => self.end_step(*process).await,
            Act::Kill(process) => {
                if let Some(held_up) = self.actors[*process].held_up.take() {
                    held_up.abort();
                    let _ = held_up.await;
                }
                self.actors[*process] = self.another();
            }
            Act::Leave(process) => {
                self.end_step(*process).await;
                let another = self.another();
                let actor = std::mem::replace(&mut self.actors[*process], another);
                actor.member.leave().await;
            }
            Act::Append(nth, records) => {
                let open = self.world.fake.open_shards();
                self.world.fake.append(&open[nth % open.len()], *records);
            }
            Act::Close(nth, children) => {
                let open = self.world.fake.open_shards();
                let shard = &open[nth % open.len()];
                if open.len() < 6 {
                    let names: Vec<_> = (0..*children).map(|n| format!("{shard}.{n}")).collect();
                    let names: Vec<_> = names.iter().map(String::as_str).collect();
                    self.world.fake.close(shard, &names);
                }
            }
            Act::ExpireIterators => self.world.fake.expire_iterators(),
            Act::Fail(operation, error) => self.world.fake.refuse(operation, error),
            Act::Later(seconds) => self.world.later(Duration::from_secs(*seconds)),
        }
    }

    async fn end_step(&mut self, process: usize) {
        let actor = &mut self.actors[process];
        actor.member.gate.open();
        if let Some(held_up) = actor.held_up.take() {
            let (reader, step) = held_up.await.unwrap();
            let _ = actor.member.after(reader, step).await;
        }
    }

    /// What is written of a shard only goes forward.
    async fn check_checkpoints(&mut self) -> Result<(), TestCaseError> {
        for (shard, place) in self.world.places().await {
            let after = place["after"].as_str().map_or(0, |it| it.parse().unwrap());
            let now = (after, place["ended"].as_bool().unwrap_or_default());
            let before = self.written.insert(shard.clone(), now).unwrap_or_default();
            prop_assert!(now >= before, "{shard}: {before:?}, then {now:?}");
            prop_assert!(!before.1 || now.1, "{shard} had ended");
        }
        Ok(())
    }

    /// Everybody goes, and one reads all that is left.
    async fn end(mut self) -> Result<(), TestCaseError> {
        for process in 0..PROCESSES {
            self.end_step(process).await;
        }
        self.actors.clear();
        self.world.later(LASTS);
        let mut last = self.world.member("the last");
        for _ in 0..3 {
            // What was to fail and has not yet fails now.
            while last.look().await.is_err() {}
            last.drain().await;
        }
        self.check_checkpoints().await?;
        prop_assert_eq!(self.world.passed_by_at().await, None);

        let delivered = self.world.numbers();
        let first = |number: &u64| delivered.iter().position(|it| it == number);
        let mut last_of = BTreeMap::new();
        for (shard, parent, records) in self.world.fake.shards() {
            let mut before = parent.and_then(|parent| last_of.get(&parent).copied().flatten());
            for number in &records {
                let at = first(number);
                prop_assert!(at.is_some(), "{number} of {shard} was delivered");
                prop_assert!(at > before, "{number} of {shard} came in its order");
                before = at;
            }
            last_of.insert(shard, before);
        }
        Ok(())
    }
}

fn nth_of(member: &Member, nth: usize) -> Option<String> {
    let shards = member.shards();
    let nth = nth.checked_rem(shards.len())?;
    Some(shards[nth].to_owned())
}

#[test]
fn each_record_is_delivered_in_order_and_checkpoints_only_go_forward() {
    let schedules = std::env::var("CASEFOLD_SCHEDULES").ok();
    let cases = schedules.and_then(|it| it.parse().ok()).unwrap_or(24);
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let court = runtime.block_on(Court::open());
    let schedule = prop::collection::vec(act(), 20..120);
    let tried = TestRunner::new(config).run(&schedule, |acts| {
        runtime.block_on(async {
            let mut play = Play::of(&court).await;
            for act in &acts {
                play.act(act).await;
                play.check_checkpoints().await?;
            }
            play.end().await
        })
    });
    tried.unwrap();
}
