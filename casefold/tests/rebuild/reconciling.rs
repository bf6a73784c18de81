//! A reconciliation names each kind of difference, keeps readers where they are, and mends.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{DocketNumber, Version};
use casefold_projector::History;
use casefold_projector::rebuild::reconcile::{Kind, ReconcileConfig, ReconcileReport};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::ProjectionId;
use casefold_shared::generations::NotSafe;
use casefold_shared::packing::{pack, unpack};

use crate::given::{case, numbers, some_cases};
use crate::support::Item;
use crate::support::history::{Chain, chain, docket, entry, filed, petition, sealed};
use crate::world::{Court, LISTS, LOOK, OTHER, Silent, stop};

const DEEP: ReconcileConfig = ReconcileConfig { deep: true, ..LOOK };
const MENDING: ReconcileConfig = ReconcileConfig {
    repair: true,
    ..DEEP
};

/// Replaces a text in what an item shows.
async fn alter(court: &Court, key: (&str, &str), from: &str, to: &str) {
    let items = court.tables.snapshot_items().await;
    let mut item = items[&(key.0.to_owned(), key.1.to_owned())].clone();
    let replaced = |text: &str| {
        let altered = text.replacen(from, to, 1);
        assert_ne!(altered, text);
        altered
    };
    let body = match &item["body"] {
        AttributeValue::B(packed) => {
            let json = String::from_utf8(unpack(packed.as_ref()).unwrap()).unwrap();
            let altered = pack(replaced(&json).as_bytes()).unwrap();
            AttributeValue::B(altered.into())
        }
        text => AttributeValue::S(replaced(text.as_s().unwrap())),
    };
    item.insert("body".to_owned(), body);
    put(court, item).await;
}

async fn put(court: &Court, item: Item) {
    let client = court.tables.client().await;
    let put = client
        .put_item()
        .table_name(&court.store.tables().snapshots);
    put.set_item(Some(item)).send().await.unwrap();
}

async fn delete(court: &Court, (partition, sort): &(String, String)) {
    let client = court.tables.client().await;
    client
        .delete_item()
        .table_name(&court.store.tables().snapshots)
        .key("pk", AttributeValue::S(partition.clone()))
        .key("sk", AttributeValue::S(sort.clone()))
        .send()
        .await
        .unwrap();
}

fn kinds(report: &ReconcileReport) -> BTreeMap<DocketNumber, &Kind> {
    let named = report.status.found.named.iter();
    named.map(|it| (it.docket_number, &it.kind)).collect()
}

fn found(report: &ReconcileReport) -> (u64, u64, u64) {
    let found = &report.status.found;
    (found.alike, found.repaired, found.differing)
}

