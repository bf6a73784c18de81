//! Removing what is stored of a generation.

use std::collections::BTreeMap;

use casefold_events::Version;
use casefold_shared::case::Case;
use casefold_shared::gateway::{
    CommandRow, Generation, GenerationStore, ListStore, ProjectionId, Quarantined, Removed,
    SnapshotStore, StoreError,
};
use casefold_shared::lists::rows;

use super::generations::{mark, of_cases};
use super::large_cases::write_large;
use super::lists::case_of_people;
use crate::support::history::{
    Chain, at, captioned, chain, docket, filed, fold, long_entry, petition,
};
use crate::support::{Court, Item};

/// A case whose header and pages go on in further rows, with a directory.
pub(super) fn wide_case() -> Case {
    let mut events = vec![vec![petition(), captioned(390_000)]];
    events.extend((1..=26).map(|n| vec![filed(long_entry(n, 16_000))]));
    fold(None, &chain(docket(101), events))
}

fn of_lists(generation: u32) -> ProjectionId {
    ProjectionId {
        name: "lists",
        generation: Generation(generation),
    }
}

/// Fills a generation of cases, and one of lists, with everything that is stored of any.
async fn fill(court: &Court, number: u32) {
    let (store, generation) = (&court.store, Generation(number));
    let parked = Quarantined {
        docket_number: docket(102),
        version: Version(3),
        reason: "payload of a later build".to_owned(),
        since: at(5),
    };
    for id in [of_cases(number), of_lists(number)] {
        store
            .contents_mark(id, mark(u64::from(number)))
            .await
            .unwrap();
    }
    let wide = wide_case();
    store
        .case_put(generation, &wide, Version::ZERO)
        .await
        .unwrap();
    store.quarantine_put(generation, &parked).await.unwrap();

    let rows = rows(&case_of_people(300));
    store
        .lists_put(generation, docket(101), Version(1), &rows)
        .await
        .unwrap();
    store.lists_park(generation, &parked).await.unwrap();
}

/// Remembers a command, which is of no generation of cases or lists.
async fn remember(court: &Court) {
    let commit = Chain::of(docket(101)).commit([petition()]);
    let row = CommandRow {
        docket_number: docket(101),
        command_id: commit.command_id.clone(),
        version: Version(1),
        command_digest: commit.command_digest,
    };
    court.store.commands_put(&[row]).await.unwrap();
}

/// Removes to the end, from a place on; what the pages sum up to.
async fn remove(court: &Court, id: ProjectionId, from: Option<String>) -> Removed {
    let mut sum = Removed {
        seen: 0,
        removed: 0,
        next: from,
    };
    loop {
        let page = court.store.contents_remove(id, sum.next).await.unwrap();
        assert!(page.removed <= page.seen && page.seen <= 1_000, "{page:?}");
        sum = Removed {
            seen: sum.seen + page.seen,
            removed: sum.removed + page.removed,
            next: page.next,
        };
        if sum.next.is_none() {
            return sum;
        }
    }
}

type Items = BTreeMap<(String, String), Item>;

/// The beginning of a partition, up to the first `#`.
fn kind(partition: &str) -> &str {
    partition.split('#').next().unwrap()
}

