//! What a command costs: capacity units and round trips, which are exact.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketNumber, UserId, Version};
use casefold_projector::{CaseFolder, Hints, Projector};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{
    Consumed, EntrySelection, Generation, ListRange, ListStore, SnapshotStore,
};
use casefold_shared::lists::{CaseLine, Line, List, ListRow, docket_sort, rows};
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

/// A case on its way, and what it costs to bring its lists along.
struct Listed {
    store: Arc<DynamoStore>,
    service: Service,
    /// It folds cases and knows of no lists, so that these are measured by themselves.
    projector: Projector,
    number: DocketNumber,
}

impl Listed {
    async fn begin(court: &Court) -> Self {
        let store = Arc::new(court.store.clone());
        let service = service(&store);
        let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
        let answer = service.file_petition(request(petition)).await.unwrap();
        let clock = Arc::new(SystemClock);
        let folder = CaseFolder::new(store.clone(), store.clone(), clock, Generation::FIRST);
        Self {
            store,
            service,
            projector: Projector::new(vec![folder]),
            number: answer.docket_number,
        }
    }

    async fn after(&self, body: serde_json::Value) -> Consumed {
        command(&self.service, self.number, body).await;
        self.bring().await
    }

    async fn bring(&self) -> Consumed {
        for advance in self.projector.advance(self.number, &Hints::default()).await {
            advance.unwrap();
        }
        let (first, none) = (Generation::FIRST, EntrySelection::None);
        let case = self.store.case_get(first, self.number, none).await.unwrap();
        let case = case.unwrap();
        let rows = rows(&case);
        let before = self.store.consumed();
        let put = self
            .store
            .lists_put(first, self.number, case.version, &rows);
        put.await.unwrap();
        self.store.consumed() - before
    }
}

#[tokio::test]
async fn bringing_lists_forward_costs_by_the_rows_that_change() {
    let court = Court::open().await;
    let case = Listed::begin(&court).await;
    let filed = case.bring().await;
    let checked = case.after(json!({"type": "QcPetition"})).await;
    let served = case.after(json!({"type": "ServePetition"})).await;
    let sealed_entry = json!({"type": "SealDocketEntry", "docketEntry": 1, "sealedTo": "Public"});
    let nothing = case.after(sealed_entry).await;
    let judge =
        json!({"type": "UpdateCaseContext", "status": "Submitted", "judge": "Judge Colvin"});
    let judge = case.after(judge).await;
    let sealed = case.after(json!({"type": "SealCase"})).await;
    println!(
        "lists after a petition: {filed:?}; checked: {checked:?}; served: {served:?}; \
         no row changes: {nothing:?}; status and judge: {judge:?}; sealed: {sealed:?}"
    );
    assert_eq!((nothing.requests, nothing.write_units), (2, 1.0));
    for changed in [filed, checked, served, judge, sealed] {
        assert!(changed.read_units <= 1.0, "{changed:?}");
        assert!(changed.write_units <= 60.0, "{changed:?}");
        // What is there, the buckets that are new, and the one step.
        assert!(changed.requests <= 3, "{changed:?}");
    }
}

#[tokio::test]
async fn a_page_of_a_list_costs_by_its_rows_and_not_by_the_list() {
    let court = Court::open().await;
    let case = Listed::begin(&court).await;
    case.bring().await;
    let (first, none) = (Generation::FIRST, EntrySelection::None);
    let of_case = court
        .store
        .case_get(first, case.number, none)
        .await
        .unwrap();
    let line = CaseLine::of(&of_case.unwrap());
    for serial in 1_000..1_400 {
        let number = DocketNumber::new(serial, 24).unwrap();
        let listed = [ListRow {
            list: List::Status,
            key: "Submitted".to_owned(),
            sort: docket_sort(number),
            line: Line::Case(line.clone()),
        }];
        let put = court.store.lists_put(first, number, Version(1), &listed);
        put.await.unwrap();
    }
    let page = async |list, key: &str, limit| {
        let before = court.store.consumed();
        let page = court
            .store
            .list_page(first, list, key, ListRange::first(limit));
        let rows = page.await.unwrap().rows.len();
        (rows, court.store.consumed() - before)
    };
    let small = page(List::Status, "Submitted", 25).await;
    let large = page(List::Status, "Submitted", 100).await;
    let words = page(List::Names, "qu", 25).await;
    println!("a page of 25: {small:?}; of 100: {large:?}; of the search: {words:?}");
    assert_eq!((small.0, large.0), (25, 100));
    assert!(small.1.read_units <= 4.0, "{small:?}");
    assert!(large.1.read_units <= 12.0, "{large:?}");
    // The buckets that there are, and one of them.
    assert_eq!((small.1.requests, words.1.requests), (2, 1));
}
