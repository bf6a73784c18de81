//! Where an answer leads: for each operation, which other can be asked next with what its
//! answer says.

use serde_json::{Map, Value, json};

/// From which operation, with which answer, to which, under which name, with which of its
/// parameters taken from where.
type Way = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// The case that an answer names.
const NAMED: (&str, &str) = ("docketNumber", "$response.body#/docketNumber");
/// The case that was asked for.
const SAME: (&str, &str) = ("docketNumber", "$request.path.docketNumber");
/// The first case of a list.
const FIRST: (&str, &str) = ("docketNumber", "$response.body#/cases/0/docketNumber");
/// The first entry of a page.
const ENTRY: (&str, &str) = (
    "docketEntry",
    "$response.body#/docketEntries/0/docketEntryId",
);
/// Not older than the answer.
const NOT_OLDER: (&str, &str) = ("minVersion", "$response.body#/version");
/// If nothing has happened since the answer.
const UNCHANGED: (&str, &str) = ("If-Match", "$response.header.ETag");
/// Unless it is as in the answer.
const CHANGED: (&str, &str) = ("If-None-Match", "$response.header.ETag");

const WAYS: &[Way] = &[
    (
        "filePetition",
        "201",
        "readTheCase",
        "readCase",
        &[NAMED, NOT_OLDER],
    ),
    (
        "filePetition",
        "201",
        "sendTheNextCommand",
        "commandCase",
        &[NAMED, UNCHANGED],
    ),
    (
        "filePetition",
        "201",
        "readItsHistory",
        "readHistory",
        &[NAMED],
    ),
    (
        "filePetition",
        "201",
        "readItsDocketRecord",
        "readDocketEntries",
        &[NAMED, NOT_OLDER],
    ),
    (
        "commandCase",
        "200",
        "readTheCase",
        "readCase",
        &[NAMED, NOT_OLDER],
    ),
    (
        "commandCase",
        "200",
        "sendTheNextCommand",
        "commandCase",
        &[NAMED, UNCHANGED],
    ),
    (
        "commandCase",
        "200",
        "readItsDocketRecord",
        "readDocketEntries",
        &[NAMED, NOT_OLDER],
    ),
    (
        "readCase",
        "200",
        "readItAgain",
        "readCase",
        &[SAME, CHANGED],
    ),
    (
        "readCase",
        "200",
        "sendACommand",
        "commandCase",
        &[SAME, UNCHANGED],
    ),
    ("readCase", "200", "readItsHistory", "readHistory", &[SAME]),
    (
        "readCase",
        "200",
        "readWhatGaveItsFieldsTheirValues",
        "readBlame",
        &[SAME],
    ),
    (
        "readCase",
        "200",
        "readAnEntrysDocument",
        "readDocument",
        &[SAME, ENTRY],
    ),
    (
        "readDocketEntries",
        "200",
        "readAnEntrysDocument",
        "readDocument",
        &[SAME, ENTRY],
    ),
];

/// Operations that answer with cases, of which the first can be read next.
const OF_CASES: &[&str] = &[
    "commandGroup",
    "listByStatus",
    "listByJudge",
    "listByTrialCity",
    "listEligibleForTrial",
    "listByPerson",
    "listByGroup",
    "listByTrialSession",
    "listMyCases",
    "searchCases",
];

/// Adds the ways, and to every page the one to the next.
pub(super) fn add(document: &mut Value) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    let items = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in items.flat_map(|item| item.values_mut()) {
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        for (_, status, link, to, parameters) in WAYS.iter().filter(|way| way.0 == name) {
            let parameters = parameters.iter().map(|(name, from)| (*name, json!(from)));
            let parameters: Map<_, _> = parameters
                .map(|(name, from)| (name.to_owned(), from))
                .collect();
            put(
                operation,
                status,
                link,
                json!({"operationId": to, "parameters": parameters}),
            );
        }
        if OF_CASES.contains(&name.as_str()) {
            let (parameter, from) = FIRST;
            let to = json!({"operationId": "readCase", "parameters": {parameter: from}});
            put(operation, "200", "readTheFirstCase", to);
        }
        if let Some(parameters) = of_next_page(operation) {
            let next = json!({
                "operationId": name,
                "parameters": parameters,
                "description": "The next page: the same parameters, and the cursor.",
            });
            put(operation, "200", "nextPage", next);
        }
    }
}

fn put(operation: &mut Value, status: &str, link: &str, to: Value) {
    if let Some(Value::Object(response)) = operation.pointer_mut(&format!("/responses/{status}")) {
        let links = response.entry("links").or_insert_with(|| json!({}));
        links[link] = to;
    }
}

/// The parameters of the next page of what comes in pages.
fn of_next_page(operation: &Value) -> Option<Map<String, Value>> {
    let parameters = operation["parameters"].as_array()?;
    let is_cursor = |parameter: &Value| parameter["name"] == "cursor";
    parameters.iter().find(|parameter| is_cursor(parameter))?;
    let same = parameters.iter().filter_map(|parameter| {
        let (name, place) = (parameter["name"].as_str()?, parameter["in"].as_str()?);
        let from = match (name, place) {
            ("cursor", _) => "$response.body#/nextCursor".to_owned(),
            (_, "header") if parameter["required"] != true => return None,
            (name, place) => format!("$request.{place}.{name}"),
        };
        Some((name.to_owned(), json!(from)))
    });
    Some(same.collect())
}
