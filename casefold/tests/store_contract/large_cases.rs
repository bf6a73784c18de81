//! Cases past every limit of one item, and reading them while they change.

use std::collections::BTreeMap;

use casefold_events::Version;
use casefold_shared::case::Case;
use casefold_shared::gateway::{EntrySelection, Generation, PutOutcome, SnapshotStore};

use crate::support::history::{
    Chain, chain, docket, entry_id, filed_all, fold, petition, sealed, served, served_all,
};
use crate::support::{Court, ENDPOINT_VARIABLE};

const FIRST: Generation = Generation::FIRST;
const ENTRIES: u32 = 10_000;

/// Folds a case of so many entries, all served, and writes it in steps that fit.
pub(super) async fn write_large(court: &Court, chain: &mut Chain, entries: u32) -> Case {
    let mut case = fold(None, [&chain.commit([petition()])]);
    let mut base = Version::ZERO;
    for first in (1..=entries).step_by(20) {
        case = fold(
            Some(case),
            [&chain.commit(served_all(first..=entries.min(first + 19)))],
        );
        if !court.store.case_put_fits(&case, base) {
            let outcome = court.store.case_put(FIRST, &case, base).await.unwrap();
            assert_eq!(outcome, PutOutcome::Written);
            base = case.version;
        }
    }
    if base != case.version {
        court.store.case_put(FIRST, &case, base).await.unwrap();
    }
    case
}

