//! Appending and reading commits.

use casefold_events::{CommitRef, Version};
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, Claim, EventStore, Order, Segment, StoreError,
};
use futures::future::join_all;

use crate::support::Court;
use crate::support::history::{Chain, chain, docket, filed, filed_all, long_entry, petition};

#[tokio::test]
async fn a_commit_is_appended_once_and_read_back_as_it_was() {
    let court = Court::open().await;
    let commits = chain(docket(101), [vec![petition()], filed_all(1..=3)]);

    for commit in &commits {
        assert_eq!(
            court.store.commit_append(commit).await.unwrap(),
            AppendOutcome::Written
        );
    }

    let read = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert_eq!(read, commits);
    let second = court
        .store
        .commit_get(commits[1].reference())
        .await
        .unwrap();
    assert_eq!(second.as_ref(), Some(&commits[1]));
    let missing = CommitRef {
        docket_number: docket(101),
        version: Version(3),
    };
    assert_eq!(court.store.commit_get(missing).await.unwrap(), None);
}

#[tokio::test]
async fn another_command_with_a_taken_number_is_a_conflict_and_writes_nothing() {
    let court = Court::open().await;
    let first = Chain::of(docket(101)).commit_by("one", [petition()]);
    let other = Chain::of(docket(101)).commit_by("two", [petition()]);
    court.store.commit_append(&first).await.unwrap();

    assert_eq!(
        court.store.commit_append(&other).await.unwrap(),
        AppendOutcome::Conflict
    );

    let read = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert_eq!(read, [first]);
}

#[tokio::test]
async fn the_same_command_again_gives_the_commit_of_the_first_time() {
    let court = Court::open().await;
    let first = Chain::of(docket(101)).commit_by("key", [petition()]);
    let again = Chain::of(docket(101)).commit_by("key", filed_all(1..=1));
    court.store.commit_append(&first).await.unwrap();

    let outcome = court.store.commit_append(&again).await.unwrap();

    assert_eq!(outcome, AppendOutcome::Repeated(vec![first]));
}

#[tokio::test]
async fn of_many_appends_of_one_version_exactly_one_wins() {
    let court = Court::open().await;
    let commits: Vec<_> = (0..24)
        .map(|n| Chain::of(docket(101)).commit_by(&format!("key-{n}"), [petition()]))
        .collect();

    let outcomes = join_all(
        commits
            .iter()
            .map(|commit| court.store.commit_append(commit)),
    )
    .await;

    let outcomes: Vec<_> = outcomes.into_iter().map(Result::unwrap).collect();
    let won: Vec<_> = (0..24)
        .filter(|n| outcomes[*n] == AppendOutcome::Written)
        .collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    assert!((0..24).all(|n| won.contains(&n) || outcomes[n] == AppendOutcome::Conflict));
    let read = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap();
    assert_eq!(read, [commits[won[0]].clone()]);
}

#[tokio::test]
async fn commits_to_several_cases_are_written_all_or_none() {
    let court = Court::open().await;
    let mut chains: Vec<_> = (101..=103)
        .map(|serial| Chain::of(docket(serial)))
        .collect();
    let together: Vec<_> = chains
        .iter_mut()
        .map(|c| c.commit_by("all", [petition()]))
        .collect();
    let in_the_way = Chain::of(docket(103)).commit_by("other", [petition()]);
    court.store.commit_append(&in_the_way).await.unwrap();

    assert_eq!(
        court.store.commits_append(&together).await.unwrap(),
        AppendOutcome::Conflict
    );
    for commit in &together[..2] {
        assert_eq!(
            court.store.commit_get(commit.reference()).await.unwrap(),
            None
        );
    }

    let free = &together[..2];
    assert_eq!(
        court.store.commits_append(free).await.unwrap(),
        AppendOutcome::Written
    );
    for commit in free {
        let read = court.store.commit_get(commit.reference()).await.unwrap();
        assert_eq!(read.as_ref(), Some(commit));
    }
}

