//! The rules of CloudWatch's embedded metric format, as its specification has them: what a line
//! must be so that metrics are made of it.
//!
//! Tests of several crates include this file.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test target uses a part of this"
)]

use std::collections::BTreeSet;

use serde_json::Value;

/// Units that CloudWatch knows, as far as they are of interest.
const UNITS: [&str; 5] = ["Count", "Milliseconds", "Seconds", "Bytes", "None"];

/// A line that keeps to the rules, as JSON.
///
/// # Panics
/// Where it doesn't.
pub fn checked(line: &str) -> Value {
    assert!(line.len() <= 256 * 1024, "{} bytes", line.len());
    assert!(!line.contains('\n'), "one line: {line}");
    let root: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let members = root.as_object().expect("a JSON object");
    let at = root["_aws"]["Timestamp"].as_u64();
    let at = at.expect("milliseconds since 1970, as a whole number");
    assert!(at > 1_000_000_000_000, "milliseconds and not seconds: {at}");
    let directives = root["_aws"]["CloudWatchMetrics"].as_array();
    let directives = directives.expect("a list of directives");
    assert!(!directives.is_empty(), "{line}");
    let mut told = BTreeSet::new();
    for directive in directives {
        let known = ["Namespace", "Dimensions", "Metrics"];
        assert_eq!(directive.as_object().unwrap().len(), known.len(), "{line}");
        let namespace = directive["Namespace"].as_str().unwrap();
        assert!((1..=1024).contains(&namespace.len()), "{line}");
        let sets = directive["Dimensions"].as_array().unwrap();
        assert!(!sets.is_empty(), "{line}");
        for set in sets {
            let set = set.as_array().unwrap();
            assert!(set.len() <= 30, "{line}");
            for dimension in set {
                let name = dimension.as_str().unwrap();
                assert!((1..=250).contains(&name.len()), "{line}");
                let value = members.get(name).and_then(Value::as_str);
                let value = value.unwrap_or_else(|| panic!("{name} is no text: {line}"));
                assert!((1..=1024).contains(&value.len()), "{name}: {line}");
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()), "{line}");
        for metric in metrics {
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=1024).contains(&name.len()), "{line}");
            assert!(UNITS.contains(&metric["Unit"].as_str().unwrap()), "{line}");
            assert!(told.insert(name), "{name} is told once: {line}");
            let is_value = |value: &Value| value.as_f64().is_some_and(f64::is_finite);
            match &members[name] {
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()), "{line}");
                    assert!(values.iter().all(is_value), "{line}");
                }
                value => assert!(is_value(value), "{line}"),
            }
        }
    }
    root
}

/// The names of the metrics in a line that are found under a set of dimensions.
pub fn under(line: &Value, set: &[&str]) -> Vec<String> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let has_set = |directive: &&Value| {
        let sets = directive["Dimensions"].as_array().unwrap();
        sets.contains(&Value::from(set))
    };
    let of = |directive: &Value| directive["Metrics"].as_array().unwrap().clone();
    let metrics = directives.iter().filter(has_set).flat_map(of);
    let mut names: Vec<_> = metrics
        .map(|metric| metric["Name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
