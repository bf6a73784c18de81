use std::collections::BTreeMap;
use std::path::Path;

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::http::openapi;
use serde_json::Value;

use super::support::ask;

const UPDATE: &str = "CASEFOLD_UPDATE_OPENAPI";

fn document() -> Value {
    openapi::document().unwrap()
}

#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = openapi::document_text().unwrap();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == made,
        "command-api/openapi.json is not what the code makes; look at the difference after \
         {UPDATE}=1 cargo test -p casefold-command-api --test http committed_document"
    );
}

#[tokio::test]
async fn the_document_is_served_as_the_code_makes_it_without_white_space() {
    let reply = ask("GET", "/openapi.json").send().await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.text(), document().to_string());
}

/// Every operation: its method and path, and itself.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &'_ Value)| -> Vec<String> {
        item.as_object()
            .unwrap()
            .keys()
            .map(|method| format!("{method} {path}"))
            .collect()
    };
    let names: Vec<String> = paths.iter().flat_map(methods).collect();
    let find = |name: &str| {
        let (method, path) = name.split_once(' ').unwrap();
        &paths[path][method]
    };
    names
        .into_iter()
        .map(|name| {
            let operation = find(&name);
            (name, operation)
        })
        .collect()
}

/// What a reference leads to, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

#[test]
fn every_operation_is_described_with_its_problems() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    let operations = operations(&document);
    assert_eq!(operations.len(), 29);
    for (name, operation) in operations {
        for text in ["summary", "description", "operationId"] {
            assert!(operation[text].is_string(), "{name} has no {text}");
        }
        let responses: BTreeMap<&str, &Value> = operation["responses"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(status, response)| (status.as_str(), resolved(&document, response)))
            .collect();
        let mut expected = vec![];
        if name.contains("/v1") {
            expected.extend([
                "400", "401", "403", "414", "415", "417", "431", "500", "501", "503",
            ]);
            assert!(operation["security"].is_null(), "{name} is open");
        }
        if name.starts_with("post") {
            expected.extend(["413", "415", "422"]);
            // Bringing content in is about no case, so no rule refuses it.
            if !name.contains("/v1/documents") {
                expected.push("409");
            }
        }
        for status in expected {
            let schema =
                &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{name} {status}");
        }
        for (status, response) in responses {
            assert!(
                response["headers"]["X-Correlation-Id"].is_object(),
                "{name} {status}"
            );
            assert!(response["description"].is_string(), "{name} {status}");
        }
    }
    assert_eq!(
        document["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.push(reference.clone());
                }
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_command_has_an_example_that_is_taken_as_it_stands() {
    let document = document();
    let examples = |path: &str| {
        document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
            .as_object()
            .unwrap()
            .clone()
    };
    let value = |example: &Value| example["value"].clone();
    let petitions = examples("/v1/cases");
    assert_eq!(petitions.len(), PetitionCommand::NAMES.len());
    for (name, example) in &petitions {
        let command = PetitionCommand::parse(value(example)).unwrap();
        command.validate().unwrap();
        assert_eq!(command.name(), name);
    }
    let commands = examples("/v1/cases/{docketNumber}/commands");
    assert_eq!(commands.len(), CaseCommand::NAMES.len());
    for (name, example) in &commands {
        let command = CaseCommand::parse(value(example)).unwrap();
        command.validate().unwrap();
        assert_eq!(command.name(), name);
    }
    let groups = examples("/v1/commands");
    assert_eq!(groups.len(), GroupCommand::NAMES.len());
    for (name, example) in &groups {
        let command = GroupCommand::parse(value(example)).unwrap();
        command.validate().unwrap();
        assert_eq!(command.name(), name);
    }
}

#[test]
fn a_body_is_told_by_its_type() {
    let document = document();
    for (schema, names) in [
        ("PetitionCommand", PetitionCommand::NAMES),
        ("CaseCommand", CaseCommand::NAMES),
        ("GroupCommand", GroupCommand::NAMES),
    ] {
        let schema = &document["components"]["schemas"][schema];
        assert_eq!(schema["oneOf"].as_array().unwrap().len(), names.len());
        let discriminator = &schema["discriminator"];
        assert_eq!(discriminator["propertyName"], "type");
        for name in names {
            let reference = discriminator["mapping"][name].as_str().unwrap();
            let body = document.pointer(reference.trim_start_matches('#')).unwrap();
            assert_eq!(
                body["properties"]["type"]["enum"],
                serde_json::json!([name])
            );
        }
    }
}

#[cfg(not(feature = "docs-ui"))]
#[tokio::test]
async fn without_a_page_to_browse_it_the_documentation_says_where_the_description_is() {
    let reply = ask("GET", "/docs").send().await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/docs/")
    );
    let page = ask("GET", "/docs/").send().await;
    assert!(page.header("content-type").starts_with("text/html"));
    // Relative, so that it holds behind a gateway's stage.
    assert!(page.text().contains("href=\"../openapi.json\""));
}

