//! Verifying and signing, where nothing was tampered with.

use std::sync::atomic::{AtomicU64, Ordering};

use casefold_events::case::records::CaseNoteWritten;
use casefold_events::{CaseEvent, StoredEvent};
use casefold_projector::rebuild::Progress;
use casefold_projector::verify::chain::Wrong;
use casefold_projector::verify::take::Taken;
use casefold_projector::verify::{Verify, VerifyConfig, VerifyStatus};
use casefold_shared::gateway::{CheckpointStore, EventStore, LeaseStore};
use futures::future::join_all;
use tokio::sync::watch;

use crate::court::{Court, LOOK, Quiet, go_on};
use crate::support::history::{Chain, chain, docket, entry, filed, petition};

/// Wishes to stop after so many cases.
struct StopAfter {
    cases: u64,
    stop: watch::Sender<bool>,
    seen: AtomicU64,
}

impl Progress<VerifyStatus> for StopAfter {
    fn at(&self, status: &VerifyStatus) {
        self.seen.fetch_max(status.scanned.cases, Ordering::Relaxed);
        if status.scanned.cases >= self.cases {
            self.stop.send_replace(true);
        }
    }
}

fn in_parts() -> VerifyConfig {
    VerifyConfig {
        workers: 1,
        segments: 16,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_stopped_is_gone_on_with_and_misses_nothing() {
    let court = Court::of(64).await;
    court.checkpoint().await;
    let verify = court.verifier();
    let (stop, stopped) = watch::channel(false);
    let progress = StopAfter {
        cases: 8,
        stop,
        seen: AtomicU64::new(0),
    };
    let first = verify.run(in_parts(), &progress, &stopped).await.unwrap();
    assert!(!first.complete && !first.is_clean() && first.has_no_findings());
    let seen = first.status.scanned.cases;
    assert!((8..64).contains(&seen), "{seen}");

    let (stop, stopped) = watch::channel(false);
    let progress = StopAfter {
        cases: 1_000,
        stop,
        seen: AtomicU64::new(0),
    };
    let second = verify.run(in_parts(), &progress, &stopped).await.unwrap();

    assert!(second.is_clean(), "{second:?}");
    assert_eq!(second.status.found.sound, 64);
    assert_eq!(second.status.found.covered, 64);
    assert_eq!(second.status.segments, 16, "as many as it was begun with");
    assert!(progress.seen.load(Ordering::Relaxed) == 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_share_a_look() {
    let court = Court::of(64).await;
    let verifiers: Vec<Verify> = (0..3).map(|_| court.verifier()).collect();
    let stop = go_on();
    // The first writes down that it was begun.
    let begun = court.verifier();
    let (done, stopped) = watch::channel(true);
    begun.run(in_parts(), &Quiet, &stopped).await.unwrap();
    drop(done);
    let looks = verifiers.iter().map(|it| it.run(in_parts(), &Quiet, &stop));
    let reports = join_all(looks).await;
    for report in reports {
        let report = report.unwrap();
        assert!(report.complete);
        assert_eq!(report.status.found.sound, 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_build_does_not_understand_is_no_finding_and_is_signed_too() {
    let mut case = Chain::of(docket(101));
    let first = case.commit([petition()]);
    let note = CaseNoteWritten {
        note: "a note".into(),
    };
    let mut second = case.commit([CaseEvent::from(note)]).draft;
    let known = &second.events[0];
    let payload = known.payload();
    let later = StoredEvent::read(known.event_id, "FromALaterBuild", 9, payload);
    second.events = vec![later];
    let second = second.seal(first.hash);
    let court = Court::with([&first, &second]).await;
    assert!(court.verify().await.is_clean());
    assert_eq!(court.checkpoint().await, (1, 1));

    // And what begins with something that is known to begin nothing is one.
    let other = chain(docket(102), [vec![filed(entry(1))]]);
    court.append(&other).await;
    let report = court.verify().await;
    assert_eq!(report.status.found.named[0].kind, Wrong::NoPetition);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_written_where_something_has_changed_and_only_what_has() {
    let court = Court::open().await;
    assert!(matches!(court.try_checkpoint().await.0, Taken::Empty));
    let mut first = Chain::of(docket(101));
    let mut second = Chain::of(docket(600));
    court
        .append(&[first.commit([petition()]), second.commit([petition()])])
        .await;

    assert_eq!(court.checkpoint().await, (1, 2));
    assert!(matches!(
        court.try_checkpoint().await.0,
        Taken::Unchanged(_)
    ));
    court.append(&[second.commit([filed(entry(1))])]).await;
    assert_eq!(court.checkpoint().await, (2, 1), "one bucket of two");

    let kept = court
        .store
        .signed_checkpoint_latest()
        .await
        .unwrap()
        .unwrap();
    let kept = kept.kept.unwrap();
    assert_eq!((kept.signed.says.cases, kept.signed.says.commits), (2, 3));
    let places = court
        .store
        .checkpoint_directory(kept.contents)
        .await
        .unwrap();
    assert_ne!(
        places[0].contents, kept.contents,
        "as it was written before"
    );
    assert_eq!(places[1].contents, kept.contents);
    for (place, (number, size)) in places.iter().zip([(docket(101), 1), (docket(600), 2)]) {
        let heads = court.store.checkpoint_bucket(place).await.unwrap();
        assert_eq!(
            (heads[0].docket_number, heads[0].version().0),
            (number, size)
        );
    }
    let report = court.verify().await;
    assert!(report.is_clean() && report.signatures_checked);
    assert_eq!(report.checkpoint.unwrap().number, 2);
    let groups = court.store.leases("checkpoint").await.unwrap();
    assert!(groups.is_empty(), "it leaves no leases behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_come_after_a_checkpoint_are_verified_and_not_missed_from_it() {
    let court = Court::of(16).await;
    court.checkpoint().await;
    let mut new = Chain::of(docket(101));
    court
        .append(&[new.commit([petition()]), new.commit([filed(entry(1))])])
        .await;
    let report = court.verify().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.status.found.sound, 17);
    assert_eq!(report.status.found.covered, 16);
    let alone = court.verifier().case(docket(101)).await.unwrap().unwrap();
    assert_eq!((alone.status.scanned.commits, alone.is_clean()), (2, true));
    assert!(court.verifier().case(docket(999)).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_grows_while_it_is_signed_is_signed_as_it_was_met() {
    let court = Court::of(48).await;
    let appending = {
        let store = court.store.clone();
        let mut case = Chain::of(docket(101));
        tokio::spawn(async move {
            for n in 0..40 {
                let event = if n == 0 { petition() } else { filed(entry(n)) };
                store.commit_append(&case.commit([event])).await.unwrap();
            }
        })
    };
    let (taken, report) = court.try_checkpoint().await;
    assert!(matches!(taken, Taken::Written { .. }), "{report:?}");
    appending.await.unwrap();
    assert!(court.verify().await.is_clean());
    court.checkpoint().await;
    let many = VerifyConfig { workers: 4, ..LOOK };
    let report = court.verifier().run(many, &Quiet, &go_on()).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.status.found.sound, 49);
}
