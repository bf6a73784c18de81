//! What can be asked: every operation of the API's description, with values for each of its
//! parameters. A parameter for which no value is known here stops the test.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::twins::{CASES, OTHER, SEALED, SEALED_UNSERVED, SISTER, Twin, WITH_SEALED_ENTRIES};
use crate::court::Ask;
use crate::history::{docket, entry_id};

/// How much is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breadth {
    /// Each operation, with what it requires.
    Required,
    /// The same with each value of each further parameter, and with HEAD.
    Everything,
}

/// A parameter of an operation.
struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    values: Vec<String>,
}

/// Every way in which everything is read.
pub(super) fn reads(openapi: &Value, breadth: Breadth) -> Vec<Ask> {
    let mut asks = Vec::new();
    for (path, operations) in openapi["paths"].as_object().unwrap() {
        let Some(operation) = operations.get("get") else {
            continue;
        };
        let parameters = parameters(operation);
        for path in paths(path, &parameters) {
            asks.extend(variants(&path, &parameters, breadth));
        }
    }
    asks
}

/// How many operations there are that read, and how many that change something.
pub(super) fn count(openapi: &Value) -> (usize, usize) {
    let paths = openapi["paths"].as_object().unwrap();
    let with = |method: &str| paths.values().filter(|it| it.get(method).is_some()).count();
    (with("get"), with("post"))
}

fn parameters(operation: &Value) -> Vec<Parameter> {
    let Some(parameters) = operation["parameters"].as_array() else {
        return Vec::new();
    };
    let read = |it: &Value| {
        let (name, place) = (it["name"].as_str().unwrap(), it["in"].as_str().unwrap());
        Parameter {
            name: name.to_owned(),
            place: place.to_owned(),
            is_required: it["required"] == true,
            values: values(name, &it["schema"]),
        }
    };
    // Each request has the test's own, which is told back.
    let parameters = parameters
        .iter()
        .filter(|it| it["name"] != "X-Correlation-Id");
    parameters.map(read).collect()
}

/// What a parameter is tried with.
fn values(name: &str, schema: &Value) -> Vec<String> {
    let number = |serial| docket(serial).to_string();
    let entries = [2, 3, 7, 20].map(|n| entry_id(n).to_string());
    let values: Vec<String> = match name {
        "docketNumber" => CASES
            .map(number)
            .into_iter()
            .chain(["999-26".into()])
            .collect(),
        "docketEntry" => (0..6)
            .map(|index: u32| index.to_string())
            .chain(["9".into(), "30".into()])
            .chain(entries)
            .collect(),
        "correspondenceId" => [31, 99].map(|id| Uuid::from_u128(id).to_string()).into(),
        "trialSessionId" => [40, 41].map(|id| Uuid::from_u128(id).to_string()).into(),
        "caseNumber" => [SEALED, WITH_SEALED_ENTRIES].map(number).into(),
        "leadDocketNumber" => [SEALED, OTHER].map(number).into(),
        "minVersion" | "atVersion" => ["1", "2", "5", "70"].map(str::to_owned).into(),
        "limit" => ["1", "2", "100"].map(str::to_owned).into(),
        // Between versions of a case, or times.
        "from" | "to" => match schema["type"].as_str() {
            Some("integer") => vec!["1".into(), "2".into()],
            _ => vec!["2026-09-01T00:00:00Z".into(), "2026-12-01".into()],
        },
        "recordedAt" | "recordedFrom" | "recordedTo" => vec!["2026-10-01T00:00:00Z".into()],
        "effectiveOn" => vec!["2026-10-01".into()],
        "order" => vec!["asc".into(), "desc".into()],
        "cursor" => vec!["bm9uc2Vuc2U".into()],
        "q" => search_words(),
        "user" | "actor" | "userId" => vec!["clerk-1".into(), crate::record::NORA.into()],
        "role" => vec!["docketclerk".into()],
        "command" => vec!["Test".into()],
        "eventType" => vec!["CaseSealed".into()],
        "correlationId" => vec!["correlation-1".into()],
        "sourceAddress" => vec!["127.0.0.1".into()],
        "field" => vec!["caption".into(), "docketEntries".into()],
        "judge" => vec![
            "Chief Judge".into(),
            format!("{}-judge-101", Twin::One.word()),
        ],
        "closed" => vec!["true".into(), "false".into()],
        "status" => vec!["New".into(), "Submitted".into()],
        "trialCity" => vec!["Denver".into()],
        "queue" => vec!["petitions-to-check".into(), "filings-to-serve".into()],
        "If-None-Match" => ["\"1.3\"", "\"2.3\"", "\"1\"", "*", "W/\"9.3\""]
            .map(str::to_owned)
            .into(),
        "X-Audit-Reason" => vec!["a look".into()],
        other => panic!("say in {} what {other} is tried with", file!()),
    };
    assert!(!values.is_empty(), "{name}");
    values
}

/// Words of both courts' secrets, of what is public, and numbers of cases.
fn search_words() -> Vec<String> {
    let mut words = vec![
        "secret".to_owned(),
        "secret-sister-caption-104".into(),
        "26".into(),
    ];
    for twin in [Twin::One, Twin::Other] {
        for name in ["caption", "alone-name", "sealed-name", "counsel-phone"] {
            words.push(format!("{}-{name}-{SEALED}", twin.word()));
        }
        words.push(twin.word().to_owned());
        words.push(format!("{} 101", twin.word()));
    }
    for serial in [SEALED, SEALED_UNSERVED, SISTER] {
        words.push(docket(serial).to_string());
        words.push(format!("{}S", docket(serial)));
    }
    words
}

