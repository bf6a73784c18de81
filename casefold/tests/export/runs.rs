//! Runs: whole, further, stopped, killed, two at once.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use casefold::export::{Directory, ExportError, ExportStatus};
use casefold::generate::Generator;
use casefold::generate::Recipe;
use casefold::generate::run::{Options, Silent as Quiet, Writer};
use casefold_events::DocketNumber;
use casefold_projector::rebuild::Progress;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{EventStore, Stores};
use tokio::sync::watch;

use crate::files::{Writing, assert_has_all, export, in_place, run};
use crate::support::Court;
use crate::support::history::{Chain, captioned, docket, entry, filed, petition};

/// A made-up court; its cases.
async fn generated(store: &DynamoStore, cases: u64) -> Vec<DocketNumber> {
    let generator = Generator::new(Recipe::new(7, None, Some(cases)).unwrap());
    let options = Options {
        at_once: NonZeroUsize::new(2).unwrap(),
        in_step: NonZeroUsize::new(100).unwrap(),
        beside_others: true,
    };
    let store: Arc<DynamoStore> = Arc::new(store.clone());
    let (_stop, stopped) = watch::channel(false);
    let writer = Writer::new(&Stores::of(store), options);
    writer.run(generator, &Quiet, &stopped).await.unwrap();
    let blocks = (0..generator.blocks()).map(|nth| generator.block(nth).unwrap());
    blocks
        .flat_map(|block| block.histories)
        .map(|history| history.case.docket_number)
        .collect()
}

/// Sixty cases of a hundred commits: some pages of a scan.
async fn long_cases(store: &DynamoStore) -> Vec<DocketNumber> {
    let cases: Vec<_> = (101..161).map(docket).collect();
    let writing = Writing::to(store);
    for number in &cases {
        let mut chain = Chain::of(*number);
        let mut commits = vec![writing.commit(&mut chain, vec![petition()]).await];
        while commits.len() < 100 {
            commits.push(writing.commit(&mut chain, vec![captioned(8)]).await);
        }
        store.commits_append(&commits).await.unwrap();
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_run_writes_the_whole_history_into_the_folders_of_its_months() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let cases = generated(&court.store, 40).await;
    let report = run(&export(&court.store, dir.path(), 500)).await;
    assert_has_all(dir.path(), &court.store, &cases).await;
    assert_eq!(report.status.scanned.cases, 40);
    assert_eq!(report.commits, report.status.scanned.commits);
    assert_eq!(report.events, report.status.scanned.events);
    assert!(report.status.cost.read_units > 0.0);
    assert_eq!(report.files, in_place(dir.path()) as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_run_writes_what_is_new_and_nothing_twice() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let mut chain = Chain::of(docket(101));
    let writing = Writing::to(&court.store);
    writing.append(&mut chain, vec![petition()]).await;
    let export = export(&court.store, dir.path(), 1_000);
    run(&export).await;
    let again = run(&export).await;
    assert_eq!((again.commits_written, again.commits), (0, 1));

    writing.append(&mut chain, vec![filed(entry(1))]).await;
    let further = run(&export).await;
    assert_eq!((further.commits_written, further.commits), (1, 2));
    assert_eq!(further.cases_anew, 0);
    assert_has_all(dir.path(), &court.store, &[docket(101)]).await;
    // The rows of a month are put together again.
    assert_eq!(in_place(dir.path()), 2);
}

/// Stops a run at the first page after so many.
struct StopAfter {
    pages: u64,
    seen: AtomicU64,
    stop: watch::Sender<bool>,
}

impl Progress<ExportStatus> for StopAfter {
    fn at(&self, _: &ExportStatus) {
        if self.seen.fetch_add(1, Ordering::Relaxed) + 1 >= self.pages {
            self.stop.send_replace(true);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_stopped_is_gone_on_with_and_shows_nothing_before_its_end() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    // Some pages, one after the other, of which the reader is a few ahead of the writer.
    let cases = long_cases(&court.store).await;
    let mut export = export(&court.store, dir.path(), 400);
    export.segments = 1;
    let (stop, stopped) = watch::channel(false);
    let stopper = StopAfter {
        pages: 1,
        seen: AtomicU64::new(0),
        stop,
    };
    let first = export.run(Arc::new(stopper), &stopped).await.unwrap();
    assert!(!first.complete && first.commits_written > 0);
    assert_eq!((first.files, in_place(dir.path())), (0, 0));
    assert_eq!(Directory::complete_up_to(dir.path()).unwrap(), None);

    let second = run(&export).await;
    assert!(second.status.scanned.commits < second.commits);
    assert_has_all(dir.path(), &court.store, &cases).await;
    assert!(Directory::complete_up_to(dir.path()).unwrap().is_some());
}

/// Panics where a process would die.
struct Die;

impl Progress<ExportStatus> for Die {
    fn at(&self, status: &ExportStatus) {
        assert!(status.scanned.cases < 40, "the process dies here");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_leaves_nothing_that_counts_twice() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let cases = long_cases(&court.store).await;
    let export = export(&court.store, dir.path(), 100);
    let (_stop, stopped) = watch::channel(false);
    let died = export.run(Arc::new(Die), &stopped).await;
    assert!(matches!(died, Err(ExportError::Thread)), "{died:?}");
    run(&export).await;
    assert_has_all(dir.path(), &court.store, &cases).await;
    let left = std::fs::read_dir(dir.path().join("_casefold")).unwrap();
    let left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_into_one_directory_are_kept_apart() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let _taken = Directory::open(dir.path()).unwrap();
    let (_stop, stopped) = watch::channel(false);
    let refused = export(&court.store, dir.path(), 100)
        .run(Arc::new(crate::files::Silent), &stopped)
        .await;
    assert!(matches!(refused, Err(ExportError::Busy(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_of_another_format_is_left_alone() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let manifest = |dir: &Path| dir.join("_casefold/manifest.json");
    std::fs::create_dir(dir.path().join("_casefold")).unwrap();
    let later = r#"{"format": 2, "and": "more"}"#;
    std::fs::write(manifest(dir.path()), later).unwrap();
    let (_stop, stopped) = watch::channel(false);
    let refused = export(&court.store, dir.path(), 100)
        .run(Arc::new(crate::files::Silent), &stopped)
        .await;
    assert!(
        matches!(refused, Err(ExportError::Format { found: 2, .. })),
        "{refused:?}"
    );
    assert_eq!(
        std::fs::read_to_string(manifest(dir.path())).unwrap(),
        later
    );
}
