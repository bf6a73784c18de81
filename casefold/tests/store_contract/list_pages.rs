//! Reading lists, page by page.

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::{ListRange, ListStore, SortOrder};
use casefold_shared::lists::{List, docket_sort};

use super::lists::{FIRST, Stored, put, row, stored};
use crate::support::Court;

/// Pages through a list to its end, in so large pages; the sort texts.
async fn walk(court: &Court, list: List, key: &str, range: ListRange<'_>) -> Vec<String> {
    let mut sorts = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let range = ListRange {
            after: after.as_deref().or(range.after),
            ..range
        };
        let page = court
            .store
            .list_page(FIRST, list, key, range)
            .await
            .unwrap();
        assert!(page.rows.len() <= range.limit);
        assert!(
            page.rows
                .iter()
                .all(|row| row.list == list && row.key == key)
        );
        sorts.extend(page.rows.into_iter().map(|row| row.sort));
        match page.next {
            Some(next) => after = Some(next),
            None => return sorts,
        }
    }
}

#[tokio::test]
async fn a_list_is_read_in_its_order_across_buckets_in_pages_of_any_size() {
    let court = Court::open().await;
    let years = [95, 99, 3, 4, 5, 17, 24, 25, 26];
    let mut all = Vec::new();
    for year in years {
        for serial in [101, 102, 110, 1000] {
            let number = DocketNumber::new(serial, year).unwrap();
            let sort = docket_sort(number);
            let rows = [
                row(List::Status, "New", &sort),
                row(List::Status, "CAV", &sort),
            ];
            let version = Version(1);
            court
                .store
                .lists_put(FIRST, number, version, &rows)
                .await
                .unwrap();
            all.push(sort);
        }
    }
    let backwards: Vec<_> = all.iter().rev().cloned().collect();
    for limit in [1, 3, 7, 36, 100] {
        let range = ListRange::first(limit);
        assert_eq!(
            walk(&court, List::Status, "New", range).await,
            all,
            "{limit}"
        );
        let range = ListRange {
            order: SortOrder::Descending,
            ..range
        };
        assert_eq!(
            walk(&court, List::Status, "New", range).await,
            backwards,
            "{limit}"
        );
    }
    assert_eq!(
        walk(&court, List::Status, "Closed", ListRange::first(5)).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_page_that_ends_with_the_list_is_the_last() {
    let court = Court::open().await;
    let sorts = ["a#2026-000101", "b#2026-000101"];
    put(&court, 1, &sorts.map(|sort| row(List::Names, "xy", sort))).await;
    let page = async |limit| {
        let page = court
            .store
            .list_page(FIRST, List::Names, "xy", ListRange::first(limit));
        page.await.unwrap()
    };
    assert_eq!(page(2).await.next, None);
    assert_eq!(page(1).await.next.as_deref(), Some("a#2026-000101"));
    assert_eq!(page(0).await.rows, []);
}

#[tokio::test]
async fn a_part_of_a_list_is_read_by_its_bounds_and_no_other_bucket_is() {
    let court = Court::open().await;
    let days = [
        "2026-10-31",
        "2026-11-01",
        "2026-11-30",
        "2026-12-01",
        "2027-01-15",
    ];
    let sorts = days.map(|day| format!("{day}T00:00:00.000Z#2026-000101#1"));
    let of = |sort: &String| row(List::Deadlines, "", sort);
    put(&court, 1, &sorts.iter().map(of).collect::<Vec<_>>()).await;
    let november = ListRange {
        from: Some("2026-11-01"),
        to: Some("2026-12-01"),
        ..ListRange::first(10)
    };
    assert_eq!(
        walk(&court, List::Deadlines, "", november).await,
        sorts[1..3]
    );
    let backwards = ListRange {
        order: SortOrder::Descending,
        limit: 1,
        ..november
    };
    let expected = [sorts[2].clone(), sorts[1].clone()];
    assert_eq!(walk(&court, List::Deadlines, "", backwards).await, expected);
    let nothing = ListRange {
        from: Some("2028"),
        to: Some("2027"),
        ..november
    };
    assert_eq!(
        walk(&court, List::Deadlines, "", nothing).await,
        Vec::<String>::new()
    );

    // The buckets that are there, and then one by one those within the bounds.
    let before = court.store.consumed();
    let page = court.store.list_page(FIRST, List::Deadlines, "", november);
    page.await.unwrap();
    let requests = (court.store.consumed() - before).requests;
    assert!(requests <= 3, "{requests}");
}

#[tokio::test]
async fn keys_that_look_like_other_keys_are_not_mixed_up_and_may_be_long() {
    let court = Court::open().await;
    let long = "x".repeat(5_000);
    let keys = [
        "Judge",
        "Judge#2026",
        "Judge#2026#",
        "",
        "Ångström, \"A\"",
        &long,
    ];
    let sort = "2026-000101";
    let of = |key: &&str| row(List::OpenOfJudge, key, sort);
    put(&court, 1, &keys.iter().map(of).collect::<Vec<_>>()).await;
    for key in keys {
        let found = walk(&court, List::OpenOfJudge, key, ListRange::first(10)).await;
        assert_eq!(found, [sort], "{}", key.len());
    }
    put(&court, 2, &[]).await;
    assert_eq!(stored(&court).await, Stored::new());
}
