//! All stores of a deployment in one handle.

use std::sync::Arc;

use super::{
    AccessLog, CommitIndex, ControlStore, EventStore, GenerationStore, KeyStore, LeaseStore,
    ListStore, Meter, MilestoneStore, RowStore, SnapshotStore,
};
use crate::keys::{OpenedEvents, Vault};

/// Gives each worker stores whose requests are counted by themselves.
pub type OpenStores = Arc<dyn Fn() -> (Stores, Arc<dyn Meter>) + Send + Sync>;

/// Every store of a deployment, but that of documents. A clone is cheap.
#[derive(Clone)]
pub struct Stores {
    /// Commits, whose personal values are opened when they are read.
    pub events: Arc<dyn EventStore>,
    /// Snapshots of cases.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// The rows of cases in lists.
    pub lists: Arc<dyn ListStore>,
    /// The rows of all other projections.
    pub rows: Arc<dyn RowStore>,
    /// Cases as of every so many commits.
    pub milestones: Arc<dyn MilestoneStore>,
    /// The rows of commits in the audit index.
    pub index: Arc<dyn CommitIndex>,
    /// The log of accesses.
    pub accesses: Arc<dyn AccessLog>,
    /// Counters and checkpoints.
    pub control: Arc<dyn ControlStore>,
    /// The generations of projections.
    pub generations: Arc<dyn GenerationStore>,
    /// Leases.
    pub leases: Arc<dyn LeaseStore>,
    /// Encrypts and opens personal values. Whoever makes commits encrypts before chaining.
    pub vault: Arc<Vault>,
}

impl Stores {
    /// The stores that are one.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: EventStore
            + SnapshotStore
            + ListStore
            + RowStore
            + MilestoneStore
            + CommitIndex
            + AccessLog
            + ControlStore
            + GenerationStore
            + LeaseStore
            + KeyStore
            + 'static,
    {
        let vault = Arc::new(Vault::of(store.clone()));
        Self {
            events: Arc::new(OpenedEvents::new(store.clone(), vault.clone())),
            snapshots: store.clone(),
            lists: store.clone(),
            rows: store.clone(),
            milestones: store.clone(),
            index: store.clone(),
            accesses: store.clone(),
            control: store.clone(),
            generations: store.clone(),
            leases: store,
            vault,
        }
    }

    /// These, with commits as they are stored: for whoever verifies that, which takes no key.
    #[must_use]
    pub fn with_commits_as_stored(self, events: Arc<dyn EventStore>) -> Self {
        Self { events, ..self }
    }
}
