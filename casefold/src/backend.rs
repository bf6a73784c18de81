//! What a sub-command works on: the embedded engine of a data directory, started here or
//! running already, or another DynamoDB endpoint.

use std::path::Path;
use std::sync::Arc;

use aws_config::SdkConfig;
use casefold_projector::Projections;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::{Config, ConfigError, MasterKeyConfig, MetricsMode};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{StoreError, Stores};
use casefold_shared::keys::Keyring;
use casefold_shared::metrics::Metrics;

use crate::cli::Options;
use crate::data_dir::{self, Acquired, DataDir, DataDirError, OwnerGuard, RunningService};
use crate::engine::{Engine, EngineError};

/// The stores, and the engine under them where this process runs it.
pub struct Backend {
    store: Arc<DynamoStore>,
    sdk: SdkConfig,
    owned: Option<Owned>,
}

/// An engine that runs in this process. It stops before the directory is given free.
struct Owned {
    engine: Arc<Engine>,
    guard: OwnerGuard,
}

/// Why there is nothing to work on.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The data directory can't be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The engine can't be started.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine was started on a thread that ended.
    #[error("the engine could not be started")]
    Start(#[from] tokio::task::JoinError),
    /// The tables can't be created or reached.
    #[error("the tables can't be created or reached; check the endpoint and its permissions")]
    Store(#[from] StoreError),
    /// The environment's variables can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A service runs on the directory, and the sub-command would run another.
    #[error("process {} serves this data directory already{}; stop it, or name another --data-dir",
        .0.pid, .0.api_url.as_ref().map(|url| format!(", on {url}")).unwrap_or_default())]
    Serving(RunningService),
}

impl Backend {
    /// Opens what the options name, for a sub-command that works beside a running service.
    ///
    /// # Errors
    /// [`BackendError`] says what can't be used.
    pub async fn open(options: &Options) -> Result<Self, BackendError> {
        if let Some(endpoint) = &options.endpoint_url {
            return Self::connect(endpoint, options, None).await;
        }
        match acquire(&options.data_dir).await? {
            Acquired::Owner(guard) => Self::start(options, guard).await,
            Acquired::Running(service) => Self::connect(&service.endpoint_url, options, None).await,
        }
    }

    /// Opens what the options name, for the service itself: alone on a data directory.
    ///
    /// # Errors
    /// [`BackendError`] says what can't be used.
    pub async fn open_alone(options: &Options) -> Result<Self, BackendError> {
        if let Some(endpoint) = &options.endpoint_url {
            return Self::connect(endpoint, options, None).await;
        }
        match acquire(&options.data_dir).await? {
            Acquired::Owner(guard) => Self::start(options, guard).await,
            Acquired::Running(service) => Err(BackendError::Serving(service)),
        }
    }

    async fn start(options: &Options, mut guard: OwnerGuard) -> Result<Self, BackendError> {
        let data_dir = options.data_dir.clone();
        let engine = tokio::task::spawn_blocking(move || Engine::start(&data_dir)).await??;
        guard.publish(engine.endpoint_url(), None)?;
        let endpoint = engine.endpoint_url().to_owned();
        let owned = Owned {
            engine: Arc::new(engine),
            guard,
        };
        Self::connect(&endpoint, options, Some(owned)).await
    }

    async fn connect(
        endpoint: &str,
        options: &Options,
        owned: Option<Owned>,
    ) -> Result<Self, BackendError> {
        let config = Config::for_endpoint(endpoint, &options.table_prefix);
        let sdk = casefold_shared::dynamodb::sdk_config(&config).await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let keyring = Keyring::of(&master_key(options)?, &sdk, clock.clone())?;
        let store = DynamoStore::new(&sdk, &config).with_keyring(keyring);
        let events = store.tables().events.clone();
        if let Some(Owned { engine, .. }) = &owned {
            let (engine, events) = (engine.clone(), events.clone());
            tokio::task::spawn_blocking(move || engine.forget_without_stream(&events)).await??;
        }
        store.create_tables().await?;
        if let Some(Owned { engine, .. }) = &owned {
            // Rebuilds scan it in segments.
            let engine = engine.clone();
            tokio::task::spawn_blocking(move || engine.index_parallel_scan(&events)).await??;
        }
        let store = Arc::new(store);
        // Before there is a first commit, so that it is known that they miss nothing.
        Projections::of_this_build(&Stores::of(store.clone()), &clock)
            .establish()
            .await?;
        Ok(Self { store, sdk, owned })
    }

    /// The stores.
    pub fn store(&self) -> &Arc<DynamoStore> {
        &self.store
    }

    /// How to reach the endpoint's other APIs.
    pub const fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// Where figures are told: nowhere, unless the environment says so. They are lines for
    /// CloudWatch, which is seldom near.
    ///
    /// # Errors
    /// [`ConfigError`] names the variable that can't be used.
    pub fn metrics(&self) -> Result<Metrics, ConfigError> {
        let mode = MetricsMode::from_env(MetricsMode::Off)?;
        Ok(Metrics::of(
            mode,
            self.store.prefix(),
            Arc::new(SystemClock),
        ))
    }

    /// The embedded engine, where this process runs it.
    pub fn engine(&self) -> Option<&Arc<Engine>> {
        self.owned.as_ref().map(|owned| &owned.engine)
    }

    /// Tells other processes where the API is served.
    ///
    /// # Errors
    /// [`BackendError::DataDir`] where the directory can't be written.
    pub fn publish_api(&mut self, api_url: &str) -> Result<(), BackendError> {
        if let Some(Owned { engine, guard }) = &mut self.owned {
            guard.publish(engine.endpoint_url(), Some(api_url))?;
        }
        Ok(())
    }

    /// Stops the engine, where this process runs it, and gives the directory free.
    pub async fn close(self) {
        if let Some(owned) = self.owned {
            let stopped = tokio::task::spawn_blocking(move || {
                owned.engine.stop();
                drop(owned.guard);
            });
            if let Err(error) = stopped.await {
                tracing::error!(%error, "the engine did not stop cleanly; its data is safe");
            }
        }
    }
}

/// The master key of personal data: the one that the environment names, or else the one in the
/// data directory, which is made when it is first needed.
fn master_key(options: &Options) -> Result<MasterKeyConfig, BackendError> {
    let mut config = MasterKeyConfig::from_env()?;
    config
        .file
        .get_or_insert_with(|| data_dir::master_key(&options.data_dir));
    Ok(config)
}

async fn acquire(data_dir: &Path) -> Result<Acquired, BackendError> {
    let data_dir = data_dir.to_owned();
    Ok(tokio::task::spawn_blocking(move || DataDir::open(data_dir)?.acquire()).await??)
}
