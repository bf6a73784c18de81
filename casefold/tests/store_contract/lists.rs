//! The rows of cases in lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{Generation, ListRange, ListStore, ListsOutcome, Quarantined};
use casefold_shared::lists::{CaseLine, Line, List, ListRow, rows};
use casefold_shared::packing::unpack;
use tokio::sync::Notify;

use crate::support::faults::{Fault, Proxy};
use crate::support::history::{at, chain, docket, fold, petition};
use crate::support::{Court, Item};

pub(super) const FIRST: Generation = Generation::FIRST;

fn case() -> Case {
    fold(None, &chain(docket(101), [vec![petition()]]))
}

pub(super) fn row(list: List, key: &str, sort: &str) -> ListRow {
    ListRow {
        list,
        key: key.to_owned(),
        sort: sort.to_owned(),
        line: Line::Case(CaseLine::of(&case())),
    }
}

/// A case of so many people, each with a user id and a name of their own.
pub(super) fn case_of_people(people: usize) -> Case {
    let mut case = case();
    let first = case.parties[0].clone();
    case.parties = (0..people)
        .map(|n| {
            let mut contact = first.clone();
            contact.user_id = Some(casefold_events::UserId::new(format!("user-{n}")).unwrap());
            contact.name = format!("Partner{n} Holding{n}").into();
            contact
        })
        .collect();
    case
}

/// The same people under other names.
fn renamed(mut case: Case) -> Case {
    for (n, contact) in case.parties.edit().iter_mut().enumerate() {
        contact.name = format!("Member{n} Company{n}").into();
    }
    case
}

/// Where rows are, with what they show.
pub(super) type Stored = BTreeMap<(String, String), String>;

/// Every row of a list that is stored.
pub(super) async fn stored(court: &Court) -> Stored {
    let items = court.snapshot_items().await;
    let rows = items.into_iter().filter_map(|((pk, sk), item)| {
        let place = pk.strip_prefix("list@1#")?.to_owned();
        Some(((place, sk), item["body"].as_s().unwrap().clone()))
    });
    rows.collect()
}

/// Rows as they ought to be stored.
fn expected(rows: &[ListRow]) -> Stored {
    let stored = rows.iter().map(|row| {
        let place = format!("{}#{}#{}", row.list.as_str(), row.key, row.bucket());
        let body = serde_json::to_string(&row.line).unwrap();
        ((place, row.sort.clone()), body)
    });
    stored.collect()
}

/// Which rows a case is said to have, by place, with a digest of each.
type Inventory = BTreeMap<String, BTreeMap<String, String>>;

/// What a case is said to have stored: beside its state, or in rows of its own.
fn inventory_of(items: &BTreeMap<(String, String), Item>, number: DocketNumber) -> Inventory {
    let partition = format!("lists@1#{number}");
    let key = |sort: &str| (partition.clone(), sort.to_owned());
    let parts = items
        .iter()
        .filter(|((pk, sk), _)| *pk == partition && sk.starts_with("rows"))
        .map(|(_, item)| &item["body"]);
    let beside = items.get(&key("state")).and_then(|state| state.get("rows"));
    let packed: Vec<u8> = beside
        .into_iter()
        .chain(parts)
        .flat_map(|bytes| bytes.as_b().unwrap().as_ref().to_vec())
        .collect();
    match packed.is_empty() {
        true => Inventory::new(),
        false => serde_json::from_slice(&unpack(&packed).unwrap()).unwrap(),
    }
}

/// That what a case is said to have stored is what is stored, and nothing else.
async fn assert_inventory_is_true(court: &Court, number: DocketNumber) {
    let items = court.snapshot_items().await;
    let inventory = inventory_of(&items, number);
    let known: BTreeSet<_> = inventory
        .into_iter()
        .flat_map(|(place, sorts)| sorts.into_keys().map(move |sort| (place.clone(), sort)))
        .collect();
    let there: BTreeSet<_> = stored(court).await.into_keys().collect();
    assert_eq!(known, there);
}

