//! The projector as a Lambda function on the event table's stream. Its event source mapping
//! reports batch item failures.
//!
//! With the feature `kms`, the master key of personal data is the one that `CASEFOLD_KMS_KEY`
//! names.

use std::error::Error;
use std::sync::Arc;

use casefold_projector::{Projector, record};
use casefold_shared::clock::SystemClock;
use casefold_shared::config::{Config, MasterKeyConfig, MetricsMode};
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry::panics::caught;
use casefold_shared::telemetry::{self, Format};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    telemetry::init(Format::Json)?;
    let config = Config::from_env()?;
    let sdk = sdk_config(&config).await;
    let keyring = Keyring::of(&MasterKeyConfig::from_env()?, &sdk, Arc::new(SystemClock))?;
    let store = Arc::new(DynamoStore::new(&sdk, &config).with_keyring(keyring));
    let mode = MetricsMode::from_env(MetricsMode::Emf)?;
    let metrics = Metrics::of(mode, &config.table_prefix, Arc::new(SystemClock));
    let stores = Stores::of(store);
    let projector = &Projector::of_this_build(&stores, Arc::new(SystemClock)).with_metrics(metrics);
    projector.retry_parked().await;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        // A panic fails the invocation, as it would by itself, and tells Lambda nothing of it.
        let handled = caught(projector.handle(record::batch(event.payload))).await;
        handled.map_err(|panicked| Diagnostic {
            error_type: "Casefold.Failed".to_owned(),
            error_message: panicked.to_string(),
        })
    }))
    .await
}
