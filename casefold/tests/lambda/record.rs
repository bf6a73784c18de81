//! The record signed, and how things stand.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_projector::work::error::TaskError;
use casefold_projector::work::task::Task;
use casefold_shared::gateway::CheckpointStore;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::runtime_api::Function;
use crate::support::history::{captioned, chain, docket, petition};
use crate::world::{Court, Package};

async fn checkpointer(court: &Court) -> Function {
    let key = court.key("checkpoint.key");
    let signs = [("CASEFOLD_CHECKPOINT_KEY_FILE", key.as_str())];
    court.function(Package::Projector, "work", &signs).await
}

fn checkpoint() -> Value {
    json!({"task": "checkpoint"})
}

/// Changes who made the first commit of a case, as nobody may.
async fn alter(court: &Court, number: u32) {
    let client = court.tables.client().await;
    let table = &court.store.tables().events;
    let partition = AttributeValue::S(format!("CASE#{}", docket(number)));
    let get = client.get_item().table_name(table);
    let get = get
        .key("pk", partition)
        .key("sk", AttributeValue::N("1".to_owned()));
    let mut item = get.send().await.unwrap().item.unwrap();
    item.insert("actor".to_owned(), AttributeValue::S("somebody".to_owned()));
    let put = client.put_item().table_name(table).set_item(Some(item));
    put.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_is_signed_whole_or_not_at_all() {
    let court = Court::open().await;
    let signing = checkpointer(&court).await;
    let outcome = async || signing.invoke(checkpoint()).await.unwrap()["outcome"].clone();
    assert_eq!(outcome().await, "empty");
    for number in 101..103 {
        let commits = chain(docket(number), [vec![petition()], vec![captioned(10)]]);
        court.append(&commits).await;
    }

    // In no time nothing is signed, and it is told what does it.
    let stopped = signing
        .invoke_within(checkpoint(), Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(stopped.error_type, "Casefold.Failed");
    assert!(
        stopped.message.contains("0 commits of 0 cases"),
        "{}",
        stopped.message
    );
    assert!(
        stopped.message.contains("`casefold checkpoint`"),
        "{}",
        stopped.message
    );

    let written = signing.invoke(checkpoint()).await.unwrap();
    assert_eq!(written["outcome"], "written");
    let says = &written["checkpoint"];
    assert_eq!((&says["number"], &says["commits"]), (&json!(1), &json!(4)));
    assert_eq!(outcome().await, "unchanged");

    // What was altered is not signed.
    alter(&court, 102).await;
    let refused = signing.invoke(checkpoint()).await.unwrap_err();
    assert_eq!(refused.error_type, "Casefold.NotSigned");
    assert!(
        refused.message.contains(&docket(102).to_string()),
        "{}",
        refused.message
    );
    assert_eq!(court.store.signed_checkpoints().await.unwrap().len(), 1);

    // It is counted, for whoever watches.
    let (_wish, stop) = watch::channel(false);
    let outcome = court.worker_here().work(Task::Checkpoint {}, &stop).await;
    assert!(matches!(outcome.answer, Err(TaskError::NotSigned(_))));
    assert_eq!(outcome.figures.checkpoint_refused, 1);

    // A worker without a key may not sign.
    let refused = court.worker().await.invoke(checkpoint()).await.unwrap_err();
    assert_eq!(refused.error_type, "Casefold.Failed");
    assert!(
        refused.message.contains("CASEFOLD_CHECKPOINT_KMS_KEY"),
        "{}",
        refused.message
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_things_stand_is_told() {
    // Given new tables, to which the worker comes first; then a case that can't be folded,
    // beside one that can, and a checkpoint
    let court = Court::open_new().await;
    let worker = court.worker().await;
    let look = async || worker.invoke(json!({"task": "watch"})).await.unwrap();
    let begun = look().await;
    assert_eq!(
        (&begun["parkedCases"], begun.get("checkpoint")),
        (&json!(0), None)
    );
    court.append(&chain(docket(101), [vec![petition()]])).await;
    checkpointer(&court)
        .await
        .invoke(checkpoint())
        .await
        .unwrap();
    court
        .append(&chain(docket(102), [vec![captioned(10)]]))
        .await;
    court.project(&court.projector().await).await;

    // Then both are told
    let stands = look().await;
    assert_eq!(stands["parkedCases"], 1, "{stands:#}");
    let generations = stands["generations"].as_array().unwrap();
    let of_cases = generations
        .iter()
        .find(|it| it["projection"] == "case" && it["active"] == true);
    let of_cases = of_cases.unwrap();
    assert_eq!(
        (&of_cases["generation"], &of_cases["parked"]),
        (&json!(3), &json!(1))
    );
    assert!(of_cases["lag"]["millis"].is_i64(), "{of_cases:#}");
    let (_wish, stop) = watch::channel(false);
    let figures = court
        .worker_here()
        .work(Task::Watch {}, &stop)
        .await
        .figures;
    assert_eq!(figures.quarantined_cases, Some(1));
    assert_eq!(figures.quarantined_by_projection["case"], 1);
    assert!(
        figures
            .checkpoint_age_hours
            .is_some_and(|hours| hours < 1.0)
    );
    let last = &stands["checkpoint"];
    assert_eq!(last["number"], 1);
    assert!(
        (0.0..1.0).contains(&last["ageHours"].as_f64().unwrap()),
        "{last}"
    );
}