pub(super) async fn put(court: &Court, version: u64, rows: &[ListRow]) -> ListsOutcome {
    let put = court
        .store
        .lists_put(FIRST, docket(101), Version(version), rows);
    put.await.unwrap()
}

#[tokio::test]
async fn the_stored_rows_of_a_case_become_exactly_its_rows() {
    let court = Court::open().await;
    let mut case = case();
    let before = rows(&case);
    assert_eq!(
        put(&court, 1, &before).await,
        ListsOutcome::Changed(before.len())
    );
    assert_eq!(stored(&court).await, expected(&before));

    // The judge's name changes: two lists show it by its place, every one by what it shows.
    case.associated_judge = "Judge Colvin".to_owned();
    let after = rows(&case);
    put(&court, 2, &after).await;
    assert_eq!(stored(&court).await, expected(&after));
    assert_inventory_is_true(&court, docket(101)).await;

    put(&court, 3, &[]).await;
    assert_eq!(stored(&court).await, Stored::new());
    put(&court, 4, &before).await;
    assert_eq!(stored(&court).await, expected(&before));
    let version = court.store.lists_version(FIRST, docket(101)).await.unwrap();
    assert_eq!(version, Some(Version(4)));
}

/// Writes the inventory of a case as builds did before it was packed: as text, in rows of its
/// own.
async fn unpack_inventory(court: &Court, number: DocketNumber) {
    let client = court.client().await;
    let table = &court.store.tables().snapshots;
    let items = court.snapshot_items().await;
    let text = serde_json::to_string(&inventory_of(&items, number)).unwrap();
    let mut state = items[&(format!("lists@1#{number}"), "state".to_owned())].clone();
    state.remove("rows");
    state.insert("parts".to_owned(), AttributeValue::N("1".to_owned()));
    let inventory = Item::from([
        ("pk".to_owned(), state["pk"].clone()),
        ("sk".to_owned(), AttributeValue::S("rows".to_owned())),
        ("step".to_owned(), state["step"].clone()),
        ("body".to_owned(), AttributeValue::S(text)),
    ]);
    for item in [state, inventory] {
        let put = client.put_item().table_name(table).set_item(Some(item));
        put.send().await.unwrap();
    }
}

#[tokio::test]
async fn an_inventory_stands_beside_the_state_as_long_as_that_stays_within_a_write_unit() {
    let court = Court::open().await;
    let is_apart = async || {
        let items = court.snapshot_items().await;
        items
            .keys()
            .any(|(pk, sk)| pk == "lists@1#101-26" && sk.starts_with("rows"))
    };
    for (version, people, apart) in [(1, 1, false), (2, 300, true), (3, 300, true), (4, 2, false)] {
        put(&court, version, &rows(&case_of_people(people))).await;
        assert_eq!(is_apart().await, apart, "{people} people");
        assert_inventory_is_true(&court, docket(101)).await;
    }
    // No row changes, so the state alone is moved.
    let before = court.store.consumed();
    put(&court, 5, &rows(&case_of_people(2))).await;
    let cost = court.store.consumed() - before;
    assert_eq!((cost.requests, cost.write_units), (2, 1.0), "{cost:?}");
    assert_inventory_is_true(&court, docket(101)).await;
}

#[tokio::test]
async fn an_inventory_that_an_earlier_build_wrote_as_text_is_read_and_written_over() {
    let court = Court::open().await;
    let (two, three) = (rows(&case_of_people(2)), rows(&case_of_people(3)));
    put(&court, 1, &two).await;
    unpack_inventory(&court, docket(101)).await;

    // Nothing changes but the version, and then something does.
    assert_eq!(put(&court, 2, &two).await, ListsOutcome::Unchanged);
    assert_eq!(stored(&court).await, expected(&two));
    put(&court, 3, &three).await;
    assert_eq!(stored(&court).await, expected(&three));
    assert_inventory_is_true(&court, docket(101)).await;

    unpack_inventory(&court, docket(101)).await;
    court.store.lists_remove(FIRST, docket(101)).await.unwrap();
    assert_eq!(stored(&court).await, Stored::new());
}

