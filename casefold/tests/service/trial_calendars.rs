//! Trial calendars that take more than one step.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};
use serde_json::{Value, json};

use crate::support::{Answered, Client, Served, paper_petition, served_case};

const CASES: usize = 130;
const CLIENTS: usize = 8;

fn session(at: u32) -> Value {
    json!({
        "trialSessionId": format!("0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b0{at}"),
        "trialDate": "2027-03-01T15:00:00.000Z",
        "trialLocation": "Birmingham, Alabama",
        "judge": "Buch",
    })
}

async fn set(clerk: &Client, numbers: &[String]) -> Answered {
    let body = json!({"session": session(1), "docketNumbers": numbers});
    clerk
        .post("/v1/trial-calendars", &[], &body)
        .await
        .expect(200)
}

/// What became of each case: its outcome, and the code where it was refused.
fn outcomes(answered: &Answered) -> BTreeMap<String, (String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let cases = answered.body["cases"].as_array().unwrap().iter();
    cases
        .map(|case| {
            let outcome = (text(&case["outcome"]).unwrap(), text(&case["code"]));
            (text(&case["docketNumber"]).unwrap(), outcome)
        })
        .collect()
}

async fn served_cases(clerk: &Client, count: usize) -> Vec<String> {
    let filings: Vec<_> = (0..count).map(|_| served_case(clerk)).collect();
    let mut numbers: Vec<String> = stream::iter(filings)
        .buffer_unordered(CLIENTS)
        .collect()
        .await;
    numbers.sort();
    numbers
}

async fn consolidate(clerk: &Client, numbers: &[String]) {
    for number in numbers {
        let ready = json!({"type": "UpdateCaseContext", "status": "Submitted"});
        clerk.command(number, ready).await.expect(200);
    }
    let body = json!({"type": "ConsolidateCases", "docketNumbers": numbers});
    clerk.post("/v1/commands", &[], &body).await.expect(200);
}

#[tokio::test]
async fn a_large_calendar_goes_in_steps_reports_each_case_and_is_resumed_by_sending_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let numbers = served_cases(&clerk, CASES).await;
    // A group whose ends are far apart in the list; one that is not listed as a whole; and
    // cases that can't be set.
    let group = [numbers[0].clone(), numbers[CASES - 1].clone()];
    consolidate(&clerk, &group).await;
    let outside = served_case(&clerk).await;
    let torn = &numbers[40];
    consolidate(&clerk, &[torn.clone(), outside.clone()]).await;
    let blocked = &numbers[50];
    let block = json!({"type": "BlockFromTrial", "reason": "Settlement"});
    clerk.command(blocked, block).await.expect(200);
    let elsewhere = &numbers[60];
    let add = json!({"type": "AddToTrialSession", "session": session(2)});
    clerk.command(elsewhere, add).await.expect(200);
    let unserved = clerk.file(&paper_petition()).await.docket_number();
    let nowhere = "999999-25".to_owned();

    let mut listed = numbers.clone();
    listed.extend([unserved.clone(), nowhere.clone()]);
    let first = set(&clerk, &listed).await;
    let refused = [
        (torn, "GROUP_INCOMPLETE"),
        (blocked, "CASE_BLOCKED"),
        (elsewhere, "IN_ANOTHER_SESSION"),
        (&unserved, "PETITION_NOT_SERVED"),
        (&nowhere, "CASE_NOT_FOUND"),
    ];
    assert_eq!(first.body["steps"], 2, "127 cases at most 100 at a time");
    let found = outcomes(&first);
    assert_eq!(found.len(), listed.len());
    for number in &listed {
        let code = refused.iter().find(|(it, _)| *it == number);
        let expected = match code {
            Some((_, code)) => ("refused".to_owned(), Some((*code).to_owned())),
            None => ("calendared".to_owned(), None),
        };
        assert_eq!(found[number], expected, "{number}");
    }

    // The group was one act, and so each of its cases names the other.
    let history = clerk
        .get(&format!(
            "/v1/cases/{}/history?order=desc&limit=1",
            group[0]
        ))
        .await
        .expect(200);
    let commit = &history.body["commits"][0];
    assert_eq!(commit["command"], "SetTrialCalendar");
    assert!(commit.to_string().contains(&group[1]));

    // What kept a case from the calendar is gone; the same is sent again.
    let unblock = json!({"type": "UnblockFromTrial"});
    clerk.command(blocked, unblock).await.expect(200);
    listed.push(outside.clone());
    let second = set(&clerk, &listed).await;
    assert_eq!(second.body["steps"], 1);
    let found = outcomes(&second);
    let now: Vec<_> = found
        .iter()
        .filter(|(_, (outcome, _))| outcome == "calendared")
        .map(|(number, _)| number)
        .collect();
    let mut expected = vec![blocked, torn, &outside];
    expected.sort();
    assert_eq!(now, expected);
    let already = found.values().filter(|(it, _)| it == "already").count();
    assert_eq!(already, CASES - 3);

    // What the report says is what is read.
    let cases = second.body["cases"].as_array().unwrap();
    for case in cases
        .iter()
        .filter(|case| case["version"].is_u64())
        .step_by(40)
    {
        let (number, version) = (case["docketNumber"].as_str().unwrap(), &case["version"]);
        let read = clerk
            .get(&format!("/v1/cases/{number}?minVersion={version}"))
            .await
            .expect(200);
        assert_eq!(read.body["status"], "Calendared");
        assert_eq!(read.body["version"], *version);
    }
}

#[tokio::test]
async fn a_calendar_is_refused_as_a_whole_where_its_sender_may_not_set_one() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let body = json!({"session": session(1), "docketNumbers": ["101-26"]});
    let docket_clerk = service.client(dir.path(), "docketclerk");
    docket_clerk
        .post("/v1/trial-calendars", &[], &body)
        .await
        .expect_problem(403, "ROLE_NOT_ALLOWED");
    let clerk = service.client(dir.path(), "petitionsclerk");
    clerk
        .post("/v1/trial-calendars", &[], &json!({"session": session(1)}))
        .await
        .expect_problem(400, "INVALID_FIELD");
    let mut none = body.clone();
    none["docketNumbers"] = json!([]);
    clerk
        .post("/v1/trial-calendars", &[], &none)
        .await
        .expect_problem(422, "INVALID_FIELD");
    clerk
        .post("/v1/trial-calendars", &[("If-Match", "\"1\"")], &body)
        .await
        .expect_problem(400, "IF_MATCH_NOT_APPLICABLE");
}
