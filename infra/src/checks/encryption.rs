//! Everything at rest is under the storage key.

use super::{Check, unless};
use crate::calls::key;
use crate::plan::Plan;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "encrypted-with-the-storage-key",
        look: at_rest,
    },
    Check {
        name: "queues-kept-and-in-no-clear",
        look: queues,
    },
];

/// Where each kind of resource names its key.
const KEYED: [(&str, &str); 6] = [
    ("aws_dynamodb_table", "server_side_encryption.0.kms_key_arn"),
    ("aws_sqs_queue", "kms_master_key_id"),
    ("aws_sns_topic", "kms_master_key_id"),
    ("aws_cloudwatch_log_group", "kms_key_id"),
    ("aws_lambda_function", "kms_key_arn"),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        "rule.0.apply_server_side_encryption_by_default.0.kms_master_key_id",
    ),
];

fn at_rest(plan: &Plan) -> Vec<String> {
    let storage = key("storage");
    let mut found = Vec::new();
    for (kind, at) in KEYED {
        found.extend(unless(
            plan.of_kind(kind).next().is_some(),
            format!("there is no {kind}"),
        ));
        for resource in plan.of_kind(kind) {
            found.extend(unless(
                resource.text(at) == storage,
                format!("{} isn't encrypted with the storage key", resource.address),
            ));
        }
    }
    found
}

/// The most that SQS gives.
const FOURTEEN_DAYS: i64 = 14 * 24 * 60 * 60;

fn queues(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for queue in plan.of_kind("aws_sqs_queue") {
        let kept = queue.number("message_retention_seconds") == Some(FOURTEEN_DAYS);
        found.extend(unless(
            kept,
            format!("{} doesn't keep messages for 14 days", queue.address),
        ));
        let policy = plan.find("aws_sqs_queue_policy", "queue_url", queue.text("url"));
        let denies = policy.is_some_and(|it| it.text("policy").contains("aws:SecureTransport"));
        found.extend(unless(
            denies,
            format!("{} can be reached in clear", queue.address),
        ));
    }
    found
}
