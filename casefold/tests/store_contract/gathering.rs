//! What is asked for at one moment goes in one request, and each who asks has their own answer.

use std::future::pending;
use std::time::Duration;

use casefold_events::Version;
use casefold_shared::gateway::{
    CommandRow, Consumed, EntrySelection, Generation, KeyStore, KeysPut, PutOutcome, Quarantined,
    SnapshotStore, StoreError, StoredKeys, gathered,
};
use futures::future::{Either, join, join_all, select};

use crate::support::Court;
use crate::support::history::{Chain, at, docket, fold, petition};

const FIRST: Generation = Generation::FIRST;

fn parked(n: u32) -> Quarantined {
    Quarantined {
        docket_number: docket(n),
        version: Version(u64::from(n)),
        reason: "payload of a later build".to_owned(),
        since: at(5),
    }
}

/// Whether the engine says what a batch of reads costs: the embedded one does, and an emulator
/// needn't.
fn tells_units() -> bool {
    std::env::var_os(crate::support::ENDPOINT_VARIABLE).is_none()
}

async fn cost<T>(court: &Court, work: impl Future<Output = T>) -> (T, Consumed) {
    let before = court.store.consumed();
    let done = work.await;
    (done, court.store.consumed() - before)
}

#[tokio::test]
async fn items_that_are_asked_for_at_one_moment_are_read_by_one_request() {
    let court = Court::open().await;
    for n in [101, 103, 105] {
        court.store.quarantine_put(FIRST, &parked(n)).await.unwrap();
    }
    let get = async |n: u32| {
        let found = court.store.quarantine_get(FIRST, docket(n)).await;
        (n, found.unwrap())
    };
    // More than a request takes, some of them twice.
    let numbers = || (100..205).chain(101..104);
    let (alone, each) = cost(&court, join_all(numbers().map(get))).await;
    let (together, once) = cost(&court, gathered(join_all(numbers().map(get)))).await;

    assert_eq!(together, alone);
    for (n, found) in together {
        let expected = [101, 103, 105].contains(&n).then(|| parked(n));
        assert_eq!(found, expected, "{n}");
    }
    assert_eq!((each.requests, once.requests), (108, 2));
    if tells_units() {
        let units = 105.0 / 2.0;
        assert_eq!(once.read_units, units, "what comes twice is read once");
    }
}

#[tokio::test]
async fn what_is_put_at_one_moment_is_put_together_and_is_there() {
    let court = Court::open().await;
    let rows: Vec<CommandRow> = (101..141)
        .map(|n| {
            let commit = Chain::of(docket(n)).commit([petition()]);
            CommandRow {
                docket_number: commit.docket_number,
                command_id: commit.command_id.clone(),
                version: commit.version,
                command_digest: commit.command_digest,
            }
        })
        .collect();
    let put = async |row: &CommandRow| court.store.commands_put(std::slice::from_ref(row)).await;
    // The first comes twice: a batch may not name an item twice.
    let all = rows.iter().chain(&rows[..1]);
    let (puts, put) = cost(&court, gathered(join_all(all.map(put)))).await;
    puts.into_iter().for_each(Result::unwrap);
    assert_eq!((put.requests, put.write_units), (2, 40.0));
    for row in &rows {
        let found = court.store.command_get(row.docket_number, &row.command_id);
        assert_eq!(found.await.unwrap().as_ref(), Some(row));
    }
}

#[tokio::test]
async fn reads_at_one_moment_keep_apart_what_is_read_strongly() {
    let court = Court::open().await;
    let case = fold(None, [&Chain::of(docket(101)).commit([petition()])]);
    let put = court.store.case_put(FIRST, &case, Version::ZERO).await;
    assert_eq!(put.unwrap(), PutOutcome::Written);
    let row = &Chain::of(docket(101)).commit([petition()]);
    let (_, cost) = cost(
        &court,
        gathered(async {
            let commands = join(
                court.store.command_get(docket(101), &row.command_id),
                court.store.command_get(docket(102), &row.command_id),
            );
            let cases = join(
                court
                    .store
                    .case_get(FIRST, docket(101), EntrySelection::None),
                court.store.quarantine_get(FIRST, docket(101)),
            );
            let ((one, other), (read, parked)) = join(commands, cases).await;
            assert_eq!((one.unwrap(), other.unwrap()), (None, None));
            assert_eq!((read.unwrap(), parked.unwrap()), (Some(case), None));
        }),
    )
    .await;
    assert_eq!(cost.requests, 2);
    if tells_units() {
        assert_eq!(cost.read_units, 2.0 + 1.0);
    }
}

#[tokio::test]
async fn a_case_and_its_keys_are_read_by_one_request() {
    let court = Court::open().await;
    let case = fold(None, [&Chain::of(docket(101)).commit([petition()])]);
    let put = court.store.case_put(FIRST, &case, Version::ZERO).await;
    assert_eq!(put.unwrap(), PutOutcome::Written);
    let keys = StoredKeys {
        revision: 1,
        ..StoredKeys::default()
    };
    let put = court.store.case_keys_put(docket(101), &keys).await;
    assert_eq!(put.unwrap(), KeysPut::Written);
    let numbers = [docket(101)];
    let (_, cost) = cost(
        &court,
        gathered(async {
            let read = court
                .store
                .case_get(FIRST, docket(101), EntrySelection::None);
            let (read, found) = join(read, court.store.case_keys_get(&numbers)).await;
            assert_eq!(read.unwrap(), Some(case));
            assert_eq!(found.unwrap(), [(docket(101), keys)].into());
        }),
    )
    .await;
    assert_eq!(cost.requests, 1);
    if tells_units() {
        assert_eq!(cost.read_units, 0.5 + 1.0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_asked_and_waits_no_more_holds_up_nobody() {
    let court = Court::open().await;
    court
        .store
        .quarantine_put(FIRST, &parked(101))
        .await
        .unwrap();
    let get = |n| court.store.quarantine_get(FIRST, docket(n));
    let read = gathered(async {
        // Two ask; then one of them is left where it is, and is neither polled nor dropped.
        let (left, asked) = (Box::pin(get(101)), Box::pin(get(102)));
        let both = select(left, asked);
        let stopped = tokio::time::timeout(Duration::ZERO, pending::<()>());
        let left = match select(both, Box::pin(stopped)).await {
            Either::Left(_) => None,
            Either::Right((_, left)) => Some(left),
        };
        let next = join(get(101), get(103)).await;
        drop(left);
        next
    });
    let read = tokio::time::timeout(Duration::from_secs(20), read).await;
    let (one, other) = read.unwrap();
    assert_eq!(one.unwrap(), Some(parked(101)));
    assert_eq!(other.unwrap(), None);
}

#[tokio::test]
async fn what_fails_for_good_fails_for_each_by_itself() {
    let court = Court::open().await;
    let delete = court.client().await.delete_table();
    let table = &court.store.tables().snapshots;
    delete.table_name(table).send().await.unwrap();
    let get = |n| court.store.quarantine_get(FIRST, docket(n));
    let (one, other) = gathered(join(get(101), get(102))).await;
    assert!(matches!(one, Err(StoreError::Refused(..))), "{one:?}");
    assert!(matches!(other, Err(StoreError::Refused(..))), "{other:?}");
}
