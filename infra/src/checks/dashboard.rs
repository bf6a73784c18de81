//! The dashboard and the stored questions: about what is there.

use super::alarms::exists;
use super::{Check, unless};
use casefold_shared::metrics::table;

use crate::metrics::{NAMESPACE, dimension_of};
use crate::plan::Plan;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "dashboard-shows-what-exists",
        look: shows,
    },
    Check {
        name: "questions-asked-of-logs-that-exist",
        look: questions,
    },
];

fn shows(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let body = plan
        .of_kind("aws_cloudwatch_dashboard")
        .next()
        .map(|it| it.json("dashboard_body"))
        .unwrap_or_default();
    let widgets = body["widgets"].as_array().cloned().unwrap_or_default();
    found.extend(unless(
        widgets.len() >= 10,
        "the dashboard shows next to nothing",
    ));
    let mut shown = Vec::new();
    for widget in &widgets {
        for metric in widget["properties"]["metrics"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let texts: Vec<_> = metric
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|it| it.as_str())
                .collect();
            let [namespace, name, dimension, value] = texts[..] else {
                found.push(format!(
                    "the dashboard asks for {metric}, which is of no known form"
                ));
                continue;
            };
            let known =
                dimension_of(namespace, name) == Some(dimension) && exists(plan, dimension, value);
            found.extend(unless(
                known,
                format!("the dashboard shows {name} of {value}, which isn't"),
            ));
            if namespace == NAMESPACE {
                shown.push(name.to_owned());
            }
        }
    }
    // What parks a case is a gauge as well; each of the others is somewhere to be seen.
    let hidden = table::ALL
        .iter()
        .map(|metric| metric.name)
        .filter(|it| *it != "Quarantined" && !shown.iter().any(|shown| shown == it));
    found.extend(hidden.map(|it| format!("the dashboard doesn't show {it}")));
    found
}

fn questions(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for query in plan.of_kind("aws_cloudwatch_query_definition") {
        let groups = query.texts("log_group_names");
        let there = groups
            .iter()
            .all(|it| plan.find("aws_cloudwatch_log_group", "name", it).is_some());
        found.extend(unless(
            there && !groups.is_empty(),
            format!("{} is asked of a log that isn't", query.text("name")),
        ));
    }
    for name in [
        "follow-a-correlation-id",
        "refusals-by-code",
        "slow-requests",
        "quarantines",
    ] {
        let is_there = plan
            .find(
                "aws_cloudwatch_query_definition",
                "name",
                &format!("casefold/{name}"),
            )
            .is_some();
        found.extend(unless(
            is_there,
            format!("the question {name} isn't stored"),
        ));
    }
    found
}
