//! All stores of a deployment in one handle.

use std::sync::Arc;

use super::{
    ControlStore, EventStore, GenerationStore, LeaseStore, ListStore, MilestoneStore, RowStore,
    SnapshotStore,
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
    /// Cases as of every so many commits.
    pub milestones: Arc<dyn MilestoneStore>,
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
            + MilestoneStore
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
            milestones: store.clone(),
            control: store.clone(),
            generations: store.clone(),
            leases: store,
        }
    }
}
