//! Snapshots, command rows, parked cases.

use casefold_events::{CommandId, Digest, Version};
use casefold_shared::case::Case;
use casefold_shared::dynamodb::UNPACKED_BYTES;
use casefold_shared::gateway::{
    CommandRow, EntrySelection, Generation, PutOutcome, Quarantined, SnapshotStore,
};

use crate::support::Court;
use crate::support::history::{
    at, chain, docket, draft, entry, entry_id, filed, filed_all, fold, petition, served,
};

const FIRST: Generation = Generation::FIRST;

/// A case of so many entries on the record and one draft.
fn case_of(entries: u32) -> Case {
    let mut events = filed_all(1..=entries);
    events.push(filed(draft(entry(9_999))));
    fold(None, &chain(docket(101), [vec![petition()], events]))
}

#[tokio::test]
async fn a_case_comes_back_as_it_was_written_below_at_and_above_a_page() {
    let court = Court::open().await;
    for (generation, entries) in [0, 1, 24, 25, 26, 50, 51].into_iter().enumerate() {
        let generation = Generation(u32::try_from(generation).unwrap() + 1);
        let case = case_of(entries);

        let outcome = court
            .store
            .case_put(generation, &case, Version::ZERO)
            .await
            .unwrap();

        assert_eq!(outcome, PutOutcome::Written);
        let read = court
            .store
            .case_get(generation, docket(101), EntrySelection::All)
            .await;
        assert_eq!(read.unwrap(), Some(case), "{entries} entries");
    }
    let other = court
        .store
        .case_get(FIRST, docket(102), EntrySelection::All)
        .await
        .unwrap();
    assert_eq!(other, None);
}

/// Whoever keeps what was unpacked reads what is stored all the same, whoever wrote it: a case that
/// went on, one of the same version that was folded anew, one that was removed.
#[tokio::test]
async fn what_is_kept_unpacked_is_never_answered_in_the_place_of_what_is_stored() {
    let court = Court::open().await;
    for entries in [3, 51] {
        let keeping = court.store.clone().keeping_unpacked(UNPACKED_BYTES);
        let number = docket(101 + entries);
        let read = async || {
            let all = EntrySelection::All;
            keeping.case_get(FIRST, number, all).await.unwrap()
        };
        let commits = chain(
            number,
            [vec![petition()], filed_all(1..=entries), vec![served(1)]],
        );
        let case = fold(None, &commits[..2]);
        let put = court.store.case_put(FIRST, &case, Version::ZERO).await;
        assert_eq!(put.unwrap(), PutOutcome::Written);
        for _ in 0..3 {
            assert_eq!(read().await.as_ref(), Some(&case), "{entries}");
        }
        let after = fold(Some(case.clone()), &commits[2..]);
        let put = court.store.case_put(FIRST, &after, case.version).await;
        assert_eq!(put.unwrap(), PutOutcome::Written);
        for _ in 0..3 {
            assert_eq!(read().await.as_ref(), Some(&after), "{entries}");
        }
        court.store.case_remove(FIRST, number).await.unwrap();
        assert_eq!(read().await, None, "{entries}");
        let mut anew = after.clone();
        anew.caption = "Somebody who was forgotten".to_owned().into();
        let put = court.store.case_put(FIRST, &anew, Version::ZERO).await;
        assert_eq!(put.unwrap(), PutOutcome::Written);
        for _ in 0..3 {
            assert_eq!(read().await.as_ref(), Some(&anew), "{entries}");
        }
    }
}

#[tokio::test]
async fn a_case_that_grows_past_a_page_loses_nothing() {
    let court = Court::open().await;
    let commits = chain(
        docket(101),
        [
            vec![petition()],
            filed_all(1..=25),
            filed_all(26..=26),
            vec![served(3), served(26)],
        ],
    );
    let mut base = Version::ZERO;
    let mut case = None;
    for commit in &commits {
        let folded = fold(case, [commit]);
        let outcome = court.store.case_put(FIRST, &folded, base).await.unwrap();
        assert_eq!(outcome, PutOutcome::Written);
        let read = court
            .store
            .case_get(FIRST, docket(101), EntrySelection::All)
            .await
            .unwrap();
        assert_eq!(read.as_ref(), Some(&folded));
        base = folded.version;
        case = read;
    }
}