#[tokio::test]
async fn the_same_command_to_several_cases_again_gives_all_its_commits_in_their_order() {
    let court = Court::open().await;
    let mut chains: Vec<_> = [103, 101, 102]
        .map(|serial| Chain::of(docket(serial)))
        .into();
    let together: Vec<CommitRef> = chains
        .iter()
        .map(|chain| CommitRef {
            docket_number: chain.docket_number,
            version: Version(1),
        })
        .collect();
    let commits: Vec<_> = chains
        .iter_mut()
        .map(|chain| chain.commit_with("all", together.clone(), [petition()]))
        .collect();
    court.store.commits_append(&commits).await.unwrap();

    let outcome = court.store.commits_append(&commits).await.unwrap();

    assert_eq!(outcome, AppendOutcome::Repeated(commits));
}

#[tokio::test]
async fn a_case_begins_with_its_commit_and_its_claim_in_one_step() {
    let court = Court::open().await;
    let commit = Chain::of(docket(101)).commit_by("key", [petition()]);
    let claim = Claim {
        commit: commit.reference(),
        command_digest: commit.command_digest,
    };
    assert_eq!(
        court.store.claim_get(&commit.command_id).await.unwrap(),
        None
    );

    assert_eq!(
        court.store.case_begin(&commit).await.unwrap(),
        BeginOutcome::Written
    );

    assert_eq!(
        court.store.claim_get(&commit.command_id).await.unwrap(),
        Some(claim.clone())
    );
    assert_eq!(
        court.store.commit_get(commit.reference()).await.unwrap(),
        Some(commit)
    );

    // The same petition again, which has meanwhile been given the next number.
    let again = Chain::of(docket(102)).commit_by("key", [petition()]);
    assert_eq!(
        court.store.case_begin(&again).await.unwrap(),
        BeginOutcome::Claimed(claim)
    );
    assert_eq!(
        court.store.commit_get(again.reference()).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_taken_docket_number_leaves_no_claim_behind() {
    let court = Court::open().await;
    let first = Chain::of(docket(101)).commit_by("one", [petition()]);
    let other = Chain::of(docket(101)).commit_by("two", [petition()]);
    court.store.case_begin(&first).await.unwrap();

    assert_eq!(
        court.store.case_begin(&other).await.unwrap(),
        BeginOutcome::NumberTaken
    );

    assert_eq!(
        court.store.claim_get(&other.command_id).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn more_than_a_megabyte_of_commits_is_read_whole() {
    let court = Court::open().await;
    let events = (1..=40).map(|n| vec![filed(long_entry(n, 60_000))]);
    let commits = chain(docket(101), std::iter::once(vec![petition()]).chain(events));
    for commit in &commits {
        court.store.commit_append(commit).await.unwrap();
    }

    let before = court.store.consumed();
    let read = court
        .store
        .commits_after(docket(101), Version(1))
        .await
        .unwrap();
    let used = court.store.consumed() - before;

    assert_eq!(read, commits[1..]);
    let bytes: usize = read
        .iter()
        .flat_map(|c| &c.events)
        .map(|event| event.payload().len())
        .sum();
    assert!(bytes > 2 * 1024 * 1024, "{bytes}");
    assert!(
        used.requests >= 3,
        "one answer holds 1 MB at most: {used:?}"
    );

    // A page of the history goes on beyond 1 MB too.
    let page = court
        .store
        .commits_page(docket(101), None, 35, Order::OldestFirst)
        .await
        .unwrap();
    assert_eq!(page.commits, commits[..35]);
    assert_eq!(page.next, Some(Version(35)));
}

#[tokio::test]
async fn pages_of_the_history_follow_one_another_in_both_orders() {
    let court = Court::open().await;
    let events = (1..=6).map(|n| filed_all(n..=n));
    let commits = chain(docket(101), std::iter::once(vec![petition()]).chain(events));
    for commit in &commits {
        court.store.commit_append(commit).await.unwrap();
    }
    let newest_first: Vec<_> = commits.iter().rev().cloned().collect();

    for (order, expected) in [
        (Order::OldestFirst, &commits),
        (Order::NewestFirst, &newest_first),
    ] {
        let mut read = Vec::new();
        let mut beyond = None;
        loop {
            let page = court
                .store
                .commits_page(docket(101), beyond, 3, order)
                .await
                .unwrap();
            assert!(page.commits.len() <= 3);
            read.extend(page.commits);
            beyond = page.next;
            if beyond.is_none() {
                break;
            }
        }
        assert_eq!(read, *expected, "{order:?}");
    }
}

#[tokio::test]
async fn the_segments_of_a_scan_hold_every_commit_once_and_each_case_in_order() {
    let court = Court::open().await;
    let mut expected = Vec::new();
    for serial in 101..=130 {
        // Enough for more than one page of 1 MB in the whole.
        let commits = chain(
            docket(serial),
            [
                vec![petition()],
                vec![filed(long_entry(1, 60_000))],
                filed_all(2..=2),
            ],
        );
        for commit in &commits {
            court.store.commit_append(commit).await.unwrap();
        }
        expected.extend(commits);
    }

    for of in [1, 4] {
        let mut read = Vec::new();
        for index in 0..of {
            let mut from = None;
            loop {
                let page = court
                    .store
                    .commits_scan(Segment { index, of }, from)
                    .await
                    .unwrap();
                read.extend(page.commits);
                from = page.next;
                if from.is_none() {
                    break;
                }
            }
        }
        for pair in read
            .windows(2)
            .filter(|pair| pair[0].docket_number == pair[1].docket_number)
        {
            assert_eq!(pair[1].version, pair[0].version.next());
        }
        read.sort_by_key(|commit| commit.reference());
        assert_eq!(read, expected, "{of} segments");
    }
}

#[tokio::test]
async fn a_commit_over_the_limit_is_refused_before_it_is_sent() {
    let court = Court::open().await;
    let commit = Chain::of(docket(101)).commit([filed(long_entry(1, 410_000))]);

    let before = court.store.consumed();
    let error = court.store.commit_append(&commit).await.unwrap_err();

    let StoreError::TooLarge {
        bytes,
        limit: 409_600,
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert!(bytes > 410_000, "{bytes}");
    assert_eq!((court.store.consumed() - before).requests, 0);
}

#[tokio::test]
async fn a_commit_just_under_the_limit_is_taken() {
    let court = Court::open().await;
    let commit = Chain::of(docket(101)).commit([filed(long_entry(1, 408_000))]);

    assert_eq!(
        court.store.commit_append(&commit).await.unwrap(),
        AppendOutcome::Written
    );
}

#[tokio::test]
async fn more_cases_than_one_step_takes_are_refused_and_none_is_written() {
    let court = Court::open().await;
    let commits: Vec<_> = (101..=201)
        .map(|s| Chain::of(docket(s)).commit_by("all", [petition()]))
        .collect();

    let error = court.store.commits_append(&commits).await.unwrap_err();

    assert!(matches!(error, StoreError::TooLarge { .. }), "{error:?}");
    assert_eq!(
        court
            .store
            .commit_get(commits[0].reference())
            .await
            .unwrap(),
        None
    );
    let most = &commits[..100];
    assert_eq!(
        court.store.commits_append(most).await.unwrap(),
        AppendOutcome::Written
    );
}

#[tokio::test]
async fn a_missing_table_is_a_refusal_that_does_not_pass() {
    let court = Court::open().await;
    let client = court.client().await;
    client
        .delete_table()
        .table_name(&court.store.tables().events)
        .send()
        .await
        .unwrap();

    let error = court
        .store
        .commits_after(docket(101), Version::ZERO)
        .await
        .unwrap_err();

    assert!(matches!(error, StoreError::Refused(..)), "{error:?}");
    assert!(!error.may_pass());
}
