//! The functions: each with its handler, its variables, a log that is kept, and time to end.

use super::{Check, unless};
use crate::calls::PREFIX;
use crate::plan::{Plan, Resource};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "functions-serve-their-handlers",
        look: handlers,
    },
    Check {
        name: "functions-have-their-variables",
        look: variables,
    },
    Check {
        name: "functions-have-logs-that-are-kept",
        look: logs,
    },
    Check {
        name: "functions-traced-and-not-stopped",
        look: traced,
    },
    Check {
        name: "functions-have-time",
        look: times,
    },
    Check {
        name: "functions-report-failed-events",
        look: failed_events,
    },
];

/// What is known of a function.
struct Wanted {
    name: &'static str,
    package: &'static str,
    handler: &'static str,
    /// Beside those that all have.
    variables: &'static [&'static str],
    /// Whether it is invoked without anybody waiting.
    is_async: bool,
    /// Between which time limits, in seconds.
    seconds: (i64, i64),
}

const WANTED: [Wanted; 5] = [
    Wanted {
        name: "command-api",
        package: "command-api.zip",
        handler: "http",
        variables: &[
            "CASEFOLD_KMS_KEY",
            "CASEFOLD_DOCUMENTS_BUCKET",
            "CASEFOLD_REQUIRE_DOCUMENTS",
            "CASEFOLD_JWT_ISSUER",
        ],
        is_async: false,
        // Between the service's own limit and API Gateway's.
        seconds: (26, 28),
    },
    Wanted {
        name: "jobs",
        package: "command-api.zip",
        handler: "jobs",
        variables: &["CASEFOLD_KMS_KEY"],
        is_async: true,
        seconds: (300, 900),
    },
    Wanted {
        name: "projector",
        package: "projector.zip",
        handler: "stream",
        variables: &["CASEFOLD_KMS_KEY"],
        is_async: false,
        // Longer than a request to DynamoDB with all its tries: 25 seconds.
        seconds: (60, 900),
    },
    Wanted {
        name: "worker",
        package: "projector.zip",
        handler: "work",
        variables: &["CASEFOLD_KMS_KEY"],
        is_async: true,
        seconds: (300, 900),
    },
    Wanted {
        name: "checkpointer",
        package: "projector.zip",
        handler: "work",
        variables: &["CASEFOLD_CHECKPOINT_KMS_KEY"],
        is_async: true,
        seconds: (300, 900),
    },
];

const FOR_ALL: [&str; 2] = ["CASEFOLD_TABLE_PREFIX", "CASEFOLD_METRICS"];

fn each(plan: &Plan, look: impl Fn(&Wanted, &Resource) -> Vec<String>) -> Vec<String> {
    let found = WANTED.iter().flat_map(|wanted| {
        let name = format!("{PREFIX}-{}", wanted.name);
        match plan.find("aws_lambda_function", "function_name", &name) {
            Some(function) => look(wanted, function),
            None => vec![format!("there is no function {name}")],
        }
    });
    found.collect()
}

