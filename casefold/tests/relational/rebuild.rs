//! Filling the rows from the event table: complete, beside live commands, and resumable.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use casefold::feed::{Feed, FeedConfig, Places, Until};
use casefold_events::{DocketNumber, Version};
use casefold_projector::rebuild::{Progress, RebuildStatus};
use casefold_projector::relational::{
    CaseRows, Parked, RebuildConfig, RelationalProjector, Target, TargetError,
};
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::EventStore;
use tokio::sync::{Barrier, watch};

use crate::court::{
    CONFIG, Unseen, append_case, expected_of, let_leases_end, next, rebuild, stream,
};
use crate::databases::Database;
use crate::on_each_database;
use crate::program::Deliver;
use crate::support::Court;

on_each_database![
    a_rebuild_equals_the_pure_fold_of_every_case,
    commands_go_on_while_a_rebuild_and_the_feed_run,
    a_rebuild_that_dies_goes_on_from_its_checkpoint,
    a_rebuild_that_is_told_to_stop_goes_on_from_its_checkpoint,
    a_rebuild_that_is_dropped_half_way_goes_on_from_its_checkpoint,
    two_processes_share_one_passage,
];

async fn a_rebuild_equals_the_pure_fold_of_every_case(database: Database) {
    let court = Court::open().await;
    for serial in 101..130 {
        append_case(&court, serial, u64::from(serial % 9 + 1)).await;
    }
    // A page ends within one of these: it has 1,000 commits.
    for serial in [130, 131, 132] {
        append_case(&court, serial, 450).await;
    }
    let (_stop, stopped) = watch::channel(false);
    for segments in [1, 3] {
        let rebuild = rebuild(&court, database.open().await).await;
        let config = RebuildConfig { segments, ..CONFIG };
        let report = rebuild.run(config, &Unseen, &stopped).await.unwrap();

        assert!(report.complete);
        assert_eq!(report.status.scanned.cases, 32);
        // The second has nothing left to write.
        let (written, left) = if segments == 1 { (32, 0) } else { (0, 32) };
        let counts = report.status.put;
        assert_eq!((counts.written, counts.left), (written, left));
        assert_eq!(database.cases().await, expected_of(&court, 101..133).await);
    }
    // Again what is complete: it brings up to date what has moved on.
    append_case(&court, 133, 3).await;
    let rebuild = rebuild(&court, database.open().await).await;
    let report = rebuild.run(CONFIG, &Unseen, &stopped).await.unwrap();
    assert_eq!((report.status.put.written, report.resumed_segments), (1, 0));
    assert_eq!(database.cases().await, expected_of(&court, 101..134).await);
}

async fn commands_go_on_while_a_rebuild_and_the_feed_run(database: Database) {
    let court = Court::open().await;
    let mut chains = Vec::new();
    for serial in 101..141 {
        chains.push(append_case(&court, serial, 5).await);
    }
    let store = Arc::new(court.store_by_way_of(&court.endpoint_url).await);
    let projector =
        RelationalProjector::new(store.clone(), database.open().await, Arc::new(SystemClock));
    let handler = Arc::new(Deliver(projector));
    let feed = |source| {
        Feed::new(
            source,
            handler.clone(),
            Places::of(store.clone(), Arc::new(SystemClock)),
            FeedConfig::of_an_engine(),
        )
        .named("cases-sql/test".to_owned())
    };
    let (stop, stopped) = watch::channel(false);
    let live = feed(Arc::new(stream(&court).await));
    let live = tokio::spawn({
        let stopped = stopped.clone();
        async move { live.run(Until::Stopped, stopped).await }
    });
    // The rebuild has a connection of its own, as a process beside the service has.
    let rebuild = rebuild(&court, database.open().await).await;
    let commands = async {
        for _ in 0..8 {
            for chain in &mut chains {
                court.store.commit_append(&next(chain)).await.unwrap();
            }
        }
        append_case(&court, 141, 6).await;
    };
    let rebuilds = async {
        for _ in 0..4 {
            assert!(
                rebuild
                    .run(CONFIG, &Unseen, &stopped)
                    .await
                    .unwrap()
                    .complete
            );
        }
    };
    tokio::join!(commands, rebuilds);
    stop.send(true).unwrap();
    live.await.unwrap();
    let (_stop, stopped) = watch::channel(false);
    feed(Arc::new(stream(&court).await))
        .run(Until::Drained, stopped)
        .await;

    assert_eq!(database.cases().await, expected_of(&court, 101..142).await);
}

