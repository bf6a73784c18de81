//! The case over which a command on one case is decided, brought there by as few requests as do.
//!
//! | the case | requests before the append |
//! | --- | --- |
//! | is remembered, and so are its keys | none |
//! | is remembered, its keys are not | its keys, beside the commits past it |
//! | isn't remembered | its snapshot, together with its keys |
//! | has no snapshot yet | besides, all its commits |
//!
//! With an Idempotency-Key the row of the command is read besides, unless the command is known to
//! be repeated. What is refused is refused over the commits past the case, read after it; and so
//! is everything decided where appending without a look doesn't pay ([`Trust`](super::memory::Trust)).

use std::sync::Arc;

use casefold_events::{
    CaseEvent, CommandId, Commit, CommitRef, DocketEntryId, DocketNumber, Version,
};
use casefold_shared::case::Case;
use casefold_shared::gateway::{CommandRow, EntrySelection, Generation, gathered};
use tokio::{join, try_join};

use super::load::Purpose;
use super::memory::Known;
use super::{ReadError, Service};
use crate::command::EntryRef;

/// What a command on one case asks for.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) docket_number: DocketNumber,
    pub(super) entries: &'a [EntryRef],
    pub(super) key: Option<&'a CommandId>,
}

/// A case to decide over.
pub(super) struct Basis {
    pub(super) known: Arc<Known>,
    /// Whether the record had no commit past it when that was looked at just now.
    pub(super) is_head: bool,
    /// Of what it is to be learnt whether a look was needed, where that is open.
    learns: Option<Source>,
}

/// Where a case was taken from that may be behind its record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Memory,
    Snapshot,
}

/// What a command finds.
pub(super) enum FoundBasis {
    Case(Basis),
    /// There is no such case.
    None,
    /// The commit by which the same command was carried out before.
    Repeated(CommitRef),
}

impl Service {
    /// A case for a command to be decided over.
    pub(super) async fn basis(&self, wanted: Wanted<'_>) -> Result<FoundBasis, ReadError> {
        let generation = self.generation(Purpose::Deciding).await?;
        match self.recalled(generation, wanted).await? {
            Some(found) => Ok(found),
            None => self.basis_read(generation, wanted).await,
        }
    }

    /// From memory; `None` where it has to be read.
    async fn recalled(
        &self,
        generation: Generation,
        wanted: Wanted<'_>,
    ) -> Result<Option<FoundBasis>, ReadError> {
        let number = wanted.docket_number;
        let Some(known) = self.memory.recall(generation, number, self.clock.now()) else {
            return Ok(None);
        };
        let keys = self.vault.known_keys(number);
        let looks = keys.is_none() || !self.memory.of_cases.holds();
        // The tail is asked for beside the keys: it costs no time then.
        let (keys, tail) = match keys {
            Some(keys) => (keys, None),
            None => {
                let tail = self.events.commits_after(number, known.case.version);
                let (keys, tail) = try_join!(self.vault.keys_of(number), tail)?;
                (keys, Some(tail))
            }
        };
        if !keys.are_all_live() {
            self.memory.forget(number);
            return Ok(None);
        }
        let Some(known) = self.with_entries(known, wanted.entries).await? else {
            return Ok(None);
        };
        let basis = Basis {
            known,
            is_head: false,
            // What wasn't used for so long tells nothing of what was used just now.
            learns: tail.is_none().then_some(Source::Memory),
        };
        if let Some(commit) = wanted.key.and_then(|key| basis.known.commit_of(key)) {
            return Ok(Some(FoundBasis::Repeated(commit)));
        }
        // The rows up to the snapshot that the case was read from are written, the commands past
        // it are known, and of any past the case the append finds the number taken.
        self.looked(basis, tail, looks, wanted.key).await
    }

