//! How far segments have come, as this process knows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::Counts;
use super::progress::{Progress, Sum, sum};

/// How far each segment has come, as it was written or read last.
#[derive(Debug)]
pub(crate) struct Known<C> {
    progress: Mutex<BTreeMap<u32, Progress<C>>>,
    let_go: Notify,
}

impl<C> Default for Known<C> {
    fn default() -> Self {
        Self {
            progress: Mutex::default(),
            let_go: Notify::new(),
        }
    }
}

impl<C: Counts> Known<C> {
    pub(super) fn note(&self, segment: u32, progress: Progress<C>) {
        self.progress().insert(segment, progress);
    }

    pub(super) fn has_ended(&self, segment: u32) -> bool {
        let ended = |progress: &Progress<C>| progress.ended;
        self.progress().get(&segment).is_some_and(ended)
    }

    /// What all segments come to, of so many.
    pub(super) fn sum(&self, of: u32) -> Sum<C> {
        sum(self.progress().values(), of)
    }

    /// Tells the other workers of this process that one has let a segment go: whoever has
    /// nothing to do need not wait until it looks again.
    pub(super) fn let_go(&self) {
        self.let_go.notify_waiters();
    }

    /// Waits for the next segment that a worker of this process lets go, from this call on and
    /// not only from when it is awaited.
    pub(super) fn one_let_go(&self) -> impl Future<Output = ()> {
        self.let_go.notified()
    }

    /// A panic elsewhere leaves whole entries.
    fn progress(&self) -> MutexGuard<'_, BTreeMap<u32, Progress<C>>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