/// A target that is lost after so many writes.
struct Mortal {
    target: Arc<dyn Target>,
    left: AtomicU64,
}

#[async_trait]
impl Target for Mortal {
    fn id(&self) -> &str {
        self.target.id()
    }

    async fn versions(
        &self,
        cases: &[DocketNumber],
    ) -> Result<HashMap<DocketNumber, Version>, TargetError> {
        self.target.versions(cases).await
    }

    async fn put(&self, cases: &[Arc<CaseRows>]) -> Result<u64, TargetError> {
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        // Every other death comes after the rows are durable and before anybody hears of it.
        if left == 1 && cases.len().is_multiple_of(2) {
            self.target.put(cases).await?;
        }
        if left <= 1 {
            self.left.store(0, Ordering::Relaxed);
            // What passes is tried again by itself.
            return Err(TargetError::Unusable("gone".into()));
        }
        self.target.put(cases).await
    }

    async fn outdate(&self, cases: &[DocketNumber]) -> Result<(), TargetError> {
        self.target.outdate(cases).await
    }

    async fn park(&self, parked: &Parked) -> Result<(), TargetError> {
        self.target.park(parked).await
    }
}

async fn a_rebuild_that_dies_goes_on_from_its_checkpoint(database: Database) {
    let court = Court::open().await;
    for serial in 101..131 {
        append_case(&court, serial, 4).await;
    }
    let (_stop, stopped) = watch::channel(false);
    let config = RebuildConfig {
        segments: 6,
        workers: 1,
    };
    let mut deaths = 0;
    let report = loop {
        let target = Arc::new(Mortal {
            target: database.open().await,
            left: AtomicU64::new(3),
        });
        let rebuild = rebuild(&court, target).await;
        match rebuild.run(config, &Unseen, &stopped).await {
            Ok(report) => break report,
            Err(_) => deaths += 1,
        }
        assert!(deaths < 6, "each gets further than the one before");
    };

    assert!(
        deaths > 0 && report.complete && report.resumed_segments > 0,
        "{report:?}"
    );
    // Each case was counted once: nothing that was checkpointed was done again.
    let scanned = report.status.scanned;
    assert_eq!((scanned.cases, scanned.commits), (30, 120));
    assert_eq!(database.cases().await, expected_of(&court, 101..131).await);
}

/// Tells whoever listens that the rebuild is past its first page.
struct FirstPage(watch::Sender<bool>);

impl Progress<RebuildStatus> for FirstPage {
    fn at(&self, _: &RebuildStatus) {
        self.0.send_replace(true);
    }
}

async fn a_rebuild_that_is_told_to_stop_goes_on_from_its_checkpoint(database: Database) {
    let court = Court::open().await;
    for serial in 101..111 {
        append_case(&court, serial, 120).await;
    }
    let rebuild = rebuild(&court, database.open().await).await;
    // One segment of 1,200 commits: two pages, the first of which ends within a case.
    let config = RebuildConfig {
        segments: 1,
        workers: 1,
    };
    let (stop, stopped) = watch::channel(false);
    let report = rebuild
        .run(config, &FirstPage(stop), &stopped)
        .await
        .unwrap();
    assert!(!report.complete);
    assert!((1..10).contains(&report.status.scanned.cases), "{report:?}");

    let (_stop, stopped) = watch::channel(false);
    let report = rebuild.run(config, &Unseen, &stopped).await.unwrap();
    assert!(
        report.complete && report.resumed_segments == 1,
        "{report:?}"
    );
    let scanned = report.status.scanned;
    assert_eq!((scanned.cases, scanned.commits), (10, 1_200));
    assert_eq!(database.cases().await, expected_of(&court, 101..111).await);
}

