//! Filling, beside a service, what its readers follow and what is not whole: after the snapshot
//! table or the control table was lost, or where there were commits before there was a service.
//!
//! Only what readers follow: a generation that an operator builds is the operator's.

use std::sync::Arc;
use std::time::Duration;

use casefold_projector::Projections;
use casefold_projector::projections::opener;
use casefold_projector::rebuild::{
    Progress, Rebuild, RebuildConfig, RebuildError, RebuildStatus, is_complete_already, is_needed,
};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{GenerationStore, ProjectionId, StoreError, Stores};
use casefold_shared::generations::establish::BY_ITSELF;
use tokio::sync::watch;

/// The pauses before it is looked or tried again: the first doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A worker alone, as it runs beside commands.
const CONFIG: RebuildConfig = RebuildConfig {
    workers: 1,
    segments: 16,
    max_write_units: None,
};

/// Looks once at everything that readers follow, and fills what is not whole, however often it
/// has to be taken up again. It ends when `stop` turns true.
pub(crate) async fn run(store: Arc<DynamoStore>, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    while !*stop.borrow() {
        match refill(&store, &stop).await {
            Ok(()) => return,
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(%error, source, "what readers follow can't be filled now");
            }
        }
        // Either end of the wait is a good one.
        let _ = tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn refill(
    store: &Arc<DynamoStore>,
    stop: &watch::Receiver<bool>,
) -> Result<(), RebuildError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let projections = Projections::of_this_build(&Stores::of(store.clone()), &clock);
    for name in projections.names() {
        let Some(id) = incomplete(store, &projections, name).await? else {
            continue;
        };
        tracing::info!(%id, "readers follow it, and it is not whole: it is filled now");
        let rebuild = Rebuild {
            id,
            stores: store.opener(),
            folder: opener(id, None, &clock),
            clock: clock.clone(),
            by: BY_ITSELF.to_owned(),
        };
        match rebuild.run(CONFIG, &Quiet, stop).await {
            Ok(report) => {
                let status = report.status;
                tracing::info!(%id, report.complete, ?status, "it is filled");
            }
            // Somebody else was faster.
            Err(error) if is_complete_already(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The generation of a projection that readers follow, where it is not whole and this build
/// can fill it.
async fn incomplete(
    store: &Arc<DynamoStore>,
    projections: &Projections,
    name: &str,
) -> Result<Option<ProjectionId>, StoreError> {
    let Some(found) = store.generations_get(name).await? else {
        return Ok(None);
    };
    let active = found.generations.active;
    let known = projections.generations(name);
    let Some(id) = known.into_iter().find(|it| it.generation == active) else {
        return Ok(None);
    };
    let is_needed = is_needed(&**store, id, &found.generations).await?;
    Ok(is_needed.then_some(id))
}

/// Its progress is of interest to nobody: `casefold projections` shows it.
struct Quiet;

impl Progress<RebuildStatus> for Quiet {
    fn at(&self, _: &RebuildStatus) {}
}
