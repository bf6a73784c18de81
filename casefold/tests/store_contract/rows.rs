//! The rows of projections of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use casefold_events::{Digest, DocketNumber, Version};
use casefold_shared::gateway::{
    CaseRows, Generation, GenerationStore, ListRange, ProjectionId, PutOutcome, Quarantined, Row,
    RowStore, RowsPut, SortOrder, StoreError,
};
use serde_json::{Value, json};

use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::{at, docket};

const EXAMPLES: ProjectionId = ProjectionId {
    name: "examples",
    generation: Generation::FIRST,
};

const SECOND: ProjectionId = ProjectionId {
    name: "examples",
    generation: Generation(2),
};

fn row(key: &str, sort: &str, shows: &str) -> Row {
    Row {
        key: key.to_owned(),
        sort: sort.to_owned(),
        body: json!({ "shows": shows }),
    }
}

/// So many rows under ten keys.
fn many(rows: usize, shows: &str) -> Vec<Row> {
    let of = |n: usize| row(&format!("key {}", n % 10), &format!("{n:05}"), shows);
    (0..rows).map(of).collect()
}

fn next<'a>(version: u64, kept: Option<&'a str>, rows: &'a [Row]) -> RowsPut<'a> {
    RowsPut {
        version: Version(version),
        head_hash: Digest::of(&version.to_be_bytes()),
        kept,
        rows,
    }
}

async fn get(store: &dyn RowStore, number: DocketNumber) -> CaseRows {
    store.rows_get(EXAMPLES, number).await.unwrap()
}

/// Reads and puts, as a folder does.
async fn put(store: &dyn RowStore, number: DocketNumber, to: RowsPut<'_>) -> PutOutcome {
    let read = get(store, number).await;
    let put = store.rows_put(EXAMPLES, number, &read, to);
    put.await.unwrap()
}

/// Rows by key and sort key, with what they show.
type Stored = BTreeMap<(String, String), Value>;

/// Every row that is stored, whosever it is.
async fn stored(court: &Court) -> Stored {
    let items = court.snapshot_items().await;
    let rows = items.into_iter().filter_map(|((pk, sk), item)| {
        let key = pk.strip_prefix("examples@1#rows#")?.to_owned();
        let body = serde_json::from_str(item["body"].as_s().unwrap()).unwrap();
        Some(((key, sk), body))
    });
    rows.collect()
}

fn expected(number: DocketNumber, rows: &[Row]) -> Stored {
    let row = |row: &Row| {
        let sort = format!("{}#{number}", row.sort);
        ((row.key.clone(), sort), row.body.clone())
    };
    rows.iter().map(row).collect()
}

/// That the rows which a case is said to have are those that are stored.
async fn assert_known(court: &Court, number: DocketNumber) {
    let of_case = court.store.rows_of(EXAMPLES, number).await.unwrap();
    let known: Stored = of_case
        .into_iter()
        .map(|row| {
            (
                (row.key, format!("{}#{number}", row.sort)),
                row.body.unwrap(),
            )
        })
        .collect();
    assert_eq!(known, stored(court).await);
}

#[tokio::test]
async fn what_is_stored_of_a_case_becomes_exactly_what_is_put() {
    let court = Court::open().await;
    let store = &court.store;
    assert_eq!(get(store, docket(101)).await, CaseRows::default());

    let first = [row("a", "1", "one"), row("b", "1", "two")];
    put(store, docket(101), next(2, Some("{\"n\":1}"), &first)).await;
    assert_eq!(stored(&court).await, expected(docket(101), &first));
    let read = get(store, docket(101)).await;
    assert_eq!(read.version, Version(2));
    assert_eq!(read.head_hash, Digest::of(&2_u64.to_be_bytes()));
    assert_eq!(read.kept.as_deref(), Some("{\"n\":1}"));

    let second = [row("b", "1", "other"), row("c", "1", "three")];
    put(store, docket(101), next(3, None, &second)).await;
    assert_eq!(stored(&court).await, expected(docket(101), &second));
    assert_eq!(get(store, docket(101)).await.kept, None);
    assert_known(&court, docket(101)).await;

    put(store, docket(101), next(4, Some("2"), &[])).await;
    assert_eq!(stored(&court).await, Stored::new());
    assert_eq!(get(store, docket(101)).await.kept.as_deref(), Some("2"));
    let cases = [docket(101), docket(102)];
    let heads = store.rows_heads(EXAMPLES, &cases).await.unwrap();
    assert_eq!(heads.len(), 1);
    let head = heads[&docket(101)];
    assert_eq!(head.version, Version(4));
    assert_eq!(head.hash, Some(Digest::of(&4_u64.to_be_bytes())));
}

