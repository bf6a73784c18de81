//! The real event table, with an eye on what is read of it, and a hand on when.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Version};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    StoreError,
};
use tokio::sync::Semaphore;

/// A version that no build knows.
const UNKNOWN_VERSION: u32 = 99;

/// A page of a scan that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) segment: u32,
    pub(crate) from: Option<CommitRef>,
    pub(crate) commits: u64,
}

/// An event store whose scans are counted, and may be held up.
pub(crate) struct Watched {
    store: Arc<DynamoStore>,
    scanned: Mutex<Vec<Scanned>>,
    hold: Option<Hold>,
    ahead: Option<CommitRef>,
}

/// Holds a page up, after it was read and before the reader has it.
struct Hold {
    page: usize,
    reached: Semaphore,
    go_on: Semaphore,
}

impl Watched {
    pub(crate) fn new(store: Arc<DynamoStore>) -> Self {
        Self {
            store,
            scanned: Mutex::default(),
            hold: None,
            ahead: None,
        }
    }

    /// Holds up the page of this number, counted from one.
    pub(crate) fn holding(store: Arc<DynamoStore>, page: usize) -> Self {
        let hold = Hold {
            page,
            reached: Semaphore::new(0),
            go_on: Semaphore::new(0),
        };
        Self {
            hold: Some(hold),
            ..Self::new(store)
        }
    }

    /// Sees a commit as a build does that is older than its writer: whole and chained, with a
    /// version of its first event that the build doesn't know.
    pub(crate) fn older_than(store: Arc<DynamoStore>, ahead: CommitRef) -> Self {
        Self {
            ahead: Some(ahead),
            ..Self::new(store)
        }
    }

    pub(crate) fn scanned(&self) -> Vec<Scanned> {
        self.scanned.lock().unwrap().clone()
    }

    /// How many commits were read by scans.
    pub(crate) fn commits(&self) -> u64 {
        self.scanned().iter().map(|page| page.commits).sum()
    }

    /// Waits until the page is held up.
    pub(crate) async fn reached(&self) {
        let hold = self.hold.as_ref().unwrap();
        hold.reached.acquire().await.unwrap().forget();
    }

    /// Lets the page go on.
    pub(crate) fn go_on(&self) {
        self.hold.as_ref().unwrap().go_on.add_permits(1);
    }

    fn seen(&self, mut commit: Commit) -> Commit {
        if Some(commit.reference()) != self.ahead {
            return commit;
        }
        commit.draft.events[0].schema_version = UNKNOWN_VERSION;
        commit.draft.seal(commit.prev_hash)
    }
}

#[async_trait]
impl EventStore for Watched {
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
        Ok(commit.map(|commit| self.seen(commit)))
    }

    async fn commits_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        let commits = self.store.commits_after(docket_number, after).await?;
        Ok(commits.into_iter().map(|it| self.seen(it)).collect())
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
        let mut page = self.store.commits_scan(segment, from).await?;
        let commits = page.commits.drain(..).map(|it| self.seen(it));
        page.commits = commits.collect();
        let nth = {
            let mut scanned = self.scanned.lock().unwrap();
            scanned.push(Scanned {
                segment: segment.index,
                from,
                commits: (page.commits.len() + page.unreadable.len()) as u64,
            });
            scanned.len()
        };
        if let Some(hold) = self.hold.as_ref().filter(|hold| hold.page == nth) {
            hold.reached.add_permits(1);
            hold.go_on.acquire().await.unwrap().forget();
        }
        Ok(page)
    }

    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.store.any_case().await
    }

    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.store.docket_number_highest(year).await
    }
}
