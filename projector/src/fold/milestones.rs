//! Milestones: one case forward in them.
//!
//! A commit below the next milestone is passed by, without a read where no milestone can be due
//! at all. Where one is, what is folded comes from the event table alone, from the last
//! milestone on; hints only say how far it goes. So a lost hint is made up for by any later one.
//!
//! A case is parked here where a commit in the way of a milestone can't be folded, and is
//! released when it has been folded past that, as anywhere else. Readers fold from further back
//! meanwhile.

mod whole;

use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::case::{Case, FoldError};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    EventStore, Generation, MilestoneState, MilestoneStore, ProjectionId, PutOutcome, Quarantined,
    RowStore, StoreError, Stores,
};
use casefold_shared::milestone::{self, EVERY, Marks, Milestone, at_or_before};

use super::parked::{Parking, Reached, settle, unless_parked};
use super::step::{Commits, commits_after};
use super::{Advance, AdvanceError, Counts, Outcome, Stop, Tries, version_of};
use crate::folder::Folder;
use crate::hints::Hints;
use crate::history::Obstacle;

/// Folds cases into a generation of milestones.
#[derive(Clone)]
pub struct MilestoneFolder {
    events: Arc<dyn EventStore>,
    store: Arc<dyn MilestoneStore>,
    parking: Arc<dyn RowStore>,
    clock: Arc<dyn Clock>,
    fold: CaseGeneration,
    every: u64,
}

/// A case on its way from milestone to milestone. Pure.
struct Walk {
    fold: CaseGeneration,
    every: u64,
    case: Option<Case>,
    marks: Marks,
}

/// How far a case was brought.
enum Came {
    /// No milestone is due.
    NotDue(Version),
    /// It was folded to a version, with milestones up to another.
    Folded {
        reached: Reached,
        milestone: Version,
    },
}

impl Walk {
    /// Folds the next commit; gives a milestone where one stands there.
    fn next(&mut self, commit: &Commit) -> Result<Option<Milestone>, Obstacle> {
        let next = version_of(self.case.as_ref()).next();
        let events = Case::understand(self.case.as_ref(), commit)
            .map_err(|error| Obstacle::of_fold(&error, next))?;
        self.case = self.fold.apply(self.case.take(), commit, events);
        let Some(case) = &self.case else {
            let error = FoldError::NoPetition(commit.docket_number);
            return Err(Obstacle::of_fold(&error, next));
        };
        self.marks.note(commit);
        let is_due = at_or_before(case.version, self.every) == case.version;
        Ok(is_due.then(|| Milestone {
            head: self.marks.head(case),
            case: case.clone(),
        }))
    }
}

#[async_trait]
impl Parking for MilestoneFolder {
    fn of(&self) -> ProjectionId {
        self.id()
    }

    fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    async fn parked_get(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.parking.rows_parked_get(self.id(), docket_number).await
    }

    async fn park_put(&self, parked: &Quarantined) -> Result<(), StoreError> {
        self.parking.rows_park(self.id(), parked).await
    }

    async fn park_end(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        self.parking.rows_release(self.id(), docket_number).await
    }
}

impl MilestoneFolder {
    /// A folder into a generation.
    pub fn new(stores: &Stores, clock: &Arc<dyn Clock>, generation: Generation) -> Self {
        Self {
            events: stores.events.clone(),
            store: stores.milestones.clone(),
            parking: stores.rows.clone(),
            clock: clock.clone(),
            fold: CaseGeneration::of(generation),
            every: EVERY,
        }
    }

    /// The same, with a milestone after so many commits: for tests, where histories are short.
    #[must_use]
    pub const fn every(mut self, commits: u64) -> Self {
        self.every = commits;
        self
    }

    const fn id_of(generation: Generation) -> ProjectionId {
        ProjectionId {
            name: milestone::NAME,
            generation,
        }
    }

    const fn walk(&self) -> Walk {
        Walk {
            fold: self.fold,
            every: self.every,
            case: None,
            marks: Marks::beginning(),
        }
    }

