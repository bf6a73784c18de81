//! Somebody is forgotten beside a running service, and nothing tells of them any more.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client as DynamoClient;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_command_api::command::{CaseCommand, EXAMPLE_PETITIONER, GroupCommand};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::sdk_config;
use serde_json::{Value, json};

use crate::support::{Client, Served, paper_petition, petition, run};

/// What every personal text begins with here.
const TELLING: &str = "Quillfeather";

/// How long a search may take to follow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The members of bodies that tell of people.
const PERSONAL: &[&str] = &[
    "name",
    "secondaryName",
    "inCareOf",
    "phone",
    "caption",
    "title",
    "description",
    "note",
    "reason",
    "calendarNotes",
    "text",
    "address1",
    "address2",
    "address3",
    "firmName",
    "barNumber",
    "documentTitle",
    "freeText",
    "servedParties",
];

/// The same body with telling texts wherever it tells of people.
fn telling(body: &Value) -> Value {
    match body {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    // What a penalty or a document is called is nobody's name.
                    Value::String(text) if PERSONAL.contains(&name.as_str()) && !is_fixed(text) => {
                        json!(format!("{TELLING} {text}"))
                    }
                    Value::String(_) if name == "email" => {
                        json!(format!("{}@example.com", TELLING.to_lowercase()))
                    }
                    other => telling(other),
                };
                (name.clone(), value)
            })
            .collect(),
        Value::Array(items) => items.iter().map(telling).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body.clone(),
    }
}

/// Names in bodies that are of no person: a penalty's.
fn is_fixed(text: &str) -> bool {
    text.starts_with("IRC ")
}

