//! Lines that CloudWatch takes.

use std::sync::{Arc, Mutex};

use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::Consumed;
use casefold_shared::metrics::line::MAX_VALUES;
use casefold_shared::metrics::table::{
    ALL, CODE, COMMAND_MILLIS, COMMANDS, FOLDED_COMMITS, LAG_MILLIS, PROJECTION, REFUSALS,
};
use casefold_shared::metrics::{Line, Metrics};
use serde_json::{Value, json};
use uuid::Uuid;

use super::emf::{checked, under};

const AT: i64 = 1_790_000_000_123;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(AT)
    }

    fn new_id(&self) -> Uuid {
        Uuid::nil()
    }
}

/// What comes of a line, each part held to the rules of the format.
fn told(line: Line) -> Vec<Value> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    Metrics::emf("court-7", Arc::new(Still), lines.clone()).tell(|| line);
    let lines = lines.lock().unwrap();
    lines.iter().map(|line| checked(line)).collect()
}

fn one(line: Line) -> Value {
    let [line] = <[_; 1]>::try_from(told(line)).unwrap();
    line
}

#[test]
fn a_line_has_its_figures_under_the_deployment_and_what_they_are_about_beside_them() {
    let line = one(Line::of("command-api")
        .count(&COMMANDS, 1)
        .amount(&COMMAND_MILLIS, 12.5)
        .consumed(Consumed {
            read_units: 1.5,
            write_units: 4.0,
            requests: 3,
        })
        .about("correlationId", "c-1")
        .about("docketNumber", "101-26"));
    assert_eq!(line["_aws"]["Timestamp"], AT);
    assert_eq!(
        line["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "Casefold"
    );
    assert_eq!(
        under(&line, &["Deployment"]),
        [
            "CommandMillis",
            "Commands",
            "ReadUnits",
            "StoreRequests",
            "WriteUnits"
        ]
    );
    assert_eq!(line["Deployment"], "court-7");
    assert_eq!(line["service"], "command-api");
    assert_eq!(line["CommandMillis"], 12.5);
    // Whole numbers are written as such.
    assert_eq!(line["WriteUnits"].to_string(), "4");
    assert_eq!(
        (&line["correlationId"], &line["docketNumber"]),
        (&json!("c-1"), &json!("101-26"))
    );
}

#[test]
fn a_metric_with_a_second_set_of_dimensions_is_found_under_both_and_others_are_not() {
    let line = one(Line::of("command-api")
        .count(&COMMANDS, 1)
        .count(&REFUSALS, 1)
        .by(CODE, "CASE_CLOSED"));
    assert_eq!(under(&line, &["Deployment", "Code"]), ["Refusals"]);
    assert_eq!(under(&line, &["Deployment"]), ["Commands", "Refusals"]);
    // Without the value there is only the first.
    let line = one(Line::of("command-api").count(&REFUSALS, 1));
    assert_eq!(under(&line, &["Deployment"]), ["Refusals"]);
    assert_eq!(under(&line, &["Deployment", "Code"]), Vec::<String>::new());
}

#[test]
fn more_values_than_fit_go_on_in_further_lines_and_none_is_told_twice() {
    let lines = told(
        Line::of("projector")
            .count(&FOLDED_COMMITS, 250)
            .values(&LAG_MILLIS, 0..250)
            .about("records", 250),
    );
    assert_eq!(lines.len(), 3);
    let of = |line: &Value| line["LagMillis"].as_array().unwrap().clone();
    let values: Vec<_> = lines.iter().flat_map(of).collect();
    assert_eq!(values, (0..250).map(Value::from).collect::<Vec<_>>());
    assert_eq!(of(&lines[0]).len(), MAX_VALUES);
    let counted: Vec<_> = lines
        .iter()
        .filter(|line| !line["FoldedCommits"].is_null())
        .collect();
    assert_eq!(counted.len(), 1);
    assert!(lines.iter().all(|line| line["records"] == 250));
}

#[test]
fn a_metric_without_a_value_and_one_that_is_no_number_are_left_out() {
    let line = one(Line::of("projector")
        .count(&FOLDED_COMMITS, 0)
        .values(&LAG_MILLIS, [])
        .amount(&COMMAND_MILLIS, f64::NAN));
    assert_eq!(under(&line, &["Deployment"]), ["FoldedCommits"]);
    assert_eq!(told(Line::of("projector")), Vec::<Value>::new());
}

#[test]
fn a_line_that_is_about_too_much_keeps_its_figures() {
    let line = one(Line::of("command-api")
        .count(&COMMANDS, 1)
        .about("command", "x".repeat(300_000)));
    assert_eq!(
        (&line["Commands"], &line["command"]),
        (&json!(1), &Value::Null)
    );
}

#[test]
fn every_metric_together_is_a_line_that_is_taken() {
    let all = ALL.iter().fold(Line::of("command-api"), |line, metric| {
        line.values(metric, 0..MAX_VALUES as u64)
    });
    let line = one(all.by(CODE, "CASE_CLOSED").by(PROJECTION, "case"));
    assert_eq!(under(&line, &["Deployment"]).len(), ALL.len());
}
