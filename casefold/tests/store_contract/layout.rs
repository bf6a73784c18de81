//! The rows of a case follow from the case alone.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{CaseEvent, Commit, Version};
use casefold_shared::gateway::{EntrySelection, Generation, PutOutcome, SnapshotStore};
use casefold_shared::packing::unpack;

use crate::support::history::{
    Chain, captioned, chain, docket, draft, entry, filed, filed_all, fold, long_entry, petition,
    sealed, served, unsealed,
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
        drafts(390_000),
        vec![captioned(380_000)],
        filed_all(1..=2),
        vec![captioned(10)],
        filed_all(3..=3),
    ];

    let rows = assert_equal_rows(events, &[100, 1, 2]).await;

    assert_eq!(rows.keys().collect::<Vec<_>>(), ["header"]);
}

#[tokio::test]
async fn header_and_pages_beyond_one_item_go_on_in_further_rows() {
    let long = |n| vec![filed(long_entry(n, 16_000))];
    let mut events = vec![vec![petition(), captioned(390_000)]];
    events.extend((1..=26).map(long));
    events.push(vec![filed(draft(long_entry(100, 390_000)))]);

    let rows = assert_equal_rows(events, &[100, 9]).await;

    for sort in ["header+0001", "header+0002", "page#00000+0001"] {
        assert!(rows.contains_key(sort), "{sort} in {:?}", rows.keys());
    }
    assert!(!rows.contains_key("page#00001+0001"));
}

/// Writes a case's rows as builds did before bodies were packed: as text, in parts of 300 KB.
async fn unpack_rows(court: &Court) {
    let client = court.client().await;
    let table = &court.store.tables().snapshots;
    let items = court.snapshot_items().await;
    let begins = |sort: &str| sort == "header" || sort.starts_with("page#");
    let firsts = items
        .keys()
        .filter(|(_, sort)| begins(sort) && !sort.contains('+'));
    for (partition, sort) in firsts {
        let parts: Vec<&Item> = items
            .iter()
            .filter(|((_, other), _)| other.split('+').next() == Some(sort))
            .map(|(_, item)| item)
            .collect();
        let packed: Vec<u8> = parts
            .iter()
            .flat_map(|item| item["body"].as_b().unwrap().as_ref().to_vec())
            .collect();
        let text = String::from_utf8(unpack(&packed).unwrap()).unwrap();
        let texts: Vec<_> = text.as_bytes().chunks(300 * 1024).collect();
        for (nth, text) in texts.iter().enumerate() {
            let mut item = parts[0].clone();
            let text = String::from_utf8(text.to_vec()).unwrap();
            item.insert("body".to_owned(), AttributeValue::S(text));
            item.remove("parts");
            if nth > 0 {
                let sort = AttributeValue::S(format!("{sort}+{nth:04}"));
                item.insert("sk".to_owned(), sort);
            } else if texts.len() > 1 {
                let parts = AttributeValue::N(texts.len().to_string());
                item.insert("parts".to_owned(), parts);
            }
            item.insert("pk".to_owned(), AttributeValue::S(partition.clone()));
            let put = client.put_item().table_name(table).set_item(Some(item));
            put.send().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_case_that_an_earlier_build_wrote_as_text_is_read_and_written_over() {
    let court = Court::open().await;
    let (first, all) = (Generation(1), EntrySelection::All);
    // As text header and first page are more than a row takes, and packed less.
    let mut events = vec![vec![petition(), captioned(310_000)]];
    events.extend((1..=26).map(|n| vec![filed(long_entry(n, 14_000))]));
    let wide = fold(None, &chain(docket(101), events));
    court
        .store
        .case_put(first, &wide, Version::ZERO)
        .await
        .unwrap();
    let packed = rows_of(&court, first).await;
    unpack_rows(&court).await;
    let texts = rows_of(&court, first).await;
    assert!(texts.len() > packed.len(), "{:?}", texts.keys());

    let read = court.store.case_get(first, docket(101), all).await.unwrap();
    assert_eq!(read.as_ref(), Some(&wide));

    // A build that packs writes both anew, and leaves nothing behind.
    let mut chain = Chain {
        docket_number: docket(101),
        version: wide.version,
        head: wide.folded_from.head_hash,
    };
    let next = fold(read, [&chain.commit([sealed(1), captioned(10)])]);
    let outcome = court.store.case_put(first, &next, wide.version).await;
    assert_eq!(outcome.unwrap(), PutOutcome::Written);
    let read = court.store.case_get(first, docket(101), all).await.unwrap();
    assert_eq!(read, Some(next));
    let rows = rows_of(&court, first).await;
    assert!(
        rows.keys().all(|sort| !sort.contains('+')),
        "{:?}",
        rows.keys()
    );
    assert!(rows["header"]["body"].is_b() && rows["page#00000"]["body"].is_b());
}
