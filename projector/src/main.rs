//! The projector as a Lambda function on the event table's stream. Its event source mapping
//! reports batch item failures.
//!
//! With the feature `kms`, the master key of personal data is the one that `CASEFOLD_KMS_KEY`
//! names.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use casefold_projector::{Projector, record};
use casefold_shared::clock::SystemClock;
use casefold_shared::config::{Config, MasterKeyConfig};
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::telemetry::{self, Format};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    telemetry::init(Format::Json)?;
    let config = Config::from_env()?;
    let sdk = sdk_config(&config).await;
    let keyring = Keyring::of(&MasterKeyConfig::from_env()?, &sdk, Arc::new(SystemClock))?;
    let store = Arc::new(DynamoStore::new(&sdk, &config).with_keyring(keyring));
    let projector = &Projector::of_this_build(&Stores::of(store), Arc::new(SystemClock));
    projector.retry_parked().await;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        Ok::<_, Infallible>(projector.handle(record::batch(event.payload)).await)
    }))
    .await
}
