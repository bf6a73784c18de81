//! An event store that opens the personal values of what it reads.

use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Version};

use super::Vault;
use crate::gateway::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    StoreError, Unreadable,
};

/// Opens what it reads. What is stored and hashed stays as it is; a commit whose values can't be
/// opened, and were not forgotten, can't be read.
///
/// It writes commits as they are handed over: whoever makes them has them encrypted first
/// ([`Vault::seal`]), for the chain runs over the ciphertext.
#[derive(Clone)]
pub struct OpenedEvents {
    events: Arc<dyn EventStore>,
    vault: Arc<Vault>,
}

impl OpenedEvents {
    /// A store that opens with a vault what another reads.
    pub fn new(events: Arc<dyn EventStore>, vault: Arc<Vault>) -> Self {
        Self { events, vault }
    }

    async fn opened(&self, outcome: AppendOutcome) -> Result<AppendOutcome, StoreError> {
        match outcome {
            AppendOutcome::Repeated(mut commits) => {
                self.vault.open_all(&mut commits).await?;
                Ok(AppendOutcome::Repeated(commits))
            }
            AppendOutcome::Written | AppendOutcome::Conflict => Ok(outcome),
        }
    }
}

#[async_trait]
impl EventStore for OpenedEvents {
    async fn commit_append(&self, commit: &Commit) -> Result<AppendOutcome, StoreError> {
        self.opened(self.events.commit_append(commit).await?).await
    }

    async fn commits_append(&self, commits: &[Commit]) -> Result<AppendOutcome, StoreError> {
        self.opened(self.events.commits_append(commits).await?)
            .await
    }

    async fn case_begin(&self, commit: &Commit) -> Result<BeginOutcome, StoreError> {
        self.events.case_begin(commit).await
    }

    async fn claim_get(&self, command_id: &CommandId) -> Result<Option<Claim>, StoreError> {
        self.events.claim_get(command_id).await
    }

    async fn commit_get(&self, commit: CommitRef) -> Result<Option<Commit>, StoreError> {
        let mut found = self.events.commit_get(commit).await?;
        if let Some(found) = &mut found {
            self.vault.open_all(std::slice::from_mut(found)).await?;
        }
        Ok(found)
    }

    async fn commits_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        let mut commits = self.events.commits_after(docket_number, after).await?;
        self.vault.open_all(&mut commits).await?;
        Ok(commits)
    }

    async fn commits_between(
        &self,
        docket_number: DocketNumber,
        after: Version,
        through: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        let between = self.events.commits_between(docket_number, after, through);
        let mut commits = between.await?;
        self.vault.open_all(&mut commits).await?;
        Ok(commits)
    }

    async fn commits_page(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, StoreError> {
        let page = self
            .events
            .commits_page(docket_number, beyond, limit, order);
        let mut page = page.await?;
        self.vault.open_all(&mut page.commits).await?;
        Ok(page)
    }

    async fn commits_scan(
        &self,
        segment: Segment,
        from: Option<CommitRef>,
    ) -> Result<ScanPage, StoreError> {
        let mut page = self.events.commits_scan(segment, from).await?;
        let failed = self.vault.open(&mut page.commits).await?;
        if !failed.is_empty() {
            let is_open = |commit: &Commit| failed.iter().all(|(at, _)| *at != commit.reference());
            page.commits.retain(is_open);
            let unreadable = failed.into_iter().map(|(commit, error)| Unreadable {
                commit,
                problem: error.to_string(),
            });
            page.unreadable.extend(unreadable);
        }
        Ok(page)
    }

    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.events.any_case().await
    }

    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.events.docket_number_highest(year).await
    }
}
