//! Keeping what is neither an event nor derived.

use async_trait::async_trait;
use casefold_events::DocketNumber;

use super::StoreError;

/// Keeps counters and checkpoints.
#[async_trait]
pub trait ControlStore: Send + Sync {
    /// The next docket number of a year (its two digits), given out to nobody before. A
    /// number that is given out and not used is skipped.
    async fn docket_number_next(&self, year: u8) -> Result<DocketNumber, StoreError>;

    /// Makes sure that this docket number, and none below it in its year, is given out any
    /// more: after an import, or to recover a lost counter.
    async fn docket_number_reserve(&self, up_to: DocketNumber) -> Result<(), StoreError>;

    /// A checkpoint by its name, where there is one. Strongly consistent.
    async fn checkpoint_get(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Writes a checkpoint.
    async fn checkpoint_put(&self, name: &str, value: &str) -> Result<(), StoreError>;
}
