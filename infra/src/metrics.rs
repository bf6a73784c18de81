//! Which metrics there are: the service's own, and those of AWS that are looked at.

use casefold_shared::metrics::table;
pub use casefold_shared::metrics::table::{DEPLOYMENT, NAMESPACE};

/// AWS's metrics: namespace, name, and the one dimension by which they are asked for.
const OF_AWS: &[(&str, &[&str], &str)] = &[
    (
        "AWS/Lambda",
        &[
            "Invocations",
            "Errors",
            "Throttles",
            "Duration",
            "ConcurrentExecutions",
            "IteratorAge",
        ],
        "FunctionName",
    ),
    (
        "AWS/DynamoDB",
        &[
            "ReadThrottleEvents",
            "WriteThrottleEvents",
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
        ],
        "TableName",
    ),
    (
        "AWS/SQS",
        &["ApproximateNumberOfMessagesVisible"],
        "QueueName",
    ),
    (
        "AWS/ApiGateway",
        &["Count", "4xx", "5xx", "Latency", "IntegrationLatency"],
        "ApiId",
    ),
    (
        "AWS/States",
        &[
            "ExecutionsStarted",
            "ExecutionsFailed",
            "ExecutionsTimedOut",
            "ExecutionsAborted",
        ],
        "StateMachineArn",
    ),
];

/// The dimension by which a metric is asked for; `None` where there is no such metric.
pub fn dimension_of(namespace: &str, metric: &str) -> Option<&'static str> {
    if namespace == NAMESPACE {
        let is_told = table::ALL.iter().any(|it| it.name == metric);
        return is_told.then_some(DEPLOYMENT);
    }
    let mut known = OF_AWS.iter();
    let found = known.find(|(of, names, _)| *of == namespace && names.contains(&metric))?;
    Some(found.2)
}
