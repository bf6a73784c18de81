//! Mutations of who works on it: functions, the API, the mapping, roles.

use super::{Mutation, mutation};

const DOCUMENTS: &str = "modules/documents/main.tf";
const FUNCTION: &str = "modules/function/main.tf";
const API: &str = "modules/command-api/main.tf";
const PROJECTOR: &str = "modules/projector/main.tf";
const MACHINES: &str = "modules/rebuild/main.tf";

pub(super) const ALL: &[Mutation] = &[
    // --- functions
    mutation(
        "a function's log is kept for ever",
        FUNCTION,
        "  retention_in_days = var.settings.log_retention_days\n",
        "",
        "functions-have-logs-that-are-kept",
    ),
    mutation(
        "a function's log is elsewhere",
        FUNCTION,
        "\"/aws/lambda/${var.name}\"",
        "\"/lambda/${var.name}\"",
        "functions-have-logs-that-are-kept",
    ),
    mutation(
        "the projector lacks the master key",
        PROJECTOR,
        "    CASEFOLD_KMS_KEY = var.personal_key_arn\n",
        "",
        "functions-have-their-variables",
    ),
    mutation(
        "metrics are off",
        "main.tf",
        "\"emf\"",
        "\"off\"",
        "functions-have-their-variables",
    ),
    mutation(
        "the projector serves the worker's handler",
        PROJECTOR,
        "= \"stream\"",
        "= \"work\"",
        "functions-serve-their-handlers",
    ),
    mutation(
        "functions aren't traced",
        FUNCTION,
        "\"Active\"",
        "\"PassThrough\"",
        "functions-traced-and-not-stopped",
    ),
    mutation(
        "a function isn't renewed with its package",
        FUNCTION,
        "try(filebase64sha256(var.package), null)",
        "null",
        "functions-serve-their-handlers",
    ),
    mutation(
        "failed jobs are lost",
        "modules/jobs/main.tf",
        "is_async                 = true",
        "is_async                 = false",
        "functions-report-failed-events",
    ),
    mutation(
        "the worker is ended after a minute",
        "variables.tf",
        "worker = optional(object({…optional(number, 900)",
        "optional(number, 60)",
        "functions-have-time",
    ),
    // --- the API
    mutation(
        "any page calls the API",
        API,
        "= var.cors_origins",
        "= [\"*\"]",
        "api-called-from-named-pages",
    ),
    mutation(
        "any page reaches the bucket",
        DOCUMENTS,
        "allowed_origins = var.cors_origins",
        "allowed_origins = [\"*\"]",
        "bucket-reached-from-named-pages",
    ),
    mutation(
        "whatever has no route is open",
        API,
        "= \"$default\"\n  target…\"JWT\"",
        "\"NONE\"",
        "api-lets-nobody-in-without-a-token",
    ),
    mutation(
        "everything below /v1 is open",
        API,
        "\"GET /readyz\"",
        "\"GET /v1/{proxy+}\"",
        "api-lets-nobody-in-without-a-token",
    ),
    mutation(
        "any API may invoke the function",
        API,
        "  source_arn    = \"${aws_apigatewayv2_api.this.execution_arn}/*/*\"\n",
        "",
        "api-invokes-the-command-api-alone",
    ),
    mutation(
        "the access log has addresses",
        API,
        "\"$context.routeKey\"",
        "\"$context.identity.sourceIp\"",
        "api-log-tells-of-nobody",
    ),
    mutation(
        "API Gateway gives up first",
        API,
        "gateway_timeout_millis = 29000",
        "gateway_timeout_millis = 20000",
        "api-waits-longer-than-the-function-runs",
    ),
    mutation(
        "the API takes any number of requests",
        API,
        "    throttling_burst_limit   = var.throttling.burst\n",
        "",
        "api-throttled",
    ),
    mutation(
        "the function outlives the API",
        "variables.tf",
        "timeout_seconds      = optional(number, 28)",
        "timeout_seconds      = optional(number, 30)",
        "terraform",
    ),
    // --- the mapping
    mutation(
        "folding begins with what is new",
        PROJECTOR,
        "\"TRIM_HORIZON\"",
        "\"LATEST\"",
        "mapping-from-the-first-record",
    ),
    mutation(
        "one record fails its whole batch",
        PROJECTOR,
        "[\"ReportBatchItemFailures\"]",
        "null",
        "mapping-reports-single-records",
    ),
    mutation(
        "batches aren't halved",
        PROJECTOR,
        "bisect_batch_on_function_error = true",
        "bisect_batch_on_function_error = false",
        "mapping-reports-single-records",
    ),
    mutation(
        "a batch is tried for ever",
        PROJECTOR,
        "maximum_retry_attempts         = var.mapping.retries",
        "maximum_retry_attempts         = -1",
        "mapping-ends-its-tries",
    ),
    mutation(
        "a record is tried until the stream drops it",
        "variables.tf",
        "optional(number, 43200)",
        "optional(number, 86400)",
        "mapping-ends-its-tries",
    ),
    mutation(
        "the mapping reads records of one kind",
        PROJECTOR,
        "  function_response_types ",
        "  filter_criteria {\n    filter {\n      pattern = jsonencode({ eventName = [\"INSERT\"] })\n    }\n  }\n\n  function_response_types ",
        "mapping-from-stream-to-projector",
    ),
    mutation(
        "what was given up goes nowhere",
        PROJECTOR,
        "  destination_config {\n    on_failure {\n      destination_arn = module.failures.arn\n    }\n  }\n",
        "",
        "mapping-keeps-what-failed",
    ),
    mutation(
        "what was given up is kept for four days",
        "modules/queue/main.tf",
        "1209600",
        "345600",
        "queues-kept-and-in-no-clear",
    ),
    // --- roles
    mutation(
        "a role may do all with snapshots",
        "modules/worker/main.tf",
        "\"Snapshots\"…\"dynamodb:DeleteItem\"",
        "\"dynamodb:*\"",
        "roles-without-wildcards",
    ),
    mutation(
        "a role may read any table",
        PROJECTOR,
        "      Resource = [var.tables.snapshots]",
        "      Resource = [\"*\"]",
        "roles-without-wildcards",
    ),
    mutation(
        "the projector can't read the stream",
        PROJECTOR,
        "\"dynamodb:DescribeStream\", \"dynamodb:GetRecords\", ",
        "\"dynamodb:DescribeStream\", ",
        "roles-allow-what-is-called",
    ),
    mutation(
        "the projector can't report what it gave up",
        PROJECTOR,
        "[\"sqs:SendMessage\"]",
        "[\"sqs:GetQueueUrl\"]",
        "roles-allow-what-is-called",
    ),
    mutation(
        "any machine takes the machines' roles",
        MACHINES,
        "        ArnEquals    = { \"aws:SourceArn\" = local.arns[each.key] }\n",
        "",
        "roles-taken-by-their-service-alone",
    ),
    mutation(
        "two functions have one role",
        FUNCTION,
        "  role          = aws_iam_role.this.arn",
        "  role          = \"arn:aws:iam::123456789012:role/court\"",
        "roles-of-one-each",
    ),
    mutation(
        "the role of a function may take any action but one",
        FUNCTION,
        "        Action   = statement.Action\n",
        "        NotAction = statement.Action\n",
        "roles-can-be-judged",
    ),
];
