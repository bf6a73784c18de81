//! Each live generation against the event table, a generation a task.

use casefold_shared::gateway::ProjectionId;
use serde::Serialize;
use tokio::sync::watch as told;

use super::error::TaskError;
use super::figures::Figures;
use super::task::{PlanReconcile, Reconcile};
use super::{Named, Quiet, Worker};
use crate::projections::Known;
use crate::rebuild::reconcile::{ReconcileConfig, ReconcileStatus};

/// How many segments are looked at at once, and in how many there are.
const WORKERS: usize = 4;
const SEGMENTS: u32 = 32;

/// What there is to reconcile.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Planned {
    items: Vec<Named>,
}

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reconciled {
    #[serde(flatten)]
    of: Named,
    /// Whether every case was compared and none differs.
    clean: bool,
    /// Whether every case was compared. If not, time was over, and the next call goes on.
    complete: bool,
    /// Whether it was noted with the generation: it is while that is complete.
    noted: bool,
    /// How far it came, and what it found.
    #[serde(flatten)]
    status: ReconcileStatus,
}

impl Worker {
    pub(super) async fn plan_reconcile(&self, asked: &PlanReconcile) -> Result<Planned, TaskError> {
        let all = match &asked.projection {
            Some(name) => vec![self.known(name).await?],
            None => self.all_known().await?,
        };
        let live: Vec<ProjectionId> = all.iter().flat_map(Known::live).collect();
        Ok(Planned {
            items: live.into_iter().map(Named::of).collect(),
        })
    }

    pub(super) async fn reconcile(
        &self,
        asked: &Reconcile,
        stop: &told::Receiver<bool>,
        figures: &mut Figures,
    ) -> Result<Reconciled, TaskError> {
        let known = self.known(&asked.projection).await?;
        let id = known.generation(asked.generation)?;
        let config = ReconcileConfig {
            workers: WORKERS,
            segments: SEGMENTS,
            deep: asked.deep,
            repair: asked.repair,
        };
        let found = known
            .reconcile(id, self.stores.clone(), &self.by)
            .run(config, &Quiet, stop)
            .await?;
        if found.complete {
            figures.reconcile_runs = 1;
            figures.reconcile_differing = found.status.found.differing;
        }
        Ok(Reconciled {
            of: Named::of(id),
            clean: found.is_clean(),
            complete: found.complete,
            noted: found.noted,
            status: found.status,
        })
    }
}
