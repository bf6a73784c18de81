//! Writing the rows of cases, from their histories.

use std::sync::Arc;

use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Generation, StoreError};

use super::rows::{CaseRows, rows};
use super::target::{Parked, Target, TargetError};
use crate::history::{Folded, History, Obstacle};
use crate::rebuild::PutCounts;
use crate::rebuild::segments::Failure;

/// Why rows can't be brought up to date now. What was written stays, and doing it again does
/// the rest.
#[derive(Debug, thiserror::Error)]
pub enum RelationalError {
    /// The event table, a lease or a checkpoint can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target can't be read or written.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl Failure for RelationalError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Store(error) => error.may_pass(),
            Self::Target(error) => error.may_pass(),
        }
    }
}

/// Writes cases in one transaction, and parks those that can't be brought further.
pub(super) async fn write(
    target: &dyn Target,
    clock: &dyn Clock,
    histories: &[&History],
) -> Result<PutCounts, TargetError> {
    let mut cases = Vec::with_capacity(histories.len());
    let mut parked = Vec::new();
    let park = |docket_number, obstacle: Obstacle| Parked {
        docket_number,
        version: obstacle.version,
        reason: obstacle.reason,
        since: clock.now(),
    };
    for history in histories {
        let Folded { case, obstacle } = history.fold(newest());
        cases.extend(case.map(|case| Arc::new(rows(&case))));
        parked.extend(obstacle.map(|obstacle| park(history.docket_number, obstacle)));
    }
    let (written, refused) = put(target, &cases).await?;
    let counts = PutCounts {
        written,
        left: cases.len() as u64 - written - refused.len() as u64,
        parked: (parked.len() + refused.len()) as u64,
    };
    let refused = refused.into_iter().map(|(case, reason)| {
        let version = case.version;
        park(case.docket_number, Obstacle { version, reason })
    });
    parked.extend(refused);
    for parked in &parked {
        let Parked {
            docket_number,
            version,
            reason,
            ..
        } = parked;
        tracing::error!(%docket_number, %version, reason, "a case is parked in the relational projection");
        target.park(parked).await?;
    }
    Ok(counts)
}

/// Puts cases, and tells how many were written. Where the target refuses the rows of one, each
/// gets a transaction of its own; those that are refused then are given back, with the reason.
async fn put<'a>(
    target: &dyn Target,
    cases: &'a [Arc<CaseRows>],
) -> Result<(u64, Vec<(&'a CaseRows, String)>), TargetError> {
    match target.put(cases).await {
        Ok(written) => return Ok((written, Vec::new())),
        Err(TargetError::Refused(_)) => {}
        Err(error) => return Err(error),
    }
    let mut written = 0;
    let mut refused = Vec::new();
    for case in cases {
        match target.put(std::slice::from_ref(case)).await {
            Ok(count) => written += count,
            Err(TargetError::Refused(reason)) => refused.push((&**case, reason)),
            Err(error) => return Err(error),
        }
    }
    Ok((written, refused))
}

/// The rows are those of the newest case: what makes others of it makes a generation of theirs.
fn newest() -> CaseGeneration {
    CaseGeneration::of(Generation::OF_CASES)
}
