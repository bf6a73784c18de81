//! `casefold serve` under load.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use serde_json::json;

use super::served::{Client, Served, petition, served_case};
use super::*;

/// Clients at the same time.
const CLIENTS: usize = 6;

/// What was sent, by its key: to which path, and what; and the answer where one came.
#[derive(Clone, Debug)]
struct Sent {
    path: String,
    body: Value,
    acknowledged: Option<(String, u64)>,
}

type Log = Arc<Mutex<BTreeMap<String, Sent>>>;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_acknowledged_is_lost_and_nothing_is_carried_out_twice() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let log = Log::default();
    for round in 0..kills() {
        let service = Served::start(dir, &[]);
        let clerk = service.client(dir, "clerkofcourt");
        let party = service.client_as(dir, "petitioner", "nora");
        let case = served_case(&clerk).await;
        let load: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let client = if n % 2 == 0 { &party } else { &clerk }.clone();
                let (log, case) = (log.clone(), case.clone());
                let name = format!("key-{round}-{n}");
                tokio::spawn(
                    async move { keeps_busy(&client, n % 2 == 0, &case, &name, &log).await },
                )
            })
            .collect();
        tokio::time::sleep(some_time(30, 700)).await;
        service.kill();
        for load in load {
            load.await.unwrap();
        }
    }

    // Whoever is in doubt asks again, and everything is there once.
    let service = Served::start(dir, &[]);
    let clerk = service.client(dir, "clerkofcourt");
    let party = service.client_as(dir, "petitioner", "nora");
    let log = std::mem::take(&mut *log.lock().unwrap());
    let (mut acknowledged, mut in_doubt) = (0, 0);
    let mut made: BTreeMap<(String, u64), String> = BTreeMap::new();
    for (key, sent) in log {
        let again = ask(
            if sent.path == "/v1/cases" {
                &party
            } else {
                &clerk
            },
            &key,
            &sent,
        )
        .await
        .expect("nobody kills it now");
        match sent.acknowledged {
            Some(first) => {
                acknowledged += 1;
                assert_eq!(again, Some(first), "{key} has the first answer");
            }
            None => in_doubt += 1,
        }
        if let Some(commit) = again {
            let other = made.insert(commit, key);
            assert_eq!(other, None, "two commands made one commit");
        }
    }
    for (number, version) in made.keys() {
        clerk.snapshot_at(number, *version).await;
    }
    let (cases, commits) = tokio::task::block_in_place(|| assert_sound(dir));
    println!(
        "{} kills: {acknowledged} acknowledged commands, {in_doubt} in doubt, none lost, none \
         doubled; {commits} commits of {cases} cases",
        kills()
    );
}

/// Files petitions, or seals and unseals a case, until the service is gone.
async fn keeps_busy(client: &Client, files: bool, case: &str, name: &str, log: &Log) {
    for n in 0.. {
        let (path, body) = match (files, n % 2) {
            (true, _) => ("/v1/cases".to_owned(), petition()),
            (false, 0) => (commands_of(case), json!({"type": "SealCase"})),
            (false, _) => (commands_of(case), json!({"type": "UnsealCase"})),
        };
        let (key, mut sent) = (
            format!("{name}-{n}"),
            Sent {
                path,
                body,
                acknowledged: None,
            },
        );
        let answered = ask(client, &key, &sent).await;
        let is_gone = answered.is_err();
        // Clerks who seal one case together are refused now and then: that is an end, too.
        if let Ok(answer) = answered {
            let Some(commit) = answer else { continue };
            sent.acknowledged = Some(commit);
        }
        log.lock().unwrap().insert(key, sent);
        if is_gone {
            return;
        }
    }
}

fn commands_of(case: &str) -> String {
    format!("/v1/cases/{case}/commands")
}

/// Which commit it made, or none where it was refused.
async fn ask(client: &Client, key: &str, sent: &Sent) -> reqwest::Result<Option<(String, u64)>> {
    let headers = [("Idempotency-Key", key)];
    let body = Some(sent.body.to_string());
    let answered = client
        .try_send(Method::POST, &sent.path, &headers, body)
        .await?;
    assert!(!answered.status.is_server_error(), "{:#}", answered.body);
    let is_done = answered.status.is_success();
    Ok(is_done.then(|| (answered.docket_number(), answered.version())))
}
