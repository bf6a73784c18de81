//! `casefold serve`: the whole service in one process.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_command_api::auth::{PublishedKeys, TokenMinter, TokenVerifier};
use casefold_command_api::command::{EXAMPLE_PETITIONER, FilePetition};
use casefold_command_api::http::{self, ApiState, Limits, REQUEST_TIMEOUT};
use casefold_command_api::service::{Documents, MAX_DOCUMENT_BYTES, REMEMBERED_BYTES, Service};
use casefold_events::UserId;
use casefold_events::vocabulary::Role;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::documents::{ObjectDocuments, drop_unfinished};
use casefold_shared::dynamodb::{DynamoStore, UNPACKED_BYTES};
use casefold_shared::gateway::Stores;
use clap::Args;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::checkpoint::{KeyArgs, verifier};
use super::interrupt::told_to_stop;
use super::job::jobs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::checkpoints::Checkpoints;
use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::duties::Duties;
use crate::feed::Until;
use crate::issuer::IssuerArgs;
use crate::output::Output;
use crate::projecting::{Reading, trims};
use crate::refill;
use crate::relational::{self, TargetUrl};
use crate::serving::{self, Connections};

/// Where to serve.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The address and port to serve on; port 0 takes a free one
    #[arg(long, env = "CASEFOLD_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve the API only, where `casefold project` does the rest
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
    /// The most connections at the same time; whoever comes then waits until one ends
    #[arg(
        long,
        env = "CASEFOLD_MAX_CONNECTIONS",
        value_name = "N",
        default_value_t = 1024
    )]
    pub max_connections: usize,
    /// The most requests that are served at the same time, and a quarter as many uploads; the
    /// next one is answered with 503 OVERLOADED
    #[arg(
        long,
        env = "CASEFOLD_MAX_REQUESTS",
        value_name = "N",
        default_value_t = 256
    )]
    pub max_requests: usize,
    /// How many requests a second one caller may send, those of five seconds in one go; the next
    /// one is answered with 429 TOO_MANY_REQUESTS. 0 for as many as they like
    #[arg(
        long,
        env = "CASEFOLD_MAX_RATE",
        value_name = "PER SECOND",
        default_value_t = 200
    )]
    pub max_rate: u32,
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
    /// How much memory cases take that are remembered, as it is estimated: a fifth of it for those
    /// that were read last, the rest for those that commands were sent to
    ///
    /// What isn't remembered is read again.
    #[arg(long, env = "CASEFOLD_MAX_REMEMBERED_BYTES", value_name = "BYTES",
          default_value_t = REMEMBERED_BYTES + UNPACKED_BYTES)]
    pub max_remembered_bytes: u64,
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
    #[command(flatten)]
    issuer: IssuerArgs,
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

/// How long the token in the example that is printed at the start holds.
const EXAMPLE_TOKEN_HOLDS: Duration = Duration::from_secs(8 * 3600);

/// How long a connection may stay without a request, and how long a request's head may take. It is
/// longer than proxies and clients keep theirs (most of them 60 to 90 seconds): who closes first must
/// not be the one that is about to be asked.
const IDLE: Duration = Duration::from_secs(120);

/// How long requests have to end when the service is told to stop: as long as any may take, but
/// for uploads, and a little more.
const GRACE: Duration = Duration::from_secs(REQUEST_TIMEOUT.as_secs() + 3);

