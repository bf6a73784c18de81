//! Leases: who works on what, and how far it is.

use std::collections::BTreeMap;

use casefold_shared::gateway::{Lease, LeaseState, LeaseStore, Term};
use futures::future::join_all;

use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::at;

const GROUP: &str = "rebuild/case@3";

/// A lease from this second on, for a minute.
fn term(owner: &str, now: u64) -> Term<'_> {
    Term {
        owner,
        now: at(now),
        until: at(now + 60),
    }
}

async fn take(court: &Court, owner: &str, now: u64) -> Option<Lease> {
    let taken = court.store.lease_take(GROUP, "part-1", term(owner, now));
    taken.await.unwrap()
}

async fn keep(court: &Court, lease: &Lease, until: u64, progress: &str) -> bool {
    let kept = court.store.lease_keep(lease, at(until), progress);
    kept.await.unwrap()
}

async fn state(court: &Court) -> LeaseState {
    let mut all = court.store.leases(GROUP).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[tokio::test]
async fn a_lease_is_taken_by_one_and_by_nobody_else_until_it_ends() {
    let court = Court::open().await;
    assert_eq!(court.store.leases(GROUP).await.unwrap(), []);

    let lease = take(&court, "ada", 0).await.unwrap();

    let expected = Lease {
        group: GROUP.to_owned(),
        name: "part-1".to_owned(),
        owner: "ada".to_owned(),
        fence: 1,
        progress: None,
    };
    assert_eq!(lease, expected);
    let expected = LeaseState {
        name: "part-1".to_owned(),
        owner: Some("ada".to_owned()),
        until: at(60),
        progress: None,
    };
    assert_eq!(state(&court).await, expected);
    for now in [0, 30, 59] {
        assert_eq!(take(&court, "ben", now).await, None, "in second {now}");
    }
    assert_eq!(state(&court).await, expected);

    // Another name, and the same name in another group, are other leases.
    let taken = court.store.lease_take(GROUP, "part-2", term("ben", 0));
    assert!(taken.await.unwrap().is_some());
    let taken = court
        .store
        .lease_take("rebuild/case@30", "part-1", term("ben", 0));
    assert!(taken.await.unwrap().is_some());
    assert_eq!(court.store.leases(GROUP).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_lease_that_is_kept_lasts_longer_and_says_how_far_it_is() {
    let court = Court::open().await;
    let lease = take(&court, "ada", 0).await.unwrap();

    assert!(keep(&court, &lease, 100, "page 1").await);
    assert!(keep(&court, &lease, 200, "page 2").await);

    let now = state(&court).await;
    assert_eq!(
        (now.until, now.progress.as_deref()),
        (at(200), Some("page 2"))
    );
    assert_eq!(take(&court, "ben", 199).await, None);
}

#[tokio::test]
async fn only_its_owner_of_this_time_keeps_a_lease() {
    let court = Court::open().await;
    let lease = take(&court, "ada", 0).await.unwrap();
    let before = state(&court).await;

    let of_another = Lease {
        owner: "ben".to_owned(),
        ..lease.clone()
    };
    let of_another_time = Lease {
        fence: 2,
        ..lease.clone()
    };
    let of_another_name = Lease {
        name: "part-2".to_owned(),
        ..lease
    };
    for lease in [of_another, of_another_time, of_another_name] {
        assert!(!keep(&court, &lease, 500, "none").await, "{lease:?}");
        court.store.lease_release(&lease, "none").await.unwrap();
    }

    assert_eq!(state(&court).await, before);
}

#[tokio::test]
async fn one_that_has_ended_is_taken_over_and_its_old_owner_writes_no_more() {
    let court = Court::open().await;
    let old = take(&court, "ada", 0).await.unwrap();
    assert!(keep(&court, &old, 60, "page 7").await);

    let new = take(&court, "ben", 60).await.unwrap();

    assert_eq!((new.fence, new.progress.as_deref()), (2, Some("page 7")));
    assert!(keep(&court, &new, 150, "page 8").await);
    let before = state(&court).await;
    assert!(!keep(&court, &old, 999, "page 99").await);
    court.store.lease_release(&old, "page 99").await.unwrap();
    assert_eq!(state(&court).await, before);
    assert_eq!(before.owner.as_deref(), Some("ben"));
    assert_eq!(before.progress.as_deref(), Some("page 8"));
}

#[tokio::test]
async fn its_owner_takes_it_again_under_a_new_fence() {
    let court = Court::open().await;
    let first = take(&court, "ada", 0).await.unwrap();
    assert!(keep(&court, &first, 60, "page 1").await);

    let second = take(&court, "ada", 10).await.unwrap();

    assert_eq!(second.fence, first.fence + 1);
    assert_eq!(second.progress.as_deref(), Some("page 1"));
    assert!(!keep(&court, &first, 500, "page 0").await);
    assert!(keep(&court, &second, 100, "page 2").await);
}

#[tokio::test]
async fn one_that_is_given_back_is_free_at_once_and_keeps_its_progress() {
    let court = Court::open().await;
    let lease = take(&court, "ada", 0).await.unwrap();

    court.store.lease_release(&lease, "the end").await.unwrap();

    let free = state(&court).await;
    assert_eq!(
        (free.owner, free.progress.as_deref()),
        (None, Some("the end"))
    );
    assert!(!keep(&court, &lease, 500, "page 1").await);
    let next = take(&court, "ben", 1).await.unwrap();
    assert_eq!((next.fence, next.progress.as_deref()), (2, Some("the end")));
}

#[tokio::test]
async fn only_its_owner_of_this_time_clears_a_lease_away() {
    let court = Court::open().await;
    let old = take(&court, "ada", 0).await.unwrap();
    assert!(keep(&court, &old, 60, "page 7").await);
    let new = take(&court, "ben", 60).await.unwrap();

    court.store.lease_remove(&old).await.unwrap();
    assert_eq!(state(&court).await.owner.as_deref(), Some("ben"));

    court.store.lease_remove(&new).await.unwrap();
    assert_eq!(court.store.leases(GROUP).await.unwrap(), []);
    // Again, as after a lost answer, and by one who still believes to have it.
    court.store.lease_remove(&new).await.unwrap();
    assert!(!keep(&court, &new, 99, "page 8").await);
    assert_eq!(court.store.leases(GROUP).await.unwrap(), []);
    let next = take(&court, "ida", 61).await.unwrap();
    assert_eq!((next.fence, next.progress), (1, None));
}

#[tokio::test]
async fn of_many_who_take_a_lease_at_once_one_gets_it() {
    let court = Court::open().await;
    for (round, now) in [(1, 0), (2, 100)] {
        let owners: Vec<_> = (0..24).map(|n| format!("owner-{round}-{n}")).collect();

        let taken = join_all(owners.iter().map(|owner| take(&court, owner, now))).await;

        let taken: Vec<_> = taken.into_iter().flatten().collect();
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert_eq!(taken[0].fence, round);
        assert_eq!(state(&court).await.owner.as_ref(), Some(&taken[0].owner));
    }
}

#[tokio::test]
async fn all_leases_of_a_group_are_listed_however_many_pages_they_take() {
    let court = Court::open().await;
    let mut expected = BTreeMap::new();
    for n in 0..30 {
        let name = format!("part-{n}");
        let taken = court.store.lease_take(GROUP, &name, term("ada", n));
        let lease = taken.await.unwrap().unwrap();
        // One answer holds 1 MB at most.
        let progress = format!("{n}").repeat(60_000);
        assert!(keep(&court, &lease, n + 100, &progress).await);
        expected.insert(name, (at(n + 100), progress));
    }

    let before = court.store.consumed();
    let all = court.store.leases(GROUP).await.unwrap();

    assert!((court.store.consumed() - before).requests >= 2);
    let found: BTreeMap<_, _> = all
        .into_iter()
        .map(|it| (it.name, (it.until, it.progress.unwrap())))
        .collect();
    assert!(found == expected);
}

#[tokio::test]
async fn a_lease_whose_answer_is_lost_is_the_takers() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;

    proxy.inject("UpdateItem", Fault::LoseAnswer);
    let taken = store.lease_take(GROUP, "part-1", term("ada", 0)).await;
    let lease = taken.unwrap().unwrap();
    assert_eq!(take(&court, "ben", 1).await, None);

    proxy.inject("UpdateItem", Fault::LoseAnswer);
    assert!(store.lease_keep(&lease, at(90), "page 1").await.unwrap());

    proxy.inject("UpdateItem", Fault::LoseAnswer);
    store.lease_release(&lease, "page 2").await.unwrap();
    let free = state(&court).await;
    assert_eq!(
        (free.owner, free.progress.as_deref()),
        (None, Some("page 2"))
    );
}
