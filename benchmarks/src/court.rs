//! A contestant's own engine, on a directory of its own.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    StreamSpecification, StreamViewType,
};
use casefold::engine::{DATABASE_FILE, Engine};
use casefold_events::Timestamp;
use casefold_events::personal::keys::DataKey;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::keys::Keyring;
use casefold_shared::keys::master::LocalMaster;
use tempfile::TempDir;
use uuid::Uuid;

use crate::Outcome;
use crate::wire::Wire;

/// How the names of Casefold's tables begin.
pub(crate) const PREFIX: &str = "casefold";

/// A running engine with the way to it.
pub(crate) struct Court {
    engine: Arc<Engine>,
    dir: TempDir,
    config: Config,
    /// The same for every contestant.
    sdk: aws_config::SdkConfig,
    pub(crate) wire: Wire,
    clock: Arc<dyn Clock>,
}

/// A clock that stands still, so that nothing a process knows grows old: what reading it anew
/// every few seconds costs is no command's.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// A directory in which an engine was stopped, to begin others from.
pub(crate) struct Template(TempDir);

impl Court {
    /// An empty one.
    pub(crate) async fn empty() -> Outcome<Self> {
        Self::start(tempfile::tempdir()?).await
    }

    /// One that begins as another was left.
    pub(crate) async fn like(template: &Template) -> Outcome<Self> {
        let dir = tempfile::tempdir()?;
        let (from, to) = (template.0.path(), dir.path());
        std::fs::copy(from.join(DATABASE_FILE), to.join(DATABASE_FILE))?;
        // Else the first seconds that are measured would wait for the disk to take the copy.
        std::fs::File::open(to.join(DATABASE_FILE))?.sync_all()?;
        Self::start(dir).await
    }

    async fn start(dir: TempDir) -> Outcome<Self> {
        let path = dir.path().to_owned();
        let engine = tokio::task::spawn_blocking(move || Engine::start(&path)).await??;
        let config = Config::for_endpoint(engine.endpoint_url(), PREFIX);
        let sdk = sdk_config(&config).await;
        let inner = sdk.http_client().ok_or("the SDK has no HTTP client")?;
        let wire = Wire::over(inner);
        let sdk = sdk.into_builder().http_client(wire.clone()).build();
        Ok(Self {
            engine: Arc::new(engine),
            dir,
            config,
            sdk,
            wire,
            clock: Arc::new(SystemClock),
        })
    }

    /// The same, where the time stands still.
    pub(crate) fn standing_still(self) -> Self {
        let clock = Arc::new(Still(SystemClock.now()));
        Self { clock, ..self }
    }

    /// The clock of those who are measured.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// A client as every contestant gets it.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.sdk)
    }

    /// How to reach the engine's other APIs.
    pub(crate) const fn sdk(&self) -> &aws_config::SdkConfig {
        &self.sdk
    }

    /// Casefold's stores, of a process of its own.
    pub(crate) fn store(&self, clock: Arc<dyn Clock>) -> Arc<DynamoStore> {
        Arc::new(DynamoStore::new(&self.sdk, &self.config).with_keyring(keyring(clock)))
    }

    /// Gives a table the index that scans in segments need.
    pub(crate) async fn index_scans(&self, table: &str) -> Outcome<()> {
        let (engine, table) = (self.engine.clone(), table.to_owned());
        tokio::task::spawn_blocking(move || engine.index_parallel_scan(&table)).await??;
        Ok(())
    }

    /// Stops the engine.
    pub(crate) async fn close(self) -> Outcome<Template> {
        let engine = self.engine;
        tokio::task::spawn_blocking(move || engine.stop()).await?;
        Ok(Template(self.dir))
    }
}

/// All processes of a court have the same master key.
pub(crate) fn keyring(clock: Arc<dyn Clock>) -> Keyring {
    let master = LocalMaster::of(DataKey::of([7; 32]), clock.clone());
    Keyring::new(Arc::new(master), clock)
}

/// Whether others are told of what is written to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// By a stream of what each item is then.
    ByStream,
    Nobody,
}

/// A table with a partition key of text, and a sort key where it has one.
pub(crate) async fn create_table(
    client: &Client,
    name: &str,
    partition: &str,
    sort: Option<(&str, ScalarAttributeType)>,
    told: Told,
) -> Outcome<()> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewImage)
        .build()?;
    let mut table = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_stream_specification((told == Told::ByStream).then_some(stream))
        .attribute_definitions(attribute(partition, ScalarAttributeType::S)?)
        .key_schema(key(partition, KeyType::Hash)?);
    if let Some((sort, of)) = sort {
        table = table
            .attribute_definitions(attribute(sort, of)?)
            .key_schema(key(sort, KeyType::Range)?);
    }
    table.send().await?;
    Ok(())
}

/// An attribute that a key has.
pub(crate) fn attribute(
    name: &str,
    of: ScalarAttributeType,
) -> Result<AttributeDefinition, BuildError> {
    let attribute = AttributeDefinition::builder().attribute_name(name);
    attribute.attribute_type(of).build()
}

/// A part of a key.
pub(crate) fn key(name: &str, role: KeyType) -> Result<KeySchemaElement, BuildError> {
    let key = KeySchemaElement::builder().attribute_name(name);
    key.key_type(role).build()
}
