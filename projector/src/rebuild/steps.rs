//! The steps of a rebuild. Each can be taken by itself, by another process than the one before,
//! and again: what is known between them is in the control table and the leases.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_shared::gateway::{Consumed, EventStore, Meter, Operation, Stores};
use casefold_shared::generations::change::{StepError, step};
use casefold_shared::generations::{KNOWN_FOR, NotSafe, Stage, Standing};
use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::pace::Pace;
use super::passage::Passage;
use super::segments::{Sum, Work, ended_of, standing};
use super::{
    Progress, PutCounts, Rebuild, RebuildConfig, RebuildError, RebuildStatus, Scanned, WorkError,
    group, pause, status_of,
};
use crate::folder::Folder;
use crate::history::History;

/// What is waited beyond [`KNOWN_FOR`]: clocks of several machines differ a little.
const WAIT_LONGER: Duration = Duration::from_secs(1);

/// How many cases are put between two looks at the rate, where there is one.
const CASES_A_LOOK: usize = 16;

/// A rebuild that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The mark of the contents that it fills.
    pub contents: Uuid,
    /// In how many segments it goes.
    pub segments: u32,
    /// How long the first page must still wait, until every projector knows of the generation.
    pub wait: Duration,
}

/// How far a segment was brought, over all that worked on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentReport {
    /// Whether it is at its end. If not, it was told to stop, and the next one goes on.
    pub ended: bool,
    /// What was read.
    #[serde(flatten)]
    pub scanned: Scanned,
    /// What became of the cases.
    #[serde(flatten)]
    pub put: PutCounts,
    /// What it has cost.
    #[serde(flatten)]
    pub cost: Consumed,
}

impl Rebuild {
    /// Begins the generation, in so many segments, or goes on with it in as many as it was begun
    /// in.
    ///
    /// # Errors
    /// [`RebuildError`] where there is nothing to do
    /// ([`is_complete_already`](super::is_complete_already)), or the store fails.
    pub async fn begin(&self, segments: u32) -> Result<Begun, RebuildError> {
        let (stores, _) = (self.stores)();
        let (generation, segments) = (self.id.generation, segments.max(1));
        let proposed = self.clock.new_id();
        let contents = stores.generations.contents_mark(self.id, proposed).await?;
        let now = self.clock.now();
        let begun = step(
            &*stores.generations,
            self.id.name,
            |generations| generations.begin(generation, segments, contents, now),
            |_, _| self.operation("begin", format!("{} is being built", self.id)),
        )
        .await?;
        Ok(match begun.of(generation) {
            Some(standing) => self.begun_as(standing, standing.segments.unwrap_or(segments)),
            None => Begun {
                contents,
                segments,
                wait: KNOWN_FOR + WAIT_LONGER,
            },
        })
    }

    /// How the generation was begun, by whomever.
    ///
    /// # Errors
    /// [`RebuildError`] where it was not, its contents were lost since, or the store fails.
    pub async fn begun(&self) -> Result<Begun, RebuildError> {
        let (stores, _) = (self.stores)();
        let (name, generation) = (self.id.name, self.id.generation);
        let found = stores.generations.generations_get(name).await?;
        let found = found.ok_or_else(|| StepError::Unknown(name.to_owned()))?;
        let refused = |refused| RebuildError::Step(StepError::NotSafe(refused));
        let standing = found.generations.of(generation);
        let standing = standing.ok_or_else(|| refused(NotSafe::Unknown(generation)))?;
        let segments = match (standing.stage, standing.segments) {
            (Stage::Retired, _) => return Err(refused(NotSafe::Retired(generation))),
            (Stage::Building, None) => return Err(refused(NotSafe::Unknown(generation))),
            (Stage::Complete, None) => return Err(refused(NotSafe::CompleteAlready(generation))),
            (Stage::Building | Stage::Complete, Some(segments)) => segments,
        };
        if stores.generations.contents_marked(self.id).await? != Some(standing.contents) {
            return Err(refused(NotSafe::Lost(generation)));
        }
        Ok(self.begun_as(standing, segments))
    }

    fn begun_as(&self, standing: &Standing, segments: u32) -> Begun {
        let passed = self.clock.now().as_millis() - standing.begun_at.as_millis();
        let passed = Duration::from_millis(u64::try_from(passed).unwrap_or_default());
        Begun {
            contents: standing.contents,
            segments,
            wait: (KNOWN_FOR + WAIT_LONGER).saturating_sub(passed),
        }
    }

    /// The segments that are not at their end, in their order.
    ///
    /// # Errors
    /// [`RebuildError`] where that can't be read.
    pub async fn remaining(&self, begun: &Begun) -> Result<Vec<u32>, RebuildError> {
        let (stores, _) = (self.stores)();
        let ended = ended_of::<PutCounts>(&*stores.leases, &self.group(begun)).await?;
        let all = 0..begun.segments;
        Ok(all.filter(|segment| !ended.contains(segment)).collect())
    }

