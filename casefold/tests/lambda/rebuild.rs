//! A generation filled in pieces.

use std::sync::Arc;
use std::time::Duration;

use casefold_projector::projections::Known;
use casefold_projector::rebuild::{Progress, RebuildConfig, RebuildStatus};
use casefold_shared::case::generation;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{Generation, ProjectionId};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::runtime_api::{Answered, Function};
use crate::world::Court;

const OTHER: ProjectionId = ProjectionId {
    name: generation::NAME,
    generation: Generation(2),
};

fn begin(segments: u32) -> Value {
    json!({"task": "beginRebuild", "projection": "case", "generation": 2, "segments": segments})
}

fn segment(segment: u32) -> Value {
    json!({"task": "rebuildSegment", "projection": "case", "generation": 2, "segment": segment})
}

fn complete() -> Value {
    json!({"task": "completeRebuild", "projection": "case", "generation": 2})
}

fn error_of(answered: Answered) -> String {
    answered.unwrap_err().error_type
}

/// Waits as long as a state machine does after the beginning.
async fn until_everybody_knows(begun: &Value) {
    let seconds = begun["waitSeconds"].as_u64().unwrap();
    assert!((1..=6).contains(&seconds), "{begun}");
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Works on a segment with more and more time, to its end; how often it was called.
async fn worked(worker: &Function, nth: u32) -> (Value, usize) {
    let mut time = Duration::from_millis(60);
    let mut calls = 1;
    loop {
        let answered = worker.invoke_within(segment(nth), time).await.unwrap();
        assert_eq!(
            (&answered["projection"], &answered["segment"]),
            (&json!("case"), &json!(nth))
        );
        if answered["ended"] == true {
            return (answered, calls);
        }
        time *= 2;
        calls += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_whose_time_is_over_are_called_again_and_fill_every_case() {
    let (court, numbers) = Court::with_large_cases(16).await;
    let (worker, another) = (court.worker().await, court.worker().await);

    // Given a rebuild that was begun
    let begun = worker.invoke(begin(2)).await.unwrap();
    assert_eq!(
        (&begun["complete"], &begun["generation"]),
        (&json!(false), &json!(2))
    );
    let item = |nth: u32| json!({"projection": "case", "generation": 2, "segment": nth});
    assert_eq!(begun["items"], json!([item(0), item(1)]));
    assert_eq!(
        error_of(worker.invoke(complete()).await),
        "Casefold.NotEnded"
    );

    // When a worker comes before every projector can know of it, it waits, and reads nothing
    let early = worker
        .invoke_within(segment(0), Duration::from_millis(200))
        .await;
    let early = early.unwrap();
    assert_eq!(
        (&early["ended"], &early["cases"]),
        (&json!(false), &json!(0))
    );
    until_everybody_knows(&begun).await;

    // and then two work on it, whose time is over again and again
    let ((one, calls), (other, other_calls)) =
        tokio::join!(worked(&worker, 0), worked(&another, 1));
    assert!(calls.max(other_calls) > 1, "no worker was called again");
    let cases = |worked: &Value| worked["cases"].as_u64().unwrap();
    assert_eq!(cases(&one) + cases(&other), 16);
    // One that is called once more finds that all is done.
    assert_eq!(worker.invoke(segment(1)).await.unwrap(), other);
    assert_eq!(worker.invoke(begin(2)).await.unwrap()["items"], json!([]));

    // Then it can be completed, once and again, and every case is there
    for _ in 0..2 {
        let completed = worker.invoke(complete()).await.unwrap();
        assert_eq!(
            (&completed["complete"], &completed["written"]),
            (&json!(true), &json!(16))
        );
    }
    let nothing = worker.invoke(begin(2)).await.unwrap();
    let nothing = (
        &nothing["complete"],
        &nothing["items"],
        &nothing["waitSeconds"],
    );
    assert_eq!(nothing, (&json!(true), &json!([]), &json!(0)));
    court.assert_is_fold(OTHER, &numbers).await;
}

struct Silent;

impl Progress<RebuildStatus> for Silent {
    fn at(&self, _: &RebuildStatus) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_shared_with_the_tool() {
    let (court, numbers) = Court::with_large_cases(4).await;
    let worker = court.worker().await;
    let begun = worker.invoke(begin(3)).await.unwrap();
    until_everybody_knows(&begun).await;
    let (first, _) = worked(&worker, 1).await;

    // The tool goes on in as many segments, and does what is left
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let known = Known::read(&court.stores(), &clock, "case").await.unwrap();
    let rebuild = known.rebuild(OTHER, court.store.opener(), "operator");
    let config = RebuildConfig {
        workers: 2,
        segments: 32,
        max_write_units: None,
    };
    let (_wish, stop) = watch::channel(false);
    let report = rebuild.run(config, &Silent, &stop).await.unwrap();
    assert!(report.complete);
    assert_eq!(
        (report.status.segments, report.status.scanned.cases),
        (3, 4)
    );
    assert!(first["cases"].as_u64().unwrap() <= 4);

    // and the state machine comes to its end as well.
    assert_eq!(worker.invoke(segment(2)).await.unwrap()["ended"], true);
    let completed = worker.invoke(complete()).await.unwrap();
    assert_eq!(completed["cases"], 4);
    court.assert_is_fold(OTHER, &numbers).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_done_is_told_by_its_code() {
    let court = Court::open().await;
    let worker = court.worker().await;
    let refused = async |event: Value| error_of(worker.invoke(event).await);
    for event in [
        json!({"task": "beginRebuild", "projection": "cases"}),
        json!({"task": "beginRebuild", "projection": "case", "generation": 99}),
        json!({"task": "beginRebuild", "projection": "case", "segments": 0}),
        json!({"task": "beginRebuild", "projection": "case", "segments": 4_001}),
        json!({"task": "beginRebuild", "projection": "case", "genration": 2}),
    ] {
        assert_eq!(refused(event.clone()).await, "Casefold.BadTask", "{event}");
    }
    // Nobody has begun it.
    assert_eq!(refused(segment(0)).await, "Casefold.NotSafe");
    assert_eq!(refused(complete()).await, "Casefold.NotSafe");
    worker.invoke(begin(2)).await.unwrap();
    assert_eq!(refused(segment(2)).await, "Casefold.BadTask");
    // The one that readers follow has every case, whichever is newest where none is said.
    let newest = json!({"task": "beginRebuild", "projection": "case"});
    assert_eq!(worker.invoke(newest).await.unwrap()["complete"], true);
}
