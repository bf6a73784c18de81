//! `casefold serve`: the whole service in one process.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::command::{EXAMPLE_PETITIONER, FilePetition};
use casefold_command_api::http::{self, ApiState};
use casefold_command_api::service::{Documents, JobReport, MAX_DOCUMENT_BYTES, Service};
use casefold_events::UserId;
use casefold_events::vocabulary::Role;
use casefold_projector::Projector;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::MetricsMode;
use casefold_shared::documents::{ObjectDocuments, drop_unfinished};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{BoxError, ControlStore, Stores};
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry::panics::caught;
use clap::Args;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::checkpoint::{KeyArgs, verifier};
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::checkpoints::Checkpoints;
use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::feed::delivery::BatchHandler;
use crate::feed::source::DynamoStream;
use crate::feed::watermark::Watermark;
use crate::feed::{Feed, FeedConfig, Trim, Until, trim};
use crate::output::Output;
use crate::refill;
use crate::relational::{self, TargetUrl};

/// Where to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The address and port to serve on; port 0 takes a free one
    #[arg(long, env = "CASEFOLD_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve the API only, where projectors and jobs run elsewhere
    #[arg(long)]
    pub no_projector: bool,
    /// Believe so many proxies in front of the service, each of which adds the address that it
    /// was asked from to X-Forwarded-For
    ///
    /// Commits and the log of accesses then say the address that the outermost of them saw.
    /// Without it they say the connection's other end.
    #[arg(
        long,
        env = "CASEFOLD_TRUSTED_PROXIES",
        value_name = "N",
        default_value_t = 0
    )]
    pub trusted_proxies: usize,
    /// Refuse commands that refer to a document whose content is not stored
    ///
    /// Off by default: a court that moves here may bring its records before its documents.
    #[arg(
        long,
        env = "CASEFOLD_REQUIRE_DOCUMENTS",
        value_parser = clap::builder::BoolishValueParser::new(),
        num_args = 0..=1,
        default_value = "false",
        default_missing_value = "true",
        value_name = "BOOL"
    )]
    pub require_documents: bool,
    /// The most bytes that a document may have
    #[arg(long, env = "CASEFOLD_MAX_DOCUMENT_BYTES", value_name = "BYTES", default_value_t = MAX_DOCUMENT_BYTES)]
    pub max_document_bytes: u64,
    /// Keep the relational projection current too: sqlite:///path/to/file.db or
    /// postgres://user@host/database; without a value, cases.sqlite in the data directory
    #[arg(long, env = "CASEFOLD_SQL_TARGET", value_name = "URL", num_args = 0..=1,
          require_equals = true, default_missing_value = "")]
    pub sql_target: Option<String>,
    /// How often the record is verified and signed, in minutes; 0 for never. Nothing is signed
    /// where nothing has changed
    #[arg(
        long,
        env = "CASEFOLD_CHECKPOINT_EVERY",
        value_name = "MINUTES",
        default_value_t = 60
    )]
    pub checkpoint_every: u32,
    #[command(flatten)]
    checkpoint_key: KeyArgs,
}

/// What a service says of itself when it is up.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Up {
    address: String,
    documentation: String,
    open_api: String,
    example: String,
}

/// How often the jobs are run.
const JOBS_EVERY: Duration = Duration::from_secs(3600);

/// How long the token in the example that is printed at the start holds.
const EXAMPLE_TOKEN_HOLDS: Duration = Duration::from_secs(8 * 3600);

/// Serves until it is told to stop by SIGINT or SIGTERM; then finishes what it took.
///
/// # Errors
/// Where the data directory, the engine, the tables or the port can't be used.
pub async fn run(options: &Options, args: &ServeArgs, output: &Output) -> Outcome {
    let data_dir = DataDir::open(&options.data_dir)?;
    let secret = data_dir.signing_secret()?;
    let mut backend = Backend::open_alone(options).await?;
    let documents = documents(&data_dir, &backend, args)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        format!(
            "can't listen on {}: {error}; name another --listen",
            args.listen
        )
    })?;
    let address = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = watch::channel(false);

    let sql_target = match &args.sql_target {
        Some(url) => Some(TargetUrl::parse(Some(url), &options.data_dir)?),
        None => None,
    };
    let readers = usize::from(!args.no_projector) + usize::from(sql_target.is_some());
    let mut trims = trims(&backend, readers);
    let mut feeds = JoinSet::new();
    if !args.no_projector {
        let (feed, stopped) = (
            projector_feed(&backend, trims.pop()).await?,
            stopped.clone(),
        );
        feeds.spawn(async move { feed.run(Until::Stopped, stopped).await });
    }
    if !args.no_projector {
        let (store, stopped) = (Arc::clone(backend.store()), stopped.clone());
        feeds.spawn(async move { refill::run(store, stopped).await });
    }
    if !args.no_projector && args.checkpoint_every > 0 {
        let signer = args.checkpoint_key.signer(options).await?;
        let checkpoints = Checkpoints {
            verify: verifier(backend.store(), vec![signer.public_key().clone()]),
            signer,
            every: Duration::from_secs(u64::from(args.checkpoint_every) * 60),
        };
        let stopped = stopped.clone();
        feeds.spawn(async move { checkpoints.run(stopped).await });
    }
    if let Some(target) = sql_target {
        let live = relational::live::Live {
            store: Arc::clone(backend.store()),
            stream: Arc::new(stream(&backend).await?),
            trim: trims.pop(),
        };
        feeds.spawn(async move { live.run(target, stopped).await });
    }
    let store = Arc::clone(backend.store());
    let stores = Stores::of(store);
    let service = Service::new(stores, Arc::new(SystemClock))
        .with_documents(documents)
        .with_metrics(metrics(&backend)?);
    // What serves the API alone leaves the rest to others.
    let jobs = (!args.no_projector).then(|| tokio::spawn(jobs(service.clone())));
    let state = ApiState::new(service, TokenVerifier::hs256(secret.as_bytes())?)
        .behind_proxies(args.trusted_proxies);
    backend.publish_api(&address)?;
    let up = up(&address, secret.as_bytes())?;
    output.print(&up, || banner(&up))?;

    let service = http::router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(told_to_stop())
        .await?;

    tracing::info!("stopping: finishing what was taken");
    // A job that is stopped is begun again: what it did is done.
    if let Some(jobs) = jobs {
        jobs.abort();
    }
    // Without a feed nobody listens.
    let _ = stop.send(true);
    while let Some(ended) = feeds.join_next().await {
        // What a panic said is in no error: the log has its place.
        ended.map_err(|_| "a part of the service ended by a panic")?;
    }
    backend.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Does what comes round by itself: at the start, and then every hour.
