//! A court with short histories, and milestones after a few commits.

use std::sync::Arc;

use casefold_command_api::service::Service;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_projector::{Folder, Hints, History, MilestoneFolder};
use casefold_shared::case::generation;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{BeginOutcome, EventStore, Generation, Stores};
use casefold_shared::generations::follow::Follower;
use casefold_shared::milestone;

use crate::support;

pub(crate) const NEWEST: Generation = Generation::OF_CASES;

pub(crate) struct Court {
    pub(crate) tables: support::Court,
    pub(crate) store: Arc<DynamoStore>,
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

impl Court {
    /// New tables, whose projections are established before there is a commit.
    pub(crate) async fn open() -> Self {
        let tables = support::Court::open().await;
        let store = Arc::new(tables.store.clone());
        let court = Self { tables, store };
        for (name, known) in [
            (generation::NAME, generation::known()),
            (milestone::NAME, generation::known()),
        ] {
            let stores = court.stores();
            let (generations, events) = (stores.generations, stores.events);
            let follower = Follower::new(generations, events, clock(), name, known);
            follower.followed().await.unwrap();
        }
        court
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::of(self.store.clone())
    }

    pub(crate) fn folder(&self, every: u64) -> MilestoneFolder {
        self.folder_of(NEWEST, every)
    }

    pub(crate) fn folder_of(&self, generation: Generation, every: u64) -> MilestoneFolder {
        MilestoneFolder::new(&self.stores(), &clock(), generation).every(every)
    }

    pub(crate) fn service(&self, every: u64) -> Service {
        Service::new(self.stores(), clock()).with_milestones_every(every)
    }

    pub(crate) async fn append(&self, commits: &[Commit]) {
        for commit in commits {
            if commit.version == Version(1) {
                let begun = self.store.case_begin(commit).await.unwrap();
                assert_eq!(begun, BeginOutcome::Written);
            } else {
                self.store.commit_append(commit).await.unwrap();
            }
        }
    }
}

pub(crate) fn hints(commits: &[Commit]) -> Hints {
    let mut hints = Hints::default();
    for commit in commits {
        hints.add_commit(commit.clone());
    }
    hints
}

pub(crate) fn whole(commits: &[Commit]) -> History {
    History {
        docket_number: commits[0].docket_number,
        commits: commits.to_vec(),
        unreadable: None,
    }
}

/// That all that is stored of a case is what a pure fold of these commits makes.
pub(crate) async fn assert_folded(folder: &dyn Folder, commits: &[Commit]) {
    let number: DocketNumber = commits[0].docket_number;
    let stored = folder.stored(number).await.unwrap();
    assert_eq!(stored, folder.expected(&whole(commits)).unwrap());
    let last = commits.last().unwrap().version;
    let heads = folder.heads(&[number]).await.unwrap();
    let reach = heads
        .get(&number)
        .map_or(Version::ZERO, |head| head.version);
    assert_eq!(reach, folder.reaches(last));
}