/// The path with each value of what stands in it.
fn paths(template: &str, parameters: &[Parameter]) -> Vec<String> {
    let mut paths = vec![template.to_owned()];
    for parameter in parameters.iter().filter(|it| it.place == "path") {
        let place = format!("{{{}}}", parameter.name);
        let put = |path: &String| {
            let put = |value: &String| path.replace(&place, value);
            parameter.values.iter().map(put).collect::<Vec<_>>()
        };
        paths = paths.iter().flat_map(put).collect();
    }
    assert!(paths.iter().all(|path| !path.contains('{')), "{template}");
    paths
}

fn variants(path: &str, parameters: &[Parameter], breadth: Breadth) -> Vec<Ask> {
    let given = |it: &&Parameter| it.place != "path";
    let required: Vec<_> = parameters
        .iter()
        .filter(given)
        .filter(|it| it.is_required)
        .collect();
    let further = parameters.iter().filter(given).filter(|it| !it.is_required);
    let first: Vec<_> = required
        .iter()
        .map(|it| (*it, it.values[0].as_str()))
        .collect();
    let mut asks = vec![ask(Method::GET, path, &first)];
    // What is required with its other values.
    for (at, parameter) in required.iter().enumerate() {
        for value in &parameter.values[1..] {
            let mut pairs = first.clone();
            pairs[at].1 = value;
            asks.push(ask(Method::GET, path, &pairs));
        }
    }
    if breadth == Breadth::Required {
        return asks;
    }
    for parameter in further {
        for value in &parameter.values {
            let mut pairs = first.clone();
            pairs.push((parameter, value));
            asks.push(ask(Method::GET, path, &pairs));
        }
    }
    let heads: Vec<_> = asks.iter().map(|ask| ask.clone().head()).collect();
    asks.extend(heads);
    asks
}

fn ask(method: Method, path: &str, given: &[(&Parameter, &str)]) -> Ask {
    let mut url = reqwest::Url::parse("http://court")
        .unwrap()
        .join(path)
        .unwrap();
    let mut headers = Vec::new();
    for (parameter, value) in given {
        match parameter.place.as_str() {
            "query" => {
                url.query_pairs_mut().append_pair(&parameter.name, value);
            }
            "header" => headers.push((parameter.name.clone(), (*value).to_owned())),
            place => panic!("a parameter in {place}"),
        }
    }
    let mut path = url.path().to_owned();
    if let Some(query) = url.query() {
        path.push('?');
        path.push_str(query);
    }
    headers
        .into_iter()
        .fold(Ask::new(method, path), |ask, (name, value)| {
            ask.header(name, value)
        })
}

/// The body with each of its texts in turn longer than any may be.
fn overlong(body: &Value) -> Vec<Value> {
    let fields = body.as_object().unwrap().iter();
    let texts = fields.filter(|(name, value)| *name != "type" && value.is_string());
    texts
        .map(|(name, _)| {
            let mut body = body.clone();
            body[name] = json!("x".repeat(3_000));
            body
        })
        .collect()
}

/// Every command, at the sealed cases: alone, and beside cases that are open.
pub(super) fn commands(openapi: &Value) -> Vec<Ask> {
    let number = |serial| docket(serial).to_string();
    let mut asks = Vec::new();
    let examples = |path: &str| {
        let content = &openapi["paths"][path]["post"]["requestBody"]["content"]["application/json"];
        let examples = content["examples"].as_object().cloned().unwrap_or_default();
        let mut bodies: Vec<Value> = examples.values().map(|it| it["value"].clone()).collect();
        bodies.extend(content.get("example").cloned());
        assert!(!bodies.is_empty(), "{path}");
        bodies
    };
    for body in examples("/v1/cases/{docketNumber}/commands") {
        for serial in [SEALED, SEALED_UNSERVED] {
            let path = format!("/v1/cases/{}/commands", docket(serial));
            let ask = Ask::post(path.as_str(), &body);
            asks.push(ask.clone());
            // A version and a command that only the one court has.
            asks.push(ask.clone().header("if-match", "\"1\""));
            let used = format!("{}-command-3", docket(serial));
            asks.push(ask.header("idempotency-key", used));
            // What is wrong with the body alone must not tell more of the case.
            for body in overlong(&body) {
                let ask = Ask::post(path.as_str(), &body).header("if-match", "\"1\"");
                asks.push(ask);
            }
        }
    }
    // As counsel send it of themselves.
    for representing in [json!([]), json!([1]), json!([2])] {
        let body = json!({
            "type": "AssociateCounsel",
            "counsel": {"name": "Vera Lindholm"},
            "representing": representing,
        });
        for serial in [SEALED, SEALED_UNSERVED] {
            asks.push(Ask::post(
                format!("/v1/cases/{}/commands", docket(serial)),
                &body,
            ));
        }
    }
    let mut lists: Vec<Vec<u32>> = [OTHER, SISTER, SEALED_UNSERVED, WITH_SEALED_ENTRIES]
        .into_iter()
        .flat_map(|beside| [vec![SEALED, beside], vec![beside, SEALED]])
        .collect();
    lists.push(vec![SEALED]);
    lists.push(vec![SISTER]);
    for path in ["/v1/commands", "/v1/trial-calendars"] {
        for mut body in examples(path) {
            for serials in &lists {
                let numbers: Vec<_> = serials.iter().copied().map(number).collect();
                body["docketNumbers"] = json!(numbers);
                asks.push(Ask::post(path, &body));
                let used = format!("{}-command-3", docket(SEALED));
                asks.push(Ask::post(path, &body).header("idempotency-key", used));
            }
        }
    }
    asks
}
