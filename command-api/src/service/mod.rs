//! The acts: read a case, decide a command, append its commit.
//!
//! The shell around deciding. It brings the case, the time and new ids to
//! [`decide`](crate::decide), and its decision to the event store; it holds no rule of the
//! court and knows neither HTTP nor DynamoDB.
//!
//! A command on a case that this process had a moment ago costs one conditional write: it is
//! decided over the case as it is remembered (`memory`), and read again where that doesn't do.
//! On another case the snapshot is read first, beside the case's keys (`basis`). A caller who sent
//! an idempotency key pays for one look at the command-id row besides; a petition, and a command
//! that names somebody new, for a write of keys.

mod as_of;
mod audit;
mod basis;
mod blame;
mod calendar;
pub(crate) mod codes;
mod commands;
mod documents;
mod envelope;
mod group;
mod history;
mod jobs;
mod lists;
mod load;
mod memory;
mod policies;
mod reads;
pub(crate) mod told;

use std::sync::Arc;

use casefold_events::{
    CommandId, Commit, CorrelationId, DocketNumber, EventId, Personal, Timestamp, Version,
};
use casefold_shared::accesses::recorder::Recorder;
use casefold_shared::audit as audit_index;
use casefold_shared::case::{Case, FoldError, generation};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    AccessLog, CommitIndex, ControlStore, EventStore, ListStore, MilestoneStore, SnapshotStore,
    StoreError, Stores,
};
use casefold_shared::generations::follow::Follower;
use casefold_shared::keys::Vault;
use casefold_shared::lists::{GENERATIONS as LIST_GENERATIONS, NAME as LISTS};
use casefold_shared::metrics::Metrics;
use casefold_shared::milestone;

pub use self::as_of::ReadAsOf;
pub use self::audit::{AuditPage, PageOf};
pub use self::calendar::{CalendarOutcome, CalendarReport};
use self::load::Purpose;
use self::memory::Memory;
use crate::decide::Actor;
use crate::refusal::Refusal;

pub use self::documents::{Documents, MAX_DOCUMENT_BYTES};
pub use self::history::{HistoryFilter, LOOKED_AT};
pub use self::jobs::{JobReport, RefusedCase};
pub use self::lists::RowPage;
pub use self::memory::REMEMBERED_BYTES;
pub use self::reads::ReadCase;

/// How often a command that lost a race is decided again before the caller is told.
pub const MAX_TRIES: usize = 8;

/// The service: a cheap handle on the stores and the clock.
#[derive(Clone)]
pub struct Service {
    events: Arc<dyn EventStore>,
    snapshots: Arc<dyn SnapshotStore>,
    lists: Arc<dyn ListStore>,
    milestones: Arc<dyn MilestoneStore>,
    control: Arc<dyn ControlStore>,
    clock: Arc<dyn Clock>,
    case_generations: Arc<Follower>,
    list_generations: Arc<Follower>,
    milestone_generations: Arc<Follower>,
    /// A case as of an earlier version has no use for milestones.
    milestones_every: u64,
    documents: Option<Documents>,
    index: Arc<dyn CommitIndex>,
    audit_generations: Arc<Follower>,
    access_log: Arc<dyn AccessLog>,
    accesses: Arc<Recorder>,
    vault: Arc<Vault>,
    memory: Arc<Memory>,
    metrics: Metrics,
}

/// A command with who sends it and what they ask of its execution.
#[derive(Clone, Debug)]
pub struct Request<C> {
    /// Who.
    pub actor: Actor,
    /// The command.
    pub command: C,
    /// The caller's own id for the command: sent again, it gives the first answer again.
    pub idempotency_key: Option<CommandId>,
    /// Ties log lines and commits together.
    pub correlation_id: CorrelationId,
    /// The network address that it comes from, where it is known.
    pub source: Option<Personal<String>>,
    /// The version at which the caller has seen the case: the command is refused if it has
    /// moved on.
    pub if_match: Option<Version>,
}

/// What a command did to a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The case.
    pub docket_number: DocketNumber,
    /// Its version after the command.
    pub version: Version,
    /// When the court recorded it.
    pub recorded_at: Timestamp,
    /// In how many commits: what followed by itself is in commits of its own.
    pub commits: u64,
    /// What happened, in order.
    pub events: Vec<EventRef>,
    /// Whether the command had been carried out before, and this is the first answer again.
    pub repeated: bool,
}

/// Names an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRef {
    /// Its id.
    pub event_id: EventId,
    /// Its type.
    pub event_type: String,
    /// The policy by which it followed, where it was not the sender who asked for it.
    pub policy: Option<String>,
}

impl Answer {
    /// What commits did, case by case; those of one case are in their order.
    fn of(commits: &[Commit], repeated: bool) -> Vec<Self> {
        let mut answers: Vec<Self> = Vec::new();
        for commit in commits {
            let events = commit.events.iter().map(|event| EventRef {
                event_id: event.event_id,
                event_type: event.event_type.clone(),
                policy: commit.causation.map(|_| commit.command.clone()),
            });
            match answers
                .iter_mut()
                .find(|answer| answer.docket_number == commit.docket_number)
            {
                Some(answer) => {
                    answer.version = commit.version;
                    answer.commits += 1;
                    answer.events.extend(events);
                }
                None => answers.push(Self {
                    docket_number: commit.docket_number,
                    version: commit.version,
                    recorded_at: commit.recorded_at,
                    commits: 1,
                    events: events.collect(),
                    repeated,
                }),
            }
        }
        answers
    }
}

