//! Keys: kept by a case, added by one of several who try, destroyed with a trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold_events::personal::keys::KeyName;
use casefold_events::{CaseEvent, Commit, DraftCommit, Version};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{
    AppendOutcome, EventStore, KeyStore, KeysPut, Segment, StoreError, StoredKey, StoredKeys,
    Stores, WrappedCourtKey, WrappedKey,
};
use casefold_shared::keys::Keyring;
use casefold_shared::keys::master::{LocalMaster, MasterKey};
use futures::future::join_all;

use crate::forgetting::{act, file_an_act};
use crate::support::history::{Chain, docket, fold, petition};
use crate::support::{Court, keyring};

fn name(text: &str) -> KeyName {
    text.parse().unwrap()
}

fn live(wrapped: &[u8]) -> StoredKey {
    StoredKey::Live(WrappedKey {
        court_key: 1,
        wrapped: wrapped.to_vec(),
    })
}

pub(crate) fn keys(revision: u64, names: &[&str]) -> StoredKeys {
    StoredKeys {
        revision,
        keys: names
            .iter()
            .map(|it| (name(it), live(b"wrapped")))
            .collect(),
    }
}

pub(crate) async fn put_keys(court: &Court, serial: u32, keys: &StoredKeys) {
    let put = court.store.case_keys_put(docket(serial), keys).await;
    assert_eq!(put.unwrap(), KeysPut::Written);
}

/// The stores as another process has them: it has read nothing yet.
pub(crate) fn process(court: &Court) -> Stores {
    let store = court.store.clone().with_keyring(keyring(SystemClock));
    Stores::of(Arc::new(store))
}

pub(crate) fn draft() -> DraftCommit {
    let commit = Chain::of(docket(101)).commit([petition()]);
    commit.draft
}

/// A petition with its personal values encrypted, appended.
pub(crate) async fn file(stores: &Stores) -> Commit {
    let draft = stores.vault.seal(vec![draft()]).await.unwrap().remove(0);
    let commit = draft.seal(casefold_events::Digest::ZERO);
    let appended = stores.events.commit_append(&commit).await.unwrap();
    assert_eq!(appended, AppendOutcome::Written);
    commit
}

pub(crate) async fn read(stores: &Stores) -> Result<Vec<Commit>, StoreError> {
    stores
        .events
        .commits_after(docket(101), Version::ZERO)
        .await
}

pub(crate) fn name_in(commits: &[Commit]) -> String {
    match commits[0].decode().unwrap().remove(0) {
        CaseEvent::PetitionFiled(petition) => petition.petitioners[0].name.expose().clone(),
        other => panic!("{other:?}"),
    }
}

pub(crate) const PETITIONER: &str = "contact/00000000-0000-0000-0000-000000000001";

#[tokio::test]
async fn keys_are_replaced_by_whoever_has_read_the_last_and_by_nobody_else() {
    let court = Court::open().await;
    let case = docket(101);
    assert_eq!(
        court.store.case_keys_get(&[case]).await.unwrap(),
        BTreeMap::new()
    );
    let first = keys(1, &["texts/1"]);
    let put = async |next: StoredKeys| court.store.case_keys_put(case, &next).await.unwrap();
    assert_eq!(put(first.clone()).await, KeysPut::Written);
    let other = keys(1, &["commands/1"]);
    assert_eq!(put(other).await, KeysPut::Superseded(first.clone()));
    let second = keys(2, &["texts/1", "user/irs/7/1"]);
    assert_eq!(put(second.clone()).await, KeysPut::Written);
    assert_eq!(put(keys(2, &[])).await, KeysPut::Superseded(second));
}

#[tokio::test]
async fn the_keys_of_many_cases_are_read_at_once_and_those_without_any_are_left_out() {
    let court = Court::open().await;
    for serial in (101..351).step_by(2) {
        put_keys(&court, serial, &keys(1, &["texts/1"])).await;
    }
    let all: Vec<_> = (101..351).map(docket).collect();
    let found = court.store.case_keys_get(&all).await.unwrap();
    assert_eq!(found.len(), 125);
    assert!(found.values().all(|it| *it == keys(1, &["texts/1"])));
}