    /// From the store.
    async fn basis_read(
        &self,
        generation: Generation,
        wanted: Wanted<'_>,
    ) -> Result<FoundBasis, ReadError> {
        let number = wanted.docket_number;
        let (ids, indexes) = EntryRef::split(wanted.entries);
        for _ in 0..super::MAX_TRIES {
            let at = self.clock.now();
            let snapshot = self
                .snapshots
                .case_get(generation, number, selection(&ids, &indexes));
            let keys = self.vault.keys_of(number);
            let (snapshot, keys) = gathered(async { join!(snapshot, keys) }).await;
            // What keeps the keys from being read is told by whoever can't do without them.
            drop(keys);
            let Some(case) = snapshot? else {
                return self.basis_folded(generation, wanted).await;
            };
            let basis = Basis {
                known: Arc::new(Known::of_snapshot(at, generation, case)),
                is_head: false,
                learns: Some(Source::Snapshot),
            };
            let looks = !self.memory.of_snapshots.holds();
            // A snapshot at a version implies that the row of every command up to it is written,
            // so the row is read after the snapshot and never beside it.
            if let Some(found) = self.looked(basis, None, looks, wanted.key).await? {
                return Ok(found);
            }
        }
        Err(ReadError::Moving)
    }

    /// Looks for the row of a command with a key, and, where it `looks`, for what is past the case
    /// unless that was read already; both at once. `None`: the case has to be read anew.
    async fn looked(
        &self,
        basis: Basis,
        tail: Option<Vec<Commit>>,
        looks: bool,
        key: Option<&CommandId>,
    ) -> Result<Option<FoundBasis>, ReadError> {
        let Case {
            docket_number,
            version,
            ..
        } = basis.known.case;
        let row = async {
            match key {
                Some(key) => self.snapshots.command_get(docket_number, key).await,
                None => Ok(None),
            }
        };
        let tail = async {
            match tail {
                None if looks => {
                    let tail = self.events.commits_after(docket_number, version);
                    tail.await.map(Some)
                }
                tail => Ok(tail),
            }
        };
        match try_join!(row, tail)? {
            (Some(CommandRow { version, .. }), _) => Ok(Some(FoundBasis::Repeated(CommitRef {
                docket_number,
                version,
            }))),
            (None, Some(tail)) => self.with_tail(basis, tail, key).await,
            (None, None) => Ok(Some(FoundBasis::Case(basis))),
        }
    }

    /// From its commits alone: it has no snapshot yet, so no rows of commands either.
    async fn basis_folded(
        &self,
        generation: Generation,
        wanted: Wanted<'_>,
    ) -> Result<FoundBasis, ReadError> {
        let number = wanted.docket_number;
        let at = self.clock.now();
        let commits = self.events.commits_after(number, Version::ZERO).await?;
        if let Some(key) = wanted.key
            && let Some(commit) = commits.iter().find(|commit| commit.command_id == *key)
        {
            return Ok(FoundBasis::Repeated(commit.reference()));
        }
        let folded = self.fold_on(generation, None, &commits).await?.flatten();
        Ok(folded.map_or(FoundBasis::None, |case| {
            FoundBasis::Case(Basis {
                known: Arc::new(Known::of_commits(at, generation, case, &commits)),
                is_head: true,
                learns: None,
            })
        }))
    }

    /// The case with the commits past it, as they are now; `None` where it has to be read anew.
    pub(super) async fn caught_up(
        &self,
        basis: Basis,
        key: Option<&CommandId>,
    ) -> Result<Option<FoundBasis>, ReadError> {
        let case = &basis.known.case;
        let tail = self.events.commits_after(case.docket_number, case.version);
        let tail = tail.await?;
        self.with_tail(basis, tail, key).await
    }

    async fn with_tail(
        &self,
        basis: Basis,
        tail: Vec<Commit>,
        key: Option<&CommandId>,
    ) -> Result<Option<FoundBasis>, ReadError> {
        let repeats = |commit: &&Commit| key.is_some_and(|key| commit.command_id == *key);
        if let Some(commit) = tail.iter().find(repeats) {
            return Ok(Some(FoundBasis::Repeated(commit.reference())));
        }
        self.learn(&basis, !tail.is_empty());
        let at = self.clock.now();
        if tail.is_empty() {
            return Ok(Some(FoundBasis::Case(Basis {
                is_head: true,
                learns: None,
                known: basis.known,
            })));
        }
        let Known {
            generation, case, ..
        } = &*basis.known;
        let folded = self.fold_on(*generation, Some(case.clone()), &tail).await?;
        let Some(case) = folded.flatten() else {
            self.memory.forget(basis.known.case.docket_number);
            return Ok(None);
        };
        Ok(Some(FoundBasis::Case(Basis {
            known: Arc::new(basis.known.followed_by(at, case, &tail)),
            is_head: true,
            learns: None,
        })))
    }

