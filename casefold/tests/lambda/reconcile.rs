//! Generations compared with the event table, in pieces.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::history::{captioned, chain, docket, petition};
use crate::world::Court;

fn look(more: &Value) -> Value {
    let mut event = json!({"task": "reconcile", "projection": "case", "generation": 3});
    let more = more.as_object().unwrap().clone();
    event.as_object_mut().unwrap().extend(more);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_told_and_mended_and_a_look_goes_on_where_its_time_was_over() {
    // Given cases of which no commit was folded, where the worker comes first
    let court = Court::open_new().await;
    let worker = court.worker().await;
    worker
        .invoke(json!({"task": "planReconcile"}))
        .await
        .unwrap();
    for number in 101..104 {
        let commits = chain(docket(number), [vec![petition()], vec![captioned(10)]]);
        court.append(&commits).await;
    }

    let planned = worker
        .invoke(json!({"task": "planReconcile"}))
        .await
        .unwrap();
    let planned = planned["items"].as_array().unwrap().clone();
    assert!(
        planned.contains(&json!({"projection": "case", "generation": 3})),
        "{planned:?}"
    );
    let of_lists = json!({"task": "planReconcile", "projection": "lists"});
    let of_lists = worker.invoke(of_lists).await.unwrap();
    assert_eq!(
        of_lists,
        json!({"items": [{"projection": "lists", "generation": 1}]})
    );

    // A look whose time is over at once says so, and the next goes on with it
    let stopped = worker.invoke_within(look(&json!({})), Duration::ZERO).await;
    let stopped = stopped.unwrap();
    assert_eq!(
        (&stopped["complete"], &stopped["clean"]),
        (&json!(false), &json!(false))
    );
    let found = worker.invoke(look(&json!({}))).await.unwrap();
    assert_eq!(
        (&found["complete"], &found["clean"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        (&found["differing"], &found["cases"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(found["named"][0]["difference"], "missing", "{found:#}");

    // It is mended where that is asked for
    let mended = worker.invoke(look(&json!({"repair": true}))).await.unwrap();
    assert_eq!(
        (&mended["clean"], &mended["repaired"]),
        (&json!(true), &json!(3))
    );
    for item in planned {
        let mut event = item.clone();
        event["task"] = "reconcile".into();
        event["repair"] = true.into();
        let clean = worker.invoke(event).await.unwrap();
        assert_eq!(clean["clean"], true, "{item}: {clean:#}");
    }
    let (_wish, stop) = watch::channel(false);
    let task = serde_json::from_value(look(&json!({}))).unwrap();
    let figures = court.worker_here().work(task, &stop).await.figures;
    assert_eq!(
        (figures.reconcile_runs, figures.reconcile_differing),
        (1, 0)
    );
    let deep = worker.invoke(look(&json!({"deep": true}))).await.unwrap();
    assert_eq!((&deep["clean"], &deep["alike"]), (&json!(true), &json!(3)));
}
