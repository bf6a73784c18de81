//! Trying parked cases again, as a build does when it starts.

use casefold_shared::gateway::StoreError;
use futures::StreamExt;

use super::{CaseFolder, Counts};
use crate::hints::Hints;

/// How many cases are tried at once.
const AT_ONCE: usize = 8;

impl CaseFolder {
    /// Tries every parked case of the generation again: a newer build may understand what
    /// parked it. A case that still can't be folded stays parked, with the reason that this
    /// build has; one that the store fails on stays as it is until the case's next record.
    ///
    /// # Errors
    /// [`StoreError`] where the parked cases can't be read.
    pub async fn retry_parked(&self) -> Result<Counts, StoreError> {
        let parked = self.snapshots.quarantine_list(self.generation).await?;
        let tries = parked.into_iter().map(|parked| async move {
            self.advance(parked.docket_number, &Hints::default()).await
        });
        let mut tries = futures::stream::iter(tries).buffer_unordered(AT_ONCE);
        let mut counts = Counts::default();
        while let Some(tried) = tries.next().await {
            match tried {
                Ok(advance) => counts += advance.counts,
                Err(error) => tracing::warn!(%error, "a parked case could not be tried again"),
            }
        }
        Ok(counts)
    }
}
