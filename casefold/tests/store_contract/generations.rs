//! The generations of projections, the log of operations, and the marks of contents.

use casefold_shared::gateway::{Generation, GenerationStore, Operation, ProjectionId, Revised};
use casefold_shared::generations::Generations;
use casefold_shared::generations::change::{change, step};
use futures::future::join_all;
use uuid::Uuid;

use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::at;

const CASE: &str = "case";

/// A generation of cases.
pub(super) fn of_cases(generation: u32) -> ProjectionId {
    ProjectionId {
        name: CASE,
        generation: Generation(generation),
    }
}

/// The `n`th mark of contents.
pub(super) fn mark(n: u64) -> Uuid {
    Uuid::from_u128(u128::from(n))
}

/// What somebody did in the `n`th second.
pub(super) fn operation(n: u64) -> Operation {
    Operation {
        id: mark(n),
        at: at(n),
        by: "vera".to_owned(),
        operation: "test".to_owned(),
        projection: CASE.to_owned(),
        detail: format!("step {n}"),
    }
}

/// One generation, which has everything.
pub(super) fn first(generation: u32) -> Generations {
    Generations::from_the_first(Generation(generation), mark(u64::from(generation)), at(0))
}

/// The same, and another one that is being built.
fn with(generations: Generations, generation: u32) -> Generations {
    let contents = mark(u64::from(generation));
    let begun = generations.begin(Generation(generation), 8, contents, at(1));
    begun.unwrap()
}

async fn get(court: &Court) -> Option<Revised> {
    court.store.generations_get(CASE).await.unwrap()
}

async fn put(court: &Court, next: &Generations, expected: Option<u64>, n: u64) -> bool {
    let operation = operation(n);
    let put = court
        .store
        .generations_put(CASE, next, expected, &operation);
    put.await.unwrap()
}

/// How many operations are in the log.
async fn logged(court: &Court) -> usize {
    court.store.operations(1_000).await.unwrap().len()
}

#[tokio::test]
async fn generations_are_put_on_the_revision_that_was_read_and_logged_with_it() {
    let court = Court::open().await;
    assert_eq!(get(&court).await, None);
    assert_eq!(court.store.operations(10).await.unwrap(), []);

    assert!(put(&court, &first(2), None, 1).await);
    assert!(put(&court, &with(first(2), 3), Some(1), 2).await);

    let found = Revised {
        revision: 2,
        generations: with(first(2), 3),
    };
    assert_eq!(get(&court).await, Some(found));
    assert_eq!(
        court.store.operations(10).await.unwrap(),
        [operation(2), operation(1)]
    );
    // Another projection has generations of its own, and the log is one.
    assert_eq!(court.store.generations_get("lists").await.unwrap(), None);
}

#[tokio::test]
async fn on_another_revision_nothing_is_put_and_nothing_logged() {
    let court = Court::open().await;
    let next = with(first(2), 3);
    assert!(!put(&court, &next, Some(1), 1).await, "there is none yet");
    assert_eq!(get(&court).await, None);

    assert!(put(&court, &first(2), None, 2).await);
    for (n, expected) in [(3, None), (4, Some(0)), (5, Some(2))] {
        assert!(!put(&court, &next, expected, n).await, "{expected:?}");
    }

    let found = Revised {
        revision: 1,
        generations: first(2),
    };
    assert_eq!(get(&court).await, Some(found));
    assert_eq!(court.store.operations(10).await.unwrap(), [operation(2)]);
}

#[tokio::test]
async fn the_log_gives_the_newest_operations_and_no_more_than_are_wanted() {
    let court = Court::open().await;
    for n in 1..=12 {
        let expected = (n > 1).then(|| n - 1);
        assert!(put(&court, &first(2), expected, n).await);
    }
    for limit in [0, 1, 5, 12, 100] {
        let newest = court.store.operations(limit).await.unwrap();
        let expected: Vec<_> = (1..=12).rev().take(limit).map(operation).collect();
        assert_eq!(newest, expected);
    }
}

#[tokio::test]
async fn a_put_whose_answer_is_lost_finds_itself_and_is_logged_once() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;

    for (next, expected, n) in [(first(2), None, 1), (with(first(2), 3), Some(1), 2)] {
        proxy.inject("TransactWriteItems", Fault::LoseAnswer);
        let operation = operation(n);
        let put = store.generations_put(CASE, &next, expected, &operation);
        assert!(put.await.unwrap());
        assert_eq!(get(&court).await.unwrap().revision, n);
    }

    assert_eq!(proxy.sent("TransactWriteItems").len(), 4);
    assert_eq!(
        court.store.operations(10).await.unwrap(),
        [operation(2), operation(1)]
    );
}

