//! The log of accesses: two processes at once, months, and whatever is done to it afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, Timestamp};
use casefold_shared::accesses::read::{AccessFilter, page};
use casefold_shared::accesses::recorder::Recorder;
use casefold_shared::accesses::verify::{Verified, verify_accesses};
use casefold_shared::accesses::{Access, AccessKind, SHARDS};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::SortOrder;
use uuid::Uuid;

use crate::support::history::docket;
use crate::support::{Court, Item};

/// A clock that says what it is told, and whose first id draws the lot that it is told.
struct Told {
    millis: AtomicI64,
    lot: AtomicU64,
    is_drawn: AtomicBool,
}

impl Told {
    fn at(time: &str) -> Arc<Self> {
        let told = Self {
            millis: AtomicI64::new(0),
            lot: AtomicU64::new(3),
            is_drawn: AtomicBool::new(false),
        };
        told.set(time);
        Arc::new(told)
    }

    fn set(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        self.millis.store(time.as_millis(), Ordering::Relaxed);
    }
}

impl Clock for Told {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.fetch_add(1, Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        if self.is_drawn.swap(true, Ordering::Relaxed) {
            return SystemClock.new_id();
        }
        Uuid::from_u128(self.lot.load(Ordering::Relaxed).into())
    }
}

fn access(user: &str) -> Access {
    Access {
        kind: AccessKind::Case,
        user: user.to_owned(),
        role: Some(Role::Judge),
        docket_number: Some(docket(101)),
        docket_entries: Vec::new(),
        query: None,
        reason: Some("to decide it".into()),
        source: None,
        correlation_id: CorrelationId::new("request-1").unwrap(),
    }
}

async fn note(recorder: &Recorder, times: usize) {
    for n in 0..times {
        recorder.note(&access(&format!("user-{n}"))).await.unwrap();
    }
}

async fn verify(store: &DynamoStore) -> Verified {
    verify_accesses(store).await.unwrap()
}

/// Accesses of September and November, in one shard.
async fn two_months(court: &Court) {
    let clock = Told::at("2026-09-10T10:00:00Z");
    let recorder = Recorder::new(Arc::new(court.store.clone()), clock.clone());
    note(&recorder, 5).await;
    clock.set("2026-11-02T10:00:00Z");
    note(&recorder, 4).await;
}

#[tokio::test]
async fn accesses_follow_one_another_from_month_to_month() {
    let court = Court::open().await;
    two_months(&court).await;
    let verified = verify(&court.store).await;
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.chains, verified.accesses), (2, 9));
}

#[tokio::test]
async fn two_processes_in_one_shard_write_one_chain_and_lose_nothing() {
    let court = Court::open().await;
    let recorders: Vec<_> = (0..3)
        .map(|_| {
            let clock = Told::at("2026-11-02T10:00:00Z");
            Arc::new(Recorder::new(Arc::new(court.store.clone()), clock))
        })
        .collect();
    let noting = recorders.iter().map(|recorder| note(recorder, 12));
    futures::future::join_all(noting).await;
    let verified = verify(&court.store).await;
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.chains, verified.accesses), (1, 36));
}

#[tokio::test]
async fn processes_in_many_shards_open_their_chains_at_once() {
    let court = Court::open().await;
    let noting = (0..u64::from(SHARDS)).map(|lot| {
        let clock = Told::at("2026-11-02T10:00:00Z");
        clock.lot.store(lot, Ordering::Relaxed);
        let recorder = Recorder::new(Arc::new(court.store.clone()), clock);
        async move { note(&recorder, 2).await }
    });
    futures::future::join_all(noting).await;
    let verified = verify(&court.store).await;
    assert!(verified.is_whole(), "{verified:?}");
    let shards = u64::from(SHARDS);
    assert_eq!((verified.chains, verified.accesses), (shards, 2 * shards));
}

#[tokio::test]
async fn a_process_that_starts_anew_goes_on_where_the_chain_ends() {
    let court = Court::open().await;
    two_months(&court).await;
    // Its clock is slow, and it goes on in the month that has begun all the same.
    let clock = Told::at("2026-10-31T23:59:59Z");
    let recorder = Recorder::new(Arc::new(court.store.clone()), clock);
    note(&recorder, 2).await;
    let verified = verify(&court.store).await;
    assert!(verified.is_whole(), "{verified:?}");
    assert_eq!((verified.chains, verified.accesses), (2, 11));
}

/// Every item of the log, by its keys.
async fn items(court: &Court) -> Vec<Item> {
    let client = court.client().await;
    let table = &court.store.tables().accesses;
    let found = client.scan().table_name(table).send().await.unwrap();
    found.items.unwrap()
}

fn key(item: &Item) -> Item {
    let part = |name: &str| (name.to_owned(), item[name].clone());
    Item::from([part("pk"), part("sk")])
}

fn named(item: &Item) -> String {
    let sk = item["sk"].as_n().unwrap();
    format!("{}/{sk}", item["pk"].as_s().unwrap())
}

async fn put(court: &Court, item: Item) {
    let client = court.client().await;
    let table = &court.store.tables().accesses;
    let put = client.put_item().table_name(table).set_item(Some(item));
    put.send().await.unwrap();
}

async fn remove(court: &Court, item: &Item) {
    let client = court.client().await;
    let table = &court.store.tables().accesses;
    let remove = client
        .delete_item()
        .table_name(table)
        .set_key(Some(key(item)));
    remove.send().await.unwrap();
}

