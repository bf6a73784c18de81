//! A generation filled in pieces: begun, a segment a call, completed.

use casefold_shared::gateway::ProjectionId;
use serde::Serialize;
use tokio::sync::watch as told;

use super::error::TaskError;
use super::figures::Figures;
use super::task::{BeginRebuild, CompleteRebuild, RebuildSegment};
use super::{Named, Worker};
use crate::rebuild::{Rebuild, RebuildStatus, SegmentReport, is_complete_already};

/// In how many segments a rebuild goes where it isn't said.
const USUAL_SEGMENTS: u32 = 32;

/// The most that are handed out: what a state machine passes on, 256 KiB, has room for so many.
const MOST_SEGMENTS: u32 = 4_000;

/// What there is to do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Begun {
    #[serde(flatten)]
    of: Named,
    /// Whether there is nothing to do: the generation has every case.
    complete: bool,
    /// How long to wait before the first segment, until every projector knows of the generation.
    wait_seconds: u64,
    /// The segments that are not at their end.
    items: Vec<Item>,
}

/// A segment that is to be worked on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(flatten)]
    of: Named,
    segment: u32,
}

/// How far a segment is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Worked {
    #[serde(flatten)]
    of: Named,
    segment: u32,
    #[serde(flatten)]
    report: SegmentReport,
}

/// What a rebuild came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Completed {
    #[serde(flatten)]
    of: Named,
    complete: bool,
    #[serde(flatten)]
    status: RebuildStatus,
}

impl Worker {
    pub(super) async fn begin_rebuild(&self, asked: &BeginRebuild) -> Result<Begun, TaskError> {
        let segments = asked.segments.unwrap_or(USUAL_SEGMENTS);
        if !(1..=MOST_SEGMENTS).contains(&segments) {
            return Err(TaskError::BadTask(format!(
                "a rebuild goes in 1 to {MOST_SEGMENTS} segments, not in {segments}"
            )));
        }
        let known = self.known(&asked.projection).await?;
        let id = known.generation_or_newest(asked.generation)?;
        let rebuild = known.rebuild(id, self.stores.clone(), &self.by);
        let of = Named::of(id);
        let begun = match rebuild.begin(segments).await {
            Ok(begun) => begun,
            Err(error) if is_complete_already(&error) => {
                return Ok(Begun {
                    of,
                    complete: true,
                    wait_seconds: 0,
                    items: Vec::new(),
                });
            }
            Err(error) => return Err(error.into()),
        };
        let remaining = rebuild.remaining(&begun).await?;
        if remaining.len() > MOST_SEGMENTS as usize {
            return Err(TaskError::NotHere(format!(
                "{id} was begun in {} segments, of which at most {MOST_SEGMENTS} can be handed out; \
                 end it with `casefold rebuild {} --to {}`",
                begun.segments, id.name, id.generation
            )));
        }
        let items = remaining.into_iter().map(|segment| Item { of, segment });
        Ok(Begun {
            of,
            complete: false,
            wait_seconds: begun.wait.as_millis().div_ceil(1_000) as u64,
            items: items.collect(),
        })
    }

    pub(super) async fn rebuild_segment(
        &self,
        asked: &RebuildSegment,
        stop: &told::Receiver<bool>,
        figures: &mut Figures,
    ) -> Result<Worked, TaskError> {
        let (id, rebuild) = self.rebuild_of(&asked.projection, asked.generation).await?;
        let begun = rebuild.begun().await?;
        let report = rebuild.segment(&begun, asked.segment, stop).await?;
        if report.ended {
            figures.rebuild_cases = report.put.written + report.put.left + report.put.parked;
        }
        Ok(Worked {
            of: Named::of(id),
            segment: asked.segment,
            report,
        })
    }

    pub(super) async fn complete_rebuild(
        &self,
        asked: &CompleteRebuild,
    ) -> Result<Completed, TaskError> {
        let (id, rebuild) = self.rebuild_of(&asked.projection, asked.generation).await?;
        let begun = rebuild.begun().await?;
        let status = rebuild.complete(&begun).await?;
        Ok(Completed {
            of: Named::of(id),
            complete: true,
            status,
        })
    }

    async fn rebuild_of(
        &self,
        projection: &str,
        generation: u32,
    ) -> Result<(ProjectionId, Rebuild), TaskError> {
        let known = self.known(projection).await?;
        let id = known.generation(generation)?;
        Ok((id, known.rebuild(id, self.stores.clone(), &self.by)))
    }
}
