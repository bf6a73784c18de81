//! Bad input, each kind with its own code.

use serde_json::{Value, json};

use crate::support::{Served, petition, served_case};

#[tokio::test]
async fn each_kind_of_bad_input_has_its_own_code() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let petitioner = service.client_as(dir.path(), "petitioner", "nora");

    let malformed = petitioner.post_text("/v1/cases", "{\"type\": ").await;
    malformed.expect_problem(400, "MALFORMED_JSON");
    let unknown = petitioner
        .post("/v1/cases", &[], &json!({"type": "FileNothing"}))
        .await;
    unknown.expect_problem(400, "UNKNOWN_TYPE");
    let mut extra = petition();
    extra["favouriteColour"] = json!("blue");
    let extra = petitioner
        .post("/v1/cases", &[], &extra)
        .await
        .expect_problem(400, "UNKNOWN_FIELD");
    assert_eq!(extra.body["field"], "favouriteColour");
    let large = json!({"type": "FilePetition", "caption": "x".repeat(2 << 20)});
    petitioner
        .post("/v1/cases", &[], &large)
        .await
        .expect_problem(413, "BODY_TOO_LARGE");
    for number in ["99-26", "101-2026", "case"] {
        let path = format!("/v1/cases/{number}");
        petitioner
            .get(&path)
            .await
            .expect_problem(400, "BAD_DOCKET_NUMBER");
    }
    petitioner
        .get("/v1/cases/999-26")
        .await
        .expect_problem(404, "CASE_NOT_FOUND");
    petitioner
        .get("/v1/nothing")
        .await
        .expect_problem(404, "NO_SUCH_ROUTE");
    petitioner
        .get("/v1/cases/101-26?colour=blue")
        .await
        .expect_problem(400, "UNKNOWN_PARAMETER");
}

#[tokio::test]
async fn a_call_without_a_token_is_401_and_one_of_a_wrong_role_is_403() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let stranger = service.stranger();
    for path in [
        "/v1/cases/101-26",
        "/v1/cases/101-26/history",
        "/v1/cases/101-26/docket-entries",
    ] {
        let refused = stranger.get(path).await.expect(401);
        assert!(refused.header("www-authenticate").is_some());
    }
    stranger
        .post("/v1/cases", &[], &petition())
        .await
        .expect(401);
    stranger.get("/healthz").await.expect(200);
    stranger.get("/readyz").await.expect(200);
    stranger.get("/openapi.json").await.expect(200);
    stranger.get("/docs/").await.expect(200);

    let judge = service.client(dir.path(), "judge");
    judge.post("/v1/cases", &[], &petition()).await.expect(403);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    judge
        .command(&number, json!({"type": "SealCase"}))
        .await
        .expect(403);
}

#[tokio::test]
async fn a_refused_command_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let refused = [
        json!({"type": "ServePetition"}),
        json!({"type": "UnsealCase"}),
        json!({"type": "ServeDocument", "docketEntry": 99}),
        json!({"type": "UpdateCaseContext", "status": "Calendared"}),
    ];
    for command in refused {
        let answer = clerk.command(&number, command).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        assert!(matches!(&answer.body["detail"], Value::String(text) if text.len() > 10));
    }
    let case = clerk
        .get(&format!("/v1/cases/{number}?minVersion=3"))
        .await
        .expect(200);
    assert_eq!(case.version(), 3);
}
