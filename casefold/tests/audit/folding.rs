//! Folding cases into the index: however commits come, and whatever is wrong with it.

use std::collections::BTreeMap;

use casefold_events::{Commit, Digest, Version};
use casefold_projector::fold::Outcome;
use casefold_projector::{Folder, Hints, History, IndexFolder};
use casefold_shared::audit::{Dimension, Place};
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, CommitIndex, EventStore, Head, IndexRange, SortOrder,
};

use crate::court::{INDEX, folder, history, of_a_later_build, whole};
use crate::support::Court;
use crate::support::history::{at, docket};

const CASE: u32 = 101;

async fn append(court: &Court, commits: &[Commit]) {
    for commit in commits {
        match commit.version {
            Version(1) => {
                let begun = court.store.case_begin(commit).await.unwrap();
                assert_eq!(begun, BeginOutcome::Written);
            }
            Version(_) => {
                let appended = court.store.commit_append(commit).await.unwrap();
                assert_eq!(appended, AppendOutcome::Written);
            }
        }
    }
}

fn hints<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Hints {
    let mut hints = Hints::default();
    for commit in commits {
        hints.add_commit(commit.clone());
    }
    hints
}

async fn advance(folder: &IndexFolder, hints: &Hints) -> Outcome {
    let advanced = folder.advance(docket(CASE), hints).await.unwrap();
    advanced.advance.outcome
}

/// That what is stored is what follows from the case's commits.
async fn assert_as_expected(folder: &IndexFolder, commits: &[Commit]) {
    let stored = folder.stored(docket(CASE)).await.unwrap();
    let expected = folder.expected(&whole(commits.to_vec())).unwrap();
    assert_eq!(stored, expected);
    let last = commits.last().unwrap();
    let heads = folder.heads(&[docket(CASE)]).await.unwrap();
    let head = Head {
        version: last.version,
        hash: Some(last.hash),
    };
    assert_eq!(heads, BTreeMap::from([(docket(CASE), head)]));
}

#[tokio::test]
async fn commits_that_come_doubled_late_or_not_at_all_end_in_the_same_rows() {
    let court = Court::open().await;
    let folder = folder(&court.store);
    let commits = history(CASE, 12);
    append(&court, &commits).await;
    let first = advance(&folder, &hints(&commits[..2])).await;
    assert_eq!(first, Outcome::Folded(Version(2)));
    let again = advance(&folder, &hints(&commits[..2])).await;
    assert_eq!(again, Outcome::Skipped(Version(2)));
    // The third is missing: the event table has it, and all that follow.
    let gap = advance(&folder, &hints(&commits[3..5])).await;
    assert_eq!(gap, Outcome::Folded(Version(12)));
    assert_as_expected(&folder, &commits).await;
    let late = advance(&folder, &hints(&commits[4..6])).await;
    assert_eq!(late, Outcome::Skipped(Version(12)));
    assert_as_expected(&folder, &commits).await;
}

#[tokio::test]
async fn two_that_fold_the_same_case_at_once_leave_what_one_would() {
    let court = Court::open().await;
    let commits = history(CASE, 40);
    append(&court, &commits).await;
    let folders: Vec<_> = (0..4).map(|_| folder(&court.store)).collect();
    let nothing = Hints::default();
    let (early, late) = (hints(&commits[..9]), hints(&commits[..30]));
    futures::future::join_all([
        advance(&folders[0], &nothing),
        advance(&folders[1], &early),
        advance(&folders[2], &late),
        advance(&folders[3], &nothing),
    ])
    .await;
    assert_as_expected(&folders[0], &commits).await;
}

#[tokio::test]
async fn a_commit_that_is_not_understood_parks_the_case_and_hides_none_before_it() {
    let court = Court::open().await;
    let folder = folder(&court.store);
    let mut commits = history(CASE, 3);
    commits.push(of_a_later_build(docket(CASE), &commits[2]));
    append(&court, &commits).await;
    let parked = advance(&folder, &Hints::default()).await;
    assert_eq!(parked, Outcome::Parked(Version(4)));
    let told = folder.parked().await.unwrap();
    assert_eq!((told.len(), told[0].version), (1, Version(4)));
    let heads = folder.heads(&[docket(CASE)]).await.unwrap();
    assert_eq!(heads[&docket(CASE)].version, Version(3));
    let first: Vec<_> = folder.index_of_case(&court).await;
    assert_eq!(first, [1, 2, 3]);
}

/// The versions that the index has of the case.
trait OfCase {
    async fn index_of_case(&self, court: &Court) -> Vec<u64>;
}

impl OfCase for IndexFolder {
    async fn index_of_case(&self, court: &Court) -> Vec<u64> {
        let range = IndexRange {
            from: None,
            to: None,
            after: None,
            order: SortOrder::Ascending,
            limit: 100,
        };
        let place = Place::of(Dimension::Case, docket(CASE).to_string(), docket(CASE));
        let rows = court.store.index_page(INDEX, &place, range).await.unwrap();
        let version = |row: &casefold_shared::audit::IndexRow| row.position.version.0;
        rows.rows.iter().map(version).collect()
    }
}

