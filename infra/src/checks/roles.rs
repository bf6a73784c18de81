//! Each has a role of its own, which allows what is called and nothing else.

use super::{Check, unless};
use crate::calls::{self, PREFIX};
use crate::plan::Plan;
use crate::policy::{Principal, matches};
use crate::roles::{Estate, Verdict};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "roles-can-be-judged",
        look: judged,
    },
    Check {
        name: "roles-of-one-each",
        look: of_one_each,
    },
    Check {
        name: "roles-taken-by-their-service-alone",
        look: trusted,
    },
    Check {
        name: "roles-allow-what-is-called",
        look: enough,
    },
    Check {
        name: "roles-allow-nothing-else",
        look: nothing_else,
    },
    Check {
        name: "roles-without-wildcards",
        look: wildcards,
    },
];

/// Where a star in an action or a resource is as narrow as it gets: the statement, what is starred,
/// and why.
pub const STARS: [(&str, &str, &str); 9] = [
    ("Trace", "*", "X-Ray knows no resources"),
    (
        "DeliverLogs",
        "*",
        "the delivery of logs knows no resources",
    ),
    (
        "Log",
        "arn:aws:logs:*:log-group:*:*",
        "a log group's streams are named by Lambda",
    ),
    (
        "FindStream",
        "arn:aws:dynamodb:*:table/casefold-events/stream/*",
        "Lambda looks for streams before it knows one",
    ),
    (
        "ReadDocuments",
        "arn:aws:s3:::casefold-documents-*/*",
        "older records name documents otherwise than by digest",
    ),
    (
        "WriteDocuments",
        "arn:aws:s3:::casefold-documents-*/documents/*",
        "documents are named by their digests",
    ),
    (
        "WriteDocuments",
        "arn:aws:s3:::casefold-documents-*/incoming/*",
        "uploads are named as they come",
    ),
    (
        "EndIncoming",
        "arn:aws:s3:::casefold-documents-*/incoming/*",
        "uploads are named as they come",
    ),
    (
        "FollowSegments",
        "arn:aws:states:*:execution:casefold-rebuild/*",
        "executions are named as they are started",
    ),
];

fn judged(plan: &Plan) -> Vec<String> {
    Estate::of(plan)
        .err()
        .map(|error| error.to_string())
        .into_iter()
        .collect()
}

fn of_one_each(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for function in plan.of_kind("aws_lambda_function") {
        let role = plan.find("aws_iam_role", "arn", function.text("role"));
        let own = role.is_some_and(|it| it.text("name") == function.text("function_name"));
        found.extend(unless(
            own,
            format!("{} has no role of its own", function.text("function_name")),
        ));
    }
    for kind in [
        "aws_iam_role_policy_attachment",
        "aws_iam_policy_attachment",
        "aws_iam_user",
        "aws_iam_access_key",
        "aws_iam_group",
    ] {
        found.extend(plan.of_kind(kind).map(|it| {
            format!(
                "{}: a role has what is written here, and nothing attached",
                it.address
            )
        }));
    }
    let count = plan.of_kind("aws_iam_role").count();
    found.extend(unless(
        count == 8,
        format!(
            "there are {count} roles, for five functions, two state machines and the schedules"
        ),
    ));
    found
}

fn trusted(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for role in &estate.roles {
        let name = role.short_name();
        let service = match name {
            "scheduler" => "scheduler.amazonaws.com",
            "rebuild" | "reconcile" => "states.amazonaws.com",
            _ => "lambda.amazonaws.com",
        };
        let alone = role.trust.statements.iter().all(|it| {
            // Lambda can't say for which function it takes a role; the others can.
            let is_bound = service == "lambda.amazonaws.com"
                || ["aws:SourceArn", "aws:SourceAccount"].iter().all(|key| {
                    it.conditions.iter().any(|has| {
                        has.key == *key && !has.values.iter().any(|value| value.contains('*'))
                    })
                });
            it.allows
                && it.principals == [Principal::Service(service.to_owned())]
                && it.actions == ["sts:AssumeRole"]
                && is_bound
        });
        found.extend(unless(
            alone && role.trust.statements.len() == 1,
            format!("the role {name} is taken by others than {service}"),
        ));
    }
    found
}

fn enough(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for call in calls::all() {
        let Some(role) = estate.role(&format!("{PREFIX}-{}", call.by)) else {
            found.push(format!("there is no role {}", call.by));
            continue;
        };
        if let Verdict::Refused(why) = estate.may(role, &call.action, &call.on, &call.context) {
            found.push(format!(
                "{} calls {} on {}, and {why}",
                call.by, call.action, call.on
            ));
        }
    }
    found
}

/// Every action on every resource of every statement is there for a call.
fn nothing_else(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let calls = calls::all();
    let mut found = Vec::new();
    for role in &estate.roles {
        let name = role.short_name();
        let of_it: Vec<_> = calls.iter().filter(|call| call.by == name).collect();
        for statement in role.policy.statements.iter().filter(|it| it.allows) {
            for (action, resource) in statement
                .actions
                .iter()
                .flat_map(|action| statement.resources.iter().map(move |on| (action, on)))
            {
                let is_called = of_it.iter().any(|call| {
                    *action == call.action
                        && matches(resource, &call.on)
                        && statement
                            .conditions
                            .iter()
                            .all(|it| it.holds(&role.arn(), &call.context))
                });
                found.extend(unless(
                    is_called,
                    format!(
                        "{name} never calls {action} on {resource} ({})",
                        statement.sid
                    ),
                ));
            }
        }
    }
    found
}

fn wildcards(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for role in &estate.roles {
        for statement in role.policy.statements.iter().filter(|it| it.allows) {
            let starred = |it: &&String| it.contains(['*', '?']);
            for action in statement.actions.iter().filter(starred) {
                found.push(format!("{} is allowed all of {action}", role.name));
            }
            for resource in statement.resources.iter().filter(starred) {
                let is_justified = STARS
                    .iter()
                    .any(|(sid, on, _)| *sid == statement.sid && matches(on, resource));
                found.extend(unless(
                    is_justified,
                    format!("{} is allowed something on {resource}", role.name),
                ));
            }
        }
    }
    found
}
