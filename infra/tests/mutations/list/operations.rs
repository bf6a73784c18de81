//! Mutations of what runs by itself, and what tells of it: state machines, the clock, alarms.

use super::{Mutation, mutation};

const KEYS: &str = "modules/encryption/main.tf";
const MACHINES: &str = "modules/rebuild/main.tf";
const SCHEDULES: &str = "modules/schedules/main.tf";
const ALARMS: &str = "modules/observability/alarms.tf";

pub(super) const ALL: &[Mutation] = &[
    // --- state machines
    mutation(
        "what may pass isn't tried again",
        MACHINES,
        "      \"Casefold.MayPass\",\n",
        "",
        "machines-try-steps-again-and-end",
    ),
    mutation(
        "segments are filled within one execution",
        "modules/rebuild/rebuild.tf",
        "Mode = \"DISTRIBUTED\", ExecutionType = \"STANDARD\"",
        "Mode = \"INLINE\"",
        "machines-rebuild-in-segments",
    ),
    mutation(
        "a segment that isn't ended counts as done",
        "modules/rebuild/rebuild.tf",
        "Default = \"Pause\"",
        "Default = \"SegmentEnded\"",
        "machines-rebuild-in-segments",
    ),
    mutation(
        "nobody is told of what isn't clean",
        "modules/rebuild/reconcile.tf",
        "BooleanEquals = true, Next = \"NotClean\"",
        "BooleanEquals = false, Next = \"NotClean\"",
        "machines-reconcile-and-tell",
    ),
    mutation(
        "a step is given up before the worker ends",
        "main.tf",
        "var.sizing.worker.timeout_seconds + 30",
        "var.sizing.worker.timeout_seconds - 30",
        "machines-try-steps-again-and-end",
    ),
    mutation(
        "a machine isn't traced",
        MACHINES,
        "\"reconcile\" {…enabled = true",
        "enabled = false",
        "machines-logged-and-traced",
    ),
    // --- the clock
    mutation(
        "checkpoints don't come by themselves",
        "operations.tf",
        "      input       = jsonencode({ task = \"checkpoint\" })",
        "      input       = jsonencode({ task = \"watch\" })",
        "schedules-start-what-they-should",
    ),
    mutation(
        "what did not start is lost",
        SCHEDULES,
        "    dead_letter_config {\n      arn = var.failures_queue_arn\n    }\n",
        "",
        "schedules-keep-what-did-not-start",
    ),
    mutation(
        "the schedules are off",
        "variables.tf",
        "variable \"schedules_enabled\" {…= true",
        "= false",
        "schedules-there-and-on",
    ),
    mutation(
        "checkpoints come weekly",
        "variables.tf",
        "\"cron(0 4 * * ? *)\"",
        "\"cron(0 4 ? * SUN *)\"",
        "schedules-there-and-on",
    ),
    // --- alarms
    mutation(
        "nobody learns of altered records",
        ALARMS,
        "\"altered-records\" = {",
        "\"altered\" = {",
        "alarms-for-all-that-must-be-known",
    ),
    mutation(
        "an alarm looks at a metric that isn't",
        ALARMS,
        "metric = \"IteratorAge\"",
        "metric = \"IteratorAgeMillis\"",
        "alarms-over-metrics-that-exist",
    ),
    mutation(
        "an alarm looks at another deployment",
        ALARMS,
        "deployment = { Deployment = var.prefix }",
        "deployment = { Deployment = \"court\" }",
        "alarms-over-metrics-that-exist",
    ),
    mutation(
        "an alarm rings nowhere",
        ALARMS,
        "evaluate_low_sample_count_percentiles…alarm_actions = [aws_sns_topic.alarms.arn]",
        "alarm_actions = []",
        "alarms-ring-somewhere",
    ),
    mutation(
        "silence of the watch is no alarm",
        ALARMS,
        "periods    = 3, missing = \"breaching\"",
        "periods    = 3, missing = \"notBreaching\"",
        "alarms-for-all-that-must-be-known",
    ),
    mutation(
        "a queue's alarm waits for ten",
        ALARMS,
        "dimensions = { QueueName = var.queues[\"stream\"] }\n",
        "dimensions = { QueueName = var.queues[\"stream\"] }\n        threshold = 10\n",
        "alarms-for-all-that-must-be-known",
    ),
    mutation(
        "alarms don't say what to do",
        ALARMS,
        "\"${each.value.about} What to do: docs/runbook.md#${each.value.anchor}\"\n\n  namespace",
        "each.value.about\n\n  namespace",
        "alarms-say-what-to-do",
    ),
    mutation(
        "write throttles of tables are silent",
        ALARMS,
        "[\"ReadThrottleEvents\", \"WriteThrottleEvents\"]",
        "[\"ReadThrottleEvents\"]",
        "alarms-for-all-that-must-be-known",
    ),
    mutation(
        "alarms may not use the topic's key",
        KEYS,
        "\"cloudwatch.amazonaws.com\"",
        "\"events.amazonaws.com\"",
        "alarms-ring-somewhere",
    ),
    // --- what is looked at
    mutation(
        "the dashboard shows what isn't",
        "modules/observability/dashboard.tf",
        "\"FoldedCommits\"",
        "\"CommitsFolded\"",
        "dashboard-shows-what-exists",
    ),
    mutation(
        "a question is asked of another log",
        "modules/observability/queries.tf",
        "\"slow-requests\" = {…[var.log_groups[\"access\"]]",
        "[\"/aws/lambda/court\"]",
        "questions-asked-of-logs-that-exist",
    ),
];
