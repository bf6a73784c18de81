//! What a target does with the rows of a case: replaces them whole, by a later version alone.

use std::sync::Arc;

use casefold_events::{Commit, Version};
use casefold_projector::relational::{CaseRows, GENERATION, SCHEMA, TargetError};
use casefold_shared::clock::SystemClock;

use crate::court::{begun, next, rows_of};
use crate::databases::{Database, expected};
use crate::on_each_database;
use crate::support::history::docket;

/// The rows of a case at each of its versions.
fn versions_of(serial: u32, versions: u64) -> Vec<Arc<CaseRows>> {
    let (mut chain, first) = begun(serial);
    let mut commits: Vec<Commit> = vec![first];
    let mut rows = vec![Arc::new(rows_of(&commits))];
    while chain.version < Version(versions) {
        commits.push(next(&mut chain));
        rows.push(Arc::new(rows_of(&commits)));
    }
    rows
}

on_each_database![
    an_older_version_never_overwrites_a_newer_one,
    writers_that_race_leave_the_newest_version_whole,
    a_database_is_known_again_and_a_new_one_has_another_id,
];

async fn an_older_version_never_overwrites_a_newer_one(database: Database) {
    let target = database.open().await;
    let case = versions_of(101, 7);
    let other = versions_of(102, 3);

    assert_eq!(
        target
            .put(&[case[2].clone(), other[2].clone()])
            .await
            .unwrap(),
        2
    );
    assert_eq!(database.cases().await, expected([&*case[2], &*other[2]]));
    // One that is newer, and one that is not.
    assert_eq!(
        target
            .put(&[other[1].clone(), case[6].clone()])
            .await
            .unwrap(),
        1
    );
    assert_eq!(target.put(&[case[4].clone()]).await.unwrap(), 0);
    assert_eq!(target.put(&[case[6].clone()]).await.unwrap(), 0);

    assert_eq!(database.cases().await, expected([&*case[6], &*other[2]]));
    let versions = target
        .versions(&[docket(101), docket(102), docket(103)])
        .await
        .unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(
        (versions[&docket(101)], versions[&docket(102)]),
        (Version(7), Version(3))
    );
}

async fn writers_that_race_leave_the_newest_version_whole(database: Database) {
    let cases: Vec<_> = (101..106).map(|serial| versions_of(serial, 20)).collect();
    // Each writer has a connection of its own, as processes have.
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let (target, cases) = (database.open().await, cases.clone());
        writers.spawn(async move {
            for step in 0..20 {
                // Every version is written by one of them, in an order of its own.
                let at = (step * 7 + writer * 5) % 20;
                let batch: Vec<_> = cases.iter().map(|case| case[at].clone()).collect();
                loop {
                    match target.put(&batch).await {
                        Ok(_) => break,
                        Err(TargetError::Unavailable(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        });
    }
    writers.join_all().await;

    assert_eq!(
        database.cases().await,
        expected(cases.iter().map(|case| &*case[19]))
    );
}

async fn a_database_is_known_again_and_a_new_one_has_another_id(database: Database) {
    let id = database.open().await.id().to_owned();
    assert_eq!(database.open().await.id(), id);
    assert_ne!(Database::sqlite().open().await.id(), id);
}

#[tokio::test]
async fn a_database_of_another_generation_or_of_something_else_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &'static str| {
        let url = format!("sqlite:{}", dir.path().join(name).display());
        let url = casefold::relational::TargetUrl::parse(Some(&url), dir.path()).unwrap();
        async move { url.open(&SystemClock).await.map(|_| ()) }
    };
    let connect = |name: &str| rusqlite::Connection::open(dir.path().join(name)).unwrap();
    connect("other")
        .execute_batch("CREATE TABLE accounts (name text)")
        .unwrap();
    connect("newer").execute_batch(SCHEMA).unwrap();
    let insert = format!(
        "INSERT INTO projection VALUES ('cases-sql', {}, 'an-id')",
        GENERATION + 1
    );
    connect("newer").execute_batch(&insert).unwrap();

    let other = open("other").await.unwrap_err();
    let newer = open("newer").await.unwrap_err();

    assert!(matches!(other, TargetError::Unusable(_)), "{other}");
    let found = i64::from(GENERATION) + 1;
    assert!(
        matches!(newer, TargetError::OtherGeneration { found: it } if it == found),
        "{newer}"
    );
}
