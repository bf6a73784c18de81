//! One case forward: read its snapshot, fold what it lacks, write on condition; or park it.
//!
//! Whatever is hinted at, in whatever order and however often, the snapshot ends as a pure
//! fold of the event table's commits. The rules:
//! - a hint at or below the snapshot's version is done already;
//! - commits that follow the snapshot, by number and by hash, are folded as they came;
//! - at a gap, and at a hint that can't be folded, the event table is read and has the last
//!   word;
//! - a snapshot is written only onto the version that it was folded from; where another was
//!   faster, everything is read and folded again;
//! - the rows of the command projection are written before the snapshot of their version;
//! - a commit that can't be folded, though the event table itself has given it, parks its
//!   case, after the commits before it are written; the case is released when it has been
//!   folded past that commit.

mod index;
mod lists;
mod milestones;
mod parked;
mod rows;
mod step;
mod whole;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::{DocketEntryId, DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    EntrySelection, EventStore, Generation, ProjectionId, Quarantined, SnapshotStore, StoreError,
};

use crate::folder::{Advanced, Folder, Progress};
use crate::hints::Hints;
use crate::history::Obstacle;
use crate::projections::case::entries_changed;
use parked::{Parking, Reached, settle, unless_parked};
use step::{Commits, Step, commits_after};

pub use index::IndexFolder;
pub use lists::ListsFolder;
pub use milestones::MilestoneFolder;
pub use rows::RowsFolder;

/// How often a case is read and folded again when another writer was faster.
const TRIES: u32 = 6;

/// The pause before the second try; it doubles. A snapshot is read eventually consistently,
/// so the version that won the race may not be seen at once.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Folds cases into one generation of the case projection.
#[derive(Clone)]
pub struct CaseFolder {
    events: Arc<dyn EventStore>,
    snapshots: Arc<dyn SnapshotStore>,
    clock: Arc<dyn Clock>,
    fold: CaseGeneration,
    reference: Option<Generation>,
}

/// How far a case was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// How it ended.
    pub outcome: Outcome,
    /// What it took.
    pub counts: Counts,
}

/// How an advance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The snapshot was written, and is at this version now.
    Folded(Version),
    /// There was nothing to do: the snapshot is at this version already.
    Skipped(Version),
    /// The case is parked at this commit, which can't be folded.
    Parked(Version),
}

/// What folding has come across. Counts are of commits, unless they say otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Folded and written. Where another projector wrote the same at the same moment, both
    /// count it.
    pub folded: u64,
    /// Hints that the snapshot had behind it already, or that came twice in one batch.
    pub duplicates: u64,
    /// Gaps that were filled from the event table, and hints that it corrected.
    pub gaps: u64,
    /// Writes that came after another writer's.
    pub conflicts: u64,
    /// Cases parked, or found parked still.
    pub parked: u64,
    /// Of these, cases that were not parked before.
    pub newly_parked: u64,
    /// Cases released.
    pub released: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.folded += other.folded;
        self.duplicates += other.duplicates;
        self.gaps += other.gaps;
        self.conflicts += other.conflicts;
        self.parked += other.parked;
        self.newly_parked += other.newly_parked;
        self.released += other.released;
    }
}

/// Why a case could not be brought forward now. All of it may pass: deliver the record
/// again. What doesn't pass parks the case and is no error.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The store failed. Where it is a failure that won't pass by itself, parking the case
    /// has failed as well, so it is not the case's fault.
    #[error("the store failed while case {docket_number} was folded")]
    Store {
        /// The case.
        docket_number: DocketNumber,
        /// How.
        #[source]
        source: StoreError,
    },
    /// The store failed while it was asked which generations there are.
    #[error("which generations to fold into can't be read")]
    Generations(#[source] StoreError),
    /// The case is folded, and the store failed while its lists were brought forward.
    #[error("the store failed while the lists of case {docket_number} were brought forward")]
    Lists {
        /// The case.
        docket_number: DocketNumber,
        /// How.
        #[source]
        source: StoreError,
    },
    /// Other writers were faster each time.
    #[error("case {docket_number} was written by others {TRIES} times while it was folded")]
    Contended {
        /// The case.
        docket_number: DocketNumber,
    },
}

impl AdvanceError {
    /// Whether another try may do.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Generations(source) | Self::Store { source, .. } | Self::Lists { source, .. } => {
                source.may_pass()
            }
            Self::Contended { .. } => true,
        }
    }
}

/// What ends a try early.
enum Stop {
    /// Another writer was faster.
    Superseded,
    /// The case can't be folded past the version before this one.
    Unfoldable(Obstacle),
    /// The store failed in a way that may pass.
    Passing(StoreError),
}

/// How far a case could be folded.
struct ReachedCase {
    /// The case as it stands in the store; `None` where it has no commit.
    case: Option<Case>,
    /// What is in the way of its next commit, where something is.
    obstacle: Option<Obstacle>,
}

