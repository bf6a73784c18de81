//! How far cases are, and removing what is stored of one so that it is put again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{
    CommandRow, EntrySelection, Generation, Head, ListStore, PutOutcome, SnapshotStore, StoredRow,
};
use casefold_shared::lists::{List, ListRow, rows};
use tokio::sync::Notify;

use super::contents::wide_case;
use super::large_cases::write_large;
use super::lists::{FIRST, case_of_people, put, row};
use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::{Chain, chain, docket, filed_all, fold, petition};

const SECOND: Generation = Generation(2);

/// More numbers than one batch takes, doubled, in no order, and some of them of no case.
fn asked() -> Vec<DocketNumber> {
    let numbers = (101..=340).map(docket);
    numbers.clone().rev().chain(numbers).collect()
}

/// Of every third number there is a case.
fn filled() -> impl Iterator<Item = DocketNumber> {
    (101..=330).step_by(3).map(docket)
}

#[tokio::test]
async fn the_heads_of_many_cases_are_found_and_those_of_none_left_out() {
    let court = Court::open().await;
    let mut expected = BTreeMap::new();
    for number in (101..=330).map(docket).filter(|it| it.serial() % 3 != 0) {
        let more = (number.serial() % 2 == 0).then(|| filed_all(1..=2));
        let commits = chain(number, std::iter::once(vec![petition()]).chain(more));
        let case = fold(None, &commits);
        let put = court.store.case_put(FIRST, &case, Version::ZERO);
        assert_eq!(put.await.unwrap(), PutOutcome::Written);
        let head = Head {
            version: case.version,
            hash: Some(commits.last().unwrap().hash),
        };
        expected.insert(number, head);
    }
    assert!(expected.len() > 100);

    let heads = court.store.case_heads(FIRST, &asked()).await.unwrap();

    assert_eq!(heads, expected);
    let of_none = court.store.case_heads(FIRST, &[]).await.unwrap();
    assert_eq!(of_none, BTreeMap::new());
    let of_another = court.store.case_heads(SECOND, &asked()).await.unwrap();
    assert_eq!(of_another, BTreeMap::new());
}

#[tokio::test]
async fn the_heads_of_many_cases_lists_are_found_and_those_of_none_left_out() {
    let court = Court::open().await;
    let mut expected = BTreeMap::new();
    for number in filled() {
        let version = Version(u64::from(number.serial()));
        let rows = [row(List::Person, "user-1", &format!("2026-{number}"))];
        let put = court.store.lists_put(FIRST, number, version, &rows);
        put.await.unwrap();
        let head = Head {
            version,
            hash: None,
        };
        expected.insert(number, head);
    }

    let heads = court.store.lists_heads(FIRST, &asked()).await.unwrap();

    assert_eq!(heads, expected);
    let of_another = court.store.lists_heads(SECOND, &asked()).await.unwrap();
    assert_eq!(of_another, BTreeMap::new());
}

#[tokio::test]
async fn a_case_is_removed_with_all_its_rows_and_put_again_as_it_was() {
    let court = Court::open().await;
    let case = wide_case();
    let other = fold(None, &chain(docket(102), [vec![petition()]]));
    for (generation, case) in [(FIRST, &case), (SECOND, &case), (FIRST, &other)] {
        let put = court.store.case_put(generation, case, Version::ZERO);
        assert_eq!(put.await.unwrap(), PutOutcome::Written);
    }
    let first = Chain::of(docket(101)).commit([petition()]);
    let command = CommandRow {
        docket_number: docket(101),
        command_id: first.command_id.clone(),
        version: Version(1),
        command_digest: first.command_digest,
    };
    court.store.commands_put(&[command]).await.unwrap();
    let before = court.snapshot_items().await;
    for sort in ["header+0001", "page#00000+0001", "page#00001"] {
        let key = ("case@1#101-26".to_owned(), sort.to_owned());
        assert!(before.contains_key(&key), "{sort}");
    }

    court.store.case_remove(FIRST, docket(101)).await.unwrap();

    let mut left = before.clone();
    left.retain(|(partition, _), _| partition != "case@1#101-26");
    assert!(court.snapshot_items().await == left);
    let all = EntrySelection::All;
    let read = court.store.case_get(FIRST, docket(101), all).await;
    assert_eq!(read.unwrap(), None);

    let put = court.store.case_put(FIRST, &case, Version::ZERO);
    assert_eq!(put.await.unwrap(), PutOutcome::Written);
    assert!(court.snapshot_items().await == before);
}

#[tokio::test]
async fn a_long_case_is_removed_and_written_again_as_it_was() {
    let court = Court::open().await;
    let number = docket(101);
    write_large(&court, &mut Chain::of(number), 700).await;
    let before = court.snapshot_items().await;

    court.store.case_remove(FIRST, number).await.unwrap();
    assert_eq!(court.snapshot_items().await, BTreeMap::new());
    // Removing what is not there changes nothing.
    court.store.case_remove(FIRST, number).await.unwrap();

    write_large(&court, &mut Chain::of(number), 700).await;
    assert!(court.snapshot_items().await == before);
}

#[tokio::test]
async fn a_removal_that_stops_halfway_leaves_no_case_that_is_taken_for_whole() {
    let court = Court::open().await;
    let case = wide_case();
    court
        .store
        .case_put(FIRST, &case, Version::ZERO)
        .await
        .unwrap();
    let before = court.snapshot_items().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    proxy.inject("BatchWriteItem", Fault::Pass);
    proxy.inject("BatchWriteItem", Fault::Refuse("AccessDeniedException"));

    assert!(store.case_remove(FIRST, docket(101)).await.is_err());

    let all = EntrySelection::All;
    let read = court.store.case_get(FIRST, docket(101), all).await;
    assert_eq!(read.unwrap(), None);
    let heads = court.store.case_heads(FIRST, &[docket(101)]).await;
    assert_eq!(heads.unwrap(), BTreeMap::new());
    let put = court.store.case_put(FIRST, &case, Version::ZERO);
    assert_eq!(put.await.unwrap(), PutOutcome::Written);
    assert!(court.snapshot_items().await == before);
}

