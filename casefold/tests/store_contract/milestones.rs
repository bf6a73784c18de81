//! Milestones: adding them in order, reading them, and removing all of them.

use std::sync::Arc;

use casefold_events::{Commit, DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{
    EventStore, Generation, GenerationStore, MilestoneState, MilestoneStore, ProjectionId,
    PutOutcome, Stores,
};
use casefold_shared::milestone::{self, Marks, Milestone};

use crate::support::Court;
use crate::support::history::{Chain, captioned, docket, entry, filed, fold, long_entry, petition};

const NEWEST: Generation = Generation::OF_CASES;

/// A petition, and a commit with an entry for each title of so many bytes.
fn commits(number: DocketNumber, titles: &[usize]) -> Vec<Commit> {
    let mut chain = Chain::of(number);
    let mut commits = vec![chain.commit([petition()])];
    for (bytes, n) in titles.iter().zip(1..) {
        commits.push(chain.commit([filed(long_entry(n, *bytes))]));
    }
    commits
}

fn milestone(commits: &[Commit]) -> Milestone {
    let mut marks = Marks::beginning();
    commits.iter().for_each(|commit| marks.note(commit));
    let case = fold(None, commits);
    Milestone {
        head: marks.head(&case),
        case,
    }
}

async fn state(court: &Court, number: DocketNumber) -> MilestoneState {
    court.store.milestone_state(NEWEST, number).await.unwrap()
}

async fn put(court: &Court, milestone: &Milestone, state: &mut MilestoneState) -> PutOutcome {
    let put = court.store.milestone_put(NEWEST, milestone, state);
    put.await.unwrap()
}

/// The cases in all milestones, by their versions.
async fn all(court: &Court, number: DocketNumber) -> Vec<(Version, Option<Case>)> {
    let heads = court.store.milestone_heads(NEWEST, number).await.unwrap();
    let mut found = Vec::new();
    for stored in heads {
        let case = court.store.milestone_case(NEWEST, number, &stored);
        found.push((stored.head.version, case.await.unwrap()));
    }
    found
}

#[tokio::test]
async fn milestones_are_read_as_they_were_put_in_their_order() {
    let court = Court::open().await;
    let number = docket(101);
    let commits = commits(number, &[30; 11]);
    let mut at = state(&court, number).await;
    assert_eq!(at, MilestoneState::default());
    let mut expected = Vec::new();
    for upto in [2, 4, 10, 12] {
        let milestone = milestone(&commits[..upto]);
        assert_eq!(put(&court, &milestone, &mut at).await, PutOutcome::Written);
        assert_eq!(at, state(&court, number).await);
        expected.push((Version(upto as u64), Some(milestone.case)));
    }
    assert_eq!(all(&court, number).await, expected);

    let asked = [number, docket(102)];
    let reach = court.store.milestone_reach(NEWEST, &asked).await.unwrap();
    assert_eq!(reach.len(), 1);
    let head = reach[&number];
    assert_eq!(
        (head.version, head.hash),
        (Version(12), Some(commits[11].hash))
    );
    // Another case and another generation have none.
    assert_eq!(all(&court, docket(102)).await, []);
    let older = court.store.milestone_heads(Generation(2), number).await;
    assert_eq!(older.unwrap(), []);
}

#[tokio::test]
async fn of_two_who_add_the_same_milestone_one_writes_it() {
    let court = Court::open().await;
    let number = docket(101);
    let commits = commits(number, &[30; 3]);
    let (mut one, mut other) = (state(&court, number).await, state(&court, number).await);
    let first = milestone(&commits[..2]);
    assert_eq!(put(&court, &first, &mut one).await, PutOutcome::Written);
    assert_eq!(
        put(&court, &first, &mut other).await,
        PutOutcome::Superseded
    );
    // And whoever has seen an earlier state adds nothing to a later.
    let second = milestone(&commits);
    assert_eq!(
        put(&court, &second, &mut other).await,
        PutOutcome::Superseded
    );
    assert_eq!(put(&court, &second, &mut one).await, PutOutcome::Written);
    assert_eq!(all(&court, number).await.len(), 2);
}

#[tokio::test]
async fn a_case_larger_than_an_item_and_a_transaction_is_kept_in_one_milestone() {
    let court = Court::open().await;
    let number = docket(101);
    // Random letters, which no compression makes smaller than three quarters.
    let mut chain = Chain::of(number);
    let mut commits = vec![chain.commit([petition()])];
    let mut letters = 1_u64;
    for n in 1..=30 {
        let title: String = std::iter::repeat_with(|| {
            letters = letters
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b'0' + u8::try_from(letters >> 58).unwrap())
        })
        .take(250_000)
        .collect();
        let mut entry = entry(n);
        entry.title = title.into();
        commits.push(chain.commit([filed(entry)]));
    }
    let milestone = milestone(&commits);
    let packed = milestone::pack(&milestone.case).unwrap();
    assert!(packed.len() > 4 << 20, "{} bytes", packed.len());
    let mut at = state(&court, number).await;
    assert_eq!(put(&court, &milestone, &mut at).await, PutOutcome::Written);
    assert_eq!(at, state(&court, number).await);
    let found = all(&court, number).await;
    assert!(found == [(Version(31), Some(milestone.case))]);
    for ((_, sort), item) in court.snapshot_items().await {
        let bytes = item.get("body").and_then(|body| body.as_b().ok());
        assert!(
            bytes.is_none_or(|bytes| bytes.as_ref().len() <= 300 * 1024),
            "{sort}"
        );
    }
}

