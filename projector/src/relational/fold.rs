//! A case's rows from its commits.

use std::sync::Arc;

use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_shared::case::{Case, FoldError};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{EventStore, StoreError};

use super::rows::{CaseRows, rows};
use super::target::{Parked, Target, TargetError};

/// What a case's commits come to.
pub(super) struct Folded {
    pub(super) docket_number: DocketNumber,
    /// The rows, as far as the commits can be folded.
    pub(super) rows: Option<Arc<CaseRows>>,
    /// The version that can't be reached, and why not.
    pub(super) obstacle: Option<(Version, String)>,
}

/// Folds the commits of a case from the first on, up to one that can't be.
pub(super) fn fold(docket_number: DocketNumber, commits: &[Commit]) -> Folded {
    let mut case: Option<Case> = None;
    let mut obstacle = None;
    for commit in commits {
        let version = case.as_ref().map_or(Version(1), |case| case.version.next());
        match Case::understand(case.as_ref(), commit) {
            Ok(events) => case = Case::apply(case, commit, events),
            Err(error) => {
                obstacle = Some((version, reason(&error)));
                break;
            }
        }
        if case.is_none() {
            let error = FoldError::NoPetition(docket_number);
            obstacle = Some((version, reason(&error)));
            break;
        }
    }
    Folded {
        docket_number,
        rows: case.as_ref().map(|case| Arc::new(rows(case))),
        obstacle,
    }
}

/// Folds a case from all its commits, as the event table has them now.
///
/// Not from a snapshot: so the relational projection depends on no other one, and mends
/// whatever was wrong with a case with its next commit.
pub(super) async fn fold_stored(
    events: &dyn EventStore,
    docket_number: DocketNumber,
) -> Result<Folded, StoreError> {
    match events.commits_after(docket_number, Version::ZERO).await {
        Ok(commits) => Ok(fold(docket_number, &commits)),
        Err(error) if error.may_pass() => Err(error),
        Err(_) => fold_readable(events, docket_number).await,
    }
}

/// Folds the commits before one that can't be read.
async fn fold_readable(
    events: &dyn EventStore,
    docket_number: DocketNumber,
) -> Result<Folded, StoreError> {
    let mut commits = Vec::new();
    let mut version = Version(1);
    let unreadable = loop {
        let commit = CommitRef {
            docket_number,
            version,
        };
        match events.commit_get(commit).await {
            Ok(Some(commit)) => commits.push(commit),
            Ok(None) => break None,
            Err(error) if error.may_pass() => return Err(error),
            Err(error) => break Some((version, error.to_string())),
        }
        version = version.next();
    };
    let mut folded = fold(docket_number, &commits);
    folded.obstacle = folded.obstacle.or(unreadable);
    Ok(folded)
}

/// The reason names neither the payload nor what a parser quotes of it.
fn reason(error: &FoldError) -> String {
    match error {
        FoldError::Decode { source, .. } => format!("{error}: {source}"),
        FoldError::Chain(_) | FoldError::NoPetition(_) => error.to_string(),
    }
}

/// What writing has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) cases: u64,
    pub(super) parked: u64,
}

/// Writes cases in one transaction, and parks those that can't be brought further. Where the
/// target refuses the rows of one, each gets a transaction of its own, and that one is parked.
pub(super) async fn write(
    target: &dyn Target,
    clock: &dyn Clock,
    folded: Vec<Folded>,
) -> Result<Written, TargetError> {
    let mut written = Written::default();
    let mut obstacles = Vec::new();
    let mut cases = Vec::with_capacity(folded.len());
    for case in folded {
        obstacles.extend(case.obstacle.map(|obstacle| (case.docket_number, obstacle)));
        cases.extend(case.rows);
    }
    match target.put(&cases).await {
        Ok(count) => written.cases = count,
        Err(TargetError::Refused(_)) => {
            for case in &cases {
                match target.put(std::slice::from_ref(case)).await {
                    Ok(count) => written.cases += count,
                    Err(TargetError::Refused(reason)) => {
                        obstacles.push((case.docket_number, (case.version, reason)));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Err(error) => return Err(error),
    }
    for (docket_number, (version, reason)) in obstacles {
        tracing::error!(%docket_number, %version, reason, "a case is parked in the relational projection");
        let parked = Parked {
            docket_number,
            version,
            reason,
            since: clock.now(),
        };
        target.park(&parked).await?;
        written.parked += 1;
    }
    Ok(written)
}
