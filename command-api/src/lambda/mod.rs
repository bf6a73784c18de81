//! The command API as Lambda functions. One package holds them all: a function's handler
//! setting, which Lambda hands over in `_HANDLER`, says which one it is.
//!
//! | handler | what it serves |
//! | --- | --- |
//! | `http` | the API, behind an HTTP API of API Gateway (payload format 2.0) |
//! | `jobs` | work that comes round by itself: `{"job":"readyForTrial"}` |
//!
//! With the feature `s3`, documents are kept in the bucket that `CASEFOLD_DOCUMENTS_BUCKET`
//! names; with the feature `kms`, the master key of personal data is the one that
//! `CASEFOLD_KMS_KEY` names.
//!
//! *Invariant:* nothing personal goes into what a function answers Lambda with when it fails:
//! neither a panic's message nor a payload.

mod answer;
mod http;
mod jobs;
mod request;

use std::process::ExitCode;
use std::sync::Arc;

use casefold_shared::clock::SystemClock;
use casefold_shared::config::{Config, DocumentsConfig, MasterKeyConfig, MetricsMode};
use casefold_shared::dynamodb::{DynamoStore, UNPACKED_BYTES, function_sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry;

use crate::auth::{Callers, GatewayClaims};
use crate::service::{Documents, Service};

/// The handlers of this package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Http,
    Jobs,
}

/// A handler setting that names none of them. The function doesn't start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's handler is {0:?}; this package has the handlers http and jobs: set one")]
struct UnknownHandler(String);

impl Handler {
    fn named(name: &str) -> Result<Self, UnknownHandler> {
        match name {
            "http" => Ok(Self::Http),
            "jobs" => Ok(Self::Jobs),
            other => Err(UnknownHandler(other.to_owned())),
        }
    }
}

/// Serves the function until Lambda ends the process. One that can't start says why, in the
/// function's log, and ends with status 1.
pub async fn main() -> ExitCode {
    telemetry::run(Box::pin(serve())).await
}

async fn serve() -> Result<(), lambda_runtime::Error> {
    let handler = Handler::named(&std::env::var("_HANDLER").unwrap_or_default())?;
    match handler {
        Handler::Http => {
            let claims = GatewayClaims::from_vars(|name| std::env::var(name).ok())?;
            http::serve(service()?, Callers::Gateway(claims)).await
        }
        Handler::Jobs => jobs::serve(service()?).await,
    }
}

fn service() -> Result<Service, lambda_runtime::Error> {
    let config = Config::from_env()?;
    let documents = DocumentsConfig::from_env()?;
    let sdk = function_sdk_config(&config);
    let keyring = Keyring::of(&MasterKeyConfig::from_env()?, &sdk, Arc::new(SystemClock))?;
    let store = DynamoStore::new(&sdk, &config).with_keyring(keyring);
    let store = Arc::new(store.keeping_unpacked(UNPACKED_BYTES));
    let mode = MetricsMode::from_env(MetricsMode::Emf)?;
    let metrics = Metrics::of(mode, &config.table_prefix, Arc::new(SystemClock));
    let service = Service::new(Stores::of(store), Arc::new(SystemClock)).with_metrics(metrics);
    Ok(match &documents.bucket {
        Some(bucket) => service.with_documents(in_bucket(bucket, &sdk, &documents)?),
        None => service,
    })
}

#[cfg(feature = "s3")]
fn in_bucket(
    bucket: &str,
    sdk: &aws_config::SdkConfig,
    config: &DocumentsConfig,
) -> Result<Documents, lambda_runtime::Error> {
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
) -> Result<Documents, lambda_runtime::Error> {
    Err(format!("this build can't keep documents in {bucket}: build it with the feature s3").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_found_by_its_name_and_another_name_is_told() {
        assert_eq!(Handler::named("http"), Ok(Handler::Http));
        assert_eq!(Handler::named("jobs"), Ok(Handler::Jobs));
        for name in ["", "bootstrap", "HTTP", "stream"] {
            let told = Handler::named(name).unwrap_err().to_string();
            assert!(told.contains(&format!("{name:?}")), "{told}");
            assert!(told.contains("http and jobs"), "{told}");
        }
    }
}
