//! How a process of the service reads the event table's stream, and what it hands to the
//! projector: in `casefold serve`, in `casefold project`, and after an import.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold_projector::Projector;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{BoxError, Stores};
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry::panics::caught;

use crate::backend::Backend;
use crate::cmd::CommandFailure;
use crate::feed::delivery::BatchHandler;
use crate::feed::dynamo::{self, DynamoStream};
use crate::feed::source::StreamSource;
use crate::feed::watermark::{EmptyRead, Watermark};
use crate::feed::{Feed, FeedConfig, LEASE_LASTS, Places, Sharing, Trim, trim};

/// How this process reads the stream.
#[derive(Clone)]
pub(crate) struct Reading {
    source: Arc<dyn StreamSource>,
    store: Arc<DynamoStore>,
    config: FeedConfig,
    metrics: Metrics,
    /// Under which name, and how, where others may read beside it.
    shared: Option<(String, Sharing)>,
}

impl Reading {
    /// As it is usual: a process that runs the engine reads all of its stream; whoever works on
    /// another endpoint shares that with whoever else is there.
    ///
    /// # Errors
    /// Where the table has no stream, or that can't be listed.
    pub(crate) async fn of(backend: &Backend) -> Result<Self, CommandFailure> {
        Self::sharing(backend, Sharing::default(), LEASE_LASTS).await
    }

    /// The same, where it is said how it takes part.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(crate) async fn sharing(
        backend: &Backend,
        sharing: Sharing,
        lease_lasts: Duration,
    ) -> Result<Self, CommandFailure> {
        let store = Arc::clone(backend.store());
        let client = dynamo::client(backend.sdk());
        let source = DynamoStream::of_table(client, &store.tables().events);
        // What is missing for good is told at the start.
        source.list().await?;
        let is_alone = backend.engine().is_some();
        let (config, shared) = if is_alone {
            (FeedConfig::of_an_engine(), None)
        } else {
            let owner = SystemClock.new_id().to_string();
            (FeedConfig::of_a_cluster(), Some((owner, sharing)))
        };
        Ok(Self {
            source: Arc::new(source),
            store,
            config: FeedConfig {
                lease_lasts,
                ..config
            },
            metrics: backend.metrics()?,
            shared,
        })
    }

    /// The name of this process; `None` where it has nobody beside it.
    pub(crate) fn owner(&self) -> Option<&str> {
        self.shared.as_ref().map(|(owner, _)| owner.as_str())
    }

    /// A feed of a handler, which drops what it has delivered where the engine never does.
    pub(crate) fn feed(&self, handler: Arc<dyn BatchHandler>, trim: Option<Trim>) -> Feed {
        let places = Places::of(Arc::clone(&self.store), Arc::new(SystemClock));
        let feed = Feed::new(Arc::clone(&self.source), handler, places, self.config);
        let feed = match &self.shared {
            Some((owner, sharing)) => feed.shared(owner.clone(), *sharing),
            None => feed,
        };
        match trim {
            Some(trim) => feed.trimming(trim),
            None => feed,
        }
    }

    /// The feed of the projector, once that has tried what is parked again.
    pub(crate) async fn projector_feed(&self, trim: Option<Trim>) -> Feed {
        let stores = Stores::of(Arc::clone(&self.store));
        let projector = Projector::of_this_build(&stores, Arc::new(SystemClock))
            .with_metrics(self.metrics.clone());
        projector.retry_parked().await;
        let feed = self.feed(Arc::new(ProjectorHandler(projector)), trim);
        let empty_read = match self.shared {
            None => EmptyRead::IsTheEnd,
            // Elsewhere an empty read of a stream doesn't tell that it is at its end.
            Some(_) => EmptyRead::TellsNothing,
        };
        let clock = Arc::new(SystemClock);
        feed.marking(Watermark::new(stores.control, clock, empty_read))
    }
}

/// The feed of the projector alone from the event table's stream.
///
/// # Errors
/// As [`Reading::of`].
pub(crate) async fn projector_feed(backend: &Backend) -> Result<Feed, CommandFailure> {
    let reading = Reading::of(backend).await?;
    Ok(reading.projector_feed(trims(backend, 1).pop()).await)
}

/// What drops delivered stream records, for each of so many readers: of the embedded engine,
/// which keeps them, where this process runs it; none elsewhere.
pub(crate) fn trims(backend: &Backend, readers: usize) -> Vec<Trim> {
    let Some(engine) = backend.engine() else {
        return Vec::new();
    };
    let (engine, table) = (
        Arc::downgrade(engine),
        backend.store().tables().events.clone(),
    );
    let trim: Trim = Arc::new(move |checkpoint| {
        let Some(engine) = engine.upgrade() else {
            return;
        };
        if let Err(error) = engine.trim_stream(&table, checkpoint) {
            tracing::warn!(%error, "delivered stream records could not be dropped");
        }
    });
    trim::shared(readers, trim)
}

/// The projector's own handler, as Lambda calls it.
struct ProjectorHandler(Projector);

#[async_trait]
impl BatchHandler for ProjectorHandler {
    async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError> {
        // In a task of its own, so that a panic fails the batch and not the feed, as it
        // would fail a Lambda's invocation.
        let projector = self.0.clone();
        Ok(tokio::spawn(async move { caught(projector.handle(batch)).await }).await??)
    }
}