    /// Fills one segment, once every projector knows of the generation and nobody else works on
    /// it; where somebody does, until they end. It ends early when `stop` turns true, and leaves
    /// the page that it is at.
    ///
    /// # Errors
    /// [`RebuildError`]; doing it again goes on.
    pub async fn segment(
        &self,
        begun: &Begun,
        segment: u32,
        stop: &watch::Receiver<bool>,
    ) -> Result<SegmentReport, RebuildError> {
        if segment >= begun.segments {
            return Err(RebuildError::NoSegment(segment, begun.segments));
        }
        if !pause(begun.wait, stop).await {
            return Ok(SegmentReport::default());
        }
        let worker = self.filler(None)?;
        let (stores, _) = (self.stores)();
        let progress = self
            .passage(begun, &stores)
            .one(&worker, segment, stop)
            .await?;
        Ok(SegmentReport {
            ended: progress.ended,
            scanned: progress.scanned,
            put: progress.counts,
            cost: progress.cost,
        })
    }

    /// Fills segments that nobody else works on, until all are at their end.
    pub(super) async fn fill(
        &self,
        begun: &Begun,
        config: RebuildConfig,
        progress: &dyn Progress<RebuildStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), RebuildError> {
        let pace = config
            .max_write_units
            .map(|units| Arc::new(Pace::new(Some(units))));
        let workers = (0..config.workers.max(1)).map(|_| self.filler(pace.clone()));
        let workers = workers.collect::<Result<Vec<_>, _>>()?;
        let (stores, _) = (self.stores)();
        let tell = |sum: &Sum<PutCounts>| progress.at(&status_of(sum));
        self.passage(begun, &stores)
            .run(workers, stop, &tell)
            .await?;
        Ok(())
    }

    /// Notes that the generation has every case. To do it again changes nothing.
    ///
    /// # Errors
    /// [`RebuildError::NotEnded`] while segments are not at their end; others where it can't be
    /// noted.
    pub async fn complete(&self, begun: &Begun) -> Result<RebuildStatus, RebuildError> {
        let (stores, _) = (self.stores)();
        let sum = standing(&*stores.leases, &self.group(begun), begun.segments).await?;
        let status = status_of(&sum);
        if status.segments_ended < begun.segments {
            return Err(RebuildError::NotEnded(status));
        }
        let Scanned { cases, commits, .. } = status.scanned;
        let now = self.clock.now();
        step(
            &*stores.generations,
            self.id.name,
            |it| it.complete(self.id.generation, begun.contents, now),
            |_, _| {
                let detail = format!("{} has {cases} cases of {commits} commits", self.id);
                self.operation("complete", detail)
            },
        )
        .await?;
        Ok(status)
    }

    fn passage(&self, begun: &Begun, stores: &Stores) -> Passage {
        Passage {
            leases: stores.leases.clone(),
            clock: self.clock.clone(),
            group: self.group(begun),
            of: begun.segments,
        }
    }

    fn group(&self, begun: &Begun) -> String {
        group(self.id, begun.contents, begun.segments)
    }

    fn filler(&self, pace: Option<Arc<Pace>>) -> Result<Filler, WorkError> {
        let (stores, meter) = (self.stores)();
        let folder = (self.folder)(&stores);
        Ok(Filler {
            folder: folder.ok_or(WorkError::NotOfThisBuild(self.id))?,
            events: stores.events,
            meter,
            pace,
        })
    }

    fn operation(&self, operation: &str, detail: String) -> Operation {
        Operation {
            id: self.clock.new_id(),
            at: self.clock.now(),
            by: self.by.clone(),
            operation: operation.to_owned(),
            projection: self.id.name.to_owned(),
            detail,
        }
    }
}

/// Puts the cases of segments.
struct Filler {
    folder: Arc<dyn Folder>,
    events: Arc<dyn EventStore>,
    meter: Arc<dyn Meter>,
    pace: Option<Arc<Pace>>,
}

#[async_trait]
impl Work for Filler {
    type Counts = PutCounts;
    type Error = WorkError;

    fn events(&self) -> &dyn EventStore {
        &*self.events
    }

    async fn cases(&self, histories: &[History]) -> Result<PutCounts, WorkError> {
        let Some(pace) = &self.pace else {
            return Ok(self.folder.put_whole(histories).await?.into());
        };
        let mut counts = PutCounts::default();
        for some in histories.chunks(CASES_A_LOOK) {
            let before = self.meter.consumed();
            counts += self.folder.put_whole(some).await?.into();
            let cost = self.meter.consumed() - before;
            pace.pay(cost.write_units).await;
        }
        Ok(counts)
    }

    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}
