//! How far cases are, and removing the snapshot of one so that it is put again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{
    CommandRow, EntrySelection, Generation, Head, ListStore, PutOutcome, SnapshotStore,
};
use casefold_shared::lists::List;
use tokio::sync::Notify;

use super::contents::wide_case;
use super::large_cases::write_large;
use super::lists::{FIRST, row};
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
pub(super) async fn sent(proxy: &Proxy, operation: &str, count: usize) {
    while proxy.sent(operation).len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
