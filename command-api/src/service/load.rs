//! Bringing a case to the version that an act needs.

use casefold_events::{
    CaseEvent, CommandId, Commit, CommitRef, DocketEntryId, DocketNumber, Version,
};
use casefold_shared::case::generation::{CaseGeneration, DECIDES_FROM};
use casefold_shared::case::{Case, FoldError};
use casefold_shared::gateway::{EntrySelection, Generation, StoreError};

use super::{MAX_TRIES, ReadError, Service};

/// How recent a case must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// The snapshot as it stands. A case that has none yet is folded from its commits, so
    /// that a petition is never denied for want of a projector.
    Snapshot,
    /// Not older than this version: commits that the snapshot lacks are folded on the way.
    AtLeast(Version),
}

/// A case as a command finds it.
pub(super) enum Found {
    /// The case as the event table stands, to decide over; `None` where there is none.
    Head(Option<Box<Case>>),
    /// The commit by which the same command was carried out before.
    Repeated(CommitRef),
}

/// What a case is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be shown: from the generation that readers follow.
    Showing,
    /// To be decided over: from one that tells all that the rules ask.
    Deciding,
}

impl Service {
    /// The generation of cases to read for a purpose. Rules never see an older shape than
    /// they were written for: where readers follow one, commands are decided over the newest
    /// of this build, and what is missing there is folded on the way.
    pub(super) async fn generation(&self, purpose: Purpose) -> Result<Generation, StoreError> {
        let followed = self.case_generations.followed().await?.generation;
        Ok(match purpose {
            Purpose::Deciding if followed < DECIDES_FROM => Generation::OF_CASES,
            Purpose::Deciding | Purpose::Showing => followed,
        })
    }

    /// Reads a case of a generation for a reader.
    pub(super) async fn load(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
        freshness: Freshness,
    ) -> Result<Option<Case>, ReadError> {
        for _ in 0..MAX_TRIES {
            let snapshot = self
                .snapshots
                .case_get(generation, docket_number, entries)
                .await?;
            let enough = match (&snapshot, freshness) {
                (Some(_), Freshness::Snapshot) => true,
                (Some(case), Freshness::AtLeast(version)) => case.version >= version,
                (None, Freshness::Snapshot | Freshness::AtLeast(_)) => false,
            };
            if enough {
                return Ok(snapshot);
            }
            let base = version_of(snapshot.as_ref());
            let tail = self.events.commits_after(docket_number, base).await?;
            if let Some(case) = self.fold_on(generation, snapshot, &tail).await? {
                return Ok(case);
            }
        }
        Err(ReadError::Moving)
    }

    /// Reads a case to decide over, and looks whether the command with this key was carried
    /// out before.
    ///
    /// A snapshot at a version implies that the row of every command up to it is written.
    /// So the row is read after the snapshot and never beside it: then a command is found
    /// by its row if it is within the snapshot, and among the commits past it if it is not.
    pub(super) async fn find(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
        key: Option<&CommandId>,
    ) -> Result<Found, ReadError> {
        for _ in 0..MAX_TRIES {
            let snapshot = self
                .snapshots
                .case_get(generation, docket_number, entries)
                .await?;
            let base = version_of(snapshot.as_ref());
            let tail = self.events.commits_after(docket_number, base);
            let tail = match key {
                Some(key) => {
                    let row = self.snapshots.command_get(docket_number, key);
                    let (tail, row) = tokio::try_join!(tail, row)?;
                    let in_row = row.map(|row| CommitRef {
                        docket_number,
                        version: row.version,
                    });
                    let in_tail = || tail.iter().find(|commit| commit.command_id == *key);
                    if let Some(commit) = in_row.or_else(|| in_tail().map(Commit::reference)) {
                        return Ok(Found::Repeated(commit));
                    }
                    tail
                }
                None => tail.await?,
            };
            if let Some(case) = self.fold_on(generation, snapshot, &tail).await? {
                return Ok(Found::Head(case.map(Box::new)));
            }
        }
        Err(ReadError::Moving)
    }

    /// Folds the commits past a snapshot. `None`: the snapshot was replaced while entries
    /// that the commits are about were read from it.
    pub(super) async fn fold_on(
        &self,
        generation: Generation,
        snapshot: Option<Case>,
        tail: &[Commit],
    ) -> Result<Option<Option<Case>>, ReadError> {
        let mut case = snapshot;
        if let Some(case) = &mut case {
            let ids = entries_to_load(case, tail)?;
            let selection = EntrySelection::Some {
                ids: &ids,
                indexes: &[],
            };
            if !ids.is_empty()
                && !self
                    .snapshots
                    .case_load(generation, case, selection)
                    .await?
            {
                return Ok(None);
            }
        }
        let fold = CaseGeneration::of(generation);
        for commit in tail {
            case = Some(fold.fold(case, commit)?);
        }
        Ok(Some(case))
    }
}

fn version_of(case: Option<&Case>) -> Version {
    case.map_or(Version::ZERO, |case| case.version)
}

/// The entries that commits change and that the case has not loaded.
fn entries_to_load(case: &Case, tail: &[Commit]) -> Result<Vec<DocketEntryId>, FoldError> {
    if case.docket.is_whole() {
        return Ok(Vec::new());
    }
    let mut missing = Vec::new();
    let mut filed = Vec::new();
    for commit in tail {
        let events = commit.decode().map_err(|source| FoldError::Decode {
            docket_number: commit.docket_number,
            version: commit.version,
            source,
        })?;
        for event in events {
            let Some(id) = event.docket_entry_id() else {
                continue;
            };
            if let CaseEvent::DocketEntryFiled(_) = event {
                filed.push(id);
            } else if !filed.contains(&id) && case.docket.entry(id).is_none() {
                missing.push(id);
            }
        }
    }
    Ok(missing)
}
