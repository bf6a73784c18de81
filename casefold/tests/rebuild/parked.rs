//! A case that can't be folded waits alone, is told in the report, and keeps readers where
//! they are unless they lose nothing by being switched.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Commit, CommitRef, Version};
use casefold_projector::rebuild::reconcile::{Kind, ReconcileConfig, ReconcileReport};
use casefold_projector::rebuild::{Progress, RebuildStatus};
use casefold_shared::gateway::{EventStore, Segment};
use casefold_shared::generations::NotSafe;
use tokio::sync::watch;

use crate::acts::undecodable;
use crate::given::{numbers, some_cases};
use crate::support::history::{captioned, chain, docket, petition};
use crate::watched::Watched;
use crate::world::{ACTIVE, Court, LOOK, ONE_WORKER, OTHER, run};

const MENDING: ReconcileConfig = ReconcileConfig {
    repair: true,
    ..LOOK
};

/// Makes the item of a commit such as nobody can read; gives it as it was.
async fn spoil(court: &Court, commit: CommitRef) -> HashMap<String, AttributeValue> {
    let client = court.tables.client().await;
    let table = &court.store.tables().events;
    let partition = AttributeValue::S(format!("CASE#{}", commit.docket_number));
    let sort = AttributeValue::N(commit.version.to_string());
    let found = client
        .get_item()
        .table_name(table)
        .key("pk", partition)
        .key("sk", sort)
        .send()
        .await
        .unwrap();
    let whole = found.item.unwrap();
    let mut spoiled = whole.clone();
    spoiled.remove("events");
    put(court, spoiled).await;
    whole
}

async fn put(court: &Court, item: HashMap<String, AttributeValue>) {
    let client = court.tables.client().await;
    let put = client.put_item().table_name(&court.store.tables().events);
    put.set_item(Some(item)).send().await.unwrap();
}

/// The one case that a look names, and the version at which it is parked.
fn parked_in(report: &ReconcileReport) -> (&Kind, bool) {
    let [difference] = &report.status.found.named[..] else {
        panic!("{report:?}")
    };
    assert_eq!(difference.docket_number, docket(102));
    (&difference.kind, difference.repaired)
}

