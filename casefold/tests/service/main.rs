//! The whole service as its users meet it: the real program, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case_life;
mod documents;
mod examples;
mod forgetting;
#[path = "../support/history.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "each test target uses a part of it"
)]
mod history;
mod idempotency;
mod jobs;
mod lists;
mod load;
mod poison;
mod policies;
mod reading;
mod refusals;
mod rows;
mod support;
mod tool;
mod travel;
mod trial_calendars;
mod visibility;

use support::{Served, petition, served_case};

#[tokio::test]
async fn a_petition_is_filed_and_its_snapshot_follows() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let petitioner = service.client_as(dir.path(), "petitioner", "nora");

    let filed = petitioner.file(&petition()).await;
    let number = filed.docket_number();
    assert!(
        number.starts_with("101-"),
        "the first number of the year: {number}"
    );
    assert_eq!(
        filed.header("location"),
        Some(format!("/v1/cases/{number}").as_str())
    );
    assert_eq!(filed.header("etag"), Some("\"1\""));
    assert_eq!(filed.version(), 1);
    let events = [
        "PetitionFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
    ];
    assert_eq!(filed.event_types(), events);

    let clerk = service.client(dir.path(), "docketclerk");
    let case = clerk.snapshot_at(&number, 1).await;
    assert_eq!(case.header("etag"), Some("\"1.3\""));
    assert_eq!(case.body["status"], "New");
    let entries = case.body["docketEntries"].as_array().unwrap();
    let codes: Vec<_> = entries
        .iter()
        .map(|entry| entry["eventCode"].as_str().unwrap())
        .collect();
    assert!(
        codes.contains(&"P") && codes.contains(&"RQT") && codes.contains(&"STIN"),
        "{codes:?}"
    );
}

#[tokio::test]
async fn a_petition_is_checked_and_served_and_the_case_is_not_at_issue() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let case = clerk.snapshot_at(&number, 3).await;
    assert_eq!(case.body["status"], "General Docket - Not at Issue");
    let entries = case.body["docketEntries"].as_array().unwrap();
    let petition = entries
        .iter()
        .find(|entry| entry["eventCode"] == "P")
        .unwrap();
    assert!(petition["servedAt"].is_string());
    assert!(entries.iter().any(|entry| entry["eventCode"] == "NOTR"));
}

#[tokio::test]
async fn sixty_four_petitions_at_once_get_sixty_four_docket_numbers() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let petitioner = service.client_as(dir.path(), "petitioner", "nora");
    let filings = (0..64).map(|_| {
        let petitioner = petitioner.clone();
        tokio::spawn(async move { petitioner.file(&petition()).await.docket_number() })
    });
    let mut numbers = std::collections::BTreeSet::new();
    for filing in filings.collect::<Vec<_>>() {
        numbers.insert(filing.await.unwrap());
    }
    assert_eq!(numbers.len(), 64);
}

#[tokio::test]
async fn consolidating_changes_all_cases_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let (first, second) = (served_case(&clerk).await, served_case(&clerk).await);
    let ready = serde_json::json!({
        "type": "UpdateCaseContext",
        "status": "General Docket - At Issue (Ready for Trial)",
    });
    let together = serde_json::json!({
        "type": "ConsolidateCases",
        "docketNumbers": [second, first],
    });

    clerk.command(&first, ready.clone()).await.expect(200);
    let refused = clerk.post("/v1/commands", &[], &together).await;
    assert_eq!(refused.status.as_u16(), 409, "{refused:?}");
    for number in [&first, &second] {
        let history = clerk
            .get(&format!("/v1/cases/{number}/history"))
            .await
            .expect(200);
        let commits = history.body["commits"].as_array().unwrap();
        assert!(
            commits
                .iter()
                .all(|commit| commit["command"] != "ConsolidateCases")
        );
    }

    clerk.command(&second, ready).await.expect(200);
    let done = clerk.post("/v1/commands", &[], &together).await.expect(200);
    assert_eq!(done.body["cases"].as_array().unwrap().len(), 2);
    for number in [&first, &second] {
        let case = clerk
            .get(&format!("/v1/cases/{number}?minVersion=5"))
            .await
            .expect(200);
        assert_eq!(
            case.body["consolidatedCases"]["leadDocketNumber"],
            first.as_str()
        );
    }
}
