//! `casefold project`, beside a service that clerks work with.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::served::{Client, Served, served_case};
use super::*;

/// How long others wait before they take over from a process that is dead, in seconds.
const LEASE: u64 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_projector_was_doing_when_it_was_killed_the_next_one_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Served::start(dir, &["--no-projector", "--checkpoint-every", "0"]);
    let described = std::fs::read(dir.join("service.json")).unwrap();
    let described: Value = serde_json::from_slice(&described).unwrap();
    let endpoint_url = described["endpoint_url"].as_str().unwrap().to_owned();
    // The first petition makes the master key, without which nobody projects.
    served_case(&service.client(dir, "clerkofcourt")).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let clerks: Vec<_> = (0..3)
        .map(|n| {
            let clerk = service.client_as(dir, "clerkofcourt", &format!("clerk-{n}"));
            let is_over = is_over.clone();
            tokio::spawn(async move { works(&clerk, &is_over).await })
        })
        .collect();
    for _ in 0..kills() {
        let mut projecting = start(dir, &endpoint_url);
        tokio::time::sleep(some_time(0, 600)).await;
        projecting.kill().unwrap();
        projecting.wait().unwrap();
        // The next one is to be killed at work, and not while it waits for this one's lease.
        tokio::time::sleep(Duration::from_secs(LEASE)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut cases = 0;
    for clerk in clerks {
        cases += clerk.await.unwrap();
    }
    // A commit that is made now is folded last.
    let clerk = service.client(dir, "clerkofcourt");
    let last = served_case(&clerk).await;
    let mut projecting = start(dir, &endpoint_url);
    let since = Instant::now();
    while !is_listed(&clerk, &last).await {
        assert!(since.elapsed() < PATIENCE, "the last case is not folded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (found, commits) = tokio::task::block_in_place(|| assert_sound(dir));
    assert_eq!(found, cases + 2);
    println!("{} kills over {commits} commits of {found} cases", kills());
    projecting.kill().unwrap();
    projecting.wait().unwrap();
}

/// Files and changes cases until it is over, and gives how many.
async fn works(clerk: &Client, is_over: &AtomicBool) -> u64 {
    let mut cases = 0;
    while !is_over.load(Ordering::Relaxed) {
        let number = served_case(clerk).await;
        cases += 1;
        for name in ["SealCase", "UnsealCase"] {
            clerk
                .command(&number, json!({"type": name}))
                .await
                .expect(200);
        }
        // One projector that is killed all the time is to keep up with three clerks.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    cases
}

async fn is_listed(clerk: &Client, number: &str) -> bool {
    let found = clerk
        .get(&format!("/v1/search?q={number}"))
        .await
        .expect(200);
    let case = clerk.get(&format!("/v1/cases/{number}")).await.expect(200);
    found.body.to_string().contains(&format!("\"{number}\"")) && case.version() >= 3
}

/// Starts it, and waits until it reads the only shard of the stream.
fn start(dir: &Path, endpoint_url: &str) -> Child {
    let mut child = tool(dir)
        .args(["--json", "--endpoint-url", endpoint_url])
        .args([
            "project",
            "--lease-seconds",
            &LEASE.to_string(),
            "--checkpoint-every",
            "0",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    told.read_line(&mut line).unwrap();
    let up: Value = serde_json::from_str(&line).expect("it says what it reads");
    assert_eq!(up["shards"].as_array().unwrap().len(), 1, "{up}");
    child
}