#[tokio::test]
async fn a_case_of_ten_thousand_entries_is_kept_whole_and_grows_by_one_page() {
    let court = Court::open().await;
    let mut chain = Chain::of(docket(101));
    let case = write_large(&court, &mut chain, ENTRIES).await;

    // It is far beyond one item, and nothing of it is lost.
    let read = court
        .store
        .case_get(FIRST, docket(101), EntrySelection::All)
        .await
        .unwrap();
    assert!(read.as_ref() == Some(&case));
    let before = court.snapshot_items().await;
    let entries = case.docket.on_record();
    let bytes: usize = entries
        .map(|entry| serde_json::to_vec(entry).unwrap().len())
        .sum();
    assert!(bytes > 10 * 400 * 1024, "{bytes}");

    // One more commit, onto the case as a projector reads it: without its record.
    let none = EntrySelection::None;
    let partial = court
        .store
        .case_get(FIRST, docket(101), none)
        .await
        .unwrap();
    let next = chain.commit(served_all(ENTRIES + 1..=ENTRIES + 1));
    let folded = fold(partial, [&next]);
    let consumed = court.store.consumed();
    let outcome = court
        .store
        .case_put(FIRST, &folded, case.version)
        .await
        .unwrap();
    let consumed = court.store.consumed() - consumed;
    assert_eq!(outcome, PutOutcome::Written);
    assert_eq!(
        changed_since(&before, &court).await,
        [
            format!("entry#{}", entry_id(ENTRIES + 1)),
            "header".to_owned(),
            "page#00400".to_owned(),
        ]
    );
    assert_eq!(consumed.requests, 1, "{consumed:?}");
    assert!(consumed.write_units <= 12.0, "{consumed:?}");

    // And one that changes an entry far back: the header and its page, which is read first.
    let before = court.snapshot_items().await;
    let ids = [entry_id(5_000)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    let partial = court
        .store
        .case_get(FIRST, docket(101), some)
        .await
        .unwrap();
    let folded = fold(partial, [&chain.commit([sealed(5_000)])]);
    court
        .store
        .case_put(FIRST, &folded, Version(chain.version.0 - 1))
        .await
        .unwrap();
    assert_eq!(
        changed_since(&before, &court).await,
        ["header", "page#00199"]
    );
}

/// The sort keys of the rows that are not what they were.
async fn changed_since(
    before: &BTreeMap<(String, String), crate::support::Item>,
    court: &Court,
) -> Vec<String> {
    let after = court.snapshot_items().await;
    let changed = after
        .iter()
        .filter(|(key, item)| before.get(*key) != Some(*item));
    changed.map(|((_, sort), _)| sort.clone()).collect()
}

#[tokio::test]
async fn a_step_that_does_not_fit_is_announced_and_one_far_beyond_is_refused() {
    let court = Court::open().await;
    let few = chain(docket(101), [vec![petition()], filed_all(1..=30)]);
    assert!(court.store.case_put_fits(&fold(None, &few), Version::ZERO));

    let many = fold(
        None,
        &chain(docket(101), [vec![petition()], filed_all(1..=5_000)]),
    );
    assert!(!court.store.case_put_fits(&many, Version::ZERO));
    assert!(
        court
            .store
            .case_put(FIRST, &many, Version::ZERO)
            .await
            .is_err()
    );
    assert_eq!(
        court
            .store
            .case_get(FIRST, docket(101), EntrySelection::All)
            .await
            .unwrap(),
        None
    );

    // Nothing changed since its own version, so nothing but the header would be written.
    assert!(court.store.case_put_fits(&many, many.version));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_two_versions_mixed_while_another_writes() {
    let court = Court::open().await;
    // Each commit changes the first page and the last, and adds to the last.
    let mut events = vec![vec![petition()], filed_all(1..=60)];
    events.extend((1..=40).map(|n| {
        let mut events = vec![served(n)];
        events.extend(filed_all(60 + n..=60 + n));
        events
    }));
    let commits = chain(docket(101), events);
    let mut versions = BTreeMap::new();
    let mut case = None;
    for commit in &commits {
        case = Some(fold(case, [commit]));
        versions.insert(commit.version, case.clone().unwrap());
    }
    court
        .store
        .case_put(FIRST, &versions[&Version(2)], Version::ZERO)
        .await
        .unwrap();

    let store = court.store.clone();
    let written: Vec<_> = versions.values().skip(2).cloned().collect();
    let last = written.last().unwrap().version;
    let writer = tokio::spawn(async move {
        for case in written {
            let base = Version(case.version.0 - 1);
            let outcome = store.case_put(FIRST, &case, base).await.unwrap();
            assert_eq!(outcome, PutOutcome::Written);
        }
    });

    let ids = [entry_id(1), entry_id(60)];
    let some = EntrySelection::Some {
        ids: &ids,
        indexes: &[],
    };
    let mut seen = Version::ZERO;
    while seen < last {
        // A reader who is overtaken again and again is told so, and asks again.
        let all = match court
            .store
            .case_get(FIRST, docket(101), EntrySelection::All)
            .await
        {
            Err(error) if error.may_pass() => continue,
            all => all.unwrap().unwrap(),
        };
        assert!(all == versions[&all.version], "at {}", all.version);
        seen = all.version;
        let Ok(part) = court.store.case_get(FIRST, docket(101), some).await else {
            continue;
        };
        let part = part.unwrap();
        let whole = &versions[&part.version];
        for entry in part.docket.on_record() {
            assert_eq!(
                Some(entry),
                whole.docket.entry(entry.id()),
                "at {}",
                part.version
            );
        }
        assert!(ids.iter().all(|id| part.docket.entry(*id).is_some()));
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn the_units_of_a_request_are_those_that_the_engine_bills() {
    // Emulators differ in what they bill.
    if std::env::var(ENDPOINT_VARIABLE).is_ok() {
        return;
    }
    let court = Court::open().await;
    let case = fold(
        None,
        &chain(docket(101), [vec![petition()], filed_all(1..=3)]),
    );

    let start = court.store.consumed();
    court
        .store
        .case_put(FIRST, &case, Version::ZERO)
        .await
        .unwrap();
    let put = court.store.consumed() - start;
    court
        .store
        .case_get(FIRST, docket(101), EntrySelection::All)
        .await
        .unwrap();
    let both = court.store.consumed() - start;

    let items = court.snapshot_items().await;
    let header = items.values().next().unwrap();
    let kilobytes = (header["body"].as_b().unwrap().as_ref().len() + 150).div_ceil(1024);
    assert_eq!(
        (put.requests, put.read_units, put.write_units),
        (1, 0.0, kilobytes as f64)
    );
    assert_eq!(
        (both.requests, both.read_units),
        (2, kilobytes.div_ceil(4) as f64 / 2.0)
    );
}
