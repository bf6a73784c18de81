//! Nothing of the source is lost.

use std::collections::HashSet;

use casefold::import::{CasePlan, SourceCase, plan_case};
use casefold_events::CaseEvent;
use serde_json::{Value, json};

use crate::support::{case, commits, files, source, source_of};

/// The residue of a plan, put together from its parts.
fn residue(plan: &CasePlan) -> Vec<Value> {
    let mut text = String::new();
    let mut parts = 0;
    for commit in commits(plan) {
        for event in commit.decode().unwrap() {
            if let CaseEvent::CaseImported(event) = event {
                parts += 1;
                assert_eq!(event.part, parts);
                assert_eq!(event.source_digest, plan.source_digest.to_string());
                text.push_str(event.residue.expose());
            }
        }
    }
    assert!(parts > 0, "a history closes with CaseImported");
    serde_json::from_str(&text).unwrap()
}

/// Every value in an item that is neither object nor list, by its path.
fn leaves(value: &Value, path: String, all: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, format!("{path}/{name}"), all);
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                leaves(value, format!("{path}/{at}"), all);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            all.push((path, value.clone()));
        }
    }
}

/// What the events of a history hold: texts anywhere, and flags and numbers by their name,
/// which is the same in the source. Their commits say besides whose case it is, and when
/// they happened.
fn held(plan: &CasePlan) -> HashSet<(Option<String>, String)> {
    let mut held = HashSet::new();
    held.insert(key("", &json!(plan.docket_number)));
    let commits = plan.commits.iter();
    let commits = commits.filter(|commit| commit.command != "ImportResidue");
    held.extend(commits.map(|commit| key("", &json!(commit.effective_at))));
    let events = plan.commits.iter().flat_map(|commit| &commit.events);
    for event in events.filter(|event| event.event_type != "CaseImported") {
        let payload: Value = serde_json::from_str(event.payload()).unwrap();
        let mut all = Vec::new();
        leaves(&payload, String::new(), &mut all);
        held.extend(all.into_iter().map(|(path, value)| key(&path, &value)));
    }
    held
}

fn key(path: &str, value: &Value) -> (Option<String>, String) {
    let name = path.rsplit('/').find(|part| part.parse::<usize>().is_err());
    let name = (!value.is_string()).then(|| name.unwrap_or_default().to_owned());
    (name, value.to_string())
}

fn assert_nothing_lost(case: &SourceCase) {
    let plan = plan_case(case).unwrap();
    let held = held(&plan);
    let mut left = residue(&plan);
    assert_eq!(left.len(), case.items.len(), "{}", case.docket_number);
    for item in &case.items {
        let at = left.iter().position(|left| {
            let is_of_item = left["pk"] == item.pk && left["sk"] == item.sk;
            is_of_item && missing(item, left, &held).is_empty()
        });
        let Some(at) = at else {
            let of_item = left
                .iter()
                .find(|l| l["pk"] == item.pk && l["sk"] == item.sk)
                .unwrap();
            panic!(
                "{} {}: {:?}",
                item.pk,
                item.sk,
                missing(item, of_item, &held)
            );
        };
        left.swap_remove(at);
    }
}

fn missing(
    item: &casefold::import::SourceItem,
    left: &Value,
    held: &HashSet<(Option<String>, String)>,
) -> Vec<String> {
    let mut all = Vec::new();
    leaves(&Value::Object(item.fields.clone()), String::new(), &mut all);
    let is_lost = |(path, value): &(String, Value)| {
        left.pointer(path) != Some(value) && !held.contains(&key(path, value))
    };
    all.into_iter()
        .filter(is_lost)
        .map(|(path, _)| path)
        .collect()
}

#[test]
fn every_value_of_every_item_stands_in_an_event_or_in_the_residue() {
    for (_, file) in files() {
        source(&file).cases.iter().for_each(assert_nothing_lost);
    }
}

#[test]
fn what_an_event_holds_is_not_in_the_residue_again() {
    let (_, file) = files().swap_remove(0);
    let plan = plan_case(&case(&source(&file), "301-22")).unwrap();
    let petition = residue(&plan)
        .into_iter()
        .find(|item| item["sk"] == "docket-entry|5eed0000-0000-4000-8000-00000000000a")
        .unwrap();
    assert_eq!(
        petition,
        json!({
            "pk": "case|301-22", "sk": "docket-entry|5eed0000-0000-4000-8000-00000000000a",
            "entityName": "DocketEntry",
            "createdAt": "2022-01-10T15:00:00.000Z", "isFileAttached": true,
            "isStricken": false, "processingStatus": "complete", "userId": "clerk-1",
            "servedParties": [{"role": "irsSuperuser"}, {}],
        })
    );
}

#[test]
fn a_residue_too_large_for_one_commit_goes_into_several() {
    let note = "\"Quoted\" — and quoted again. ".repeat(30_000);
    let items = vec![
        json!({"pk": "case|400-22", "sk": "case|400-22", "docketNumber": "400-22",
            "caseCaption": "Nobody", "status": "New", "caseNote": note}),
        json!({"pk": "case|400-22", "sk": "message|1", "message": note}),
    ];
    let source = source_of(items);
    let plan = plan_case(&source.cases[0]).unwrap();
    let closing = plan
        .commits
        .iter()
        .filter(|commit| commit.command == "ImportResidue");
    let sizes: Vec<_> = closing
        .map(|commit| commit.events[0].payload().len())
        .collect();
    assert!(sizes.len() > 5, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size < 310_000), "{sizes:?}");
    assert_nothing_lost(&source.cases[0]);
}
