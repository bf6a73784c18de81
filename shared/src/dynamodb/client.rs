//! The way to the endpoint: credentials, region, connections, time limits, tries.

use std::time::Duration;

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::identity::IdentityCache;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextMut;
use aws_sdk_dynamodb::config::{
    ConfigBag, Credentials, Intercept, RuntimeComponents, SharedCredentialsProvider,
    SharedHttpClient,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;

use crate::config::Config;
use crate::connection::{self, CONNECT_TIMEOUT, Way};

/// The region of an endpoint that isn't AWS's, where nothing names another. Such endpoints
/// take any.
const LOCAL_REGION: Region = Region::from_static("us-east-1");

/// One try. DynamoDB answers in milliseconds, and a page of 1 MB within a second.
const TRY_TIMEOUT: Duration = Duration::from_secs(8);

/// A request with its tries. Under the 29 seconds that API Gateway waits for an answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);

/// How often a request is tried that failed in a way that may pass.
const MAX_TRIES: u32 = 4;

/// The first pause between tries; it doubles, with jitter, up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The longest pause between tries.
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// How to reach the endpoint of a configuration: for this gateway, and for the endpoint's
/// other APIs, such as its streams.
///
/// AWS's own endpoints, and any endpoint where `AWS_ACCESS_KEY_ID` or `AWS_PROFILE` is set,
/// get credentials from AWS's usual chain. Other endpoints (the embedded engine, an
/// emulator) check none, and get made-up ones.
pub async fn sdk_config(config: &Config) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(config.endpoint_url.as_deref()))
        .timeout_config(timeouts())
        .retry_config(tries());
    if let Some(endpoint_url) = &config.endpoint_url {
        loader = loader.endpoint_url(endpoint_url);
        if !needs_credentials(endpoint_url) {
            let made_up = Credentials::new("casefold", "casefold", None, None, "made up");
            let region = RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
                .or_else(LOCAL_REGION);
            loader = loader.credentials_provider(made_up).region(region);
        }
    }
    if let Some(region) = &config.region {
        loader = loader.region(Region::new(region.clone()));
    }
    loader.load().await
}

/// The same for a Lambda function, which Lambda gives its region and its credentials in its
/// environment.
///
/// AWS's usual chain would ask there first, and would find them; but a program that has the chain
/// has a megabyte more of other ways, and looks for files with each start. Of what else the chain
/// reads, the variables that a deployment may need are read here: `AWS_ENDPOINT_URL`,
/// `AWS_USE_FIPS_ENDPOINT` and `AWS_USE_DUALSTACK_ENDPOINT`.
pub fn function_sdk_config(config: &Config) -> SdkConfig {
    of_variables(config, |name| std::env::var(name).ok())
}

fn of_variables(config: &Config, var: impl Fn(&str) -> Option<String>) -> SdkConfig {
    let var = |name| var(name).filter(|value| !value.is_empty());
    let is_set = |name| var(name).map(|value| value.eq_ignore_ascii_case("true"));
    let endpoint_url = config
        .endpoint_url
        .clone()
        .or_else(|| var("AWS_ENDPOINT_URL"));
    let region = config.region.clone().or_else(|| var("AWS_REGION"));
    let mut sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http_client(endpoint_url.as_deref()))
        .credentials_provider(SharedCredentialsProvider::new(
            EnvironmentVariableCredentialsProvider::new(),
        ))
        .identity_cache(IdentityCache::lazy().build())
        .region(region.map(Region::new))
        .timeout_config(timeouts())
        .retry_config(tries());
    sdk.set_endpoint_url(endpoint_url)
        .set_use_fips(is_set("AWS_USE_FIPS_ENDPOINT"))
        .set_use_dual_stack(is_set("AWS_USE_DUALSTACK_ENDPOINT"));
    sdk.build()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(TRY_TIMEOUT)
        .operation_timeout(REQUEST_TIMEOUT)
        .build()
}

fn tries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MAX_TRIES)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(MAX_PAUSE)
}

fn needs_credentials(endpoint_url: &str) -> bool {
    let host = endpoint_url.split('/').nth(2).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let is_aws = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|domain| host.ends_with(domain));
    let has = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    is_aws || has("AWS_ACCESS_KEY_ID") || has("AWS_PROFILE")
}

fn http_client(endpoint_url: Option<&str>) -> SharedHttpClient {
    let way = match endpoint_url {
        Some(url) if url.starts_with("http://") => Way::Plain,
        Some(_) | None => Way::Secure,
    };
    connection::shared(way)
}

/// Takes the `ClientRequestToken` out of a transaction that the SDK puts in by itself.
///
/// The embedded engine remembers each for ten minutes and walks them all on each
/// transaction. Nothing rests on the token: a transaction that is sent twice fails on its
/// own conditions, and the items there are recognised as its own.
///
/// It must come with the request (`customize().interceptor(…)`): interceptors of the
/// client run before the one that puts the token in.
#[derive(Debug)]
pub(super) struct WithoutToken;

impl Intercept for WithoutToken {
    fn name(&self) -> &'static str {
        "WithoutToken"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(input) = context
            .input_mut()
            .downcast_mut::<TransactWriteItemsInput>()
        {
            input.client_request_token = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_where_its_environment_says() {
        let config = |endpoint_url: Option<&str>, region: Option<&str>| Config {
            endpoint_url: endpoint_url.map(str::to_owned),
            region: region.map(str::to_owned),
            table_prefix: "court".to_owned(),
        };
        let of_lambda = |name: &str| match name {
            "AWS_REGION" => Some("us-gov-west-1".to_owned()),
            "AWS_USE_FIPS_ENDPOINT" => Some("true".to_owned()),
            "AWS_USE_DUALSTACK_ENDPOINT" => Some(String::new()),
            _ => None,
        };
        let sdk = of_variables(&config(None, None), of_lambda);
        assert_eq!(sdk.region(), Some(&Region::from_static("us-gov-west-1")));
        assert_eq!((sdk.endpoint_url(), sdk.use_fips()), (None, Some(true)));
        assert_eq!(sdk.use_dual_stack(), None);
        assert!(sdk.credentials_provider().is_some());

        let emulated = |name: &str| match name {
            "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:4566".to_owned()),
            name => of_lambda(name),
        };
        let sdk = of_variables(&config(None, None), emulated);
        assert_eq!(sdk.endpoint_url(), Some("http://127.0.0.1:4566"));
        // What Casefold's own variables say goes first.
        let own = config(Some("http://127.0.0.1:8000"), Some("eu-west-2"));
        let sdk = of_variables(&own, emulated);
        assert_eq!(sdk.endpoint_url(), Some("http://127.0.0.1:8000"));
        assert_eq!(sdk.region(), Some(&Region::from_static("eu-west-2")));
    }

    #[test]
    fn only_endpoints_of_aws_need_credentials() {
        assert!(needs_credentials(
            "https://dynamodb.us-east-1.amazonaws.com"
        ));
        assert!(needs_credentials("https://dynamodb.eu-west-2.api.aws:443/"));
        if std::env::var_os("AWS_ACCESS_KEY_ID").is_none()
            && std::env::var_os("AWS_PROFILE").is_none()
        {
            assert!(!needs_credentials("http://127.0.0.1:8000"));
            assert!(!needs_credentials("http://localhost:4566/amazonaws.com"));
        }
    }
}
