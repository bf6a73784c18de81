//! What is done by the clock, and what becomes of what isn't.

use super::{Check, unless};
use crate::calls::PREFIX;
use crate::plan::Plan;
use crate::policy::Context;
use crate::roles::{Estate, Verdict};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "schedules-there-and-on",
        look: there,
    },
    Check {
        name: "schedules-start-what-they-should",
        look: targets,
    },
    Check {
        name: "schedules-keep-what-did-not-start",
        look: kept,
    },
];

/// Each with what it starts, and what that is given.
const WANTED: [(&str, &str, &str); 4] = [
    ("ready-for-trial", "jobs", r#"{"job":"readyForTrial"}"#),
    ("reconcile", "reconcile", r#"{"deep":false,"repair":false}"#),
    ("checkpoint", "checkpointer", r#"{"task":"checkpoint"}"#),
    ("watch", "worker", r#"{"task":"watch"}"#),
];

fn there(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for (name, _, _) in WANTED {
        let schedule = plan.find(
            "aws_scheduler_schedule",
            "name",
            &format!("{PREFIX}-{name}"),
        );
        let on = schedule.is_some_and(|it| it.text("state") == "ENABLED");
        found.extend(unless(on, format!("{name} doesn't come by itself")));
    }
    let expression = |name: &str| {
        plan.find(
            "aws_scheduler_schedule",
            "name",
            &format!("{PREFIX}-{name}"),
        )
        .map(|it| it.text("schedule_expression"))
    };
    // The alarms count on these.
    found.extend(unless(
        expression("watch") == Some("rate(5 minutes)"),
        "nobody measures every five minutes",
    ));
    found.extend(unless(
        expression("ready-for-trial") == Some("rate(1 hour)"),
        "the jobs don't come every hour",
    ));
    for daily in ["reconcile", "checkpoint"] {
        let comes = expression(daily)
            .is_some_and(|it| it.starts_with("cron(") && it.ends_with(" * * ? *)"));
        found.extend(unless(comes, format!("{daily} doesn't come every day")));
    }
    found
}

fn targets(plan: &Plan) -> Vec<String> {
    let estate = Estate::of(plan).ok();
    let mut found = Vec::new();
    for (name, target, input) in WANTED {
        let Some(schedule) = plan.find(
            "aws_scheduler_schedule",
            "name",
            &format!("{PREFIX}-{name}"),
        ) else {
            continue;
        };
        let full = format!("{PREFIX}-{target}");
        let function = plan.find("aws_lambda_function", "function_name", &full);
        let machine = plan.find("aws_sfn_state_machine", "name", &full);
        let (arn, action) = match (function, machine) {
            (Some(function), _) => (function.text("arn"), "lambda:InvokeFunction"),
            (None, Some(machine)) => (machine.text("arn"), "states:StartExecution"),
            (None, None) => ("", ""),
        };
        let started = schedule.text("target.0.arn");
        found.extend(unless(
            started == arn,
            format!("{name} starts something else than {target}"),
        ));
        found.extend(unless(
            schedule.text("target.0.input") == input,
            format!("{name} gives {target} something else"),
        ));
        let role = estate
            .as_ref()
            .and_then(|it| it.role(&format!("{PREFIX}-scheduler")));
        let may = estate.as_ref().zip(role).is_some_and(|(estate, role)| {
            estate.may(role, action, started, &Context::new()) == Verdict::Allowed
        });
        found.extend(unless(
            may,
            format!("{name} isn't allowed to start {target}"),
        ));
    }
    found
}

fn kept(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for schedule in plan.of_kind("aws_scheduler_schedule") {
        let queue = schedule.text("target.0.dead_letter_config.0.arn");
        let is_there = plan.find("aws_sqs_queue", "arn", queue).is_some();
        found.extend(unless(
            is_there,
            format!("{} loses what it can't start", schedule.address),
        ));
        let tries = schedule
            .number("target.0.retry_policy.0.maximum_retry_attempts")
            .unwrap_or(185);
        let age = schedule
            .number("target.0.retry_policy.0.maximum_event_age_in_seconds")
            .unwrap_or(86_400);
        // Longer than it takes to the next, and starts would pile up.
        found.extend(unless(
            (1..=10).contains(&tries) && age <= 3_600,
            format!("{} tries {tries} times in {age} s", schedule.address),
        ));
    }
    found
}