#[tokio::test]
async fn a_write_onto_another_version_than_expected_changes_nothing() {
    let court = Court::open().await;
    for (serial, entries) in [(101, 3), (102, 60)] {
        let commits = chain(
            docket(serial),
            [
                vec![petition()],
                filed_all(1..=entries),
                vec![served(1)],
                vec![served(2)],
            ],
        );
        let second = fold(None, &commits[..2]);
        let third = fold(Some(second.clone()), &commits[2..3]);
        let fourth = fold(Some(third.clone()), &commits[3..]);
        court
            .store
            .case_put(FIRST, &second, Version::ZERO)
            .await
            .unwrap();

        for (case, base) in [
            (&third, Version::ZERO),
            (&third, Version(1)),
            (&fourth, Version(3)),
        ] {
            let outcome = court.store.case_put(FIRST, case, base).await.unwrap();
            assert_eq!(outcome, PutOutcome::Superseded, "onto {base}");
        }

        let all = EntrySelection::All;
        let read = court
            .store
            .case_get(FIRST, docket(serial), all)
            .await
            .unwrap();
        assert_eq!(read.as_ref(), Some(&second));
        let outcome = court
            .store
            .case_put(FIRST, &third, Version(2))
            .await
            .unwrap();
        assert_eq!(outcome, PutOutcome::Written);
    }
}

#[tokio::test]
async fn the_very_same_write_again_has_been_written() {
    let court = Court::open().await;
    for (generation, entries) in [(1, 3), (2, 60)] {
        let (generation, case) = (Generation(generation), case_of(entries));
        court
            .store
            .case_put(generation, &case, Version::ZERO)
            .await
            .unwrap();

        let outcome = court
            .store
            .case_put(generation, &case, Version::ZERO)
            .await
            .unwrap();

        assert_eq!(outcome, PutOutcome::Written);
    }
}

#[tokio::test]
async fn entries_are_loaded_by_id_and_by_index_with_their_page_and_no_other() {
    let court = Court::open().await;
    let case = case_of(200);
    court
        .store
        .case_put(FIRST, &case, Version::ZERO)
        .await
        .unwrap();
    let get = async |entries| {
        let read = court
            .store
            .case_get(FIRST, docket(101), entries)
            .await
            .unwrap()
            .unwrap();
        read.docket
            .on_record()
            .map(|e| e.filed.index.unwrap())
            .collect::<Vec<_>>()
    };

    assert_eq!(get(EntrySelection::None).await, Vec::<u32>::new());
    let ids = [entry_id(30), entry_id(9_999), entry_id(77_777)];
    let by_id = get(EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    })
    .await;
    assert_eq!(by_id, (26..=50).collect::<Vec<_>>());
    let by_index = get(EntrySelection::Some {
        ids: &[],
        indexes: &[0, 1, 25, 200, 201],
    })
    .await;
    assert_eq!(by_index, (1..=25).chain(176..=200).collect::<Vec<_>>());

    let none = EntrySelection::None;
    let partial = court
        .store
        .case_get(FIRST, docket(101), none)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(partial.docket.last_index(), 200);
    assert_eq!(partial.docket.off_record(), case.docket.off_record());
}

