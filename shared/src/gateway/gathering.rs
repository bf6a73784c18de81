//! Work on many things at once, whose requests go together.
//!
//! Whoever folds a batch of commits asks for many small items at the same moment, each part of
//! the work for its own. A request for each of them would cost a round trip each; so within
//! [`gathered`] a store waits until every part that can go on has asked, and sends one request
//! for them all. What is asked, in which order and how consistently, stays as it is: only the
//! number of requests changes.
//!
//! The requests are carried out by whoever awaits the work, beside it, in the same task. So there
//! is nobody to be woken on another thread, and nobody waits for a request that isn't polled any
//! more: whoever polls its part of the work polls the request.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::task::unconstrained;

static NEXT: AtomicU64 = AtomicU64::new(0);

tokio::task_local! {
    static WITHIN: Gathering;
}

/// One piece of work whose requests go together, and with no others'.
#[derive(Clone)]
pub(crate) struct Gathering(Arc<Waiting>);

/// What waits until every part has asked.
struct Waiting {
    id: u64,
    /// How often a part of the work has asked for something.
    asked: AtomicU64,
    requests: Mutex<Vec<BoxFuture<'static, ()>>>,
}

impl Gathering {
    fn new() -> Self {
        Self(Arc::new(Waiting {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            asked: AtomicU64::default(),
            requests: Mutex::default(),
        }))
    }

    /// That within which this task works.
    pub(crate) fn current() -> Option<Self> {
        WITHIN.try_with(Self::clone).ok()
    }

    /// What tells it from others.
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    /// Notes that a part of the work has asked for something, of which a request comes that is
    /// there already.
    pub(crate) fn ask(&self) {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// The same with the request. It is polled for the first time when every part that can go on
    /// has asked.
    pub(crate) fn ask_first(&self, request: impl Future<Output = ()> + Send + 'static) {
        self.ask();
        let mut requests = self
            .0
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        requests.push(Box::pin(request));
    }

    fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        let mut requests = self
            .0
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *requests)
    }
}

/// Does some work, whose requests go together where they come at the same moment. It is worth
/// while where many futures wait side by side; whoever asks for one thing after another gets
/// nothing from it.
pub async fn gathered<F: Future>(work: F) -> F::Output {
    let within = Gathering::new();
    // Who can go on shall, and not be sent to the end of the line for having had many answers.
    let mut work = pin!(unconstrained(WITHIN.scope(within.clone(), work)));
    let mut requests = FuturesUnordered::new();
    poll_fn(move |context| {
        loop {
            // What a part has asked for may be what lets another go on.
            loop {
                let before = within.asked();
                if let Poll::Ready(output) = work.as_mut().poll(context) {
                    return Poll::Ready(output);
                }
                if within.asked() == before {
                    break;
                }
            }
            requests.extend(within.take());
            match requests.poll_next_unpin(context) {
                // Some have their answer, and can go on.
                Poll::Ready(Some(())) => {}
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await
}
