//! What the requests of one piece of work cost, whatever else the process does meanwhile.
//!
//! A store counts its requests for all who use it ([`Meter`](super::Meter)), which tells nothing
//! of one request of the API where several are served at once. So a piece of work has an account
//! of its own, which goes with the task that does it: a store charges every request to the account
//! within which it was sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Consumed;

tokio::task_local! {
    /// The innermost account of the work that this task does.
    static OPEN: Arc<Account>;
}

/// Sums what requests cost. Units are kept in halves, the smallest that a store bills, so that
/// they are exact.
#[derive(Debug, Default)]
pub(crate) struct Account {
    half_read_units: AtomicU64,
    half_write_units: AtomicU64,
    requests: AtomicU64,
}

impl Account {
    /// Adds read units.
    pub(crate) fn read(&self, units: f64) {
        self.half_read_units
            .fetch_add(halves(units), Ordering::Relaxed);
    }

    /// Adds write units.
    pub(crate) fn write(&self, units: f64) {
        self.half_write_units
            .fetch_add(halves(units), Ordering::Relaxed);
    }

    /// Adds a request.
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// The sums so far.
    pub(crate) fn consumed(&self) -> Consumed {
        let load = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
        Consumed {
            read_units: load(&self.half_read_units) as f64 / 2.0,
            write_units: load(&self.half_write_units) as f64 / 2.0,
            requests: load(&self.requests),
        }
    }

    /// Some work of a task of its own, which is charged to the account of this task.
    pub(crate) fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
        let open = OPEN.try_with(Arc::clone).ok();
        async move {
            match open {
                Some(account) => OPEN.scope(account, work).await,
                None => work.await,
            }
        }
    }

    /// Charges the account of the work that this task does, where it has one.
    pub(crate) fn charge(charge: impl FnOnce(&Self)) {
        // A task without an account is one that nobody asks what it costs.
        let _ = OPEN.try_with(|account| charge(account));
    }
}

/// Positive and far below 2^53: the cast keeps every half.
fn halves(units: f64) -> u64 {
    (units * 2.0).round() as u64
}

/// Does some work, and tells what the requests cost that it sent to stores. That is exact however
/// much runs beside it. What a task costs that the work spawns is not in it.
///
/// Accounts may be opened within one another. What an inner one has told an outer one doesn't tell
/// again, so that the sum of all that is told is what was consumed; of work that is given up half
/// way, the outer one tells.
pub async fn accounted<F: Future>(work: F) -> (F::Output, Consumed) {
    let mut open = Open {
        account: Arc::default(),
        outer: OPEN.try_with(Arc::clone).ok(),
    };
    let output = OPEN.scope(open.account.clone(), work).await;
    open.outer = None;
    (output, open.account.consumed())
}

/// An account that is not told yet. Dropped before it is, it goes into the outer one.
struct Open {
    account: Arc<Account>,
    outer: Option<Arc<Account>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(outer) = &self.outer {
            let Consumed {
                read_units,
                write_units,
                requests,
            } = self.account.consumed();
            outer.read(read_units);
            outer.write(write_units);
            outer.requests.fetch_add(requests, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::{join, pending};
    use futures::poll;

    use super::*;

    fn spend(read: f64, write: f64) {
        Account::charge(|account| {
            account.read(read);
            account.write(write);
            account.request();
        });
    }

    const fn consumed(read_units: f64, write_units: f64, requests: u64) -> Consumed {
        Consumed {
            read_units,
            write_units,
            requests,
        }
    }

    #[test]
    fn work_side_by_side_is_told_apart() {
        let work = |units| {
            accounted(async move {
                for _ in 0..3 {
                    spend(units, 2.0 * units);
                    futures::pending!();
                    spend(units, 0.0);
                }
            })
        };
        // Woken again and again, the two take turns.
        let (one, other) = block_on(async {
            let both = join(work(0.5), work(4.0));
            futures::pin_mut!(both);
            loop {
                if let std::task::Poll::Ready((one, other)) = poll!(&mut both) {
                    break (one.1, other.1);
                }
            }
        });
        assert_eq!(one, consumed(3.0, 3.0, 6));
        assert_eq!(other, consumed(24.0, 24.0, 6));
    }

    #[test]
    fn what_an_inner_account_tells_an_outer_one_does_not_tell_again() {
        let ((_, inner), outer) = block_on(accounted(async {
            spend(1.0, 0.0);
            let inner = accounted(async { spend(0.5, 6.0) }).await;
            spend(1.0, 0.0);
            inner
        }));
        assert_eq!(inner, consumed(0.5, 6.0, 1));
        assert_eq!(outer, consumed(2.0, 0.0, 2));
    }

    #[test]
    fn of_work_that_is_given_up_the_outer_account_tells() {
        let (_, outer) = block_on(accounted(async {
            let inner = accounted(async {
                spend(1.5, 2.0);
                pending::<()>().await;
            });
            futures::pin_mut!(inner);
            assert!(poll!(&mut inner).is_pending());
        }));
        assert_eq!(outer, consumed(1.5, 2.0, 1));
    }

    #[test]
    fn nobody_asks_what_other_work_costs() {
        spend(1.0, 1.0);
        let ((), none) = block_on(accounted(async {}));
        assert_eq!(none, Consumed::default());
    }
}