/// Why a command was not carried out. Where it is refused ([`Self::is_refusal`]), nothing was
/// written. Where the store failed, nobody knows: the commit may have been written, whole, and its
/// answer lost. With an idempotency key the same command sent again comes to a definite end.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules refuse it. HTTP: the refusal's own status.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The idempotency key was used for another command. HTTP 422.
    #[error("this Idempotency-Key was used for another command; send a new key with a new command")]
    KeyReused,
    /// The case is not at the version that the caller expects. HTTP 412.
    #[error("the case is at version {current}; read it again and decide anew")]
    VersionMismatch {
        /// The version at which the case is.
        current: Version,
    },
    /// Others changed the case each time it was decided. HTTP 409.
    #[error("the case changed {MAX_TRIES} times while the command was decided; send it again")]
    Contended,
    /// There is no such case. HTTP 404.
    #[error("there is no case {0}")]
    NoSuchCase(DocketNumber),
    /// An event can't be written in its stored form: a fault of this build. HTTP 500.
    #[error("the command's events can't be stored")]
    Encode(#[from] casefold_events::canonical::CanonicalError),
    /// The case could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Read(ReadError::Store(error))
    }
}

/// Why a case could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The store failed. HTTP 503 where it may pass, else 500.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The case's history can't be folded by this build. HTTP 503: it waits for a newer
    /// build or a repair, and nothing of it is lost.
    #[error("the case's history can't be read by this build")]
    Fold(#[from] FoldError),
    /// The lists lack cases. HTTP 503: it passes when their rebuild has come to its end.
    #[error("the lists are being rebuilt; read cases by their numbers meanwhile")]
    ListsIncomplete,
    /// The audit index lacks cases. HTTP 503: it passes when its rebuild has come to its end.
    #[error("the audit index is being rebuilt; read the histories of cases meanwhile")]
    AuditIncomplete,
    /// The case has not reached the version that the caller asks for. HTTP 409.
    #[error("the case is at version {current}, and version {wanted} was asked for")]
    NotReached {
        /// The version at which the case is.
        current: Version,
        /// The version that was asked for.
        wanted: Version,
    },
    /// The case has not reached the version as of which it was asked for. HTTP 409.
    #[error("the case is at version {current}, and was asked for as of version {wanted}")]
    NotYetRecorded {
        /// The version at which the case is.
        current: Version,
        /// The version that was asked for.
        wanted: Version,
    },
    /// The case had not begun at the time that was asked for. HTTP 409.
    #[error("the case had not begun by then")]
    NotBegun,
    /// The snapshot moved on each time it was read. HTTP 503.
    #[error("the case changes faster than it can be read; try again in a moment")]
    Moving,
}

impl Service {
    /// A service on these stores, with this clock.
    pub fn new(stores: Stores, clock: Arc<dyn Clock>) -> Self {
        let follower = |name, known| {
            Arc::new(Follower::new(
                stores.generations.clone(),
                stores.events.clone(),
                clock.clone(),
                name,
                known,
            ))
        };
        Self {
            case_generations: follower(generation::NAME, generation::known()),
            list_generations: follower(LISTS, LIST_GENERATIONS.to_vec()),
            audit_generations: follower(audit_index::NAME, audit_index::GENERATIONS.to_vec()),
            accesses: Arc::new(Recorder::new(stores.accesses.clone(), clock.clone())),
            access_log: stores.accesses,
            index: stores.index,
            milestone_generations: follower(milestone::NAME, generation::known()),
            milestones_every: milestone::EVERY,
            events: stores.events,
            snapshots: stores.snapshots,
            lists: stores.lists,
            milestones: stores.milestones,
            control: stores.control,
            clock,
            documents: None,
            vault: stores.vault,
            memory: Arc::new(Memory::up_to(REMEMBERED_BYTES)),
            metrics: Metrics::off(),
        }
    }

    /// Makes sure that the projections have generations before there is a first commit: then
    /// it is known that they miss nothing. A process that knows them asks nobody. Milestones are
    /// left to the projector, like rows: a case has none for a long time, and reads do without.
    pub(super) async fn establish(&self) -> Result<(), StoreError> {
        // All at once: it is what a process begins with, and its first caller waits for it.
        futures::try_join!(
            self.case_generations.followed(),
            self.list_generations.followed(),
            self.audit_generations.followed(),
        )?;
        Ok(())
    }

    /// Reads anew, with the next request, which generations readers follow; else a process
    /// goes by what it knows for a bounded time
    /// ([`KNOWN_FOR`](casefold_shared::generations::KNOWN_FOR)).
    pub async fn forget_generations(&self) {
        self.case_generations.forget().await;
        self.list_generations.forget().await;
        self.audit_generations.forget().await;
        self.milestone_generations.forget().await;
    }

    /// The same service, in a court with a milestone after so many commits: for tests, where
    /// histories are short.
    #[must_use]
    pub const fn with_milestones_every(mut self, commits: u64) -> Self {
        self.milestones_every = commits;
        self
    }

    /// A case as this process remembers it, with the entries of its record that are in memory:
    /// for whoever compares it with the record. `None` where it isn't remembered.
    pub async fn remembered(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Case>, StoreError> {
        let generation = self.generation(Purpose::Deciding).await?;
        let known = self
            .memory
            .recall(generation, docket_number, self.clock.now());
        Ok(known.map(|known| known.case.clone()))
    }

    /// The same service, which remembers cases of so many bytes at most, as they are estimated,
    /// and not [`REMEMBERED_BYTES`].
    #[must_use]
    pub fn remembering(mut self, most_bytes: u64) -> Self {
        self.memory = Arc::new(Memory::up_to(most_bytes));
        self
    }

    /// The same service, which tells what its commands and reads come to.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Where the service tells its figures.
    pub(crate) const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The clock by which the service records commits.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }
}
