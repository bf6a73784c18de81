//! The real event table, seen through a fault.

use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Version};
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    StoreError,
};
use futures::future::BoxFuture;
use tokio::sync::Mutex;

/// A fault of reading.
pub(crate) enum Fault {
    /// The case's reads are throttled.
    Throttled(DocketNumber),
    /// The commit's item can't be read, and so no page that it is on.
    Unreadable(CommitRef),
    /// After the first read of a case's commits, and before the reader has them, this happens.
    Overtaken(Mutex<Option<BoxFuture<'static, ()>>>),
    /// The commit reads as another than was written.
    Altered(CommitRef),
    /// The commit reads as a build sees it that is older than its writer: whole and chained,
    /// with a version of its first event that the build doesn't know.
    OfNewerBuild(CommitRef),
}

/// A version that no build knows.
pub(crate) const UNKNOWN_VERSION: u32 = 99;

/// An event store with a fault.
pub(crate) struct Faulty {
    pub(crate) store: Arc<dyn EventStore>,
    pub(crate) fault: Fault,
}

impl Faulty {
    fn seen(&self, mut commit: Commit) -> Result<Commit, StoreError> {
        match &self.fault {
            Fault::Throttled(case) if commit.docket_number == *case => {
                Err(StoreError::Throttled("slow down".into()))
            }
            Fault::Unreadable(at) if commit.reference() == *at => Err(StoreError::Corrupt {
                at: format!("CASE#{}/{}", at.docket_number, at.version),
                problem: "attribute events is not a list".to_owned(),
            }),
            Fault::Altered(at) if commit.reference() == *at => {
                commit.draft.command.push('!');
                Ok(commit)
            }
            Fault::OfNewerBuild(at) if commit.reference() == *at => {
                commit.draft.events[0].schema_version = UNKNOWN_VERSION;
                Ok(commit.draft.seal(commit.prev_hash))
            }
            Fault::Throttled(_)
            | Fault::Unreadable(_)
            | Fault::Altered(_)
            | Fault::OfNewerBuild(_)
            | Fault::Overtaken(_) => Ok(commit),
        }
    }
}

#[async_trait]
impl EventStore for Faulty {
    async fn commit_append(&self, commit: &Commit) -> Result<AppendOutcome, StoreError> {
        self.store.commit_append(commit).await
    }

    async fn commits_append(&self, commits: &[Commit]) -> Result<AppendOutcome, StoreError> {
        self.store.commits_append(commits).await
    }

    async fn case_begin(&self, commit: &Commit) -> Result<BeginOutcome, StoreError> {
        self.store.case_begin(commit).await
    }

    async fn claim_get(&self, command_id: &CommandId) -> Result<Option<Claim>, StoreError> {
        self.store.claim_get(command_id).await
    }

    async fn commit_get(&self, commit: CommitRef) -> Result<Option<Commit>, StoreError> {
        let commit = self.store.commit_get(commit).await?;
        commit.map(|commit| self.seen(commit)).transpose()
    }

    async fn commits_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        let commits = self.store.commits_after(docket_number, after).await?;
        if let Fault::Overtaken(meanwhile) = &self.fault
            && let Some(meanwhile) = meanwhile.lock().await.take()
        {
            meanwhile.await;
        }
        commits
            .into_iter()
            .map(|commit| self.seen(commit))
            .collect()
    }

    async fn commits_between(
        &self,
        number: DocketNumber,
        after: Version,
        through: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        let mut commits = self.commits_after(number, after).await?;
        commits.retain(|commit| commit.version <= through);
        Ok(commits)
    }

    async fn commits_page(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, StoreError> {
        self.store
            .commits_page(docket_number, beyond, limit, order)
            .await
    }

    async fn commits_scan(
        &self,
        segment: Segment,
        from: Option<CommitRef>,
    ) -> Result<ScanPage, StoreError> {
        self.store.commits_scan(segment, from).await
    }

    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.store.any_case().await
    }

    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.store.docket_number_highest(year).await
    }
}