async fn noted(court: &Court, id: ProjectionId) -> u64 {
    let standing = court.standing(id).await.unwrap();
    standing.reconciled.unwrap().differences
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_difference_is_named_and_blocks_the_switch_until_it_is_mended() {
    // Given a complete generation, to which nobody may be switched who has not looked at it
    let court = Court::open().await;
    let mut cases = some_cases([3, 3, 3, 3, 40, 3]);
    court.append(&cases.concat()).await;
    court.project().await;
    court.fill(OTHER).await;
    let refused = court.switch(OTHER).await.unwrap_err();
    assert_eq!(refused.code(), "GENERATION_NOT_RECONCILED");

    // And a case that is missing in it, one that is behind, one that was folded from another
    // history, one whose header is another, and one with another page
    let folder = court.folder(OTHER);
    folder.clear(docket(101)).await.unwrap();
    let mut behind = Chain {
        docket_number: docket(102),
        version: Version(3),
        head: cases[1][2].hash,
    };
    cases[1].push(behind.commit([filed(entry(90))]));
    court.append(&cases[1][3..]).await;
    folder.clear(docket(103)).await.unwrap();
    let invented = chain(
        docket(103),
        [vec![petition()], vec![filed(entry(1))], vec![sealed(1)]],
    );
    let other_history = History {
        docket_number: docket(103),
        commits: invented,
        unreadable: None,
    };
    folder.put_whole(&[other_history]).await.unwrap();
    let (header, page) = (("case@2#104-26", "header"), ("case@2#105-26", "page#00001"));
    alter(&court, header, "Vera Lindholm", "Veronica Lind").await;
    alter(&court, page, "Motion for", "Motion against").await;

    // When heads are compared
    let look = court.reconciled(OTHER, LOOK).await;

    // Then what heads tell is named, and noted
    let [missing, behind, other] = [101, 102, 103].map(docket);
    let expected = [
        (
            missing,
            Kind::Missing {
                expected: Version(3),
            },
        ),
        (
            behind,
            Kind::Behind {
                stored: Version(3),
                expected: Version(4),
            },
        ),
        (other, Kind::OtherHistory { stored: Version(3) }),
    ];
    assert!(!look.is_clean() && look.noted);
    assert_eq!(found(&look), (3, 0, 3));
    let by_case = expected.iter().map(|(number, kind)| (*number, kind));
    assert_eq!(kinds(&look), by_case.collect());
    assert_eq!(noted(&court, OTHER).await, 3);
    let refused = court.switch(OTHER).await.unwrap_err();
    assert_eq!(refused, NotSafe::Differs(OTHER.generation, 3));
    assert_eq!(refused.code(), "GENERATION_DIFFERS");

    // And a deep look names what differs in the two others as well
    let deep = court.reconciled(OTHER, DEEP).await;
    assert_eq!(found(&deep), (1, 0, 5));
    let fields = |number: u32| match kinds(&deep)[&docket(number)] {
        Kind::OtherContents { fields, .. } => fields.clone(),
        kind => panic!("{kind:?}"),
    };
    assert!(
        fields(104).contains(&"caption".to_owned()),
        "{:?}",
        fields(104)
    );
    assert_eq!(fields(105).len(), 1, "{:?}", fields(105));
    assert!(
        fields(105)[0].starts_with("docketEntries[]"),
        "{:?}",
        fields(105)
    );

    // And mended it is clean.
    let mended = court.reconciled(OTHER, MENDING).await;
    assert!(mended.is_clean());
    assert_eq!(found(&mended), (1, 5, 0));
    assert!(mended.status.found.named.iter().all(|it| it.repaired));
    let again = court.reconciled(OTHER, DEEP).await;
    assert_eq!(found(&again), (6, 0, 0));
    court.assert_is_fold(OTHER, &numbers(&cases)).await;
    assert_eq!(court.switch(OTHER).await.unwrap().active, OTHER.generation);
    let log = court.operations().await;
    let log: Vec<_> = log.iter().map(|(what, who)| (&**what, &**who)).collect();
    let reconciled = [("reconcile", "reconciler"); 4];
    let expected = [
        &[("establish", "casefold"); 5][..],
        &[("begin", "rebuilder"), ("complete", "rebuilder")],
        &reconciled,
        &[("switch", "operator")],
    ];
    assert_eq!(log, expected.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_reconciled_and_mended_to_the_same_items() {
    // Given lists of which a case is missing, one is behind, and rows are lost or altered
    let court = Court::open().await;
    let cases = some_cases([3, 3, 3, 3, 3]);
    let early = [
        &cases[0][..],
        &cases[1][..2],
        &cases[2],
        &cases[3],
        &cases[4],
    ];
    court.append(&early.concat()).await;
    court.project().await;
    court.append(&cases[1][2..]).await;
    let whole = court.tables.snapshot_items().await;
    let rows_of = |number: &str| {
        let keys = whole.keys().filter(|key| key.0.starts_with("list@"));
        let keys = keys.filter(move |key| key.1.contains(number) || key.0.contains(number));
        keys.cloned().collect::<Vec<_>>()
    };
    court.folder(LISTS).clear(docket(101)).await.unwrap();
    let lost = rows_of("26-000103").first().cloned();
    let lost = lost.unwrap_or_else(|| panic!("{:?}", whole.keys().collect::<Vec<_>>()));
    delete(&court, &lost).await;
    let altered = rows_of("26-000104")[0].clone();
    alter(&court, (&altered.0, &altered.1), "Vera", "Eva").await;

    let deep = court.reconciled(LISTS, DEEP).await;
    assert_eq!(found(&deep), (1, 0, 4));
    let kinds = kinds(&deep);
    assert!(matches!(kinds[&docket(101)], Kind::Missing { .. }));
    assert!(matches!(kinds[&docket(102)], Kind::Behind { .. }));
    assert!(matches!(kinds[&docket(103)], Kind::OtherContents { .. }));
    assert!(matches!(kinds[&docket(104)], Kind::OtherContents { .. }));

    let mended = court.reconciled(LISTS, MENDING).await;
    assert!(mended.is_clean());
    assert_eq!(found(&mended), (1, 4, 0));
    court.assert_is_fold(LISTS, &numbers(&cases)).await;
    let after = court.tables.snapshot_items().await;
    for key in [lost, altered] {
        assert_eq!(after[&key], whole[&key]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_stopped_is_gone_on_with_and_one_while_building_is_not_noted() {
    let court = Court::open().await;
    let cases = [case(101, 2), case(102, 2)];
    court.append(&cases.concat()).await;
    court.begin(OTHER, 2).await;
    let while_building = court.reconciled(OTHER, LOOK).await;
    assert!(!while_building.noted && !while_building.is_clean());
    court.fill(OTHER).await;

    let reconcile = court.reconcile(OTHER);
    let stopped = reconcile.run(LOOK, &Silent, &stop(true)).await.unwrap();
    assert!(!stopped.complete && !stopped.is_clean() && !stopped.noted);
    let begun = court.hands.now();
    court.hands.move_on(60);

    let report = court.reconciled(OTHER, LOOK).await;
    assert!(report.is_clean() && report.noted);
    let noted = court.standing(OTHER).await.unwrap().reconciled.unwrap();
    assert_eq!((noted.at, noted.cases), (begun, 2), "it began then");
}
