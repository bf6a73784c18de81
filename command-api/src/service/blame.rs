//! Which event gave each field of a case its value, and what two versions hold differently: as
//! the court sees the case.

use casefold_events::{DocketNumber, Version};
use casefold_shared::as_of::AsOf;
use casefold_shared::blame::Ledger;
use casefold_shared::case::generation::CaseGeneration;

use super::load::Purpose;
use super::{ReadError, Service};
use crate::access::view::CourtPortrait;

/// How many commits are followed before others have their turn: a long history takes seconds.
const AT_ONCE: usize = 64;

impl Service {
    /// Follows a case from its first event up to a version (to its last commit, without), for
    /// what gave each field its value; `None` where there is no such case.
    ///
    /// # Errors
    /// [`ReadError::NotYetRecorded`] where the case has not reached the version.
    pub async fn blame<'a>(
        &self,
        portrait: &'a CourtPortrait,
        docket_number: DocketNumber,
        at: Option<Version>,
    ) -> Result<Option<Ledger<'a, CourtPortrait>>, ReadError> {
        let generation = self.generation(Purpose::Showing).await?;
        let ledger = Ledger::begin(portrait, CaseGeneration::of(generation));
        self.follow(ledger, docket_number, at).await
    }

    /// Follows a case from one version to another, for what they hold differently; `None` where
    /// there is no such case.
    ///
    /// # Errors
    /// [`ReadError::NotYetRecorded`] where the case has not reached a version.
    pub async fn difference<'a>(
        &self,
        portrait: &'a CourtPortrait,
        docket_number: DocketNumber,
        (from, to): (Version, Version),
    ) -> Result<Option<Ledger<'a, CourtPortrait>>, ReadError> {
        let at = AsOf::Version(from);
        let Some(read) = self.read_case_as_of(docket_number, &at, None).await? else {
            return Ok(None);
        };
        let fold = CaseGeneration::of(read.generation);
        let ledger = Ledger::at(portrait, fold, read.case);
        self.follow(ledger, docket_number, Some(to)).await
    }

    async fn follow<'a>(
        &self,
        mut ledger: Ledger<'a, CourtPortrait>,
        docket_number: DocketNumber,
        to: Option<Version>,
    ) -> Result<Option<Ledger<'a, CourtPortrait>>, ReadError> {
        let (number, after) = (docket_number, ledger.version());
        let commits = match to {
            None => self.events.commits_after(number, after).await?,
            Some(to) => self.events.commits_between(number, after, to).await?,
        };
        for some in commits.chunks(AT_ONCE) {
            for commit in some {
                ledger.fold(commit)?;
            }
            tokio::task::yield_now().await;
        }
        let current = ledger.version();
        match to {
            _ if current == Version::ZERO => Ok(None),
            Some(wanted) if wanted > current => Err(ReadError::NotYetRecorded { current, wanted }),
            Some(_) | None => Ok(Some(ledger)),
        }
    }
}
