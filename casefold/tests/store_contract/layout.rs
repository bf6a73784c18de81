//! The rows of a case follow from the case alone.

use std::collections::BTreeMap;

use casefold_events::{CaseEvent, Commit, Version};
use casefold_shared::gateway::{EntrySelection, Generation, PutOutcome, SnapshotStore};

use crate::support::history::{
    captioned, chain, docket, draft, entry, filed, filed_all, fold, long_entry, petition, sealed,
    served, unsealed,
};
use crate::support::{Court, Item};

/// Folds commits so many at a time, each time from what the store gives with only the entries
/// that are asked for, and writes.
async fn write_in_steps(
    court: &Court,
    generation: Generation,
    commits: &[Commit],
    at_a_time: usize,
) {
    let mut base = Version::ZERO;
    for commits in commits.chunks(at_a_time) {
        let ids: Vec<_> = commits
            .iter()
            .flat_map(|commit| commit.decode().unwrap())
            .filter_map(|event| event.docket_entry_id())
            .collect();
        let some = EntrySelection::Some {
            ids: &ids,
            indexes: &[],
        };
        let number = commits[0].docket_number;
        let case = court
            .store
            .case_get(generation, number, some)
            .await
            .unwrap();
        let case = fold(case, commits);
        let outcome = court.store.case_put(generation, &case, base).await.unwrap();
        assert_eq!(outcome, PutOutcome::Written);
        base = case.version;
    }
}

/// The rows of a generation, without the generation in their keys.
async fn rows_of(court: &Court, generation: Generation) -> BTreeMap<String, Item> {
    let items = court.snapshot_items().await;
    let partition = format!("case@{generation}#");
    let of_generation = items
        .into_iter()
        .filter(|((pk, _), _)| pk.starts_with(&partition));
    of_generation
        .map(|((_, sort), mut item)| {
            item.remove("pk");
            (sort, item)
        })
        .collect()
}

async fn assert_equal_rows(
    events: Vec<Vec<CaseEvent>>,
    batchings: &[usize],
) -> BTreeMap<String, Item> {
    let court = Court::open().await;
    let commits = chain(docket(101), events);
    let pure = fold(None, &commits);

    let batchings = || (1..).map(Generation).zip(batchings.iter().copied());
    for (generation, at_a_time) in batchings() {
        write_in_steps(&court, generation, &commits, at_a_time).await;
        let read = court
            .store
            .case_get(generation, docket(101), EntrySelection::All)
            .await;
        assert_eq!(read.unwrap().as_ref(), Some(&pure), "{at_a_time} at a time");
    }

    let first = rows_of(&court, Generation(1)).await;
    for (generation, at_a_time) in batchings() {
        let rows = rows_of(&court, generation).await;
        let sorts = |rows: &BTreeMap<String, Item>| rows.keys().cloned().collect::<Vec<_>>();
        assert_eq!(sorts(&rows), sorts(&first), "{at_a_time} at a time");
        assert!(rows == first, "{at_a_time} at a time");
    }
    first
}

#[tokio::test]
async fn the_rows_are_the_same_however_the_commits_of_a_growing_case_were_batched() {
    let mut events = vec![vec![petition()]];
    for n in 1..=55 {
        events.push(filed_all(n..=n));
        if n % 5 == 0 {
            events.push(vec![
                served(n - 4),
                sealed(1),
                filed(draft(entry(1_000 + n))),
            ]);
            events.push(vec![unsealed(1), served(n / 2 + 1)]);
        }
    }

    let rows = assert_equal_rows(events, &[100, 1, 2, 7]).await;

    let pages = rows.keys().filter(|sort| sort.starts_with("page#")).count();
    let directory = rows
        .keys()
        .filter(|sort| sort.starts_with("entry#"))
        .count();
    assert_eq!((pages, directory), (3, 55));
}

#[tokio::test]
async fn a_text_that_was_longer_once_leaves_no_rows_behind() {
    // Drafts make the header longer than one row; on the record they are short.
    let drafts = |bytes: usize| {
        (1..=3)
            .map(move |n| filed(draft(long_entry(n, bytes))))
            .collect()
    };
    let events = vec![
        vec![petition()],
        drafts(250_000),
        vec![captioned(200_000)],
        filed_all(1..=2),
        vec![captioned(10)],
        filed_all(3..=3),
    ];

    let rows = assert_equal_rows(events, &[100, 1, 2]).await;

    assert_eq!(rows.keys().collect::<Vec<_>>(), ["header"]);
}

#[tokio::test]
async fn header_and_pages_beyond_one_item_go_on_in_further_rows() {
    let long = |n| vec![filed(long_entry(n, 14_000))];
    let mut events = vec![vec![petition(), captioned(310_000)]];
    events.extend((1..=26).map(long));
    events.push(vec![filed(draft(long_entry(100, 310_000)))]);

    let rows = assert_equal_rows(events, &[100, 9]).await;

    for sort in ["header+0001", "header+0002", "page#00000+0001"] {
        assert!(rows.contains_key(sort), "{sort} in {:?}", rows.keys());
    }
    assert!(!rows.contains_key("page#00001+0001"));
}
