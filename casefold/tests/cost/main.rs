//! What a command costs: capacity units and round trips, which are exact.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit_index;
mod lists;
#[path = "../support/mod.rs"]
mod support;
mod whole_cases;

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{PageOf, Request, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, Digest, DocketNumber, Timestamp, UserId, Version};
use casefold_projector::projections::sealings::Sealings;
use casefold_projector::{
    CaseFolder, Folder, Hints, IndexFolder, Projections, Projector, RowsFolder,
};
use casefold_shared::accesses::{Access, AccessKind};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{
    CommitIndex, Consumed, EntrySelection, Generation, KeyStore, ListRange, ListStore,
    ProjectionId, SnapshotStore, SortOrder, Stores,
};
use casefold_shared::lists::{CaseLine, Line, List, ListRow, docket_sort, rows};
use serde_json::json;
use support::history::{Chain, sealed};
use support::{Court, keyring};
use uuid::Uuid;

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
        source: None,
        if_match: None,
    }
}

/// A clock that stands still, so that nothing a process knows of generations grows old: what
/// reading them costs every few seconds is not the command's.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000)
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// A store whose process remembers keys for as long as the test takes: what reading them anew
/// every few seconds costs is not the command's.
fn store_of(court: &Court) -> Arc<DynamoStore> {
    Arc::new(court.store.clone().with_keyring(keyring(Still)))
}

fn service(store: &Arc<DynamoStore>) -> Service {
    Service::new(Stores::of(store.clone()), Arc::new(Still))
}

async fn command(service: &Service, number: DocketNumber, body: serde_json::Value) -> Version {
    let command = CaseCommand::parse(body).unwrap();
    service
        .command_case(number, request(command))
        .await
        .unwrap()
        .version
}

/// A checked petition with so many commits, all of them folded, that is then served: what that
/// costs in a process that knows the case, what the next command costs in one that doesn't, and what
/// it costs there to seal an entry of which the first command said nothing.
async fn serve_petition_on_a_case_of(commits: u64) -> (Consumed, Consumed, Consumed) {
    let court = Court::open().await;
    let store = store_of(&court);
    let service = service(&store);
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let number = service
        .file_petition(request(petition))
        .await
        .unwrap()
        .docket_number;
    command(&service, number, json!({"type": "QcPetition"})).await;
    let projector = Projector::of_this_build(&Stores::of(store.clone()), Arc::new(SystemClock));
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
    let warm = store.consumed() - before;
    for advance in projector.advance(number, &Hints::default()).await {
        advance.unwrap();
    }
    let other = store_of(&court);
    let elsewhere = self::service(&other);
    let nowhere: DocketNumber = "999-26".parse().unwrap();
    // Any process knows soon which generations there are, and the court's key.
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    elsewhere.file_petition(request(petition)).await.unwrap();
    let found = elsewhere.read_case(nowhere, None, EntrySelection::None);
    assert!(found.await.unwrap().is_none());
    let before = other.consumed();
    let note = json!({"type": "AddCaseNote", "note": "Called about the hearing."});
    command(&elsewhere, number, note).await;
    let cold = other.consumed() - before;
    let before = other.consumed();
    let seal = json!({"type": "SealDocketEntry", "docketEntry": 1, "sealedTo": "Public"});
    command(&elsewhere, number, seal).await;
    (warm, cold, other.consumed() - before)
}

