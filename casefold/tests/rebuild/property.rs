//! Whatever happens to whom and when: while commits go on being recorded, projectors fold them,
//! and processes that rebuild are killed and begun again, every generation ends as the pure
//! fold, no snapshot goes back, and no reader sees less than they ask for.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use aws_lambda_events::dynamodb::EventRecord;
use casefold_command_api::service::ReadError;
use casefold_events::{DocketNumber, Version};
use casefold_projector::rebuild::reconcile::{Difference, Kind};
use casefold_projector::rebuild::{RebuildConfig, is_complete_already};
use casefold_shared::gateway::{
    EntrySelection, GenerationStore, ListRange, ListStore, ProjectionId,
};
use casefold_shared::generations::Stage;
use casefold_shared::lists::{List, rows};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::given::{Course, Given, Process, Told, cases, course, tell};
use crate::world::{
    ACTIVE, Court, EVERYBODY_KNOWS, LEASES_END, LISTS, LOOK, ONE_WORKER, OTHER, Silent, fold, stop,
};

/// Runs, where `PROPTEST_CASES` says nothing else.
const RUNS: u32 = 2;

/// How often a reconciliation is tried while live commits are on their way.
const LOOKS: u32 = 12;

/// The pause of whoever records commits or takes records.
const A_MOMENT: Duration = Duration::from_millis(5);

/// The pause of whoever only looks: there are several, and they are not to hold up the others.
const A_WHILE: Duration = Duration::from_millis(40);

fn config() -> ProptestConfig {
    let runs = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: runs.and_then(|runs| runs.parse().ok()).unwrap_or(RUNS),
        // A run that fails is printed whole; shrinking it runs the engine again each time.
        max_shrink_iters: 4,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_generation_that_is_rebuilt_beside_a_court_at_work_ends_as_the_pure_fold(
        given in cases(),
        course in course(),
    ) {
        Runtime::new().unwrap().block_on(rebuild_beside(&given, &course));
    }
}

/// What is known outside of the stores.
struct Known {
    court: Court,
    told: Vec<Told>,
    /// How far each case is in the event table: what was answered to whoever recorded it.
    recorded: Mutex<BTreeMap<DocketNumber, Version>>,
}

async fn rebuild_beside(given: &[Given], course: &Course) {
    // Given a court at work, whose lists are then lost
    let court = Court::open().await;
    let told: Vec<_> = (101..).zip(given).map(tell).collect();
    let known = Arc::new(Known {
        court,
        told,
        recorded: Mutex::default(),
    });
    let court = &known.court;
    known.record(0).await;
    court.project().await;
    let mut from = None;
    loop {
        from = court.store.contents_remove(LISTS, from).await.unwrap().next;
        if from.is_none() {
            break;
        }
    }

    // And projectors that don't know yet of what is begun behind their backs
    let (over, at_work) = watch::channel(false);
    let projectors: Vec<_> = course
        .projectors
        .iter()
        .map(|_| court.projector())
        .collect();
    let mut records = court.records().await;
    for projector in &projectors {
        projector.project(records.clone()).await;
    }
    for id in [OTHER, LISTS] {
        let config = RebuildConfig {
            segments: course.segments,
            ..ONE_WORKER
        };
        let begun = court.rebuild(id).run(config, &Silent, &stop(true)).await;
        assert!(!begun.unwrap().complete);
    }
    known.record(1).await;
    records = court.records().await;
    for projector in &projectors {
        let outcome = projector.project(records.clone()).await;
        assert_eq!(outcome.failed, Vec::<String>::new());
    }
    court.hands.move_on(EVERYBODY_KNOWS);

    // When all goes on at once
    let mut others = Vec::new();
    for (projector, at_once) in projectors.into_iter().zip(&course.projectors) {
        let (known, at_work, at_once) = (known.clone(), at_work.clone(), *at_once);
        others.push(tokio::spawn(async move {
            known.keep_projecting(projector, at_once, at_work).await;
        }));
    }
    for id in [OTHER, ACTIVE, LISTS] {
        let (known, at_work) = (known.clone(), at_work.clone());
        others.push(tokio::spawn(async move {
            known.keep_watching(id, at_work).await;
        }));
    }
    let (reading, at_work_reading) = (known.clone(), at_work.clone());
    others.push(tokio::spawn(async move {
        reading.keep_reading(at_work_reading).await;
    }));
    let processes = [(OTHER, &course.of_cases), (LISTS, &course.of_lists)];
    let processes = processes.into_iter().flat_map(|(id, processes)| {
        let known = &known;
        processes.iter().map(move |process| known.live(id, process))
    });
    let processes = futures::future::join_all(processes);
    futures::future::join(processes, known.record(2)).await;
    for id in [OTHER, LISTS] {
        let standing = court.standing(id).await.unwrap();
        assert_eq!(standing.stage, Stage::Complete);
    }

    // And readers are switched, and back, while commits go on
    for id in [OTHER, LISTS] {
        known.reconcile(id).await;
    }
    futures::future::join(known.switch_and_back(), known.record(3)).await;
    over.send_replace(true);
    for other in others {
        other.await.unwrap();
    }

    // Then every generation is the pure fold of everything.
    let numbers: Vec<_> = known.told.iter().map(|it| it.number()).collect();
    for id in [OTHER, ACTIVE, LISTS] {
        court.assert_is_fold(id, &numbers).await;
        assert_eq!(court.folder(id).parked().await.unwrap(), []);
    }
    known.assert_lists_have_no_other_rows().await;
}

