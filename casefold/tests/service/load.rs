//! More than the service can do, and being told to stop in the midst of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answered, Client, Served, petition, run};

/// Clients at the same time.
const CLIENTS: usize = 48;

/// Sends a petition under a key; none where no answer came.
async fn try_to_file(client: &Client, key: &str) -> Option<Answered> {
    let headers = [("Idempotency-Key", key)];
    let body = Some(petition().to_string());
    client
        .try_send(Method::POST, "/v1/cases", &headers, body)
        .await
        .ok()
}

/// Sends as many petitions at once as there are clients.
async fn all_at_once(client: &Client) -> Vec<Option<Answered>> {
    let filings: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let client = client.clone();
            tokio::spawn(async move { try_to_file(&client, &format!("key-{n}")).await })
        })
        .collect();
    let mut answers = Vec::new();
    for filing in filings {
        answers.push(filing.await.unwrap());
    }
    answers
}

fn commits(dir: &Path) -> u64 {
    let verified = run(dir, &["--json", "verify"]);
    assert!(verified.status.success(), "{verified:?}");
    let verified: Value = serde_json::from_slice(&verified.stdout).unwrap();
    verified["commits"].as_u64().unwrap()
}

fn seconds_to_wait(answered: &Answered) -> u64 {
    let after = answered.header("retry-after");
    after.expect("it says when to come again").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_can_be_done_is_refused_at_once_and_done_when_it_comes_again() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-requests", "2", "--max-rate", "0"]);
    let party = service.client_as(dir.path(), "petitioner", "nora");

    let (mut filed, mut refused) = (BTreeSet::new(), Vec::new());
    for (n, answered) in all_at_once(&party).await.into_iter().enumerate() {
        let answered = answered.expect("an answer");
        match answered.status.as_u16() {
            201 => assert!(filed.insert(answered.docket_number())),
            _ => {
                let answered = answered.expect_problem(503, "OVERLOADED");
                assert_eq!(seconds_to_wait(&answered), 1);
                refused.push(n);
            }
        }
    }
    assert!(filed.len() >= 2, "what is being done is done");
    assert!(!refused.is_empty(), "and no more than that is taken on");
    // Who asks how the service is gets in, and nothing is left of what was refused.
    party.get("/healthz").await.expect(200);
    assert_eq!(commits(dir.path()), filed.len() as u64);

    for n in refused {
        let answered = try_to_file(&party, &format!("key-{n}")).await;
        assert!(filed.insert(answered.unwrap().expect(201).docket_number()));
    }
    assert_eq!(filed.len(), CLIENTS);
    assert_eq!(commits(dir.path()), filed.len() as u64);
}

#[tokio::test]
async fn who_asks_too_often_waits_and_nobody_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-rate", "1"]);
    let (hasty, other) = ("nora", "bela");
    let [hasty, other] =
        [hasty, other].map(|user| service.client_as(dir.path(), "petitioner", user));

    let mut answers = Vec::new();
    for n in 0..8 {
        answers.push(try_to_file(&hasty, &format!("key-{n}")).await.unwrap());
    }
    let refused = answers.pop().unwrap();
    let refused = refused.expect_problem(429, "TOO_MANY_REQUESTS");
    other.file(&petition()).await;

    let wait = seconds_to_wait(&refused);
    assert!((1..=2).contains(&wait), "{wait}");
    tokio::time::sleep(Duration::from_secs(wait)).await;
    try_to_file(&hasty, "key-7").await.unwrap().expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_told_to_stop_finishes_what_it_took() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-rate", "0"]);
    let party = service.client_as(dir.path(), "petitioner", "nora");
    // Somebody who never says what they want doesn't keep it from stopping.
    let (address, _) = party.parts();
    let silent = std::net::TcpStream::connect(address.trim_start_matches("http://")).unwrap();

    let sending = tokio::spawn(async move { all_at_once(&party).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    let since = Instant::now();
    let status = tokio::task::block_in_place(|| service.stop());
    assert!(status.success(), "{status}");
    assert!(
        since.elapsed() < Duration::from_secs(20),
        "{:?}",
        since.elapsed()
    );
    drop(silent);

    // What was carried out was answered, and what wasn't answered wasn't carried out.
    let answers = sending.await.unwrap();
    let answered: Vec<_> = answers.iter().flatten().collect();
    assert!(answered.iter().all(|answer| answer.status.as_u16() == 201));
    assert_eq!(commits(dir.path()), answered.len() as u64);

    let service = Served::start(dir.path(), &[]);
    let party = service.client_as(dir.path(), "petitioner", "nora");
    let again = all_at_once(&party).await.into_iter().zip(answers);
    for (again, first) in again {
        let again = again.unwrap().expect(201);
        if let Some(first) = first {
            assert_eq!(again.body["docketNumber"], first.body["docketNumber"]);
        }
    }
    assert_eq!(commits(dir.path()), CLIENTS as u64);
}
