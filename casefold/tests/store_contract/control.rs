//! Counters, checkpoints, tables.

use std::collections::BTreeSet;

use casefold_events::DocketNumber;
use casefold_shared::gateway::{ControlStore, EventStore, StoreError};
use futures::future::join_all;

use crate::support::Court;
use crate::support::history::{Chain, docket, petition};

#[tokio::test]
async fn docket_numbers_begin_at_101_in_each_year() {
    let court = Court::open().await;

    let next = async |year| {
        court
            .store
            .docket_number_next(year)
            .await
            .unwrap()
            .to_string()
    };

    assert_eq!(next(26).await, "101-26");
    assert_eq!(next(26).await, "102-26");
    assert_eq!(next(7).await, "101-07");
}

#[tokio::test]
async fn sixty_four_petitions_at_once_get_sixty_four_numbers() {
    let court = Court::open().await;

    let numbers = join_all((0..64).map(|_| court.store.docket_number_next(26))).await;

    let numbers: BTreeSet<_> = numbers.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers, (101..=164).map(docket).collect());
}

#[tokio::test]
async fn reserving_raises_the_counter_and_never_lowers_it() {
    let court = Court::open().await;

    court
        .store
        .docket_number_reserve(docket(500))
        .await
        .unwrap();
    court
        .store
        .docket_number_reserve(docket(300))
        .await
        .unwrap();
    court
        .store
        .docket_number_reserve(docket(500))
        .await
        .unwrap();

    assert_eq!(
        court.store.docket_number_next(26).await.unwrap(),
        docket(501)
    );
}

#[tokio::test]
async fn a_lost_counter_is_recovered_from_the_highest_docket_number() {
    let court = Court::open().await;
    for number in ["101-26", "2000-26", "999-26", "5000-25", "126-27"] {
        let number: DocketNumber = number.parse().unwrap();
        let mut chain = Chain::of(number);
        court
            .store
            .commit_append(&chain.commit([petition()]))
            .await
            .unwrap();
        court.store.commit_append(&chain.commit([])).await.unwrap();
    }

    let highest = court.store.docket_number_highest(26).await.unwrap();

    assert_eq!(highest, Some(docket(2000)));
    court
        .store
        .docket_number_reserve(highest.unwrap())
        .await
        .unwrap();
    assert_eq!(
        court.store.docket_number_next(26).await.unwrap(),
        docket(2001)
    );
    assert_eq!(court.store.docket_number_highest(24).await.unwrap(), None);
}

#[tokio::test]
async fn a_year_whose_numbers_are_used_up_is_refused_in_words() {
    let court = Court::open().await;
    court
        .store
        .docket_number_reserve(docket(DocketNumber::LAST_SERIAL))
        .await
        .unwrap();

    let error = court.store.docket_number_next(26).await.unwrap_err();

    assert!(matches!(error, StoreError::Refused(..)), "{error:?}");
    assert!(error.to_string().contains("year 26 are used up"), "{error}");
}

#[tokio::test]
async fn a_checkpoint_keeps_what_was_written_last() {
    let court = Court::open().await;
    assert_eq!(court.store.checkpoint_get("feed").await.unwrap(), None);

    court.store.checkpoint_put("feed", "100").await.unwrap();
    court.store.checkpoint_put("feed", "200").await.unwrap();
    court.store.checkpoint_put("other", "7").await.unwrap();

    assert_eq!(
        court.store.checkpoint_get("feed").await.unwrap().as_deref(),
        Some("200")
    );
}

#[tokio::test]
async fn creating_the_tables_again_changes_nothing() {
    let court = Court::open().await;
    court.store.checkpoint_put("feed", "100").await.unwrap();

    court.store.create_tables().await.unwrap();

    assert_eq!(
        court.store.checkpoint_get("feed").await.unwrap().as_deref(),
        Some("100")
    );
}
