//! A court on the real embedded engine: tables of its own, their stream, and projectors.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use aws_lambda_events::dynamodb::EventRecord;
use casefold::engine::Engine;
use casefold::feed::dynamo::DynamoStream;
use casefold::feed::source::{Start, StreamSource};
use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_projector::projections::rows::RowProjection;
use casefold_projector::projections::sealings::Sealings;
use casefold_projector::{CaseFolder, ListsFolder, Projections, Projector, RowsFolder};
use casefold_shared::case::Case;
use casefold_shared::clock::SystemClock;
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config, tables};
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, EntrySelection, EventStore, Generation, Quarantined, SnapshotStore,
};
use tokio::runtime::Runtime;

use super::forgetful::Forgetful;

pub(crate) const GENERATION: Generation = Generation::OF_CASES;

/// The engine that the tests of this process share.
pub(crate) struct World {
    engine: Engine,
    _dir: tempfile::TempDir,
}

impl World {
    /// The engine that runs already, or a new one. It stops with the last test that holds it.
    pub(crate) fn shared() -> Arc<Self> {
        static RUNNING: Mutex<Weak<World>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let dir = tempfile::tempdir().unwrap();
            let engine = Engine::start(dir.path()).unwrap();
            let world = Arc::new(Self { engine, _dir: dir });
            *running = Arc::downgrade(&world);
            world
        })
    }

    /// Runs a test's future against a new court.
    pub(crate) fn run<T>(test: impl AsyncFnOnce(Court) -> T) -> T {
        let world = Self::shared();
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async { test(Court::new(&world).await).await })
    }
}

/// Tables of one test, or of one run of a property.
pub(crate) struct Court {
    pub(crate) store: Arc<DynamoStore>,
    /// The SDK's own client, for looking at items as they are.
    pub(crate) client: aws_sdk_dynamodb::Client,
    stream: DynamoStream,
}

impl Court {
    async fn new(world: &World) -> Self {
        static COURTS: AtomicU32 = AtomicU32::new(1);
        let prefix = format!("court{}", COURTS.fetch_add(1, Ordering::Relaxed));
        let config = Config::for_endpoint(world.engine.endpoint_url(), &prefix);
        let sdk = sdk_config(&config).await;
        let store = DynamoStore::new(&sdk, &config);
        store.create_tables().await.unwrap();
        let streams = aws_sdk_dynamodbstreams::Client::new(&sdk);
        let stream = DynamoStream::of_table(streams, &tables::EVENTS.name(&prefix));
        Self {
            store: Arc::new(store),
            client: aws_sdk_dynamodb::Client::new(&sdk),
            stream,
        }
    }

    pub(crate) fn projector(&self) -> Projector {
        self.projector_reading(self.store.clone())
    }

    /// A projector that sees the event table through something else.
    pub(crate) fn projector_reading(&self, events: Arc<dyn EventStore>) -> Projector {
        let clock = Arc::new(SystemClock);
        let folder = CaseFolder::new(events, self.store.clone(), clock, GENERATION);
        Projector::new(Projections::always(vec![folder], self.lists()))
    }

    /// A projector into a projection of rows as well.
    pub(crate) fn projector_of_all(&self) -> Projector {
        let clock = Arc::new(SystemClock);
        let store = self.store.clone();
        let folder = CaseFolder::new(store.clone(), store, clock, GENERATION);
        let projections = Projections::always(vec![folder], self.lists());
        Projector::new(projections.and(self.rows::<Sealings>()))
    }

    /// A folder into a projection of rows.
    pub(crate) fn rows<P: RowProjection>(&self) -> RowsFolder<P> {
        self.rows_reading(self.store.clone())
    }

    /// The same, which sees the event table through something else.
    pub(crate) fn rows_reading<P: RowProjection>(
        &self,
        events: Arc<dyn EventStore>,
    ) -> RowsFolder<P> {
        RowsFolder::new(events, self.store.clone(), Arc::new(SystemClock))
    }

    /// A projector that can't write the rows of commands.
    pub(crate) fn projector_forgetting_commands(&self) -> Projector {
        let snapshots = Arc::new(Forgetful(self.store.clone()));
        let clock = Arc::new(SystemClock);
        let folder = CaseFolder::new(self.store.clone(), snapshots, clock, GENERATION);
        Projector::new(Projections::always(vec![folder], self.lists()))
    }

    pub(crate) fn lists(&self) -> Vec<ListsFolder> {
        let clock = Arc::new(SystemClock);
        let store = self.store.clone();
        vec![ListsFolder::new(store.clone(), store, clock, GENERATION)]
    }

    pub(crate) async fn append(&self, commits: &[Commit]) {
        for commit in commits {
            if commit.version == Version(1) {
                let begun = self.store.case_begin(commit).await.unwrap();
                assert_eq!(begun, BeginOutcome::Written);
            } else {
                let appended = self.store.commit_append(commit).await.unwrap();
                assert_eq!(appended, AppendOutcome::Written);
            }
        }
    }

    /// All records of the event table's stream, in its order.
    pub(crate) async fn records(&self) -> Vec<EventRecord> {
        let mut records = Vec::new();
        for shard in self.stream.list().await.unwrap().shards {
            let iterator = self
                .stream
                .iterator(&shard, &Start::TrimHorizon)
                .await
                .unwrap();
            let mut next = Some(iterator);
            while let Some(iterator) = next {
                let page = self.stream.records(&shard, &iterator).await.unwrap();
                next = page.next.filter(|_| !page.records.is_empty());
                records.extend(page.records);
            }
        }
        records
    }

    pub(crate) async fn snapshot(&self, docket_number: DocketNumber) -> Option<Case> {
        self.store
            .case_get(GENERATION, docket_number, EntrySelection::All)
            .await
            .unwrap()
    }

    pub(crate) async fn parked(&self) -> Vec<Quarantined> {
        let mut parked = self.store.quarantine_list(GENERATION).await.unwrap();
        parked.sort_by_key(|parked| parked.docket_number);
        parked
    }

    /// The commits of a case up to a version, as the event table has them.
    pub(crate) async fn commits(&self, docket_number: DocketNumber, up_to: Version) -> Vec<Commit> {
        let mut commits = Vec::new();
        for version in 1..=up_to.0 {
            let commit = CommitRef {
                docket_number,
                version: Version(version),
            };
            commits.push(self.store.commit_get(commit).await.unwrap().unwrap());
        }
        commits
    }

    /// That a snapshot is the pure fold of the event table's commits up to its version, and
    /// that the command of each of them is remembered.
    pub(crate) async fn assert_is_fold_up_to(&self, case: Option<&Case>, number: DocketNumber) {
        let version = case.map_or(Version::ZERO, |case| case.version);
        let commits = self.commits(number, version).await;
        let folded = commits
            .iter()
            .fold(None, |case, commit| Some(Case::fold(case, commit).unwrap()));
        assert_eq!(case, folded.as_ref());
        for commit in &commits {
            let row = self
                .store
                .command_get(number, &commit.command_id)
                .await
                .unwrap();
            let row = row.expect("a snapshot at a version implies every command id up to it");
            assert_eq!(row.version, commit.version);
            assert_eq!(row.command_digest, commit.command_digest);
        }
    }
}
