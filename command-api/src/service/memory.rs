//! What this process remembers of cases, so that the next command on one needs no read.
//!
//! A remembered case may be behind its record, for others write too. That does no harm: a commit
//! is appended on the condition that none of its number is there, so what was decided over an old
//! case is not written; and nothing is refused over a case that wasn't read just then.
//!
//! Of a case of which somebody was forgotten, or is about to be, nothing is remembered: what is
//! in memory would tell of them when the record no longer does. Whoever uses a remembered case
//! looks at the case's keys first, which a process knows for a bounded time
//! ([`KNOWN_FOR`](casefold_shared::keys::KNOWN_FOR)).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use casefold_events::{CaseEvent, CommandId, Commit, CommitRef, DocketNumber, Timestamp, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::Generation;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rpds::RedBlackTreeMapSync;

/// How much memory remembered cases take at most unless it is said, in bytes as they are
/// estimated: 64 MiB. A function of AWS Lambda with half a gigabyte has room for it.
pub const REMEMBERED_BYTES: u64 = 64 * 1024 * 1024;

/// How much a case takes, about, by which the store makes its first guess at how many there are.
const BYTES_OF_A_CASE: u64 = 16 * 1024;

/// For how long a case is remembered after it was seen last. It bounds how long a table that was put
/// back to an earlier state, under its own name, may be behind what a process remembers of it.
const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// About how much the id of a command takes, with its place among the others.
const BYTES_OF_A_COMMAND: usize = 160;

/// How many entries on the record may be in memory, and how many commits past a snapshot, of which
/// what follows a command shares nearly all. A case with more is forgotten, and read anew by the
/// next command with the few entries that it names.
const MOST_ENTRIES: usize = 4_096;

/// How many entries off the record may be, which are copied as one where one of them changes.
const MOST_OFF_RECORD: usize = 256;

/// A case with what tells which commands made it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// When the store was asked last, or written to.
    at: Timestamp,
    /// The generation of cases that it was read from.
    pub(super) generation: Generation,
    /// The case.
    pub(super) case: Case,
    /// The version of the snapshot that it was read from: the row of every command up to it is
    /// written.
    rows_through: Version,
    /// The commands past that, each with the first commit that it made.
    since: RedBlackTreeMapSync<Arc<str>, Version>,
}

impl Known {
    /// A case as its snapshot has it.
    pub(super) fn of_snapshot(at: Timestamp, generation: Generation, case: Case) -> Self {
        Self {
            at,
            generation,
            rows_through: case.version,
            since: RedBlackTreeMapSync::default(),
            case,
        }
    }

    /// A case of which there is no snapshot, folded from these commits.
    pub(super) fn of_commits(
        at: Timestamp,
        generation: Generation,
        case: Case,
        commits: &[Commit],
    ) -> Self {
        Self {
            at,
            generation,
            rows_through: Version::ZERO,
            since: RedBlackTreeMapSync::default(),
            case,
        }
        .with(commits)
    }

    /// The same with the commands of commits that its case has meanwhile.
    #[must_use]
    fn with(mut self, commits: &[Commit]) -> Self {
        for commit in commits {
            let command = commit.command_id.as_str();
            if !self.since.contains_key(command) {
                self.since.insert_mut(Arc::from(command), commit.version);
            }
        }
        self
    }

    /// The case after commits that followed it.
    pub(super) fn followed_by(&self, at: Timestamp, case: Case, commits: &[Commit]) -> Self {
        Self {
            at,
            generation: self.generation,
            rows_through: self.rows_through,
            since: self.since.clone(),
            case,
        }
        .with(commits)
    }

    /// The commit that a command made, if it is one past the snapshot. Of those before it the
    /// rows tell.
    pub(super) fn commit_of(&self, command: &CommandId) -> Option<CommitRef> {
        Some(CommitRef {
            docket_number: self.case.docket_number,
            version: *self.since.get(command.as_str())?,
        })
    }

    fn is_worth_keeping(&self) -> bool {
        let docket = &self.case.docket;
        docket.loaded() <= MOST_ENTRIES
            && docket.off_record().len() <= MOST_OFF_RECORD
            && self.since.size() <= MOST_ENTRIES
    }
}

/// Whether a case knows every entry that events are about, so that folding them leaves it as
/// the record has it.
pub(super) fn is_all_loaded(case: &Case, events: &[CaseEvent]) -> bool {
    case.docket.is_whole()
        || events.iter().all(|event| {
            matches!(event, CaseEvent::DocketEntryFiled(_))
                || event
                    .docket_entry_id()
                    .is_none_or(|id| case.docket.entry(id).is_some())
        })
}

