//! Projections of commits into rows: a name, a generation, a fold and keys, and nothing else.
//!
//! The rest is the same for all of them: [`RowsFolder`] reads, folds,
//! writes and parks; [`RowStore`](casefold_shared::gateway::RowStore) keeps the rows.
//! `docs/projections.md` goes through the steps.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use casefold_events::{CaseEvent, Commit, Digest, DocketNumber, Version};
use casefold_shared::case::understand_after;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{CaseRows, Generation, ProjectionId, Row, Stores};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fold::RowsFolder;
use crate::folder::Folder;
use crate::history::Obstacle;

/// A projection of each case's commits into rows, which are looked up by keys.
pub trait RowProjection: Send + Sync + 'static {
    /// Its name: lower-case letters and hyphens.
    const NAME: &'static str;

    /// Its generation. What makes other rows of the same commits is another one, a type of its
    /// own, beside this one until this one is retired.
    const GENERATION: Generation;

    /// What it keeps of a case from one commit to the next: a stored form. Where a later build
    /// can't read it any more, the case is folded from its first commit.
    type State: Default + Serialize + DeserializeOwned + Send + Sync;

    /// Folds an event of a commit. Pure and total: what has happened has happened.
    fn fold(state: &mut Self::State, commit: &Commit, event: &CaseEvent);

    /// The rows of a case, with their keys. Pure, and by the state alone.
    fn rows(docket_number: DocketNumber, state: &Self::State) -> Vec<Row>;
}

/// Makes the folder of a projection.
pub(super) type MakeFolder = fn(&Stores, &Arc<dyn Clock>) -> Arc<dyn Folder>;

/// The folder of a projection of rows.
pub(super) fn folder<P: RowProjection>(stores: &Stores, clock: &Arc<dyn Clock>) -> Arc<dyn Folder> {
    let (events, rows) = (stores.events.clone(), stores.rows.clone());
    Arc::new(RowsFolder::<P>::new(events, rows, clock.clone()))
}

/// How far a projection has folded the commits of a case. Pure.
///
/// A fold or rows that panic, against the contract, are the case's obstacle in this projection
/// alone, like a commit that can't be read.
pub struct RowFold<P: RowProjection> {
    /// The version that it stands at.
    pub version: Version,
    /// The hash of that commit.
    pub head_hash: Digest,
    /// What the projection keeps.
    pub state: P::State,
}

/// Why a fold didn't go further.
enum Stopped {
    /// The commit can't be understood; the state is as it was before.
    Before(Obstacle),
    /// The projection failed on it; the state is of no use any more.
    Within(Obstacle),
}

impl<P: RowProjection> RowFold<P> {
    /// Which generation of which projection it is of.
    pub const ID: ProjectionId = ProjectionId {
        name: P::NAME,
        generation: P::GENERATION,
    };

    /// Before the first commit.
    pub fn begin() -> Self {
        Self {
            version: Version::ZERO,
            head_hash: Digest::ZERO,
            state: P::State::default(),
        }
    }

    /// From what is stored; `None` where that can't be read any more.
    pub fn resume(stored: &CaseRows) -> Option<Self> {
        let state = match &stored.kept {
            None => P::State::default(),
            Some(kept) => serde_json::from_str(kept).ok()?,
        };
        Some(Self {
            version: stored.version,
            head_hash: stored.head_hash,
            state,
        })
    }

    /// Folds commits from a beginning on, up to one that can't be, with what is in its way.
    pub fn fold_all(begin: &impl Fn() -> Self, commits: &[&Commit]) -> (Self, Option<Obstacle>) {
        let mut fold = begin();
        for (at, commit) in commits.iter().enumerate() {
            match fold.step(commit) {
                Ok(()) => {}
                Err(Stopped::Before(obstacle)) => return (fold, Some(obstacle)),
                Err(Stopped::Within(obstacle)) => {
                    let before = commits.get(..at).unwrap_or_default();
                    return (Self::fold_all(begin, before).0, Some(obstacle));
                }
            }
        }
        (fold, None)
    }

    /// Folds the next commit.
    ///
    /// # Errors
    /// The [`Obstacle`], where it can't be; the fold is of no use any more then.
    pub fn next(mut self, commit: &Commit) -> Result<Self, Obstacle> {
        match self.step(commit) {
            Ok(()) => Ok(self),
            Err(Stopped::Before(obstacle) | Stopped::Within(obstacle)) => Err(obstacle),
        }
    }

    fn step(&mut self, commit: &Commit) -> Result<(), Stopped> {
        let version = self.version.next();
        let events = understand_after(self.version, self.head_hash, commit)
            .map_err(|error| Stopped::Before(Obstacle::of_fold(&error, version)))?;
        let state = &mut self.state;
        let folding = || {
            events
                .iter()
                .for_each(|event| P::fold(state, commit, event));
        };
        catch_unwind(AssertUnwindSafe(folding))
            .map_err(|_| Stopped::Within(Self::failed(version, "its fold panicked")))?;
        self.version = version;
        self.head_hash = commit.hash;
        Ok(())
    }

    /// The rows of the case.
    ///
    /// # Errors
    /// The [`Obstacle`], where the projection fails on it.
    pub fn rows(&self, docket_number: DocketNumber) -> Result<Vec<Row>, Obstacle> {
        catch_unwind(AssertUnwindSafe(|| P::rows(docket_number, &self.state)))
            .map_err(|_| Self::failed(self.version, "making its rows panicked"))
    }

    /// What is to be kept of the case; `None` where that is what there is before the first
    /// commit, so that a case which a projection has nothing to do with costs one small item.
    ///
    /// # Errors
    /// The [`Obstacle`], where it can't be written.
    pub fn kept(&self) -> Result<Option<String>, Obstacle> {
        // What serde says of it may quote it.
        let written = |state| {
            serde_json::to_string(state)
                .map_err(|_| Self::failed(self.version, "what it keeps can't be written as JSON"))
        };
        let kept = written(&self.state)?;
        let is_something = written(&P::State::default()).is_ok_and(|nothing| nothing != kept);
        Ok(Some(kept).filter(|_| is_something))
    }

    fn failed(version: Version, how: &str) -> Obstacle {
        Obstacle {
            version,
            reason: format!("projection {} failed on commit {version}: {how}", Self::ID),
        }
    }
}

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/projections.md")]
struct Guide;
