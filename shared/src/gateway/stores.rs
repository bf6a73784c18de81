//! All stores of a deployment in one handle.

use std::sync::Arc;

use super::{
    AccessLog, CommitIndex, ControlStore, EventStore, GenerationStore, LeaseStore, ListStore,
    RowStore, SnapshotStore,
};

/// Every store of a deployment, but that of documents. A clone is cheap.
#[derive(Clone)]
pub struct Stores {
    /// Commits.
    pub events: Arc<dyn EventStore>,
    /// Snapshots of cases.
    pub snapshots: Arc<dyn SnapshotStore>,
    /// The rows of cases in lists.
    pub lists: Arc<dyn ListStore>,
    /// The rows of all other projections.
    pub rows: Arc<dyn RowStore>,
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
}

impl Stores {
    /// The stores that are one.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: EventStore
            + SnapshotStore
            + ListStore
            + RowStore
            + CommitIndex
            + AccessLog
            + ControlStore
            + GenerationStore
            + LeaseStore
            + 'static,
    {
        Self {
            events: store.clone(),
            snapshots: store.clone(),
            lists: store.clone(),
            rows: store.clone(),
            index: store.clone(),
            accesses: store.clone(),
            control: store.clone(),
            generations: store.clone(),
            leases: store,
        }
    }
}
