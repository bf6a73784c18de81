//! Scanning the table of commits, where one of them can't be read.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Commit, CommitRef, Version};
use casefold_shared::gateway::{EventStore, Segment, StoreError, Unreadable};

use crate::support::Court;
use crate::support::history::{chain, docket, filed_all, petition};

/// Reads a segment to its end: its commits in the order of their names, and those that can't
/// be read.
async fn scan(court: &Court, of: u32) -> (Vec<Commit>, Vec<Unreadable>) {
    let (mut commits, mut unreadable) = (Vec::new(), Vec::new());
    for index in 0..of {
        let mut from = None;
        loop {
            let scan = court.store.commits_scan(Segment { index, of }, from);
            let page = scan.await.unwrap();
            commits.extend(page.commits);
            unreadable.extend(page.unreadable);
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    commits.sort_by_key(|commit| commit.reference());
    (commits, unreadable)
}

/// Puts a name where a commit has a role.
async fn break_commit(court: &Court, commit: CommitRef) {
    let client = court.client().await;
    let partition = format!("CASE#{}", commit.docket_number);
    let update = client
        .update_item()
        .table_name(&court.store.tables().events)
        .key("pk", AttributeValue::S(partition))
        .key("sk", AttributeValue::N(commit.version.to_string()))
        .update_expression("SET #role = :name")
        .expression_attribute_names("#role", "role")
        .expression_attribute_values(":name", AttributeValue::S("Vera Lindholm".to_owned()));
    update.send().await.unwrap();
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_keeps_nobody_from_reading_the_others() {
    let court = Court::open().await;
    let mut expected = Vec::new();
    for serial in 101..=120 {
        let commits = chain(
            docket(serial),
            [vec![petition()], filed_all(1..=1), filed_all(2..=2)],
        );
        for commit in &commits {
            court.store.commit_append(commit).await.unwrap();
        }
        expected.extend(commits);
    }
    let broken = CommitRef {
        docket_number: docket(107),
        version: Version(2),
    };
    break_commit(&court, broken).await;
    expected.retain(|commit| commit.reference() != broken);

    for of in [1, 4] {
        let (commits, unreadable) = scan(&court, of).await;

        assert_eq!(commits, expected, "{of} segments");
        // It is told by its name, and what is in it is not quoted.
        assert_eq!(unreadable.len(), 1, "{unreadable:?}");
        assert_eq!(unreadable[0].commit, broken);
        let problem = &unreadable[0].problem;
        assert!(problem.contains("CASE#107-26/2"), "{problem}");
        assert!(!problem.contains("Lindholm"), "{problem}");
    }
    // Whoever asks for its case is told so.
    let error = court
        .store
        .commits_after(docket(107), Version::ZERO)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_commit_that_cannot_be_read_tells_that_there_are_cases() {
    let court = Court::open().await;
    assert_eq!(court.store.any_case().await.unwrap(), None);
    assert_eq!(scan(&court, 4).await, (Vec::new(), Vec::new()));

    let commit = &chain(docket(101), [vec![petition()]])[0];
    court.store.commit_append(commit).await.unwrap();
    assert_eq!(court.store.any_case().await.unwrap(), Some(docket(101)));

    break_commit(&court, commit.reference()).await;
    assert_eq!(court.store.any_case().await.unwrap(), Some(docket(101)));
}

#[tokio::test]
async fn any_case_is_one_of_those_that_there_are() {
    let court = Court::open().await;
    let numbers: BTreeSet<_> = (101..=112).map(docket).collect();
    for number in &numbers {
        let commit = &chain(*number, [vec![petition()]])[0];
        court.store.commit_append(commit).await.unwrap();
    }

    let before = court.store.consumed();
    let any = court.store.any_case().await.unwrap();

    assert!(any.is_some_and(|any| numbers.contains(&any)), "{any:?}");
    assert_eq!((court.store.consumed() - before).requests, 1);
}
