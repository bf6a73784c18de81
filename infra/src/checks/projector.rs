//! The way from the stream to the projector: from the first record, in finite tries, with a place
//! for what fails.

use super::{Check, unless};
use crate::calls::{PREFIX, table};
use crate::plan::{Plan, Resource};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "mapping-from-stream-to-projector",
        look: connected,
    },
    Check {
        name: "mapping-from-the-first-record",
        look: from_the_first,
    },
    Check {
        name: "mapping-reports-single-records",
        look: single_records,
    },
    Check {
        name: "mapping-ends-its-tries",
        look: ends,
    },
    Check {
        name: "mapping-keeps-what-failed",
        look: keeps_failures,
    },
];

fn each(plan: &Plan, look: impl Fn(&Resource) -> Option<String>) -> Vec<String> {
    plan.of_kind("aws_lambda_event_source_mapping")
        .filter_map(look)
        .collect()
}

fn connected(plan: &Plan) -> Vec<String> {
    let name = format!("{PREFIX}-projector");
    let function = plan
        .find("aws_lambda_function", "function_name", &name)
        .map(|it| it.text("arn"));
    let stream = plan
        .find("aws_dynamodb_table", "arn", &table("events"))
        .map(|it| it.text("stream_arn"));
    let mut found = each(plan, |mapping| {
        let holds = Some(mapping.text("function_name")) == function
            && Some(mapping.text("event_source_arn")) == stream;
        unless(
            holds,
            "the mapping doesn't lead from the event table's stream to the projector",
        )
    });
    let count = plan.of_kind("aws_lambda_event_source_mapping").count();
    found.extend(unless(count == 1, format!("there are {count} mappings")));
    found.extend(each(plan, |it| {
        unless(
            it.value("enabled").as_bool() != Some(false),
            "the mapping is off",
        )
    }));
    found.extend(each(plan, |it| {
        let filters = it.value("filter_criteria").as_array().map_or(0, Vec::len);
        unless(filters == 0, "the mapping leaves records out")
    }));
    found
}

fn from_the_first(plan: &Plan) -> Vec<String> {
    each(plan, |it| {
        unless(
            it.text("starting_position") == "TRIM_HORIZON",
            "commits that are older than the mapping are never folded",
        )
    })
}

fn single_records(plan: &Plan) -> Vec<String> {
    each(plan, |it| {
        let partial = it.texts("function_response_types") == ["ReportBatchItemFailures"];
        unless(
            partial && it.is("bisect_batch_on_function_error"),
            "one record that fails has its whole batch tried again",
        )
    })
}

fn ends(plan: &Plan) -> Vec<String> {
    each(plan, |it| {
        let tries = it.number("maximum_retry_attempts").unwrap_or(-1);
        let age = it.number("maximum_record_age_in_seconds").unwrap_or(-1);
        // A stream keeps a record for 24 hours: what is tried as long is lost without a trace.
        let finite = (1..=10_000).contains(&tries) && (60..86_400).contains(&age);
        unless(
            finite,
            format!("the mapping tries {tries} times, records up to {age} s old"),
        )
    })
}

fn keeps_failures(plan: &Plan) -> Vec<String> {
    each(plan, |it| {
        let queue = it.text("destination_config.0.on_failure.0.destination_arn");
        unless(
            plan.find("aws_sqs_queue", "arn", queue).is_some(),
            "records that are given up go nowhere",
        )
    })
}
