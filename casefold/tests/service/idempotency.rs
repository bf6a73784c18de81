//! A command of one id is carried out once, however late it comes again.

use serde_json::json;

use crate::support::{Served, petition, served_case};

#[tokio::test]
async fn the_same_petition_again_gives_the_first_answer_again() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let petitioner = service.client_as(dir.path(), "petitioner", "nora");
    let key = [("idempotency-key", "petition-1")];

    let first = petitioner
        .post("/v1/cases", &key, &petition())
        .await
        .expect(201);
    let again = petitioner
        .post("/v1/cases", &key, &petition())
        .await
        .expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));

    let mut other = petition();
    other["procedureType"] = json!("Small");
    petitioner
        .post("/v1/cases", &key, &other)
        .await
        .expect_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let someone_else = service.client_as(dir.path(), "petitioner", "ida");
    someone_else
        .post("/v1/cases", &key, &petition())
        .await
        .expect_problem(422, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn the_same_command_again_is_found_before_and_after_it_is_folded() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let path = format!("/v1/cases/{number}/commands");
    let key = [("idempotency-key", "seal-1")];
    let seal = json!({"type": "SealCase"});

    let first = clerk.post(&path, &key, &seal).await.expect(200);
    let at_once = clerk.post(&path, &key, &seal).await.expect(200);
    assert_eq!(at_once.body, first.body);

    clerk
        .command(&number, json!({"type": "UnsealCase"}))
        .await
        .expect(200);
    clerk.snapshot_at(&number, first.version() + 1).await;
    let late = clerk.post(&path, &key, &seal).await.expect(200);
    assert_eq!(
        late.body, first.body,
        "the case was unsealed since, and is not sealed again"
    );
    assert_eq!(late.header("idempotency-replayed"), Some("true"));

    let unseal = json!({"type": "UnsealCase"});
    clerk
        .post(&path, &key, &unseal)
        .await
        .expect_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let case = clerk.get(&format!("/v1/cases/{number}")).await.expect(200);
    assert_eq!(
        case.version(),
        first.version() + 1,
        "neither repeat wrote a commit"
    );
}

#[tokio::test]
async fn the_same_command_sent_at_once_by_many_is_carried_out_once() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let path = format!("/v1/cases/{number}/commands");
    let sent = (0..8).map(|_| {
        let (clerk, path) = (clerk.clone(), path.clone());
        tokio::spawn(async move {
            let key = [("idempotency-key", "seal-once")];
            clerk
                .post(&path, &key, &json!({"type": "SealCase"}))
                .await
                .expect(200)
                .body
        })
    });
    let mut answers = Vec::new();
    for sent in sent.collect::<Vec<_>>() {
        answers.push(sent.await.unwrap());
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:#?}"
    );
}

#[tokio::test]
async fn a_repeated_command_over_several_cases_gives_its_whole_first_answer() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let number = served_case(&clerk).await;
        let status = "General Docket - At Issue (Ready for Trial)";
        let ready = json!({"type": "UpdateCaseContext", "status": status});
        clerk.command(&number, ready).await.expect(200);
        numbers.push(number);
    }
    let key = [("idempotency-key", "together-1")];
    let together = json!({"type": "ConsolidateCases", "docketNumbers": numbers});
    let first = clerk
        .post("/v1/commands", &key, &together)
        .await
        .expect(200);
    let again = clerk
        .post("/v1/commands", &key, &together)
        .await
        .expect(200);
    assert_eq!(first.body["cases"].as_array().unwrap().len(), 3);
    assert_eq!(again.body, first.body);
}
