//! The projector as Lambda functions. One package holds them all: a function's handler setting,
//! which Lambda hands over in `_HANDLER`, says which one it is.
//!
//! | handler | what it serves |
//! | --- | --- |
//! | `stream` | batches of the event table's stream; its event source mapping reports batch item failures |
//! | `work` | tasks of a [worker](crate::work): rebuilding, reconciling, signing, watching |
//!
//! With the feature `kms`, the master key of personal data is the one that `CASEFOLD_KMS_KEY`
//! names, and checkpoints are signed with that of `CASEFOLD_CHECKPOINT_KMS_KEY`.
//!
//! *Invariant:* nothing personal goes into what a function answers Lambda with when it fails:
//! neither a panic's message nor a payload.

mod guard;
mod stream;
mod work;

use std::process::ExitCode;
use std::sync::Arc;

use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::{CheckpointKeyConfig, Config, MasterKeyConfig, MetricsMode};
use casefold_shared::dynamodb::{DynamoStore, function_sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::metrics::Metrics;
use casefold_shared::signing;
use casefold_shared::telemetry;

use crate::Projector;
use crate::work::{OpenSigner, Worker};

/// The handlers of this package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handler {
    Stream,
    Work,
}

/// A handler setting that names none of them. The function doesn't start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the function's handler is {0:?}; this package has the handlers stream and work: set one")]
struct UnknownHandler(String);

impl Handler {
    fn named(name: &str) -> Result<Self, UnknownHandler> {
        match name {
            "stream" => Ok(Self::Stream),
            "work" => Ok(Self::Work),
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
    let config = Config::from_env()?;
    let sdk = function_sdk_config(&config);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keyring = Keyring::of(&MasterKeyConfig::from_env()?, &sdk, clock.clone())?;
    let store = Arc::new(DynamoStore::new(&sdk, &config).with_keyring(keyring));
    let mode = MetricsMode::from_env(MetricsMode::Emf)?;
    let metrics = Metrics::of(mode, &config.table_prefix, clock.clone());
    match handler {
        Handler::Stream => {
            let projector =
                Projector::of_this_build(&Stores::of(store), clock).with_metrics(metrics);
            stream::serve(projector).await
        }
        Handler::Work => {
            let CheckpointKeyConfig { signs, trusted } = CheckpointKeyConfig::from_env()?;
            let signer = signs.map(|key| -> OpenSigner {
                Arc::new(move || {
                    let (key, sdk) = (key.clone(), sdk.clone());
                    Box::pin(async move { signing::open(&key, &sdk).await })
                })
            });
            let worker = Worker {
                stores: store.opener(),
                as_stored: store.opener_as_stored(),
                checkpoints: store,
                signer,
                trusted,
                clock,
                by: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
            };
            work::serve(worker, metrics).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_is_found_by_its_name_and_another_name_is_told() {
        assert_eq!(Handler::named("stream"), Ok(Handler::Stream));
        assert_eq!(Handler::named("work"), Ok(Handler::Work));
        for name in ["", "bootstrap", "Work", "http"] {
            let told = Handler::named(name).unwrap_err().to_string();
            assert!(told.contains(&format!("{name:?}")), "{told}");
            assert!(told.contains("stream and work"), "{told}");
        }
    }
}
