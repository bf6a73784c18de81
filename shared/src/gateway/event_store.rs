//! Keeping commits.

use async_trait::async_trait;
use casefold_events::{CommandId, Commit, CommitRef, Digest, DocketNumber, Version};

use super::StoreError;

/// Keeps commits for ever. There is nothing here that changes or removes one.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Appends a commit to a case that exists, by one conditional write: it is written if,
    /// and only if, no commit of its number is there.
    ///
    /// The number must come from a strongly consistent read of the commits before it: the
    /// condition stops a duplicate number, not a gap.
    async fn commit_append(&self, commit: &Commit) -> Result<AppendOutcome, StoreError>;

    /// Appends one commit to each of several cases in one step: all, or none. At most 100.
    async fn commits_append(&self, commits: &[Commit]) -> Result<AppendOutcome, StoreError>;

    /// Begins a case: its first commit, and the claim on its command id, in one step.
    async fn case_begin(&self, commit: &Commit) -> Result<BeginOutcome, StoreError>;

    /// The claim on a command id by a petition, where there is one. Strongly consistent.
    async fn claim_get(&self, command_id: &CommandId) -> Result<Option<Claim>, StoreError>;

    /// One commit. Strongly consistent.
    async fn commit_get(&self, commit: CommitRef) -> Result<Option<Commit>, StoreError>;

    /// All commits of a case after a version, in order, however many pages they take.
    /// Strongly consistent.
    async fn commits_after(
        &self,
        docket_number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError>;

    /// The commits of a case after a version and up to another, in order, however many pages
    /// they take. Strongly consistent.
    async fn commits_between(
        &self,
        docket_number: DocketNumber,
        after: Version,
        through: Version,
    ) -> Result<Vec<Commit>, StoreError>;

    /// At most `limit` commits of a case beyond a version, in an order. Eventually
    /// consistent.
    async fn commits_page(
        &self,
        docket_number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, StoreError>;

    /// Some commits of a segment of the whole table, in no order across cases but in order
    /// within a case, going on from where an earlier page ended. Strongly consistent. A case
    /// is in one segment, whole.
    async fn commits_scan(
        &self,
        segment: Segment,
        from: Option<CommitRef>,
    ) -> Result<ScanPage, StoreError>;

    /// Any case that there is; `None` where there is none at all.
    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError>;

    /// The highest docket number of a year (its two digits) that a case has. It reads the
    /// whole table: for recovering a lost counter, and nothing else.
    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError>;
}

/// How an append went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The commits are durable.
    Written,
    /// The same command had already been carried out; these are its commits, as they were
    /// written then. Nothing was written now. The digests may differ: compare them.
    Repeated(Vec<Commit>),
    /// Another commit has taken a number: read again and decide again. Nothing was written.
    Conflict,
}

/// How the beginning of a case went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BeginOutcome {
    /// The case exists.
    Written,
    /// The command id is claimed already. Nothing was written.
    Claimed(Claim),
    /// The docket number is taken. Nothing was written.
    NumberTaken,
}

/// A petition's claim on its command id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The petition's commit.
    pub commit: CommitRef,
    /// The digest of the command.
    pub command_digest: Digest,
}

/// In which order commits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first commit first.
    OldestFirst,
    /// The last commit first.
    NewestFirst,
}

/// Some commits of a case.
#[derive(Clone, Debug)]
pub struct CommitPage {
    /// The commits.
    pub commits: Vec<Commit>,
    /// The version beyond which the next page goes on; `None` where there is none.
    pub next: Option<Version>,
}

/// One of several equal parts of the event table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Which part, from 0.
    pub index: u32,
    /// Of how many.
    pub of: u32,
}

/// Some commits of a segment.
#[derive(Clone, Debug)]
pub struct ScanPage {
    /// The commits that can be read.
    pub commits: Vec<Commit>,
    /// Those that can't: one keeps nobody from reading the others.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page goes on; `None` where the segment is at its end.
    pub next: Option<CommitRef>,
}

/// A commit that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Which.
    pub commit: CommitRef,
    /// Why not, without personal data.
    pub problem: String,
}
