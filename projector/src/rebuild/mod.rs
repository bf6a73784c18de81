//! Filling a generation of a projection from the whole event table, beside the live system.
//!
//! 1. **Begin.** One conditional write; from then on live commits are folded into it.
//! 2. **Wait** until every projector knows it ([`KNOWN_FOR`](casefold_shared::generations::KNOWN_FOR)). A commit that a projector passed
//!    by before that is in the event table by then, and so in what is scanned.
//! 3. **Scan** the event table by segments, fold each case once, and put it where nothing as
//!    new is stored. Segments are shared by leases and resumed (`segments`).
//! 4. **Complete.** One conditional write, when every segment is at its end.
//!
//! No reader sees any of it: they are switched by an act of their own, after a clean
//! [reconciliation](reconcile). `projector/tests/protocol` is a model of all this.
//!
//! | file | job |
//! | --- | --- |
//! | this one | a rebuild from its beginning to its end |
//! | `steps` | its steps, each of which can be taken by itself |
//! | `passage` | going through the event table, with workers in tasks of their own |
//! | `segments`, [`pages`] | one worker's part in that: leases, progress; whole cases |
//! | `pace` | keeping to a rate of write units |
//! | [`reconcile`] | each case's head against what is stored, and mending it |
//! | [`compare`] | two generations against one another, field by field |

pub mod compare;
mod pace;
pub mod pages;
pub(crate) mod passage;
pub mod reconcile;
pub(crate) mod segments;
mod steps;

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    Consumed, GenerationStore, LeaseStore, OpenStores, ProjectionId, StoreError, Stores,
};
use casefold_shared::generations::change::StepError;
use casefold_shared::generations::{Generations, NotSafe, Stage};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

pub use self::segments::Scanned;
use self::segments::{Failure, Sum, standing, told_to_stop};
pub use self::steps::{Begun, SegmentReport};
use crate::fold::AdvanceError;
use crate::folder::{Folder, PutWhole};

/// Makes a worker's folder from its stores; `None` where this build has no such generation.
pub type OpenFolder = Arc<dyn Fn(&Stores) -> Option<Arc<dyn Folder>> + Send + Sync>;

/// A rebuild of one generation.
#[derive(Clone)]
pub struct Rebuild {
    /// Which.
    pub id: ProjectionId,
    /// Where a worker has its stores from.
    pub stores: OpenStores,
    /// What folds into the generation.
    pub folder: OpenFolder,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who asked for it, for the log of operations.
    pub by: String,
}

/// How a rebuild goes about it.
#[derive(Clone, Copy, Debug)]
pub struct RebuildConfig {
    /// How many segments are worked on at once by this process.
    pub workers: usize,
    /// In how many segments the event table is scanned. One that was begun goes on with as
    /// many as it was begun with.
    pub segments: u32,
    /// The most write units a second that this process consumes, nearly.
    pub max_write_units: Option<u32>,
}

/// How far a rebuild is, over all processes that work on it, earlier ones too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebuildStatus {
    /// Segments at their end.
    pub segments_ended: u32,
    /// Segments that were begun.
    pub segments_begun: u32,
    /// Of how many.
    pub segments: u32,
    /// What was read.
    #[serde(flatten)]
    pub scanned: Scanned,
    /// What became of the cases.
    #[serde(flatten)]
    pub put: PutCounts,
    /// What it has cost.
    #[serde(flatten)]
    pub cost: Consumed,
}

/// What became of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutCounts {
    /// Written. A case that had the very snapshot already counts here too: a store can't tell
    /// that from its own write, the answer to which was lost.
    pub written: u64,
    /// Left as they were: live commits had brought them further already, or lists as far.
    pub left: u64,
    /// Parked: they can't be folded, or an SQL database refuses their rows.
    pub parked: u64,
}

impl AddAssign for PutCounts {
    fn add_assign(&mut self, other: Self) {
        self.written += other.written;
        self.left += other.left;
        self.parked += other.parked;
    }
}

impl From<PutWhole> for PutCounts {
    fn from(put: PutWhole) -> Self {
        Self {
            written: put.written,
            left: put.left,
            parked: put.parked,
        }
    }
}

/// Hears how far long work is.
pub trait Progress<S>: Send + Sync {
    /// It is so far.
    fn at(&self, status: &S);
}

/// How a rebuild ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebuildReport {
    /// Whether the generation has every case now. If not, it was told to stop, and the next
    /// rebuild goes on from here.
    pub complete: bool,
    /// How far it is.
    #[serde(flatten)]
    pub status: RebuildStatus,
}

