//! `casefold rows`: what a projection of rows says, from the tool.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casefold::engine::Engine;
use casefold_command_api::command::{FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, UserId};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Keyring;
use casefold_shared::keys::master::LocalMaster;
use serde_json::{Value, json};

use crate::support::{Served, run, served_case};

/// How long rows may take to follow on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

fn rows(data_dir: &Path, args: &[&str]) -> Value {
    let output = run(data_dir, &[&["--json", "rows", "sealings"], args].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn who_sealed_what_in_a_month_is_told_beside_a_running_service_and_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client_as(dir.path(), "clerkofcourt", "clerk-7");
    let number = served_case(&clerk).await;
    let month = SystemClock.now().to_string()[..7].to_owned();
    for command in [
        json!({"type": "SealDocketEntry", "docketEntry": 2, "sealedTo": "External"}),
        json!({"type": "SealCase"}),
        json!({"type": "UnsealCase"}),
    ] {
        clerk.command(&number, command).await.expect(200);
    }

    let since = Instant::now();
    let page = loop {
        let page = rows(dir.path(), &["--key", &month]);
        if page["rows"][1]["body"]["lifted"].is_object() {
            break page;
        }
        assert!(since.elapsed() < PATIENCE, "{page:#}");
    };
    assert_eq!(page["projection"], "sealings@1");
    let [entry, case] = &page["rows"].as_array().unwrap()[..] else {
        panic!("{page:#}")
    };
    assert_eq!(entry["docketNumber"], json!(number));
    assert_eq!(entry["body"]["what"], "docketEntry");
    assert_eq!(entry["body"]["sealedTo"], "External");
    assert_eq!(entry["body"]["sealed"]["user"], "clerk-7");
    assert_eq!(case["body"]["what"], "case");
    assert_eq!(case["body"]["sealed"]["command"], "SealCase");
    assert_eq!(case["body"]["lifted"]["command"], "UnsealCase");
    assert!(service.stop().success());

    // Page by page, without the service.
    let first = rows(dir.path(), &["--key", &month, "--limit", "1"]);
    assert_eq!(first["rows"], json!([entry]));
    let next = first["next"].as_str().unwrap();
    let args = ["--key", &month, "--limit", "1", "--after", next];
    let second = rows(dir.path(), &args);
    assert_eq!(second["rows"], json!([case]));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(rows(dir.path(), &["--key", "1999-01"])["rows"], json!([]));

    let told = run(dir.path(), &["rows", "sealings", "--key", &month]);
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("UnsealCase") && told.contains("2 rows of sealings@1"));
}

/// A court whose commits an older build wrote, which had no such projection.
async fn court_of_an_older_build(data_dir: &Path) {
    let dir = data_dir.to_owned();
    let engine = tokio::task::spawn_blocking(move || Engine::start(&dir).unwrap());
    let engine = engine.await.unwrap();
    let config = Config::for_endpoint(engine.endpoint_url(), "casefold");
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let master = LocalMaster::in_file(&data_dir.join("master.key"), clock.clone());
    let store = DynamoStore::new(&sdk_config(&config).await, &config)
        .with_keyring(Keyring::new(Arc::new(master), clock));
    store.create_tables().await.unwrap();
    let service = Service::new(Stores::of(Arc::new(store)), Arc::new(SystemClock));
    let petition = Request {
        actor: Actor {
            user_id: UserId::new("clerk").unwrap(),
            role: Role::ClerkOfCourt,
            name: None,
        },
        command: PetitionCommand::parse(FilePaperPetition::example()).unwrap(),
        idempotency_key: None,
        correlation_id: CorrelationId::new("older").unwrap(),
        source: None,
        if_match: None,
    };
    service.file_petition(petition).await.unwrap();
    tokio::task::spawn_blocking(move || engine.stop())
        .await
        .unwrap();
}

#[tokio::test]
async fn rows_in_which_a_case_may_be_missing_are_not_shown_until_they_are_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    court_of_an_older_build(dir.path()).await;
    for (projection, told) in [
        ("sealings", "sealings@1 doesn't have every case yet"),
        (
            "lists",
            "no projection of rows named \"lists\"; it has: sealings",
        ),
    ] {
        let refused = run(dir.path(), &["rows", projection, "--key", "2026-11"]);
        assert_eq!(refused.status.code(), Some(1));
        assert_eq!(refused.stdout, b"");
        let complaint = String::from_utf8(refused.stderr).unwrap();
        assert!(complaint.contains(told), "{complaint}");
    }

    // Once it is rebuilt it has every case, and there is nothing to hide.
    for args in [["rebuild", "sealings"], ["reconcile", "sealings"]] {
        let done = run(dir.path(), &args);
        assert!(done.status.success(), "{done:?}");
    }
    let page = rows(dir.path(), &["--key", "2026-11"]);
    assert_eq!(page["rows"], json!([]));
}
