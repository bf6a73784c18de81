//! Killing the process under load: what was acknowledged is there afterwards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Client, Served, petition, served_case};

/// How often the process is killed: `CASEFOLD_TEST_KILLS`, by default twice.
fn kills() -> u32 {
    std::env::var("CASEFOLD_TEST_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(2)
}

/// After how many acknowledged commits the process is killed.
const COMMITS_A_ROUND: usize = 25;

/// How long these may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was acknowledged: the highest version of each case, and how many commits in all.
#[derive(Default)]
struct Acknowledged {
    versions: BTreeMap<String, u64>,
    commits: usize,
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    for _ in 0..kills() {
        let service = Served::start(dir.path(), &[]);
        let clerk = service.client(dir.path(), "clerkofcourt");
        let party = service.client_as(dir.path(), "petitioner", "nora");
        let shared_case = served_case(&clerk).await;
        let load: Vec<_> = (0..6)
            .map(|n| {
                let client = if n % 2 == 0 {
                    party.clone()
                } else {
                    clerk.clone()
                };
                let (acknowledged, case) = (Arc::clone(&acknowledged), shared_case.clone());
                tokio::spawn(
                    async move { keep_busy(&client, n % 2 == 0, &case, &acknowledged).await },
                )
            })
            .collect();
        wait_for_load(&acknowledged).await;
        service.kill();
        for load in load {
            load.await.unwrap();
        }
    }

    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let (versions, commits) = {
        let acknowledged = acknowledged.lock().unwrap();
        (acknowledged.versions.clone(), acknowledged.commits)
    };
    for (number, version) in &versions {
        let case = clerk.snapshot_at(number, *version).await;
        assert!(case.version() >= *version);
    }
    println!(
        "{commits} acknowledged commits of {} cases, none lost",
        versions.len()
    );
}

/// Waits until so many more commits were acknowledged that the process is in full swing.
async fn wait_for_load(acknowledged: &Mutex<Acknowledged>) {
    let commits = || acknowledged.lock().unwrap().commits;
    let (before, since) = (commits(), Instant::now());
    while commits() < before + COMMITS_A_ROUND {
        assert!(
            since.elapsed() < PATIENCE,
            "there is load: {} commits",
            commits() - before
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Files petitions, or seals and unseals a case, until the service is gone.
async fn keep_busy(client: &Client, files: bool, case: &str, acknowledged: &Mutex<Acknowledged>) {
    let path = format!("/v1/cases/{case}/commands");
    for n in 0.. {
        let (path, body) = match (files, n % 2) {
            (true, _) => ("/v1/cases", petition()),
            (false, 0) => (path.as_str(), json!({"type": "SealCase"})),
            (false, _) => (path.as_str(), json!({"type": "UnsealCase"})),
        };
        let sent = client
            .try_send(Method::POST, path, &[], Some(body.to_string()))
            .await;
        let Ok(answer) = sent else { return };
        // Clerks who seal one case together are refused now and then: that is no answer.
        if answer.status.is_success() {
            let mut acknowledged = acknowledged.lock().unwrap();
            acknowledged.commits += 1;
            let version = answer.version();
            let highest = acknowledged
                .versions
                .entry(answer.docket_number())
                .or_default();
            *highest = version.max(*highest);
        }
    }
}
