//! The stored rows of a case: what is told of them, and removing them so that they are put again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::Version;
use casefold_shared::gateway::{Generation, ListStore, ListsOutcome, StoreError, StoredRow};
use casefold_shared::lists::{List, ListRow, rows};
use tokio::sync::Notify;

use super::lists::{FIRST, Stored, case_of_people, put, row, stored};
use super::mending::sent;
use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::docket;

const SECOND: Generation = Generation(2);

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

#[tokio::test]
async fn rows_that_cannot_be_read_are_removed_like_others() {
    let court = Court::open().await;
    let rows = rows(&case_of_people(2));
    put(&court, 1, &rows).await;
    let broken = &told(&court, &rows)[0];
    let row = [
        ("pk", format!("list@1#{}", broken.place)),
        ("sk", broken.sort.clone()),
        ("body", "{".to_owned()),
    ];
    let row = row.map(|(name, value)| (name.to_owned(), AttributeValue::S(value)));
    let client = court.client().await;
    let put_row = client
        .put_item()
        .table_name(&court.store.tables().snapshots)
        .set_item(Some(row.into()));
    put_row.send().await.unwrap();
    let told = court.store.lists_of(FIRST, docket(101)).await;
    assert!(matches!(told, Err(StoreError::Corrupt { .. })), "{told:?}");

    court.store.lists_remove(FIRST, docket(101)).await.unwrap();

    assert_eq!(stored(&court).await, Stored::new());
    let version = court.store.lists_version(FIRST, docket(101)).await.unwrap();
    assert_eq!(version, None);
}

#[tokio::test]
async fn no_row_is_left_of_a_case_whose_lists_change_while_they_are_removed() {
    let court = Court::open().await;
    put(&court, 1, &rows(&case_of_people(3))).await;

    // Given a removal on its way
    let proxy = Proxy::before(&court.endpoint_url).await;
    let go_on = Arc::new(Notify::new());
    proxy.inject("BatchWriteItem", Fault::Wait(go_on.clone()));
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let removal = tokio::spawn(async move { store.lists_remove(FIRST, docket(101)).await });
    sent(&proxy, "BatchWriteItem", 1).await;

    // When further rows are put
    let changed = put(&court, 2, &rows(&case_of_people(9))).await;
    assert!(matches!(changed, ListsOutcome::Changed(_)), "{changed:?}");
    go_on.notify_one();

    // Then they are removed with the others, and can be put again.
    removal.await.unwrap().unwrap();
    assert_eq!(stored(&court).await, Stored::new());
    let few = rows(&case_of_people(1));
    put(&court, 3, &few).await;
    let told_now = court.store.lists_of(FIRST, docket(101)).await.unwrap();
    assert_eq!(told_now, told(&court, &few));
    assert_eq!(stored(&court).await.len(), few.len());
}
