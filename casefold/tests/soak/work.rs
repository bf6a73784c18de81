//! A court at work: clerks, petitioners and the public, each doing one thing after another.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::served::{Answered, Client, Served, paper_petition, petition};

/// Of each kind so many are at work.
const OF_A_KIND: usize = 4;

/// Between two things that somebody does.
const BREATH: Duration = Duration::from_millis(25);

/// A clerk goes on with another case after so many rounds: cases are as long as the court's.
const ROUNDS: u64 = 8;

/// How many ask at once in a storm.
const STORM: usize = 160;

/// Who is at work, and what they have seen.
pub(super) struct Court {
    clerks: Vec<Client>,
    parties: Vec<Client>,
    stranger: Client,
    is_over: AtomicBool,
    done: AtomicU64,
    refused: AtomicU64,
    refused_for_now: AtomicU64,
}

/// What everybody has seen.
pub(super) struct Told {
    answered: u64,
    refused: u64,
    pub(super) refused_for_now: u64,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests answered, {} of them refused by the rules and {} for now",
            self.answered, self.refused, self.refused_for_now
        )
    }
}

impl Court {
    pub(super) async fn open(service: &Served, dir: &Path) -> Self {
        let named = |role: &str| -> Vec<Client> {
            (0..OF_A_KIND)
                .map(|n| service.client_as(dir, role, &format!("{role}-{n}")))
                .collect()
        };
        let court = Self {
            clerks: named("clerkofcourt"),
            parties: named("petitioner"),
            stranger: service.stranger(),
            is_over: AtomicBool::new(false),
            done: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            refused_for_now: AtomicU64::new(0),
        };
        court.stranger.get("/readyz").await.expect(200);
        court
    }

    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    pub(super) fn told(&self) -> Told {
        Told {
            answered: self.done(),
            refused: self.refused.load(Ordering::Relaxed),
            refused_for_now: self.refused_for_now.load(Ordering::Relaxed),
        }
    }

    /// Everybody begins.
    pub(super) fn begin_to_work(self: &Arc<Self>) -> JoinSet<()> {
        let mut at_work = JoinSet::new();
        for n in 0..OF_A_KIND {
            let court = Arc::clone(self);
            at_work.spawn(async move { court.keeps_cases(n).await });
            let court = Arc::clone(self);
            at_work.spawn(async move { court.files(n).await });
            let court = Arc::clone(self);
            at_work.spawn(async move { court.looks_around(n).await });
        }
        at_work
    }

    pub(super) async fn go_home(&self, mut at_work: JoinSet<()>) {
        self.is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = at_work.join_next().await {
            ended.unwrap();
        }
    }

    /// Far more come at once than can be served.
    pub(super) async fn storm(self: &Arc<Self>) {
        let mut storm = JoinSet::new();
        for n in 0..STORM {
            let court = Arc::clone(self);
            storm.spawn(async move {
                let party = &court.parties[n % OF_A_KIND];
                court.ask(party, Method::GET, "/v1/my-cases", None).await;
            });
        }
        while let Some(ended) = storm.join_next().await {
            ended.unwrap();
        }
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::Relaxed)
    }

    /// Sends a request until it is taken on, as a client should, and takes a breath.
    async fn ask(&self, who: &Client, method: Method, path: &str, body: Option<Value>) -> Answered {
        loop {
            let body = body.as_ref().map(Value::to_string);
            let answered = who.try_send(method.clone(), path, &[], body).await;
            let answered = answered.expect("every request is answered");
            self.done.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(BREATH).await;
            match answered.status.as_u16() {
                200..400 => return answered,
                503 if answered.body["code"] == "OVERLOADED" => {
                    self.refused_for_now.fetch_add(1, Ordering::Relaxed);
                    let wait = answered.header("retry-after").unwrap().parse().unwrap();
                    tokio::time::sleep(Duration::from_secs(wait)).await;
                }
                400..500 => {
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    return answered;
                }
                _ => panic!("{path}: {answered:?}"),
            }
        }
    }

    async fn post(&self, who: &Client, path: &str, body: Value) -> Answered {
        self.ask(who, Method::POST, path, Some(body)).await
    }

    async fn get(&self, who: &Client, path: &str) -> Answered {
        self.ask(who, Method::GET, path, None).await
    }

    /// A clerk: files on paper, checks, serves, seals and unseals, writes notes, reads.
    async fn keeps_cases(&self, n: usize) {
        let clerk = &self.clerks[n];
        while self.goes_on() {
            let filed = self.post(clerk, "/v1/cases", paper_petition()).await;
            let case = format!("/v1/cases/{}", filed.expect(201).docket_number());
            let commands = format!("{case}/commands");
            for kind in ["QcPetition", "ServePetition", "ServePetition"] {
                self.post(clerk, &commands, json!({"type": kind})).await;
            }
            for _ in 0..ROUNDS {
                for kind in ["SealCase", "UnsealCase"] {
                    self.post(clerk, &commands, json!({"type": kind})).await;
                }
                for part in ["", "/history", "/docket-entries", "/blame?version=2"] {
                    self.get(clerk, &format!("{case}{part}")).await;
                }
            }
        }
    }

    /// A petitioner: uploads a document, files, reads.
    async fn files(&self, n: usize) {
        let party = &self.parties[n];
        for nth in 0.. {
            if !self.goes_on() {
                return;
            }
            let content = format!("%PDF-1.7\n{n} {nth} {}", "x".repeat(64 << 10));
            let pdf = [("content-type", "application/pdf")];
            let stored = party
                .upload("/v1/documents", &pdf, content.into_bytes())
                .await;
            let mut filing = petition();
            // In a storm even a document may have to wait; this one is filed without it.
            if stored.status.is_success() {
                let (key, sha256) = (&stored.body["key"], &stored.body["sha256"]);
                filing["petition"] = json!({"key": key, "sha256": sha256, "numberOfPages": 1});
            }
            let filed = self.post(party, "/v1/cases", filing).await;
            let case = format!("/v1/cases/{}", filed.expect(201).docket_number());
            for _ in 0..ROUNDS {
                self.get(party, &case).await;
                self.get(party, "/v1/my-cases").await;
            }
        }
    }

    /// Somebody who looks for things: lists, the search, the audit, and what isn't theirs.
    async fn looks_around(&self, n: usize) {
        let (clerk, party) = (&self.clerks[n], &self.parties[n]);
        while self.goes_on() {
            for path in [
                "/v1/search?q=lindholm",
                "/v1/lists/by-status?status=New&limit=20",
                "/v1/lists/work?queue=filings-to-serve&limit=20",
                "/v1/audit/commits?actor=clerkofcourt-0&limit=20",
            ] {
                self.get(clerk, path).await;
            }
            for path in [
                "/v1/cases/101-26",
                "/v1/audit/commits?limit=5",
                "/v1/nothing",
            ] {
                self.get(party, path).await;
            }
            self.get(&self.stranger, "/v1/cases/101-26").await;
        }
    }
}