#[tokio::test]
async fn a_command_costs_the_same_on_a_short_and_on_a_long_case() {
    let (short, cold_short, seal_short) = serve_petition_on_a_case_of(10).await;
    let (long, cold_long, seal_long) = serve_petition_on_a_case_of(1_000).await;
    println!("ServePetition where the case is known, of 10 commits: {short:?}; of 1,000: {long:?}");
    println!("AddCaseNote where it is not, of 10 commits: {cold_short:?}; of 1,000: {cold_long:?}");
    // An entry that was left unread costs no request when it is needed.
    for (warm, units) in [
        (short, 3.0),
        (long, 3.0),
        (seal_short, 1.0),
        (seal_long, 1.0),
    ] {
        let put_alone = (1, 0.0, units);
        let (requests, read) = (warm.requests, warm.read_units);
        assert_eq!((requests, read, warm.write_units), put_alone);
    }
    for cold in [cold_short, cold_long] {
        assert_eq!(cold.requests, 2, "snapshot and keys together, then the put");
        assert_eq!(cold.write_units, 1.0);
    }
    assert_eq!(cold_short.read_units, 1.5, "{cold_short:?}");
    assert!(cold_long.read_units <= 2.0, "{cold_long:?}");
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
        let store = store_of(court);
        let service = service(&store);
        let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
        let answer = service.file_petition(request(petition)).await.unwrap();
        let clock = Arc::new(SystemClock);
        let events = Stores::of(store.clone()).events;
        let folder = CaseFolder::new(events, store.clone(), clock, Generation::OF_CASES);
        Self {
            store,
            service,
            projector: Projector::new(Projections::always(vec![folder], Vec::new())),
            number: answer.docket_number,
        }
    }

    async fn after(&self, body: serde_json::Value) -> Consumed {
        command(&self.service, self.number, body).await;
        self.bring().await
    }

    /// The rows that the case has in lists now.
    async fn rows(&self) -> Vec<ListRow> {
        let none = EntrySelection::None;
        let case = self
            .store
            .case_get(Generation::OF_CASES, self.number, none)
            .await
            .unwrap();
        rows(&case.unwrap())
    }

    async fn bring(&self) -> Consumed {
        for advance in self.projector.advance(self.number, &Hints::default()).await {
            advance.unwrap();
        }
        let none = EntrySelection::None;
        let case = self
            .store
            .case_get(Generation::OF_CASES, self.number, none)
            .await
            .unwrap();
        let case = case.unwrap();
        let rows = rows(&case);
        let before = self.store.consumed();
        let put = self
            .store
            .lists_put(Generation::FIRST, self.number, case.version, &rows);
        put.await.unwrap();
        self.store.consumed() - before
    }
}

#[tokio::test]
async fn a_projection_of_rows_costs_a_write_unit_for_a_commit_that_is_not_its_business() {
    let court = Court::open().await;
    let store = store_of(&court);
    let service = service(&store);
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let answer = service.file_petition(request(petition)).await.unwrap();
    let number = answer.docket_number;
    let events = Stores::of(store.clone()).events;
    let folder = RowsFolder::<Sealings>::new(events.clone(), store.clone(), Arc::new(SystemClock));
    let mut stored = Version::ZERO;
    // As a batch of the stream brings it: with the commit.
    let mut fold = async |body: Option<serde_json::Value>| {
        if let Some(body) = body {
            command(&service, number, body).await;
        }
        let mut hints = Hints::default();
        for commit in events.commits_after(number, stored).await.unwrap() {
            stored = commit.version;
            hints.add_commit(commit);
        }
        let before = store.consumed();
        folder.advance(number, &hints).await.unwrap();
        store.consumed() - before
    };
    let petition = fold(None).await;
    let checked = fold(Some(json!({"type": "QcPetition"}))).await;
    fold(Some(json!({"type": "ServePetition"}))).await;
    let seal =
        |entry| json!({"type": "SealDocketEntry", "docketEntry": entry, "sealedTo": "Public"});
    let sealed = fold(Some(seal(1))).await;
    let again = fold(Some(seal(2))).await;
    let unsealed = json!({"type": "UnsealDocketEntry", "docketEntry": 2});
    let unsealed = fold(Some(unsealed)).await;
    let judge =
        json!({"type": "UpdateCaseContext", "status": "Submitted", "judge": "Judge Colvin"});
    let after = fold(Some(judge)).await;
    println!(
        "sealings after a petition: {petition:?}; checked: {checked:?}; the first sealing: \
         {sealed:?}; another: {again:?}; unsealed: {unsealed:?}; status and judge: {after:?}"
    );
    // The state, whether the case is parked, and the state again. Where something is kept of the
    // case, that is one read more.
    for (fold, more) in [
        (petition, 0),
        (checked, 0),
        (sealed, 0),
        (again, 1),
        (unsealed, 1),
        (after, 1),
    ] {
        assert_eq!(fold.requests, 3 + more, "{fold:?}");
        assert_eq!(fold.read_units, 1.5 + more as f64, "{fold:?}");
    }
    for untouched in [petition, checked, after] {
        assert_eq!(untouched.write_units, 1.0, "{untouched:?}");
    }
    for touched in [sealed, again, unsealed] {
        assert!(touched.write_units <= 10.0, "{touched:?}");
    }
}

