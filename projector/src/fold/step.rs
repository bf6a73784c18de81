//! Folding commits onto one snapshot in memory, and writing in steps that fit.

use std::collections::HashSet;

use casefold_events::{Commit, DocketEntryId, DocketNumber, Version};
use casefold_shared::case::{Case, FoldError};
use casefold_shared::gateway::{CommandRow, EntrySelection, EventStore, PutOutcome};

use super::{CaseFolder, Counts, ReachedCase, Stop, version_of};
use crate::folder::FoldedCommit;
use crate::history::{Obstacle, readable_commits};
use crate::projections::{case::entries_changed, command};

/// A case being folded on from the snapshot in the store.
pub(super) struct Step<'a> {
    folder: &'a CaseFolder,
    case: Option<Case>,
    /// The version in the store.
    base: Version,
    /// The rows of the commits since then.
    rows: Vec<CommandRow>,
    /// Those commits, as far as they are told of.
    folding: Vec<FoldedCommit>,
    /// Entries that the store was asked for.
    asked: HashSet<DocketEntryId>,
    pub(super) counts: &'a mut Counts,
    /// The commits that are written.
    folded: &'a mut Vec<FoldedCommit>,
}

/// Commits that were read, and the one after them that can't be.
pub(super) struct Commits {
    pub(super) commits: Vec<Commit>,
    pub(super) unreadable: Option<Obstacle>,
}

impl<'a> Step<'a> {
    /// Begins at a snapshot that was read with these entries.
    pub(super) fn new(
        folder: &'a CaseFolder,
        snapshot: Option<Case>,
        asked: Vec<DocketEntryId>,
        counts: &'a mut Counts,
        folded: &'a mut Vec<FoldedCommit>,
    ) -> Self {
        Self {
            folder,
            base: version_of(snapshot.as_ref()),
            case: snapshot,
            rows: Vec::new(),
            folding: Vec::new(),
            asked: asked.into_iter().collect(),
            counts,
            folded,
        }
    }

    /// The version in memory.
    pub(super) fn version(&self) -> Version {
        version_of(self.case.as_ref())
    }

    /// Ends with what is in memory, which is written.
    pub(super) fn into_reached(self, obstacle: Option<Obstacle>) -> ReachedCase {
        ReachedCase {
            case: self.case,
            obstacle,
        }
    }

    /// Folds commits up to the first that can't be. What went before it stays folded, and is
    /// written already where it did not fit into one step.
    pub(super) async fn fold(&mut self, commits: &[&Commit]) -> Result<Result<(), Obstacle>, Stop> {
        self.load(commits).await?;
        for commit in commits {
            let next = self.version().next();
            let events = match Case::understand(self.case.as_ref(), commit) {
                Ok(events) => events,
                Err(error) => return Ok(Err(Obstacle::of_fold(&error, next))),
            };
            let case = self.case.take();
            let Some(case) = self.folder.fold.apply(case, commit, events) else {
                let error = FoldError::NoPetition(commit.docket_number);
                return Ok(Err(Obstacle::of_fold(&error, next)));
            };
            self.rows.push(command::row(commit));
            self.folding.push(FoldedCommit::from(*commit));
            let fits = self.folder.snapshots.case_put_fits(&case, self.base);
            self.case = Some(case);
            if !fits {
                self.write().await?;
            }
        }
        Ok(Ok(()))
    }

    /// Loads the entries among these that are not in memory: an event on an entry that is
    /// not there would change nothing, and be lost.
    async fn load(&mut self, commits: &[&Commit]) -> Result<(), Stop> {
        let Some(docket) = self.case.as_ref().map(|case| &case.docket) else {
            return Ok(());
        };
        // Most records are whole: then the events need not be understood a second time.
        if docket.is_whole() {
            return Ok(());
        }
        let mut needed = entries_changed(commits.iter().copied());
        for entry in docket.on_record().chain(docket.off_record()) {
            needed.remove(&entry.id());
        }
        let needed: Vec<_> = needed.difference(&self.asked).copied().collect();
        if needed.is_empty() {
            return Ok(());
        }
        // Entries are loaded into a case that is as the store has it.
        self.write().await?;
        if let Some(case) = &mut self.case {
            let generation = self.folder.generation();
            let entries = EntrySelection::Some {
                ids: &needed,
                indexes: &[],
            };
            let loaded = self
                .folder
                .snapshots
                .case_load(generation, case, entries)
                .await;
            if !loaded.map_err(|error| Stop::of(error, self.base.next()))? {
                return Err(Stop::Superseded);
            }
        }
        self.asked.extend(needed);
        Ok(())
    }

    /// Writes what was folded since the store's version, the command rows first.
    pub(super) async fn write(&mut self) -> Result<(), Stop> {
        let Some(case) = self.case.as_ref().filter(|case| case.version > self.base) else {
            return Ok(());
        };
        let store = &self.folder.snapshots;
        let failed = |error| Stop::of(error, case.version);
        store.commands_put(&self.rows).await.map_err(failed)?;
        match store
            .case_put(self.folder.generation(), case, self.base)
            .await
            .map_err(failed)?
        {
            PutOutcome::Superseded => Err(Stop::Superseded),
            PutOutcome::Written => {
                self.base = case.version;
                self.counts.folded += self.rows.len() as u64;
                self.rows.clear();
                self.folded.append(&mut self.folding);
                Ok(())
            }
        }
    }
}

/// The commits after a version. Where one can't be read, those before it, and which.
pub(super) async fn commits_after(
    events: &dyn EventStore,
    docket_number: DocketNumber,
    after: Version,
) -> Result<Commits, Stop> {
    match events.commits_after(docket_number, after).await {
        Ok(commits) => Ok(Commits {
            commits,
            unreadable: None,
        }),
        Err(error) => match Stop::of(error, after.next()) {
            Stop::Unfoldable(met) => {
                let read = readable_commits(events, docket_number, met).await;
                let (commits, obstacle) = read.map_err(Stop::Passing)?;
                Ok(Commits {
                    commits,
                    unreadable: Some(obstacle),
                })
            }
            stop @ (Stop::Passing(_) | Stop::Superseded) => Err(stop),
        },
    }
}