#[tokio::test]
async fn older_rows_never_come_back_and_the_same_are_not_written_again() {
    let court = Court::open().await;
    let mut case = case();
    let old = rows(&case);
    put(&court, 1, &old).await;
    case.caption = "Nora Quist, Petitioner".into();
    let new = rows(&case);
    put(&court, 3, &new).await;

    let before = court.store.consumed();
    for version in [1, 2, 3] {
        assert_eq!(put(&court, version, &old).await, ListsOutcome::Current);
    }
    assert_eq!((court.store.consumed() - before).write_units, 0.0);
    assert_eq!(stored(&court).await, expected(&new));
}

#[tokio::test]
async fn where_no_row_changes_the_version_moves_for_one_write_unit() {
    let court = Court::open().await;
    let rows = rows(&case());
    put(&court, 1, &rows).await;
    let before = court.store.consumed();
    assert_eq!(put(&court, 2, &rows).await, ListsOutcome::Unchanged);
    let consumed = court.store.consumed() - before;
    assert_eq!((consumed.requests, consumed.write_units), (2, 1.0));
    // A worker that was held up since then finds that it is late.
    assert_eq!(put(&court, 2, &[]).await, ListsOutcome::Current);
    assert_eq!(stored(&court).await, expected(&rows));
}

#[tokio::test]
async fn a_case_of_eighty_people_is_listed_whole_and_shrinks_again() {
    let court = Court::open().await;
    let (many, few) = (rows(&case_of_people(80)), rows(&case_of_people(1)));
    assert!(many.len() > 200, "{}", many.len());
    put(&court, 1, &many).await;
    assert_eq!(stored(&court).await, expected(&many));
    assert_inventory_is_true(&court, docket(101)).await;
    put(&court, 2, &few).await;
    assert_eq!(stored(&court).await, expected(&few));
    assert_inventory_is_true(&court, docket(101)).await;
}

