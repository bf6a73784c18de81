//! What a relational database must do to be a target.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_shared::gateway::BoxError;

use super::rows::CaseRows;

/// A relational database that holds the projection.
#[async_trait]
pub trait Target: Send + Sync {
    /// The database's own id: another database, or the same one emptied, has another. What
    /// has been done so far is remembered under it.
    fn id(&self) -> &str;

    /// At which version the rows of these cases are; a case without rows is left out.
    async fn versions(
        &self,
        cases: &[DocketNumber],
    ) -> Result<HashMap<DocketNumber, Version>, TargetError>;

    /// Replaces the rows of these cases, each a different one, in one transaction; those of
    /// a case that is there at this version or a later one stay as they are. A case that
    /// was parked at its new version or before it is released. How many were written.
    ///
    /// # Errors
    /// [`TargetError`]; nothing is written then.
    async fn put(&self, cases: &[Arc<CaseRows>]) -> Result<u64, TargetError>;

    /// Has the rows of these cases count as of no version, so that the next put replaces them,
    /// whatever version it is of: where the same commits have another meaning now, for somebody
    /// was forgotten.
    async fn outdate(&self, cases: &[DocketNumber]) -> Result<(), TargetError>;

    /// Parks a case, unless its rows have passed that version meanwhile. Where it was parked
    /// at the same version already, it has been since then.
    async fn park(&self, parked: &Parked) -> Result<(), TargetError>;
}

/// A case that can't be brought to a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The case.
    pub docket_number: DocketNumber,
    /// The version.
    pub version: Version,
    /// Why not, without personal data.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// Why a target could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It can't be reached, is busy, or gave up for the moment. It may pass: try again.
    #[error("the relational target can't be reached or is busy; it is tried again")]
    Unavailable(#[source] BoxError),
    /// It refuses the rows: another try won't mend it. The case is parked.
    #[error("the relational target refuses the rows: {0}")]
    Refused(String),
    /// It isn't usable at all: no permission, no such file, not a database.
    #[error("the relational target can't be used")]
    Unusable(#[source] BoxError),
    /// Its tables are of another generation.
    #[error(
        "the relational target holds generation {found}, and this build writes generation \
         {}; name an empty database, fill it, and point readers there",
        super::GENERATION
    )]
    OtherGeneration {
        /// The one it holds.
        found: i64,
    },
}

impl TargetError {
    /// Whether the same may succeed a moment later.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) | Self::Unusable(_) | Self::OtherGeneration { .. } => false,
        }
    }
}
