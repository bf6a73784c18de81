//! Bringing the lists of a case forward, after the case itself is written.
//!
//! The lists are a projection of their own: a failure of theirs holds up no case. It also
//! works the other way round: they are brought forward where the case was found up to date
//! already, since whoever had written it may have come to an end before its lists.

use std::sync::Arc;

use casefold_shared::case::Case;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Generation, ListStore, Quarantined, StoreError};
use casefold_shared::lists::rows;

/// Brings the rows of cases forward in one generation of the lists.
#[derive(Clone)]
pub struct ListsFolder {
    store: Arc<dyn ListStore>,
    clock: Arc<dyn Clock>,
    generation: Generation,
}

impl ListsFolder {
    /// A folder into a generation.
    pub fn new(store: Arc<dyn ListStore>, clock: Arc<dyn Clock>, generation: Generation) -> Self {
        Self {
            store,
            clock,
            generation,
        }
    }

    /// Brings the rows of a case to its version, unless they are there or beyond. A case
    /// whose rows can't be written at all is parked; it is released when they can.
    ///
    /// # Errors
    /// [`StoreError`], where another try may do.
    pub(super) async fn bring(&self, case: &Case) -> Result<(), StoreError> {
        let docket_number = case.docket_number;
        let rows = rows(case);
        let (parked, put) = futures::future::join(
            self.store.lists_parked_get(self.generation, docket_number),
            self.store
                .lists_put(self.generation, docket_number, case.version, &rows),
        )
        .await;
        let parked = match parked {
            Err(error) if error.may_pass() => return Err(error),
            Err(error) => {
                tracing::warn!(%docket_number, %error, "the row of a parked case can't be read");
                None
            }
            Ok(parked) => parked,
        };
        match put {
            Ok(outcome) => {
                tracing::debug!(%docket_number, version = %case.version, ?outcome, "lists");
                if parked.is_some() {
                    self.store
                        .lists_release(self.generation, docket_number)
                        .await?;
                    tracing::info!(%docket_number, "the lists of a parked case are released");
                }
                Ok(())
            }
            Err(error) if error.may_pass() => Err(error),
            Err(error) => self.park(case, &error, parked).await,
        }
    }

    async fn park(
        &self,
        case: &Case,
        error: &StoreError,
        earlier: Option<Quarantined>,
    ) -> Result<(), StoreError> {
        let docket_number = case.docket_number;
        let reason = error.to_string();
        tracing::error!(%docket_number, reason, "a case is parked: its lists can't be written");
        let since = earlier.map_or_else(|| self.clock.now(), |earlier| earlier.since);
        let parked = Quarantined {
            docket_number,
            version: case.version,
            reason,
            since,
        };
        self.store.lists_park(self.generation, &parked).await
    }
}
