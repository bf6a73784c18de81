//! However its commits come, a projection of rows ends as the pure fold of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_projector::folder::PutWhole;
use casefold_projector::projections::rows::{RowFold, RowProjection};
use casefold_projector::projections::sealings::Sealings;
use casefold_projector::{Folder, Hints, History, Projections};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{ListRange, ProjectionId, RowStore, Stores};
use serde_json::Value;

use super::faults::number;
use super::handle;
use super::history::{Act, history};
use super::world::{Court, World};

const ID: ProjectionId = RowFold::<Sealings>::ID;

/// Commits with their history.
pub(crate) fn whole(commits: &[Commit]) -> History {
    History {
        docket_number: commits[0].docket_number,
        commits: commits.to_vec(),
        unreadable: None,
    }
}

/// That what is kept of a case is the pure fold of the event table's commits up to the version
/// that it has, wherever its writers stopped.
pub(crate) async fn assert_kept_is_fold_up_to(court: &Court, docket_number: DocketNumber) {
    let read = court.store.rows_get(ID, docket_number).await.unwrap();
    let commits = court.commits(docket_number, read.version).await;
    let all: Vec<_> = commits.iter().collect();
    let (fold, obstacle) = RowFold::<Sealings>::fold_all(&RowFold::begin, &all);
    assert_eq!(obstacle, None);
    assert_eq!(
        (read.version, read.head_hash, read.kept),
        (fold.version, fold.head_hash, fold.kept().unwrap())
    );
}

