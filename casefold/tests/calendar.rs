//! A trial calendar in steps, on the real engine: what happens when the time is up, and when
//! a case changes after it was looked at.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use casefold_command_api::command::{
    CaseCommand, FilePaperPetition, PetitionCommand, TrialCalendar,
};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{CalendarOutcome, Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CommandId, Commit, CommitRef, CorrelationId, DocketNumber, UserId, Version};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, Claim, CommitPage, EventStore, Order, ScanPage, Segment,
    StoreError, Stores,
};
use casefold_shared::keys::OpenedEvents;
use serde_json::{Value, json};
use support::Court;

fn request<C>(command: C) -> Request<C> {
    Request {
        actor: Actor {
            user_id: UserId::new("clerk").unwrap(),
            role: Role::ClerkOfCourt,
            name: None,
        },
        command,
        idempotency_key: None,
        correlation_id: CorrelationId::new("calendar").unwrap(),
        source: None,
        if_match: None,
    }
}

fn service(events: Arc<dyn EventStore>, store: &Arc<DynamoStore>) -> Service {
    let mut stores = Stores::of(store.clone());
    stores.events = Arc::new(OpenedEvents::new(events, stores.vault.clone()));
    Service::new(stores, Arc::new(SystemClock))
}

fn calendar(numbers: &[DocketNumber]) -> Request<TrialCalendar> {
    let body = json!({
        "session": {
            "trialSessionId": "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b01",
            "trialDate": "2027-03-01T15:00:00.000Z",
            "trialLocation": "Birmingham, Alabama",
        },
        "docketNumbers": numbers,
    });
    request(TrialCalendar::parse(body).unwrap())
}

async fn send(service: &Service, number: DocketNumber, body: Value) {
    let command = request(CaseCommand::parse(body).unwrap());
    service.command_case(number, command).await.unwrap();
}

async fn served_case(service: &Service) -> DocketNumber {
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let filed = service.file_petition(request(petition)).await.unwrap();
    for name in ["QcPetition", "ServePetition"] {
        send(service, filed.docket_number, json!({"type": name})).await;
    }
    filed.docket_number
}

#[tokio::test]
async fn a_calendar_that_runs_out_of_time_says_which_cases_are_left() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(store.clone(), &store);
    let numbers: Vec<_> = (101..=250)
        .map(|serial| DocketNumber::new(serial, 25).unwrap())
        .collect();
    let report = service
        .set_calendar(&calendar(&numbers), Duration::ZERO)
        .await
        .unwrap();
    let outcomes: Vec<_> = report.cases.into_values().collect();
    assert_eq!(outcomes[..100], vec![CalendarOutcome::NoSuchCase; 100]);
    assert_eq!(outcomes[100..], vec![CalendarOutcome::Left; 50]);
}

/// An event store before whose first step of several cases somebody else blocks one of them.
struct Meddled {
    store: Arc<DynamoStore>,
    victim: DocketNumber,
    done: AtomicBool,
}

#[async_trait]
impl EventStore for Meddled {
    async fn commits_append(&self, commits: &[Commit]) -> Result<AppendOutcome, StoreError> {
        if !self.done.swap(true, Ordering::SeqCst) {
            let block = json!({"type": "BlockFromTrial", "reason": "Settlement"});
            let service = service(self.store.clone(), &self.store);
            send(&service, self.victim, block).await;
        }
        self.store.commits_append(commits).await
    }
    async fn commit_append(&self, commit: &Commit) -> Result<AppendOutcome, StoreError> {
        self.store.commit_append(commit).await
    }
    async fn case_begin(&self, commit: &Commit) -> Result<BeginOutcome, StoreError> {
        self.store.case_begin(commit).await
    }
    async fn claim_get(&self, command_id: &CommandId) -> Result<Option<Claim>, StoreError> {
        self.store.claim_get(command_id).await
    }
    async fn commit_get(&self, commit: CommitRef) -> Result<Option<Commit>, StoreError> {
        self.store.commit_get(commit).await
    }
    async fn commits_after(
        &self,
        number: DocketNumber,
        after: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        self.store.commits_after(number, after).await
    }
    async fn commits_between(
        &self,
        number: DocketNumber,
        after: Version,
        through: Version,
    ) -> Result<Vec<Commit>, StoreError> {
        self.store.commits_between(number, after, through).await
    }
    async fn commits_page(
        &self,
        number: DocketNumber,
        beyond: Option<Version>,
        limit: usize,
        order: Order,
    ) -> Result<CommitPage, StoreError> {
        self.store.commits_page(number, beyond, limit, order).await
    }
    async fn commits_scan(
        &self,
        segment: Segment,
        from: Option<CommitRef>,
    ) -> Result<ScanPage, StoreError> {
        self.store.commits_scan(segment, from).await
    }
    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.store.any_case().await
    }

    async fn docket_number_highest(&self, year: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.store.docket_number_highest(year).await
    }
}

#[tokio::test]
async fn a_case_that_is_blocked_after_it_was_looked_at_does_not_stop_the_others_of_its_step() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let plain = service(store.clone(), &store);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(served_case(&plain).await);
    }
    let victim = numbers[1];
    let meddled = Meddled {
        store: store.clone(),
        victim,
        done: AtomicBool::new(false),
    };
    let report = service(Arc::new(meddled), &store)
        .set_calendar(&calendar(&numbers), Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(report.steps, 2, "each of the others by itself");
    for (number, outcome) in report.cases {
        match outcome {
            CalendarOutcome::Calendared(version) if number != victim => {
                assert_eq!(version, Version(4));
            }
            CalendarOutcome::Refused(refusal) if number == victim => {
                assert_eq!(refusal.code(), "CASE_BLOCKED");
            }
            other => panic!("{number}: {other:?}"),
        }
    }
}