/// Every text in every item of the event table, and of claims.
async fn stored_texts(data_dir: &Path) -> Vec<String> {
    let service = std::fs::read(data_dir.join("service.json")).unwrap();
    let service: Value = serde_json::from_slice(&service).unwrap();
    let endpoint = service["endpoint_url"].as_str().unwrap();
    let config = Config::for_endpoint(endpoint, "casefold");
    let client = DynamoClient::new(&sdk_config(&config).await);
    let mut texts = Vec::new();
    for table in ["casefold-events", "casefold-control"] {
        let mut from = None;
        loop {
            let page = client
                .scan()
                .table_name(table)
                .set_exclusive_start_key(from)
                .send();
            let page = page.await.unwrap();
            for item in page.items.unwrap_or_default() {
                collect(&AttributeValue::M(item), &mut texts);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
    }
    texts
}

fn collect(value: &AttributeValue, texts: &mut Vec<String>) {
    match value {
        AttributeValue::S(text) => texts.push(text.clone()),
        AttributeValue::L(items) => items.iter().for_each(|item| collect(item, texts)),
        AttributeValue::M(members) => members.values().for_each(|item| collect(item, texts)),
        _ => {}
    }
}

fn examples(document: &Value, path: &str) -> Vec<(String, Value)> {
    let content = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"];
    let examples = content["examples"].as_object().unwrap();
    let example = |(name, it): (&String, &Value)| (name.clone(), it["value"].clone());
    examples.iter().map(example).collect()
}

fn count(value: &Value) -> usize {
    value
        .to_string()
        .to_lowercase()
        .matches(&TELLING.to_lowercase())
        .count()
}

#[tokio::test]
async fn no_command_leaves_anything_personal_in_a_stored_commit() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let party = service.client_as(dir.path(), "petitioner", EXAMPLE_PETITIONER);
    let document = clerk.get("/openapi.json").await.expect(200).body;
    for (name, body) in examples(&document, "/v1/cases") {
        let sender = if name == "FilePetition" {
            &party
        } else {
            &clerk
        };
        sender
            .post("/v1/cases", &[("idempotency-key", &name)], &telling(&body))
            .await
            .expect(201);
    }
    clerk.file(&telling(&paper_petition())).await;
    let mut told = BTreeSet::new();
    for number in ["101-25", "102-25"] {
        for name in CaseCommand::NAMES {
            let of_case = examples(&document, "/v1/cases/{docketNumber}/commands");
            let (_, body) = of_case.iter().find(|(example, _)| example == name).unwrap();
            let body = telling(body);
            let sender = if *name == "FileDocument" {
                &party
            } else {
                &clerk
            };
            let answered = sender.command(number, body.clone()).await;
            // That a petition's answer grows old takes days; all others are carried out.
            let expected = if *name == "MarkReadyForTrial" {
                403
            } else {
                200
            };
            answered.expect(expected);
            if count(&body) > 0 {
                told.insert((*name).to_owned());
            }
        }
    }
    for name in GroupCommand::NAMES {
        let of_group = examples(&document, "/v1/commands");
        let (_, body) = of_group
            .iter()
            .find(|(example, _)| example == name)
            .unwrap();
        let sender = if *name == "FileDocument" {
            &party
        } else {
            &clerk
        };
        sender
            .post("/v1/commands", &[], &telling(body))
            .await
            .expect(200);
    }
    assert!(told.len() > 15, "commands that tell of people: {told:?}");

    let texts = stored_texts(dir.path()).await;
    assert!(texts.iter().any(|text| text.contains("$sealed")));
    let plain: Vec<_> = texts
        .iter()
        .filter(|text| text.to_lowercase().contains(&TELLING.to_lowercase()))
        .collect();
    assert!(plain.is_empty(), "{plain:#?}");
    // And yet the court reads it.
    let history = clerk
        .get("/v1/cases/101-25/history?limit=500")
        .await
        .expect(200);
    assert!(count(&history.body) > 40, "{}", count(&history.body));
}

fn tool(dir: &Path, args: &[&str]) -> Value {
    let output = run(dir, &[&["--json"], args].concat());
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a search finds, once it finds so many cases.
async fn search(clerk: &Client, word: &str, cases: usize) -> Value {
    let since = Instant::now();
    loop {
        let found = clerk
            .get(&format!("/v1/search?q={word}"))
            .await
            .expect(200)
            .body;
        if found["rows"].as_array().map(Vec::len) == Some(cases)
            || found["cases"].as_array().map(Vec::len) == Some(cases)
        {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "{found:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn somebody_who_is_forgotten_is_gone_from_all_that_is_read_and_the_case_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let sql = dir.path().join("rows.sqlite");
    let target = format!("sqlite://{}", sql.display());
    let service = Served::start(dir.path(), &[&format!("--sql-target={target}")]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let number = nora.file(&telling(&petition())).await.docket_number();
    let other = clerk
        .file(&telling(&paper_petition()))
        .await
        .docket_number();
    let key = [("idempotency-key", "note-1")];
    let path = format!("/v1/cases/{number}/commands");
    let note = json!({"type": "AddCaseNote", "note": format!("{TELLING} called")});
    clerk.post(&path, &key, &note).await.expect(200);
    let before = clerk.snapshot_at(&number, 2).await.body;
    assert!(count(&before) > 2, "{before:#}");
    search(&clerk, "quillfeather", 2).await;
    let history = clerk
        .get(&format!("/v1/cases/{number}/history"))
        .await
        .expect(200)
        .body;
    let contact = history["commits"][0]["events"][0]["payload"]["petitioners"][0]["contactId"]
        .as_str()
        .unwrap()
        .to_owned();
    let whom = format!("contact/{contact}");
    let state = |number: &str| {
        let keys = tool(dir.path(), &["subjects", number]);
        let keys = keys.as_array().unwrap().clone();
        keys.iter()
            .map(|it| {
                (
                    it["key"].as_str().unwrap().to_owned(),
                    it["state"].as_str().unwrap().to_owned(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert!(state(&number).contains(&(format!("{whom}/1"), "there".to_owned())));

    // Nobody is asked, so nothing is done.
    let refused = run(dir.path(), &["forget", &whom, "--order", "2026/17"]);
    assert!(!refused.status.success());
    let done = tool(
        dir.path(),
        &[
            "forget",
            &whom,
            "--order",
            "2026/17",
            "--by",
            "ada",
            "--yes",
            "--sql-target",
            &target,
        ],
    );
    assert_eq!(done["cases"], json!([number]));
    assert_eq!(done["keysDestroyed"], 3, "{done}");

    assert!(state(&number).iter().all(|(_, state)| state == "forgotten"));
    let case = clerk
        .get(&format!("/v1/cases/{number}"))
        .await
        .expect(200)
        .body;
    assert_eq!(count(&case), 0, "{case:#}");
    assert_eq!(case["version"], 2);
    assert_eq!(case["caption"], "[forgotten]");
    assert_eq!(case["partyContacts"][0]["name"], "[forgotten]");
    let found = search(&clerk, "quillfeather", 1).await;
    assert!(found.to_string().contains(&other), "{found}");
    let after = clerk
        .get(&format!("/v1/cases/{number}/history"))
        .await
        .expect(200)
        .body;
    assert_eq!(count(&after), 0, "{after:#}");
    for at in 0..2 {
        let hash = |page: &Value| page["commits"][at]["hash"].clone();
        assert_eq!(hash(&history), hash(&after));
    }
    for past in ["?atVersion=1", "/blame", "/difference?from=1&to=2"] {
        let past = clerk.get(&format!("/v1/cases/{number}{past}")).await;
        let past = past.expect(200).body;
        assert_eq!(count(&past), 0, "{past:#}");
    }
    let verified = tool(dir.path(), &["verify"]);
    assert_eq!(verified["clean"], true, "{verified}");
    let rows = rows_of(&sql, &number);
    assert!(rows.len() >= 2, "{rows:?}");
    assert!(rows.iter().all(|row| row == "[forgotten]"), "{rows:?}");
    assert!(rows_of(&sql, &other)[0].contains(TELLING));

    // The first answer again, though nobody can tell any more that the body is the same.
    let again = clerk.post(&path, &key, &note).await.expect(200);
    assert_eq!(again.version(), 2);
    // The case goes on, and what is new is told.
    clerk
        .command(&number, json!({"type": "QcPetition"}))
        .await
        .expect(200);
    let served = clerk
        .command(&number, json!({"type": "ServePetition"}))
        .await
        .expect(200);
    let version = served.version();
    let note = json!({"type": "UpdateCaseNote", "note": "Anew"});
    let key = [("idempotency-key", "note-2")];
    clerk.post(&path, &key, &note).await.expect(200);
    assert_eq!(
        clerk.post(&path, &key, &note).await.expect(200).version(),
        version + 1
    );
    let other_note = json!({"type": "UpdateCaseNote", "note": "Another"});
    let reused = clerk.post(&path, &key, &other_note).await;
    reused.expect_problem(422, "IDEMPOTENCY_KEY_REUSED");
    let case = clerk.snapshot_at(&number, version + 1).await.body;
    assert!(case.to_string().contains("Anew"), "{case:#}");
    assert!(state(&number).contains(&("texts/2".to_owned(), "there".to_owned())));

    let log = tool(dir.path(), &["operations"]);
    let log = log.as_array().unwrap();
    let of_keys: Vec<_> = log.iter().filter(|it| it["projection"] == "keys").collect();
    assert_eq!(of_keys.len(), 2, "{log:#?}");
    assert!(of_keys.iter().all(|it| it["by"] == "ada"));
    let deep = tool(dir.path(), &["reconcile", "--deep"]);
    assert_eq!(deep["clean"], true, "{deep}");
}

/// What the rows of a case and of its people say, in SQL.
fn rows_of(file: &Path, number: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).unwrap();
    let mut texts = Vec::new();
    for query in [
        "SELECT caption FROM cases WHERE docket_number = ?1",
        "SELECT name FROM parties WHERE docket_number = ?1",
    ] {
        let mut rows = connection.prepare(query).unwrap();
        let rows = rows.query_map([number], |row| row.get(0)).unwrap();
        texts.extend(rows.map(Result::unwrap));
    }
    texts
}

#[tokio::test]
async fn forgetting_that_died_half_way_is_ended_by_doing_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = clerk
        .file(&telling(&paper_petition()))
        .await
        .docket_number();
    clerk.snapshot_at(&number, 1).await;
    let whom = format!("{number}/texts");
    let args = ["--json", "forget", &whom, "--order", "2026/18", "--yes"];
    let mut first = crate::support::tool(dir.path()).args(args).spawn().unwrap();
    // The keys are retired by now, and not destroyed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    first.kill().unwrap();
    first.wait().unwrap();
    let keys = tool(dir.path(), &["subjects", &number]);
    let about = |it: &Value| it["state"] == "about to be destroyed";
    assert!(keys.as_array().unwrap().iter().any(about), "{keys}");

    let done = tool(dir.path(), &args[1..]);
    assert_eq!(
        (&done["resumed"], &done["keysDestroyed"]),
        (&json!(true), &json!(2))
    );
    let case = clerk
        .get(&format!("/v1/cases/{number}"))
        .await
        .expect(200)
        .body;
    assert_eq!(case["caption"], "[forgotten]");
    assert!(
        case["partyContacts"][0]["name"]
            .as_str()
            .unwrap()
            .contains(TELLING)
    );
    assert!(service.stop().success());
    // Without a service too; there is nothing left to destroy.
    let done = tool(dir.path(), &args[1..]);
    assert_eq!(
        (&done["resumed"], &done["keysDestroyed"]),
        (&json!(false), &json!(0))
    );
}