    /// Learns whether a look at what is past a case was needed, where none was taken.
    pub(super) fn learn(&self, basis: &Basis, was_late: bool) {
        match basis.learns {
            Some(Source::Memory) => self.memory.of_cases.learn(was_late),
            Some(Source::Snapshot) => self.memory.of_snapshots.learn(was_late),
            None => {}
        }
    }

    /// Remembers a case as commits that were appended just now have left it, where that can be told.
    pub(super) fn remember_after(&self, before: &Known, after: Option<Case>, commits: &[Commit]) {
        // What follows a command is told over a case of the newest generation.
        let is_newest = before.generation == Generation::OF_CASES;
        match (after.filter(|_| is_newest), commits.last()) {
            (Some(mut after), Some(last)) => {
                after.folded_from.head_hash = last.hash;
                self.remember(Arc::new(before.followed_by(
                    self.clock.now(),
                    after,
                    commits,
                )));
            }
            (Some(_) | None, _) => self.memory.forget(before.case.docket_number),
        }
    }

    /// Remembers a case that was begun just now.
    pub(super) async fn remember_begun(&self, commit: &Commit, events: Vec<CaseEvent>) {
        // The case is begun: a failure to ask which generation is decided over is none of it.
        let generation = self.generation(Purpose::Deciding).await.ok();
        let newest = generation.filter(|it| *it == Generation::OF_CASES);
        if let Some(generation) = newest
            && let Some(case) = Case::apply(None, commit, events)
        {
            let at = self.clock.now();
            let commits = std::slice::from_ref(commit);
            let known = Known::of_commits(at, generation, case, commits);
            self.remember(Arc::new(known));
        }
    }

    /// Remembers a case, unless somebody of it was forgotten.
    fn remember(&self, known: Arc<Known>) {
        let number = known.case.docket_number;
        let keys = self.vault.known_keys(number);
        if keys.is_some_and(|keys| keys.are_all_live()) {
            self.memory.remember(known);
        } else {
            self.memory.forget(number);
        }
    }

    /// A remembered case with the entries that a command names; `None` where its snapshot is of
    /// another time than they are.
    async fn with_entries(
        &self,
        known: Arc<Known>,
        entries: &[EntryRef],
    ) -> Result<Option<Arc<Known>>, ReadError> {
        let (ids, indexes) = missing(&known.case, entries);
        if ids.is_empty() && indexes.is_empty() {
            return Ok(Some(known));
        }
        let mut known = Arc::unwrap_or_clone(known);
        let (generation, case) = (known.generation, &mut known.case);
        let wanted = selection(&ids, &indexes);
        let is_loaded = self.snapshots.case_load(generation, case, wanted).await?;
        Ok(is_loaded.then(|| Arc::new(known)))
    }
}

/// The entries that are not in memory, where there may be some.
fn missing(case: &Case, entries: &[EntryRef]) -> (Vec<DocketEntryId>, Vec<u32>) {
    if case.docket.is_whole() {
        return (Vec::new(), Vec::new());
    }
    let (mut ids, mut indexes) = EntryRef::split(entries);
    ids.retain(|id| case.docket.entry(*id).is_none());
    indexes.retain(|index| {
        (1..=case.docket.last_index()).contains(index) && case.docket.entry_at(*index).is_none()
    });
    (ids, indexes)
}

const fn selection<'a>(ids: &'a [DocketEntryId], indexes: &'a [u32]) -> EntrySelection<'a> {
    if ids.is_empty() && indexes.is_empty() {
        EntrySelection::Later
    } else {
        EntrySelection::Some { ids, indexes }
    }
}
