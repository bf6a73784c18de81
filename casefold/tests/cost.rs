//! What a command costs: capacity units and round trips, which are exact.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

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
use casefold_shared::audit::{self, Filter, IndexRow};
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

/// A checked petition with so many commits, all of them folded, that is then served: what
/// serving it costs.
async fn serve_petition_on_a_case_of(commits: u64) -> Consumed {
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
        .case_get(Generation::OF_CASES, case.number, none)
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

/// A row of every list, as one case has them on its way.
async fn a_row_of_each_list(court: &Court) -> (DocketNumber, BTreeMap<List, ListRow>) {
    let case = Listed::begin(court).await;
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    let session = json!({
        "trialSessionId": "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b01",
        "trialDate": "2027-03-01T15:00:00.000Z",
        "trialLocation": "Birmingham, Alabama",
    });
    case.bring().await;
    let mut found = case.rows().await;
    for body in [
        json!({"type": "QcPetition"}),
        json!({"type": "ServePetition"}),
        json!({"type": "AddPaperFiling", "eventCode": "A", "filedBy": {"respondent": true},
            "document": document}),
        json!({"type": "UpdateCaseContext",
            "status": "General Docket - At Issue (Ready for Trial)"}),
        json!({"type": "AddToTrialSession", "session": session}),
        json!({"type": "AddPaperFiling", "eventCode": "M006", "filedBy": {"contacts": [1]},
            "document": document}),
        json!({"type": "AddDeadline", "due": "2030-01-31T00:00:00.000Z",
            "description": "Status report by the respondent"}),
        json!({"type": "SealCase"}),
        json!({"type": "UpdateCaseContext", "status": "Closed"}),
    ] {
        case.after(body).await;
        found.extend(case.rows().await);
    }
    let mut each: BTreeMap<List, ListRow> = BTreeMap::new();
    for row in found {
        each.entry(row.list).or_insert(row);
    }
    // What only several cases have, or a party who files electronically: the lines are the same.
    for (list, like) in [
        (List::Group, List::Status),
        (List::FilingsToCheck, List::FilingsToServe),
    ] {
        let row = ListRow {
            list,
            ..each[&like].clone()
        };
        each.entry(list).or_insert(row);
    }
    (case.number, each)
}

#[tokio::test]
async fn a_page_of_any_list_is_a_few_read_units() {
    let court = Court::open().await;
    let (number, each) = a_row_of_each_list(&court).await;
    let listed: Vec<_> = each.keys().copied().collect();
    assert_eq!(listed, List::ALL, "every list has a row here");
    for serial in 1_000..1_025 {
        let other = DocketNumber::new(serial, number.year()).unwrap();
        let rows: Vec<_> = each
            .values()
            .map(|row| ListRow {
                sort: row.sort.replace(&docket_sort(number), &docket_sort(other)),
                ..row.clone()
            })
            .collect();
        let put = court
            .store
            .lists_put(Generation::FIRST, other, Version(1), &rows);
        put.await.unwrap();
    }
    for row in each.values() {
        let before = court.store.consumed();
        let page =
            court
                .store
                .list_page(Generation::FIRST, row.list, &row.key, ListRange::first(25));
        let rows = page.await.unwrap().rows.len();
        let Consumed {
            read_units,
            requests,
            ..
        } = court.store.consumed() - before;
        println!(
            "a page of 25 of {}: {read_units} read units, {requests} requests",
            row.list.as_str()
        );
        assert_eq!(rows, 25, "{}", row.list.as_str());
        assert!(read_units <= 6.0, "{}: {read_units}", row.list.as_str());
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
    // The state, whether the case is parked, and the state again.
    for untouched in [petition, checked, after] {
        assert_eq!(untouched.write_units, 1.0, "{untouched:?}");
        assert_eq!(untouched.read_units, 1.5, "{untouched:?}");
        assert_eq!(untouched.requests, 3, "{untouched:?}");
    }
    for touched in [sealed, again, unsealed] {
        assert!(touched.write_units <= 10.0, "{touched:?}");
        assert_eq!(
            (touched.read_units, touched.requests),
            (1.5, 3),
            "{touched:?}"
        );
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
    // A snapshot, the commits past it, a conditional put.
    assert_eq!((known.requests, again.requests), (3, 3), "{known:?}");
    assert_eq!(unknown.requests, 4, "{unknown:?}");
    assert!(unknown.read_units <= known.read_units + 2.0, "{unknown:?}");
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

/// A commit of each kind, and what it costs to bring the audit index along: as a batch of the
/// stream brings it, with the commit.
#[tokio::test]
async fn a_commit_costs_the_audit_index_a_write_unit_for_each_of_its_rows_and_one_for_the_case() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    let petition = PetitionCommand::parse(FilePaperPetition::example()).unwrap();
    let answer = service.file_petition(request(petition)).await.unwrap();
    let number = answer.docket_number;
    let clock = Arc::new(SystemClock);
    let folder = IndexFolder::new(store.clone(), store.clone(), clock, Generation::FIRST);
    let events = Stores::of(store.clone()).events;
    let mut stored = Version::ZERO;
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    let motion = json!({"type": "AddPaperFiling", "eventCode": "M006",
        "filedBy": {"contacts": [1]}, "document": document});
    let commands = [
        None,
        Some(json!({"type": "QcPetition"})),
        Some(json!({"type": "ServePetition"})),
        Some(motion),
        Some(json!({"type": "SealDocketEntry", "docketEntry": 1, "sealedTo": "Public"})),
    ];
    let (mut commits, mut units) = (0, 0.0);
    for body in commands {
        if let Some(body) = body {
            command(&service, number, body).await;
        }
        let mut hints = Hints::default();
        let mut rows = 0;
        let new = events.commits_after(number, stored).await.unwrap();
        for commit in new {
            stored = commit.version;
            let of_commit = audit::rows(&commit, &commit.decode().unwrap());
            println!("{}: {} rows", commit.command, of_commit.len());
            rows += of_commit.len();
            commits += 1;
            hints.add_commit(commit);
        }
        let before = store.consumed();
        folder.advance(number, &hints).await.unwrap();
        let cost = store.consumed() - before;
        assert_eq!(cost.write_units, rows as f64 + 1.0, "{cost:?}");
        // How far the case is, and whether it is parked; the rows; how far it is then.
        assert_eq!((cost.read_units, cost.requests), (1.5, 4), "{cost:?}");
        units += cost.write_units;
    }
    println!("{units} write units for {commits} commits");
    assert!(units / f64::from(commits) <= 12.0, "{units} for {commits}");
}

#[tokio::test]
async fn a_page_of_the_audit_index_costs_by_its_rows_and_not_by_the_index() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    service.audit_generation().await.unwrap();
    let of = ProjectionId {
        name: audit::NAME,
        generation: Generation::FIRST,
    };
    let page = async |filter: &Filter| {
        let generation = service.audit_generation().await.unwrap();
        let asked = PageOf {
            order: SortOrder::Ascending,
            after: None,
            limit: 50,
        };
        let before = store.consumed();
        let page = service.read_audit(generation, filter, asked).await.unwrap();
        (page.rows.len(), store.consumed() - before)
    };
    let everything = Filter::default();
    let of_one = Filter {
        actor: Some(UserId::new("clerk").unwrap()),
        ..Filter::default()
    };
    let mut costs = Vec::new();
    for (from, to) in [(0, 300), (300, 1_500)] {
        store.index_put(of, &index_rows(from..to)).await.unwrap();
        let (found, all) = page(&everything).await;
        assert_eq!(found, 50);
        let (found, one) = page(&of_one).await;
        assert_eq!(found, 50);
        costs.push((all, one));
    }
    println!("a page of 50: of all and of an actor {costs:?}");
    let [(all, one), (later_all, later_one)] = costs[..] else {
        panic!("two sizes")
    };
    for (cost, of_more, most) in [(all, later_all, 24.0), (one, later_one, 12.0)] {
        assert!(cost.read_units <= most, "{cost:?}");
        assert!(
            of_more.read_units <= cost.read_units * 1.25,
            "{cost:?} {of_more:?}"
        );
    }
}

/// The rows of so many commits by the clerk, each of a case of its own, a second apart.
fn index_rows(commits: std::ops::Range<u32>) -> Vec<IndexRow> {
    let commits = commits.map(|n| {
        let number = DocketNumber::new(101 + n, 26).unwrap();
        let mut draft = Chain::of(number).commit([sealed(1)]).draft;
        draft.actor = UserId::new("clerk").unwrap();
        draft.recorded_at = Timestamp::from_millis(1_790_000_000_000 + i64::from(n) * 1_000);
        draft.seal(Digest::ZERO)
    });
    let rows = commits.flat_map(|it| audit::rows(&it, &it.decode().unwrap()));
    rows.collect()
}

#[tokio::test]
async fn a_read_of_what_is_sealed_costs_one_write_unit_more() {
    let court = Court::open().await;
    let store = Arc::new(court.store.clone());
    let service = service(&store);
    let access = Access {
        kind: AccessKind::Case,
        user: "clerk".to_owned(),
        role: Some(Role::ClerkOfCourt),
        docket_number: DocketNumber::new(101, 26),
        docket_entries: Vec::new(),
        query: None,
        reason: Some("a review".into()),
        source: Some("203.0.113.7".into()),
        correlation_id: CorrelationId::new("cost").unwrap(),
    };
    // The first of a process finds the end of its chain.
    service.accesses().note(&access).await.unwrap();
    let before = store.consumed();
    service.accesses().note(&access).await.unwrap();
    let cost = store.consumed() - before;
    let found = (cost.read_units, cost.write_units, cost.requests);
    assert_eq!(found, (0.0, 1.0, 1));
}
