//! What each function calls, so that its role allows that and nothing else.

use casefold_shared::dynamodb::tables;

use crate::policy::{Context, context};
use crate::workshop::mocks::{ACCOUNT, REGION};

/// What the code calls of DynamoDB, by function and table: held to the code at work by
/// `casefold/tests/calls`.
pub const OF_TABLES: &str = include_str!("../calls.txt");

/// The functions, by what follows the prefix in their names.
pub const FUNCTIONS: [&str; 5] = ["command-api", "jobs", "projector", "worker", "checkpointer"];

/// The prefix in plans of the workshop.
pub const PREFIX: &str = "casefold";

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who calls: the name of a role, without the prefix.
    pub by: String,
    /// `dynamodb:PutItem`
    pub action: String,
    /// The ARN of what is called.
    pub on: String,
    /// What is known of the call, by condition key.
    pub context: Context,
}

/// The ARN of a table.
pub fn table(suffix: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{PREFIX}-{suffix}")
}

/// The ARN of a key: `storage`, `personal` or `checkpoints`.
pub fn key(name: &str) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}")
}

/// The ARN of something in the documents' bucket; of the bucket itself for an empty text.
pub fn document(at: &str) -> String {
    let bucket = format!("arn:aws:s3:::{PREFIX}-documents-{ACCOUNT}-{REGION}");
    if at.is_empty() {
        bucket
    } else {
        format!("{bucket}/{at}")
    }
}

/// The tables that are only appended to.
pub fn record() -> [String; 3] {
    [tables::EVENTS, tables::ACCESSES, tables::CHECKPOINTS].map(|it| table(it.name_suffix))
}

/// The key's context with which keys of the court are wrapped.
pub fn court_key() -> Context {
    context([("kms:EncryptionContext:purpose", "casefold.court-key.v1")])
}

/// What is known of a use of the storage key through a service.
pub fn through(service: &str) -> Context {
    let via = format!("{service}.{REGION}.amazonaws.com");
    context([("kms:ViaService", via.as_str())])
}

/// Every call of every role.
pub fn all() -> Vec<Call> {
    let mut calls = Calls(Vec::new());
    let lines = OF_TABLES.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        if let [by, action, on] = line.split_whitespace().collect::<Vec<_>>()[..] {
            calls.add(by, action, &table(on), Context::new());
        }
    }
    for function in FUNCTIONS {
        let group = format!(
            "arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{}-function-this:*",
            function.replace('-', "_")
        );
        calls.several(
            function,
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            &group,
            &Context::new(),
        );
        calls.several(
            function,
            &["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "*",
            &Context::new(),
        );
        // With a key of the account's own, whoever uses a table opens that table's key.
        calls.add(
            function,
            "kms:Decrypt",
            &key("storage"),
            through("dynamodb"),
        );
    }
    for function in ["command-api", "jobs"] {
        calls.several(
            function,
            &["kms:Decrypt", "kms:Encrypt"],
            &key("personal"),
            &court_key(),
        );
    }
    for function in ["projector", "worker"] {
        calls.add(function, "kms:Decrypt", &key("personal"), court_key());
    }
    let signing = context([("kms:SigningAlgorithm", "ECDSA_SHA_256")]);
    calls.several(
        "checkpointer",
        &["kms:GetPublicKey", "kms:Sign"],
        &key("checkpoints"),
        &signing,
    );
    calls.of_documents();
    calls.of_the_stream();
    calls.of_what_failed();
    calls.of_machines();
    calls.0
}

struct Calls(Vec<Call>);

impl Calls {
    fn add(&mut self, by: &str, action: &str, on: &str, context: Context) {
        let (by, action, on) = (by.to_owned(), action.to_owned(), on.to_owned());
        self.0.push(Call {
            by,
            action,
            on,
            context,
        });
    }

    fn several(&mut self, by: &str, actions: &[&str], on: &str, context: &Context) {
        for action in actions {
            self.add(by, action, on, context.clone());
        }
    }

    /// Uploads come under `incoming/`, are copied to their digest and removed; small ones are put
    /// at once. Older records name their documents otherwise.
    fn of_documents(&mut self) {
        let none = Context::new();
        let by = "command-api";
        for at in ["documents/0a", "incoming/0b"] {
            self.several(
                by,
                &["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
                &document(at),
                &none,
            );
        }
        self.add(by, "s3:GetObject", &document("older-name"), none.clone());
        self.add(
            by,
            "s3:DeleteObject",
            &document("incoming/0b"),
            none.clone(),
        );
        // Without it, what isn't there is answered as forbidden.
        self.add(by, "s3:ListBucket", &document(""), none);
        self.several(
            by,
            &["kms:Decrypt", "kms:GenerateDataKey"],
            &key("storage"),
            &through("s3"),
        );
    }

    fn of_the_stream(&mut self) {
        let stream = format!("{}/stream/2026", table("events"));
        let read = [
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ];
        self.several("projector", &read, &stream, &Context::new());
    }

    /// Lambda and the scheduler put what failed into queues, as the role.
    fn of_what_failed(&mut self) {
        let queue = |id: &str| format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{id}");
        let reports = [
            ("projector", "projector-failures-this"),
            ("jobs", "schedule_failures-this"),
            ("worker", "schedule_failures-this"),
            ("checkpointer", "schedule_failures-this"),
            ("scheduler", "schedule_failures-this"),
        ];
        for (by, id) in reports {
            self.add(by, "sqs:SendMessage", &queue(id), Context::new());
            self.several(
                by,
                &["kms:Decrypt", "kms:GenerateDataKey"],
                &key("storage"),
                &through("sqs"),
            );
        }
    }

    fn of_machines(&mut self) {
        let none = Context::new();
        let function =
            |name: &str| format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}-function-this");
        let machine =
            |name: &str| format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{PREFIX}-{name}");
        for name in ["jobs", "worker", "checkpointer"] {
            self.add(
                "scheduler",
                "lambda:InvokeFunction",
                &function(name),
                none.clone(),
            );
        }
        self.add(
            "scheduler",
            "states:StartExecution",
            &machine("reconcile"),
            none.clone(),
        );
        for by in ["rebuild", "reconcile"] {
            self.add(
                by,
                "lambda:InvokeFunction",
                &function("worker"),
                none.clone(),
            );
            self.several(by, DELIVERY_OF_LOGS, "*", &none);
            self.several(by, TRACING_OF_MACHINES, "*", &none);
        }
        self.add(
            "rebuild",
            "states:StartExecution",
            &machine("rebuild"),
            none.clone(),
        );
        let execution =
            format!("arn:aws:states:{REGION}:{ACCOUNT}:execution:{PREFIX}-rebuild/Segments:0a");
        self.several(
            "rebuild",
            &["states:DescribeExecution", "states:StopExecution"],
            &execution,
            &none,
        );
    }
}

const DELIVERY_OF_LOGS: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

const TRACING_OF_MACHINES: &[&str] = &[
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];