/// Serves until it is told to stop by SIGINT or SIGTERM; then finishes what it took.
///
/// # Errors
/// Where the data directory, the engine, the tables or the port can't be used.
pub async fn run(options: &Options, args: &ServeArgs, output: &Output) -> Outcome {
    let data_dir = DataDir::open(&options.data_dir)?;
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
    let reading = match readers {
        0 => None,
        _ => Some(Reading::of(&backend).await?),
    };
    let owner = reading.as_ref().and_then(Reading::owner);
    let duties = Duties::new(backend.store().clone(), Arc::new(SystemClock), owner);
    if let Some(reading) = reading.as_ref().filter(|_| !args.no_projector) {
        let feed = reading.projector_feed(trims.pop()).await;
        let stopped = stopped.clone();
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
            duties: duties.clone(),
        };
        let stopped = stopped.clone();
        feeds.spawn(async move { checkpoints.run(stopped).await });
    }
    if let (Some(target), Some(reading)) = (sql_target, reading) {
        let live = relational::live::Live {
            store: Arc::clone(backend.store()),
            reading,
            trim: trims.pop(),
        };
        let stopped = stopped.clone();
        feeds.spawn(async move { live.run(target, stopped).await });
    }
    let unpacked_bytes = args.max_remembered_bytes / 5;
    let store = DynamoStore::clone(backend.store()).keeping_unpacked(unpacked_bytes);
    let stores = Stores::of(Arc::new(store));
    let service = Service::new(stores, Arc::new(SystemClock))
        .with_documents(documents)
        .remembering(args.max_remembered_bytes - unpacked_bytes)
        .with_metrics(backend.metrics()?);
    // What serves the API alone leaves the rest to others.
    if !args.no_projector {
        feeds.spawn(jobs(service.clone(), duties, stopped.clone()));
    }
    let keys = args.issuer.keys()?;
    if let Some(keys) = &keys {
        let (keys, stopped) = (Arc::clone(keys), stopped.clone());
        feeds.spawn(async move { keys.keep(stopped).await });
    }
    let (verifier, token) = callers(&data_dir, args, keys).await?;
    let state = ApiState::new(service, verifier)
        .behind_proxies(args.trusted_proxies)
        .taking_on(Limits {
            requests: args.max_requests,
            rate: NonZeroU32::new(args.max_rate),
        });
    let connections = Connections {
        most: serving::allowed(args.max_connections),
        idle: IDLE,
        grace: GRACE,
    };
    backend.publish_api(&address)?;
    let up = up(&address, &token);
    output.print(&up, || banner(&up))?;

    serving::serve(listener, http::router(state), connections, told_to_stop()).await;

    tracing::info!("stopping: finishing what was taken");
    // Without a feed nobody listens.
    let _ = stop.send(true);
    while let Some(ended) = feeds.join_next().await {
        // What a panic said is in no error: the log has its place.
        ended.map_err(|_| "a part of the service ended by a panic")?;
    }
    backend.close().await;
    Ok(ExitCode::SUCCESS)
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

/// What checks the callers' tokens, and a token for the example that is printed.
async fn callers(
    data_dir: &DataDir,
    args: &ServeArgs,
    keys: Option<Arc<PublishedKeys>>,
) -> Result<(TokenVerifier, String), CommandFailure> {
    let Some(keys) = keys else {
        let secret = data_dir.signing_secret()?;
        let verifier = TokenVerifier::hs256(secret.as_bytes())?;
        return Ok((verifier, example_token(secret.as_bytes())?));
    };
    // An issuer that is out of order keeps nobody's service from starting.
    if let Err(error) = keys.read().await {
        tracing::warn!(%error, "no token can be checked before the issuer's keys are read");
    }
    let verifier = args.issuer.verifier(keys);
    Ok((verifier, "<a token of your issuer>".to_owned()))
}

fn example_token(secret: &[u8]) -> Result<String, CommandFailure> {
    let (user, now) = (UserId::new(EXAMPLE_PETITIONER)?, SystemClock.now());
    let minter = TokenMinter::hs256(secret)?;
    Ok(minter.mint(&user, Role::Petitioner, None, now, EXAMPLE_TOKEN_HOLDS)?)
}

fn up(address: &str, token: &str) -> Up {
    let body = FilePetition::example();
    Up {
        address: address.to_owned(),
        documentation: format!("{address}/docs"),
        open_api: format!("{address}/openapi.json"),
        example: format!(
            "curl -i {address}/v1/cases -H 'Authorization: Bearer {token}' \
             -H 'Content-Type: application/json' -d '{body}'"
        ),
    }
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