/// Those of items, each once.
fn kinds(items: &Items) -> Vec<&str> {
    let mut kinds: Vec<_> = items.keys().map(|(partition, _)| kind(partition)).collect();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn everything_of_a_generation_is_removed_and_nothing_of_another() {
    let court = Court::open().await;
    for generation in [2, 20, 22] {
        fill(&court, generation).await;
    }
    remember(&court).await;
    let of_2 = [
        (
            of_cases(2),
            ["case@2", "contents@case@2", "quarantine@case@2"].as_slice(),
        ),
        (
            of_lists(2),
            [
                "buckets@2",
                "contents@lists@2",
                "list@2",
                "lists@2",
                "quarantine@lists@2",
            ]
            .as_slice(),
        ),
    ];
    for (id, expected) in of_2 {
        // Given everything that there can be of a generation
        let before = court.snapshot_items().await;
        let (gone, left): (Items, Items) = before
            .into_iter()
            .partition(|((partition, _), _)| expected.contains(&kind(partition)));
        assert_eq!(kinds(&gone), expected);
        let mark = 1;

        // When it is removed
        let removed = remove(&court, id, None).await;

        // Then it is gone, and all else is as it was.
        assert_eq!(removed.removed, gone.len() as u64 - mark);
        assert_eq!(removed.seen, (gone.len() + left.len()) as u64 - mark);
        let after = court.snapshot_items().await;
        assert_eq!(kinds(&after), kinds(&left));
        assert!(after == left);
        assert_eq!(court.store.contents_marked(id).await.unwrap(), None);
    }
}

#[tokio::test]
async fn each_kind_of_row_of_a_generation_is_among_what_is_removed() {
    let court = Court::open().await;
    fill(&court, 2).await;
    let items = court.snapshot_items().await;
    let has = |partition: &str, sort: &str| {
        let found = |(pk, sk): &(String, String)| pk.starts_with(partition) && sk.starts_with(sort);
        assert!(items.keys().any(found), "{partition} {sort}");
    };
    for sort in ["header", "header+0001", "page#00000+0001", "page#00001"] {
        has("case@2#101-26", sort);
    }
    has("case@2#101-26", "entry#");
    has("lists@2#101-26", "state");
    has("lists@2#101-26", "rows");
    has("list@2#petitions-to-check##", "");
    has("buckets@2#petitions-to-check#", "");

    remove(&court, of_cases(2), None).await;
    remove(&court, of_lists(2), None).await;

    assert_eq!(court.snapshot_items().await, Items::new());
}

#[tokio::test]
async fn a_removal_goes_in_pages_and_is_gone_on_with_from_any_of_them() {
    let court = Court::open().await;
    write_large(&court, &mut Chain::of(docket(101)), 1_050).await;
    let id = of_cases(1);
    court.store.contents_mark(id, mark(1)).await.unwrap();
    fill(&court, 10).await;
    let before = court.snapshot_items().await;
    let is_of_1 = |(partition, _): &(String, String)| partition.starts_with("case@1#");
    let large = before.keys().filter(|key| is_of_1(key)).count();
    assert!(large > 1_050, "{large}");

    // Given a removal that stopped after its first page: the mark is gone by then
    let page = court.store.contents_remove(id, None).await.unwrap();
    assert!(page.removed > 0 && page.next.is_some(), "{page:?}");
    assert_eq!(court.store.contents_marked(id).await.unwrap(), None);
    let left = court.snapshot_items().await;
    assert_eq!(left.len() as u64, before.len() as u64 - 1 - page.removed);

    // When it is gone on with, from a place whose own item is not there any more
    let rest = remove(&court, id, page.next.clone()).await;

    // Then nothing is left, and going on from there or anew finds nothing either.
    assert_eq!(page.removed + rest.removed, large as u64);
    let left = court.snapshot_items().await;
    assert!(!left.keys().any(is_of_1));
    assert_eq!(left.len(), before.len() - 1 - large);
    for from in [page.next, None] {
        assert_eq!(remove(&court, id, from).await.removed, 0);
    }
    assert!(court.snapshot_items().await == left);
}

#[tokio::test]
async fn a_removal_that_begins_anew_comes_to_the_same_end() {
    let court = Court::open().await;
    write_large(&court, &mut Chain::of(docket(101)), 1_050).await;
    court
        .store
        .contents_remove(of_cases(1), None)
        .await
        .unwrap();

    remove(&court, of_cases(1), None).await;

    assert_eq!(court.snapshot_items().await, Items::new());
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let court = Court::open().await;
    let from = Some("somewhere".to_owned());
    let error = court.store.contents_remove(of_cases(1), from).await;
    let error = error.unwrap_err();
    assert!(matches!(error, StoreError::Refused(..)), "{error:?}");
}