#[tokio::test]
async fn keys_cost_a_petition_a_write_and_a_command_a_read_where_they_are_not_known() {
    let court = Court::open().await;
    let store = store_of(&court);
    let process = service(&store);
    let petition = || PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    process.file_petition(request(petition())).await.unwrap();
    let before = store.consumed();
    let answer = process.file_petition(request(petition())).await.unwrap();
    let filed = store.consumed() - before;
    let number = answer.docket_number;
    // The docket number, the keys of the case, the commit.
    assert_eq!((filed.requests, filed.read_units), (3, 0.0), "{filed:?}");
    let keys = store.case_keys_get(&[number]).await.unwrap();
    assert!(keys[&number].keys.len() >= 3, "{keys:?}");

    // A process that has encrypted something for another case, and knows nothing of this one.
    let other = store_of(&court);
    let elsewhere = service(&other);
    elsewhere.file_petition(request(petition())).await.unwrap();
    let nowhere: DocketNumber = "999-26".parse().unwrap();
    let none = EntrySelection::None;
    let found = elsewhere.read_case(nowhere, None, none).await.unwrap();
    assert!(found.is_none());
    let cost = async |store: &Arc<DynamoStore>, service: &Service, name: &str| {
        let before = store.consumed();
        command(service, number, json!({"type": name})).await;
        store.consumed() - before
    };
    cost(&store, &process, "QcPetition").await;
    let known = cost(&store, &process, "SealCase").await;
    let unknown = cost(&other, &elsewhere, "UnsealCase").await;
    let again = cost(&other, &elsewhere, "SealCase").await;
    println!(
        "a petition: {filed:?}; a command where keys are known: {known:?}, where not: {unknown:?}"
    );
    // A conditional put.
    assert_eq!((known.requests, again.requests), (1, 1), "{known:?}");
    // There is no snapshot: that there is none, with the keys; every commit; the put.
    assert_eq!(unknown.requests, 3, "{unknown:?}");
}

#[tokio::test]
async fn what_the_commonest_commands_cost_with_all_that_is_folded_from_them() {
    let court = Court::open().await;
    let store = store_of(&court);
    let service = service(&store);
    let projector = Projector::of_this_build(&Stores::of(store.clone()), Arc::new(Still));
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    // A process that has read something knows which generations to read from.
    let nowhere: DocketNumber = "999-26".parse().unwrap();
    let none = EntrySelection::None;
    let found = service.read_case(nowhere, None, none).await.unwrap();
    assert!(found.is_none());
    let page = service.read_list(List::Names, "a", ListRange::first(1));
    assert_eq!(page.await.unwrap().rows, []);
    service.audit_generation().await.unwrap();
    // So does one that has encrypted something have the court's key.
    let first = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    service.file_petition(request(first)).await.unwrap();
    let before = store.consumed();
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let number = service
        .file_petition(request(petition))
        .await
        .unwrap()
        .docket_number;
    let mut costs = vec![("FilePaperPetition", store.consumed() - before)];
    let fold = async || {
        let before = store.consumed();
        for advance in projector.advance(number, &Hints::default()).await {
            advance.unwrap();
        }
        store.consumed() - before
    };
    let mut folds = vec![fold().await];
    for (name, body) in [
        ("QcPetition", json!({"type": "QcPetition"})),
        ("ServePetition", json!({"type": "ServePetition"})),
        (
            "AddPaperFiling",
            json!({"type": "AddPaperFiling", "eventCode": "MISC",
                "filedBy": {"contacts": [1]}, "document": document}),
        ),
        (
            "AddPaperFiling of a motion, with its policy",
            json!({"type": "AddPaperFiling", "eventCode": "M006",
                "filedBy": {"contacts": [1]}, "document": document}),
        ),
        (
            "ServeDocument",
            json!({"type": "ServeDocument", "docketEntry": 4}),
        ),
        (
            "FileCourtIssuedDocument",
            json!({"type": "FileCourtIssuedDocument", "eventCode": "O", "signedBy": "Buch",
                "document": document}),
        ),
        (
            "ServeCourtIssuedDocument",
            json!({"type": "ServeCourtIssuedDocument", "docketEntry": 6}),
        ),
    ] {
        let before = store.consumed();
        command(&service, number, body).await;
        costs.push((name, store.consumed() - before));
        folds.push(fold().await);
    }
    for ((name, cost), fold) in costs.iter().zip(&folds) {
        println!(
            "{name}: {} read and {} write units in {} requests; to fold it: {} and {} in {}",
            cost.read_units,
            cost.write_units,
            cost.requests,
            fold.read_units,
            fold.write_units,
            fold.requests
        );
        assert!(cost.requests <= 3, "{name}: {cost:?}");
        assert!(cost.write_units <= 8.0, "{name}: {cost:?}");
        assert!(cost.read_units <= 3.0, "{name}: {cost:?}");
    }
}
