//! Work on many things at once, whose requests go together.
//!
//! Whoever folds a batch of commits asks for many small items at the same moment, each part of
//! the work for its own. A request for each of them would cost a round trip each; so within
//! [`gathered`] a store waits until every part that can go on has asked, and sends one request
//! for them all. What is asked, in which order and how consistently, stays as it is: only the
//! number of requests changes.

use std::sync::atomic::{AtomicU64, Ordering};

static NEXT: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static WITHIN: Gathering;
}

/// One piece of work whose requests go together, and with no others'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Gathering(u64);

impl Gathering {
    /// That within which this task works.
    pub(crate) fn current() -> Option<Self> {
        WITHIN.try_with(|within| *within).ok()
    }
}

/// Does some work, whose requests go together where they come at the same moment. It is worth
/// while where many futures wait side by side; whoever asks for one thing after another gets
/// nothing from it.
pub async fn gathered<F: Future>(work: F) -> F::Output {
    let within = Gathering(NEXT.fetch_add(1, Ordering::Relaxed));
    WITHIN.scope(within, work).await
}
