//! Establishing the generations of a projection that has none.

use casefold_shared::gateway::{EventStore, Generation, GenerationStore, Revised};
use casefold_shared::generations::establish::establish;
use casefold_shared::generations::{Generations, Stage};
use futures::future::join_all;
use uuid::Uuid;

use super::following::{MovingClock, delete};
use super::generations::{first, mark, of_cases, operation};
use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::{at, chain, docket, petition};

const SECOND: Generation = Generation(2);
const THIRD: Generation = Generation(3);

async fn established(court: &Court, clock: &MovingClock) -> Revised {
    let (store, known) = (&court.store, [THIRD, SECOND]);
    establish(store, store, clock, "case", &known)
        .await
        .unwrap()
}

async fn begin_a_case(court: &Court) {
    let commit = &chain(docket(101), [vec![petition()]])[0];
    court.store.commit_append(commit).await.unwrap();
}

/// The one generation, its stage, and the mark of its contents.
fn only(found: &Revised) -> (Generation, Stage, Uuid) {
    let generations = &found.generations;
    assert_eq!(generations.standing.len(), 1, "{generations:?}");
    let standing = generations.of(generations.active).unwrap();
    (generations.active, standing.stage, standing.contents)
}

#[tokio::test]
async fn a_new_court_has_its_newest_generation_which_misses_nothing() {
    let court = Court::open().await;
    let clock = MovingClock::at(7, 1);

    let found = established(&court, &clock).await;

    let marked = court.store.contents_marked(of_cases(3)).await.unwrap();
    assert_eq!(only(&found), (THIRD, Stage::Complete, marked.unwrap()));
    assert_eq!(found.revision, 1);
    let operations = court.store.operations(10).await.unwrap();
    assert_eq!(operations.len(), 1);
    let (by, what) = (&operations[0].by, &operations[0].operation);
    assert_eq!((by.as_str(), what.as_str()), ("casefold", "establish"));
    assert_eq!(operations[0].at, at(7));
    assert_eq!(established(&court, &clock).await, found);
    assert_eq!(court.store.operations(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_established_stays_as_it_is() {
    let court = Court::open().await;
    let store = &court.store;
    store
        .generations_put("case", &first(9), None, &operation(1))
        .await
        .unwrap();

    let found = established(&court, &MovingClock::at(7, 1)).await;

    let expected = Revised {
        revision: 1,
        generations: first(9),
    };
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_court_that_lost_its_generations_follows_the_oldest_with_contents() {
    // Given a court with cases, contents of some generations, and nothing that tells of them
    for (marked, expected) in [
        (&[2, 3][..], (SECOND, mark(2))),
        (&[2], (SECOND, mark(2))),
        (&[3], (THIRD, mark(3))),
    ] {
        let court = Court::open().await;
        begin_a_case(&court).await;
        for generation in marked {
            let id = of_cases(*generation);
            let mark = mark(u64::from(*generation));
            court.store.contents_mark(id, mark).await.unwrap();
        }

        let found = established(&court, &MovingClock::at(7, 1)).await;

        // Then nobody knows whether it has every case.
        let (generation, contents) = expected;
        assert_eq!(only(&found), (generation, Stage::Building, contents));
    }
}

#[tokio::test]
async fn a_court_without_any_contents_follows_the_newest_unfilled() {
    let court = Court::open().await;
    begin_a_case(&court).await;

    let found = established(&court, &MovingClock::at(7, 1)).await;

    let marked = court.store.contents_marked(of_cases(3)).await.unwrap();
    assert_eq!(only(&found), (THIRD, Stage::Building, marked.unwrap()));
}

#[tokio::test]
async fn a_complete_generation_whose_standing_was_lost_has_to_be_filled_anew() {
    let court = Court::open().await;
    let clock = MovingClock::at(7, 1);
    let before = established(&court, &clock).await;
    begin_a_case(&court).await;
    delete(&court, &court.store.tables().control, "PROJECTION#case").await;

    let after = established(&court, &clock).await;

    let (_, _, contents) = only(&before);
    assert_eq!(only(&after), (THIRD, Stage::Building, contents));
    assert_eq!(after.revision, 1);
}

#[tokio::test]
async fn processes_that_establish_at_once_agree() {
    for has_cases in [false, true] {
        let court = Court::open().await;
        if has_cases {
            begin_a_case(&court).await;
        }
        let clocks: Vec<_> = (1..=8).map(|n| MovingClock::at(n, n)).collect();

        let found = join_all(clocks.iter().map(|clock| established(&court, clock))).await;

        assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
        assert_eq!(found[0].revision, 1);
        let marked = court.store.contents_marked(of_cases(3)).await.unwrap();
        assert_eq!(only(&found[0]).2, marked.unwrap());
        assert_eq!(court.store.operations(100).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn one_whose_answer_is_lost_is_established_once() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let clock = MovingClock::at(7, 1);
    proxy.inject("TransactWriteItems", Fault::LoseAnswer);
    proxy.inject("PutItem", Fault::LoseAnswer);

    let found = establish(&store, &store, &clock, "case", &[THIRD]).await;

    let found = found.unwrap();
    let marked = court.store.contents_marked(of_cases(3)).await.unwrap();
    let expected = Generations::from_the_first(THIRD, marked.unwrap(), at(7));
    assert_eq!((found.revision, found.generations), (1, expected));
    assert_eq!(court.store.operations(10).await.unwrap().len(), 1);
}