#[tokio::test]
async fn a_byte_that_is_changed_anywhere_in_the_log_is_found() {
    let court = Court::open().await;
    two_months(&court).await;
    let mut tried = 0;
    for item in items(&court).await {
        for attribute in ["body", "prev_hash", "hash"] {
            let text = item[attribute].as_s().unwrap();
            let middle = text.len() / 2;
            let other = if &text[middle..=middle] == "0" {
                "1"
            } else {
                "0"
            };
            let mut altered = item.clone();
            let text = format!("{}{other}{}", &text[..middle], &text[middle + 1..]);
            altered.insert(attribute.to_owned(), AttributeValue::S(text));
            put(&court, altered).await;
            let verified = verify(&court.store).await;
            assert!(!verified.is_whole(), "{} {attribute}", named(&item));
            tried += 1;
        }
        put(&court, item).await;
        assert!(verify(&court.store).await.is_whole());
    }
    assert_eq!(tried, 3 * (9 + 2));
}

#[tokio::test]
async fn an_access_that_is_removed_is_found_but_for_the_newest_of_all() {
    let court = Court::open().await;
    two_months(&court).await;
    let mut unseen = BTreeSet::new();
    for item in items(&court).await {
        remove(&court, &item).await;
        if verify(&court.store).await.is_whole() {
            unseen.insert(named(&item));
        }
        put(&court, item).await;
    }
    // No later opening names the newest.
    assert_eq!(unseen, BTreeSet::from(["ACCESSES#2026-11#3/4".to_owned()]));
}

#[tokio::test]
async fn the_end_of_an_earlier_month_and_a_whole_month_are_missed() {
    let court = Court::open().await;
    two_months(&court).await;
    let all = items(&court).await;
    let of = |pk: &str| {
        all.iter()
            .filter(move |it| it["pk"].as_s().unwrap() == pk)
            .collect::<Vec<_>>()
    };
    let september = of("ACCESSES#2026-09#3");
    for item in &september[3..] {
        remove(&court, item).await;
    }
    let verified = verify(&court.store).await;
    let broken = &verified.broken[0];
    assert_eq!((broken.chain.as_str(), broken.number), ("2026-09#3", 4));
    for item in &september[..3] {
        remove(&court, item).await;
    }
    // And what opened it, so that nothing is left of it.
    remove(&court, of("ACCESSES#openings")[0]).await;
    let verified = verify(&court.store).await;
    let chains: BTreeSet<_> = verified.broken.iter().map(|it| it.chain.as_str()).collect();
    assert_eq!(
        chains,
        BTreeSet::from(["openings", "2026-09#3"]),
        "{verified:?}"
    );
}

#[tokio::test]
async fn two_accesses_that_change_places_are_found() {
    let court = Court::open().await;
    two_months(&court).await;
    let all = items(&court).await;
    let september: Vec<_> = all
        .iter()
        .filter(|it| it["pk"].as_s().unwrap() == "ACCESSES#2026-09#3")
        .collect();
    for (one, other) in [(0, 1), (1, 2), (2, 4)] {
        let (one, other) = (september[one], september[other]);
        for (place, content) in [(one, other), (other, one)] {
            let mut moved = content.clone();
            moved.extend(key(place));
            put(&court, moved).await;
        }
        assert!(!verify(&court.store).await.is_whole());
        put(&court, one.clone()).await;
        put(&court, other.clone()).await;
    }
    assert!(verify(&court.store).await.is_whole());
}

async fn listed(
    store: &DynamoStore,
    filter: &AccessFilter,
    order: SortOrder,
    limit: usize,
) -> Vec<(String, Timestamp)> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let read = page(store, filter, order, after, limit).await.unwrap();
        assert!(read.accesses.len() <= limit);
        found.extend(read.accesses.into_iter().map(|it| (it.user, it.at)));
        after = read.next;
        if after.is_none() {
            return found;
        }
        // A place is carried as text.
        after = after.map(|after| after.to_string().parse().unwrap());
    }
}

#[tokio::test]
async fn accesses_are_listed_by_time_over_shards_and_months_in_pages_of_any_size() {
    let court = Court::open().await;
    for lot in 0..4 {
        let clock = Told::at("2026-09-30T23:59:59.990Z");
        clock.lot.store(lot, Ordering::Relaxed);
        let recorder = Recorder::new(Arc::new(court.store.clone()), clock.clone());
        note(&recorder, 9).await;
        clock.set("2026-11-02T10:00:00Z");
        note(&recorder, 7).await;
    }
    let all = AccessFilter::default();
    let expected = listed(&court.store, &all, SortOrder::Ascending, 500).await;
    assert_eq!(expected.len(), 4 * 16);
    assert!(expected.is_sorted_by_key(|(_, at)| *at));
    for limit in [1, 3, 64] {
        let paged = listed(&court.store, &all, SortOrder::Ascending, limit).await;
        assert_eq!(paged, expected, "{limit}");
        let mut newest = listed(&court.store, &all, SortOrder::Descending, limit).await;
        assert!(newest.is_sorted_by_key(|(_, at)| std::cmp::Reverse(*at)));
        newest.reverse();
        newest.sort_by_key(|(user, at)| (*at, user.clone()));
        let mut sorted = expected.clone();
        sorted.sort_by_key(|(user, at)| (*at, user.clone()));
        assert_eq!(newest, sorted, "{limit}");
    }
    let (_, from) = expected[20].clone();
    let filter = AccessFilter {
        user: Some("user-3".to_owned()),
        from: Some(from),
        ..all.clone()
    };
    let found = listed(&court.store, &filter, SortOrder::Ascending, 2).await;
    let meant = expected
        .iter()
        .filter(|(user, at)| user == "user-3" && *at >= from);
    assert_eq!(found, meant.cloned().collect::<Vec<_>>());
    let nobody = AccessFilter {
        docket_number: Some(docket(102)),
        ..all
    };
    assert_eq!(
        listed(&court.store, &nobody, SortOrder::Ascending, 5).await,
        []
    );
}
