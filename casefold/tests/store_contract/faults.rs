//! Lost answers, collisions and throttling, which the engines don't make of themselves.

use casefold_events::Version;
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, CommandRow, EntrySelection, EventStore, Generation, PutOutcome,
    SnapshotStore, StoreError,
};

use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::{Chain, chain, docket, filed_all, fold, petition};

const FIRST: Generation = Generation::FIRST;

#[tokio::test]
async fn an_append_whose_answer_is_lost_finds_itself_and_is_not_made_twice() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let commit = Chain::of(docket(101)).commit([petition()]);
    proxy.inject("PutItem", Fault::LoseAnswer);

    let outcome = store.commit_append(&commit).await.unwrap();

    assert_eq!(outcome, AppendOutcome::Repeated(vec![commit.clone()]));
    assert_eq!(store.consumed().requests, 2);
    let read = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert_eq!(read, [commit]);
}

#[tokio::test]
async fn a_transaction_whose_answer_is_lost_finds_itself() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;

    let commits = [101, 102].map(|serial| Chain::of(docket(serial)).commit_by("all", [petition()]));
    proxy.inject("TransactWriteItems", Fault::LoseAnswer);
    let outcome = store.commits_append(&commits).await.unwrap();
    assert_eq!(outcome, AppendOutcome::Repeated(commits.to_vec()));

    let commit = Chain::of(docket(103)).commit([petition()]);
    proxy.inject("TransactWriteItems", Fault::LoseAnswer);
    let outcome = store.case_begin(&commit).await.unwrap();
    let BeginOutcome::Claimed(claim) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(claim.commit, commit.reference());
}

#[tokio::test]
async fn a_snapshot_whose_answer_is_lost_is_known_to_be_written() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    for (serial, entries, operation) in [(101, 3, "PutItem"), (102, 60, "TransactWriteItems")] {
        let case = fold(
            None,
            &chain(docket(serial), [vec![petition()], filed_all(1..=entries)]),
        );
        proxy.inject(operation, Fault::LoseAnswer);

        let outcome = store.case_put(FIRST, &case, Version::ZERO).await.unwrap();

        assert_eq!(outcome, PutOutcome::Written);
        let all = EntrySelection::All;
        let read = court
            .store
            .case_get(FIRST, docket(serial), all)
            .await
            .unwrap();
        assert_eq!(read, Some(case));
        assert_eq!(proxy.sent(operation).len(), 2);
    }
}

#[tokio::test]
async fn a_collision_of_transactions_is_waited_out() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let commits = [101, 102].map(|serial| Chain::of(docket(serial)).commit_by("all", [petition()]));
    proxy.inject("TransactWriteItems", Fault::Collide);
    proxy.inject("TransactWriteItems", Fault::Collide);
    proxy.inject("PutItem", Fault::Refuse("TransactionConflictException"));

    assert_eq!(
        store.commits_append(&commits).await.unwrap(),
        AppendOutcome::Written
    );
    let alone = Chain::of(docket(103)).commit([petition()]);
    assert_eq!(
        store.commit_append(&alone).await.unwrap(),
        AppendOutcome::Written
    );

    assert_eq!(proxy.sent("TransactWriteItems").len(), 3);
    assert_eq!(proxy.sent("PutItem").len(), 2);
}

#[tokio::test]
async fn a_collision_that_does_not_end_is_given_up_as_one_that_may_pass() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let commits = [101, 102].map(|serial| Chain::of(docket(serial)).commit_by("all", [petition()]));
    for _ in 0..30 {
        proxy.inject("TransactWriteItems", Fault::Collide);
    }

    let error = store.commits_append(&commits).await.unwrap_err();

    assert!(
        matches!(error, StoreError::Throttled(_)) && error.may_pass(),
        "{error:?}"
    );
    assert!(proxy.sent("TransactWriteItems").len() < 30);
}

#[tokio::test]
async fn throttling_is_tried_again_a_bounded_number_of_times() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    proxy.inject(
        "Query",
        Fault::Refuse("ProvisionedThroughputExceededException"),
    );
    assert_eq!(
        store
            .commits_after(docket(101), Version::ZERO)
            .await
            .unwrap(),
        []
    );
    assert_eq!(proxy.sent("Query").len(), 2);

    for _ in 0..30 {
        proxy.inject("Query", Fault::Refuse("ThrottlingException"));
    }
    let error = store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap_err();

    assert!(matches!(error, StoreError::Throttled(_)), "{error:?}");
    assert!(proxy.sent("Query").len() < 12);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_may_pass_and_missing_permission_does_not() {
    let court = Court::open().await;
    let nobody = court.store_by_way_of("http://127.0.0.1:9").await;
    let error = nobody
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Unavailable(_)) && error.may_pass(),
        "{error:?}"
    );

    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    proxy.inject("Query", Fault::Refuse("AccessDeniedException"));
    let error = store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Refused(..)) && !error.may_pass(),
        "{error:?}"
    );
}

#[tokio::test]
async fn what_a_batch_puts_off_is_asked_for_again() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let commits = chain(docket(101), [vec![petition()], filed_all(1..=60)]);
    let row = CommandRow {
        docket_number: docket(101),
        command_id: commits[0].command_id.clone(),
        version: Version(1),
        command_digest: commits[0].command_digest,
    };
    proxy.inject("BatchWriteItem", Fault::PutOff);
    proxy.inject("BatchWriteItem", Fault::PutOff);
    store
        .commands_put(std::slice::from_ref(&row))
        .await
        .unwrap();
    let read = court
        .store
        .command_get(docket(101), &row.command_id)
        .await
        .unwrap();
    assert_eq!(read, Some(row));

    let case = fold(None, &commits);
    store.case_put(FIRST, &case, Version::ZERO).await.unwrap();
    proxy.inject("BatchGetItem", Fault::PutOff);
    let some = EntrySelection::Some {
        ids: &[],
        indexes: &[60],
    };
    let read = store
        .case_get(FIRST, docket(101), some)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.docket.entry_at(60), case.docket.entry_at(60));
}

#[tokio::test]
async fn no_transaction_carries_a_token_and_every_request_asks_for_its_cost() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;

    store
        .case_begin(&Chain::of(docket(101)).commit([petition()]))
        .await
        .unwrap();

    let sent = proxy.sent("TransactWriteItems");
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].body.get("ClientRequestToken").is_none(),
        "{}",
        sent[0].body
    );
    assert_eq!(sent[0].body["ReturnConsumedCapacity"], "TOTAL");
}
