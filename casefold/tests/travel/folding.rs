//! Milestones are those of the pure fold, however commits are delivered.

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::Version;
use casefold_projector::fold::Outcome;
use casefold_projector::folder::PutWhole;
use casefold_projector::{Folder, Hints};
use casefold_shared::gateway::{Generation, MilestoneStore};

use crate::acts::{Act, Planned, history};
use crate::support::history::docket;
use crate::world::{Court, NEWEST, assert_folded, hints, whole};

fn plans(commits: usize) -> Vec<Planned> {
    let plan = |nth: usize| Planned {
        acts: match nth % 4 {
            0 => vec![Act::File],
            1 => vec![Act::Draft, Act::Caption(1)],
            2 => vec![Act::Serve(nth as u32), Act::Record(0)],
            _ => vec![Act::RenameParty(0, 2)],
        },
        after: 1,
        back: if nth.is_multiple_of(7) { 9 } else { 0 },
    };
    (0..commits).map(plan).collect()
}

#[tokio::test]
async fn a_milestone_comes_with_the_commit_at_which_it_stands_and_not_before() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(20));
    let folder = court.folder(8);
    for upto in 1..=commits.len() {
        court.append(&commits[upto - 1..upto]).await;
        let advanced = folder
            .advance(docket(101), &hints(&commits[upto - 1..upto]))
            .await;
        let outcome = advanced.unwrap().advance.outcome;
        let milestone = Version(upto as u64 / 8 * 8);
        let expected = match upto % 8 {
            0 => Outcome::Folded(milestone),
            _ => Outcome::Skipped(milestone),
        };
        assert_eq!(outcome, expected, "commit {upto}");
        assert_folded(&folder, &commits[..upto]).await;
    }
}

#[tokio::test]
async fn a_case_of_fewer_commits_costs_no_request_and_a_commit_between_costs_one_read() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(20));
    court.append(&commits).await;
    let folder = court.folder(8);
    let before = court.store.consumed();
    for commit in &commits[..7] {
        folder
            .advance(docket(101), &hints(std::slice::from_ref(commit)))
            .await
            .unwrap();
    }
    assert_eq!((court.store.consumed() - before).requests, 0);

    folder
        .advance(docket(101), &hints(&commits[..8]))
        .await
        .unwrap();
    let before = court.store.consumed();
    folder
        .advance(docket(101), &hints(&commits[17..18]))
        .await
        .unwrap();
    let cost = court.store.consumed() - before;
    assert_eq!(
        (cost.requests, cost.write_units, cost.read_units),
        (1, 0.0, 1.0)
    );
}

#[tokio::test]
async fn a_lost_hint_is_made_up_for_by_any_later_one_and_a_doubled_one_is_nothing() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(20));
    court.append(&commits).await;
    let folder = court.folder(8);
    // The hints at commits 8 and 16 never came.
    folder
        .advance(docket(101), &hints(&commits[18..19]))
        .await
        .unwrap();
    assert_folded(&folder, &commits).await;
    let before = court.store.consumed();
    for commit in [&commits[7..8], &commits[18..19], &commits[..1]] {
        folder.advance(docket(101), &hints(commit)).await.unwrap();
    }
    assert_eq!((court.store.consumed() - before).write_units, 0.0);
    assert_folded(&folder, &commits).await;
}

#[tokio::test]
async fn two_projectors_at_once_end_in_the_same_milestones() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(40));
    court.append(&commits).await;
    let (one, other) = (court.folder(4), court.folder(4));
    let nothing = Hints::default();
    let (first, second) = tokio::join!(
        one.advance(docket(101), &nothing),
        other.advance(docket(101), &nothing),
    );
    first.unwrap();
    second.unwrap();
    assert_folded(&one, &commits).await;
}