#[tokio::test]
async fn of_sixteen_who_change_a_revision_exactly_one_is_written() {
    let court = Court::open().await;
    assert!(put(&court, &first(2), None, 0).await);
    for revision in 1..=4 {
        let before = get(&court).await.unwrap().generations;
        let nexts: Vec<_> = (0..16)
            .map(|n| with(before.clone(), 100 * u32::try_from(revision).unwrap() + n))
            .collect();

        let puts = (0..16_u64).zip(&nexts).map(|(n, next)| {
            let n = 100 * revision + n;
            put(&court, next, Some(revision), n)
        });
        let outcomes = join_all(puts).await;

        let won: Vec<_> = (0..16).filter(|n| outcomes[*n]).collect();
        assert_eq!(won.len(), 1, "{outcomes:?}");
        let winner = Revised {
            revision: revision + 1,
            generations: nexts[won[0]].clone(),
        };
        assert_eq!(get(&court).await, Some(winner));
        let newest = court.store.operations(1).await.unwrap();
        let of_the_winner = operation(100 * revision + u64::try_from(won[0]).unwrap());
        assert_eq!(newest, [of_the_winner]);
    }
    assert_eq!(logged(&court).await, 5);
}

#[tokio::test]
async fn of_sixteen_who_put_the_very_same_exactly_one_is_told_that_it_did() {
    let court = Court::open().await;
    let begun = with(first(2), 3);
    for (next, expected) in [(first(2), None), (begun, Some(1))] {
        let revision = expected.unwrap_or(0) + 1;
        let puts = (0..16).map(|n| put(&court, &next, expected, 100 * revision + n));
        let outcomes = join_all(puts).await;

        let won: Vec<_> = (0..16_u64)
            .zip(&outcomes)
            .filter(|(_, won)| **won)
            .collect();
        assert_eq!(won.len(), 1, "{outcomes:?}");
        let newest = court.store.operations(100).await.unwrap();
        assert_eq!(newest.len() as u64, revision);
        assert!(newest.contains(&operation(100 * revision + won[0].0)));
    }
}

#[tokio::test]
async fn of_sixteen_who_each_begin_a_generation_none_is_lost() {
    let court = Court::open().await;
    assert!(put(&court, &first(2), None, 0).await);

    let begun = (3..19_u32).map(|n| {
        let begin = move |it: Generations| it.begin(Generation(n), 8, mark(u64::from(n)), at(1));
        step(&court.store, CASE, begin, move |_, _| {
            operation(u64::from(n))
        })
    });
    for outcome in join_all(begun).await {
        outcome.unwrap();
    }

    let found = get(&court).await.unwrap();
    assert_eq!(found.revision, 17);
    let live: Vec<_> = found.generations.live().collect();
    assert_eq!(live, (2..19).map(Generation).collect::<Vec<_>>());
    assert_eq!(logged(&court).await, 17);
}

#[tokio::test]
async fn a_step_that_changes_nothing_is_neither_written_nor_logged() {
    let court = Court::open().await;
    let nothing = change(&court.store, CASE, Some, || operation(1)).await;
    assert_eq!(nothing.unwrap(), None, "there are no generations yet");
    assert!(put(&court, &first(2), None, 2).await);

    let same = step(&court.store, CASE, Ok, |_, _| operation(3)).await;

    assert_eq!(same.unwrap(), first(2));
    let refused = |it: Generations| it.switch(Generation(3), at(4));
    let refused = step(&court.store, CASE, refused, |_, _| operation(4)).await;
    assert!(refused.is_err());
    assert_eq!(get(&court).await.unwrap().revision, 1);
    assert_eq!(court.store.operations(10).await.unwrap(), [operation(2)]);
}

#[tokio::test]
async fn contents_are_marked_once_each_generation_for_itself() {
    let court = Court::open().await;
    assert_eq!(
        court.store.contents_marked(of_cases(2)).await.unwrap(),
        None
    );

    let marks = join_all((1..=16).map(|n| court.store.contents_mark(of_cases(2), mark(n)))).await;

    let there = court.store.contents_marked(of_cases(2)).await.unwrap();
    let there = there.unwrap();
    for told in marks {
        assert_eq!(told.unwrap(), there);
    }
    let again = court.store.contents_mark(of_cases(2), mark(99)).await;
    assert_eq!(again.unwrap(), there);
    for other in [1, 20] {
        let other = of_cases(other);
        assert_eq!(court.store.contents_marked(other).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_mark_goes_with_the_table_of_the_contents() {
    let court = Court::open().await;
    assert!(put(&court, &first(2), None, 1).await);
    court
        .store
        .contents_mark(of_cases(2), mark(2))
        .await
        .unwrap();
    let client = court.client().await;
    let table = &court.store.tables().snapshots;

    client
        .delete_table()
        .table_name(table)
        .send()
        .await
        .unwrap();
    court.store.create_tables().await.unwrap();

    assert_eq!(
        court.store.contents_marked(of_cases(2)).await.unwrap(),
        None
    );
    let found = get(&court).await.unwrap();
    assert_eq!(found.generations, first(2), "the pointer stays");
    let anew = court.store.contents_mark(of_cases(2), mark(7)).await;
    assert_eq!(anew.unwrap(), mark(7));
}
