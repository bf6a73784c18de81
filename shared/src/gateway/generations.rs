//! Keeping which generations projections have, which one readers follow, and who changed it.

use async_trait::async_trait;
use casefold_events::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ProjectionId, StoreError};
use crate::generations::Generations;

/// Keeps the generations of each projection under one conditional write, and the log of the
/// operations that changed them.
#[async_trait]
pub trait GenerationStore: Send + Sync {
    /// The generations of a projection; `None` where nobody has established them. Strongly
    /// consistent.
    async fn generations_get(&self, projection: &str) -> Result<Option<Revised>, StoreError>;

    /// Replaces the generations of a projection, if, and only if, they are still at this
    /// revision (`None`: there are none), and logs the operation in the same step. Gives
    /// `false`, and changes nothing, where somebody else was faster.
    async fn generations_put(
        &self,
        projection: &str,
        next: &Generations,
        expected: Option<u64>,
        operation: &Operation,
    ) -> Result<bool, StoreError>;

    /// The newest operations, the newest first.
    async fn operations(&self, limit: usize) -> Result<Vec<Operation>, StoreError>;

    /// Marks the place where the contents of a generation are going to be with a name, where
    /// it has none; and tells which it has. The mark is kept with the contents, so whoever
    /// throws those away throws away the mark as well.
    async fn contents_mark(&self, of: ProjectionId, proposed: Uuid) -> Result<Uuid, StoreError>;

    /// The mark of a generation's contents, where they have one. Strongly consistent.
    async fn contents_marked(&self, of: ProjectionId) -> Result<Option<Uuid>, StoreError>;

    /// Removes some of what is stored of a generation that nobody reads or folds any more,
    /// its mark first, going on from where an earlier page ended.
    async fn contents_remove(
        &self,
        of: ProjectionId,
        from: Option<String>,
    ) -> Result<Removed, StoreError>;
}

/// Generations with the revision at which they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revised {
    /// Counts the changes.
    pub revision: u64,
    /// The generations.
    pub generations: Generations,
}

/// How far the removal of a generation's contents is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Items that were looked at, of all generations.
    pub seen: u64,
    /// Items that were removed.
    pub removed: u64,
    /// Where to go on; `None` where nothing is left.
    pub next: Option<String>,
}

/// What somebody did to the generations of a projection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who: an operator's name, as the tool was told or found it.
    pub by: String,
    /// What: `switch`, `retire` …
    pub operation: String,
    /// To which projection.
    pub projection: String,
    /// In a sentence, without personal data.
    pub detail: String,
}
