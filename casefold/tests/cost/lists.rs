//! What lists cost.

use super::*;

#[tokio::test]
async fn bringing_lists_forward_costs_by_the_rows_that_change() {
    let court = Court::open().await;
    let case = Listed::begin(&court).await;
    let filed = case.bring().await;
    let checked = case.after(json!({"type": "QcPetition"})).await;
    let served = case.after(json!({"type": "ServePetition"})).await;
    let sealed_entry = json!({"type": "SealDocketEntry", "docketEntry": 1, "sealedTo": "Public"});
    let nothing = case.after(sealed_entry).await;
    let judge =
        json!({"type": "UpdateCaseContext", "status": "Submitted", "judge": "Judge Colvin"});
    let judge = case.after(judge).await;
    let sealed = case.after(json!({"type": "SealCase"})).await;
    println!(
        "lists after a petition: {filed:?}; checked: {checked:?}; served: {served:?}; \
         no row changes: {nothing:?}; status and judge: {judge:?}; sealed: {sealed:?}"
    );
    assert_eq!((nothing.requests, nothing.write_units), (2, 1.0));
    for changed in [filed, checked, served, judge, sealed] {
        assert!(changed.read_units <= 1.0, "{changed:?}");
        assert!(changed.write_units <= 60.0, "{changed:?}");
        // What is there, the buckets that are new, and the one step.
        assert!(changed.requests <= 3, "{changed:?}");
    }
}

#[tokio::test]
async fn a_page_of_a_list_costs_by_its_rows_and_not_by_the_list() {
    let court = Court::open().await;
    let case = Listed::begin(&court).await;
    case.bring().await;
    let (first, none) = (Generation::FIRST, EntrySelection::None);
    let of_case = court
        .store
        .case_get(Generation::OF_CASES, case.number, none)
        .await
        .unwrap();
    let line = CaseLine::of(&of_case.unwrap());
    for serial in 1_000..1_400 {
        let number = DocketNumber::new(serial, 24).unwrap();
        let listed = [ListRow {
            list: List::Status,
            key: "Submitted".to_owned(),
            sort: docket_sort(number),
            line: Line::Case(line.clone()),
        }];
        let put = court.store.lists_put(first, number, Version(1), &listed);
        put.await.unwrap();
    }
    let page = async |list, key: &str, limit| {
        let before = court.store.consumed();
        let page = court
            .store
            .list_page(first, list, key, ListRange::first(limit));
        let rows = page.await.unwrap().rows.len();
        (rows, court.store.consumed() - before)
    };
    let small = page(List::Status, "Submitted", 25).await;
    let large = page(List::Status, "Submitted", 100).await;
    let words = page(List::Names, "qu", 25).await;
    println!("a page of 25: {small:?}; of 100: {large:?}; of the search: {words:?}");
    assert_eq!((small.0, large.0), (25, 100));
    assert!(small.1.read_units <= 4.0, "{small:?}");
    assert!(large.1.read_units <= 12.0, "{large:?}");
    // The buckets that there are, and one of them.
    assert_eq!((small.1.requests, words.1.requests), (2, 1));
}

/// A row of every list, as one case has them on its way.
async fn a_row_of_each_list(court: &Court) -> (DocketNumber, BTreeMap<List, ListRow>) {
    let case = Listed::begin(court).await;
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    let session = json!({
        "trialSessionId": "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b01",
        "trialDate": "2027-03-01T15:00:00.000Z",
        "trialLocation": "Birmingham, Alabama",
    });
    case.bring().await;
    let mut found = case.rows().await;
    for body in [
        json!({"type": "QcPetition"}),
        json!({"type": "ServePetition"}),
        json!({"type": "AddPaperFiling", "eventCode": "A", "filedBy": {"respondent": true},
            "document": document}),
        json!({"type": "UpdateCaseContext",
            "status": "General Docket - At Issue (Ready for Trial)"}),
        json!({"type": "AddToTrialSession", "session": session}),
        json!({"type": "AddPaperFiling", "eventCode": "M006", "filedBy": {"contacts": [1]},
            "document": document}),
        json!({"type": "AddDeadline", "due": "2030-01-31T00:00:00.000Z",
            "description": "Status report by the respondent"}),
        json!({"type": "SealCase"}),
        json!({"type": "UpdateCaseContext", "status": "Closed"}),
    ] {
        case.after(body).await;
        found.extend(case.rows().await);
    }
    let mut each: BTreeMap<List, ListRow> = BTreeMap::new();
    for row in found {
        each.entry(row.list).or_insert(row);
    }
    // What only several cases have, or a party who files electronically: the lines are the same.
    for (list, like) in [
        (List::Group, List::Status),
        (List::FilingsToCheck, List::FilingsToServe),
    ] {
        let row = ListRow {
            list,
            ..each[&like].clone()
        };
        each.entry(list).or_insert(row);
    }
    (case.number, each)
}

#[tokio::test]
async fn a_page_of_any_list_is_a_few_read_units() {
    let court = Court::open().await;
    let (number, each) = a_row_of_each_list(&court).await;
    let listed: Vec<_> = each.keys().copied().collect();
    assert_eq!(listed, List::ALL, "every list has a row here");
    for serial in 1_000..1_025 {
        let other = DocketNumber::new(serial, number.year()).unwrap();
        let rows: Vec<_> = each
            .values()
            .map(|row| ListRow {
                sort: row.sort.replace(&docket_sort(number), &docket_sort(other)),
                ..row.clone()
            })
            .collect();
        let put = court
            .store
            .lists_put(Generation::FIRST, other, Version(1), &rows);
        put.await.unwrap();
    }
    for row in each.values() {
        let before = court.store.consumed();
        let page =
            court
                .store
                .list_page(Generation::FIRST, row.list, &row.key, ListRange::first(25));
        let rows = page.await.unwrap().rows.len();
        let Consumed {
            read_units,
            requests,
            ..
        } = court.store.consumed() - before;
        println!(
            "a page of 25 of {}: {read_units} read units, {requests} requests",
            row.list.as_str()
        );
        assert_eq!(rows, 25, "{}", row.list.as_str());
        assert!(read_units <= 6.0, "{}: {read_units}", row.list.as_str());
    }
}
