//! Reading a case and its history.

use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{CommitPage, EntrySelection, Order};

use super::load::{Found, Freshness};
use super::{ReadError, Service};

impl Service {
    /// A case with as much of its docket record as is asked for: its snapshot, or, where
    /// that is older than `min_version`, the snapshot with the missing commits folded on
    /// the way.
    ///
    /// # Errors
    /// [`ReadError::NotReached`] where the case itself is older than `min_version`.
    pub async fn read_case(
        &self,
        docket_number: DocketNumber,
        min_version: Option<Version>,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        let freshness = min_version.map_or(Freshness::Snapshot, Freshness::AtLeast);
        let case = self.load(docket_number, entries, freshness).await?;
        let current = case.as_ref().map_or(Version::ZERO, |case| case.version);
        match min_version {
            Some(wanted) if case.is_some() && wanted > current => {
                Err(ReadError::NotReached { current, wanted })
            }
            Some(_) | None => Ok(case),
        }
    }

    /// A case as its commits stand, whatever the snapshot lacks: for readers from whom
    /// something may have been sealed a moment ago, or while no projector runs.
    ///
    /// # Errors
    /// See [`Self::read_case`].
    pub async fn read_case_at_head(
        &self,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, ReadError> {
        match self.find(docket_number, entries, None).await? {
            Found::Head(case) => Ok(case.map(|case| *case)),
            // Only a command with a key is ever found to be repeated.
            Found::Repeated(_) => Ok(None),
        }
    }

    /// At most `limit` commits of a case beyond a version.
    ///
    /// # Errors
    /// [`ReadError::Store`] where the store fails.
    pub async fn read_history(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, ReadError> {
        Ok(self
            .events
            .commits_page(docket_number, beyond, limit, order)
            .await?)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// [`ReadError::Store`] where it doesn't.
    pub async fn ready(&self) -> Result<(), ReadError> {
        self.control.checkpoint_get("ready").await?;
        Ok(())
    }
}
