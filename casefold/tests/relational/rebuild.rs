//! Filling the rows from the event table: complete, beside live commands, and resumable.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use casefold::feed::{Feed, FeedConfig, Until};
use casefold_events::{DocketNumber, Version};
use casefold_projector::relational::{
    CaseRows, Counts, Parked, RebuildConfig, RebuildProgress, RelationalProjector, Target,
    TargetError,
};
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::EventStore;
use tokio::sync::watch;

use crate::court::{CONFIG, Unseen, append_case, expected_of, next, rebuild, stream};
use crate::databases::Database;
use crate::on_each_database;
use crate::program::Deliver;
use crate::support::Court;

on_each_database![
    a_rebuild_equals_the_pure_fold_of_every_case,
    commands_go_on_while_a_rebuild_and_the_feed_run,
    a_rebuild_that_dies_goes_on_from_its_checkpoint,
    a_rebuild_that_is_told_to_stop_goes_on_from_its_checkpoint,
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
        assert_eq!(report.counts.cases, 32);
        // The second has nothing left to write.
        assert_eq!(report.counts.written, if segments == 1 { 32 } else { 0 });
        assert_eq!(database.cases().await, expected_of(&court, 101..133).await);
    }
    // Again what is complete: it brings up to date what has moved on.
    append_case(&court, 133, 3).await;
    let rebuild = rebuild(&court, database.open().await).await;
    let report = rebuild.run(CONFIG, &Unseen, &stopped).await.unwrap();
    assert_eq!((report.counts.written, report.resumed_segments), (1, 0));
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
            store.clone(),
            FeedConfig::default(),
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
            return Err(TargetError::Unavailable("gone".into()));
        }
        self.target.put(cases).await
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
    assert_eq!((report.counts.cases, report.counts.commits), (30, 120));
    assert_eq!(database.cases().await, expected_of(&court, 101..131).await);
}

/// Tells the rebuild to stop after its first page.
struct StopAtOnce(watch::Sender<bool>);

impl RebuildProgress for StopAtOnce {
    fn advanced(&self, _: u32, _: u32, _: Counts) {
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
        .run(config, &StopAtOnce(stop), &stopped)
        .await
        .unwrap();
    assert!(!report.complete);
    assert!((1..10).contains(&report.counts.cases), "{report:?}");

    let (_stop, stopped) = watch::channel(false);
    let report = rebuild.run(config, &Unseen, &stopped).await.unwrap();
    assert!(
        report.complete && report.resumed_segments == 1,
        "{report:?}"
    );
    assert_eq!((report.counts.cases, report.counts.commits), (10, 1_200));
    assert_eq!(database.cases().await, expected_of(&court, 101..111).await);
}