impl Known {
    /// Records a part of each case, the cases in turn.
    async fn record(&self, part: usize) {
        let parts: Vec<_> = self.told.iter().map(|it| it.part(part)).collect();
        let longest = parts.iter().map(|it| it.len()).max().unwrap_or(0);
        for at in 0..longest {
            for commit in parts.iter().filter_map(|it| it.get(at)) {
                self.court.append(std::slice::from_ref(commit)).await;
                let mut recorded = self.recorded.lock().unwrap();
                recorded.insert(commit.docket_number, commit.version);
            }
            tokio::time::sleep(A_MOMENT).await;
        }
    }

    /// Takes the stream's records in their order until nothing more comes.
    async fn keep_projecting(
        &self,
        projector: casefold_projector::Projector,
        at_once: usize,
        over: watch::Receiver<bool>,
    ) {
        let mut place = None;
        let mut left: Vec<EventRecord> = Vec::new();
        loop {
            let is_last = *over.borrow();
            left.extend(self.court.records_after(&mut place).await);
            while !left.is_empty() {
                let some = left[..at_once.min(left.len())].to_vec();
                let outcome = projector.project(some).await;
                if outcome.failed.is_empty() {
                    left.drain(..at_once.min(left.len()));
                }
            }
            if is_last {
                return;
            }
            tokio::time::sleep(A_MOMENT).await;
        }
    }

    /// Looks again and again whether a case has gone back in a generation.
    async fn keep_watching(&self, id: ProjectionId, over: watch::Receiver<bool>) {
        let folder = self.court.folder(id);
        let numbers: Vec<_> = self.told.iter().map(Told::number).collect();
        let mut highest: BTreeMap<DocketNumber, Version> = BTreeMap::new();
        while !*over.borrow() {
            let heads = folder.heads(&numbers).await.unwrap();
            for (number, before) in &highest {
                let now = heads.get(number).map(|head| head.version);
                assert!(
                    now >= Some(*before),
                    "{id} {number}: {now:?} after {before}"
                );
            }
            highest = heads
                .into_iter()
                .map(|(it, head)| (it, head.version))
                .collect();
            tokio::time::sleep(A_WHILE).await;
        }
    }

