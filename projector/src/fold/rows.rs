//! Projections of rows: one case forward in one of them.
//!
//! The rules are those of cases (see [`crate::fold`]): a hint is folded where it follows what
//! is stored, the event table has the last word, and what is stored is only ever written onto
//! what was read. Where the fold of a commit, the rows that follow from it or the writing of
//! them fails for good, the commits before it are written, and the case is parked at it: in
//! this projection, and in no other.

mod whole;

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    CaseRows, EventStore, ProjectionId, PutOutcome, Quarantined, RowStore, RowsPut, StoreError,
};

use super::parked::{Parking, Reached, Reaching};
use super::step::{Commits, commits_after};
use super::{Counts, Stop};
use crate::hints::Hints;
use crate::history::Obstacle;
use crate::projections::rows::{RowFold, RowProjection};

/// Folds cases into a projection of rows.
pub struct RowsFolder<P> {
    events: Arc<dyn EventStore>,
    store: Arc<dyn RowStore>,
    clock: Arc<dyn Clock>,
    projection: PhantomData<fn() -> P>,
}

/// A case that is about to be written.
struct Work<'a> {
    docket_number: DocketNumber,
    read: CaseRows,
    /// Where folding begins, which is before the first commit where what is stored can't be
    /// read any more.
    base: Version,
    /// The commits from there on.
    commits: &'a [&'a Commit],
}

#[async_trait]
impl<P: RowProjection> Parking for RowsFolder<P> {
    fn of(&self) -> ProjectionId {
        Self::ID
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    async fn parked_get(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.store.rows_parked_get(Self::ID, docket_number).await
    }

    async fn park_put(&self, parked: &Quarantined) -> Result<(), StoreError> {
        self.store.rows_park(Self::ID, parked).await
    }

    async fn park_end(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.store.rows_release(Self::ID, docket_number).await
    }
}

#[async_trait]
impl<P: RowProjection> Reaching for RowsFolder<P> {
    async fn reach_once(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
    ) -> Result<Reached, Stop> {
        let read = self
            .store
            .rows_get(Self::ID, docket_number)
            .await
            .map_err(|error| Stop::of(error, hints.first().unwrap_or(Version(1))))?;
        let begin = || RowFold::<P>::resume(&read).unwrap_or_else(RowFold::begin);
        let base = begin().version;
        if base != read.version {
            tracing::warn!(%docket_number, id = %Self::ID,
                "what is kept of a case can't be read any more; it is folded from its first commit");
        }
        if counts.conflicts == 0 {
            counts.duplicates = hints.duplicates_at(read.version);
        }

        let mut following: Vec<_> = hints.following(base).collect();
        let (fold, obstacle) = RowFold::fold_all(&begin, &following);
        let suffice = !hints.is_empty() && !hints.reach_beyond(fold.version);
        if obstacle.is_none() && suffice {
            let work = Work {
                docket_number,
                base,
                commits: &following,
                read: read.clone(),
            };
            return self.write(work, fold, None, counts).await;
        }
        // What the event table has goes all the way to the present.
        let Commits {
            commits,
            unreadable,
        } = commits_after(&*self.events, docket_number, fold.version).await?;
        if !hints.is_empty() && !commits.is_empty() {
            counts.gaps += 1;
        }
        following.retain(|commit| commit.version <= fold.version);
        following.extend(&commits);
        let (fold, obstacle) = RowFold::fold_all(&begin, &following);
        let obstacle = obstacle.or(unreadable);
        if obstacle.is_none() && hints.reach_beyond(fold.version) {
            tracing::warn!(%docket_number, "a hint at a commit that isn't there is left");
        }
        let work = Work {
            docket_number,
            base,
            commits: &following,
            read: read.clone(),
        };
        self.write(work, fold, obstacle, counts).await
    }
}

impl<P: RowProjection> RowsFolder<P> {
    /// A folder into the projection's generation.
    pub fn new(
        events: Arc<dyn EventStore>,
        store: Arc<dyn RowStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        const {
            assert!(
                ProjectionId::may_be_of_rows(P::NAME),
                "a projection's name has lower-case letters and hyphens, and is not taken"
            );
        }
        Self {
            events,
            store,
            clock,
            projection: PhantomData,
        }
    }

    const ID: ProjectionId = RowFold::<P>::ID;

    /// Writes what was folded, in one step if it can be.
    async fn write(
        &self,
        work: Work<'_>,
        fold: RowFold<P>,
        obstacle: Option<Obstacle>,
        counts: &mut Counts,
    ) -> Result<Reached, Stop> {
        let version = fold.version;
        let (stored, base) = (work.read.version, work.base);
        if version < stored || (version == stored && base == stored) {
            return Ok(Reached {
                version: stored,
                obstacle,
            });
        }
        match self.put(work.docket_number, &work.read, &fold).await {
            Ok(()) => {
                counts.folded += version.0 - base.0;
                Ok(Reached { version, obstacle })
            }
            // Which of them it is decides where the case is parked, and those before it are
            // not held up.
            Err(Stop::Unfoldable(_)) => self.write_one_by_one(work, counts).await,
            Err(stop) => Err(stop),
        }
    }

    /// Writes commit after commit, up to one that can't be.
    async fn write_one_by_one(&self, work: Work<'_>, counts: &mut Counts) -> Result<Reached, Stop> {
        let Work {
            docket_number,
            mut read,
            base,
            commits,
        } = work;
        let resumed = RowFold::<P>::resume(&read).filter(|fold| fold.version == base);
        let mut fold = resumed.unwrap_or_else(RowFold::begin);
        for commit in commits {
            let stuck = |version, obstacle| Reached {
                version,
                obstacle: Some(obstacle),
            };
            fold = match fold.next(commit) {
                Ok(fold) => fold,
                Err(obstacle) => return Ok(stuck(read.version, obstacle)),
            };
            if fold.version < read.version {
                continue;
            }
            match self.put(docket_number, &read, &fold).await {
                Ok(()) => counts.folded += 1,
                Err(Stop::Unfoldable(obstacle)) => return Ok(stuck(read.version, obstacle)),
                Err(stop) => return Err(stop),
            }
            let get = self.store.rows_get(Self::ID, docket_number).await;
            read = get.map_err(|error| Stop::of(error, fold.version))?;
            if read.version != fold.version {
                return Err(Stop::Superseded);
            }
        }
        Ok(Reached {
            version: read.version,
            obstacle: None,
        })
    }

    async fn put(
        &self,
        docket_number: DocketNumber,
        read: &CaseRows,
        fold: &RowFold<P>,
    ) -> Result<(), Stop> {
        let kept = fold.kept().map_err(Stop::Unfoldable)?;
        let rows = fold.rows(docket_number).map_err(Stop::Unfoldable)?;
        let next = RowsPut {
            version: fold.version,
            head_hash: fold.head_hash,
            kept: kept.as_deref(),
            rows: &rows,
        };
        let put = self.store.rows_put(Self::ID, docket_number, read, next);
        match put.await.map_err(|error| Stop::of(error, fold.version))? {
            PutOutcome::Written => Ok(()),
            PutOutcome::Superseded => Err(Stop::Superseded),
        }
    }
}
