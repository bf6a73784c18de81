//! Keeping a target current beside a service, for as long as that runs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold_projector::rebuild::{Progress, RebuildStatus};
use casefold_projector::relational::{
    NAME, Rebuild, RebuildConfig, RelationalError, RelationalProjector, Target,
};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{BoxError, Stores};
use casefold_shared::telemetry::panics::caught;
use tokio::sync::watch;

use super::TargetUrl;
use crate::feed::delivery::BatchHandler;
use crate::feed::{Trim, Until};
use crate::projecting::Reading;

/// The pauses before a target is tried again that could not be used: the first doubles up to
/// the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How the catch-up at the start goes: a worker alone, as it runs beside commands.
const CATCH_UP: RebuildConfig = RebuildConfig {
    segments: 4,
    workers: 1,
};

/// A reader of the event table's stream into a relational target.
pub(crate) struct Live {
    pub(crate) store: Arc<DynamoStore>,
    pub(crate) reading: Reading,
    pub(crate) trim: Option<Trim>,
}

impl Live {
    /// Feeds the target until `stop` turns true. A target that can't be used is tried again
    /// and again, and nothing else waits for it.
    ///
    /// The stream tells of what happens from now on, and of what it still holds. What the
    /// target has missed before that (it is new, or a service ran without it) is caught up
    /// with meanwhile by one passage through the event table, which writes only the cases
    /// that are behind.
    pub(crate) async fn run(self, url: TargetUrl, mut stop: watch::Receiver<bool>) {
        let Some(target) = open(&url, &mut stop).await else {
            return;
        };
        tracing::info!(target = %url, "the relational projection is kept current");
        let projector = RelationalProjector::new(
            Stores::of(self.store.clone()).events,
            Arc::clone(&target),
            Arc::new(SystemClock),
        );
        let feed = self.reading.feed(Arc::new(Handler(projector)), self.trim);
        let feed = feed.named(format!("{NAME}/{}", target.id()));
        let rebuild = Rebuild {
            stores: self.store.opener(),
            target,
            clock: Arc::new(SystemClock),
        };
        tokio::join!(
            feed.run(Until::Stopped, stop.clone()),
            catch_up(rebuild, stop)
        );
    }
}

async fn open(url: &TargetUrl, stop: &mut watch::Receiver<bool>) -> Option<Arc<dyn Target>> {
    let mut pause = FIRST_PAUSE;
    loop {
        match url.open(&SystemClock).await {
            Ok(target) => return Some(target),
            Err(error) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::warn!(target = %url, %error, source, "the relational projection waits");
            }
        }
        wait(&mut pause, stop).await;
        if *stop.borrow() {
            return None;
        }
    }
}

/// Goes through the event table once, however often it has to be taken up again. A passage that
/// was begun before is ended first, and doesn't count: what it had passed by already may have
/// moved on while no service fed the target.
async fn catch_up(rebuild: Rebuild, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    // Whether the passage was begun after this service.
    let mut is_fresh = false;
    while !*stop.borrow() {
        match rebuild.run(CATCH_UP, &Quiet, &stop).await {
            Ok(report) if report.complete && report.resumed_segments > 0 && !is_fresh => {
                is_fresh = true;
            }
            Ok(report) => {
                if report.complete {
                    let counts = report.status.put;
                    tracing::info!(?counts, "the relational projection has caught up");
                }
                return;
            }
            Err(error) => {
                log(&error);
                wait(&mut pause, &mut stop).await;
            }
        }
    }
}

fn log(error: &RelationalError) {
    let source = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(%error, source, "the relational projection's catching up waits");
}

/// Waits, or less where the service is to stop.
async fn wait(pause: &mut Duration, stop: &mut watch::Receiver<bool>) {
    // Either end of the wait is a good one.
    let _ = tokio::time::timeout(*pause, stop.wait_for(|stop| *stop)).await;
    *pause = (*pause * 2).min(LONGEST_PAUSE);
}

/// The catch-up's progress is of interest to nobody.
struct Quiet;

impl Progress<RebuildStatus> for Quiet {
    fn at(&self, _: &RebuildStatus) {}
}

struct Handler(RelationalProjector);

#[async_trait]
impl BatchHandler for Handler {
    async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError> {
        // In a task of its own, so that a panic fails the batch and not the feed.
        let projector = self.0.clone();
        Ok(tokio::spawn(async move { caught(projector.handle(batch)).await }).await??)
    }
}
