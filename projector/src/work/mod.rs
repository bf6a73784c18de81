//! Work that is done in pieces, each in a bounded time: tasks for a worker that is called, and
//! called again, until a piece is done.
//!
//! It is the work that the operators' tool does from its beginning to its end, under the same
//! leases and from the same progress, so that the two may share one rebuild. What calls the
//! worker says when to stop; nothing here knows Lambda.
//!
//! | task | file | what it does |
//! | --- | --- | --- |
//! | `beginRebuild`, `rebuildSegment`, `completeRebuild` | `rebuild` | a generation filled, a segment a call |
//! | `planReconcile`, `reconcile` | `reconcile` | each live generation against the event table |
//! | `checkpoint` | `checkpoint` | the whole record verified and signed |
//! | `watch` | `watch` | how things stand |
//!
//! [`task`] has what a task is told and answers with, [`error`] why one is not done, and
//! [`figures`] what is counted of it.

mod checkpoint;
pub mod error;
pub mod figures;
mod rebuild;
mod reconcile;
pub mod task;
mod watch;

use std::sync::Arc;

use casefold_events::proof::key::PublicKey;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{CheckpointStore, OpenStores, ProjectionId, Stores};
use casefold_shared::signing::{SignError, Signer};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch as told;

use self::error::TaskError;
use self::figures::Figures;
use self::task::Task;
use crate::projections::{Known, KnownError, Projections};
use crate::rebuild::Progress;

/// Opens what signs checkpoints, when a checkpoint is due.
pub type OpenSigner =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Arc<dyn Signer>, SignError>> + Send + Sync>;

/// Does tasks.
#[derive(Clone)]
pub struct Worker {
    /// Where its work has its stores from.
    pub stores: OpenStores,
    /// The same, with commits as they are stored, for verifying.
    pub as_stored: OpenStores,
    /// The checkpoints.
    pub checkpoints: Arc<dyn CheckpointStore>,
    /// What signs checkpoints; `None` where this worker may not.
    pub signer: Option<OpenSigner>,
    /// Keys beside the signer's own with which checkpoints may be signed: those of before.
    pub trusted: Vec<PublicKey>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who does it, for the log of operations.
    pub by: String,
}

/// What a task came to.
#[derive(Debug)]
pub struct Outcome {
    /// The answer, or why there is none.
    pub answer: Result<Value, TaskError>,
    /// What is counted of it, however it ended.
    pub figures: Figures,
}

impl Worker {
    /// Does a task. It ends early when `stop` turns true, and says so in its answer; what it did
    /// is kept, and the next call goes on from there (but of a checkpoint, which is signed whole
    /// or not at all).
    pub async fn work(&self, task: Task, stop: &told::Receiver<bool>) -> Outcome {
        let mut figures = Figures::default();
        let answer = self.answer(task, stop, &mut figures).await;
        Outcome { answer, figures }
    }

    async fn answer(
        &self,
        task: Task,
        stop: &told::Receiver<bool>,
        figures: &mut Figures,
    ) -> Result<Value, TaskError> {
        match task {
            Task::BeginRebuild(asked) => to_value(&self.begin_rebuild(&asked).await?),
            Task::RebuildSegment(asked) => {
                to_value(&self.rebuild_segment(&asked, stop, figures).await?)
            }
            Task::CompleteRebuild(asked) => to_value(&self.complete_rebuild(&asked).await?),
            Task::PlanReconcile(asked) => to_value(&self.plan_reconcile(&asked).await?),
            Task::Reconcile(asked) => to_value(&self.reconcile(&asked, stop, figures).await?),
            Task::Checkpoint {} => to_value(&self.checkpoint(stop, figures).await?),
            Task::Watch {} => to_value(&self.watch(figures).await?),
        }
    }

    /// A projection of this build by its name.
    async fn known(&self, name: &str) -> Result<Known, TaskError> {
        let stores = self.opened();
        match Known::read(&stores, &self.clock, name).await {
            Err(KnownError::NotEstablished(_)) => {
                self.establish(&stores).await?;
                Ok(Known::read(&stores, &self.clock, name).await?)
            }
            read => Ok(read?),
        }
    }

    /// Every projection of this build.
    async fn all_known(&self) -> Result<Vec<Known>, TaskError> {
        let stores = self.opened();
        match Known::all(&stores, &self.clock).await {
            Err(KnownError::NotEstablished(_)) => {
                self.establish(&stores).await?;
                Ok(Known::all(&stores, &self.clock).await?)
            }
            read => Ok(read?),
        }
    }

    /// The first that comes to new tables says that projections begin there, as every process of
    /// the service does.
    async fn establish(&self, stores: &Stores) -> Result<(), TaskError> {
        let projections = Projections::of_this_build(stores, &self.clock);
        Ok(projections.establish().await?)
    }

    fn opened(&self) -> Stores {
        (self.stores)().0
    }
}

fn to_value(answer: &impl Serialize) -> Result<Value, TaskError> {
    serde_json::to_value(answer)
        .map_err(|error| TaskError::Failed("the answer has no JSON form".to_owned(), error.into()))
}

/// A generation as an answer names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    projection: &'static str,
    generation: u32,
}

impl Named {
    const fn of(id: ProjectionId) -> Self {
        Self {
            projection: id.name,
            generation: id.generation.0,
        }
    }
}

/// Progress that is of interest to nobody: the answer has it.
struct Quiet;

impl<S> Progress<S> for Quiet {
    fn at(&self, _: &S) {}
}