/// That all that is stored of a case is the pure fold of these commits, and nothing else.
pub(crate) async fn assert_rows_are_those_of(court: &Court, commits: &[Commit]) {
    assert_folded_into(&court.rows::<Sealings>(), commits).await;
    let docket_number = commits[0].docket_number;
    let mut known = BTreeMap::new();
    for row in court.store.rows_of(ID, docket_number).await.unwrap() {
        known.insert((row.key, row.sort), row.body.unwrap());
    }
    // And so it is where readers look, of all pages.
    let mut found = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let range = ListRange {
            after: after.as_deref(),
            ..ListRange::first(50)
        };
        let page = court.store.row_page(ID, "2023-11", range).await.unwrap();
        for (of, row) in page.rows {
            if of == docket_number {
                found.insert((row.key, row.sort), row.body);
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!(found, known);
}

/// That a projection has folded these commits, and that all that is stored says so.
pub(crate) async fn assert_folded_into(folder: &dyn Folder, commits: &[Commit]) {
    let last = commits.last().unwrap();
    let docket_number = last.docket_number;
    let head = folder.heads(&[docket_number]).await.unwrap()[&docket_number];
    assert_eq!((head.version, head.hash), (last.version, Some(last.hash)));
    let stored = folder.stored(docket_number).await.unwrap();
    assert_eq!(stored, folder.expected(&whole(commits)).unwrap());
}

/// That these cases are parked, and no others.
pub(crate) async fn assert_parked_at(court: &Court, expected: &[(DocketNumber, Version)]) {
    let mut parked: Vec<_> = parked_in(&court.rows::<Sealings>()).await;
    parked.sort();
    assert_eq!(parked, expected);
}

pub(crate) async fn parked_in(folder: &dyn Folder) -> Vec<(DocketNumber, Version)> {
    let parked = folder.parked().await.unwrap();
    parked
        .into_iter()
        .map(|parked| (parked.docket_number, parked.version))
        .collect()
}

/// A case whose first entries are sealed and unsealed again and again, so many times a commit.
fn busy(serial: u32, commits: usize, acts: usize) -> Vec<Commit> {
    let act = |n: usize| match n % 4 {
        3 => Act::Unseal(n),
        _ => Act::Seal(n),
    };
    history(number(serial), &vec![(0..acts).map(act).collect(); commits])
}

#[test]
fn a_case_of_thousands_of_rows_is_written_in_steps_live_and_rebuilt() {
    World::run(async |court: Court| {
        let commits = busy(101, 20, 140);
        court.append(&commits).await;
        let folder = court.rows::<Sealings>();

        // Live, all at once: hundreds of commits may have come while a projector was down.
        let nothing = Hints::default();
        folder.advance(number(101), &nothing).await.unwrap();
        assert_rows_are_those_of(&court, &commits).await;
        let rows = court.store.rows_of(ID, number(101)).await.unwrap();
        assert!(rows.len() > 2_000, "{}", rows.len());

        // And rebuilt, beside a case of which nothing is stored.
        let other = busy(102, 3, 100);
        let histories = [whole(&commits), whole(&other)];
        let expected = PutWhole {
            written: 1,
            left: 1,
            parked: 0,
        };
        assert_eq!(folder.put_whole(&histories).await.unwrap(), expected);
        assert_rows_are_those_of(&court, &commits).await;
        assert_folded_into(&folder, &other).await;
    });
}

#[test]
fn rebuilding_brings_forward_what_is_older_and_leaves_what_is_newer() {
    World::run(async |court: Court| {
        let commits = busy(101, 6, 5);
        court.append(&commits).await;
        let folder = court.rows::<Sealings>();
        let mut hints = Hints::default();
        for commit in &commits[..3] {
            hints.add_commit(commit.clone());
        }
        folder.advance(number(101), &hints).await.unwrap();
        assert_folded_into(&folder, &commits[..3]).await;

        let put = folder.put_whole(&[whole(&commits)]).await.unwrap();
        assert_eq!(put.written, 1);
        assert_folded_into(&folder, &commits).await;
        // A rebuild that was held up has an older history.
        let put = folder.put_whole(&[whole(&commits[..2])]).await.unwrap();
        assert_eq!((put.written, put.left), (0, 1));
        assert_folded_into(&folder, &commits).await;
    });
}

#[test]
fn what_is_kept_in_a_form_that_no_build_reads_is_folded_from_the_first_commit() {
    World::run(async |court: Court| {
        let commits = busy(101, 6, 5);
        court.append(&commits[..6]).await;
        let folder = court.rows::<Sealings>();
        let nothing = Hints::default();
        folder.advance(number(101), &nothing).await.unwrap();
        for more in [&commits[6..], &[]] {
            spoil(&court, number(101)).await;
            court.append(more).await;
            let advanced = folder.advance(number(101), &nothing).await.unwrap();
            assert_eq!(advanced.advance.counts.folded, commits.len() as u64);
            assert_rows_are_those_of(&court, &commits).await;
        }
    });
}

#[test]
fn a_case_that_is_cleared_is_folded_from_its_first_commit() {
    World::run(async |court: Court| {
        let commits = busy(101, 6, 30);
        court.append(&commits).await;
        let folder = court.rows::<Sealings>();
        let nothing = Hints::default();
        folder.advance(number(101), &nothing).await.unwrap();
        folder.clear(number(101)).await.unwrap();
        assert_eq!(folder.stored(number(101)).await.unwrap(), None);
        let advanced = folder.advance(number(101), &nothing).await.unwrap();
        assert_eq!(advanced.advance.counts.folded, commits.len() as u64);
        assert_rows_are_those_of(&court, &commits).await;
    });
}

/// Puts something else where a projection keeps what it needs of a case.
async fn spoil(court: &Court, docket_number: DocketNumber) {
    let key = |name: &str| match name {
        "pk" => AttributeValue::S(format!("{ID}#{docket_number}")),
        _ => AttributeValue::S("kept".to_owned()),
    };
    court
        .client
        .update_item()
        .table_name(&court.store.tables().snapshots)
        .key("pk", key("pk"))
        .key("sk", key("sk"))
        .update_expression("SET body = :body")
        .condition_expression("attribute_exists(pk)")
        .expression_attribute_values(":body", AttributeValue::S("[{]".to_owned()))
        .send()
        .await
        .unwrap();
}

#[test]
fn a_second_delivery_writes_nothing_and_a_case_without_a_sealing_has_one_item() {
    World::run(async |court: Court| {
        let commits = history(number(101), &vec![vec![Act::AddParty]; 4]);
        court.append(&commits).await;
        let records = court.records().await;
        handle(&court.projector_of_all(), records.clone()).await;
        let before = court.store.consumed();
        handle(&court.projector_of_all(), records).await;
        assert_eq!((court.store.consumed() - before).write_units, 0.0);
        assert_rows_are_those_of(&court, &commits).await;
        let stored = court.rows::<Sealings>().stored(number(101)).await.unwrap();
        let nothing: Value = serde_json::json!({"kept": [], "rows": {}});
        assert_eq!(stored, Some(nothing));
    });
}

#[test]
fn no_two_projections_of_this_build_are_one_generation() {
    World::run(async |court: Court| {
        let stores = Stores::of(court.store);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let projections = Projections::of_this_build(&stores, &clock);
        let names = projections.names();
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
        for name in names {
            let ids = projections.generations(name);
            let distinct: BTreeSet<_> = ids.iter().collect();
            assert_eq!(distinct.len(), ids.len(), "{ids:?}");
        }
        assert!(projections.names_of_rows().contains(&Sealings::NAME));
    });
}