    /// Reads each case again and again, at least as far as it was recorded, and a list.
    async fn keep_reading(&self, over: watch::Receiver<bool>) {
        let service = self.court.service();
        while !*over.borrow() {
            let recorded = self.recorded.lock().unwrap().clone();
            for told in &self.told {
                let number = told.number();
                let Some(version) = recorded.get(&number) else {
                    continue;
                };
                let all = EntrySelection::All;
                let read = service
                    .read_case(number, Some(*version), all)
                    .await
                    .unwrap();
                let read = read.expect("a case that was recorded is there");
                assert!(
                    read.version >= *version,
                    "{number}: {} for {version}",
                    read.version
                );
                let commits = &told.commits[..usize::try_from(read.version.0).unwrap()];
                let is_of = |id| fold(id, commits).as_ref() == Some(&read);
                assert!(
                    is_of(OTHER) || is_of(ACTIVE),
                    "{number} at {}",
                    read.version
                );
            }
            let page = service
                .read_list(List::Names, "qu", ListRange::first(1))
                .await;
            match page {
                Err(ReadError::ListsIncomplete) => {}
                page => {
                    page.unwrap();
                    let standing = self.court.standing(LISTS).await.unwrap();
                    assert_eq!(standing.stage, Stage::Complete, "no list hides a case");
                }
            }
            tokio::time::sleep(A_WHILE).await;
        }
    }

    /// A process that rebuilds: in all of its lives but the last it is killed.
    async fn live(&self, id: ProjectionId, process: &Process) {
        let config = RebuildConfig {
            workers: process.workers,
            ..ONE_WORKER
        };
        for polls in &process.lives {
            let (rebuild, polls) = (self.court.rebuild(id), *polls);
            let life = async move {
                let nobody_stops = stop(false);
                let running = rebuild.run(config, &Silent, &nobody_stops);
                match Box::pin(cut_off(running, polls)).await {
                    Some(Err(error)) if !is_complete_already(&error) => panic!("{error}"),
                    Some(Ok(_) | Err(_)) | None => {}
                }
            };
            tokio::spawn(life).await.unwrap();
            // Leases that it has left run out, and so do those of others, who are held up.
            self.court.hands.move_on(LEASES_END);
        }
        match self
            .court
            .rebuild(id)
            .run(config, &Silent, &stop(false))
            .await
        {
            Err(error) => assert!(is_complete_already(&error), "{error}"),
            Ok(report) => assert!(report.complete),
        }
    }

    async fn switch_and_back(&self) {
        let court = &self.court;
        court.switch(OTHER).await.unwrap();
        self.assert_readers_follow(OTHER).await;
        court.roll_back().await.unwrap();
        self.assert_readers_follow(ACTIVE).await;
    }

    /// Reconciles until it is clean: on a busy machine live commits may be on their way for longer
    /// than one look has patience.
    async fn reconcile(&self, id: ProjectionId) {
        for _ in 0..LOOKS {
            let report = self.court.reconciled(id, LOOK).await;
            if report.is_clean() {
                return;
            }
            let on_its_way =
                |it: &Difference| matches!(it.kind, Kind::Missing { .. } | Kind::Behind { .. });
            let named = &report.status.found.named;
            assert!(named.iter().all(on_its_way), "{report:?}");
        }
        panic!("{id} does not become clean");
    }

    /// That everybody reads from a generation when so much time has passed.
    async fn assert_readers_follow(&self, id: ProjectionId) {
        let service = self.court.service();
        self.court.hands.move_on(EVERYBODY_KNOWS);
        for told in &self.told {
            let version = self.recorded.lock().unwrap().get(&told.number()).copied();
            let Some(version) = version else { continue };
            let all = EntrySelection::All;
            let read = service.read_case(told.number(), Some(version), all).await;
            let read = read.unwrap().unwrap();
            let commits = &told.commits[..usize::try_from(read.version.0).unwrap()];
            assert_eq!(fold(id, commits), Some(read));
        }
    }

    async fn assert_lists_have_no_other_rows(&self) {
        let mut expected = 0;
        for told in &self.told {
            expected += rows(&fold(ACTIVE, &told.commits).unwrap()).len();
            let number = told.number();
            let version = self
                .court
                .store
                .lists_version(LISTS.generation, number)
                .await;
            assert_eq!(version.unwrap(), told.commits.last().map(|it| it.version));
        }
        let items = self.court.tables.snapshot_items().await;
        let stored = items.keys().filter(|key| key.0.starts_with("list@"));
        assert_eq!(stored.count(), expected);
    }
}

/// Polls a future so often, then drops it wherever it stands: `None` where it was not done.
async fn cut_off<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