#[cfg(feature = "docs-ui")]
#[tokio::test]
async fn the_documentation_page_loads_nothing_from_elsewhere() {
    let reply = ask("GET", "/docs").send().await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/docs/")
    );
    let page = ask("GET", "/docs/").send().await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'self'")
    );
    let mut assets: Vec<&str> = Vec::new();
    for attribute in ["src=\"", "href=\""] {
        assets.extend(
            page.text()
                .split(attribute)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap()),
        );
    }
    assert!(assets.len() >= 5, "{assets:?}");
    for asset in assets {
        assert!(!asset.contains("//"), "{asset} comes from elsewhere");
        let reply = ask("GET", format!("/docs/{}", asset.trim_start_matches("./")))
            .send()
            .await;
        assert_eq!(reply.status, 200, "{asset}");
        assert!(!reply.body.is_empty(), "{asset}");
    }
    let start = ask("GET", "/docs/swagger-initializer.js").send().await;
    assert!(start.text().contains("/openapi.json"), "{}", start.text());
    assert!(
        start.text().contains("\"validatorUrl\": \"none\""),
        "{}",
        start.text()
    );
    assert!(!start.text().contains("://"), "{}", start.text());
}

#[tokio::test]
async fn the_root_leads_to_the_documentation() {
    let reply = ask("GET", "/").send().await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("location")),
        (303, "/docs/")
    );
}

#[tokio::test]
async fn each_commands_example_is_of_the_schema_that_describes_it() {
    let document = ask("GET", "/openapi.json").send().await.json();
    let examples = [
        ("PetitionCommand", PetitionCommand::examples()),
        ("CaseCommand", CaseCommand::examples()),
        ("GroupCommand", GroupCommand::examples()),
    ];
    for (commands, examples) in examples {
        let schema = serde_json::json!({
            "$ref": format!("#/components/schemas/{commands}"),
            "components": document["components"],
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (name, example) in examples {
            let errors: Vec<_> = validator
                .iter_errors(&example)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

#[test]
fn every_link_leads_to_an_operation_that_has_its_parameters() {
    let document = document();
    let operations = operations(&document);
    let named = |id: &Value| {
        let mut all = operations.iter().map(|(_, operation)| *operation);
        all.find(|operation| operation["operationId"] == *id)
    };
    let mut links = 0;
    for (name, operation) in &operations {
        let responses = operation["responses"].as_object().unwrap();
        let of_response = |response: &Value| response["links"].as_object().cloned();
        for (link, to) in responses.values().filter_map(of_response).flatten() {
            links += 1;
            let leads_to = named(&to["operationId"]).unwrap_or_else(|| panic!("{name} {link}"));
            let parameters = leads_to["parameters"].as_array().unwrap();
            for parameter in to["parameters"].as_object().unwrap().keys() {
                let known = parameters.iter().any(|known| known["name"] == *parameter);
                assert!(known, "{name} {link} {parameter}");
            }
        }
    }
    assert!(links > 30, "{links}");
}