async fn jobs(service: Service) {
    let mut hours = tokio::time::interval(JOBS_EVERY);
    loop {
        hours.tick().await;
        match super::job::mark_ready_for_trial(&service).await {
            Ok(report) if report == JobReport::default() => {}
            Ok(JobReport {
                done,
                refused,
                failed,
            }) => {
                let (done, refused, failed) = (done.len(), refused.len(), failed.len());
                tracing::info!(done, refused, failed, "cases were looked at for trial");
            }
            Err(error) => tracing::warn!(%error, "cases could not be looked at for trial"),
        }
    }
}

/// The documents of the data directory, whatever engine or endpoint keeps the commits.
fn documents(
    data_dir: &DataDir,
    backend: &Backend,
    args: &ServeArgs,
) -> Result<Documents, CommandFailure> {
    let path = data_dir.documents();
    // Without an engine of its own the process doesn't have the directory to itself.
    if backend.engine().is_some() {
        drop_unfinished(&path)?;
    }
    let store = ObjectDocuments::in_directory(&path, Arc::new(SystemClock))?;
    let mut documents = Documents::new(Arc::new(store));
    documents.max_bytes = args.max_document_bytes;
    documents.required = args.require_documents;
    Ok(documents)
}

/// The feed of the projector alone from the event table's stream.
pub(crate) async fn feed(backend: &Backend) -> Result<Feed, CommandFailure> {
    projector_feed(backend, trims(backend, 1).pop()).await
}

/// Where figures are told: nowhere on one machine, unless the environment says so.
fn metrics(backend: &Backend) -> Result<Metrics, CommandFailure> {
    let mode = MetricsMode::from_env(MetricsMode::Off)?;
    let deployment = backend.store().prefix();
    Ok(Metrics::of(mode, deployment, Arc::new(SystemClock)))
}

async fn projector_feed(backend: &Backend, trim: Option<Trim>) -> Result<Feed, CommandFailure> {
    let store = backend.store();
    let stores = Stores::of(store.clone());
    let projector =
        Projector::of_this_build(&stores, Arc::new(SystemClock)).with_metrics(metrics(backend)?);
    projector.retry_parked().await;
    let control: Arc<dyn ControlStore> = Arc::<DynamoStore>::clone(store);
    let feed = Feed::new(
        Arc::new(stream(backend).await?),
        Arc::new(ProjectorHandler(projector)),
        control,
        FeedConfig::default(),
    );
    let feed = match trim {
        Some(trim) => feed.trimming(trim),
        None => feed,
    };
    // Elsewhere an empty read of a stream doesn't tell that it is at its end.
    Ok(match backend.engine() {
        Some(_) => feed.marking(Watermark::new(
            Arc::<DynamoStore>::clone(store),
            Arc::new(SystemClock),
        )),
        None => feed,
    })
}

/// The event table's stream.
async fn stream(backend: &Backend) -> Result<DynamoStream, CommandFailure> {
    let client = aws_sdk_dynamodbstreams::Client::new(backend.sdk());
    let table = &backend.store().tables().events;
    let stream = DynamoStream::of_table(client, table).await?;
    Ok(stream.ok_or_else(|| format!("table {table} has no stream; enable one with NEW_IMAGE"))?)
}

/// What drops delivered stream records, for each of so many readers: of the embedded engine,
/// which keeps them, where this process runs it; none elsewhere.
fn trims(backend: &Backend, readers: usize) -> Vec<Trim> {
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

fn up(address: &str, secret: &[u8]) -> Result<Up, CommandFailure> {
    let (user, now) = (UserId::new(EXAMPLE_PETITIONER)?, SystemClock.now());
    let minter = TokenMinter::hs256(secret)?;
    let token = minter.mint(&user, Role::Petitioner, None, now, EXAMPLE_TOKEN_HOLDS)?;
    let body = FilePetition::example();
    Ok(Up {
        address: address.to_owned(),
        documentation: format!("{address}/docs"),
        open_api: format!("{address}/openapi.json"),
        example: format!(
            "curl -i {address}/v1/cases -H 'Authorization: Bearer {token}' \
             -H 'Content-Type: application/json' -d '{body}'"
        ),
    })
}

fn banner(up: &Up) -> String {
    let Up {
        address,
        documentation,
        open_api,
        example,
    } = up;
    format!(
        "Casefold serves on {address}\n\
         Documentation: {documentation} (OpenAPI: {open_api})\n\n\
         File a petition:\n\n{example}\n"
    )
}

async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => {
                tokio::select! {
                    _ = interrupted => {}
                    _ = terminated.recv() => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM can't be caught; stop with SIGINT");
                // Told or not, there is nothing else to wait for.
                let _ = interrupted.await;
            }
        }
    }
    #[cfg(not(unix))]
    let _ = interrupted.await;
}
