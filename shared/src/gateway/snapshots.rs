//! Keeping what is derived from commits.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{CommandId, Digest, DocketEntryId, DocketNumber, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::case::Case;

/// Keeps snapshots of cases, the command ids that they imply, and the cases that wait for
/// repair. All of it can be thrown away and folded again.
#[async_trait]
pub trait SnapshotStore: Send + Sync {
    /// The snapshot of a case, with as much of its docket record as is asked for.
    /// Eventually consistent, but never a mixture of two versions.
    async fn case_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError>;

    /// Loads more entries into a case that was got from here, as they were at its version;
    /// `false`, and none is loaded, where the store has them as they are at a later one.
    async fn case_load(
        &self,
        generation: Generation,
        case: &mut Case,
        entries: EntrySelection<'_>,
    ) -> Result<bool, StoreError>;

    /// Writes a case that was folded on from version `base` (zero: there was none), if, and
    /// only if, the stored one is still at `base`. What did not change since is not
    /// written again: of a long docket record, the header and the pages touched.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] where more changed since `base` than one step can write:
    /// fold in smaller steps (see [`Self::case_put_fits`]).
    async fn case_put(
        &self,
        generation: Generation,
        case: &Case,
        base: Version,
    ) -> Result<PutOutcome, StoreError>;

    /// How far the snapshots of these cases are, strongly consistent each for itself; a case
    /// without one is left out.
    async fn case_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// Whether what changed in the case since `base` is little enough to be written in one
    /// step, with room for one more commit.
    fn case_put_fits(&self, case: &Case, base: Version) -> bool;

    /// Removes the snapshot of a case, where what is stored is wrong. Readers fold the case
    /// from its commits until it is put again.
    async fn case_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Remembers which commands a case's commits carried out. Written **before** the
    /// snapshot of the same version, so that a snapshot at a version implies every command
    /// id up to it. Repeating it changes nothing.
    async fn commands_put(&self, rows: &[CommandRow]) -> Result<(), StoreError>;

    /// The commit by which a command id was carried out on a case, as far as the snapshot
    /// of the case goes. Strongly consistent.
    async fn command_get(
        &self,
        docket_number: DocketNumber,
        command_id: &CommandId,
    ) -> Result<Option<CommandRow>, StoreError>;

    /// Parks a case that can't be folded.
    async fn quarantine_put(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError>;

    /// Releases a case. Releasing one that is not parked changes nothing.
    async fn quarantine_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;

    /// Why a case is parked, where it is. Eventually consistent. A store that can look up
    /// one row does so; by default the list is searched.
    async fn quarantine_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        let parked = self.quarantine_list(generation).await?;
        Ok(parked
            .into_iter()
            .find(|parked| parked.docket_number == docket_number))
    }

    /// The parked cases, all pages of them.
    async fn quarantine_list(&self, generation: Generation)
    -> Result<Vec<Quarantined>, StoreError>;
}

/// The generation of a projection: 1, 2, 3 … Several may stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(pub u32);

impl Generation {
    /// The first generation.
    pub const FIRST: Self = Self(1);

    /// The newest generation of the case projection, which this build's fold makes:
    /// [`crate::case::generation`] lists them all.
    pub const OF_CASES: Self = Self(3);
}

/// One generation of a projection, written `case@3`. Everything that is stored of it has
/// keys that begin so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectionId {
    /// The projection's name: lower-case letters and hyphens.
    pub name: &'static str,
    /// The generation.
    pub generation: Generation,
}

impl ProjectionId {
    /// Whether a projection of rows may have this name: lower-case letters and hyphens, and
    /// none under which something else is kept.
    pub const fn may_be_of_rows(name: &str) -> bool {
        const TAKEN: &[&str] = &[
            "case",
            "cases-sql",
            "milestone",
            "lists",
            "list",
            "buckets",
            "command",
            "quarantine",
            "contents",
            "audit",
        ];
        let letters = name.as_bytes();
        if letters.is_empty() || letters[0] == b'-' {
            return false;
        }
        let mut at = 0;
        while at < letters.len() {
            if !(letters[at].is_ascii_lowercase() || letters[at] == b'-') {
                return false;
            }
            at += 1;
        }
        let mut at = 0;
        while at < TAKEN.len() {
            if is_same(letters, TAKEN[at].as_bytes()) {
                return false;
            }
            at += 1;
        }
        true
    }
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl std::fmt::Display for ProjectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name, self.generation)
    }
}

impl std::fmt::Display for Generation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How far something that follows from a case's commits is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The version.
    pub version: Version,
    /// The hash of that commit, where it is kept beside the version.
    pub hash: Option<Digest>,
}

/// Which entries on the record to load with a case. Entries off the record always come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntrySelection<'a> {
    /// None. Those that stand with the case may come along.
    None,
    /// None yet. Those that stand with the case come along unread, so that
    /// [`SnapshotStore::case_load`] asks for nothing where some are needed after all.
    Later,
    /// Those with these ids or these indexes, where they exist. Others may come along.
    Some {
        /// By id.
        ids: &'a [DocketEntryId],
        /// By index.
        indexes: &'a [u32],
    },
    /// All.
    All,
}

/// How a conditional write of a snapshot went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// Written.
    Written,
    /// The stored case is not at the version that was expected. Nothing was written: read
    /// again, fold again.
    Superseded,
}

/// A command that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRow {
    /// The case.
    pub docket_number: DocketNumber,
    /// The command's id.
    pub command_id: CommandId,
    /// The commit.
    pub version: Version,
    /// The digest of the command.
    pub command_digest: Digest,
}

/// A case that waits for repair or for a newer build, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit that can't be folded.
    pub version: Version,
    /// Why not, without personal data.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}