#[tokio::test]
async fn what_is_removed_leaves_nothing_and_nobody_adds_to_it() {
    let court = Court::open().await;
    let (number, other) = (docket(101), docket(102));
    let histories = [number, other].map(|number| commits(number, &[30; 3]));
    let mut states = Vec::new();
    for history in &histories {
        let mut at = state(&court, history[0].docket_number).await;
        put(&court, &milestone(&history[..2]), &mut at).await;
        states.push(at);
    }
    court.store.milestones_remove(NEWEST, number).await.unwrap();
    let left = court.snapshot_items().await;
    assert!(
        left.keys().all(|(pk, _)| !pk.ends_with("#101-26")),
        "{left:?}"
    );
    assert_eq!(all(&court, other).await.len(), 1);
    // Somebody who was held up since before finds it gone.
    let late = put(&court, &milestone(&histories[0]), &mut states[0]).await;
    assert_eq!(late, PutOutcome::Superseded);
    assert_eq!(all(&court, number).await, []);
    // Removing what is not there is no failure.
    court.store.milestones_remove(NEWEST, number).await.unwrap();
}

#[tokio::test]
async fn a_milestone_of_which_a_part_is_lost_or_another_is_not_read() {
    let court = Court::open().await;
    let number = docket(101);
    let commits = commits(number, &[30; 3]);
    let mut at = state(&court, number).await;
    put(&court, &milestone(&commits), &mut at).await;
    let [stored] = &court.store.milestone_heads(NEWEST, number).await.unwrap()[..] else {
        panic!("there is one milestone");
    };
    // Removed, and folded anew to something else, between two reads.
    court.store.milestones_remove(NEWEST, number).await.unwrap();
    let gone = court.store.milestone_case(NEWEST, number, stored).await;
    assert_eq!(gone.unwrap(), None);
    let mut other = milestone(&commits);
    other.case.caption = "Another".into();
    put(&court, &other, &mut MilestoneState::default()).await;
    let another = court.store.milestone_case(NEWEST, number, stored).await;
    assert_eq!(another.unwrap(), None);
}

#[tokio::test]
async fn retiring_a_generation_removes_its_milestones_and_no_others() {
    let court = Court::open().await;
    let number = docket(101);
    let milestone = milestone(&commits(number, &[30; 3]));
    for generation in [NEWEST, Generation(2)] {
        let mut at = MilestoneState::default();
        let put = court.store.milestone_put(generation, &milestone, &mut at);
        assert_eq!(put.await.unwrap(), PutOutcome::Written);
    }
    let of = ProjectionId {
        name: milestone::NAME,
        generation: Generation(2),
    };
    let removed = court.store.contents_remove(of, None).await.unwrap();
    assert_eq!(removed.removed, 3, "state, head and case");
    let older = court.store.milestone_heads(Generation(2), number).await;
    assert_eq!(older.unwrap(), []);
    assert_eq!(all(&court, number).await.len(), 1);
}

#[tokio::test]
async fn reading_between_two_versions_costs_by_these_and_not_by_what_follows() {
    let court = Court::open().await;
    let (number, store) = (docket(101), Arc::new(court.store.counted_apart()));
    let mut chain = Chain::of(number);
    let mut commits = vec![chain.commit([petition()])];
    commits.extend((0..99).map(|_| chain.commit([captioned(2_000)])));
    store.commits_append(&commits).await.unwrap();
    let events = Stores::of(store.clone()).events;
    let before = store.consumed();
    let read = events
        .commits_between(number, Version(9), Version(11))
        .await
        .unwrap();
    let cost = store.consumed() - before;
    assert_eq!(read.len(), 2);
    assert!(cost.read_units <= 3.0, "{cost:?}");
}

#[tokio::test]
async fn commits_between_two_versions_are_read_and_no_others() {
    let court = Court::open().await;
    let number = docket(101);
    let commits = commits(number, &[30; 9]);
    court.store.case_begin(&commits[0]).await.unwrap();
    for commit in &commits[1..] {
        court.store.commit_append(commit).await.unwrap();
    }
    for (after, through) in [
        (0, 10),
        (0, 1),
        (3, 7),
        (9, 10),
        (4, 4),
        (7, 3),
        (9, 99),
        (10, 11),
    ] {
        let (after, through) = (Version(after), Version(through));
        let read = court.store.commits_between(number, after, through).await;
        let expected: Vec<_> = commits
            .iter()
            .filter(|commit| commit.version > after && commit.version <= through)
            .cloned()
            .collect();
        assert_eq!(read.unwrap(), expected, "{after} {through}");
    }
}
