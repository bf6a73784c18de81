//! The command API as a Lambda function behind API Gateway.

use std::sync::Arc;

use casefold_command_api::auth::TokenVerifier;
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_shared::clock::SystemClock;
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::telemetry::{self, Format};

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    telemetry::init(Format::Json)?;
    let config = Config::from_env()?;
    let verifier = TokenVerifier::from_vars(|name| std::env::var(name).ok())?;
    let store = Arc::new(DynamoStore::new(&sdk_config(&config).await, &config));
    let service = Service::new(
        store.clone(),
        store.clone(),
        store.clone(),
        store,
        Arc::new(SystemClock),
    );
    lambda_http::run(router(ApiState::new(service, verifier))).await
}