#[tokio::test]
async fn where_nothing_changes_the_version_moves_for_one_write_unit() {
    let court = Court::open().await;
    let store = &court.store;
    let rows = [row("a", "1", "one")];
    for (kept, rows) in [(None, &[][..]), (Some("kept"), &rows[..])] {
        let number = docket(if rows.is_empty() { 101 } else { 102 });
        put(store, number, next(1, kept, rows)).await;
        let before = store.consumed();
        put(store, number, next(2, kept, rows)).await;
        let consumed = store.consumed() - before;
        // The state tells all, unless something is kept: that is one read more.
        let reads = 1 + u64::from(kept.is_some());
        assert_eq!(
            (consumed.requests, consumed.read_units, consumed.write_units),
            (reads + 1, reads as f64, 1.0)
        );
        let read = get(store, number).await;
        assert_eq!((read.version, read.kept.as_deref()), (Version(2), kept));
    }
    assert_eq!(stored(&court).await, expected(docket(102), &rows));
}

#[tokio::test]
async fn what_was_read_before_somebody_else_wrote_is_written_by_nobody() {
    let court = Court::open().await;
    let store = &court.store;
    let rows = [row("a", "1", "one")];
    let old = get(store, docket(101)).await;
    put(store, docket(101), next(1, Some("1"), &rows)).await;
    for to in [next(1, Some("1"), &rows), next(2, None, &[])] {
        let put = store.rows_put(EXAMPLES, docket(101), &old, to);
        assert_eq!(put.await.unwrap(), PutOutcome::Superseded);
    }
    let read = get(store, docket(101)).await;
    put(store, docket(101), next(2, Some("1"), &rows)).await;
    let late = store.rows_put(EXAMPLES, docket(101), &read, next(3, None, &[]));
    assert_eq!(late.await.unwrap(), PutOutcome::Superseded);
    assert_eq!(stored(&court).await, expected(docket(101), &rows));
}

#[tokio::test]
async fn thousands_of_rows_of_a_case_are_written_and_removed_in_steps() {
    let court = Court::open().await;
    let store = &court.store;
    let (first, second) = (many(2_500, "first"), many(1_200, "second"));
    // A text of more than one row.
    let kept = "k".repeat(2_000_000);
    put(store, docket(101), next(1, Some(&kept), &first)).await;
    assert_eq!(stored(&court).await, expected(docket(101), &first));
    assert_eq!(get(store, docket(101)).await.kept, Some(kept));

    put(store, docket(101), next(2, Some("short"), &second)).await;
    assert_eq!(stored(&court).await, expected(docket(101), &second));
    assert_eq!(get(store, docket(101)).await.kept.as_deref(), Some("short"));
    let left: Vec<_> = court.snapshot_items().await.into_keys().collect();
    let texts = left.iter().filter(|(_, sk)| sk.starts_with("kept"));
    assert_eq!(texts.count(), 1, "what continued the longer text is gone");
}

#[tokio::test]
async fn whoever_stops_between_two_steps_leaves_what_the_next_one_can_go_on_from() {
    for stop_at in [1, 2, 3] {
        let court = Court::open().await;
        let proxy = Proxy::before(&court.endpoint_url).await;
        let store = court.store_by_way_of(&proxy.endpoint_url).await;
        let old = many(20, "old");
        put(&court.store, docket(101), next(1, Some("old"), &old)).await;
        let many = many(250, "many");
        tokio::select! {
            biased;
            () = transactions(&proxy, stop_at) => {}
            written = put(&store, docket(101), next(2, Some("new"), &many)) => {
                panic!("it was to stop at step {stop_at}: {written:?}")
            }
        }
        settled(&court).await;

        // What is kept is still that of the version, and the rows are known.
        let read = get(&court.store, docket(101)).await;
        if read.version == Version(1) {
            assert_eq!(read.kept.as_deref(), Some("old"));
        }
        assert_known(&court, docket(101)).await;

        // The one that comes next changes no row by its own lights.
        put(&court.store, docket(101), next(3, Some("old"), &old)).await;
        assert_eq!(stored(&court).await, expected(docket(101), &old));
        let read = get(&court.store, docket(101)).await;
        assert_eq!(
            (read.version, read.kept.as_deref()),
            (Version(3), Some("old"))
        );
    }
}

