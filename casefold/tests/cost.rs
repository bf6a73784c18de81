//! What a command costs: capacity units and round trips, which are exact.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketNumber, UserId, Version};
use casefold_projector::{Hints, Projector};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::Consumed;
use serde_json::json;
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
        correlation_id: CorrelationId::new("cost").unwrap(),
        if_match: None,
    }
}

fn service(store: &Arc<DynamoStore>) -> Service {
    Service::new(
        store.clone(),
        store.clone(),
        store.clone(),
        store.clone(),
        Arc::new(SystemClock),
    )
}

async fn command(service: &Service, number: DocketNumber, body: serde_json::Value) -> Version {
    let command = CaseCommand::parse(body).unwrap();
    service
        .command_case(number, request(command))
        .await
        .unwrap()
        .version
}

/// A checked petition with so many commits, all of them folded, that is then served: what
/// serving it costs.
async fn serve_petition_on_a_case_of(commits: u64) -> Consumed {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let number = service
        .file_petition(request(petition))
        .await
        .unwrap()
        .docket_number;
    command(&service, number, json!({"type": "QcPetition"})).await;
    let projector = Projector::of_this_build(
        store.clone(),
        store.clone(),
        store.clone(),
        Arc::new(SystemClock),
    );
    for version in 3..=commits {
        let name = if version % 2 == 1 {
            "SealCase"
        } else {
            "UnsealCase"
        };
        command(&service, number, json!({"type": name})).await;
        // Now and then, as a projector would, so that no command reads a long tail.
        if version % 50 == 0 || version == commits {
            for advance in projector.advance(number, &Hints::default()).await {
                advance.unwrap();
            }
        }
    }
    let before = store.consumed();
    let version = command(&service, number, json!({"type": "ServePetition"})).await;
    assert_eq!(version, Version(commits + 1));
    store.consumed() - before
}

#[tokio::test]
async fn a_command_costs_the_same_on_a_short_and_on_a_long_case() {
    let short = serve_petition_on_a_case_of(10).await;
    let long = serve_petition_on_a_case_of(1_000).await;
    println!("ServePetition on 10 commits: {short:?}; on 1,000: {long:?}");
    assert_eq!(
        short.requests, 3,
        "a snapshot, the commits past it, a conditional put"
    );
    assert_eq!(long.requests, short.requests);
    assert!(long.write_units <= short.write_units + 1.0);
    assert!(long.read_units <= short.read_units + 1.0);
}
