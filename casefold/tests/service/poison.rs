//! Commits that can't be folded, as clerks and whoever is on call meet them: the case alone waits,
//! is shown everywhere, and comes back by one command.

use std::collections::HashMap;
use std::path::Path;

use aws_sdk_dynamodb::Client as Database;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold::engine::Engine;
use casefold_shared::config::Config;
use casefold_shared::dynamodb::sdk_config;
use serde_json::{Value, json};

use crate::support::{SERVE, Served, run, served_case, tool};

type Item = HashMap<String, AttributeValue>;

const EVENTS: &str = "casefold-events";

/// Looks into the database of a court where nobody works.
async fn database(dir: &Path) -> (Engine, Database) {
    let engine = tokio::task::block_in_place(|| Engine::start(dir)).unwrap();
    let config = Config::for_endpoint(engine.endpoint_url(), "casefold");
    let client = Database::new(&sdk_config(&config).await);
    (engine, client)
}

async fn put(client: &Database, item: &Item) {
    let put = client.put_item().table_name(EVENTS);
    put.set_item(Some(item.clone())).send().await.unwrap();
}

async fn commit(client: &Database, number: &str, version: u64) -> Item {
    let partition = AttributeValue::S(format!("CASE#{number}"));
    let get = client.get_item().table_name(EVENTS).key("pk", partition);
    let got = get.key("sk", AttributeValue::N(version.to_string()));
    got.send().await.unwrap().item.unwrap()
}

/// The commits that would be made if these cases were sealed now, tried out on a copy of the court.
async fn commits_to_come(dir: &Path, numbers: &[&String]) -> Vec<Item> {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let service = Served::start(copy.path(), &["--no-projector"]);
    let clerk = service.client(copy.path(), "clerkofcourt");
    for number in numbers {
        let sealed = clerk.command(number, json!({"type": "SealCase"})).await;
        assert_eq!(sealed.expect(200).version(), 4);
    }
    assert!(tokio::task::block_in_place(|| service.stop()).success());
    let (engine, client) = database(copy.path()).await;
    let mut commits = Vec::new();
    for number in numbers {
        commits.push(commit(&client, number, 4).await);
    }
    tokio::task::block_in_place(|| engine.stop());
    commits
}

/// What a sub-command prints, whether it finds fault or not.
fn told(dir: &Path, args: &[&str]) -> Value {
    let output = run(dir, &[&["--json"], args].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_with_a_poisoned_commit_waits_alone_is_shown_and_comes_back_by_one_command() {
    // Given three cases, and in two of them a commit such as no service makes
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Served::start(dir, &[]);
    let clerk = service.client(dir, "clerkofcourt");
    let (unreadable, altered) = (served_case(&clerk).await, served_case(&clerk).await);
    let sound = served_case(&clerk).await;
    assert!(service.stop().success());
    let whole = commits_to_come(dir, &[&unreadable, &altered]).await;
    let mut poison = whole.clone();
    poison[0].remove("events").unwrap();
    let other = AttributeValue::S("somebodyElse".to_owned());
    poison[1].insert("actor".to_owned(), other).unwrap();
    let (engine, client) = database(dir).await;
    for item in &poison {
        put(&client, item).await;
    }
    tokio::task::block_in_place(|| engine.stop());

    // When the court goes on
    let mut command = tool(dir);
    command.args(SERVE).env("CASEFOLD_METRICS", "emf");
    let (service, figures) = Served::listened_to(&mut command);
    let clerk = service.client(dir, "clerkofcourt");
    let seal = json!({"type": "SealCase"});
    clerk.command(&sound, seal.clone()).await.expect(200);
    clerk.snapshot_at(&sound, 4).await;
    let later = served_case(&clerk).await;
    clerk.snapshot_at(&later, 3).await;

    // Then readers see as much of the two as can be folded, and are told where they ask for more,
    let shown = clerk
        .get(&format!("/v1/cases/{unreadable}"))
        .await
        .expect(200);
    assert_eq!(shown.version(), 3);
    for (number, to_command) in [(&unreadable, "STORE_FAILED"), (&altered, "HISTORY_BROKEN")] {
        let newest = format!("/v1/cases/{number}?minVersion=4");
        let refused = clerk.get(&newest).await;
        refused.expect_problem(500, "HISTORY_BROKEN");
        // and nothing is decided over a case that isn't known.
        let refused = clerk.command(number, seal.clone()).await;
        refused.expect_problem(500, to_command);
    }

    // The tool names both, and where,
    let stand = told(dir, &["projections"]);
    let parked = stand.to_string();
    assert!(parked.contains("\"parked\":2"), "{stand:#}");
    let looked = told(dir, &["reconcile", "case"]);
    assert_eq!(looked["clean"], false);
    let looked = looked.to_string();
    for number in [&unreadable, &altered] {
        assert!(looked.contains(&format!("\"{number}\"")), "{looked}");
    }
    for number in [&sound, &later] {
        assert!(!looked.contains(&format!("\"{number}\"")), "{looked}");
    }
    // and so does the verification of the record.
    let verified = told(dir, &["verify"]);
    assert_eq!(
        (&verified["broken"], &verified["unreadable"]),
        (&2.into(), &1.into())
    );
    assert!(service.stop().success());
    let quarantined: u64 = figures
        .join()
        .unwrap()
        .iter()
        .filter_map(|line| line["Quarantined"].as_u64())
        .sum();
    assert!(quarantined >= 2, "a figure says so: {quarantined}");

    // When the commits are as they were, one command brings both back, in order.
    let (engine, client) = database(dir).await;
    for item in &whole {
        put(&client, item).await;
    }
    tokio::task::block_in_place(|| engine.stop());
    assert_eq!(told(dir, &["reconcile", "--repair"])["clean"], true);
    assert_eq!(told(dir, &["reconcile", "--deep"])["clean"], true);
    let service = Served::start(dir, &[]);
    let clerk = service.client(dir, "clerkofcourt");
    for number in [&unreadable, &altered] {
        let case = clerk.get(&format!("/v1/cases/{number}")).await.expect(200);
        assert_eq!(case.version(), 4);
        let unseal = json!({"type": "UnsealCase"});
        clerk.command(number, unseal).await.expect(200);
        clerk.snapshot_at(number, 5).await;
    }
    let stand = told(dir, &["projections"]).to_string();
    assert!(!stand.contains("\"parked\":2"), "{stand}");
}
