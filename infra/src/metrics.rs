//! Which metrics there are: the service's own, and those of AWS that are looked at.

/// The namespace of the service's own metrics.
pub const NAMESPACE: &str = "Casefold";

/// The dimension that every metric of the service has: the tables' prefix.
pub const DEPLOYMENT: &str = "Deployment";

/// The service's own metrics. Those of the code stand in `casefold_shared::metrics`.
pub const OWN: [&str; 24] = [
    "Commands",
    "Refusals",
    "Conflicts",
    "Failures",
    "CommandMillis",
    "ReadUnits",
    "WriteUnits",
    "StoreRequests",
    "FoldedCommits",
    "GapsRepaired",
    "DuplicatesSkipped",
    "FoldConflicts",
    "Quarantined",
    "RecordsFailed",
    "AlteredRecords",
    "UnreadableRecords",
    "LagMillis",
    "QuarantinedCases",
    "CheckpointAgeHours",
    "ReconcileDiffering",
    "ReconcileRuns",
    "RebuildCases",
    "CheckpointRefused",
    "JobFailures",
];

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
        return OWN.contains(&metric).then_some(DEPLOYMENT);
    }
    let mut known = OF_AWS.iter();
    let found = known.find(|(of, names, _)| *of == namespace && names.contains(&metric))?;
    Some(found.2)
}
