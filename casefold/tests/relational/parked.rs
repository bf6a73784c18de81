//! A case that can't be folded, or whose rows the database refuses, holds up no other.

use std::sync::Arc;

use casefold::feed::{Feed, FeedConfig, Places, Until};
use casefold_events::{DraftCommit, EventId, StoredEvent, Version};
use casefold_projector::relational::RelationalProjector;
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::EventStore;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use crate::court::{CONFIG, Unseen, append_case, begun, next, rebuild, rows_of, stream};
use crate::databases::{Database, expected};
use crate::on_each_database;
use crate::program::Deliver;
use crate::support::Court;
use crate::support::history::{Chain, docket, entry, filed};

on_each_database![
    a_case_that_this_build_can_not_fold_is_parked_and_the_others_go_on,
    a_case_whose_rows_are_refused_is_parked_and_released_by_a_later_version,
];

async fn parked(database: &Database) -> Vec<Value> {
    let dump = database.dump(&["parked_cases"]).await;
    dump["parked_cases"]
        .iter()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect()
}

/// Appends a commit with an event that only a newer build knows.
async fn append_unheard_of(court: &Court, chain: &mut Chain) {
    let like = next(&mut chain.clone());
    let draft = DraftCommit {
        events: vec![StoredEvent::read(
            EventId(Uuid::from_u128(9)),
            "CaseTeleported",
            1,
            "{}",
        )],
        ..(*like).clone()
    };
    let commit = draft.seal(chain.head);
    chain.version = commit.version;
    chain.head = commit.hash;
    court.store.commit_append(&commit).await.unwrap();
}

async fn a_case_that_this_build_can_not_fold_is_parked_and_the_others_go_on(database: Database) {
    let court = Court::open().await;
    for serial in 101..106 {
        append_case(&court, serial, 4).await;
    }
    let mut chain = append_case(&court, 106, 3).await;
    append_unheard_of(&court, &mut chain).await;

    let (_stop, stopped) = watch::channel(false);
    let target = database.open().await;
    let report = rebuild(&court, target.clone())
        .await
        .run(CONFIG, &Unseen, &stopped)
        .await;
    let status = report.unwrap().status;
    assert_eq!(
        (status.scanned.cases, status.put.written, status.put.parked),
        (6, 6, 1)
    );
    let [case] = <[Value; 1]>::try_from(parked(&database).await).unwrap();
    assert_eq!(
        (&case["docket_number"], &case["version"]),
        (&"106-26".into(), &4.into())
    );
    assert!(
        case["reason"]
            .as_str()
            .unwrap()
            .contains("unknown to this build"),
        "{case}"
    );
    let since = case["since"].clone();

    // From the stream too, and again, and it has been parked since then.
    let store = Arc::new(court.store_by_way_of(&court.endpoint_url).await);
    let projector = RelationalProjector::new(store.clone(), target.clone(), Arc::new(SystemClock));
    let (source, handler) = (Arc::new(stream(&court).await), Arc::new(Deliver(projector)));
    let places = Places::of(store, Arc::new(SystemClock));
    let feed = Feed::new(source, handler, places, FeedConfig::of_an_engine());
    feed.named("test".to_owned())
        .run(Until::Drained, stopped)
        .await;
    let [case] = <[Value; 1]>::try_from(parked(&database).await).unwrap();
    assert_eq!(case["since"], since);
    let versions = target.versions(&[docket(101), docket(106)]).await.unwrap();
    assert_eq!(
        (versions[&docket(101)], versions[&docket(106)]),
        (Version(4), Version(3))
    );
}

async fn a_case_whose_rows_are_refused_is_parked_and_released_by_a_later_version(
    database: Database,
) {
    let court = Court::open().await;
    append_case(&court, 101, 4).await;
    // A history that files an entry twice under one id, which no decider lets pass: one id
    // has one row.
    let mut chain = append_case(&court, 102, 2).await;
    let twice = chain.commit([filed(entry(900)), filed(entry(900))]);
    court.store.commit_append(&twice).await.unwrap();

    let (_stop, stopped) = watch::channel(false);
    let target = database.open().await;
    let rebuild = rebuild(&court, target.clone()).await;
    let report = rebuild.run(CONFIG, &Unseen, &stopped).await.unwrap();
    let counts = report.status.put;
    assert_eq!((counts.written, counts.parked), (1, 1));
    let [case] = <[Value; 1]>::try_from(parked(&database).await).unwrap();
    assert_eq!(case["docket_number"], "102-26");
    assert!(
        !case["reason"].as_str().unwrap().contains("Lindholm"),
        "{case}"
    );

    // Rows of a later version, as a build would write that knows how, release it.
    let (mut mended, first) = begun(102);
    let mut commits = vec![first];
    while mended.version < Version(4) {
        commits.push(next(&mut mended));
    }
    let rows = Arc::new(rows_of(&commits));
    target.put(std::slice::from_ref(&rows)).await.unwrap();
    assert!(parked(&database).await.is_empty());
    let others = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert_eq!(
        database.cases().await,
        expected([&rows_of(&others), &*rows])
    );
}
