//! The audit index: one case forward in it.
//!
//! The rules are those of cases (see [`crate::fold`]): a hint is folded where it follows the
//! case's head, by number and by hash, and the event table has the last word. What is different
//! is that a commit's rows follow from it alone. So nothing is read of a case but its head, rows
//! are put as often as anybody likes, and the head, which implies them, comes after them.

mod whole;

use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{Commit, Digest, DocketNumber, Version};
use casefold_shared::audit;
use casefold_shared::case::understand_after;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    CommitIndex, EventStore, Generation, Head, ProjectionId, PutOutcome, Quarantined, StoreError,
};

use super::parked::{Parking, Reached, Reaching};
use super::step::{Commits, commits_after};
use super::{Counts, Stop};
use crate::hints::Hints;
use crate::history::Obstacle;

/// Of how many commits the rows are put before the head follows: a long history is gone on with
/// from there by whoever comes after a failure.
const COMMITS_A_HEAD: usize = 200;

/// Folds cases into one generation of the audit index.
#[derive(Clone)]
pub struct IndexFolder {
    events: Arc<dyn EventStore>,
    index: Arc<dyn CommitIndex>,
    clock: Arc<dyn Clock>,
    generation: Generation,
}

/// A case that is brought forward: as far as it is in the store.
struct Bringing<'a> {
    docket_number: DocketNumber,
    stored: Option<Head>,
    counts: &'a mut Counts,
}

/// The commit with which a case begins follows this.
const BEFORE_THE_FIRST: Head = Head {
    version: Version::ZERO,
    hash: Some(Digest::ZERO),
};

#[async_trait]
impl Parking for IndexFolder {
    fn of(&self) -> ProjectionId {
        ProjectionId {
            name: audit::NAME,
            generation: self.generation,
        }
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    async fn parked_get(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.index.index_parked_get(self.of(), docket_number).await
    }

    async fn park_put(&self, parked: &Quarantined) -> Result<(), StoreError> {
        self.index.index_park(self.of(), parked).await
    }

    async fn park_end(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.index.index_release(self.of(), docket_number).await
    }
}

#[async_trait]
impl Reaching for IndexFolder {
    async fn reach_once(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
    ) -> Result<Reached, Stop> {
        let stored = self
            .index
            .index_head(self.of(), docket_number)
            .await
            .map_err(|error| Stop::of(error, hints.first().unwrap_or(Version(1))))?;
        if counts.conflicts == 0 {
            counts.duplicates = hints.duplicates_at(version_of(stored));
        }
        let mut bringing = Bringing {
            docket_number,
            stored,
            counts,
        };
        let following: Vec<_> = hints.following(version_of(stored)).collect();
        let obstacle = self.put(&mut bringing, &following).await?;
        let version = version_of(bringing.stored);
        let suffice = !hints.is_empty() && !hints.reach_beyond(version);
        if obstacle.is_none() && suffice {
            return Ok(Reached { version, obstacle });
        }
        // What the event table has goes all the way to the present.
        let Commits {
            commits,
            unreadable,
        } = commits_after(&*self.events, docket_number, version).await?;
        if !hints.is_empty() && !commits.is_empty() {
            bringing.counts.gaps += 1;
        }
        let commits: Vec<_> = commits.iter().collect();
        let obstacle = self.put(&mut bringing, &commits).await?.or(unreadable);
        let version = version_of(bringing.stored);
        if obstacle.is_none() && hints.reach_beyond(version) {
            tracing::warn!(%docket_number, "a hint at a commit that isn't there is left");
        }
        Ok(Reached { version, obstacle })
    }
}

impl IndexFolder {
    /// A folder into a generation.
    pub fn new(
        events: Arc<dyn EventStore>,
        index: Arc<dyn CommitIndex>,
        clock: Arc<dyn Clock>,
        generation: Generation,
    ) -> Self {
        Self {
            events,
            index,
            clock,
            generation,
        }
    }

    /// Puts the rows of commits that follow a case's head, and the head after them, up to one
    /// that can't be: then what is in its way.
    async fn put(
        &self,
        bringing: &mut Bringing<'_>,
        commits: &[&Commit],
    ) -> Result<Option<Obstacle>, Stop> {
        for commits in commits.chunks(COMMITS_A_HEAD) {
            let before = bringing.stored.unwrap_or(BEFORE_THE_FIRST);
            let (mut head, mut rows, mut obstacle) = (before, Vec::new(), None);
            for commit in commits {
                match rows_after(head, commit) {
                    Ok(of_commit) => rows.extend(of_commit),
                    Err(met) => {
                        obstacle = Some(met);
                        break;
                    }
                }
                head = Head {
                    version: commit.version,
                    hash: Some(commit.hash),
                };
            }
            if head.version > before.version {
                self.write(bringing, head, &rows).await?;
            }
            if obstacle.is_some() {
                return Ok(obstacle);
            }
        }
        Ok(None)
    }

    async fn write(
        &self,
        bringing: &mut Bringing<'_>,
        head: Head,
        rows: &[audit::IndexRow],
    ) -> Result<(), Stop> {
        let (number, stored) = (bringing.docket_number, bringing.stored);
        let next = version_of(stored).next();
        let failed = |error: StoreError| Stop::of(error, next);
        self.index
            .index_put(self.of(), rows)
            .await
            .map_err(failed)?;
        let put = self.index.index_head_put(self.of(), number, stored, head);
        match put.await.map_err(failed)? {
            PutOutcome::Superseded => Err(Stop::Superseded),
            PutOutcome::Written => {
                bringing.counts.folded += head.version.0 - version_of(stored).0;
                bringing.stored = Some(head);
                Ok(())
            }
        }
    }
}

/// The rows of a commit that follows a head; what is in its way, where it doesn't or can't be
/// understood.
fn rows_after(head: Head, commit: &Commit) -> Result<Vec<audit::IndexRow>, Obstacle> {
    let hash = head.hash.unwrap_or_default();
    let events = understand_after(head.version, hash, commit)
        .map_err(|error| Obstacle::of_fold(&error, head.version.next()))?;
    Ok(audit::rows(commit, &events))
}

fn version_of(head: Option<Head>) -> Version {
    head.map_or(Version::ZERO, |head| head.version)
}
