//! Work that comes round by itself: cases become ready for trial.

use serde_json::{Value, json};

use super::support::{Client, Served, paper_petition, run};

/// A served case of which the respondent filed an answer: on a day, or just now.
async fn answered_case(clerk: &Client, day: Option<&str>) -> String {
    let number = clerk.file(&paper_petition()).await.docket_number();
    let mut answer = json!({
        "type": "AddPaperFiling",
        "eventCode": "A",
        "title": "Answer",
        "filedBy": {"respondent": true},
    });
    if let Some(day) = day {
        answer["receivedAt"] = format!("{day}T12:00:00.000Z").into();
    }
    for command in [
        json!({"type": "QcPetition"}),
        json!({"type": "ServePetition", "effectiveAt": "2025-03-10T12:00:00.000Z"}),
        answer,
    ] {
        clerk.command(&number, command).await.expect(200);
    }
    number
}

fn job(data_dir: &std::path::Path) -> Value {
    let done = run(data_dir, &["--json", "job", "mark-ready-for-trial"]);
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

#[tokio::test]
async fn a_case_is_ready_for_trial_once_its_answer_is_old_enough() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let due = answered_case(&clerk, Some("2025-05-02")).await;
    let fresh = answered_case(&clerk, None).await;
    let waiting = "/v1/lists/work?queue=awaiting-readiness";
    super::lists::eventually(&clerk, waiting, |page| {
        page["work"].as_array().unwrap().len() == 2
    })
    .await;

    let report = job(dir.path());
    assert_eq!(report, json!({"done": [due], "refused": [], "failed": []}));

    let case = clerk.get(&format!("/v1/cases/{due}?minVersion=5")).await;
    assert_eq!(
        case.expect(200).body["status"],
        "General Docket - At Issue (Ready for Trial)"
    );
    let history = clerk
        .get(&format!("/v1/cases/{due}/history?order=desc"))
        .await;
    let commits = history.expect(200).body["commits"].clone();
    let marked = commits
        .as_array()
        .unwrap()
        .iter()
        .find(|commit| commit["command"] == "MarkReadyForTrial");
    assert_eq!(marked.unwrap()["role"], "system");

    // The list follows, and the next run has nothing to do.
    let left = super::lists::eventually(&clerk, waiting, |page| {
        page["work"].as_array().unwrap().len() == 1
    })
    .await;
    assert_eq!(left.body["work"][0]["docketNumber"], fresh.as_str());
    let eligible = "/v1/lists/eligible-for-trial?trialCity=Birmingham,%20Alabama";
    let page = clerk.get(eligible).await.expect(200);
    assert_eq!(page.body["cases"][0]["docketNumber"], due.as_str());
    let nothing = json!({"done": [], "refused": [], "failed": []});
    assert_eq!(job(dir.path()), nothing);
}

#[tokio::test]
async fn a_row_that_is_behind_its_case_is_refused_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let due = answered_case(&clerk, Some("2025-05-02")).await;
    let waiting = "/v1/lists/work?queue=awaiting-readiness";
    super::lists::eventually(&clerk, waiting, |page| {
        page["work"].as_array().unwrap().len() == 1
    })
    .await;
    service.stop();

    // While no projector runs the list stays as it is.
    let service = Served::start(dir.path(), &["--no-projector"]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let submitted = json!({"type": "UpdateCaseContext", "status": "Submitted"});
    clerk.command(&due, submitted).await.expect(200);
    let version = clerk
        .get(&format!("/v1/cases/{due}?minVersion=5"))
        .await
        .expect(200)
        .version();
    let report = job(dir.path());
    assert_eq!(report["done"], json!([]));
    assert_eq!(report["refused"][0]["docketNumber"], due.as_str());
    let after = clerk
        .get(&format!("/v1/cases/{due}?minVersion={version}"))
        .await
        .expect(200);
    assert_eq!(after.version(), version);
}
