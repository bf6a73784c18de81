//! The past of a case is that of the pure fold, with and without milestones, whatever state they
//! are in.

use casefold_command_api::service::{ReadError, Service};
use casefold_events::{Commit, Version};
use casefold_projector::{Folder, Hints};
use casefold_shared::as_of::AsOf;
use casefold_shared::case::Case;
use casefold_shared::gateway::{MilestoneState, MilestoneStore, PutOutcome};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::runtime::Runtime;

use crate::acts::{Act, Planned, at, fold, held, history, plans};
use crate::folding::spoil;
use crate::support::history::docket;
use crate::world::{Court, NEWEST, hints};

const EVERY: u64 = 4;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 12,
        max_shrink_iters: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_past_is_the_pure_fold_of_what_counts_with_and_without_milestones(
        plans in plans(0..22),
        folded in 0..24_usize,
    ) {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(travel(&plans, folded))?;
    }
}

async fn travel(plans: &[Planned], folded: usize) -> Result<(), TestCaseError> {
    let court = Court::open().await;
    let commits = history(docket(101), plans);
    court.append(&commits).await;
    let without = court.service(EVERY);
    check(&without, &commits).await?;
    // Milestones up to anywhere: the projector may be behind.
    let folder = court.folder(EVERY);
    let some = &commits[..folded.clamp(1, commits.len())];
    folder.advance(docket(101), &hints(some)).await.unwrap();
    check(&court.service(EVERY), &commits).await
}

/// Asks for every version, recorded time and effective time, and some beyond.
async fn check(service: &Service, commits: &[Commit]) -> Result<(), TestCaseError> {
    let ask = async |as_of: AsOf| service.read_case_as_of(docket(101), &as_of, None).await;
    for version in 1..=commits.len() {
        let read = ask(AsOf::Version(Version(version as u64))).await;
        let read = read.unwrap().unwrap();
        prop_assert_eq!(&read.case, &fold(&commits[..version]));
        prop_assert_eq!(read.extent.version, Version(version as u64));
    }
    let beyond = ask(AsOf::Version(Version(commits.len() as u64 + 1))).await;
    prop_assert!(
        matches!(beyond, Err(ReadError::NotYetRecorded { .. })),
        "{:?}",
        beyond
    );

    let last = commits.last().unwrap().recorded_at;
    let seconds = (last.as_millis() - at(0).as_millis()) / 1_000;
    for second in -1..=seconds + 1 {
        let known = commits
            .iter()
            .rposition(|commit| commit.recorded_at <= at(second));
        let read = ask(AsOf::RecordedAt(at(second))).await;
        match known {
            None => prop_assert!(matches!(read, Err(ReadError::NotBegun)), "{:?}", read),
            Some(known) => {
                prop_assert_eq!(read.unwrap().unwrap().case, fold(&commits[..=known]));
            }
        }
    }
    for second in [-41, -20, -1, 0, 3, 7, 12, 20, 30, 50, 1_000] {
        let until = at(second);
        let read = ask(AsOf::EffectiveOn(until.to_string().parse().unwrap())).await;
        match held(commits, until) {
            None => prop_assert!(matches!(read, Err(ReadError::NotBegun)), "{:?}", read),
            Some((case, left_out)) => {
                let read = read.unwrap().unwrap();
                prop_assert_eq!(&read.case, &case);
                let sifted = read.extent.effective.unwrap();
                prop_assert_eq!(sifted.left_out, left_out);
                prop_assert_eq!(sifted.known_through, commits.last().unwrap().version);
            }
        }
    }
    Ok(())
}

fn captions(commits: usize) -> Vec<Planned> {
    let plan = |nth: usize| Planned {
        acts: vec![Act::Caption(u8::try_from(nth % 3).unwrap()), Act::File],
        after: 1,
        back: 0,
    };
    (0..commits).map(plan).collect()
}

/// A case of 21 commits with its milestones.
async fn court() -> (Court, Vec<Commit>) {
    let court = Court::open().await;
    let commits = history(docket(101), &captions(20));
    court.append(&commits).await;
    let folder = court.folder(EVERY);
    folder
        .advance(docket(101), &Hints::default())
        .await
        .unwrap();
    (court, commits)
}

