//! How far segments have come: what is written under their leases, and sums of it.

use std::collections::BTreeSet;
use std::ops::AddAssign;

use casefold_events::{CommitRef, DocketNumber, Version};
use casefold_shared::gateway::{Consumed, LeaseStore, StoreError};
use serde::{Deserialize, Serialize};

use super::Counts;

/// How far a segment has come: what is written under its lease.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Progress<C> {
    pub(crate) ended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<(DocketNumber, u64)>,
    pub(crate) scanned: Scanned,
    pub(crate) counts: C,
    pub(crate) cost: Consumed,
}

/// What was read, whatever became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scanned {
    /// Cases.
    pub cases: u64,
    /// Commits.
    pub commits: u64,
    /// Events.
    pub events: u64,
}

impl AddAssign for Scanned {
    fn add_assign(&mut self, other: Self) {
        self.cases += other.cases;
        self.commits += other.commits;
        self.events += other.events;
    }
}

/// How far all segments are, over all workers and processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sum<C> {
    pub(crate) ended: u32,
    pub(crate) begun: u32,
    pub(crate) of: u32,
    pub(crate) scanned: Scanned,
    pub(crate) counts: C,
    pub(crate) cost: Consumed,
}

impl<C> Progress<C> {
    pub(super) fn position(&self) -> Option<CommitRef> {
        self.after.map(|(docket_number, version)| CommitRef {
            docket_number,
            version: Version(version),
        })
    }
}

/// How far the segments of a group are, as their leases say.
pub(crate) async fn standing<C: Counts>(
    leases: &dyn LeaseStore,
    group: &str,
    of: u32,
) -> Result<Sum<C>, StoreError> {
    let states = leases.leases(group).await?;
    let progress: Vec<Progress<C>> = states
        .iter()
        .filter_map(|state| parse(state.progress.as_deref()))
        .collect();
    Ok(sum(progress.iter(), of))
}

/// The segments of a group that are at their end, as their leases say.
pub(crate) async fn ended_of<C: Counts>(
    leases: &dyn LeaseStore,
    group: &str,
) -> Result<BTreeSet<u32>, StoreError> {
    let states = leases.leases(group).await?;
    let ended = states.into_iter().filter_map(|state| {
        let progress: Progress<C> = parse(state.progress.as_deref())?;
        progress.ended.then(|| state.name.parse().ok()).flatten()
    });
    Ok(ended.collect())
}

pub(super) fn sum<'a, C: Counts>(
    segments: impl Iterator<Item = &'a Progress<C>>,
    of: u32,
) -> Sum<C> {
    let mut sum = Sum {
        of,
        ..Sum::default()
    };
    for progress in segments {
        sum.ended += u32::from(progress.ended);
        sum.begun += u32::from(progress.ended || progress.after.is_some());
        sum.scanned += progress.scanned;
        sum.counts += progress.counts.clone();
        sum.cost += progress.cost;
    }
    sum
}

pub(super) fn parse<C: Counts>(progress: Option<&str>) -> Option<Progress<C>> {
    progress.and_then(|text| serde_json::from_str(text).ok())
}

pub(super) fn to_text<C: Counts>(progress: &Progress<C>) -> Result<String, StoreError> {
    serde_json::to_string(progress).map_err(|error| {
        StoreError::Refused("progress can't be written as JSON".to_owned(), error.into())
    })
}
