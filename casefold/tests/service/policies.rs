//! What follows by itself is recorded as such, with the commit that caused it, in one step.

use serde_json::{Value, json};

use crate::support::{Client, Served, served_case};

/// A served case with the respondent's counsel of these tests, who files motions in it.
async fn commits(clerk: &Client, number: &str) -> Vec<Value> {
    let history = clerk
        .get(&format!("/v1/cases/{number}/history"))
        .await
        .expect(200);
    history.body["commits"].as_array().unwrap().clone()
}

fn motion() -> Value {
    let document = json!({"key": "documents/1.pdf", "sha256": "0".repeat(64), "numberOfPages": 1});
    json!({"type": "FileDocument", "eventCode": "M006", "document": document})
}

#[tokio::test]
async fn a_policys_commit_says_that_it_is_one_and_what_caused_it() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let petitioner = service.client_as(dir.path(), "petitioner", "dev-petitioner");
    let number = served_case(&clerk).await;

    let filed = petitioner.command(&number, motion()).await.expect(200);
    assert_eq!(filed.version(), 5, "the motion is 4, and what follows is 5");
    assert_eq!(filed.header("etag"), Some("\"5\""));
    assert_eq!(
        filed.event_types(),
        ["DocketEntryFiled", "AutomaticallyBlocked"]
    );
    assert_eq!(filed.body["events"][0]["policy"], Value::Null);
    assert_eq!(filed.body["events"][1]["policy"], "AutomaticBlocking");

    let commits = commits(&clerk, &number).await;
    let (cause, follows) = (&commits[3], &commits[4]);
    assert_eq!(cause["command"], "FileDocument");
    assert_eq!(cause["causation"], Value::Null);
    assert_eq!(follows["command"], "AutomaticBlocking");
    assert_eq!(follows["role"], "system");
    assert_eq!(
        follows["causation"],
        json!({"docketNumber": number, "version": 4})
    );
    assert_eq!(follows["correlationId"], cause["correlationId"]);
    assert_eq!(follows["committedWith"], cause["committedWith"]);
    assert_eq!(follows["committedWith"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_repeated_command_answers_with_what_followed_and_nothing_follows_twice() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let petitioner = service.client_as(dir.path(), "petitioner", "dev-petitioner");
    let number = served_case(&clerk).await;
    let path = format!("/v1/cases/{number}/commands");
    let key = [("idempotency-key", "motion-1")];

    let first = petitioner.post(&path, &key, &motion()).await.expect(200);
    let at_once = petitioner.post(&path, &key, &motion()).await.expect(200);
    clerk.snapshot_at(&number, first.version()).await;
    let late = petitioner.post(&path, &key, &motion()).await.expect(200);
    assert_eq!(at_once.body, first.body);
    assert_eq!(late.body, first.body);
    assert_eq!(commits(&clerk, &number).await.len(), 5);
}

/// Consolidates so many cases, in which the petitioner of the examples is a party.
async fn consolidated(clerk: &Client, count: usize) -> Vec<String> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        let number = served_case(clerk).await;
        let status = "General Docket - At Issue (Ready for Trial)";
        let ready = json!({"type": "UpdateCaseContext", "status": status});
        clerk.command(&number, ready).await.expect(200);
        numbers.push(number);
    }
    let together = json!({"type": "ConsolidateCases", "docketNumbers": numbers});
    clerk.post("/v1/commands", &[], &together).await.expect(200);
    numbers
}

#[tokio::test]
async fn what_follows_in_more_cases_than_fit_one_step_comes_right_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let petitioner = service.client_as(dir.path(), "petitioner", "dev-petitioner");
    let numbers = consolidated(&clerk, 60).await;
    let mut body = motion();
    body["docketNumbers"] = json!(numbers);
    let key = [("idempotency-key", "motion-in-all")];

    let first = petitioner
        .post("/v1/commands", &key, &body)
        .await
        .expect(200);
    let cases = first.body["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 60);
    for case in cases {
        assert_eq!(case["version"], 7, "{case:#}");
        assert_eq!(case["events"][1]["policy"], "AutomaticBlocking");
    }
    let again = petitioner
        .post("/v1/commands", &key, &body)
        .await
        .expect(200);
    assert_eq!(again.body, first.body);
    let last = commits(&clerk, &numbers[59]).await;
    assert_eq!(last.len(), 7, "nothing follows twice");
    assert_eq!(last[6]["causation"]["version"], 6);
}

#[tokio::test]
async fn a_lead_that_leaves_is_the_cause_of_the_next_ones_election() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let numbers = consolidated(&clerk, 3).await;
    let leave = json!({"type": "UnconsolidateCases", "docketNumbers": [numbers[0]]});
    clerk.post("/v1/commands", &[], &leave).await.expect(200);

    let of_lead = commits(&clerk, &numbers[0]).await;
    assert_eq!(of_lead.last().unwrap()["causation"], Value::Null);
    for number in &numbers[1..] {
        let commits = commits(&clerk, number).await;
        let election = commits.last().unwrap();
        assert_eq!(election["command"], "LeadElection");
        assert_eq!(election["role"], "system");
        assert_eq!(
            election["causation"],
            json!({"docketNumber": numbers[0], "version": of_lead.len()})
        );
    }
}