async fn at_version(service: &Service, version: u64) -> Case {
    let as_of = AsOf::Version(Version(version));
    let read = service.read_case_as_of(docket(101), &as_of, None).await;
    read.unwrap().unwrap().case
}

#[tokio::test]
async fn a_long_case_is_read_from_its_milestone_on() {
    let (court, commits) = court().await;
    let service = court.service(EVERY);
    at_version(&service, 18).await;
    let before = court.store.consumed();
    assert_eq!(at_version(&service, 18).await, fold(&commits[..18]));
    let cost = court.store.consumed() - before;
    // The heads; the case and the commits from it on, at the same time.
    assert_eq!(cost.requests, 3);
}

#[tokio::test]
async fn a_milestone_that_is_lost_or_spoilt_means_folding_from_further_back() {
    let (court, commits) = court().await;
    for sort in ["case#0000000016#0000", "head#0000000012"] {
        spoil(&court, sort).await;
        let service = court.service(EVERY);
        for version in [12, 15, 16, 18, 21] {
            let expected = fold(&commits[..usize::try_from(version).unwrap()]);
            assert_eq!(
                at_version(&service, version).await,
                expected,
                "{sort} {version}"
            );
        }
        let as_of = AsOf::EffectiveOn(at(14).to_string().parse().unwrap());
        let read = service.read_case_as_of(docket(101), &as_of, None).await;
        assert_eq!(
            read.unwrap().unwrap().case,
            held(&commits, at(14)).unwrap().0
        );
    }
}

#[tokio::test]
async fn a_milestone_of_another_history_is_never_believed() {
    let (court, commits) = court().await;
    court
        .store
        .milestones_remove(NEWEST, docket(101))
        .await
        .unwrap();
    // Somebody has put milestones of a history that this case never had.
    let mut plans = captions(20);
    plans[0].acts = vec![Act::Judge(2)];
    let other = history(docket(101), &plans);
    let mut state = MilestoneState::default();
    for upto in [4, 8] {
        let mut marks = casefold_shared::milestone::Marks::beginning();
        other[..upto].iter().for_each(|commit| marks.note(commit));
        let case = fold(&other[..upto]);
        let milestone = casefold_shared::milestone::Milestone {
            head: marks.head(&case),
            case,
        };
        let put = court
            .store
            .milestone_put(NEWEST, &milestone, &mut state)
            .await;
        assert_eq!(put.unwrap(), PutOutcome::Written);
    }
    let service = court.service(EVERY);
    for version in [4, 6, 8, 21] {
        let expected = fold(&commits[..usize::try_from(version).unwrap()]);
        assert_eq!(at_version(&service, version).await, expected);
    }
    for second in [3, 9] {
        let as_of = AsOf::EffectiveOn(at(second).to_string().parse().unwrap());
        let read = service.read_case_as_of(docket(101), &as_of, None).await;
        assert_eq!(
            read.unwrap().unwrap().case,
            held(&commits, at(second)).unwrap().0
        );
    }
}

#[tokio::test]
async fn what_is_read_in_pieces_stays_what_it_was_while_the_case_goes_on() {
    let (court, commits) = court().await;
    let service = court.service(EVERY);
    let as_of = AsOf::EffectiveOn(at(10).to_string().parse().unwrap());
    let through = Some(Version(10));
    let read = service.read_case_as_of(docket(101), &as_of, through).await;
    let read = read.unwrap().unwrap();
    assert_eq!(read.case, held(&commits[..10], at(10)).unwrap().0);
    assert_eq!(read.extent.effective.unwrap().known_through, Version(10));
}

#[tokio::test]
async fn there_is_no_past_of_a_case_that_does_not_exist() {
    let court = Court::open().await;
    let service = court.service(EVERY);
    for as_of in [
        AsOf::Version(Version(1)),
        AsOf::Version(Version(300)),
        AsOf::RecordedAt(at(0)),
        AsOf::EffectiveOn("2026-03-03".parse().unwrap()),
    ] {
        let read = service.read_case_as_of(docket(101), &as_of, None).await;
        assert!(read.unwrap().is_none(), "{as_of:?}");
    }
}
