//! The rows of commits in the audit index.

use casefold_events::{Digest, UserId, Version};
use casefold_shared::audit::read::{MAX_LOOKED_AT, PageOf, page};
use casefold_shared::audit::{Dimension, Filter, IndexRow, Place, Position, rows};
use casefold_shared::gateway::{
    CommitIndex, Generation, GenerationStore, Head, IndexRange, ProjectionId, PutOutcome,
    Quarantined, SortOrder,
};

use crate::support::Court;
use crate::support::history::{Chain, at, docket, sealed, unsealed};

const INDEX: ProjectionId = ProjectionId {
    name: "audit",
    generation: Generation::FIRST,
};

fn rows_of(serial: u32, commits: usize) -> Vec<Vec<IndexRow>> {
    let mut chain = Chain::of(docket(serial));
    let commits = (0..commits).map(|_| chain.commit([sealed(1), unsealed(2)]));
    let rows_of = |commit: casefold_events::Commit| rows(&commit, &commit.decode().unwrap());
    commits.map(rows_of).collect()
}

fn head(version: u64) -> Head {
    Head {
        version: Version(version),
        hash: Some(Digest::of(&version.to_be_bytes())),
    }
}

fn range(order: SortOrder, after: Option<Position>, limit: usize) -> IndexRange {
    IndexRange {
        from: None,
        to: None,
        after,
        order,
        limit,
    }
}

async fn versions(court: &Court, place: &Place, range: IndexRange) -> (Vec<u64>, bool) {
    let found = court.store.index_page(INDEX, place, range).await.unwrap();
    let version = |row: &IndexRow| row.position.version.0;
    (found.rows.iter().map(version).collect(), found.more)
}

#[tokio::test]
async fn rows_are_read_in_both_orders_between_times_and_on_from_any_of_them() {
    let court = Court::open().await;
    let all = rows_of(101, 6);
    court.store.index_put(INDEX, &all.concat()).await.unwrap();
    // Again changes nothing.
    court.store.index_put(INDEX, &all.concat()).await.unwrap();
    for row in &all[0] {
        let place = &row.place;
        let asc = range(SortOrder::Ascending, None, 10);
        assert_eq!(
            versions(&court, place, asc).await,
            (vec![1, 2, 3, 4, 5, 6], false),
            "{place}"
        );
        let first = range(SortOrder::Ascending, None, 4);
        assert_eq!(
            versions(&court, place, first).await,
            (vec![1, 2, 3, 4], true)
        );
        let after = Some(all[3][0].position);
        let rest = range(SortOrder::Ascending, after, 4);
        assert_eq!(versions(&court, place, rest).await, (vec![5, 6], false));
        let down = range(SortOrder::Descending, after, 2);
        assert_eq!(versions(&court, place, down).await, (vec![3, 2], true));
        let between = IndexRange {
            from: Some(at(2)),
            to: Some(at(5)),
            ..range(SortOrder::Descending, None, 10)
        };
        assert_eq!(
            versions(&court, place, between).await,
            (vec![4, 3, 2], false)
        );
        let nothing = IndexRange {
            to: Some(at(2)),
            ..range(SortOrder::Ascending, after, 10)
        };
        assert_eq!(versions(&court, place, nothing).await, (Vec::new(), false));
    }
    let nobody = Place::of(Dimension::Actor, "nobody", docket(101));
    let asc = range(SortOrder::Ascending, None, 10);
    assert_eq!(versions(&court, &nobody, asc).await, (Vec::new(), false));
}

#[tokio::test]
async fn a_head_is_put_onto_the_one_that_was_read_and_onto_no_other() {
    let court = Court::open().await;
    let store = &court.store;
    let number = docket(101);
    let put = async |read, next| {
        store
            .index_head_put(INDEX, number, read, next)
            .await
            .unwrap()
    };
    assert_eq!(store.index_head(INDEX, number).await.unwrap(), None);
    assert_eq!(put(None, head(1)).await, PutOutcome::Written);
    // The same again is a retry of it.
    assert_eq!(put(None, head(1)).await, PutOutcome::Written);
    assert_eq!(put(None, head(2)).await, PutOutcome::Superseded);
    assert_eq!(put(Some(head(1)), head(3)).await, PutOutcome::Written);
    assert_eq!(put(Some(head(1)), head(2)).await, PutOutcome::Superseded);
    let other = Head {
        hash: Some(Digest::of(b"other")),
        ..head(3)
    };
    assert_eq!(put(Some(other), head(4)).await, PutOutcome::Superseded);
    assert_eq!(
        store.index_head(INDEX, number).await.unwrap(),
        Some(head(3))
    );
    let heads = store
        .index_heads(INDEX, &[number, docket(102)])
        .await
        .unwrap();
    assert_eq!(heads.into_iter().collect::<Vec<_>>(), [(number, head(3))]);
}

