//! A court on the real embedded engine, whose time the test moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aws_lambda_events::dynamodb::EventRecord;
use casefold::feed::dynamo::DynamoStream;
use casefold::feed::source::{Start, StreamSource};
use casefold_command_api::service::Service;
use casefold_events::{Commit, DocketNumber, Timestamp, Version};
use casefold_projector::projections::opener;
use casefold_projector::projections::rows::RowProjection;
use casefold_projector::projections::sealings::Sealings;
use casefold_projector::rebuild::reconcile::{
    Reconcile, ReconcileConfig, ReconcileReport, ReconcileStatus,
};
use casefold_projector::rebuild::{
    Progress, Rebuild, RebuildConfig, RebuildError, RebuildReport, RebuildStatus,
};
use casefold_projector::{Folder, History, Projections, Projector};
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::case::{Case, generation};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::{
    AppendOutcome, EntrySelection, EventStore, Generation, GenerationStore, Meter, OpenStores,
    Operation, ProjectionId, SnapshotStore, Stores,
};
use casefold_shared::generations::change::{StepError, step};
use casefold_shared::generations::{Generations, NotSafe, Standing};
use casefold_shared::keys::OpenedEvents;
use casefold_shared::lists;
use tokio::sync::watch;
use uuid::Uuid;

use crate::support;
use crate::watched::Watched;

/// The generation of cases that readers follow from the first commit on.
pub(crate) const ACTIVE: ProjectionId = ProjectionId {
    name: generation::NAME,
    generation: Generation::OF_CASES,
};

/// The generation of cases that is rebuilt beside it.
pub(crate) const OTHER: ProjectionId = ProjectionId {
    name: generation::NAME,
    generation: Generation(2),
};

pub(crate) const SEALINGS: ProjectionId = ProjectionId {
    name: Sealings::NAME,
    generation: Sealings::GENERATION,
};
pub(crate) const INDEX: ProjectionId = ProjectionId {
    name: casefold_shared::audit::NAME,
    generation: Generation::FIRST,
};
pub(crate) const LISTS: ProjectionId = ProjectionId {
    name: lists::NAME,
    generation: Generation::FIRST,
};

/// After so many seconds every process has read the generations again, and a rebuild that was
/// begun before goes on without a wait.
pub(crate) const EVERYBODY_KNOWS: i64 = 7;

/// After so many seconds a lease that is not kept has ended.
pub(crate) const LEASES_END: i64 = 31;

pub(crate) const ONE_WORKER: RebuildConfig = RebuildConfig {
    workers: 1,
    segments: 1,
    max_write_units: None,
};

pub(crate) const LOOK: ReconcileConfig = ReconcileConfig {
    workers: 2,
    segments: 3,
    deep: false,
    repair: false,
};

/// A clock that stands still until the test moves it.
#[derive(Default)]
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn move_on(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + self.0.load(Ordering::SeqCst))
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// Tables of one test, or of one run of a property.
pub(crate) struct Court {
    pub(crate) tables: support::Court,
    pub(crate) store: Arc<DynamoStore>,
    pub(crate) hands: Arc<Hands>,
    stream: DynamoStream,
}

/// Hears of progress, and keeps nothing of it.
pub(crate) struct Silent;

impl Progress<RebuildStatus> for Silent {
    fn at(&self, _: &RebuildStatus) {}
}

impl Progress<ReconcileStatus> for Silent {
    fn at(&self, _: &ReconcileStatus) {}
}

/// A wish to stop that nobody has, or that somebody has from the beginning.
pub(crate) fn stop(wished: bool) -> watch::Receiver<bool> {
    watch::channel(wished).1
}

impl Court {
    /// New tables whose projections are established, as each process does when it starts.
    pub(crate) async fn open() -> Self {
        let tables = support::Court::open().await;
        let config = Config::for_endpoint(&tables.endpoint_url, &tables.prefix);
        let streams = aws_sdk_dynamodbstreams::Client::new(&sdk_config(&config).await);
        let stream = DynamoStream::of_table(streams, &tables.store.tables().events);
        let court = Self {
            store: Arc::new(tables.store.clone()),
            hands: Arc::default(),
            stream,
            tables,
        };
        court.establish().await;
        court
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.hands.clone()
    }

    /// The stores as another process has them: it knows nothing of what others have seen.
    pub(crate) fn stores(&self) -> Stores {
        Stores::of(Arc::new(self.store.counted_apart()))
    }

