//! How things stand: what is parked, how old the last checkpoint is, how far folding is behind.

use std::collections::BTreeSet;

use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::gateway::ProjectionId;
use casefold_shared::generations::{Generations, Stage};
use serde::Serialize;

use super::error::TaskError;
use super::figures::Figures;
use super::{Named, Worker};
use crate::lag::{self, Lag};
use crate::projections::Known;

const MILLIS_AN_HOUR: f64 = 3_600_000.0;

/// How things stand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Watched {
    /// How many cases are parked, in whichever generations.
    parked_cases: u64,
    /// The generations that are live.
    generations: Vec<Stands>,
    /// The last signed checkpoint; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Last>,
}

/// How a generation stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stands {
    #[serde(flatten)]
    of: Named,
    /// Whether readers follow it.
    active: bool,
    /// Its stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    /// How many cases are parked in it.
    parked: u64,
    /// How far folding was behind when that was noted last.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<Lag>,
}

/// A signed checkpoint. One that can't be read has a number and nothing else.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Last {
    number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_hours: Option<f64>,
}

impl Worker {
    pub(super) async fn watch(&self, figures: &mut Figures) -> Result<Watched, TaskError> {
        let mut generations = Vec::new();
        let mut parked_cases = BTreeSet::new();
        for known in self.all_known().await? {
            let mut of_projection = BTreeSet::new();
            for id in known.live() {
                let (parked, stands) = self.stands(&known, id).await?;
                of_projection.extend(parked);
                generations.push(stands);
            }
            let count = of_projection.len() as u64;
            figures.quarantined_by_projection.insert(known.name, count);
            parked_cases.extend(of_projection);
        }
        let checkpoint = self.last_checkpoint().await?;
        let parked_cases = parked_cases.len() as u64;
        figures.quarantined_cases = Some(parked_cases);
        figures.checkpoint_age_hours = checkpoint.as_ref().and_then(|last| last.age_hours);
        Ok(Watched {
            parked_cases,
            generations,
            checkpoint,
        })
    }

    async fn stands(
        &self,
        known: &Known,
        id: ProjectionId,
    ) -> Result<(Vec<DocketNumber>, Stands), TaskError> {
        let stores = self.opened();
        let parked = match (known.folder(id))(&stores) {
            Some(folder) => folder.parked().await?,
            None => Vec::new(),
        };
        let parked: Vec<_> = parked.into_iter().map(|it| it.docket_number).collect();
        let generations: &Generations = &known.generations;
        let stands = Stands {
            of: Named::of(id),
            active: generations.active == id.generation,
            stage: generations.of(id.generation).map(|it| it.stage),
            parked: parked.len() as u64,
            lag: lag::read(&*stores.control, id).await?,
        };
        Ok((parked, stands))
    }

    async fn last_checkpoint(&self) -> Result<Option<Last>, TaskError> {
        let Some(found) = self.checkpoints.signed_checkpoint_latest().await? else {
            return Ok(None);
        };
        let at = found.kept.ok().map(|kept| kept.signed.says.at);
        let now = self.clock.now().as_millis();
        Ok(Some(Last {
            number: found.number,
            at,
            age_hours: at.map(|at| (now - at.as_millis()) as f64 / MILLIS_AN_HOUR),
        }))
    }
}
