//! The master key in KMS, on an emulator that `CASEFOLD_TEST_ENDPOINT` names; without one there
//! is nothing to test against, and the test says so.

#![cfg(feature = "kms")]

use casefold_events::personal::keys::DataKey;
use casefold_shared::config::Config;
use casefold_shared::dynamodb::sdk_config;
use casefold_shared::gateway::StoreError;
use casefold_shared::keys::kms::KmsMaster;
use casefold_shared::keys::master::MasterKey;

/// Names the variable that holds the endpoint of an emulator.
const ENDPOINT_VARIABLE: &str = "CASEFOLD_TEST_ENDPOINT";

#[tokio::test]
async fn a_key_of_the_court_is_wrapped_by_kms_and_opened_under_its_own_name_alone() {
    let Ok(endpoint) = std::env::var(ENDPOINT_VARIABLE) else {
        println!("{ENDPOINT_VARIABLE} names no emulator: nothing was tested");
        return;
    };
    let sdk = sdk_config(&Config::for_endpoint(&endpoint, "casefold")).await;
    let made = aws_sdk_kms::Client::new(&sdk).create_key().send().await;
    let arn = made.unwrap().key_metadata.unwrap().arn.unwrap();
    let master = KmsMaster::new(&sdk, &arn);
    let key = DataKey::of([5; 32]);
    let wrapped = master.wrap("court key 1", &key).await.unwrap();
    assert!(!wrapped.windows(32).any(|part| part == key.expose()));
    let opened = KmsMaster::new(&sdk, &arn)
        .unwrap("court key 1", &wrapped)
        .await
        .unwrap();
    assert_eq!(opened.expose(), key.expose());
    assert_eq!(master.name().await.unwrap(), format!("kms:{arn}"));

    let unknown = KmsMaster::new(&sdk, "alias/nobody");
    let refused = unknown.wrap("court key 1", &key).await.unwrap_err();
    assert!(matches!(refused, StoreError::Refused(..)), "{refused}");
    let torn = master.unwrap("court key 1", b"torn").await;
    assert!(torn.is_err());
}
