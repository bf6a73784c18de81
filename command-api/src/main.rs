//! The command API as a Lambda function behind API Gateway.
//!
//! With the feature `s3`, documents are kept in the bucket that `CASEFOLD_DOCUMENTS_BUCKET`
//! names; with the feature `kms`, the master key of personal data is the one that
//! `CASEFOLD_KMS_KEY` names.

use std::sync::Arc;

use casefold_command_api::auth::TokenVerifier;
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_shared::clock::SystemClock;
use casefold_shared::config::{Config, DocumentsConfig, MasterKeyConfig, MetricsMode};
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry::{self, Format};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(Format::Json)?;
    let config = Config::from_env()?;
    let verifier = TokenVerifier::from_vars(|name| std::env::var(name).ok())?;
    let sdk = sdk_config(&config).await;
    let keyring = Keyring::of(&MasterKeyConfig::from_env()?, &sdk, Arc::new(SystemClock))?;
    let store = Arc::new(DynamoStore::new(&sdk, &config).with_keyring(keyring));
    let mode = MetricsMode::from_env(MetricsMode::Emf)?;
    let metrics = Metrics::of(mode, &config.table_prefix, Arc::new(SystemClock));
    let mut service = Service::new(Stores::of(store), Arc::new(SystemClock)).with_metrics(metrics);
    let documents = DocumentsConfig::from_env()?;
    if let Some(bucket) = &documents.bucket {
        service = service.with_documents(in_bucket(bucket, &sdk, &documents)?);
    }
    lambda_http::run(router(ApiState::new(service, verifier))).await
}

#[cfg(feature = "s3")]
fn in_bucket(
    bucket: &str,
    sdk: &aws_config::SdkConfig,
    config: &DocumentsConfig,
) -> Result<casefold_command_api::service::Documents, lambda_http::Error> {
    use casefold_command_api::service::Documents;
    use casefold_shared::documents::ObjectDocuments;

    let store = ObjectDocuments::in_bucket(bucket, sdk, Arc::new(SystemClock))?;
    let mut documents = Documents::new(Arc::new(store));
    documents.max_bytes = config.max_bytes.unwrap_or(documents.max_bytes);
    documents.required = config.required;
    Ok(documents)
}

#[cfg(not(feature = "s3"))]
fn in_bucket(
    bucket: &str,
    _: &aws_config::SdkConfig,
    _: &DocumentsConfig,
) -> Result<casefold_command_api::service::Documents, lambda_http::Error> {
    Err(format!("this build can't keep documents in {bucket}: build it with the feature s3").into())
}
