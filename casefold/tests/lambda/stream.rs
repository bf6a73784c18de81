//! Batches of the event table's stream.

use casefold_shared::gateway::{EntrySelection, Generation, SnapshotStore};
use serde_json::{Value, json};

use crate::acts::undecodable;
use crate::support::history::{captioned, chain, docket, petition};
use crate::world::Court;

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_batch_is_folded_but_for_what_can_not_be() {
    // Given a batch with the commits of two cases, of which one has an event that no build
    // knows; and records that are torn, of a change, or of something else
    let court = Court::open().await;
    let sound = chain(docket(101), [vec![petition()], vec![captioned(10)]]);
    let mut broken = chain(docket(102), [vec![petition()]]);
    broken.push(undecodable(&broken));
    court.append(&sound).await;
    court.append(&broken).await;
    let mut records: Vec<Value> = court
        .records()
        .await
        .iter()
        .map(|record| serde_json::to_value(record).unwrap())
        .collect();
    let mut torn = records[0].clone();
    torn["dynamodb"]["NewImage"] = "torn".into();
    let mut altered = records[1].clone();
    altered["eventName"] = "MODIFY".into();
    let mut other = records[0].clone();
    other["dynamodb"]["Keys"] = json!({"pk": {"S": "CLAIM#key-1"}, "sk": {"N": "0"}});
    other["dynamodb"]["NewImage"] = other["dynamodb"]["Keys"].clone();
    records.splice(0..0, [torn, json!("torn"), json!(null), altered, other]);

    // When it is delivered
    let projector = court.projector().await;
    let answered = projector.invoke(json!({ "Records": records })).await;

    // Then nothing is to be delivered again: the one is folded, the other is parked
    assert_eq!(answered, Ok(json!({"batchItemFailures": []})));
    let version = async |number| {
        let all = EntrySelection::All;
        let case = court
            .store
            .case_get(Generation::OF_CASES, number, all)
            .await;
        case.unwrap().unwrap().version.0
    };
    assert_eq!(
        (version(docket(101)).await, version(docket(102)).await),
        (2, 1)
    );
    let parked = court
        .store
        .quarantine_list(Generation::OF_CASES)
        .await
        .unwrap();
    assert_eq!(parked[0].docket_number, docket(102));
    assert_eq!((parked.len(), parked[0].version.0), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_no_batch_ends_nothing() {
    let court = Court::open().await;
    let projector = court.projector().await;
    for event in [
        json!(null),
        json!([]),
        json!({"Records": "none"}),
        json!({"task": "watch"}),
    ] {
        let answered = projector.invoke(event).await;
        assert_eq!(answered, Ok(json!({"batchItemFailures": []})));
    }
    assert!(projector.ended().is_none(), "{}", projector.log());
}