fn handlers(plan: &Plan) -> Vec<String> {
    let mut found = each(plan, |wanted, function| {
        let name = wanted.name;
        let package = function.text("filename").ends_with(wanted.package);
        let runs = function.text("runtime") == "provided.al2023"
            && function.texts("architectures") == ["arm64"];
        [
            unless(
                function.text("handler") == wanted.handler,
                format!("{name} serves {}", function.text("handler")),
            ),
            unless(
                package,
                format!("{name} has another package than {}", wanted.package),
            ),
            unless(runs, format!("{name} runs on something else")),
            unless(
                is_digest(function.text("source_code_hash")),
                format!("{name} isn't renewed with its package"),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    });
    let count = plan.of_kind("aws_lambda_function").count();
    found.extend(unless(
        count == WANTED.len(),
        format!("there are {count} functions"),
    ));
    found
}

fn variables(plan: &Plan) -> Vec<String> {
    each(plan, |wanted, function| {
        let given = function.value("environment.0.variables");
        let names: Vec<_> = FOR_ALL.iter().chain(wanted.variables).copied().collect();
        let mut found: Vec<_> = names
            .iter()
            .filter(|name| given[**name].as_str().is_none_or(str::is_empty))
            .map(|name| format!("{} lacks {name}", wanted.name))
            .collect();
        let others = given.as_object().into_iter().flat_map(|it| it.keys());
        found.extend(
            others
                .filter(|it| !names.contains(&it.as_str()))
                .map(|it| format!("{} has {it}, which it doesn't read", wanted.name)),
        );
        let right = given["CASEFOLD_TABLE_PREFIX"] == PREFIX && given["CASEFOLD_METRICS"] == "emf";
        found.extend(unless(
            right,
            format!("{} is told something wrong", wanted.name),
        ));
        let personal = given["CASEFOLD_KMS_KEY"]
            .as_str()
            .is_none_or(|it| it.ends_with("key/personal"));
        let signing = given["CASEFOLD_CHECKPOINT_KMS_KEY"]
            .as_str()
            .is_none_or(|it| it.ends_with("key/checkpoints"));
        found.extend(unless(
            personal && signing,
            format!("{} is told another key", wanted.name),
        ));
        found
    })
}

fn logs(plan: &Plan) -> Vec<String> {
    let mut found = each(plan, |wanted, function| {
        let group = format!("/aws/lambda/{PREFIX}-{}", wanted.name);
        let there = plan
            .find("aws_cloudwatch_log_group", "name", &group)
            .is_some();
        let into_it = function.text("logging_config.0.log_group") == group;
        unless(
            there && into_it,
            format!("{} has no log group {group}", wanted.name),
        )
        .into_iter()
        .collect()
    });
    for group in plan.of_kind("aws_cloudwatch_log_group") {
        let kept = group.number("retention_in_days").unwrap_or(0);
        found.extend(unless(
            kept > 0,
            format!("{} is kept for ever", group.address),
        ));
    }
    found
}

fn traced(plan: &Plan) -> Vec<String> {
    each(plan, |wanted, function| {
        let traced = function.text("tracing_config.0.mode") == "Active";
        let stopped = function.number("reserved_concurrent_executions") == Some(0);
        let urls = plan.of_kind("aws_lambda_function_url").count() == 0;
        [
            unless(traced, format!("{} isn't traced", wanted.name)),
            unless(!stopped, format!("{} never runs", wanted.name)),
            unless(urls, "a function has an address of its own, past the API"),
        ]
        .into_iter()
        .flatten()
        .collect()
    })
}

fn times(plan: &Plan) -> Vec<String> {
    each(plan, |wanted, function| {
        let seconds = function.number("timeout").unwrap_or(3);
        let (least, most) = wanted.seconds;
        unless(
            (least..=most).contains(&seconds),
            format!("{} is ended after {seconds} s", wanted.name),
        )
        .into_iter()
        .collect()
    })
}

fn failed_events(plan: &Plan) -> Vec<String> {
    each(plan, |wanted, function| {
        let name = function.text("function_name");
        let config = plan.find(
            "aws_lambda_function_event_invoke_config",
            "function_name",
            name,
        );
        match (wanted.is_async, config) {
            (false, _) => Vec::new(),
            (true, None) => vec![format!("{name} loses events that it failed on")],
            (true, Some(config)) => {
                let queue = config.text("destination_config.0.on_failure.0.destination");
                let is_there = plan.find("aws_sqs_queue", "arn", queue).is_some();
                let ends = config
                    .number("maximum_event_age_in_seconds")
                    .is_some_and(|it| it <= 21_600);
                [
                    unless(is_there, format!("{name} reports failed events to nowhere")),
                    unless(ends, format!("{name} tries events for ever")),
                ]
                .into_iter()
                .flatten()
                .collect()
            }
        }
    })
}

/// Whether a text is a SHA-256 digest in Base64.
fn is_digest(text: &str) -> bool {
    text.len() == 44 && text.ends_with('=')
}
