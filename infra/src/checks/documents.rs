//! The bucket of documents: private, versioned, emptied of what is unfinished.

use super::{Check, unless};
use crate::calls::document;
use crate::plan::Plan;
use crate::policy::{Context, Policy, Request, Says, context};
use crate::workshop::mocks::ACCOUNT;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "bucket-private-and-versioned",
        look: private,
    },
    Check {
        name: "bucket-emptied-of-what-is-unfinished",
        look: unfinished,
    },
    Check {
        name: "bucket-policy",
        look: policy,
    },
    Check {
        name: "bucket-reached-from-named-pages",
        look: pages,
    },
];

fn private(plan: &Plan) -> Vec<String> {
    let block = plan.of_kind("aws_s3_bucket_public_access_block").next();
    let all = [
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    ];
    let blocked = block.is_some_and(|it| all.iter().all(|which| it.is(which)));
    let versioning = plan.of_kind("aws_s3_bucket_versioning").next();
    let versioned =
        versioning.is_some_and(|it| it.text("versioning_configuration.0.status") == "Enabled");
    let owned = plan.of_kind("aws_s3_bucket_ownership_controls").next();
    let owned = owned.is_some_and(|it| it.text("rule.0.object_ownership") == "BucketOwnerEnforced");
    let kept = plan
        .of_kind("aws_s3_bucket")
        .all(|it| !it.is("force_destroy"));
    let buckets = plan.of_kind("aws_s3_bucket").count();
    [
        unless(blocked, "the bucket isn't closed to the public"),
        unless(versioned, "the bucket keeps no versions"),
        unless(owned, "the bucket takes lists of who may"),
        unless(kept, "the bucket is destroyed with what is in it"),
        unless(buckets == 1, format!("there are {buckets} buckets")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unfinished(plan: &Plan) -> Vec<String> {
    let rules: Vec<_> = plan
        .of_kind("aws_s3_bucket_lifecycle_configuration")
        .flat_map(|it| it.value("rule").as_array().cloned().unwrap_or_default())
        .filter(|rule| rule["status"] == "Enabled")
        .collect();
    let at = crate::plan::at;
    let aborts = rules.iter().any(|rule| {
        *at(
            rule,
            "abort_incomplete_multipart_upload.0.days_after_initiation",
        ) == 1
            && at(rule, "filter.0.prefix")
                .as_str()
                .unwrap_or_default()
                .is_empty()
    });
    let empties = rules.iter().any(|rule| {
        at(rule, "filter.0.prefix") == "incoming/"
            && *at(rule, "expiration.0.days") == 1
            && *at(rule, "noncurrent_version_expiration.0.noncurrent_days") == 1
    });
    let spares = rules.iter().all(|rule| {
        let ends = !at(rule, "expiration.0.days").is_null()
            || !at(rule, "noncurrent_version_expiration.0.noncurrent_days").is_null();
        !ends || at(rule, "filter.0.prefix") == "incoming/"
    });
    [
        unless(aborts, "uploads that were begun stay for ever"),
        unless(empties, "what is under incoming/ stays for ever"),
        unless(spares, "a rule ends what isn't under incoming/"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn policy(plan: &Plan) -> Vec<String> {
    let text = plan
        .of_kind("aws_s3_bucket_policy")
        .next()
        .map(|it| it.text("policy"))
        .unwrap_or_default();
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => return vec![error.to_string()],
    };
    let administrator = format!("arn:aws:iam::{ACCOUNT}:role/administrator");
    let denied = |action: &str, on: &str, context: &Context| {
        let request = Request {
            action,
            resource: on,
            principal: &administrator,
            context,
        };
        matches!(policy.says(&request), Says::Denied(_))
    };
    let (clear, tls) = (
        context([("aws:SecureTransport", "false")]),
        context([("aws:SecureTransport", "true")]),
    );
    let kept = document("documents/0a");
    [
        unless(
            denied("s3:GetObject", &kept, &clear),
            "documents can be read in clear",
        ),
        unless(
            denied("s3:ListBucket", &document(""), &clear),
            "the bucket can be listed in clear",
        ),
        unless(
            denied("s3:DeleteObject", &kept, &tls),
            "an administrator may remove a document",
        ),
        unless(
            denied("s3:DeleteObjectVersion", &kept, &tls),
            "an administrator may remove a document's version",
        ),
        unless(
            !denied("s3:DeleteObject", &document("incoming/0b"), &tls),
            "what is under incoming/ can't be removed",
        ),
        unless(
            policy.statements.iter().all(|it| !it.allows),
            "the bucket's policy allows something: it is there to deny",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn pages(plan: &Plan) -> Vec<String> {
    let rules = plan
        .of_kind("aws_s3_bucket_cors_configuration")
        .flat_map(|it| {
            it.value("cors_rule")
                .as_array()
                .cloned()
                .unwrap_or_default()
        });
    let mut found = Vec::new();
    for rule in rules {
        let texts = |name: &str| {
            let list = rule[name].as_array().cloned().unwrap_or_default();
            list.iter()
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect::<Vec<_>>()
        };
        found.extend(unless(
            !texts("allowed_origins").iter().any(|it| it.contains('*')),
            "any page reaches the bucket",
        ));
        // What an address for uploading is signed with: shared/src/documents/s3.rs.
        let headers = texts("allowed_headers");
        let signed = ["content-type", "if-none-match", "x-amz-checksum-sha256"];
        found.extend(unless(
            signed.iter().all(|it| headers.iter().any(|has| has == it)),
            "a page can't send what its address is signed with",
        ));
        found.extend(unless(
            texts("allowed_methods")
                .iter()
                .all(|it| it == "GET" || it == "PUT"),
            "a page may do more than get and put",
        ));
    }
    found
}
