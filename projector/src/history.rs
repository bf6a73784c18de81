//! The history of a case, and folding it from its first commit. Pure.

use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::case::{Case, FoldError};
use casefold_shared::gateway::{EventStore, StoreError};

/// The commits of a case from the first on, as far as they can be read.
#[derive(Clone, Debug)]
pub struct History {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commits, in order.
    pub commits: Vec<Commit>,
    /// What is in the way of the commit after them, where something is.
    pub unreadable: Option<Obstacle>,
}

/// A commit that can't be folded, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The commit.
    pub version: Version,
    /// Why not, without personal data.
    pub reason: String,
}

/// What a history comes to.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The case, as far as it can be folded; `None` where that is no commit.
    pub case: Option<Case>,
    /// What is in the way of going further, where something is.
    pub obstacle: Option<Obstacle>,
}

impl Obstacle {
    /// The reason names neither the payload nor what a parser quotes of it: no variant's
    /// text does, and sources below them are left out.
    pub fn of_fold(error: &FoldError, version: Version) -> Self {
        let reason = match error {
            FoldError::Decode { source, .. } => format!("{error}: {source}"),
            FoldError::Chain(_) | FoldError::NoPetition(_) => error.to_string(),
        };
        Self { version, reason }
    }
}

impl History {
    /// The last commit that can be read.
    pub fn last(&self) -> Option<&Commit> {
        self.commits.last()
    }

    /// Folds the history as a generation does, up to a commit that can't be.
    pub fn fold(&self, generation: CaseGeneration) -> Folded {
        let mut case: Option<Case> = None;
        for commit in &self.commits {
            let version = case.as_ref().map_or(Version(1), |case| case.version.next());
            let stop = |case, error: &FoldError| Folded {
                case,
                obstacle: Some(Obstacle::of_fold(error, version)),
            };
            let events = match Case::understand(case.as_ref(), commit) {
                Ok(events) => events,
                Err(error) => return stop(case, &error),
            };
            case = generation.apply(case, commit, events);
            if case.is_none() {
                return stop(None, &FoldError::NoPetition(self.docket_number));
            }
        }
        Folded {
            case,
            obstacle: self.unreadable.clone(),
        }
    }

    /// Reads a history as the event table has it now; where a commit can't be read, the ones
    /// before it.
    ///
    /// # Errors
    /// [`StoreError`], where another try may do.
    pub async fn read(
        events: &dyn EventStore,
        docket_number: DocketNumber,
    ) -> Result<Self, StoreError> {
        match events.commits_after(docket_number, Version::ZERO).await {
            Ok(commits) => Ok(Self {
                docket_number,
                commits,
                unreadable: None,
            }),
            Err(error) if error.may_pass() => Err(error),
            Err(error) => {
                let met = Obstacle {
                    version: Version(1),
                    reason: error.to_string(),
                };
                let (commits, obstacle) = readable_commits(events, docket_number, met).await?;
                Ok(Self {
                    docket_number,
                    commits,
                    unreadable: Some(obstacle),
                })
            }
        }
    }
}

/// Reads commits one by one up to the one that can't be read, beginning at an obstacle that a
/// read of them all has met at an unknown place.
pub(crate) async fn readable_commits(
    events: &dyn EventStore,
    docket_number: DocketNumber,
    met: Obstacle,
) -> Result<(Vec<Commit>, Obstacle), StoreError> {
    let mut commits = Vec::new();
    let mut version = met.version;
    loop {
        let commit = CommitRef {
            docket_number,
            version,
        };
        match events.commit_get(commit).await {
            Ok(Some(commit)) => commits.push(commit),
            Ok(None) => return Ok((commits, Obstacle { version, ..met })),
            Err(error) if error.may_pass() => return Err(error),
            Err(error) => {
                let reason = error.to_string();
                return Ok((commits, Obstacle { version, reason }));
            }
        }
        version = version.next();
    }
}