#[tokio::test]
async fn a_rebuild_puts_a_case_where_nothing_as_new_is_and_nowhere_else() {
    let court = Court::open().await;
    let folder = folder(&court.store);
    let commits = history(CASE, 6);
    append(&court, &commits).await;
    let put = folder
        .put_whole(&[whole(commits[..4].to_vec())])
        .await
        .unwrap();
    assert_eq!((put.written, put.left), (1, 0));
    assert_as_expected(&folder, &commits[..4]).await;
    // What was read before that is older.
    let put = folder
        .put_whole(&[whole(commits[..2].to_vec())])
        .await
        .unwrap();
    assert_eq!((put.written, put.left), (0, 1));
    let put = folder.put_whole(&[whole(commits.clone())]).await.unwrap();
    assert_eq!((put.written, put.left), (1, 0));
    assert_as_expected(&folder, &commits).await;
}

#[tokio::test]
async fn rows_that_were_removed_altered_or_added_by_hand_are_found_and_mended() {
    let court = Court::open().await;
    let folder = folder(&court.store);
    let commits = history(CASE, 5);
    append(&court, &commits).await;
    advance(&folder, &Hints::default()).await;
    assert_as_expected(&folder, &commits).await;

    let client = court.client().await;
    let table = &court.store.tables().snapshots;
    let items = court.snapshot_items().await;
    let of_index: Vec<_> = items
        .iter()
        .filter(|((pk, _), _)| pk.starts_with("audit@1#"))
        .collect();
    let row = |dimension: &str| {
        let prefix = format!("audit@1#rows#{dimension}#");
        of_index
            .iter()
            .find(|((pk, _), _)| pk.starts_with(&prefix))
            .unwrap()
    };
    let ((pk, sk), _) = row("actor");
    client
        .delete_item()
        .table_name(table)
        .set_key(Some(
            items[&(pk.clone(), sk.clone())]
                .clone()
                .into_iter()
                .filter(|(name, _)| name == "pk" || name == "sk")
                .collect(),
        ))
        .send()
        .await
        .unwrap();
    let (_, altered) = row("role");
    let mut altered = (*altered).clone();
    let body = altered["body"].as_s().unwrap().replace("user-", "nobody-");
    altered.insert(
        "body".to_owned(),
        aws_sdk_dynamodb::types::AttributeValue::S(body),
    );
    client
        .put_item()
        .table_name(table)
        .set_item(Some(altered))
        .send()
        .await
        .unwrap();
    // A commit that there never was.
    let forged = history(CASE, 6).pop().unwrap();
    let events = forged.decode().unwrap();
    let rows = casefold_shared::audit::rows(&forged, &events);
    court.store.index_put(INDEX, &rows).await.unwrap();

    let expected = folder.expected(&whole(commits.clone())).unwrap();
    assert_ne!(folder.stored(docket(CASE)).await.unwrap(), expected);
    folder.clear(docket(CASE)).await.unwrap();
    advance(&folder, &Hints::default()).await;
    assert_as_expected(&folder, &commits).await;
    for row in rows {
        let range = IndexRange {
            from: Some(at(0)),
            to: None,
            after: None,
            order: SortOrder::Ascending,
            limit: 100,
        };
        let left = court
            .store
            .index_page(INDEX, &row.place, range)
            .await
            .unwrap();
        assert!(left.rows.iter().all(|left| left.position != row.position));
    }
}

#[tokio::test]
async fn what_the_index_knew_of_commits_that_can_not_be_read_any_more_is_kept() {
    let court = Court::open().await;
    let folder = folder(&court.store);
    let commits = history(CASE, 5);
    append(&court, &commits).await;
    advance(&folder, &Hints::default()).await;
    // The third was altered since: from there on nothing follows.
    let mut broken = commits.clone();
    broken[2].hash = Digest::of(b"other");
    let history = History {
        docket_number: docket(CASE),
        commits: broken,
        unreadable: None,
    };
    assert!(folder.expected(&history).is_err());
    let client = court.client().await;
    let key = std::collections::HashMap::from([
        (
            "pk".to_owned(),
            aws_sdk_dynamodb::types::AttributeValue::S(format!("CASE#{}", docket(CASE))),
        ),
        (
            "sk".to_owned(),
            aws_sdk_dynamodb::types::AttributeValue::N("3".to_owned()),
        ),
    ]);
    client
        .update_item()
        .table_name(&court.store.tables().events)
        .set_key(Some(key))
        .update_expression("SET actor = :forged")
        .expression_attribute_values(
            ":forged",
            aws_sdk_dynamodb::types::AttributeValue::S("nobody".to_owned()),
        )
        .send()
        .await
        .unwrap();
    folder.clear(docket(CASE)).await.unwrap();
    assert_eq!(
        advance(&folder, &Hints::default()).await,
        Outcome::Parked(Version(3))
    );
    assert_eq!(folder.index_of_case(&court).await, [1, 2, 3, 4, 5]);
}
