//! Commands decided over what a process remembers, on the real engine: whatever other processes
//! and the projector do meanwhile, they are decided as over the record, and carried out once.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod forgetting;
mod repeating;
mod sequences;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Answer, CommandError, Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CommandId, Commit, CorrelationId, DocketNumber, Timestamp, UserId, Version};
use casefold_projector::{Hints, Projector};
use casefold_shared::case::{Case, DocketRecord};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{Consumed, Stores};
use serde_json::{Value, json};
use support::{Court, keyring};
use uuid::Uuid;

/// A clock that goes when it is told to, for all processes.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn go(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + self.0.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// A process of the command API, which remembers by itself and counts what it costs.
struct Process {
    store: Arc<DynamoStore>,
    service: Service,
}

impl Process {
    fn of(court: &Court, clock: &Hand) -> Self {
        let own = court.store.clone().with_keyring(keyring(clock.clone()));
        let store = Arc::new(own.counted_apart());
        let service = Service::new(Stores::of(store.clone()), Arc::new(clock.clone()));
        Self { store, service }
    }

    async fn file(&self) -> DocketNumber {
        let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
        let filed = self.service.file_petition(request(petition)).await;
        filed.unwrap().docket_number
    }

    /// A case that takes filings.
    async fn file_and_serve(&self) -> DocketNumber {
        let number = self.file().await;
        for name in ["QcPetition", "ServePetition"] {
            self.send(number, json!({"type": name})).await.unwrap();
        }
        number
    }

    async fn send(&self, number: DocketNumber, body: Value) -> Result<Answer, CommandError> {
        let command = CaseCommand::parse(body).unwrap();
        self.service.command_case(number, request(command)).await
    }

    async fn send_with_key(
        &self,
        number: DocketNumber,
        body: Value,
        key: &str,
    ) -> Result<Answer, CommandError> {
        let request = Request {
            idempotency_key: Some(CommandId::new(key).unwrap()),
            ..request(CaseCommand::parse(body).unwrap())
        };
        self.service.command_case(number, request).await
    }

    /// What some work costs in this process.
    async fn cost_of<T>(&self, work: impl Future<Output = T>) -> (T, Consumed) {
        let before = self.store.consumed();
        let done = work.await;
        (done, self.store.consumed() - before)
    }

    async fn remembered(&self, number: DocketNumber) -> Option<Case> {
        self.service.remembered(number).await.unwrap()
    }
}

fn clerk() -> Actor {
    Actor {
        user_id: UserId::new("clerk").unwrap(),
        role: Role::ClerkOfCourt,
        name: None,
    }
}

fn request<C>(command: C) -> Request<C> {
    Request {
        actor: clerk(),
        command,
        idempotency_key: None,
        correlation_id: CorrelationId::new("deciding").unwrap(),
        source: None,
        if_match: None,
    }
}

fn paper_filing() -> Value {
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    json!({"type": "AddPaperFiling", "eventCode": "MISC", "filedBy": {"contacts": [1]},
        "document": document})
}

/// Every commit of a case, opened.
async fn commits_of(court: &Court, number: DocketNumber) -> Vec<Commit> {
    // By a process of its own, which knows no keys from before.
    let store = court.store.clone().with_keyring(keyring(SystemClock));
    let events = Stores::of(Arc::new(store)).events;
    events.commits_after(number, Version::ZERO).await.unwrap()
}

/// A case as its commits have made it.
async fn pure_fold(court: &Court, number: DocketNumber) -> Case {
    let commits = commits_of(court, number).await;
    let fold = |case, commit: &Commit| Some(Case::fold(case, commit).unwrap());
    commits.iter().fold(None, fold).unwrap()
}

/// The case with only those entries on its record that another has in memory.
fn with_entries_of(mut case: Case, other: &Case) -> Case {
    let loaded = case.docket.on_record().filter(|entry| {
        let index = entry.filed.index.unwrap();
        other.docket.entry_at(index).is_some()
    });
    case.docket = DocketRecord::from_parts(
        loaded.cloned().collect::<Vec<_>>(),
        case.docket.off_record().to_vec(),
        case.docket.last_index(),
    );
    case
}

/// Folds all that there is of a case into everything that is derived.
async fn fold_all(court: &Court, number: DocketNumber) {
    let stores = Stores::of(Arc::new(court.store.clone()));
    let projector = Projector::of_this_build(&stores, Arc::new(SystemClock));
    for advance in projector.advance(number, &Hints::default()).await {
        advance.unwrap();
    }
}