#[tokio::test]
async fn milestones_that_are_cleared_are_folded_again_all_of_them() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(20));
    court.append(&commits).await;
    let folder = court.folder(4);
    let nothing = Hints::default();
    folder.advance(docket(101), &nothing).await.unwrap();
    folder.clear(docket(101)).await.unwrap();
    assert_eq!(folder.stored(docket(101)).await.unwrap(), None);
    let advanced = folder.advance(docket(101), &nothing).await.unwrap();
    assert_eq!(advanced.advance.counts.folded, 20);
    assert_folded(&folder, &commits).await;
}

#[tokio::test]
async fn a_milestone_that_is_spoilt_is_folded_again_with_the_next() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(20));
    court.append(&commits[..9]).await;
    let folder = court.folder(4);
    folder
        .advance(docket(101), &Hints::default())
        .await
        .unwrap();
    spoil(&court, "case#0000000008#0000").await;
    court.append(&commits[9..]).await;
    folder
        .advance(docket(101), &hints(&commits[12..13]))
        .await
        .unwrap();
    assert_folded(&folder, &commits).await;
}

#[tokio::test]
async fn histories_are_put_where_nothing_as_new_is_stored() {
    let court = Court::open().await;
    let folder = court.folder(4);
    let [long, short, newer] = [101, 102, 103].map(docket);
    let (long, short) = (history(long, &plans(11)), history(short, &plans(2)));
    let newer = history(newer, &plans(11));
    for commits in [&long, &short, &newer] {
        court.append(commits).await;
    }
    folder
        .advance(docket(103), &Hints::default())
        .await
        .unwrap();
    let histories = [whole(&long), whole(&short), whole(&newer[..6])];
    let expected = PutWhole {
        written: 1,
        left: 2,
        parked: 0,
    };
    assert_eq!(folder.put_whole(&histories).await.unwrap(), expected);
    for commits in [&long, &short, &newer] {
        assert_folded(&folder, commits).await;
    }
}

#[tokio::test]
async fn a_commit_of_a_newer_build_parks_the_case_and_what_was_before_it_is_there() {
    let court = Court::open().await;
    let good = history(docket(101), &plans(8));
    let mut event = good[0].events[0].clone();
    event.event_type = "CaseTeleported".to_owned();
    let mut draft = good[5].draft.clone();
    draft.events = vec![event];
    let unknown = draft.seal(good[4].hash);
    court.append(&good[..5]).await;
    court.append(&[unknown]).await;
    let folder = court.folder(4);
    let advanced = folder
        .advance(docket(101), &Hints::default())
        .await
        .unwrap();
    assert_eq!(advanced.advance.outcome, Outcome::Parked(Version(6)));
    let parked = folder.parked().await.unwrap();
    assert_eq!(parked.len(), 1);
    // What was before it is there.
    assert_folded(&folder, &good[..5]).await;
}

#[tokio::test]
async fn each_generation_has_the_case_as_it_folds_it() {
    let court = Court::open().await;
    let commits = history(docket(101), &plans(9));
    court.append(&commits).await;
    for generation in [NEWEST, Generation(2)] {
        let folder = court.folder_of(generation, 4);
        folder
            .advance(docket(101), &Hints::default())
            .await
            .unwrap();
        assert_folded(&folder, &commits).await;
        let heads = court
            .store
            .milestone_heads(generation, docket(101))
            .await
            .unwrap();
        let case = court
            .store
            .milestone_case(generation, docket(101), &heads[0])
            .await;
        let told = case.unwrap().unwrap().status_history[0].by.is_some();
        assert_eq!(told, generation == NEWEST);
    }
}

/// Puts something else where a row of a case's milestones is.
pub(crate) async fn spoil(court: &Court, sort: &str) {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let client = court.tables.client().await;
    client
        .put_item()
        .table_name(&court.store.tables().snapshots)
        .item("pk", key(&format!("milestone@{NEWEST}#101-26")))
        .item("sk", key(sort))
        .item("body", AttributeValue::B(b"spoilt".to_vec().into()))
        .condition_expression("attribute_exists(pk)")
        .send()
        .await
        .unwrap();
}
