//! Up to when everything was delivered: noted for those who must say how complete they are.
//!
//! A read of a shard that finds nothing tells that whatever was durable when the read began is
//! delivered. Where every shard was read so, the earliest of those moments holds for the whole
//! stream. It is noted at most once a second, and never set back.
//!
//! That a read which finds nothing has come to the end holds for the embedded engine. DynamoDB
//! may give an empty page in the middle of a shard; there only what is passed by is noted, and a
//! reconciliation tells how far all is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use casefold_events::Timestamp;
use casefold_shared::audit::watermark::{CHECKPOINT, Noted};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ControlStore, StoreError};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::source::Shard;

/// How often it is noted, at most.
const NOTE_EVERY: Duration = Duration::from_secs(1);

/// What a read that finds nothing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmptyRead {
    /// That the shard is read to its end.
    IsTheEnd,
    /// Nothing.
    TellsNothing,
}

/// The watermark of a feed.
pub struct Watermark {
    empty_read: EmptyRead,
    control: Arc<dyn ControlStore>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ends: Ends,
    noted_at: Option<Instant>,
}

/// When each shard was read to its end.
#[derive(Default)]
struct Ends {
    shards: BTreeMap<String, Option<Timestamp>>,
    /// Whether a shard came to its end, and those that follow it aren't listed yet.
    is_stale: bool,
}

impl Ends {
    fn list(&mut self, shards: &[Shard], finished: &BTreeSet<String>) {
        let open = shards.iter().filter(|it| !finished.contains(&it.id));
        let open = open.map(|it| (it.id.clone(), self.shards.get(&it.id).copied().flatten()));
        self.shards = open.collect();
        self.is_stale = false;
    }

    fn at_end(&mut self, shard: &str, began: Timestamp) {
        if let Some(end) = self.shards.get_mut(shard) {
            *end = Some(began).max(*end);
        }
    }

    fn finish(&mut self, shard: &str) {
        self.shards.remove(shard);
        self.is_stale = true;
    }

    /// The moment up to which everything was delivered; `None` where a shard was not read to
    /// its end yet.
    fn reached(&self) -> Option<Timestamp> {
        let ends: Option<Vec<_>> = self.shards.values().copied().collect();
        ends.filter(|_| !self.is_stale)?.into_iter().min()
    }
}

impl Watermark {
    /// A watermark that is kept in the control store.
    pub fn new(
        control: Arc<dyn ControlStore>,
        clock: Arc<dyn Clock>,
        empty_read: EmptyRead,
    ) -> Self {
        Self {
            empty_read,
            control,
            clock,
            state: Mutex::default(),
        }
    }

    /// When a read begins.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The shards as they are listed now.
    pub(super) async fn list(&self, shards: &[Shard], finished: &BTreeSet<String>) {
        self.state.lock().await.ends.list(shards, finished);
    }

    /// A shard is at its end for ever.
    pub(super) async fn finish(&self, shard: &str) {
        self.state.lock().await.ends.finish(shard);
    }

    /// A read of a shard that began then found nothing more. That it can't be noted now is no
    /// matter: the next will be.
    pub(super) async fn at_end(&self, shard: &str, began: Timestamp) {
        if self.empty_read == EmptyRead::TellsNothing {
            return;
        }
        let mut state = self.state.lock().await;
        state.ends.at_end(shard, began);
        if state.noted_at.is_some_and(|at| at.elapsed() < NOTE_EVERY) {
            return;
        }
        let Some(reached) = state.ends.reached() else {
            return;
        };
        let note = |noted: Noted| Noted {
            delivered_to: Some(reached).max(noted.delivered_to),
            ..noted
        };
        if let Err(error) = self.note(&mut state, note).await {
            tracing::debug!(%error, "how far the stream is delivered could not be noted");
        }
    }

    /// A record is passed by: what it tells of may be missing for ever.
    ///
    /// # Errors
    /// [`StoreError`] where that can't be noted: then it must not be passed by.
    pub(super) async fn pass_by(&self) -> Result<(), StoreError> {
        let mut state = self.state.lock().await;
        let now = self.clock.now();
        let note = |noted: Noted| Noted {
            passed_by_at: Some(now).max(noted.passed_by_at),
            ..noted
        };
        self.note(&mut state, note).await
    }

    /// Notes what follows from what is noted. That is read each time: other processes pass by
    /// records of other shards.
    async fn note(
        &self,
        state: &mut State,
        note: impl Fn(Noted) -> Noted,
    ) -> Result<(), StoreError> {
        let noted = Noted::read(self.control.checkpoint_get(CHECKPOINT).await?.as_deref());
        let next = note(noted);
        if next != noted {
            let text = serde_json::to_string(&next).map_err(|error| {
                StoreError::Refused("a watermark can't be written".to_owned(), error.into())
            })?;
            self.control.checkpoint_put(CHECKPOINT, &text).await?;
        }
        state.noted_at = Some(Instant::now());
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
