//! What comes round by itself, and is done by one process at a time, whichever that is.
//!
//! Each duty has a lease, under which it is written when it was done last. A process looks when
//! that comes due, and does it if nobody else is at it. So any number of processes may run, and
//! one that dies at it is relieved once its lease has ended.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Lease, LeaseStore, StoreError, Term};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

const GROUP: &str = "duties";

/// How long a lease lasts that is not kept.
const LASTS: Duration = Duration::from_secs(30);

/// How soon it is looked again where another is at it, or where it failed.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Does duties in the name of a process.
#[derive(Clone)]
pub(crate) struct Duties {
    leases: Arc<dyn LeaseStore>,
    clock: Arc<dyn Clock>,
    owner: String,
}

/// What is to be done, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Duty {
    pub(crate) name: &'static str,
    pub(crate) every: Duration,
}

/// Does what a duty is. It may be broken off at any time, and done again.
#[async_trait]
pub(crate) trait Work: Send + Sync {
    /// Does it once.
    async fn work(&self, stop: &watch::Receiver<bool>) -> Did;
}

/// How doing a duty went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    /// It was done.
    It,
    /// It failed, or was broken off: it is as due as before.
    Nothing,
}

/// When a duty was done last, a stored form.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Noted {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<Timestamp>,
}

impl Duties {
    /// In the name of a process that no other has, or always in the same one where a process has
    /// nobody beside it.
    pub(crate) fn new(
        leases: Arc<dyn LeaseStore>,
        clock: Arc<dyn Clock>,
        owner: Option<&str>,
    ) -> Self {
        let owner = owner.unwrap_or("alone").to_owned();
        Self {
            leases,
            clock,
            owner,
        }
    }

    /// Does a duty whenever it is due and nobody else is at it, until it is told to stop. What it
    /// is at then is broken off.
    pub(crate) async fn run(&self, duty: Duty, work: &dyn Work, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let pause = match self.once(duty, work, &mut stop).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::warn!(%error, duty = duty.name, "it can't be seen what is due");
                    LOOK_AGAIN
                }
            };
            // Either end of the wait is a good one.
            let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
        }
    }

    /// Does it if it is due, and says when to look again.
    async fn once(
        &self,
        duty: Duty,
        work: &dyn Work,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Duration, StoreError> {
        let now = self.clock.now();
        let states = self.leases.leases(GROUP).await?;
        if let Some(state) = states.into_iter().find(|state| state.name == duty.name) {
            let is_held = state.owner.is_some_and(|owner| owner != self.owner);
            if is_held && state.until > now {
                return Ok(LOOK_AGAIN.min(duty.every));
            }
            if let Some(left) = left(duty, state.progress.as_deref(), now) {
                return Ok(left);
            }
        }
        let term = Term {
            owner: &self.owner,
            now,
            until: later(now, LASTS),
        };
        let Some(lease) = self.leases.lease_take(GROUP, duty.name, term).await? else {
            return Ok(LOOK_AGAIN.min(duty.every));
        };
        let before = lease.progress.clone().unwrap_or_default();
        // Another may have done it since.
        let left = left(duty, Some(&before), now);
        let did = match left {
            Some(_) => Did::Nothing,
            None => self.keeping(&lease, &before, work, stop).await,
        };
        let (progress, pause) = match did {
            Did::It => (text(self.clock.now())?, duty.every),
            Did::Nothing => (before, left.unwrap_or(LOOK_AGAIN).min(duty.every)),
        };
        // One that was taken over is left as it is.
        self.leases.lease_release(&lease, &progress).await?;
        Ok(pause)
    }

    /// Works under a lease, until that is done, or the lease is somebody else's, or it is told to
    /// stop.
    async fn keeping(
        &self,
        lease: &Lease,
        progress: &str,
        work: &dyn Work,
        stop: &mut watch::Receiver<bool>,
    ) -> Did {
        let stopped = stop.clone();
        let mut work = work.work(&stopped);
        loop {
            tokio::select! {
                did = &mut work => return did,
                () = told_to_stop(stop) => return Did::Nothing,
                () = tokio::time::sleep(LASTS / 3) => {
                    let until = later(self.clock.now(), LASTS);
                    match self.leases.lease_keep(lease, until, progress).await {
                        Ok(true) => {}
                        Ok(false) => return Did::Nothing,
                        Err(error) => tracing::warn!(%error, "a lease can't be kept now"),
                    }
                }
            }
        }
    }
}

async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    // Whoever could tell may be gone, which tells as much.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// How long it is until a duty is due; `None` where it is.
fn left(duty: Duty, progress: Option<&str>, now: Timestamp) -> Option<Duration> {
    let noted: Noted = serde_json::from_str(progress?).ok()?;
    let due = later(noted.done_at?, duty.every);
    let left = due.as_millis().saturating_sub(now.as_millis());
    // Nobody can have done it later than now: a clock that was set back is not waited for.
    let left = Duration::from_millis(u64::try_from(left).ok()?).min(duty.every);
    (left > Duration::ZERO).then_some(left)
}

fn text(done_at: Timestamp) -> Result<String, StoreError> {
    let noted = Noted {
        done_at: Some(done_at),
    };
    serde_json::to_string(&noted).map_err(|error| {
        StoreError::Refused("a time can't be written as JSON".to_owned(), error.into())
    })
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

#[cfg(test)]
mod tests;
