//! The alarms: everything that somebody must learn of rings, and what rings can be acted on.

use serde_json::Value;

use super::{Check, unless};
use crate::calls::{FUNCTIONS, PREFIX};
use crate::metrics::dimension_of;
use crate::plan::{Plan, Resource};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "alarms-for-all-that-must-be-known",
        look: all_there,
    },
    Check {
        name: "alarms-ring-somewhere",
        look: ring,
    },
    Check {
        name: "alarms-say-what-to-do",
        look: say,
    },
    Check {
        name: "alarms-over-metrics-that-exist",
        look: metrics,
    },
];

/// An alarm of one metric: its name, the metric, the statistic, whether it rings above or below, what
/// missing data means.
type One = (&'static str, &'static str, &'static str, char, &'static str);

const ONES: [One; 15] = [
    (
        "projector-iterator-age",
        "IteratorAge",
        "Maximum",
        '>',
        "notBreaching",
    ),
    (
        "stream-failures",
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        '>',
        "notBreaching",
    ),
    (
        "schedule-failures",
        "ApproximateNumberOfMessagesVisible",
        "Maximum",
        '>',
        "notBreaching",
    ),
    ("quarantine", "QuarantinedCases", "Maximum", '>', "ignore"),
    (
        "altered-records",
        "AlteredRecords",
        "Sum",
        '>',
        "notBreaching",
    ),
    (
        "unreadable-records",
        "UnreadableRecords",
        "Sum",
        '>',
        "notBreaching",
    ),
    (
        "checkpoint-refused",
        "CheckpointRefused",
        "Sum",
        '>',
        "notBreaching",
    ),
    (
        "checkpoint-age",
        "CheckpointAgeHours",
        "Maximum",
        '>',
        "ignore",
    ),
    ("checkpoint-not-run", "Invocations", "Sum", '<', "breaching"),
    (
        "reconcile-differing",
        "ReconcileDiffering",
        "Sum",
        '>',
        "notBreaching",
    ),
    (
        "reconcile-not-run",
        "ExecutionsStarted",
        "Sum",
        '<',
        "breaching",
    ),
    ("job-failures", "JobFailures", "Sum", '>', "notBreaching"),
    (
        "watch-not-running",
        "QuarantinedCases",
        "SampleCount",
        '<',
        "breaching",
    ),
    ("api-5xx", "5xx", "Sum", '>', "notBreaching"),
    ("api-latency", "Latency", "p99", '>', "notBreaching"),
];

fn alarm<'a>(plan: &'a Plan, name: &str) -> Option<&'a Resource> {
    plan.find(
        "aws_cloudwatch_metric_alarm",
        "alarm_name",
        &format!("{PREFIX}-{name}"),
    )
}

fn all_there(plan: &Plan) -> Vec<String> {
    let mut wanted: Vec<_> = ONES
        .map(|(name, metric, statistic, side, missing)| {
            (name.to_owned(), metric, statistic, side, missing)
        })
        .into();
    for function in FUNCTIONS {
        wanted.push((
            format!("{function}-errors"),
            "Errors",
            "Sum",
            '>',
            "notBreaching",
        ));
        wanted.push((
            format!("{function}-throttles"),
            "Throttles",
            "Sum",
            '>',
            "notBreaching",
        ));
    }
    let mut found = Vec::new();
    for (name, metric, statistic, side, missing) in wanted {
        let Some(alarm) = alarm(plan, &name) else {
            found.push(format!("there is no alarm {name}"));
            continue;
        };
        let (operator, threshold) = (
            alarm.text("comparison_operator"),
            alarm.value("threshold").as_f64(),
        );
        let rings = match side {
            '<' => operator == "LessThanThreshold" && threshold == Some(1.0),
            _ => operator == "GreaterThanThreshold" && threshold.is_some_and(|it| it <= 60_000.0),
        };
        // What must be nought rings at the first.
        let exact = [
            "quarantine",
            "failures",
            "records",
            "refused",
            "differing",
            "errors",
            "throttles",
        ];
        let first = !exact.iter().any(|it| name.contains(it)) || threshold == Some(0.0);
        let statistics = [alarm.text("statistic"), alarm.text("extended_statistic")].concat();
        let holds = alarm.text("metric_name") == metric
            && statistics == statistic
            && alarm.text("treat_missing_data") == missing;
        found.extend(unless(
            holds && rings && first,
            format!("the alarm {name} rings for something else"),
        ));
    }
    let mut summed: Vec<_> = casefold_shared::dynamodb::tables::ALL
        .iter()
        .map(|it| {
            (
                format!("{}-table-throttles", it.name_suffix),
                vec!["ReadThrottleEvents", "WriteThrottleEvents"],
            )
        })
        .collect();
    for machine in ["rebuild", "reconcile"] {
        summed.push((
            format!("{machine}-failed"),
            vec![
                "ExecutionsFailed",
                "ExecutionsTimedOut",
                "ExecutionsAborted",
            ],
        ));
    }
    for (name, wanted) in summed {
        let Some(alarm) = alarm(plan, &name) else {
            found.push(format!("there is no alarm {name}"));
            continue;
        };
        let queries = alarm
            .value("metric_query")
            .as_array()
            .cloned()
            .unwrap_or_default();
        let names: Vec<_> = queries
            .iter()
            .filter_map(|it| it["metric"][0]["metric_name"].as_str())
            .collect();
        let sum = queries
            .iter()
            .filter_map(|it| it["expression"].as_str())
            .next()
            .unwrap_or_default();
        let all = wanted
            .iter()
            .all(|it| names.contains(it) && sum.contains(&it.to_lowercase()));
        let rings = alarm.text("comparison_operator") == "GreaterThanThreshold"
            && alarm.value("threshold").as_f64() == Some(0.0);
        found.extend(unless(
            all && rings,
            format!("the alarm {name} rings for something else"),
        ));
    }
    found
}