#[tokio::test]
async fn whoever_stops_between_two_steps_leaves_an_inventory_that_is_true() {
    for stop_at in [1, 2, 3] {
        let court = Court::open().await;
        let proxy = Proxy::before(&court.endpoint_url).await;
        let store = court.store_by_way_of(&proxy.endpoint_url).await;
        let old = rows(&case());
        put(&court, 1, &old).await;

        // Given a writer that is gone once so many of its transactions are on their way
        let many = rows(&case_of_people(80));
        let writing = store.lists_put(FIRST, docket(101), Version(2), &many);
        tokio::select! {
            biased;
            () = transactions(&proxy, stop_at) => {}
            written = writing => panic!("it was to stop at step {stop_at}: {written:?}"),
        }
        settled(&court).await;

        // Then what is stored is known, and the next one brings it to the next version.
        assert_inventory_is_true(&court, docket(101)).await;
        let next = rows(&case_of_people(40));
        put(&court, 3, &next).await;
        assert_eq!(
            stored(&court).await,
            expected(&next),
            "stopped at {stop_at}"
        );
        assert_inventory_is_true(&court, docket(101)).await;
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
async fn writers_at_the_same_time_end_in_the_newest_rows() {
    let court = Court::open().await;
    // Of two writers halfway at the same version, with the same and with other rows.
    let of = |version: u64| rows(&case_of_people(30 + usize::try_from(version).unwrap() * 12));
    let versions = [2, 3, 4, 4, 5];
    let writers = versions.map(|version| {
        let store = court.store.clone();
        async move {
            // Delivered again until it is done, as a projector's records are.
            while store
                .lists_put(FIRST, docket(101), Version(version), &of(version))
                .await
                .is_err()
            {}
        }
    });
    futures::future::join_all(writers).await;
    assert_eq!(stored(&court).await, expected(&of(5)));
    assert_inventory_is_true(&court, docket(101)).await;
    let version = court.store.lists_version(FIRST, docket(101)).await.unwrap();
    assert_eq!(version, Some(Version(5)));
}

#[tokio::test]
async fn two_writers_that_are_halfway_at_one_version_do_not_mix_their_rows() {
    let court = Court::open().await;
    put(&court, 1, &rows(&case())).await;

    // Given a writer that has done its first step, and is held up in its second
    let held = Proxy::before(&court.endpoint_url).await;
    let go_on = Arc::new(Notify::new());
    held.inject("TransactWriteItems", Fault::Pass);
    held.inject("TransactWriteItems", Fault::Wait(go_on.clone()));
    let store = court.store_by_way_of(&held.endpoint_url).await;
    let newest = rows(&case_of_people(80));
    let wanted = newest.clone();
    let writer = tokio::spawn(async move {
        let number = docket(101);
        store.lists_put(FIRST, number, Version(3), &wanted).await
    });
    transactions(&held, 2).await;

    // When another, which is older, goes on from there, and is gone after a step
    let cut = Proxy::before(&court.endpoint_url).await;
    cut.inject("TransactWriteItems", Fault::Pass);
    cut.inject("TransactWriteItems", Fault::Wait(Arc::new(Notify::new())));
    let other = court.store_by_way_of(&cut.endpoint_url).await;
    let older = rows(&renamed(case_of_people(70)));
    tokio::select! {
        biased;
        () = transactions(&cut, 2) => {}
        written = other.lists_put(FIRST, docket(101), Version(2), &older) => {
            panic!("it was to stop halfway: {written:?}")
        }
    }

    // Then the first finds out, and leaves nothing of the other's behind.
    go_on.notify_one();
    assert!(writer.await.unwrap().is_ok());
    assert_inventory_is_true(&court, docket(101)).await;
    assert_eq!(stored(&court).await, expected(&newest));
}

/// Waits until so many transactions are on their way.
async fn transactions(proxy: &Proxy, count: usize) {
    while proxy.sent("TransactWriteItems").len() < count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_written_once() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let rows = rows(&case());
    proxy.inject("TransactWriteItems", Fault::LoseAnswer);
    let outcome = store.lists_put(FIRST, docket(101), Version(1), &rows).await;
    assert!(outcome.is_ok());
    assert_eq!(stored(&court).await, expected(&rows));
    assert_inventory_is_true(&court, docket(101)).await;
}

#[tokio::test]
async fn generations_of_lists_stand_side_by_side() {
    let court = Court::open().await;
    let row = |sort| row(List::Person, "user-1", sort);
    put(&court, 1, &[row("2026-000101")]).await;
    let second = Generation(2);
    let other = [row("2026-000101"), row("2026-000102")];
    court
        .store
        .lists_put(second, docket(101), Version(1), &other)
        .await
        .unwrap();
    let read = async |generation| {
        let range = ListRange::first(10);
        let page = court
            .store
            .list_page(generation, List::Person, "user-1", range);
        page.await.unwrap().rows.len()
    };
    assert_eq!((read(FIRST).await, read(second).await), (1, 2));
}

#[tokio::test]
async fn a_case_whose_lists_are_parked_is_listed_until_it_is_released() {
    let court = Court::open().await;
    let parked = Quarantined {
        docket_number: docket(101),
        version: Version(3),
        reason: "a row is too large".to_owned(),
        since: at(5),
    };
    court.store.lists_park(FIRST, &parked).await.unwrap();
    let found = court
        .store
        .lists_parked_get(FIRST, docket(101))
        .await
        .unwrap();
    assert_eq!(found.as_ref(), Some(&parked));
    assert_eq!(court.store.lists_parked(FIRST).await.unwrap(), [parked]);
    assert_eq!(court.store.lists_parked(Generation(2)).await.unwrap(), []);
    court.store.lists_release(FIRST, docket(101)).await.unwrap();
    court.store.lists_release(FIRST, docket(101)).await.unwrap();
    assert_eq!(court.store.lists_parked(FIRST).await.unwrap(), []);
    let found = court
        .store
        .lists_parked_get(FIRST, docket(101))
        .await
        .unwrap();
    assert_eq!(found, None);
}