#[tokio::test]
async fn nothing_is_left_of_a_case_that_is_written_while_it_is_removed() {
    let court = Court::open().await;
    let mut chain = Chain::of(docket(101));
    let first = chain.commit(std::iter::once(petition()).chain(filed_all(1..=26)));
    let case = fold(None, [&first]);
    court
        .store
        .case_put(FIRST, &case, Version::ZERO)
        .await
        .unwrap();

    // Given a removal that is halfway
    let proxy = Proxy::before(&court.endpoint_url).await;
    let go_on = Arc::new(Notify::new());
    proxy.inject("BatchWriteItem", Fault::Pass);
    proxy.inject("BatchWriteItem", Fault::Wait(go_on.clone()));
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let removal = tokio::spawn(async move { store.case_remove(FIRST, docket(101)).await });
    sent(&proxy, "BatchWriteItem", 2).await;

    // When the next commit is folded, onto what is there or from the first commit on
    let next = fold(Some(case), [&chain.commit(filed_all(27..=60))]);
    let mut written = PutOutcome::Superseded;
    for base in [first.version, Version::ZERO] {
        if written == PutOutcome::Superseded {
            written = court.store.case_put(FIRST, &next, base).await.unwrap();
        }
    }
    assert_eq!(written, PutOutcome::Written);
    go_on.notify_one();

    // Then all of it is removed.
    removal.await.unwrap().unwrap();
    assert_eq!(court.snapshot_items().await, BTreeMap::new());
}

/// Waits until so many requests of an operation are on their way.
async fn sent(proxy: &Proxy, operation: &str, count: usize) {
    while proxy.sent(operation).len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Rows as they ought to be told.
fn told(court: &Court, rows: &[ListRow]) -> Vec<StoredRow> {
    let told = |row: &ListRow| StoredRow {
        place: court.store.list_place(row),
        sort: row.sort.clone(),
        line: Some(row.line.clone()),
    };
    let mut all: Vec<_> = rows.iter().map(told).collect();
    all.sort_by(|one, other| (&one.place, &one.sort).cmp(&(&other.place, &other.sort)));
    all
}

#[tokio::test]
async fn the_rows_of_a_case_are_told_as_they_were_put() {
    let court = Court::open().await;
    assert_eq!(court.store.lists_of(FIRST, docket(101)).await.unwrap(), []);
    let mut many = rows(&case_of_people(80));
    // A key that is longer than a partition key may be.
    many.push(row(List::Person, &"u".repeat(1_500), "2026-000101"));
    put(&court, 1, &many).await;

    let found = court.store.lists_of(FIRST, docket(101)).await.unwrap();
    assert_eq!(found, told(&court, &many));

    let few = rows(&case_of_people(1));
    put(&court, 2, &few).await;
    let found = court.store.lists_of(FIRST, docket(101)).await.unwrap();
    assert_eq!(found, told(&court, &few));
    let of_another = court.store.lists_of(FIRST, docket(102)).await.unwrap();
    assert_eq!(of_another, []);
}

#[tokio::test]
async fn a_row_that_is_gone_is_told_as_missing() {
    let court = Court::open().await;
    let rows = rows(&case_of_people(2));
    put(&court, 1, &rows).await;
    let mut expected = told(&court, &rows);
    let gone = &mut expected[1];
    gone.line = None;
    delete_row(&court, &gone.place, &gone.sort).await;

    let found = court.store.lists_of(FIRST, docket(101)).await.unwrap();

    assert_eq!(found, expected);
}

async fn delete_row(court: &Court, place: &str, sort: &str) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let client = court.client().await;
    let delete = client
        .delete_item()
        .table_name(&court.store.tables().snapshots)
        .key("pk", AttributeValue::S(format!("list@1#{place}")))
        .key("sk", AttributeValue::S(sort.to_owned()));
    delete.send().await.unwrap();
}

#[tokio::test]
async fn the_rows_of_a_case_are_removed_and_put_again_as_they_were() {
    let court = Court::open().await;
    let many = rows(&case_of_people(80));
    // Another case stands in the same lists, and the case itself in another generation.
    let other = [
        row(List::Person, "user-1", "2026-000102"),
        row(List::Status, "new", "2026-000102"),
    ];
    for (generation, serial, rows) in [
        (FIRST, 102, other.as_slice()),
        (SECOND, 101, many.as_slice()),
    ] {
        let put = court
            .store
            .lists_put(generation, docket(serial), Version(1), rows);
        put.await.unwrap();
    }
    let without = court.snapshot_items().await;
    put(&court, 1, &many).await;
    let before = court.snapshot_items().await;

    court.store.lists_remove(FIRST, docket(101)).await.unwrap();

    // The buckets of a list are the list's, and stay.
    let mut left = court.snapshot_items().await;
    left.retain(|(partition, _), _| !partition.starts_with("buckets@"));
    let mut expected = without;
    expected.retain(|(partition, _), _| !partition.starts_with("buckets@"));
    assert_eq!(left, expected);
    let number = docket(101);
    let version = court.store.lists_version(FIRST, number).await.unwrap();
    assert_eq!(version, None);
    // Removing what is not there changes nothing.
    court.store.lists_remove(FIRST, number).await.unwrap();

    put(&court, 1, &many).await;
    assert_eq!(court.snapshot_items().await, before);
}
