//! The buckets of split lists, when the lists are thrown away under a process that remembers
//! which buckets it has written down.

use casefold_events::Version;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{ListRange, ListStore, ListsOutcome};
use casefold_shared::lists::{List, ListRow};

use super::lists::{FIRST, row};
use crate::support::Court;
use crate::support::history::docket;

/// A case's row in the list of closed cases, all in one bucket.
fn closed(serial: u32) -> ListRow {
    row(List::Status, "Closed", &format!("26-{serial:06}"))
}

async fn put(store: &DynamoStore, serial: u32) {
    let rows = [closed(serial)];
    let put = store.lists_put(FIRST, docket(serial), Version(1), &rows);
    assert_eq!(put.await.unwrap(), ListsOutcome::Changed(1));
}

async fn seen(store: &DynamoStore) -> usize {
    let page = store.list_page(FIRST, List::Status, "Closed", ListRange::first(10));
    page.await.unwrap().rows.len()
}

/// A process that has written a bucket down, and lists that were thrown away since.
async fn thrown_away() -> (Court, DynamoStore) {
    let court = Court::open().await;
    let process = court.store.counted_apart();
    put(&process, 101).await;
    assert_eq!(seen(&process).await, 1);
    let client = court.client().await;
    let table = &court.store.tables().snapshots;
    client
        .delete_table()
        .table_name(table)
        .send()
        .await
        .unwrap();
    court.store.create_tables().await.unwrap();
    (court, process)
}

#[tokio::test]
async fn a_process_that_forgets_writes_buckets_down_again() {
    let (_court, process) = thrown_away().await;

    process.lists_forget();
    put(&process, 102).await;

    assert_eq!(seen(&process).await, 1);
}

#[tokio::test]
async fn what_a_process_put_that_had_not_forgotten_yet_is_settled_by_a_rebuild() {
    let (court, process) = thrown_away().await;
    put(&process, 102).await;
    assert_eq!(seen(&process).await, 0, "nobody comes by it");

    let rebuild = court.store.counted_apart();
    let rows = [closed(102)];
    let again = rebuild.lists_put(FIRST, docket(102), Version(1), &rows);
    assert_eq!(again.await.unwrap(), ListsOutcome::Current);
    rebuild
        .lists_settle(FIRST, docket(102), &rows)
        .await
        .unwrap();

    assert_eq!(seen(&process).await, 1);
}
