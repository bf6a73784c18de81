//! The documentation's examples succeed as they stand.

use serde_json::Value;

use crate::support::{Client, Served};

fn examples(document: &Value, path: &str) -> Vec<(String, Value)> {
    let content = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    let examples = content["examples"]
        .as_object()
        .expect("each command has an example");
    examples
        .iter()
        .map(|(name, example)| (name.clone(), example["value"].clone()))
        .collect()
}

/// Who sends an example: the party where a party's command is meant, else the clerk.
fn sender<'a>(name: &str, party: &'a Client, clerk: &'a Client) -> &'a Client {
    if name == "FilePetition" || name == "FileDocument" {
        party
    } else {
        clerk
    }
}

#[tokio::test]
async fn every_example_of_the_documentation_succeeds_when_sent_as_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let party = service.client_as(
        dir.path(),
        "petitioner",
        casefold_command_api::command::EXAMPLE_PETITIONER,
    );
    let system = service.client(dir.path(), "system");
    let document = clerk.get("/openapi.json").await.expect(200).body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));

    for (name, body) in examples(&document, "/v1/cases") {
        sender(&name, &party, &clerk).file(&body).await;
    }
    clerk
        .file(&casefold_command_api::command::FilePaperPetition::example())
        .await;
    let mut sent = 0;
    for number in ["101-25", "102-25"] {
        // In the order in which the commands are listed, which JSON doesn't keep.
        let of_case = examples(&document, "/v1/cases/{docketNumber}/commands");
        for name in casefold_command_api::command::CaseCommand::NAMES {
            let (_, body) = of_case.iter().find(|(example, _)| example == name).unwrap();
            if *name == "MarkReadyForTrial" {
                // The one example that a new case can't take: its answer has to grow old.
                system
                    .command(number, body.clone())
                    .await
                    .expect_problem(409, "NOT_ANSWERED");
                continue;
            }
            sender(name, &party, &clerk)
                .command(number, body.clone())
                .await
                .expect(200);
            sent += 1;
        }
    }
    let names = casefold_command_api::command::CaseCommand::NAMES;
    assert_eq!(sent, 2 * (names.len() - 1), "all but one on each of two");
    let of_group = examples(&document, "/v1/commands");
    for name in casefold_command_api::command::GroupCommand::NAMES {
        let (_, body) = of_group
            .iter()
            .find(|(example, _)| example == name)
            .unwrap();
        sender(name, &party, &clerk)
            .post("/v1/commands", &[], body)
            .await
            .expect(200);
    }
}