#[tokio::test]
async fn more_entries_are_loaded_into_a_case_while_it_stands_still() {
    let court = Court::open().await;
    let commits = chain(
        docket(101),
        [
            vec![petition()],
            filed_all(1..=60),
            vec![served(7), served(60)],
        ],
    );
    let second = fold(None, &commits[..2]);
    let third = fold(Some(second.clone()), &commits[2..]);
    court
        .store
        .case_put(FIRST, &second, Version::ZERO)
        .await
        .unwrap();
    let none = EntrySelection::None;
    let mut case = court
        .store
        .case_get(FIRST, docket(101), none)
        .await
        .unwrap()
        .unwrap();

    let ids = [entry_id(30)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    assert!(court.store.case_load(FIRST, &mut case, some).await.unwrap());
    assert_eq!(
        case.docket.entry(entry_id(30)),
        second.docket.entry(entry_id(30))
    );

    // The case moves on: its first page is not what it was, and is not loaded.
    court
        .store
        .case_put(FIRST, &third, Version(2))
        .await
        .unwrap();
    let ids = [entry_id(8)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    assert!(!court.store.case_load(FIRST, &mut case, some).await.unwrap());
    assert_eq!(case.docket.entry(entry_id(8)), None);
}

#[tokio::test]
async fn entries_of_a_short_record_that_come_later_are_asked_for_once() {
    let court = Court::open().await;
    let events = [vec![petition()], filed_all(1..=20), vec![served(7)]];
    let commits = chain(docket(101), events);
    let second = fold(None, &commits[..2]);
    let third = fold(Some(second.clone()), &commits[2..]);
    let store = &court.store;
    store.case_put(FIRST, &second, Version::ZERO).await.unwrap();
    let later = EntrySelection::Later;
    let case = store.case_get(FIRST, docket(101), later).await.unwrap();
    let mut case = case.unwrap();
    assert_eq!((case.docket.loaded(), case.docket.last_index()), (0, 20));

    // They are as they were at its version, whatever becomes of the case.
    store.case_put(FIRST, &third, Version(2)).await.unwrap();
    let requests = store.consumed().requests;
    let ids = [entry_id(7)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    assert!(store.case_load(FIRST, &mut case, some).await.unwrap());
    assert_eq!(store.consumed().requests, requests);
    assert_eq!(case, second);

    // What is read to be shown is whole, whoever decided over it before.
    let none = EntrySelection::None;
    let shown = store.case_get(FIRST, docket(101), none).await.unwrap();
    assert_eq!(shown, Some(third));
}

#[tokio::test]
async fn a_case_with_few_entries_loaded_is_folded_on_and_written_without_loss() {
    let court = Court::open().await;
    let commits = chain(
        docket(101),
        [
            vec![petition()],
            filed_all(1..=60),
            vec![served(7), filed(entry(61))],
        ],
    );
    court
        .store
        .case_put(FIRST, &fold(None, &commits[..2]), Version::ZERO)
        .await
        .unwrap();
    let ids = [entry_id(7)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    let partial = court
        .store
        .case_get(FIRST, docket(101), some)
        .await
        .unwrap();

    let folded = fold(partial, &commits[2..]);
    let outcome = court
        .store
        .case_put(FIRST, &folded, Version(2))
        .await
        .unwrap();

    assert_eq!(outcome, PutOutcome::Written);
    let read = court
        .store
        .case_get(FIRST, docket(101), EntrySelection::All)
        .await
        .unwrap();
    assert_eq!(read, Some(fold(None, &commits)));
}

#[tokio::test]
async fn a_command_row_is_found_by_its_case_and_id() {
    let court = Court::open().await;
    let id = |n: u64| CommandId::new(format!("key-{n}")).unwrap();
    let row = |n: u64| CommandRow {
        docket_number: docket(101),
        command_id: id(n),
        version: Version(n),
        command_digest: Digest::of(&n.to_be_bytes()),
    };
    // More than one batch, and one row twice.
    let mut rows: Vec<_> = (1..=60).map(row).collect();
    rows.push(row(7));

    court.store.commands_put(&rows).await.unwrap();
    court.store.commands_put(&rows).await.unwrap();
    court.store.commands_put(&[]).await.unwrap();

    for n in 1..=60 {
        assert_eq!(
            court.store.command_get(docket(101), &id(n)).await.unwrap(),
            Some(row(n))
        );
    }
    assert_eq!(
        court.store.command_get(docket(101), &id(61)).await.unwrap(),
        None
    );
    assert_eq!(
        court.store.command_get(docket(102), &id(1)).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_parked_case_is_listed_until_it_is_released() {
    let court = Court::open().await;
    let parked = |serial| Quarantined {
        docket_number: docket(serial),
        version: Version(3),
        reason: "an event of a later build".to_owned(),
        since: at(5),
    };
    for serial in [101, 102] {
        court
            .store
            .quarantine_put(FIRST, &parked(serial))
            .await
            .unwrap();
    }

    assert_eq!(
        court.store.quarantine_list(FIRST).await.unwrap(),
        [parked(101), parked(102)]
    );
    let found = court
        .store
        .quarantine_get(FIRST, docket(102))
        .await
        .unwrap();
    assert_eq!(found, Some(parked(102)));
    assert_eq!(
        court.store.quarantine_list(Generation(2)).await.unwrap(),
        []
    );

    court
        .store
        .quarantine_remove(FIRST, docket(101))
        .await
        .unwrap();
    court
        .store
        .quarantine_remove(FIRST, docket(101))
        .await
        .unwrap();
    assert_eq!(
        court.store.quarantine_list(FIRST).await.unwrap(),
        [parked(102)]
    );
    assert_eq!(
        court
            .store
            .quarantine_get(FIRST, docket(101))
            .await
            .unwrap(),
        None
    );
}