#[tokio::test]
async fn a_scan_meets_every_case_once_and_nothing_that_is_no_case() {
    let court = Court::open().await;
    for serial in 101..131 {
        put_keys(&court, serial, &keys(1, &["texts/1"])).await;
    }
    file_an_act(&court, &act("user/irs-7", false)).await;
    let mut met = Vec::new();
    for index in 0..4 {
        let mut from = None;
        loop {
            let segment = Segment { index, of: 4 };
            let page = court.store.case_keys_scan(segment, from).await.unwrap();
            met.extend(page.cases.into_iter().map(|(case, _)| case));
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    met.sort_unstable();
    assert_eq!(met, (101..131).map(docket).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_first_key_of_the_court_is_the_one_that_all_have() {
    let court = Court::open().await;
    let key = |n: u8| WrappedCourtKey {
        master: "local:1".to_owned(),
        wrapped: vec![n; 48],
    };
    let adding = (0..8).map(|n| {
        let (store, key) = (court.store.clone(), key(n));
        async move { store.court_key_add(1, &key).await.unwrap() }
    });
    join_all(adding).await;
    let there = court.store.court_keys().await.unwrap();
    assert_eq!(there.len(), 1);
    court.store.court_key_add(1, &key(99)).await.unwrap();
    assert_eq!(court.store.court_keys().await.unwrap(), there);
}

#[tokio::test]
async fn several_who_make_keys_for_a_case_at_once_end_with_the_same_ones() {
    let court = Court::open().await;
    let sealing = (0..8).map(|_| {
        let stores = process(&court);
        async move { stores.vault.seal(vec![draft()]).await.unwrap().remove(0) }
    });
    let sealed = join_all(sealing).await;
    for other in &sealed {
        assert_eq!(other.events, sealed[0].events, "the same ciphertext");
        assert_eq!(other.command_digest, sealed[0].command_digest);
    }
    let stored = court.store.case_keys_get(&[docket(101)]).await.unwrap();
    let names: Vec<_> = stored[&docket(101)]
        .keys
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, [&format!("{PETITIONER}/1"), "texts/1", "commands/1"]);
}

#[tokio::test]
async fn what_is_stored_tells_nothing_and_every_process_reads_it_all_the_same() {
    let court = Court::open().await;
    file(&process(&court)).await;
    let raw = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert!(!raw[0].events[0].payload().contains("Lindholm"));
    assert!(raw[0].decode().is_err(), "it is not opened");
    let opened = read(&process(&court)).await.unwrap();
    assert_eq!(opened, raw, "what is stored is the same");
    assert_eq!(fold(None, &opened).petitioners().count(), 1);
    assert_eq!(name_in(&opened), "Vera Lindholm");
}

#[tokio::test]
async fn keys_that_are_lost_are_never_taken_for_somebody_forgotten() {
    let court = Court::open().await;
    file(&process(&court)).await;
    let lost = StoredKeys {
        revision: 2,
        keys: BTreeMap::new(),
    };
    let put = court.store.case_keys_put(docket(101), &lost).await.unwrap();
    assert_eq!(put, KeysPut::Written);
    let error = read(&process(&court)).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    let told = error.to_string();
    assert!(told.contains("lost: restore the table of keys"), "{told}");
    assert!(told.contains("commit 1 of case 101-26"), "{told}");
    let whole = Segment { index: 0, of: 1 };
    let page = process(&court)
        .events
        .commits_scan(whole, None)
        .await
        .unwrap();
    assert_eq!((page.commits.len(), page.unreadable.len()), (0, 1));
}

#[tokio::test]
async fn a_key_that_was_altered_is_told_as_such_and_nothing_is_misread() {
    let court = Court::open().await;
    file(&process(&court)).await;
    let mut stored = court.store.case_keys_get(&[docket(101)]).await.unwrap();
    let mut stored = stored.remove(&docket(101)).unwrap();
    for key in stored.keys.values_mut() {
        if let StoredKey::Live(key) = key {
            key.wrapped[5] ^= 1;
        }
    }
    stored.revision += 1;
    court
        .store
        .case_keys_put(docket(101), &stored)
        .await
        .unwrap();
    let error = read(&process(&court)).await.unwrap_err();
    assert!(error.to_string().contains("were altered"), "{error}");
}

#[tokio::test]
async fn a_process_with_another_master_key_reads_nothing_and_says_which_it_needs() {
    let court = Court::open().await;
    file(&process(&court)).await;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let other = casefold_events::personal::keys::DataKey::of([8; 32]);
    let master = Arc::new(LocalMaster::of(other, clock.clone()));
    let has = master.name().await.unwrap();
    let store = court
        .store
        .clone()
        .with_keyring(Keyring::new(master, clock));
    let error = read(&Stores::of(Arc::new(store))).await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains(&has) && told.contains("give it that one"),
        "{told}"
    );

    let store = court.store.clone().with_keyring(Keyring::locked());
    let error = read(&Stores::of(Arc::new(store))).await.unwrap_err();
    assert!(error.to_string().contains("no master key"), "{error}");
}

#[tokio::test]
async fn a_commit_that_names_a_key_newer_than_what_is_known_is_read_all_the_same() {
    let court = Court::open().await;
    let (writer, reader) = (process(&court), process(&court));
    // What the reader knows of the case is that it has no keys.
    assert_eq!(read(&reader).await.unwrap(), []);
    let other = Chain::of(docket(101)).commit([petition()]);
    let known = reader
        .vault
        .is_digest_of(&other, casefold_events::Digest::ZERO);
    assert!(!known.await.unwrap());
    file(&writer).await;
    assert_eq!(name_in(&read(&reader).await.unwrap()), "Vera Lindholm");
}

#[tokio::test]
async fn a_plain_history_from_before_keys_is_read_and_goes_on_encrypted() {
    let court = Court::open().await;
    let mut chain = Chain::of(docket(101));
    let first = chain.commit([petition()]);
    court.store.commit_append(&first).await.unwrap();
    let stores = process(&court);
    assert_eq!(name_in(&read(&stores).await.unwrap()), "Vera Lindholm");
    let next = chain
        .clone()
        .commit([crate::support::history::captioned(9)]);
    let next = stores.vault.seal(vec![next.draft]).await.unwrap().remove(0);
    let next = next.seal(first.hash);
    stores.events.commit_append(&next).await.unwrap();
    let case = fold(None, &read(&process(&court)).await.unwrap());
    assert_eq!(
        *case.caption.expose(),
        crate::support::history::long_text(0, 9)
    );
}
