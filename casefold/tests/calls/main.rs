//! What each function calls of DynamoDB, recorded from the code at work: `infra/calls.txt`, of which
//! the permissions in AWS are made, has just that.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acts;
#[path = "../projector_convergence/history.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod histories;
mod recorder;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use acts::Acts;

const BROKEN: &str = "where a commit is wrong or can't be read, it is looked at by itself";
const COLD: &str = "a command on a case that the process hasn't dealt with, or on several at once";
const FIRST: &str = "where it comes first to new tables: any process establishes the projections";

/// What this test doesn't bring about, and when it is called.
const SELDOM: [(&str, &str); 15] = [
    ("checkpointer dynamodb:GetItem events", BROKEN),
    ("checkpointer dynamodb:Query events", BROKEN),
    ("command-api dynamodb:BatchGetItem keys", COLD),
    ("command-api dynamodb:BatchGetItem snapshots", COLD),
    (
        "command-api dynamodb:GetItem events",
        "a command over several cases that is sent again is answered from what it did",
    ),
    (
        "jobs dynamodb:GetItem events",
        "a command that is sent again is answered from what it did",
    ),
    (
        "jobs dynamodb:GetItem keys",
        "where keys that were read with the case have grown old, and where both are refused",
    ),
    ("jobs dynamodb:PutItem control", FIRST),
    (
        "jobs dynamodb:PutItem keys",
        "where a case has no keys yet, as those that were recorded before there were any",
    ),
    ("jobs dynamodb:PutItem snapshots", FIRST),
    (
        "jobs dynamodb:Query events",
        "a case is behind its record, or has no snapshot yet",
    ),
    ("jobs dynamodb:Scan events", FIRST),
    ("projector dynamodb:GetItem events", BROKEN),
    (
        "worker dynamodb:DeleteItem snapshots",
        "where a parked case is released, and where rows of a list are too many",
    ),
    ("worker dynamodb:GetItem events", BROKEN),
];

/// Calls that are made or not by how fast the machine is: keys of one case are read again once what
/// is known of them is old.
const BY_TIME: [&str; 1] = ["worker dynamodb:GetItem keys"];

/// A call: who, which operation, on which table.
fn listed() -> BTreeSet<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/calls.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn what_is_called_of_dynamodb_is_what_is_listed_for_the_roles() {
    let acts = Acts::open().await;
    acts.command_api().await;
    acts.projector().await;
    acts.jobs().await;
    acts.worker().await;
    acts.checkpointer().await;
    let recorded = acts.recorded();
    let listed = listed();
    let unlisted: Vec<_> = recorded.difference(&listed).collect();
    assert!(
        unlisted.is_empty(),
        "called, and not listed in infra/calls.txt:\n{unlisted:#?}"
    );
    let seldom: BTreeSet<String> = SELDOM.iter().map(|(call, _)| (*call).to_owned()).collect();
    let mut unseen: BTreeSet<_> = listed.difference(&recorded).cloned().collect();
    unseen.retain(|call| !BY_TIME.contains(&call.as_str()));
    assert_eq!(
        unseen, seldom,
        "listed in infra/calls.txt, and never called"
    );
}