fn at(version: u64) -> CommitRef {
    CommitRef {
        docket_number: docket(102),
        version: Version(version),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_commit_parks_its_case_alone_until_it_is_mended() {
    // Given three cases that readers have whole, and a commit of one that nobody can read now
    let court = Court::open().await;
    let cases = some_cases([4, 4, 4]);
    court.append(&cases.concat()).await;
    court.project().await;
    let whole = spoil(&court, at(3)).await;

    // When another generation is rebuilt
    let report = court.fill(OTHER).await;

    // Then the case waits there, as far as it can be folded, and the others are whole.
    assert!(report.complete);
    let counts = report.status.put;
    assert_eq!((counts.written, counts.parked), (2, 1));
    assert_eq!(report.status.scanned.commits, 12);
    assert_eq!(court.version(OTHER, docket(102)).await, Some(Version(2)));
    let others = [docket(101), docket(103)];
    court.assert_is_fold(OTHER, &others).await;

    // And readers, who would lose something, are not switched
    let look = court.reconciled(OTHER, LOOK).await;
    assert!(!look.is_clean());
    let (Kind::Parked { at, reason }, false) = parked_in(&look) else {
        panic!("{look:?}")
    };
    assert_eq!(*at, Version(3));
    assert!(reason.contains("events"), "{reason}");
    assert_eq!(
        court.switch(OTHER).await,
        Err(NotSafe::Differs(OTHER.generation, 1))
    );
    let mending = court.reconciled(OTHER, MENDING).await;
    assert!(!mending.is_clean(), "it can't be mended yet");

    // Until it can be read again and is mended.
    put(&court, whole).await;
    let mended = court.reconciled(OTHER, MENDING).await;
    assert!(mended.is_clean(), "{mended:?}");
    assert_eq!(mended.status.found.repaired, 1);
    assert!(parked_in(&mended).1);
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
    assert_eq!(court.folder(OTHER).parked().await.unwrap(), []);
    court.switch(OTHER).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_newer_build_waits_for_the_build_that_knows_it() {
    // Given a rebuild by a build that is older than the writer of a commit
    let court = Court::open().await;
    let cases = some_cases([4, 4, 4]);
    court.append(&cases.concat()).await;
    court.project().await;
    court.begin(OTHER, 2).await;
    let older = Arc::new(Watched::older_than(court.store.clone(), at(4)));
    let report = run(&court.rebuild_watched(OTHER, &older), 2).await.unwrap();
    assert_eq!(
        (report.status.put.written, report.status.put.parked),
        (2, 1)
    );

    // Then it is told which event it is, and readers stay
    let look = court.reconciled(OTHER, LOOK).await;
    let (Kind::Parked { at, reason }, false) = parked_in(&look) else {
        panic!("{look:?}")
    };
    assert_eq!(*at, Version(4));
    assert!(reason.contains("schema version 99"), "{reason}");
    assert_eq!(
        court.switch(OTHER).await,
        Err(NotSafe::Differs(OTHER.generation, 1))
    );

    // Until the newer build mends it.
    let mended = court.reconciled(OTHER, MENDING).await;
    assert!(mended.is_clean(), "{mended:?}");
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
    court.switch(OTHER).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_parked_in_the_active_generation_alike_keeps_nobody_from_switching() {
    let court = Court::open().await;
    let mut cases = some_cases([4, 4, 4]);
    let poison = undecodable(&cases[1]);
    cases[1].push(poison);
    court.append(&cases.concat()).await;
    court.project().await;

    let report = court.fill(OTHER).await;

    assert!(report.complete);
    assert_eq!(report.status.put.parked, 1);
    let look = court.reconciled(OTHER, LOOK).await;
    assert!(look.is_clean(), "{look:?}");
    assert_eq!(
        (look.status.found.parked_alike, look.status.found.alike),
        (1, 2)
    );
    let (Kind::Parked { at, reason }, false) = parked_in(&look) else {
        panic!("{look:?}")
    };
    assert_eq!(*at, Version(5));
    assert!(reason.contains("CaseTeleported"), "{reason}");
    for id in [ACTIVE, OTHER] {
        assert_eq!(court.version(id, docket(102)).await, Some(Version(4)));
    }
    court.switch(OTHER).await.unwrap();
}

/// Wishes to stop as soon as anything was done.
struct StopAtOnce(watch::Sender<bool>);

impl Progress<RebuildStatus> for StopAtOnce {
    fn at(&self, _: &RebuildStatus) {
        self.0.send_replace(true);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_ends_with_an_unreadable_commit_costs_no_other_case() {
    // Given a page of a scan whose last commit, the first of its case, can't be read
    let court = Court::open().await;
    let events = (1..999).map(|n| vec![captioned(1 + n % 50)]);
    let long = chain(docket(101), std::iter::once(vec![petition()]).chain(events));
    let cases = [vec![long], some_cases([1, 3])[1..].to_vec()].concat();
    court.append_many(&cases.concat()).await;
    spoil(&court, at(1)).await;
    let whole = Segment { index: 0, of: 1 };
    let page = court.store.commits_scan(whole, None).await.unwrap();
    assert_eq!(
        page.next,
        Some(at(1)),
        "the engine scans in the order of cases"
    );
    assert_eq!((page.commits.len(), page.unreadable.len()), (999, 1));

    // When a rebuild is stopped after it, and another goes on
    court.begin(OTHER, 1).await;
    let (wish, wished) = watch::channel(false);
    let rebuild = court.rebuild(OTHER);
    let stopped = rebuild.run(ONE_WORKER, &StopAtOnce(wish), &wished).await;
    assert!(!stopped.unwrap().complete);
    let report = run(&court.rebuild(OTHER), 1).await.unwrap();

    // Then the case before it is there, and each was looked at once.
    assert!(report.complete);
    court_has(&court, &cases[0]).await;
    let status = report.status;
    assert_eq!((status.scanned.cases, status.put.parked), (2, 1));
    assert_eq!(status.scanned.commits, 1_002);
}

async fn court_has(court: &Court, commits: &[Commit]) {
    let number = commits[0].docket_number;
    let last = commits.last().map(|commit| commit.version);
    assert_eq!(court.version(OTHER, number).await, last);
}
