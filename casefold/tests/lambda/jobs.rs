//! Work that comes round by itself.

use casefold_command_api::command::FilePaperPetition;
use casefold_events::vocabulary::Role;
use serde_json::{Value, json};

use crate::runtime_api::Function;
use crate::support::faults::{Fault, Proxy};
use crate::world::{Asked, Court, Package};

/// A served case of which the respondent's answer is older than 45 days.
async fn due(api: &Function) -> String {
    let clerk = Role::ClerkOfCourt;
    let filed = Asked::post("/v1/cases", &FilePaperPetition::example()).by(clerk);
    let number = filed.of(api).await.expect(201)["docketNumber"].clone();
    let number = number.as_str().unwrap().to_owned();
    for command in [
        json!({"type": "QcPetition"}),
        json!({"type": "ServePetition", "effectiveAt": "2025-03-10T12:00:00.000Z"}),
        json!({"type": "AddPaperFiling", "eventCode": "A", "title": "Answer",
               "filedBy": {"respondent": true}, "receivedAt": "2025-05-02T12:00:00.000Z"}),
    ] {
        let commands = format!("/v1/cases/{number}/commands");
        Asked::post(&commands, &command)
            .by(clerk)
            .of(api)
            .await
            .expect(200);
    }
    number
}

fn ready_for_trial() -> Value {
    json!({"job": "readyForTrial"})
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_become_ready_for_trial_and_those_that_fail_are_told_when_the_others_are_done() {
    let court = Court::open().await;
    let api = court.api().await;
    let (projector, cases) = (court.projector().await, [due(&api).await, due(&api).await]);
    court.project(&projector).await;

    // Given a store that refuses a commit once
    let proxy = Proxy::before(&court.tables.endpoint_url).await;
    let beside = [("CASEFOLD_ENDPOINT_URL", proxy.endpoint_url.as_str())];
    let jobs = court.function(Package::CommandApi, "jobs", &beside).await;
    proxy.inject("PutItem", Fault::Refuse("AccessDeniedException"));

    // Then the other case is done, and this one is named
    let failed = jobs.invoke(ready_for_trial()).await.unwrap_err();
    assert_eq!(failed.error_type, "Casefold.MayPass");
    assert!(
        failed.message.starts_with("1 of 2 cases"),
        "{}",
        failed.message
    );
    let left = cases
        .iter()
        .find(|it| failed.message.contains(it.as_str()))
        .unwrap();

    // and the next run comes to it.
    court.project(&projector).await;
    let done = jobs.invoke(ready_for_trial()).await.unwrap();
    assert_eq!(
        done["counts"],
        json!({"done": 1, "refused": 0, "failed": 0})
    );
    assert_eq!(done["done"], json!([left]));
    court.project(&projector).await;
    let nothing = jobs.invoke(ready_for_trial()).await.unwrap();
    let none = json!({"done": 0, "refused": 0, "failed": 0});
    assert_eq!(
        nothing,
        json!({"counts": none, "done": [], "refused": [], "failed": []})
    );
}
