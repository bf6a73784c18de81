//! Functions that can't start, and events that are none.

use serde_json::json;

use crate::world::{Asked, Court, Package};

const SECRET: &str = "a secret of thirty-two bytes, ok";

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_can_not_start_says_why() {
    let court = Court::open().await;
    let key = court.key("checkpoint.key");
    for (package, handler, variables, told) in [
        (Package::CommandApi, "bootstrap", vec![], "http and jobs"),
        (Package::Projector, "http", vec![], "stream and work"),
        // Somebody expects tokens to be checked, which the gateway does.
        (
            Package::CommandApi,
            "http",
            vec![("CASEFOLD_JWT_SECRET", SECRET)],
            "CASEFOLD_JWT_SECRET",
        ),
        (
            Package::Projector,
            "work",
            vec![
                ("CASEFOLD_CHECKPOINT_KMS_KEY", "alias/court"),
                ("CASEFOLD_CHECKPOINT_KEY_FILE", key.as_str()),
            ],
            "CASEFOLD_CHECKPOINT_KEY_FILE",
        ),
    ] {
        let function = court.function(package, handler, &variables).await;
        let ended = function.end().await;
        assert_eq!(ended.code(), Some(1), "{handler}");
        // What is on its way through the pipe comes within moments.
        for _ in 0..200 {
            if function.log().contains(told) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let log = function.log();
        assert!(log.contains(told), "{handler}: {log}");
        assert!(!log.contains(SECRET), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_none_is_an_error_and_the_next_is_served() {
    let court = Court::open().await;
    let api = court.api().await;
    for event in [
        json!({"task": "watch"}),
        json!(null),
        json!({"Records": []}),
    ] {
        assert!(api.invoke(event).await.is_err());
    }
    Asked::get("/healthz").of(&api).await.expect(200);

    let jobs = court.function(Package::CommandApi, "jobs", &[]).await;
    let worker = court.worker().await;
    for function in [&jobs, &worker] {
        for event in [
            json!(null),
            json!({}),
            json!({"job": "dance"}),
            json!({"task": "dance"}),
        ] {
            let refused = function.invoke(event).await.unwrap_err();
            assert_eq!(
                refused.error_type, "Casefold.BadTask",
                "{}",
                refused.message
            );
        }
        assert!(function.ended().is_none(), "{}", function.log());
    }
    let done = jobs.invoke(json!({"job": "readyForTrial"})).await.unwrap();
    assert_eq!(done["counts"]["done"], 0);
    worker.invoke(json!({"task": "watch"})).await.unwrap();
}
