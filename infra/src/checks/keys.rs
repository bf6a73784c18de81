//! The keys of KMS: of their kinds, turned, hard to lose, and used by those alone whom they are for.

use super::{Check, unless};
use crate::calls::{PREFIX, court_key, key};
use crate::plan::Plan;
use crate::policy::{Context, Policy, Request, Says};
use crate::roles::{Estate, Verdict};
use crate::workshop::mocks::ACCOUNT;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "keys-of-their-kinds",
        look: kinds,
    },
    Check {
        name: "keys-have-policies-and-aliases",
        look: policies,
    },
    Check {
        name: "keys-used-by-nobody-else",
        look: nobody_else,
    },
    Check {
        name: "personal-values-opened-by-whom-they-are-for",
        look: opened,
    },
];

const NAMES: [&str; 3] = ["storage", "personal", "checkpoints"];

fn kinds(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for name in NAMES {
        let Some(key) = plan.find("aws_kms_key", "key_id", name) else {
            found.push(format!("there is no key {name}"));
            continue;
        };
        let window = key.number("deletion_window_in_days").unwrap_or(30);
        found.extend(unless(
            window >= 30,
            format!("the key {name} is lost after {window} days"),
        ));
        let spec = key.text("customer_master_key_spec");
        let usage = key.text("key_usage");
        let of_kind = match name {
            "checkpoints" => spec == "ECC_NIST_P256" && usage == "SIGN_VERIFY",
            _ => {
                matches!(spec, "" | "SYMMETRIC_DEFAULT") && matches!(usage, "" | "ENCRYPT_DECRYPT")
            }
        };
        found.extend(unless(
            of_kind,
            format!("the key {name} is of another kind"),
        ));
        let turned = name == "checkpoints" || key.is("enable_key_rotation");
        found.extend(unless(turned, format!("the key {name} isn't rotated")));
    }
    found
}

fn policies(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for name in NAMES {
        let policy = plan.find("aws_kms_key_policy", "key_id", name);
        found.extend(unless(
            policy.is_some(),
            format!("the key {name} has no policy of its own"),
        ));
        let alias = plan.find("aws_kms_alias", "name", &format!("alias/{PREFIX}-{name}"));
        found.extend(unless(
            alias.is_some_and(|it| it.text("target_key_id") == name),
            format!("the key {name} has no alias"),
        ));
    }
    found
}

/// Whoever administers keys uses none; and the storage key is used through services alone.
fn nobody_else(plan: &Plan) -> Vec<String> {
    let administrator = format!("arn:aws:iam::{ACCOUNT}:role/administrator");
    let uses = [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:Sign",
        "kms:CreateGrant",
        "kms:ReEncryptFrom",
    ];
    let mut found = Vec::new();
    for name in NAMES {
        let text = plan
            .find("aws_kms_key_policy", "key_id", name)
            .map(|it| it.text("policy"))
            .unwrap_or_default();
        let policy = match Policy::parse(text) {
            Ok(policy) => policy,
            Err(error) => {
                found.push(format!("of the key {name}: {error}"));
                continue;
            }
        };
        let arn = key(name);
        for (action, context) in uses
            .iter()
            .flat_map(|it| [(it, Context::new()), (it, court_key())])
        {
            let request = Request {
                action,
                resource: &arn,
                principal: &administrator,
                context: &context,
            };
            found.extend(unless(
                policy.says(&request) == Says::Nothing,
                format!("an administrator may {action} with {name}"),
            ));
        }
        // Whoever may open keys of the court opens nothing else.
        let worker = format!("arn:aws:iam::{ACCOUNT}:role/{PREFIX}-worker");
        let anything = Request {
            action: "kms:Decrypt",
            resource: &arn,
            principal: &worker,
            context: &Context::new(),
        };
        found.extend(unless(
            policy.says(&anything) == Says::Nothing,
            format!("anything can be opened under the key {name}"),
        ));
        let request = Request {
            action: "kms:PutKeyPolicy",
            resource: &arn,
            principal: &administrator,
            context: &Context::new(),
        };
        found.extend(unless(
            matches!(policy.says(&request), Says::Allowed(_)),
            format!("nobody administers the key {name}"),
        ));
    }
    found
}

/// Who decides wraps and opens; who folds opens; nobody else does either.
fn opened(plan: &Plan) -> Vec<String> {
    let Ok(estate) = Estate::of(plan) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for role in &estate.roles {
        let name = role.short_name();
        let may =
            |action| estate.may(role, action, &key("personal"), &court_key()) == Verdict::Allowed;
        let wanted = match name {
            "command-api" | "jobs" => (true, true),
            "projector" | "worker" => (false, true),
            _ => (false, false),
        };
        let is = (may("kms:Encrypt"), may("kms:Decrypt"));
        found.extend(unless(
            is == wanted,
            format!("{name} wraps and opens keys of personal values: {is:?}"),
        ));
        // Nothing but keys of the court.
        let without = estate.may(role, "kms:Decrypt", &key("personal"), &Context::new());
        found.extend(unless(
            without != Verdict::Allowed,
            format!("{name} opens anything under the personal key"),
        ));
    }
    found
}
