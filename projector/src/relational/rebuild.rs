//! Filling the rows from the whole event table: passages through it, one after the other.
//!
//! A passage is a group of leases, shared and resumed as the rebuild of a generation is. It has
//! a number: the first whose segments are not all at their end is the one that a process joins.
//! So all that come while it lasts work on the same one, and whoever comes after it begins the
//! next.

use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::Version;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Consumed, EventStore, Meter, OpenStores, StoreError, Stores};
use serde::Serialize;
use tokio::sync::watch;

use super::NAME;
use super::target::Target;
use super::write::{RelationalError, write};
use crate::history::History;
use crate::rebuild::passage::Passage;
use crate::rebuild::segments::{Sum, Work, standing};
use crate::rebuild::{Progress, PutCounts, RebuildStatus, status_of};

/// Fills a target from the event table. It may run beside the live feed and in several
/// processes: the version gate keeps what is newer.
#[derive(Clone)]
pub struct Rebuild {
    /// Where a worker has its stores from.
    pub stores: OpenStores,
    /// What is filled.
    pub target: Arc<dyn Target>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How a rebuild goes about it.
#[derive(Clone, Copy, Debug)]
pub struct RebuildConfig {
    /// How many segments are worked on at once by this process.
    pub workers: usize,
    /// In how many segments the event table is scanned. A passage is shared and resumed by
    /// those who say the same number.
    pub segments: u32,
}

/// How a rebuild ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebuildReport {
    /// Whether every segment is at its end. If not, it was told to stop, and the next rebuild
    /// goes on from here.
    pub complete: bool,
    /// How many segments an earlier rebuild, or another process, had begun or ended before
    /// this one came.
    pub resumed_segments: u32,
    /// How far the passage is, over all who worked on it.
    #[serde(flatten)]
    pub status: RebuildStatus,
}

impl Rebuild {
    /// Goes through the event table and writes every case whose rows are behind; where an
    /// earlier rebuild of the same target did not come to its end, from where it was, and where
    /// another process is at it, together with that. A target that is complete is gone through
    /// again, which brings cases up to date that no live feed has. It ends early when `stop`
    /// turns true; the page that it is at is left for whoever goes on.
    ///
    /// # Errors
    /// [`RelationalError`]; running it again goes on.
    pub async fn run(
        &self,
        config: RebuildConfig,
        progress: &dyn Progress<RebuildStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<RebuildReport, RelationalError> {
        let of = config.segments.max(1);
        let (stores, _) = (self.stores)();
        let (group, before) = self.passage(&stores, of).await?;
        let worker = |_| {
            let (stores, meter) = (self.stores)();
            Filler {
                target: self.target.clone(),
                events: stores.events,
                clock: self.clock.clone(),
                meter,
            }
        };
        let workers: Vec<_> = (0..config.workers.max(1)).map(worker).collect();
        let tell = |sum: &Sum<PutCounts>| progress.at(&status_of(sum));
        let passage = Passage {
            leases: stores.leases,
            clock: self.clock.clone(),
            group,
            of,
        };
        let sum = passage.run(workers, stop, &tell).await?;
        Ok(RebuildReport {
            complete: sum.ended == of,
            resumed_segments: before.begun,
            status: status_of(&sum),
        })
    }

    /// The group of the passage that is to be worked on, and how far it is.
    ///
    /// The checkpoint only says where to look first: what counts is how the leases stand, so a
    /// process that writes an older number does no harm.
    async fn passage(
        &self,
        stores: &Stores,
        of: u32,
    ) -> Result<(String, Sum<PutCounts>), StoreError> {
        let place = format!("rebuild/{NAME}/{}/{of}", self.target.id());
        let noted = stores.control.checkpoint_get(&place).await?;
        let noted = noted.and_then(|text| text.parse().ok()).unwrap_or(1_u64);
        let mut passage = noted;
        loop {
            let group = format!("{place}/{passage}");
            let sum = standing(&*stores.leases, &group, of).await?;
            if sum.ended < of {
                if passage != noted {
                    let passage = passage.to_string();
                    stores.control.checkpoint_put(&place, &passage).await?;
                }
                return Ok((group, sum));
            }
            passage += 1;
        }
    }
}

/// Puts the cases of segments.
struct Filler {
    target: Arc<dyn Target>,
    events: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    meter: Arc<dyn Meter>,
}

#[async_trait]
impl Work for Filler {
    type Counts = PutCounts;
    type Error = RelationalError;

    fn events(&self) -> &dyn EventStore {
        &*self.events
    }

    async fn cases(&self, histories: &[History]) -> Result<PutCounts, RelationalError> {
        let numbers: Vec<_> = histories.iter().map(|it| it.docket_number).collect();
        if numbers.is_empty() {
            return Ok(PutCounts::default());
        }
        let stored = self.target.versions(&numbers).await?;
        let is_behind = |history: &&History| {
            let there = stored.get(&history.docket_number).copied();
            there.unwrap_or(Version::ZERO) < reaches(history)
        };
        let behind: Vec<_> = histories.iter().filter(is_behind).collect();
        let mut counts = PutCounts::default();
        if !behind.is_empty() {
            counts += write(&*self.target, &*self.clock, &behind).await?;
        }
        counts.left += (histories.len() - behind.len()) as u64;
        Ok(counts)
    }

    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}

/// The version that a history has come to, whether or not it can be read.
fn reaches(history: &History) -> Version {
    let last = history.last().map_or(Version::ZERO, |last| last.version);
    let unreadable = history.unreadable.as_ref().map(|it| it.version);
    unreadable.map_or(last, |unreadable| last.max(unreadable))
}