async fn transactions(proxy: &Proxy, count: usize) {
    while proxy.sent("TransactWriteItems").len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until a transaction that nobody waits for any more has come to its end.
async fn settled(court: &Court) {
    let mut before = court.snapshot_items().await;
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = court.snapshot_items().await;
        if now == before {
            return;
        }
        before = now;
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_written_once() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let rows = [row("a", "1", "one")];
    proxy.inject("TransactWriteItems", Fault::LoseAnswer);
    put(&store, docket(101), next(1, Some("1"), &rows)).await;
    assert_eq!(get(&store, docket(101)).await.version, Version(1));
    assert_eq!(stored(&court).await, expected(docket(101), &rows));
    assert_known(&court, docket(101)).await;
}

#[tokio::test]
async fn a_row_that_can_not_be_stored_is_refused_before_any_is_written() {
    let court = Court::open().await;
    let long = |bytes| "x".repeat(bytes);
    let refused = async |row: Row| {
        let rows = [many(150, "sound"), vec![row]].concat();
        let nothing = CaseRows::default();
        let put = court
            .store
            .rows_put(EXAMPLES, docket(101), &nothing, next(1, None, &rows));
        let error = put.await.unwrap_err();
        assert!(!error.may_pass(), "{error}");
        assert!(!error.to_string().contains("xxx"), "{error}");
        error
    };
    for row in [
        row(&long(1_025), "1", "a long key"),
        row("key", &long(961), "a long sort text"),
        row("key", "1", &long(420_000)),
    ] {
        let error = refused(row).await;
        assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    }
    for row in [
        row("key", "", "no sort text"),
        row("key", "\u{1}", "a control character"),
        row("key 0", "00000", "where another is"),
    ] {
        let error = refused(row).await;
        assert!(matches!(error, StoreError::Refused(..)), "{error}");
    }
    let kept = long(2_100_000);
    let nothing = CaseRows::default();
    let next = next(1, Some(&kept), &[]);
    let put = court.store.rows_put(EXAMPLES, docket(101), &nothing, next);
    let error = put.await.unwrap_err();
    assert!(matches!(error, StoreError::TooLarge { .. }), "{error}");
    assert!(court.snapshot_items().await.is_empty());
}

#[tokio::test]
async fn rows_of_many_cases_under_a_key_are_read_in_order_in_pages_of_any_size() {
    let court = Court::open().await;
    let store = &court.store;
    let mut all = Vec::new();
    for serial in [101, 102, 1_000] {
        let rows = [
            row("2026-11", "05", "later"),
            row("2026-11", "03#with a mark", "earlier"),
            row("2026-12", "01", "another key"),
        ];
        put(store, docket(serial), next(1, None, &rows)).await;
        for row in &rows[..2] {
            all.push((docket(serial), row.clone()));
        }
    }
    all.sort_by_key(|(number, row)| (row.sort.clone(), number.to_string()));
    for order in [SortOrder::Ascending, SortOrder::Descending] {
        for limit in [1, 2, 5, 6, 100] {
            let mut walked = Vec::new();
            let mut after: Option<String> = None;
            loop {
                let range = ListRange {
                    order,
                    after: after.as_deref(),
                    ..ListRange::first(limit)
                };
                let page = store.row_page(EXAMPLES, "2026-11", range).await.unwrap();
                assert!(page.rows.len() <= limit);
                walked.extend(page.rows);
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            if order == SortOrder::Descending {
                walked.reverse();
            }
            assert_eq!(walked, all, "{order:?} {limit}");
        }
    }
    let earlier = ListRange {
        from: Some("03"),
        to: Some("05"),
        ..ListRange::first(10)
    };
    let page = store.row_page(EXAMPLES, "2026-11", earlier).await.unwrap();
    assert_eq!(page.rows, all[..3]);
    for (of, key) in [(EXAMPLES, "2026"), (EXAMPLES, ""), (SECOND, "2026-11")] {
        let page = store.row_page(of, key, ListRange::first(10)).await.unwrap();
        assert_eq!((page.rows, page.next), (Vec::new(), None));
    }
}

#[tokio::test]
async fn a_page_goes_on_where_the_engine_ends_one_of_its_own() {
    let court = Court::open().await;
    // 1 MB, at which a query ends, is a few of these.
    let large = "x".repeat(200_000);
    let rows: Vec<_> = (0..12)
        .map(|n| row("key", &format!("{n:02}"), &large))
        .collect();
    put(&court.store, docket(101), next(1, None, &rows)).await;
    let range = ListRange::first(12);
    let page = court.store.row_page(EXAMPLES, "key", range).await.unwrap();
    let found: Vec<_> = page.rows.into_iter().map(|(_, row)| row).collect();
    assert!(found == rows);
    assert_eq!(page.next, None);
}

#[tokio::test]
async fn a_case_is_removed_with_all_its_rows_and_no_others_and_can_be_put_again() {
    let court = Court::open().await;
    let store = &court.store;
    let (many, few) = (many(150, "many"), [row("key 1", "00001", "of another")]);
    put(store, docket(101), next(3, Some("kept"), &many)).await;
    put(store, docket(102), next(1, Some("kept"), &few)).await;
    let late = get(store, docket(101)).await;
    for _ in 0..2 {
        store.rows_remove(EXAMPLES, docket(101)).await.unwrap();
        assert_eq!(get(store, docket(101)).await, CaseRows::default());
        assert_eq!(stored(&court).await, expected(docket(102), &few));
    }
    // Who has read it before can't bring a part of it back.
    let put_late = store.rows_put(EXAMPLES, docket(101), &late, next(4, None, &many));
    assert_eq!(put_late.await.unwrap(), PutOutcome::Superseded);
    store.rows_remove(EXAMPLES, docket(102)).await.unwrap();
    assert!(court.snapshot_items().await.is_empty());
    put(store, docket(101), next(1, None, &many)).await;
    assert_eq!(stored(&court).await, expected(docket(101), &many));
}

#[tokio::test]
async fn a_generation_is_removed_with_all_that_belongs_to_it_and_nothing_else() {
    let court = Court::open().await;
    let store = &court.store;
    let parked = Quarantined {
        docket_number: docket(103),
        version: Version(3),
        reason: "it can't be folded".to_owned(),
        since: at(5),
    };
    for of in [EXAMPLES, SECOND] {
        let rows = many(30, "row");
        let nothing = CaseRows::default();
        let put = store.rows_put(of, docket(101), &nothing, next(1, Some("kept"), &rows));
        put.await.unwrap();
        store.rows_park(of, &parked).await.unwrap();
    }
    let mut from = None;
    loop {
        let removed = store.contents_remove(EXAMPLES, from).await.unwrap();
        match removed.next {
            Some(next) => from = Some(next),
            None => break,
        }
    }
    let left = court.snapshot_items().await.into_keys();
    let partitions: BTreeSet<_> = left.map(|(pk, _)| pk).collect();
    assert_eq!(partitions.len(), 1 + 10 + 1);
    assert!(partitions.iter().all(|pk| pk.contains("examples@2")));
    assert_eq!(store.rows_of(SECOND, docket(101)).await.unwrap().len(), 30);
}

#[tokio::test]
async fn a_case_that_is_parked_is_listed_until_it_is_released() {
    let court = Court::open().await;
    let store = &court.store;
    let parked = Quarantined {
        docket_number: docket(101),
        version: Version(3),
        reason: "a row is too large".to_owned(),
        since: at(5),
    };
    store.rows_park(EXAMPLES, &parked).await.unwrap();
    let found = store.rows_parked_get(EXAMPLES, docket(101)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&parked));
    assert_eq!(store.rows_parked(EXAMPLES).await.unwrap(), [parked]);
    assert_eq!(store.rows_parked(SECOND).await.unwrap(), []);
    for _ in 0..2 {
        store.rows_release(EXAMPLES, docket(101)).await.unwrap();
    }
    assert_eq!(store.rows_parked(EXAMPLES).await.unwrap(), []);
    let found = store.rows_parked_get(EXAMPLES, docket(101)).await.unwrap();
    assert_eq!(found, None);
}