#[tokio::test]
async fn what_is_stored_of_a_case_is_told_and_what_is_cleared_is_gone() {
    let court = Court::open().await;
    let store = &court.store;
    let (all, other) = (rows_of(101, 3), rows_of(102, 1));
    store
        .index_put(INDEX, &[all.concat(), other.concat()].concat())
        .await
        .unwrap();
    let put = store.index_head_put(INDEX, docket(101), None, head(3));
    put.await.unwrap();
    let stored = store.index_of(INDEX, docket(101)).await.unwrap();
    assert_eq!(stored.len(), 3);
    for (stored, rows) in stored.iter().zip(&all) {
        assert_eq!(stored.commit.as_ref(), Some(&rows[0].commit));
        assert_eq!(stored.elsewhere.len(), rows.len() - 1);
        assert!(stored.elsewhere.iter().all(|(_, body)| body.is_some()));
    }
    let surplus: Vec<_> = all[2]
        .iter()
        .map(|row| (row.place.clone(), row.position))
        .collect();
    store
        .index_clear(INDEX, docket(101), &surplus)
        .await
        .unwrap();
    assert_eq!(store.index_head(INDEX, docket(101)).await.unwrap(), None);
    assert_eq!(store.index_of(INDEX, docket(101)).await.unwrap().len(), 2);
    assert_eq!(store.index_of(INDEX, docket(102)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_row_is_under_a_kilobyte_and_costs_one_write_unit() {
    let court = Court::open().await;
    let rows = rows_of(101, 1).concat();
    let before = court.store.consumed();
    court.store.index_put(INDEX, &rows).await.unwrap();
    let cost = court.store.consumed() - before;
    assert_eq!((cost.write_units, cost.requests), (rows.len() as f64, 1));
}

#[tokio::test]
async fn a_page_of_what_is_rare_ends_after_a_thousand_rows_and_goes_on_from_there() {
    let court = Court::open().await;
    let all: Vec<_> = (0..1_200)
        .flat_map(|n| {
            let commit = Chain::of(docket(101 + n)).commit([sealed(1)]);
            rows(&commit, &commit.decode().unwrap())
        })
        .filter(|row| row.place.dimension == Dimension::Actor)
        .collect();
    court.store.index_put(INDEX, &all).await.unwrap();
    // The clerk's commits are read, and none of them is by this command.
    let rare = Filter {
        actor: Some(UserId::new("clerk-1").unwrap()),
        command: Some("SealCase".to_owned()),
        ..Filter::default()
    };
    let asked = |after| PageOf {
        order: SortOrder::Ascending,
        after,
        limit: 50,
    };
    let first = page(&court.store, INDEX, &rare, asked(None)).await.unwrap();
    assert_eq!(first.rows, []);
    let mut positions: Vec<_> = all.iter().map(|row| row.position).collect();
    positions.sort();
    assert_eq!(first.next, Some(positions[MAX_LOOKED_AT - 1]));
    let rest = page(&court.store, INDEX, &rare, asked(first.next))
        .await
        .unwrap();
    assert_eq!((rest.rows, rest.next), (Vec::new(), None));
}

#[tokio::test]
async fn cases_are_parked_and_what_a_generation_has_can_be_removed() {
    let court = Court::open().await;
    let store = &court.store;
    let parked = Quarantined {
        docket_number: docket(101),
        version: Version(2),
        reason: "it was altered".to_owned(),
        since: at(1),
    };
    store.index_park(INDEX, &parked).await.unwrap();
    let found = store.index_parked_get(INDEX, docket(101)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&parked));
    assert_eq!(store.index_parked(INDEX).await.unwrap(), [parked]);
    store
        .index_put(INDEX, &rows_of(102, 2).concat())
        .await
        .unwrap();
    let put = store.index_head_put(INDEX, docket(102), None, head(2));
    put.await.unwrap();
    let mut from = None;
    loop {
        let removed = store.contents_remove(INDEX, from).await.unwrap();
        from = removed.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(court.snapshot_items().await.len(), 0);
    store.index_release(INDEX, docket(101)).await.unwrap();
}
