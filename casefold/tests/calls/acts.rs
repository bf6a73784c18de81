//! What each function does in a court, each by a way of its own to the engine.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::command::{CaseCommand, EXAMPLE_PETITIONER, FilePaperPetition};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_events::proof::key::PublicKey;
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketNumber, UserId};
use casefold_projector::projections::opener;
use casefold_projector::rebuild::reconcile::{Reconcile, ReconcileConfig, ReconcileStatus};
use casefold_projector::rebuild::{Progress, Rebuild, RebuildConfig, RebuildError, RebuildStatus};
use casefold_projector::verify::{Verify, VerifyConfig, VerifyStatus};
use casefold_projector::{Hints, Projections, Projector, lag};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{CheckpointStore, EventStore, Generation, Meter, Stores};
use casefold_shared::generations::NotSafe;
use casefold_shared::generations::change::StepError;
use casefold_shared::signing::{LocalSigner, Signer};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::histories::{history, undecodable};
use crate::recorder::calls;
use crate::support::Court;
use crate::support::faults::Proxy;
use crate::support::history::docket;

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// A court, and for each function its own way to it.
pub(crate) struct Acts {
    court: Court,
    ways: Vec<(&'static str, Proxy)>,
}

/// Hears of progress, and keeps nothing of it.
struct Quiet;

impl Progress<RebuildStatus> for Quiet {
    fn at(&self, _: &RebuildStatus) {}
}

impl Progress<ReconcileStatus> for Quiet {
    fn at(&self, _: &ReconcileStatus) {}
}

impl Progress<VerifyStatus> for Quiet {
    fn at(&self, _: &VerifyStatus) {}
}

/// The API, and who calls it.
struct Api {
    address: String,
    http: reqwest::Client,
}

impl Api {
    async fn call(
        &self,
        method: Method,
        path: &str,
        role: Role,
        user: &str,
        body: Option<&Value>,
    ) -> Value {
        let minter = TokenMinter::hs256(SECRET).unwrap();
        let user = UserId::new(user).unwrap();
        let token = minter
            .mint(
                &user,
                role,
                None,
                SystemClock.now(),
                Duration::from_secs(600),
            )
            .unwrap();
        let request = self
            .http
            .request(method, format!("{}{path}", self.address))
            .bearer_auth(token);
        let request = request.header("X-Audit-Reason", "what is called");
        let request = match body {
            Some(body) => request
                .header("Idempotency-Key", SystemClock.new_id().to_string())
                .json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(
            status.is_success() || status.as_u16() == 409,
            "{path}: {status} {text}"
        );
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn clerk(&self, path: &str) -> Value {
        self.call(Method::GET, path, Role::ClerkOfCourt, "clerk", None)
            .await
    }

    async fn send(&self, path: &str, body: &Value) -> Value {
        let name = body["type"].as_str().unwrap_or_default();
        let (role, user) = match name {
            "FilePetition" | "FileDocument" => (Role::Petitioner, EXAMPLE_PETITIONER),
            _ => (Role::ClerkOfCourt, "clerk"),
        };
        self.call(Method::POST, path, role, user, Some(body)).await
    }
}

impl Acts {
    pub(crate) async fn open() -> Self {
        let court = Court::open().await;
        let mut ways = Vec::new();
        for function in ["command-api", "jobs", "projector", "worker", "checkpointer"] {
            ways.push((function, Proxy::before(&court.endpoint_url).await));
        }
        Self { court, ways }
    }

    /// Everything that was called, as lines of `infra/calls.txt`.
    pub(crate) fn recorded(&self) -> BTreeSet<String> {
        let prefix = &self.court.prefix;
        let ways = self.ways.iter();
        ways.flat_map(|(by, proxy)| calls(by, prefix, proxy))
            .collect()
    }

    async fn store(&self, function: &str) -> Arc<DynamoStore> {
        let (_, way) = self
            .ways
            .iter()
            .find(|(name, _)| *name == function)
            .unwrap();
        Arc::new(self.court.store_by_way_of(&way.endpoint_url).await)
    }

    async fn stores(&self, function: &str) -> Stores {
        Stores::of(self.store(function).await)
    }

    async fn api(&self) -> Api {
        let service = Service::new(self.stores("command-api").await, Arc::new(SystemClock));
        let app = router(ApiState::new(
            service,
            TokenVerifier::hs256(SECRET).unwrap(),
        ));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Api {
            address,
            http: reqwest::Client::new(),
        }
    }

    /// Every command of the documentation, and every question.
    pub(crate) async fn command_api(&self) {
        let api = self.api().await;
        let document = api.clerk("/openapi.json").await;
        let examples = |path: &str| {
            let content =
                &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
            content["examples"].as_object().unwrap().clone()
        };
        for (_, example) in examples("/v1/cases") {
            api.send("/v1/cases", &example["value"]).await;
        }
        api.send("/v1/cases", &FilePaperPetition::example()).await;
        let of_case = examples("/v1/cases/{docketNumber}/commands");
        for number in ["101-25", "102-25"] {
            for name in CaseCommand::NAMES
                .iter()
                .filter(|name| **name != "MarkReadyForTrial")
            {
                // Between them, so that the second half is decided over what is folded.
                if *name == "SealCase" {
                    self.projector().await;
                }
                api.send(
                    &format!("/v1/cases/{number}/commands"),
                    &of_case[*name]["value"],
                )
                .await;
            }
        }
        for (_, example) in examples("/v1/commands") {
            api.send("/v1/commands", &example["value"]).await;
        }
        let waiting = api.send("/v1/cases", &FilePaperPetition::example()).await;
        let number = waiting["docketNumber"].as_str().unwrap();
        let answer = json!({"type": "AddPaperFiling", "eventCode": "A", "title": "Answer",
            "filedBy": {"respondent": true}, "receivedAt": "2025-05-02T12:00:00.000Z"});
        let serve = json!({"type": "ServePetition", "effectiveAt": "2025-03-10T12:00:00.000Z"});
        for command in [json!({"type": "QcPetition"}), serve, answer] {
            api.send(&format!("/v1/cases/{number}/commands"), &command)
                .await;
        }
        self.projector().await;
        for path in [
            "/v1/cases/101-25",
            "/v1/cases/101-25?minVersion=1",
            "/v1/cases/101-25?atVersion=2",
            "/v1/cases/101-25?recordedAt=2035-01-01T00:00:00.000Z",
            "/v1/cases/101-25/docket-entries",
            "/v1/cases/101-25/history",
            "/v1/cases/101-25/blame",
            "/v1/cases/101-25/difference?from=1&to=2",
            "/v1/lists/by-status?status=New",
            "/v1/lists/work?queue=filings-to-serve",
            "/v1/lists/deadlines",
            "/v1/search?q=quist",
            "/v1/audit/commits",
            "/v1/audit/commits?actor=clerk",
            "/v1/audit/commits?from=2025-01-01&eventType=CaseSealed",
            "/v1/audit/accesses?user=clerk",
            "/readyz",
        ] {
            api.clerk(path).await;
        }
        api.call(
            Method::GET,
            "/v1/my-cases",
            Role::Petitioner,
            EXAMPLE_PETITIONER,
            None,
        )
        .await;
    }

    async fn cases(&self) -> BTreeSet<DocketNumber> {
        let all = casefold_shared::gateway::Segment { index: 0, of: 1 };
        let mut cases = BTreeSet::new();
        let mut from = None;
        loop {
            let page = self.court.store.commits_scan(all, from).await.unwrap();
            cases.extend(page.commits.iter().map(|commit| commit.docket_number));
            cases.extend(page.unreadable.iter().map(|it| it.commit.docket_number));
            from = page.next;
            if from.is_none() {
                return cases;
            }
        }
    }

    /// Everything that happened is folded, and what can't be is parked.
    pub(crate) async fn projector(&self) {
        let projector =
            Projector::of_this_build(&self.stores("projector").await, Arc::new(SystemClock));
        projector.retry_parked().await;
        for number in self.cases().await {
            for advance in projector.advance(number, &Hints::default()).await {
                advance.unwrap();
            }
        }
    }

    /// The cases whose answer is old enough.
    pub(crate) async fn jobs(&self) {
        let service = Service::new(self.stores("jobs").await, Arc::new(SystemClock));
        let id = CorrelationId::new("what-is-called").unwrap();
        let report = service.mark_ready_for_trial(&id).await.unwrap();
        assert_eq!(report.done.len(), 1, "{report:?}");
    }

    /// A parked case, generations filled and looked at, with something to mend.
    pub(crate) async fn worker(&self) {
        let begun = history(docket(900), &Vec::new()).remove(0);
        let unknown = undecodable(std::slice::from_ref(&begun));
        self.court.store.commit_append(&begun).await.unwrap();
        self.court.store.commit_append(&unknown).await.unwrap();
        self.projector().await;
        self.projector().await;

        let store = self.store("worker").await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stores = || {
            let store = store.clone();
            Arc::new(move || {
                let store = Arc::new(store.counted_apart());
                let meter: Arc<dyn Meter> = store.clone();
                (Stores::of(store), meter)
            })
        };
        let projections = Projections::of_this_build(&Stores::of(store.clone()), &clock);
        let live: Vec<_> = projections
            .names()
            .into_iter()
            .flat_map(|name| projections.generations(name))
            .collect();
        let followed = Generation::OF_CASES;
        let stop = watch::channel(false).1;
        let config = RebuildConfig {
            workers: 1,
            segments: 2,
            max_write_units: None,
        };
        for id in &live {
            let rebuild = Rebuild {
                id: *id,
                stores: stores(),
                folder: opener(*id, Some(followed), &clock),
                clock: clock.clone(),
                by: "worker".to_owned(),
            };
            // Another call goes on, when everybody knows.
            loop {
                match rebuild.run(config, &Quiet, &stop).await {
                    Ok(report) if report.complete => break,
                    Ok(_) => {}
                    Err(RebuildError::Step(StepError::NotSafe(NotSafe::CompleteAlready(_)))) => {
                        break;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        // Something is lost, and mended.
        for number in self.cases().await.into_iter().take(3) {
            for id in &live {
                let lost = opener(*id, Some(followed), &clock)(&Stores::of(Arc::new(
                    self.court.store.clone(),
                )));
                lost.unwrap().clear(number).await.unwrap();
            }
        }
        for id in live {
            let reconcile = Reconcile {
                id,
                stores: stores(),
                folder: opener(id, Some(followed), &clock),
                followed: None,
                clock: clock.clone(),
                by: "worker".to_owned(),
            };
            let config = ReconcileConfig {
                workers: 1,
                segments: 2,
                deep: true,
                repair: true,
            };
            reconcile.run(config, &Quiet, &stop).await.unwrap();
            lag::read(&*store, id).await.unwrap();
        }
        store.signed_checkpoint_latest().await.unwrap();
    }

    /// The record is signed, and again when there is more.
    pub(crate) async fn checkpointer(&self) {
        let signer = LocalSigner::new(&[5; 32]).unwrap();
        let keys: Vec<PublicKey> = vec![signer.public_key().clone()];
        let store = self.store("checkpointer").await;
        let of = store.clone();
        let verifier = Verify {
            stores: Arc::new(move || {
                let store = Arc::new(of.counted_apart());
                let meter: Arc<dyn Meter> = store.clone();
                (
                    Stores::of(store.clone()).with_commits_as_stored(store),
                    meter,
                )
            }),
            checkpoints: store,
            keys,
            seen: Vec::new(),
            clock: Arc::new(SystemClock),
        };
        let config = VerifyConfig {
            workers: 1,
            segments: 4,
        };
        let stop = watch::channel(false).1;
        for serial in [901, 902] {
            let begun = history(docket(serial), &Vec::new()).remove(0);
            self.court.store.commit_append(&begun).await.unwrap();
            verifier
                .take_checkpoint(&signer, config, &Quiet, &stop)
                .await
                .unwrap();
        }
    }
}
