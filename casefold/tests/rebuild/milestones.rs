//! Milestones are rebuilt, reconciled, mended, switched and retired by the same acts as every
//! projection, though most cases have none.

use casefold_command_api::service::Service;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_projector::rebuild::reconcile::{Kind, ReconcileConfig};
use casefold_shared::as_of::AsOf;
use casefold_shared::case::Case;
use casefold_shared::gateway::{Generation, MilestoneStore, ProjectionId};
use casefold_shared::milestone::{EVERY, NAME};

use crate::support::history::{Chain, captioned, docket, petition};
use crate::world::{ACTIVE, Court, LOOK, OTHER, fold};

const NEWEST: ProjectionId = ProjectionId {
    name: NAME,
    generation: Generation::OF_CASES,
};
const SECOND: ProjectionId = ProjectionId {
    name: NAME,
    generation: Generation(2),
};
const DEEP: ReconcileConfig = ReconcileConfig { deep: true, ..LOOK };
const MENDING: ReconcileConfig = ReconcileConfig {
    repair: true,
    ..DEEP
};

/// A case with so many commits.
fn history(number: DocketNumber, commits: u64) -> Vec<Commit> {
    let mut chain = Chain::of(number);
    let mut history = vec![chain.commit([petition()])];
    let sizes = (1..commits).map(|n| usize::try_from(20 + n % 7).unwrap());
    history.extend(sizes.map(|bytes| chain.commit([captioned(bytes)])));
    history
}

async fn as_of(service: &Service, number: DocketNumber, version: u64) -> Case {
    let as_of = AsOf::Version(Version(version));
    let read = service.read_case_as_of(number, &as_of, None).await;
    read.unwrap().unwrap().case
}

#[tokio::test(flavor = "multi_thread")]
async fn milestones_of_another_generation_are_filled_looked_at_and_mended() {
    // Given a case with two milestones and one without any, folded live
    let court = Court::open().await;
    let (long, short) = (docket(101), docket(102));
    let commits = history(long, 2 * EVERY + 40);
    court.append(&commits).await;
    court.append(&history(short, 5)).await;
    court.project().await;
    let live = court.reconciled(NEWEST, DEEP).await;
    assert_eq!(
        (live.status.found.alike, live.status.found.differing),
        (2, 0)
    );

    // When another generation is filled beside it, then it has the same, folded as it folds
    let report = court.fill(SECOND).await;
    assert_eq!((report.status.put.written, report.status.put.left), (1, 1));
    let filled = court.reconciled(SECOND, DEEP).await;
    assert_eq!(
        (filled.status.found.alike, filled.status.found.differing),
        (2, 0)
    );
    assert_eq!(court.version(SECOND, long).await, Some(Version(2 * EVERY)));
    assert_eq!(court.version(SECOND, short).await, None);

    // And where milestones are lost, that is found, and mended
    court
        .store
        .milestones_remove(SECOND.generation, long)
        .await
        .unwrap();
    let lost = court.reconciled(SECOND, LOOK).await;
    assert_eq!(lost.status.found.differing, 1);
    let expected = Version(2 * EVERY);
    assert_eq!(lost.status.found.named[0].kind, Kind::Missing { expected });
    let mended = court.reconciled(SECOND, MENDING).await;
    assert_eq!(
        (mended.status.found.repaired, mended.status.found.differing),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_read_in_the_shape_of_the_generation_that_readers_follow() {
    let court = Court::open().await;
    let number = docket(101);
    let commits = history(number, EVERY + 10);
    court.append(&commits).await;
    court.project().await;
    let version = EVERY + 4;
    let upto = &commits[..usize::try_from(version).unwrap()];
    let service = court.service();
    assert_eq!(
        Some(as_of(&service, number, version).await),
        fold(ACTIVE, upto)
    );

    // Readers are switched to cases of another generation; milestones stay where they are.
    court.fill(OTHER).await;
    court.reconciled(OTHER, LOOK).await;
    court.switch(OTHER).await.unwrap();
    let service = court.service();
    assert_eq!(
        Some(as_of(&service, number, version).await),
        fold(OTHER, upto)
    );

    // And then milestones, too.
    court.fill(SECOND).await;
    court.reconciled(SECOND, LOOK).await;
    court.switch(SECOND).await.unwrap();
    let service = court.service();
    assert_eq!(
        Some(as_of(&service, number, version).await),
        fold(OTHER, upto)
    );
}
