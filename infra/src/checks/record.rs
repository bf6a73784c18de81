//! What was recorded is neither changed nor removed, by no role and by nobody else.

use super::{Check, unless};
use crate::calls::{PREFIX, key, record, table, through};
use crate::plan::Plan;
use crate::policy::{Context, Principal, Says};
use crate::policy::{Policy, Request};
use crate::roles::{Estate, Verdict};
use crate::workshop::mocks::ACCOUNT;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "record-altered-by-no-role",
        look: by_no_role,
    },
    Check {
        name: "record-denied-outright",
        look: denied_outright,
    },
    Check {
        name: "record-altered-by-nobody",
        look: by_nobody,
    },
    Check {
        name: "record-appended-by-whom-it-is-for",
        look: appended,
    },
    Check {
        name: "record-signed-by-the-checkpointer-alone",
        look: signed,
    },
];

/// What alters an item or loses the table.
const ALTERING: [&str; 12] = [
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:UpdateTimeToLive",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:PutResourcePolicy",
    "dynamodb:DeleteResourcePolicy",
];

/// Of those, what a table's own policy stands against: the rest is how Terraform itself works.
const ALTERING_ITEMS: usize = 7;

fn by_no_role(plan: &Plan) -> Vec<String> {
    let estate = match Estate::of(plan) {
        Ok(estate) => estate,
        Err(error) => return vec![error.to_string()],
    };
    let mut found = Vec::new();
    for role in &estate.roles {
        for (on, action) in record()
            .iter()
            .flat_map(|on| ALTERING.map(|action| (on.clone(), action)))
        {
            if estate.may(role, action, &on, &Context::new()) == Verdict::Allowed {
                found.push(format!("{} may {action} on {on}", role.name));
            }
        }
    }
    found
}

/// The functions' roles deny it themselves, whatever else they may be given.
fn denied_outright(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let none = Context::new();
    let of_functions = estate.roles.iter().filter(|role| {
        plan.find("aws_lambda_function", "function_name", &role.name)
            .is_some()
    });
    let mut found = Vec::new();
    for role in of_functions {
        for (on, action) in record()
            .iter()
            .flat_map(|on| ALTERING.map(|action| (on.clone(), action)))
        {
            let principal = role.arn();
            let request = Request {
                action,
                resource: &on,
                principal: &principal,
                context: &none,
            };
            if !matches!(role.policy.says(&request), Says::Denied(_)) {
                found.push(format!(
                    "the role {} doesn't itself deny {action} on {on}",
                    role.name
                ));
            }
        }
    }
    found
}

/// An administrator: a principal of the account that the deployment doesn't know.
fn administrator() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/administrator")
}

fn by_nobody(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let none = Context::new();
    for on in record() {
        let Some(policy) = plan.find("aws_dynamodb_resource_policy", "resource_arn", &on) else {
            found.push(format!("the table {on} has no policy of its own"));
            continue;
        };
        let Ok(policy) = Policy::parse(policy.text("policy")) else {
            found.push(format!("the policy of {on} can't be judged"));
            continue;
        };
        for (action, principal) in ALTERING[..ALTERING_ITEMS]
            .iter()
            .chain(&["dynamodb:PutItem"])
            .map(|action| (*action, administrator()))
        {
            let request = Request {
                action,
                resource: &on,
                principal: &principal,
                context: &none,
            };
            if !matches!(policy.says(&request), Says::Denied(_)) {
                found.push(format!("an administrator may {action} on {on}"));
            }
        }
        if policy.statements.iter().any(|it| it.allows) {
            found.push(format!(
                "the policy of {on} allows something: it is there to deny"
            ));
        }
    }
    found
}

/// Who puts into which table, among roles and in the table's own policy alike.
fn appended(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let wanted: [(&str, &[&str]); 3] = [
        ("events", &["command-api", "jobs"]),
        ("accesses", &["command-api"]),
        ("checkpoints", &["checkpointer"]),
    ];
    let mut found = Vec::new();
    for (suffix, writers) in wanted {
        for role in &estate.roles {
            let name = role
                .name
                .strip_prefix(&format!("{PREFIX}-"))
                .unwrap_or(&role.name);
            let may = estate.may(role, "dynamodb:PutItem", &table(suffix), &Context::new())
                == Verdict::Allowed;
            let should = writers.contains(&name);
            found.extend(unless(
                may == should,
                format!("{name} puts into {suffix}: {may}"),
            ));
        }
    }
    found
}

fn signed(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let mut context = through("dynamodb");
    context.insert(
        "kms:SigningAlgorithm".to_owned(),
        "ECDSA_SHA_256".to_owned(),
    );
    let signing = key("checkpoints");
    let mut found: Vec<String> = estate
        .roles
        .iter()
        .filter_map(|role| {
            let may = estate.may(role, "kms:Sign", &signing, &context) == Verdict::Allowed;
            let should = role.name == format!("{PREFIX}-checkpointer");
            unless(may == should, format!("{} signs: {may}", role.name))
        })
        .collect();
    // Nor may whoever administers the key, without changing its policy.
    let of_key = plan.find("aws_kms_key_policy", "key_id", "checkpoints");
    let policy = of_key
        .and_then(|it| Policy::parse(it.text("policy")).ok())
        .unwrap_or_default();
    let principal = administrator();
    let request = Request {
        action: "kms:Sign",
        resource: &signing,
        principal: &principal,
        context: &context,
    };
    found.extend(unless(
        policy.says(&request) == Says::Nothing,
        "an administrator may sign",
    ));
    let to_anybody = policy
        .statements
        .iter()
        .any(|it| it.principals.contains(&Principal::Anybody));
    found.extend(unless(
        !to_anybody,
        "the signing key's policy is about anybody",
    ));
    found
}
