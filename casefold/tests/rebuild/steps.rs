//! The steps of a rebuild, each taken by itself.

use std::sync::Arc;
use std::time::Duration;

use casefold_projector::rebuild::{RebuildError, SegmentReport};
use casefold_shared::generations::NotSafe;
use casefold_shared::generations::change::StepError;
use tokio::sync::watch;

use crate::given::{numbers, some_cases};
use crate::loss::lose;
use crate::watched::Watched;
use crate::world::{Court, EVERYBODY_KNOWS, LEASES_END, OTHER, stop};

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_in_anothers_hands_is_waited_for_and_taken_up_when_its_lease_has_ended() {
    // Given a worker that has read a page of a segment, and is ended there
    let court = Court::open().await;
    let cases = some_cases([2, 3, 4]);
    court.append(&cases.concat()).await;
    let begun = court.rebuild(OTHER).begin(1).await.unwrap();
    court.hands.move_on(EVERYBODY_KNOWS);
    let (of, begun) = (begun, court.rebuild(OTHER).begun().await.unwrap());
    assert_eq!((begun.contents, begun.segments), (of.contents, 1));
    assert_eq!(begun.wait, Duration::ZERO);
    let seen = Arc::new(Watched::holding(court.store.clone(), 1));
    let rebuild = court.rebuild_watched(OTHER, &seen);
    let ended = tokio::spawn(async move { rebuild.segment(&begun, 0, &stop(false)).await });
    seen.reached().await;
    ended.abort();

    // When another comes whose time is over before the lease is, it has nothing to tell
    let (over, time) = watch::channel(false);
    let rebuild = court.rebuild(OTHER);
    let waiting = tokio::spawn(async move { rebuild.segment(&begun, 0, &time).await });
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!waiting.is_finished(), "it waits");
    over.send_replace(true);
    let nothing = waiting.await.unwrap().unwrap();
    assert_eq!(nothing, SegmentReport::default());
    let refused = court.rebuild(OTHER).complete(&begun).await.unwrap_err();
    assert!(matches!(refused, RebuildError::NotEnded(status) if status.segments_ended == 0));

    // Then one that comes after the lease does all of it.
    court.hands.move_on(LEASES_END);
    let rebuild = court.rebuild(OTHER);
    let done = rebuild.segment(&begun, 0, &stop(false)).await.unwrap();
    assert_eq!((done.ended, done.put.written), (true, 3));
    assert_eq!(rebuild.remaining(&begun).await.unwrap(), Vec::<u32>::new());
    rebuild.complete(&begun).await.unwrap();
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_before_every_projector_knows_of_the_generation() {
    let court = Court::open().await;
    court.append(&some_cases([2]).concat()).await;
    let begun = court.rebuild(OTHER).begin(1).await.unwrap();
    assert_eq!(begun.wait, Duration::from_secs(6));
    let seen = Arc::new(Watched::new(court.store.clone()));
    let rebuild = court.rebuild_watched(OTHER, &seen);

    let (over, time) = watch::channel(false);
    let waiting = tokio::spawn(async move { rebuild.segment(&begun, 0, &time).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    over.send_replace(true);
    let report = waiting.await.unwrap().unwrap();

    assert!(!report.ended);
    assert_eq!(seen.scanned().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_refused_where_the_contents_that_were_begun_are_lost() {
    let court = Court::open().await;
    court.begin(OTHER, 2).await;
    lose(&court, &court.store.tables().snapshots).await;
    let refused = court.rebuild(OTHER).begun().await.unwrap_err();
    assert!(matches!(
        refused,
        RebuildError::Step(StepError::NotSafe(NotSafe::Lost(generation)))
            if generation == OTHER.generation
    ));
}