async fn a_rebuild_that_is_dropped_half_way_goes_on_from_its_checkpoint(database: Database) {
    let court = Court::open().await;
    for serial in 101..131 {
        append_case(&court, serial, 4).await;
    }
    let config = RebuildConfig {
        segments: 6,
        workers: 2,
    };
    let (_stop, stopped) = watch::channel(false);
    let (tell, mut told) = watch::channel(false);
    let first_page = FirstPage(tell);
    let dropped = rebuild(&court, database.open().await).await;
    tokio::select! {
        report = dropped.run(config, &first_page, &stopped) => panic!("{report:?}"),
        _ = told.wait_for(|told| *told) => {}
    }
    let target = database.open().await;
    let_leases_end(&court, &*target, config).await;
    let rebuild = rebuild(&court, target).await;
    let report = rebuild.run(config, &Unseen, &stopped).await.unwrap();

    assert!(report.complete && report.resumed_segments > 0, "{report:?}");
    let scanned = report.status.scanned;
    assert_eq!((scanned.cases, scanned.commits), (30, 120));
    assert_eq!(database.cases().await, expected_of(&court, 101..131).await);
}

/// A target that counts what is written through it, and whose first write waits for another's.
struct Counting {
    target: Arc<dyn Target>,
    met: Arc<Barrier>,
    puts: AtomicU64,
    written: AtomicU64,
}

#[async_trait]
impl Target for Counting {
    fn id(&self) -> &str {
        self.target.id()
    }

    async fn versions(
        &self,
        cases: &[DocketNumber],
    ) -> Result<HashMap<DocketNumber, Version>, TargetError> {
        self.target.versions(cases).await
    }

    async fn put(&self, cases: &[Arc<CaseRows>]) -> Result<u64, TargetError> {
        if self.puts.fetch_add(1, Ordering::Relaxed) == 0 {
            self.met.wait().await;
        }
        let written = self.target.put(cases).await?;
        self.written.fetch_add(written, Ordering::Relaxed);
        Ok(written)
    }

    async fn outdate(&self, cases: &[DocketNumber]) -> Result<(), TargetError> {
        self.target.outdate(cases).await
    }

    async fn park(&self, parked: &Parked) -> Result<(), TargetError> {
        self.target.park(parked).await
    }
}

async fn two_processes_share_one_passage(database: Database) {
    let court = Court::open().await;
    for serial in 101..131 {
        append_case(&court, serial, 4).await;
    }
    let config = RebuildConfig {
        segments: 6,
        workers: 1,
    };
    let (_stop, stopped) = watch::channel(false);
    let met = Arc::new(Barrier::new(2));
    // Each has connections of its own, as processes have.
    let process = async || {
        let target = Arc::new(Counting {
            target: database.open().await,
            met: met.clone(),
            puts: AtomicU64::new(0),
            written: AtomicU64::new(0),
        });
        let rebuild = rebuild(&court, target.clone()).await;
        let report = rebuild.run(config, &Unseen, &stopped).await.unwrap();
        (report, target.written.load(Ordering::Relaxed))
    };
    let ((one, by_one), (other, by_other)) = tokio::join!(process(), process());

    assert!(one.complete && other.complete, "{one:?} {other:?}");
    assert_eq!(one.status.scanned, other.status.scanned);
    assert_eq!((one.status.scanned.cases, one.status.put.written), (30, 30));
    // Both had a part in it, and nothing was done twice.
    assert!(by_one > 0 && by_other > 0, "{by_one} {by_other}");
    assert_eq!(by_one + by_other, 30);
    assert_eq!(database.cases().await, expected_of(&court, 101..131).await);
}