    async fn bring(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advance, AdvanceError> {
        let mut counts = Counts::default();
        let skipped = |version, counts| Advance {
            outcome: Outcome::Skipped(version),
            counts,
        };
        if !self.may_be_due(hints, Version::ZERO) {
            return Ok(skipped(Version::ZERO, counts));
        }
        let (reached, milestone) = match self.reach(docket_number, hints, &mut counts).await {
            Ok(Came::NotDue(version)) => return Ok(skipped(version, counts)),
            Ok(Came::Folded { reached, milestone }) => (reached, milestone),
            Err(stop) => {
                let obstacle = unless_parked(stop, docket_number)?;
                (Reached::nowhere(obstacle), Version::ZERO)
            }
        };
        let parked = self.parked_get(docket_number).await;
        settle(self, docket_number, parked, reached, milestone, counts).await
    }

    /// Whether hints tell of a milestone beyond the last; without any, one may be.
    fn may_be_due(&self, hints: &Hints, last: Version) -> bool {
        let next = last.0.saturating_add(self.every);
        hints.is_empty() || hints.reach_beyond(Version(next.saturating_sub(1)))
    }

    /// Tries to bring a case forward, again where another writer was faster.
    async fn reach(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
    ) -> Result<Came, Stop> {
        let mut tries = Tries::default();
        loop {
            let end = self.reach_once(docket_number, hints, counts).await;
            match end {
                Err(Stop::Superseded) if tries.again(counts).await => {}
                end => return end,
            }
        }
    }

    async fn reach_once(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
    ) -> Result<Came, Stop> {
        let first = hints.first().unwrap_or(Version(1));
        let state = self
            .store
            .milestone_state(self.fold.generation, docket_number)
            .await
            .map_err(|error| Stop::of(error, first))?;
        if !self.may_be_due(hints, state.version) {
            counts.duplicates = hints.duplicates_at(state.version);
            return Ok(Came::NotDue(state.version));
        }
        let (mut walk, mut state) = self.resume(docket_number, state).await?;
        let Commits {
            commits,
            unreadable,
        } = commits_after(&*self.events, docket_number, version_of(walk.case.as_ref())).await?;
        let walked = self.fold_on(&mut walk, &commits, &mut state, counts).await;
        let obstacle = match walked {
            Ok(()) => unreadable,
            Err(Stop::Unfoldable(obstacle)) => Some(obstacle),
            Err(stop) => return Err(stop),
        };
        Ok(Came::Folded {
            reached: Reached {
                version: version_of(walk.case.as_ref()),
                obstacle,
            },
            milestone: state.version,
        })
    }

    /// Folds commits, and puts each milestone that one of them brings.
    async fn fold_on(
        &self,
        walk: &mut Walk,
        commits: &[Commit],
        state: &mut MilestoneState,
        counts: &mut Counts,
    ) -> Result<(), Stop> {
        for commit in commits {
            let Some(milestone) = walk.next(commit).map_err(Stop::Unfoldable)? else {
                continue;
            };
            let put = self
                .store
                .milestone_put(self.fold.generation, &milestone, state)
                .await;
            match put.map_err(|error| Stop::of(error, commit.version))? {
                PutOutcome::Written => counts.folded += self.every,
                PutOutcome::Superseded => return Err(Stop::Superseded),
            }
        }
        Ok(())
    }

    /// From the last milestone; from the first commit where there is none. One that can't be
    /// read any more is removed with all others of the case, and they are folded anew.
    async fn resume(
        &self,
        docket_number: DocketNumber,
        state: MilestoneState,
    ) -> Result<(Walk, MilestoneState), Stop> {
        let mut walk = self.walk();
        if state.version == Version::ZERO {
            return Ok((walk, state));
        }
        let generation = self.fold.generation;
        let failed = |error| Stop::of(error, state.version.next());
        if let Some(last) = self.last(docket_number, state.version).await? {
            walk.marks = Marks::after(&last.head);
            walk.case = Some(last.case);
            return Ok((walk, state));
        }
        tracing::warn!(%docket_number, version = %state.version, id = %self.id(),
            "a milestone can't be read any more; those of the case are folded anew");
        let remove = self.store.milestones_remove(generation, docket_number);
        remove.await.map_err(failed)?;
        Ok((walk, MilestoneState::default()))
    }

    /// The milestone at a version, where it is there and can be read.
    async fn last(
        &self,
        docket_number: DocketNumber,
        version: Version,
    ) -> Result<Option<Milestone>, Stop> {
        match self.milestone_at(docket_number, version).await {
            Err(error) if error.may_pass() => Err(Stop::Passing(error)),
            Err(_) => Ok(None),
            Ok(found) => Ok(found),
        }
    }

    async fn milestone_at(
        &self,
        docket_number: DocketNumber,
        version: Version,
    ) -> Result<Option<Milestone>, StoreError> {
        let generation = self.fold.generation;
        let heads = self
            .store
            .milestone_heads(generation, docket_number)
            .await?;
        let Some(stored) = heads.into_iter().find(|it| it.head.version == version) else {
            return Ok(None);
        };
        let case = self
            .store
            .milestone_case(generation, docket_number, &stored)
            .await?;
        let head = stored.head;
        let is_its = |case: &Case| {
            (case.version, case.folded_from.head_hash) == (head.version, head.hash)
                && case.docket.is_whole()
        };
        Ok(case.filter(is_its).map(|case| Milestone { head, case }))
    }
}
