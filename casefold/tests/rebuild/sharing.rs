//! A rebuild is resumed and shared, and harms nothing that is newer.

use std::sync::Arc;
use std::time::Duration;

use casefold_events::Version;
use casefold_projector::History;
use casefold_projector::rebuild::{
    Progress, RebuildConfig, RebuildStatus, Scanned, is_complete_already,
};
use casefold_shared::generations::Stage;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::given::{case, numbers, some_cases};
use crate::support::history::{Chain, docket, entry, filed, petition};
use crate::watched::Watched;
use crate::world::{
    ACTIVE, Court, EVERYBODY_KNOWS, LEASES_END, LISTS, ONE_WORKER, OTHER, Silent, run, stop,
};

/// Wishes to stop when so many pages are dealt with.
struct StopAfter {
    pages: std::sync::atomic::AtomicU32,
    wish: watch::Sender<bool>,
}

impl Progress<RebuildStatus> for StopAfter {
    fn at(&self, _: &RebuildStatus) {
        let before = self.pages.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        if before == 1 {
            self.wish.send_replace(true);
        }
    }
}

/// So many pages, then a wish to stop.
fn stop_after(pages: u32) -> (StopAfter, watch::Receiver<bool>) {
    let (wish, wished) = watch::channel(false);
    let pages = pages.into();
    (StopAfter { pages, wish }, wished)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_was_stopped_goes_on_and_reads_nothing_twice() {
    // Given a rebuild of eight segments that was told to stop after three pages
    let court = Court::open().await;
    let cases = some_cases((0..40).map(|n| 1 + n % 5));
    court.append(&cases.concat()).await;
    court.begin(OTHER, 8).await;
    let first = Arc::new(Watched::new(court.store.clone()));
    let (progress, wished) = stop_after(3);
    let rebuild = court.rebuild_watched(OTHER, &first);
    let stopped = rebuild.run(ONE_WORKER, &progress, &wished).await.unwrap();
    assert!(!stopped.complete);
    assert_eq!(first.scanned().len(), 3);
    assert_eq!(stopped.status.segments_ended, 3);
    assert_eq!(stopped.status.scanned.commits, first.commits());

    // When another process goes on
    let second = Arc::new(Watched::new(court.store.clone()));
    let report = run(&court.rebuild_watched(OTHER, &second), 2).await;

    // Then it reads the rest, and no more
    let report = report.unwrap();
    let commits = cases.concat().len() as u64;
    assert!(report.complete);
    assert_eq!(first.commits() + second.commits(), commits);
    assert_eq!(report.status.scanned.commits, commits);
    assert_eq!(report.status.scanned.cases, cases.len() as u64);
    assert_eq!(report.status.put.written, cases.len() as u64);
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_process_has_died_only_the_page_under_its_hands_is_read_again() {
    // Given a process that died with its third page read, and nothing of it written down
    let court = Court::open().await;
    let cases = some_cases((0..40).map(|n| 1 + n % 5));
    court.append(&cases.concat()).await;
    court.begin(OTHER, 8).await;
    let first = Arc::new(Watched::holding(court.store.clone(), 3));
    let rebuild = court.rebuild_watched(OTHER, &first);
    let dying = tokio::spawn(async move { run(&rebuild, 1).await });
    first.reached().await;
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());

    // When its lease has ended, and another goes on
    court.hands.move_on(LEASES_END);
    let second = Arc::new(Watched::new(court.store.clone()));
    let report = run(&court.rebuild_watched(OTHER, &second), 2).await;

    // Then that page is read twice, and counted once.
    let report = report.unwrap();
    let commits = cases.concat().len() as u64;
    let lost = first.scanned()[2].clone();
    assert!(second.scanned().contains(&lost));
    assert_eq!(first.commits() + second.commits(), commits + lost.commits);
    assert_eq!(report.status.scanned.commits, commits);
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_the_segments_and_the_rebuild_ends_once() {
    let court = Court::open().await;
    let cases = some_cases((0..60).map(|n| 1 + n % 4));
    court.append(&cases.concat()).await;
    court.begin(OTHER, 12).await;
    let seen = Arc::new(Watched::new(court.store.clone()));
    let (one, other) = (
        court.rebuild_watched(OTHER, &seen),
        court.rebuild_watched(OTHER, &seen),
    );

    let (one, other) = tokio::join!(run(&one, 2), run(&other, 2));

    let reports = [one.unwrap(), other.unwrap()];
    let commits = cases.concat().len() as u64;
    assert_eq!(seen.commits(), commits, "each page is read by one of them");
    for report in reports {
        assert!(report.complete);
        assert_eq!(report.status.scanned.commits, commits);
        assert_eq!(report.status.put.written, cases.len() as u64);
    }
    let log = court.operations().await;
    let by = |what: &str| log.iter().filter(|it| it.0 == what).count();
    assert_eq!((by("begin"), by("complete")), (1, 1), "{log:?}");
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_held_up_stops_and_what_it_puts_does_no_harm() {
    // Given a worker that has read its first page, and is held up until its lease has ended
    let court = Court::open().await;
    let cases = some_cases([4; 20]);
    let early: Vec<_> = cases.iter().flat_map(|it| it[..3].to_vec()).collect();
    court.append(&early).await;
    court.begin(OTHER, 4).await;
    let slow = Arc::new(Watched::holding(court.store.clone(), 1));
    let rebuild = court.rebuild_watched(OTHER, &slow);
    let held_up = tokio::spawn(async move { run(&rebuild, 1).await });
    slow.reached().await;
    court.hands.move_on(LEASES_END);

    // When another has done everything, and a projector folds a fourth commit of each case
    let other = run(&court.rebuild(OTHER), 2).await.unwrap();
    assert!(other.complete);
    for case in &cases {
        court.append(&case[3..]).await;
    }
    court.project().await;

    // Then the one that was held up puts nothing over it, and reads no further.
    slow.go_on();
    let report = held_up.await.unwrap().unwrap();
    assert!(report.complete);
    assert_eq!(report.status.scanned.commits, early.len() as u64);
    assert_eq!(slow.scanned().len(), 1);
    assert!(slow.commits() > 0, "there was something to put");
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_a_segment_looks_again_now_and_then_and_not_all_the_time() {
    // Given one process that has the only segment
    let court = Court::open().await;
    court.append(&some_cases([2, 2]).concat()).await;
    court.begin(OTHER, 1).await;
    let slow = Arc::new(Watched::holding(court.store.clone(), 1));
    let rebuild = court.rebuild_watched(OTHER, &slow);
    let first = tokio::spawn(async move { run(&rebuild, 1).await });
    slow.reached().await;

    // When another waits for it, which nobody can tell to stop any more
    let before = court.store.consumed().requests;
    let rebuild = court.rebuild(OTHER);
    let second = tokio::spawn(async move { run(&rebuild, 1).await });
    tokio::time::sleep(Duration::from_millis(2_500)).await;

    // Then it asks for little meanwhile, and both come to the end.
    let requests = court.store.consumed().requests - before;
    assert!((4..20).contains(&requests), "{requests} requests");
    slow.go_on();
    assert!(first.await.unwrap().unwrap().complete);
    assert!(second.await.unwrap().unwrap().complete);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_newer_stays_and_what_is_older_is_brought_forward() {
    // Given a case that live commits brought to its end, one that was left behind, and one of
    // which nothing is stored
    let court = Court::open().await;
    let cases = some_cases([30, 30, 30]);
    court.begin(OTHER, 1).await;
    court.append(&cases.concat()).await;
    let folder = court.folder(OTHER);
    let up_to = |case: usize, commits: usize| History {
        docket_number: cases[case][0].docket_number,
        commits: cases[case][..commits].to_vec(),
        unreadable: None,
    };
    folder
        .put_whole(&[up_to(0, 30), up_to(1, 4)])
        .await
        .unwrap();
    let items = court.tables.snapshot_items().await;

    // When an old view of the first is put, and all are rebuilt
    let old = folder.put_whole(&[up_to(0, 28)]).await.unwrap();
    assert_eq!((old.written, old.left), (0, 1));
    assert_eq!(court.tables.snapshot_items().await, items);
    assert!(run(&court.rebuild(OTHER), 1).await.unwrap().complete);

    // Then nothing of the first has changed, and the others are whole.
    let after = court.tables.snapshot_items().await;
    for (key, item) in items.iter().filter(|(key, _)| key.0.ends_with("#101-26")) {
        assert_eq!(after[key], *item, "{key:?}");
    }
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_over_many_pages_is_folded_and_counted_once() {
    // Given a case of three thousand commits between others
    let court = Court::open().await;
    let mut chain = Chain::of(docket(105));
    let mut long = vec![chain.commit([petition()])];
    long.extend((1..3_000).map(|n| match n % 50 {
        7 => chain.commit([filed(entry(n))]),
        _ => chain.commit([crate::support::history::captioned(1 + n as usize % 60)]),
    }));
    let short: Vec<_> = [103, 104, 106, 107].map(|serial| case(serial, 2)).concat();
    court.append(&short).await;
    court.append_many(&long).await;
    court.begin(OTHER, 1).await;

    let seen = Arc::new(Watched::new(court.store.clone()));
    let report = run(&court.rebuild_watched(OTHER, &seen), 1).await;

    let scanned = report.unwrap().status.scanned;
    assert!(seen.scanned().len() > 3, "{:?}", seen.scanned());
    assert_eq!(seen.commits(), 3_012);
    let expected = Scanned {
        cases: 5,
        commits: 3_012,
        events: 3_012,
    };
    assert_eq!(scanned, expected);
    let snapshot = court.snapshot(OTHER, docket(105)).await;
    assert_eq!(snapshot, crate::world::fold(OTHER, &long));
    let last = &long[2_999].command_id;
    let row =
        casefold_shared::gateway::SnapshotStore::command_get(&*court.store, docket(105), last);
    assert_eq!(row.await.unwrap().unwrap().version, Version(3_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_court_without_a_case_has_its_generation_at_once_and_a_complete_one_says_so() {
    let court = Court::open().await;

    let report = court.fill(OTHER).await;

    assert!(report.complete);
    assert_eq!(report.status.scanned, Scanned::default());
    for complete in [OTHER, ACTIVE, LISTS] {
        let standing = court.standing(complete).await.unwrap();
        assert_eq!(standing.stage, Stage::Complete);
        let again = run(&court.rebuild(complete), 1).await.unwrap_err();
        assert!(is_complete_already(&again), "{again}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_generation_is_scanned_for_only_when_everybody_folds_into_it() {
    // Given a rebuild that was begun a moment ago
    let court = Court::open().await;
    let cases = some_cases([2, 2]);
    court.append(&cases.concat()).await;
    let seen = Arc::new(Watched::new(court.store.clone()));
    let rebuild = court.rebuild_watched(OTHER, &seen);
    let begun = Instant::now();

    // When it runs without a word of the time
    let report = run(&rebuild, 1).await.unwrap();

    // Then it has waited for as long as a projector may go by what it knew before.
    assert!(report.complete);
    assert!(begun.elapsed() >= Duration::from_secs(EVERYBODY_KNOWS as u64 - 2));
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_keeps_to_its_rate_of_write_units() {
    let court = Court::open().await;
    let cases = some_cases((0..60).map(|n| 1 + n % 3));
    court.append(&cases.concat()).await;
    court.begin(OTHER, 4).await;
    let before = court.store.consumed();
    let begun = Instant::now();

    let config = RebuildConfig {
        workers: 2,
        max_write_units: Some(50),
        ..ONE_WORKER
    };
    let rebuild = court.rebuild(OTHER);
    let report = rebuild.run(config, &Silent, &stop(false)).await.unwrap();

    let seconds = begun.elapsed().as_secs_f64();
    let units = (court.store.consumed() - before).write_units;
    assert!(report.complete);
    assert!(
        report.status.cost.write_units > 150.0,
        "{:?}",
        report.status
    );
    assert!(units / seconds < 60.0, "{units} units in {seconds} s");
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
}
