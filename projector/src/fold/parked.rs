//! Parking a case that can't be folded further, and releasing it: the same for every folder.

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ProjectionId, Quarantined, StoreError};

use super::{Advance, AdvanceError, Counts, Outcome, Stop, Tries};
use crate::hints::Hints;
use crate::history::Obstacle;

/// Where the cases are kept that are parked in one generation.
#[async_trait]
pub(super) trait Parking: Sync {
    /// Of which.
    fn of(&self) -> ProjectionId;

    /// The time.
    fn clock(&self) -> &dyn Clock;

    /// Why a case is parked, where it is.
    async fn parked_get(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError>;

    /// Parks a case.
    async fn park_put(&self, parked: &Quarantined) -> Result<(), StoreError>;

    /// Releases a case.
    async fn park_end(&self, docket_number: DocketNumber) -> Result<(), StoreError>;
}

/// How far a case was brought.
pub(super) struct Reached {
    /// Up to here it is folded.
    pub(super) version: Version,
    /// What is in the way of its next commit, where something is.
    pub(super) obstacle: Option<Obstacle>,
}

impl Reached {
    /// Nowhere, for this is in the way.
    pub(super) const fn nowhere(obstacle: Obstacle) -> Self {
        Self {
            version: Version::ZERO,
            obstacle: Some(obstacle),
        }
    }
}

/// A folder whose cases come as far as they are folded.
#[async_trait]
pub(super) trait Reaching: Parking {
    /// Tries once to bring a case forward.
    async fn reach_once(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
        counts: &mut Counts,
    ) -> Result<Reached, Stop>;

    /// Brings a case forward, again where another writer was faster, and parks or releases it.
    async fn bring(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Result<Advance, AdvanceError>
    where
        Self: Sized,
    {
        let mut counts = Counts::default();
        let reach = async {
            let mut tries = Tries::default();
            loop {
                match self.reach_once(docket_number, hints, &mut counts).await {
                    Err(Stop::Superseded) if tries.again(&mut counts).await => {}
                    end => return end,
                }
            }
        };
        let (parked, end) = futures::future::join(self.parked_get(docket_number), reach).await;
        let reached = match end {
            Ok(reached) => reached,
            Err(stop) => Reached::nowhere(unless_parked(stop, docket_number)?),
        };
        let told = reached.version;
        settle(self, docket_number, parked, reached, told, counts).await
    }
}

/// What is to be told of a case that could not be brought forward, unless it is that it is to be
/// parked.
pub(super) fn unless_parked(
    stop: Stop,
    docket_number: DocketNumber,
) -> Result<Obstacle, AdvanceError> {
    match stop {
        Stop::Unfoldable(obstacle) => Ok(obstacle),
        Stop::Passing(source) => Err(AdvanceError::Store {
            docket_number,
            source,
        }),
        Stop::Superseded => Err(AdvanceError::Contended { docket_number }),
    }
}

/// Parks or releases a case by how far it came, with what was read of whether it is parked. It
/// is told as having come to `told`, which for most is how far it was folded.
pub(super) async fn settle(
    parking: &dyn Parking,
    docket_number: DocketNumber,
    parked: Result<Option<Quarantined>, StoreError>,
    reached: Reached,
    told: Version,
    mut counts: Counts,
) -> Result<Advance, AdvanceError> {
    let failed = |source| AdvanceError::Store {
        docket_number,
        source,
    };
    let parked = match parked {
        Err(error) if error.may_pass() => return Err(failed(error)),
        Err(error) => {
            tracing::warn!(%docket_number, %error, "the row of a parked case can't be read");
            None
        }
        Ok(parked) => parked,
    };
    let Reached { version, obstacle } = reached;
    let outcome = match obstacle {
        None => {
            if parked.is_some_and(|parked| parked.version <= version) {
                parking.park_end(docket_number).await.map_err(failed)?;
                counts.released = 1;
                tracing::info!(%docket_number, %version, id = %parking.of(), "a parked case is released");
            }
            match counts.folded {
                0 => Outcome::Skipped(told),
                1.. => Outcome::Folded(told),
            }
        }
        Some(obstacle) => {
            let version = obstacle.version;
            counts.newly_parked = u64::from(parked.is_none());
            park(parking, docket_number, obstacle, parked)
                .await
                .map_err(failed)?;
            counts.parked = 1;
            Outcome::Parked(version)
        }
    };
    Ok(Advance { outcome, counts })
}

/// Parks a case at an obstacle, unless it is parked there already.
async fn park(
    parking: &dyn Parking,
    docket_number: DocketNumber,
    obstacle: Obstacle,
    earlier: Option<Quarantined>,
) -> Result<(), StoreError> {
    match to_park(docket_number, obstacle, earlier, parking.clock()) {
        Some(parked) => parking.park_put(&parked).await,
        None => Ok(()),
    }
}

/// How a case is to be parked; `None` where it is parked so already.
pub(super) fn to_park(
    docket_number: DocketNumber,
    obstacle: Obstacle,
    earlier: Option<Quarantined>,
    clock: &dyn Clock,
) -> Option<Quarantined> {
    let Obstacle { version, reason } = obstacle;
    let earlier = earlier.filter(|earlier| earlier.version == version);
    if earlier
        .as_ref()
        .is_some_and(|earlier| earlier.reason == reason)
    {
        return None;
    }
    tracing::error!(%docket_number, %version, reason, "a case is parked: it can't be folded");
    let since = earlier.map_or_else(|| clock.now(), |earlier| earlier.since);
    Some(Quarantined {
        docket_number,
        version,
        reason,
        since,
    })
}