fn ring(plan: &Plan) -> Vec<String> {
    let topics: Vec<_> = plan
        .of_kind("aws_sns_topic")
        .map(|it| it.text("arn"))
        .collect();
    let mut found = Vec::new();
    for alarm in plan.of_kind("aws_cloudwatch_metric_alarm") {
        let actions = alarm.texts("alarm_actions");
        let somewhere = !actions.is_empty()
            && actions.iter().all(|it| topics.contains(it))
            && alarm.value("actions_enabled").as_bool() != Some(false);
        found.extend(unless(
            somewhere,
            format!("{} rings nowhere", alarm.text("alarm_name")),
        ));
        let name = alarm.text("alarm_name");
        found.extend(unless(
            name.starts_with(&format!("{PREFIX}-")),
            format!("{name} may not speak to the topic"),
        ));
    }
    let heard = plan
        .of_kind("aws_sns_topic_subscription")
        .any(|it| topics.contains(&it.text("topic_arn")));
    found.extend(unless(
        heard,
        "nobody hears of alarms, though an address is given",
    ));
    let policy = plan
        .of_kind("aws_sns_topic_policy")
        .any(|it| it.text("policy").contains("cloudwatch.amazonaws.com"));
    found.extend(unless(policy, "alarms may not speak to the topic"));
    let key = plan
        .find("aws_kms_key_policy", "key_id", "storage")
        .map(|it| it.text("policy"))
        .unwrap_or_default();
    found.extend(unless(
        key.contains("cloudwatch.amazonaws.com"),
        "alarms may not use the topic's key",
    ));
    found
}

/// The runbook's part that a description names.
pub fn anchor(description: &str) -> Option<&str> {
    let (_, anchor) = description.split_once("docs/runbook.md#")?;
    let is_one = !anchor.is_empty()
        && anchor
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    is_one.then_some(anchor)
}

fn say(plan: &Plan) -> Vec<String> {
    let alarms = plan.of_kind("aws_cloudwatch_metric_alarm");
    let silent = alarms.filter(|it| anchor(it.text("alarm_description")).is_none());
    silent
        .map(|it| format!("{} doesn't say what to do", it.text("alarm_name")))
        .collect()
}

/// Every metric of the alarms exists, and is asked for by something that is there.
fn metrics(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for alarm in plan.of_kind("aws_cloudwatch_metric_alarm") {
        let name = alarm.text("alarm_name");
        let mut asked = Vec::new();
        if !alarm.text("metric_name").is_empty() {
            asked.push((
                alarm.text("namespace").to_owned(),
                alarm.text("metric_name").to_owned(),
                alarm.value("dimensions").clone(),
            ));
        }
        for query in alarm.value("metric_query").as_array().into_iter().flatten() {
            let metric = &query["metric"][0];
            if let Some(of) = metric["metric_name"].as_str() {
                asked.push((
                    metric["namespace"].as_str().unwrap_or_default().to_owned(),
                    of.to_owned(),
                    metric["dimensions"].clone(),
                ));
            }
        }
        found.extend(unless(
            !asked.is_empty(),
            format!("{name} looks at nothing"),
        ));
        for (namespace, metric, dimensions) in asked {
            let Some(dimension) = dimension_of(&namespace, &metric) else {
                found.push(format!("{name} looks at {namespace}/{metric}, which isn't"));
                continue;
            };
            let by: Vec<_> = dimensions.as_object().into_iter().flatten().collect();
            let value = by
                .first()
                .and_then(|(_, value)| Value::as_str(value))
                .unwrap_or_default();
            let is_one = by.len() == 1 && by[0].0 == dimension;
            found.extend(unless(
                is_one && exists(plan, dimension, value),
                format!("{name} looks at {metric} of {dimension} {value:?}, which isn't"),
            ));
        }
    }
    found
}

/// Whether there is what a dimension names.
pub(super) fn exists(plan: &Plan, dimension: &str, value: &str) -> bool {
    let find = |kind, attribute| plan.find(kind, attribute, value).is_some();
    match dimension {
        "Deployment" => value == PREFIX,
        "FunctionName" => find("aws_lambda_function", "function_name"),
        "TableName" => find("aws_dynamodb_table", "name"),
        "QueueName" => find("aws_sqs_queue", "name"),
        "ApiId" => find("aws_apigatewayv2_api", "id"),
        "StateMachineArn" => find("aws_sfn_state_machine", "arn"),
        _ => false,
    }
}
