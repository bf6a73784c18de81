//! What a generation of a projection can do: be folded live, be rebuilt, be compared.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{Commit, CorrelationId, DocketNumber, Timestamp, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{Head, ProjectionId, Quarantined, StoreError};
use serde_json::Value;

use crate::fold::{Advance, AdvanceError};
use crate::hints::Hints;
use crate::history::{History, Obstacle};

/// One generation of a projection. It knows where its own contents are, and depends on no
/// other: a case on which it fails is parked in it, and in it alone.
#[async_trait]
pub trait Folder: Send + Sync {
    /// Which one.
    fn id(&self) -> ProjectionId;

    /// Brings a case up to date with what is hinted at; without any hint, with all that the
    /// event table has. It can be dropped at any point and begun again.
    ///
    /// # Errors
    /// [`AdvanceError`], where another try may do. What doesn't pass parks the case.
    async fn advance(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advanced, AdvanceError>;

    /// Puts what follows from whole histories, where nothing is stored of the case yet or what
    /// is stored is older. What is as new already stays as it is.
    ///
    /// # Errors
    /// [`AdvanceError`], where another try may do. What doesn't pass parks the case.
    async fn put_whole(&self, histories: &[History]) -> Result<PutWhole, AdvanceError>;

    /// Removes all that is stored of a case, so that it is folded from its first commit: where
    /// what is stored is wrong.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be removed; some of it may be gone then.
    async fn clear(&self, docket_number: DocketNumber) -> Result<(), StoreError>;

    /// How far the stored contents of a case whose last commit is this one should go: to that
    /// commit, as a rule. Zero where nothing should be stored.
    fn reaches(&self, last: Version) -> Version {
        last
    }

    /// How far cases are; one of which nothing is stored is left out. Strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`] where that can't be read.
    async fn heads(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// The cases that are parked.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    async fn parked(&self) -> Result<Vec<Quarantined>, StoreError>;

    /// All that is stored of a case, as one document; `None` where nothing is.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be read.
    async fn stored(&self, docket_number: DocketNumber) -> Result<Option<Value>, StoreError>;

    /// What should be stored of a case by the whole of its history: the same document, by a
    /// pure fold. `None` where nothing should be.
    ///
    /// # Errors
    /// The [`Obstacle`] beyond which the history can't be folded.
    fn expected(&self, history: &History) -> Result<Option<Value>, Obstacle>;
}

/// How far a case was brought, and as what it stands then.
#[derive(Clone, Debug)]
pub struct Advanced {
    /// How far.
    pub advance: Advance,
    /// The case, from a folder of cases: others are made from it.
    pub case: Option<Case>,
    /// Which commits, from a folder of cases: they are told of by its snapshots.
    pub progress: Option<Progress>,
}

/// Which commits were folded into a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How far the snapshot was before.
    pub before: Version,
    /// What was folded and written, in order.
    pub folded: Vec<FoldedCommit>,
}

/// A commit that was folded, as far as it is told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedCommit {
    /// Its version.
    pub version: Version,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The request that it came with.
    pub correlation_id: CorrelationId,
}

impl From<&Commit> for FoldedCommit {
    fn from(commit: &Commit) -> Self {
        Self {
            version: commit.version,
            recorded_at: commit.recorded_at,
            correlation_id: commit.correlation_id.clone(),
        }
    }
}

/// What putting whole histories came to, in cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PutWhole {
    /// Written.
    pub written: u64,
    /// Left as they were, being as new or newer.
    pub left: u64,
    /// Parked, or found parked.
    pub parked: u64,
}

impl std::ops::AddAssign for PutWhole {
    fn add_assign(&mut self, other: Self) {
        self.written += other.written;
        self.left += other.left;
        self.parked += other.parked;
    }
}
