//! Keeping cases as of every so many commits.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{Digest, DocketNumber, Version};

use super::{Generation, Head, PutOutcome, StoreError};
use crate::case::Case;
use crate::milestone::{Milestone, MilestoneHead};

/// Keeps milestones of cases. All of them can be thrown away and folded again.
#[async_trait]
pub trait MilestoneStore: Send + Sync {
    /// How far the milestones of a case go; the default where it has none. Strongly consistent.
    async fn milestone_state(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<MilestoneState, StoreError>;

    /// The milestones of a case, without the cases in them, in the order of their versions.
    /// Strongly consistent.
    async fn milestone_heads(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredMilestone>, StoreError>;

    /// The case in a milestone; `None` where it is not there any more, or another is.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where what is stored can't be read.
    async fn milestone_case(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        stored: &StoredMilestone,
    ) -> Result<Option<Case>, StoreError>;

    /// Adds the next milestone of a case, if, and only if, they still go as far as was read;
    /// and brings `state` to where they go then. It can be dropped at any point.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] where the case is larger than what a milestone holds.
    async fn milestone_put(
        &self,
        generation: Generation,
        milestone: &Milestone,
        state: &mut MilestoneState,
    ) -> Result<PutOutcome, StoreError>;

    /// How far the milestones of these cases go, strongly consistent each for itself; a case
    /// without any is left out.
    async fn milestone_reach(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError>;

    /// Removes all milestones of a case.
    async fn milestones_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError>;
}

/// How far the milestones of a case go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MilestoneState {
    /// The version of the last one; zero where there is none.
    pub version: Version,
    /// How often something was written. It tells two writers apart that are at the same
    /// version.
    pub(crate) step: u64,
}

/// A milestone as it is stored, without the case in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMilestone {
    /// What is known of it.
    pub head: MilestoneHead,
    /// In how many rows the case is.
    pub(crate) parts: usize,
    /// The digest of the packed case.
    pub(crate) digest: Digest,
}