#[async_trait]
impl Parking for CaseFolder {
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
        let (snapshots, generation) = (&self.snapshots, self.generation());
        snapshots.quarantine_get(generation, docket_number).await
    }

    async fn park_put(&self, parked: &Quarantined) -> Result<(), StoreError> {
        let (snapshots, generation) = (&self.snapshots, self.generation());
        snapshots.quarantine_put(generation, parked).await
    }

    async fn park_end(&self, docket_number: DocketNumber) -> Result<(), StoreError> {
        let (snapshots, generation) = (&self.snapshots, self.generation());
        snapshots.quarantine_remove(generation, docket_number).await
    }
}

impl CaseFolder {
    /// A folder into a generation.
    pub fn new(
        events: Arc<dyn EventStore>,
        snapshots: Arc<dyn SnapshotStore>,
        clock: Arc<dyn Clock>,
        generation: Generation,
    ) -> Self {
        Self {
            events,
            snapshots,
            clock,
            fold: CaseGeneration::of(generation),
            reference: None,
        }
    }

    /// The generation that is folded into.
    pub const fn generation(&self) -> Generation {
        self.fold.generation
    }

    /// Brings a case's snapshot up to date with what is hinted at; without any hint, with
    /// all that the event table has. It can be dropped at any point and begun again.
    ///
    /// # Errors
    /// [`AdvanceError`], where another try may do.
    async fn bring(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advanced, AdvanceError> {
        let mut counts = Counts::default();
        let mut progress = None;
        let (parked, end) = futures::future::join(
            self.parked_get(docket_number),
            self.reach(docket_number, hints, &mut counts, &mut progress),
        )
        .await;
        let reached = match end {
            Ok(reached) => reached,
            Err(stop) => ReachedCase {
                case: None,
                obstacle: Some(unless_parked(stop, docket_number)?),
            },
        };
        let ReachedCase { case, obstacle } = reached;
        let version = version_of(case.as_ref());
        let reached = Reached { version, obstacle };
        let settled = settle(self, docket_number, parked, reached, version, counts);
        Ok(Advanced {
            advance: settled.await?,
            case,
            progress,
        })
    }

    /// Tries to bring a case forward, again where another writer was faster.
    async fn reach(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
        progress: &mut Option<Progress>,
    ) -> Result<ReachedCase, Stop> {
        let mut tries = Tries::default();
        loop {
            let tried = self.reach_once(docket_number, hints, counts, progress);
            let end = tried.await;
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
        progress: &mut Option<Progress>,
    ) -> Result<ReachedCase, Stop> {
        let wanted: Vec<DocketEntryId> = entries_changed(hints.commits()).into_iter().collect();
        let entries = match wanted.is_empty() {
            true => EntrySelection::None,
            false => EntrySelection::Some {
                ids: &wanted,
                indexes: &[],
            },
        };
        let snapshot = self
            .snapshots
            .case_get(self.generation(), docket_number, entries)
            .await
            .map_err(|error| Stop::of(error, hints.first().unwrap_or(Version(1))))?;
        let before = version_of(snapshot.as_ref());
        let progress = progress.get_or_insert_with(|| Progress {
            before,
            folded: Vec::new(),
        });
        let mut step = Step::new(self, snapshot, wanted, counts, &mut progress.folded);
        let version = step.version();
        if step.counts.conflicts == 0 {
            step.counts.duplicates = hints.duplicates_at(version);
        }

        let following: Vec<_> = hints.following(version).collect();
        let hinted = step.fold(&following).await?;
        let suffice = !hints.is_empty() && !hints.reach_beyond(step.version());
        if hinted.is_ok() && suffice {
            step.write().await?;
            return Ok(step.into_reached(None));
        }
        // What the event table has goes all the way to the present.
        let Commits {
            commits,
            unreadable,
        } = commits_after(&*self.events, docket_number, step.version()).await?;
        if !hints.is_empty() && !commits.is_empty() {
            step.counts.gaps += 1;
        }
        let folded = step.fold(&commits.iter().collect::<Vec<_>>()).await?;
        step.write().await?;
        let obstacle = folded.err().or(unreadable);
        if obstacle.is_none() && hints.reach_beyond(step.version()) {
            tracing::warn!(%docket_number, "a hint at a commit that isn't there is left");
        }
        Ok(step.into_reached(obstacle))
    }
}

/// The tries to bring a case forward, again where another writer was faster.
#[derive(Default)]
struct Tries {
    done: u32,
}

impl Tries {
    /// Counts a conflict and waits before the next try; `false` where there is none.
    async fn again(&mut self, counts: &mut Counts) -> bool {
        self.done += 1;
        counts.conflicts += 1;
        let is_left = self.done < TRIES;
        if is_left {
            tokio::time::sleep(FIRST_PAUSE * (1 << (self.done - 1))).await;
        }
        is_left
    }
}

fn version_of(case: Option<&Case>) -> Version {
    case.map_or(Version::ZERO, |case| case.version)
}

impl Stop {
    /// What a failure of the store means to a case that is to be folded to this version.
    fn of(error: StoreError, version: Version) -> Self {
        if error.may_pass() {
            return Self::Passing(error);
        }
        Self::Unfoldable(Obstacle {
            version,
            reason: error.to_string(),
        })
    }
}
