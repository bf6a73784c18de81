//! The table of what is derived can be lost, and so can the one of the rest: the event table
//! has everything.

use std::collections::{BTreeMap, BTreeSet};

use casefold::generate::{Generator, Recipe};
use casefold_command_api::command::{FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{ReadError, Request};
use casefold_events::vocabulary::Role;
use casefold_events::{Commit, CorrelationId, UserId};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{EntrySelection, ListRange};
use casefold_shared::generations::Stage;
use casefold_shared::lists::List;

use crate::given::case;
use crate::support::Item;
use crate::world::{ACTIVE, Court, INDEX, LISTS, LOOK, OTHER, SEALINGS, fold};

type Items = BTreeMap<(String, String), Item>;

/// Histories like a court's, and one whose record is in pages.
fn histories() -> Vec<Vec<Commit>> {
    let generator = Generator::new(Recipe::new(5, None, Some(16)).unwrap());
    let blocks = (0..generator.blocks()).map(|nth| generator.block(nth).unwrap());
    let generated = blocks.flat_map(|block| block.histories);
    let mut cases: Vec<_> = generated.map(|history| history.commits).collect();
    cases.push(case(101, 40));
    cases
}

pub(crate) async fn lose(court: &Court, table: &str) {
    let client = court.tables.client().await;
    client
        .delete_table()
        .table_name(table)
        .send()
        .await
        .unwrap();
    // As another process finds it that starts then.
    let store: DynamoStore = court.store.counted_apart();
    store.create_tables().await.unwrap();
}

/// Items without what says how they came about: the marks of contents, and how often the
/// inventory of a case's rows was written.
fn comparable(items: Items) -> Items {
    let items = items
        .into_iter()
        .filter(|(key, _)| !key.0.starts_with("contents@"));
    let counted = |key: &(String, String)| {
        let of_case = key.0.starts_with("lists@") || key.0.starts_with("sealings@");
        of_case && (key.1 == "state" || key.1.starts_with("rows"))
    };
    items
        .map(|(key, mut item)| {
            if counted(&key) {
                item.remove("step").unwrap();
            }
            (key, item)
        })
        .collect()
}

/// That items are what they were. One kind may be gone: that a list has a bucket is written
/// down for ever, and a bucket that is empty by now is not written down again.
fn assert_same(before: Items, after: Items) {
    let places: BTreeSet<_> = before.keys().map(|(place, _)| place.clone()).collect();
    let is_empty_bucket = |(partition, bucket): &(String, String)| {
        let list = partition.strip_prefix("buckets@");
        list.is_some_and(|list| !places.contains(&format!("list@{list}#{bucket}")))
    };
    let before = before.into_iter().filter(|(key, _)| !is_empty_bucket(key));
    let (before, after) = (comparable(before.collect()), comparable(after));
    let lost: Vec<_> = before
        .keys()
        .filter(|key| !after.contains_key(*key))
        .collect();
    let new: Vec<_> = after
        .keys()
        .filter(|key| !before.contains_key(*key))
        .collect();
    assert_eq!((lost, new), (Vec::new(), Vec::new()));
    for (key, item) in &before {
        assert_eq!(after[key], *item, "{key:?}");
    }
}

async fn read_first_page(court: &Court) -> Result<usize, ReadError> {
    let range = ListRange::first(50);
    let page = court
        .service()
        .read_list(List::Status, "Closed", range)
        .await;
    page.map(|page| page.rows.len())
}

/// That every case is read as it stands, by a process that starts now.
async fn assert_cases_are_read(court: &Court, cases: &[Vec<Commit>], as_of: &[usize]) {
    let service = court.service();
    for commits in cases {
        let (number, last) = (commits[0].docket_number, commits.last().unwrap().version);
        let read = service
            .read_case(number, Some(last), EntrySelection::All)
            .await;
        let read = read.unwrap();
        let folds = [fold(OTHER, commits), fold(ACTIVE, commits)];
        assert!(as_of.iter().any(|nth| folds[*nth] == read), "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_snapshot_table_can_be_lost_and_comes_back_item_by_item() {
    // Given a court with two generations of cases, and its lists, folded live in several steps
    let court = Court::open().await;
    let cases = histories();
    court.begin(OTHER, 3).await;
    for part in 0..3 {
        for commits in &cases {
            let third = commits.len().div_ceil(3);
            let part = commits.chunks(third).nth(part).unwrap_or_default();
            court.append_many(part).await;
        }
        court.project().await;
    }
    court.fill(OTHER).await;
    let before = court.tables.snapshot_items().await;
    let rows = read_first_page(&court).await.unwrap();
    assert!(rows > 0);

    // When the table is lost
    lose(&court, &court.store.tables().snapshots).await;

    // Then cases are read all the same, and lists say that they lack some
    assert_cases_are_read(&court, &cases, &[1]).await;
    let incomplete = read_first_page(&court).await;
    assert!(matches!(incomplete, Err(ReadError::ListsIncomplete)));

    // And rebuilt, every item is what it was.
    for id in [ACTIVE, OTHER] {
        let report = court.fill(id).await;
        assert!(report.complete);
        assert_eq!(report.status.put.written, cases.len() as u64);
        let incomplete = read_first_page(&court).await;
        assert!(matches!(incomplete, Err(ReadError::ListsIncomplete)));
    }
    assert!(court.fill(LISTS).await.complete);
    assert!(court.fill(SEALINGS).await.complete);
    assert!(court.fill(INDEX).await.complete);
    assert_same(before, court.tables.snapshot_items().await);
    assert_eq!(read_first_page(&court).await.unwrap(), rows);
    assert_cases_are_read(&court, &cases, &[1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_table_can_be_lost_and_is_recovered_from_the_events() {
    // Given a court at work, whose two generations of cases are whole
    let court = Court::open().await;
    let service = court.service();
    let mut filed = Vec::new();
    for _ in 0..3 {
        filed.push(
            service
                .file_petition(petition())
                .await
                .unwrap()
                .docket_number,
        );
    }
    let others = [case(101, 30), case(102, 1)];
    court.append(&others.concat()).await;
    court.project().await;
    court.fill(OTHER).await;
    let before = court.tables.snapshot_items().await;

    // When the table is lost, and a process starts
    lose(&court, &court.store.tables().control).await;
    court.establish().await;

    // Then readers follow a generation that counts as unfilled, and lists say so
    let found = |id| court.standing(id);
    assert_eq!(found(OTHER).await.unwrap().stage, Stage::Building);
    assert_eq!(found(LISTS).await.unwrap().stage, Stage::Building);
    assert_eq!(found(ACTIVE).await, None);
    let incomplete = read_first_page(&court).await;
    assert!(matches!(incomplete, Err(ReadError::ListsIncomplete)));
    assert_cases_are_read(&court, &others, &[0]).await;

    // And no docket number is given out twice
    let service = court.service();
    let next = service
        .file_petition(petition())
        .await
        .unwrap()
        .docket_number;
    let highest = *filed.last().unwrap();
    assert_eq!(next.year(), highest.year());
    assert_eq!(next.serial(), highest.serial() + 1);

    // And a rebuild of each completes, writing nothing that was there already
    let numbers = [filed, vec![next], vec![others[0][0].docket_number]].concat();
    for id in [OTHER, LISTS, ACTIVE] {
        assert!(court.fill(id).await.complete);
        court.assert_is_fold(id, &numbers).await;
    }
    let after = court.tables.snapshot_items().await;
    for (key, item) in &before {
        assert_eq!(after[key], *item, "{key:?}");
    }

    // And readers can be switched to the newest again.
    assert!(court.reconciled(ACTIVE, LOOK).await.is_clean());
    court.switch(ACTIVE).await.unwrap();
    assert_cases_are_read(&court, &others, &[1]).await;
    assert!(read_first_page(&court).await.is_ok());
}

fn petition() -> Request<PetitionCommand> {
    Request {
        actor: Actor {
            user_id: UserId::new("clerk").unwrap(),
            role: Role::ClerkOfCourt,
            name: None,
        },
        command: PetitionCommand::parse(FilePaperPetition::example()).unwrap(),
        idempotency_key: None,
        correlation_id: CorrelationId::new("loss").unwrap(),
        source: None,
        if_match: None,
    }
}
