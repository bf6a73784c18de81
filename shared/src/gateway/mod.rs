//! The persistence gateway: what the domain asks of persistence, in the domain's words.
//!
//! Nothing here knows a table, a key or DynamoDB. There is one implementation of the stores
//! of commits and of what is derived, [`crate::dynamodb::DynamoStore`], and one of the store
//! of documents, [`crate::documents::ObjectDocuments`]; a test that touches persistence runs
//! them against real engines.
//!
//! | trait | keeps | can be lost |
//! | --- | --- | --- |
//! | [`EventStore`] | commits, for ever | never |
//! | [`SnapshotStore`] | what is derived from them | yes: it is folded again |
//! | [`ListStore`] | the rows of cases in lists | yes: they follow from the cases |
//! | [`RowStore`] | the rows of all other projections | yes: they follow from the commits |
//! | [`MilestoneStore`] | cases as of every so many commits | yes: they are folded again |
//! | [`CommitIndex`] | the rows of commits in the audit index | yes: they follow from the commits |
//! | [`AccessLog`] | who looked at what is sealed, for ever | never |
//! | [`ControlStore`] | counters and checkpoints | yes: recovered from the commits, or started anew |
//! | [`CheckpointStore`] | signed checkpoints over all heads, and what they stand over | never |
//! | [`GenerationStore`] | which generations projections have, and which one readers follow | yes: established anew, and rebuilt |
//! | [`LeaseStore`] | who works on what, and how far it is | yes: the work is begun anew |
//! | [`KeyStore`] | the keys under which personal values are encrypted | never, unless to forget: what is encrypted under them is lost with them |
//! | [`DocumentStore`] | the content of documents, by its digest | never |

use serde::{Deserialize, Serialize};

mod access_log;
mod account;
mod checkpoints;
mod commit_index;
mod control;
mod documents;
mod event_store;
mod gathering;
mod generations;
mod keys;
mod leases;
mod lists;
mod milestones;
mod rows;
mod snapshots;
mod stores;

pub use access_log::{AccessLog, LinkOutcome, LinkPage};
pub(crate) use account::Account;
pub use account::accounted;
pub use checkpoints::{
    BucketPlace, CheckpointOutcome, CheckpointStore, FoundCheckpoint, KeptCheckpoint, NewCheckpoint,
};
pub use commit_index::{CommitIndex, IndexRange, IndexRows, IndexedInCase};
pub use control::ControlStore;
pub use documents::{
    ContentStream, DocumentContent, DocumentStore, Grant, PutDocumentError, PutTerms,
    StoredDocument, document_key,
};
pub use event_store::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    Unreadable,
};
pub(crate) use gathering::Gathering;
pub use gathering::gathered;
pub use generations::{GenerationStore, Operation, Removed, Revised};
pub use keys::{
    Forgetting, ForgottenBy, KeyStore, KeysPage, KeysPut, StoredKey, StoredKeys, WrappedCourtKey,
    WrappedKey,
};
pub use leases::{Lease, LeaseState, LeaseStore, Term};
pub use lists::{ListPage, ListRange, ListStore, ListsOutcome, SortOrder, StoredRow};
pub use milestones::{MilestoneState, MilestoneStore, StoredMilestone};
pub(crate) use rows::RowsMark;
pub use rows::{CaseRows, Row, RowOfCase, RowPage, RowStore, RowsPut};
pub use snapshots::{
    CommandRow, EntrySelection, Generation, Head, ProjectionId, PutOutcome, Quarantined,
    SnapshotStore,
};
pub use stores::{OpenStores, Stores};

/// A failure of the store. It is not a refusal: the domain had no say in it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is overloaded and asks to slow down. It may pass: answered by HTTP with
    /// 503 and Retry-After, by the projector with another try.
    #[error("the store is throttling; try again in a moment")]
    Throttled(#[source] BoxError),
    /// The store can't be reached or failed. It may pass, like [`Self::Throttled`].
    #[error("the store can't be reached; try again in a moment")]
    Unavailable(#[source] BoxError),
    /// The store refused the request, which another try won't mend: a missing table,
    /// missing permissions, an item over the store's limit. HTTP 500.
    #[error("the store refused the request: {0}")]
    Refused(String, #[source] BoxError),
    /// What the store holds is not what this build writes. HTTP 500; the case is parked.
    #[error("the store holds something unreadable at {at}: {problem}")]
    Corrupt {
        /// Where: a key, without personal data.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A commit or a snapshot exceeds what the store takes in one step. HTTP 413.
    #[error("{what} has {bytes} bytes, and the store takes {limit}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

impl StoreError {
    /// Whether the same request may succeed a moment later.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Throttled(_) | Self::Unavailable(_) => true,
            Self::Refused(..) | Self::Corrupt { .. } | Self::TooLarge { .. } => false,
        }
    }
}

/// The cause of a failure, for the log.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Tells what requests have cost.
pub trait Meter: Send + Sync {
    /// What all requests that it counts have cost so far.
    fn consumed(&self) -> Consumed;
}

/// What some requests have cost. Units are exact: they are the bill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consumed {
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
    /// Requests sent, tries included.
    pub requests: u64,
}

impl std::ops::AddAssign for Consumed {
    fn add_assign(&mut self, other: Self) {
        self.read_units += other.read_units;
        self.write_units += other.write_units;
        self.requests += other.requests;
    }
}

impl std::ops::Sub for Consumed {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self {
            read_units: self.read_units - earlier.read_units,
            write_units: self.write_units - earlier.write_units,
            requests: self.requests - earlier.requests,
        }
    }
}