/// Why a rebuild stopped. What was written stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// It can't be begun or completed as things stand.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A case can't be folded now, or the event table not be read.
    #[error(transparent)]
    Work(#[from] WorkError),
    /// It goes in fewer segments.
    #[error("there is no segment {0}: the rebuild goes in {1}, counted from 0")]
    NoSegment(u32, u32),
    /// It can't be completed before every segment is at its end. That is no failure.
    #[error("{} of {} segments are at their end; work on the others first", .0.segments_ended, .0.segments)]
    NotEnded(RebuildStatus),
}

impl From<StoreError> for RebuildError {
    fn from(error: StoreError) -> Self {
        Self::Work(error.into())
    }
}

/// Why work on the cases of a segment stopped.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The store failed.
    #[error("the store failed; what was done stays, run it again to go on")]
    Store(#[from] StoreError),
    /// A case can't be brought forward now.
    #[error("a case can't be brought forward now; run it again to go on")]
    Advance(#[from] AdvanceError),
    /// This build can't fold into the generation.
    #[error("this build has no {0}; `casefold projections` shows what it has")]
    NotOfThisBuild(ProjectionId),
}

impl Failure for WorkError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Store(error) => error.may_pass(),
            Self::Advance(error) => error.may_pass(),
            Self::NotOfThisBuild(_) => false,
        }
    }
}

impl Rebuild {
    /// Begins the generation, or goes on with it, and fills it. Several processes may do so
    /// together, step by step as well (`steps`). It ends early when `stop` turns true, and
    /// leaves the page that it is at.
    ///
    /// # Errors
    /// [`RebuildError`]; running it again goes on.
    pub async fn run(
        &self,
        config: RebuildConfig,
        progress: &dyn Progress<RebuildStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<RebuildReport, RebuildError> {
        let begun = self.begin(config.segments).await?;
        if pause(begun.wait, stop).await {
            self.fill(&begun, config, progress, stop).await?;
        }
        match self.complete(&begun).await {
            Ok(status) => Ok(RebuildReport {
                complete: true,
                status,
            }),
            Err(RebuildError::NotEnded(status)) => Ok(RebuildReport {
                complete: false,
                status,
            }),
            Err(error) => Err(error),
        }
    }
}

/// How far the rebuild of a generation is, or was; `None` where it had none.
///
/// # Errors
/// [`StoreError`] where that can't be read.
pub async fn status(
    leases: &dyn LeaseStore,
    id: ProjectionId,
    generations: &Generations,
) -> Result<Option<RebuildStatus>, StoreError> {
    let Some(standing_of) = generations.of(id.generation) else {
        return Ok(None);
    };
    let Some(of) = standing_of.segments else {
        return Ok(None);
    };
    let sum = standing(leases, &group(id, standing_of.contents, of), of).await?;
    Ok(Some(status_of(&sum)))
}

/// Whether the readers of a generation are better off with a rebuild: it is being built, or its
/// contents are lost.
///
/// # Errors
/// [`StoreError`] where that can't be read.
pub async fn is_needed(
    store: &dyn GenerationStore,
    id: ProjectionId,
    generations: &Generations,
) -> Result<bool, StoreError> {
    let Some(standing) = generations.of(id.generation) else {
        return Ok(false);
    };
    Ok(match standing.stage {
        Stage::Retired => false,
        Stage::Building => true,
        Stage::Complete => store.contents_marked(id).await? != Some(standing.contents),
    })
}

/// Whether an error says that there is nothing to do: the generation is complete.
pub fn is_complete_already(error: &RebuildError) -> bool {
    matches!(
        error,
        RebuildError::Step(StepError::NotSafe(NotSafe::CompleteAlready(_)))
    )
}

/// The group of leases of a rebuild: of other contents it is another rebuild.
fn group(id: ProjectionId, contents: Uuid, of: u32) -> String {
    format!("rebuild/{id}/{contents}/{of}")
}

pub(crate) fn status_of(sum: &Sum<PutCounts>) -> RebuildStatus {
    RebuildStatus {
        segments_ended: sum.ended,
        segments_begun: sum.begun,
        segments: sum.of,
        scanned: sum.scanned,
        put: sum.counts,
        cost: sum.cost,
    }
}

/// Waits; `false` where it was told to stop meanwhile.
async fn pause(wait: Duration, stop: &watch::Receiver<bool>) -> bool {
    // Either end of the wait is a good one.
    let _ = tokio::time::timeout(wait, told_to_stop(stop.clone())).await;
    !*stop.borrow()
}