/// The cases that a process remembers.
pub(super) struct Memory {
    cases: Cache<DocketNumber, Arc<Known>, Bytes>,
    /// Whether it pays to decide over a remembered case without a look at what is past it.
    pub(super) of_cases: Trust,
    /// The same of snapshots.
    pub(super) of_snapshots: Trust,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl Memory {
    /// Of no case yet, and never of more than take so many bytes.
    pub(super) fn up_to(most_bytes: u64) -> Self {
        let about = usize::try_from(most_bytes / BYTES_OF_A_CASE).unwrap_or_default();
        Self {
            cases: Cache::with_weighter(about, most_bytes, Bytes),
            of_cases: Trust::default(),
            of_snapshots: Trust::default(),
        }
    }

    /// A case as it was known last, in this generation.
    pub(super) fn recall(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        now: Timestamp,
    ) -> Option<Arc<Known>> {
        let known = self.cases.get(&docket_number)?;
        let age = now.as_millis() - known.at.as_millis();
        let longest = i64::try_from(REMEMBERED_FOR.as_millis()).unwrap_or(i64::MAX);
        // A clock that was set back makes what was seen stale, not fresh for ever.
        let is_fresh = (0..longest).contains(&age);
        (known.generation == generation && is_fresh).then_some(known)
    }

    /// Remembers a case in the place of what was known of it, unless that is newer.
    pub(super) fn remember(&self, known: Arc<Known>) {
        let docket_number = known.case.docket_number;
        if !known.is_worth_keeping() {
            self.forget(docket_number);
            return;
        }
        let is_newer = |there: Arc<Known>| {
            there.generation == known.generation && there.case.version > known.case.version
        };
        if !self.cases.peek(&docket_number).is_some_and(is_newer) {
            self.cases.insert(docket_number, known);
        }
    }

    /// Forgets a case.
    pub(super) fn forget(&self, docket_number: DocketNumber) {
        self.cases.remove(&docket_number);
    }
}

/// Weighs what is remembered.
#[derive(Clone)]
struct Bytes;

impl Weighter<DocketNumber, Arc<Known>> for Bytes {
    fn weight(&self, _: &DocketNumber, known: &Arc<Known>) -> u64 {
        (known.case.weight() + BYTES_OF_A_COMMAND * known.since.size()) as u64
    }
}

/// Whether it pays to append without having looked whether others wrote meanwhile.
///
/// An append that comes too late is billed as one, a write unit at least, where a look costs a
/// read unit, and it takes a round trip more. At AWS's prices (a write unit costs five times a
/// read unit) looking first is cheaper as soon as more than one append in six would come too
/// late: where several processes write to the same cases by turns. So the share of those is
/// followed, as a moving average over some sixteen commands.
#[derive(Debug, Default)]
pub(super) struct Trust {
    /// The share of those that would have come too late, of [`ALL`](Self::ALL).
    late: AtomicU32,
}

impl Trust {
    const ALL: u32 = 1 << 16;
    const TOO_MANY: u32 = Self::ALL / 6;
    const COMMANDS: u32 = 16;

    /// Whether to go without looking.
    pub(super) fn holds(&self) -> bool {
        self.late.load(Ordering::Relaxed) <= Self::TOO_MANY
    }

    /// Learns whether one came too late, or would have.
    pub(super) fn learn(&self, was_late: bool) {
        let late = self.late.load(Ordering::Relaxed);
        let now = late - late / Self::COMMANDS;
        let now = if was_late {
            now + Self::ALL / Self::COMMANDS
        } else {
            now
        };
        // Of two who learn at once one may be unheard: it is an average.
        self.late.store(now, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_is_lost_where_others_write_by_turns_and_comes_back() {
        let trust = Trust::default();
        for _ in 0..100 {
            assert!(trust.holds());
            trust.learn(false);
        }
        trust.learn(true);
        assert!(trust.holds(), "one that comes late is none to learn from");
        for _ in 0..4 {
            trust.learn(true);
        }
        assert!(!trust.holds());
        let mut looked = 0;
        while !trust.holds() {
            trust.learn(false);
            looked += 1;
        }
        assert!((1..=16).contains(&looked), "{looked}");
    }

    #[test]
    fn one_late_in_ten_is_cheaper_than_looking_each_time_and_one_in_three_is_not() {
        let share_that_looks = |every: u32| {
            let trust = Trust::default();
            let looks = (0..10_000).filter(|command| {
                let looks = !trust.holds();
                trust.learn(command % every == 0);
                looks
            });
            looks.count()
        };
        assert!(share_that_looks(10) < 500, "{}", share_that_looks(10));
        assert!(share_that_looks(3) > 9_000, "{}", share_that_looks(3));
    }
}