    pub(crate) async fn establish(&self) {
        let projections = Projections::of_this_build(&self.stores(), &self.clock());
        projections.live().await.unwrap();
    }

    pub(crate) fn projector(&self) -> Projector {
        Projector::of_this_build(&self.stores(), self.clock())
    }

    pub(crate) fn service(&self) -> Service {
        Service::new(self.stores(), self.clock())
    }

    pub(crate) fn folder(&self, id: ProjectionId) -> Arc<dyn Folder> {
        opener(id, Some(ACTIVE.generation), &self.clock())(&self.stores()).unwrap()
    }

    fn open_stores(&self, events: Option<Arc<dyn EventStore>>) -> OpenStores {
        let store = self.store.clone();
        Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            let meter: Arc<dyn Meter> = store.clone();
            let mut stores = Stores::of(store);
            if let Some(events) = &events {
                let opened = OpenedEvents::new(events.clone(), stores.vault.clone());
                stores.events = Arc::new(opened);
            }
            (stores, meter)
        })
    }

    /// A process that rebuilds.
    pub(crate) fn rebuild(&self, id: ProjectionId) -> Rebuild {
        Rebuild {
            id,
            stores: self.open_stores(None),
            folder: opener(id, Some(ACTIVE.generation), &self.clock()),
            clock: self.clock(),
            by: "rebuilder".to_owned(),
        }
    }

    /// One that sees the event table through something else.
    pub(crate) fn rebuild_watched(&self, id: ProjectionId, events: &Arc<Watched>) -> Rebuild {
        Rebuild {
            stores: self.open_stores(Some(events.clone())),
            ..self.rebuild(id)
        }
    }

    /// Begins a generation, and lets the time pass until everybody knows.
    pub(crate) async fn begin(&self, id: ProjectionId, segments: u32) {
        let config = RebuildConfig {
            segments,
            ..ONE_WORKER
        };
        let begun = self.rebuild(id).run(config, &Silent, &stop(true)).await;
        assert!(!begun.unwrap().complete);
        self.hands.move_on(EVERYBODY_KNOWS);
    }

    /// Begins a generation, and fills it.
    pub(crate) async fn fill(&self, id: ProjectionId) -> RebuildReport {
        self.begin(id, 3).await;
        run(&self.rebuild(id), 2).await.unwrap()
    }

    pub(crate) fn reconcile(&self, id: ProjectionId) -> Reconcile {
        let clock = self.clock();
        let followed = ACTIVE.generation;
        let is_other = id.name == ACTIVE.name && id != ACTIVE;
        Reconcile {
            id,
            stores: self.open_stores(None),
            folder: opener(id, Some(followed), &clock),
            followed: is_other.then(|| opener(ACTIVE, Some(followed), &clock)),
            clock,
            by: "reconciler".to_owned(),
        }
    }

    /// Reconciles a generation from the beginning to the end.
    pub(crate) async fn reconciled(
        &self,
        id: ProjectionId,
        config: ReconcileConfig,
    ) -> ReconcileReport {
        self.hands.move_on(1);
        let reconcile = self.reconcile(id);
        let report = reconcile.run(config, &Silent, &stop(false)).await.unwrap();
        assert!(report.complete);
        report
    }

    /// Switches readers, as the tool does.
    pub(crate) async fn switch(&self, to: ProjectionId) -> Result<Generations, NotSafe> {
        let now = self.hands.now();
        self.step(to.name, "switch", |it| it.switch(to.generation, now))
            .await
    }

    /// Switches readers back, as the tool does.
    pub(crate) async fn roll_back(&self) -> Result<Generations, NotSafe> {
        let now = self.hands.now();
        self.step(ACTIVE.name, "rollback", |it| it.roll_back(now))
            .await
    }

    async fn step(
        &self,
        projection: &str,
        operation: &str,
        take: impl Fn(Generations) -> Result<Generations, NotSafe>,
    ) -> Result<Generations, NotSafe> {
        let stepped = step(&*self.store, projection, take, |_, after| Operation {
            id: self.hands.new_id(),
            at: self.hands.now(),
            by: "operator".to_owned(),
            operation: operation.to_owned(),
            projection: projection.to_owned(),
            detail: format!("to {}", after.active),
        });
        match stepped.await {
            Ok(generations) => Ok(generations),
            Err(StepError::NotSafe(refused)) => Err(refused),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn standing(&self, id: ProjectionId) -> Option<Standing> {
        let found = self.store.generations_get(id.name).await.unwrap();
        found.unwrap().generations.of(id.generation).cloned()
    }

    /// What was done to generations, and by whom, the first first.
    pub(crate) async fn operations(&self) -> Vec<(String, String)> {
        let log = self.store.operations(100).await.unwrap();
        let mut log: Vec<_> = log.into_iter().map(|it| (it.operation, it.by)).collect();
        log.reverse();
        log
    }

    pub(crate) async fn append(&self, commits: &[Commit]) {
        for commit in commits {
            let appended = self.store.commit_append(commit).await.unwrap();
            assert_eq!(appended, AppendOutcome::Written);
        }
    }

    /// Appends many commits in steps of a hundred.
    pub(crate) async fn append_many(&self, commits: &[Commit]) {
        for step in commits.chunks(100) {
            let appended = self.store.commits_append(step).await.unwrap();
            assert_eq!(appended, AppendOutcome::Written);
        }
    }

    /// All records of the event table's stream, in its order.
    pub(crate) async fn records(&self) -> Vec<EventRecord> {
        self.records_after(&mut None).await
    }

    /// The records that come after a place in the stream, which is moved on.
    pub(crate) async fn records_after(&self, place: &mut Option<String>) -> Vec<EventRecord> {
        let mut records: Vec<EventRecord> = Vec::new();
        for shard in self.stream.list().await.unwrap().shards {
            let from = place.clone().map_or(Start::TrimHorizon, Start::After);
            let mut next = Some(self.stream.iterator(&shard, &from).await.unwrap());
            while let Some(iterator) = next {
                let page = self.stream.records(&shard, &iterator).await.unwrap();
                next = page.next.filter(|_| !page.records.is_empty());
                records.extend(page.records);
            }
        }
        if let Some(last) = records.last() {
            place.clone_from(&last.change.sequence_number);
        }
        records
    }

    /// Folds all that is in the stream.
    pub(crate) async fn project(&self) {
        let outcome = self.projector().project(self.records().await).await;
        assert_eq!(outcome.failed, Vec::<String>::new());
    }

    pub(crate) async fn snapshot(&self, id: ProjectionId, number: DocketNumber) -> Option<Case> {
        let all = EntrySelection::All;
        let case = self.store.case_get(id.generation, number, all).await;
        case.unwrap()
    }

    /// How far a case is in a generation.
    pub(crate) async fn version(&self, id: ProjectionId, number: DocketNumber) -> Option<Version> {
        let heads = self.folder(id).heads(&[number]).await.unwrap();
        heads.get(&number).map(|head| head.version)
    }

    /// That what is stored of cases in a generation is the pure fold of the event table, and
    /// that the command of each commit is remembered.
    pub(crate) async fn assert_is_fold(&self, id: ProjectionId, numbers: &[DocketNumber]) {
        let folder = self.folder(id);
        for number in numbers {
            let history = History::read(&*self.stores().events, *number)
                .await
                .unwrap();
            let stored = folder.stored(*number).await.unwrap();
            assert_eq!(stored, folder.expected(&history).unwrap(), "{id} {number}");
            let last = history.last().map(|commit| commit.version);
            assert_eq!(self.version(id, *number).await, last, "{id} {number}");
            if id.name != generation::NAME {
                continue;
            }
            let snapshot = self.snapshot(id, *number).await;
            assert_eq!(snapshot, fold(id, &history.commits), "{id} {number}");
            for commit in &history.commits {
                let row = self.store.command_get(*number, &commit.command_id).await;
                let row = row.unwrap().expect("each command is remembered");
                assert_eq!(row.version, commit.version);
                assert_eq!(row.command_digest, commit.command_digest);
            }
        }
    }
}

/// Rebuilds with so many workers, to the end.
pub(crate) async fn run(rebuild: &Rebuild, workers: usize) -> Result<RebuildReport, RebuildError> {
    let config = RebuildConfig {
        workers,
        ..ONE_WORKER
    };
    rebuild.run(config, &Silent, &stop(false)).await
}

/// The pure fold of a case's commits as a generation makes it.
pub(crate) fn fold(id: ProjectionId, commits: &[Commit]) -> Option<Case> {
    let fold = CaseGeneration::of(id.generation);
    commits
        .iter()
        .fold(None, |case, commit| Some(fold.fold(case, commit).unwrap()))
}
