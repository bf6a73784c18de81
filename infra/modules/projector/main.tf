# The projector: woken by the event table's stream, it folds commits into snapshots.

module "failures" {
  source = "../queue"

  name        = "${var.prefix}-stream-failures"
  kms_key_arn = var.settings.storage_key_arn
  account     = var.settings.account
  tags        = var.settings.tags
}

module "function" {
  source = "../function"

  name                 = "${var.prefix}-projector"
  description          = "Folds commits from the event table's stream into snapshots."
  package              = var.package
  handler              = "stream"
  settings             = var.settings
  memory_mb            = var.sizing.memory_mb
  timeout_seconds      = var.sizing.timeout_seconds
  reserved_concurrency = var.sizing.reserved_concurrency

  environment = {
    CASEFOLD_KMS_KEY = var.personal_key_arn
  }

  statements = [
    {
      Sid      = "Stream"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
      Resource = [var.stream_arn]
    },
    {
      # Lambda looks for the table's streams before it reads one of them.
      Sid      = "FindStream"
      Action   = ["dynamodb:ListStreams"]
      Resource = ["${var.tables.events}/stream/*"]
    },
    {
      # Gaps are read. The scan is to see whether there is a case at all.
      Sid      = "Events"
      Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
      Resource = [var.tables.events]
    },
    {
      Sid      = "Snapshots"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.snapshots]
    },
    {
      Sid      = "Control"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = [var.tables.control]
    },
    {
      Sid      = "KeysOfPersonalValues"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
      Resource = [var.tables.keys]
    },
    {
      Sid       = "OpenKeys"
      Action    = ["kms:Decrypt"]
      Resource  = [var.personal_key_arn]
      Condition = { StringEquals = { "kms:EncryptionContext:purpose" = ["casefold.court-key.v1"] } }
    },
    {
      Sid       = "ReadEncryptedTables"
      Action    = ["kms:Decrypt"]
      Resource  = [var.settings.storage_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.settings.account.region}.amazonaws.com"] } }
    },
    {
      Sid      = "ReportFailedRecords"
      Action   = ["sqs:SendMessage"]
      Resource = [module.failures.arn]
    },
    {
      Sid       = "EncryptFailedRecords"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.settings.storage_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["sqs.${var.settings.account.region}.amazonaws.com"] } }
    },
  ]
}

# From the oldest record there is: a commit that is older than the mapping is folded too. What a
# batch fails on is halved and tried again, and after the last try its place in the stream goes to
# the queue; the case itself is mended by the next commit on it, or by reconciling.
resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn = var.stream_arn
  function_name    = module.function.arn

  starting_position                  = "TRIM_HORIZON"
  batch_size                         = var.mapping.batch_size
  maximum_batching_window_in_seconds = var.mapping.window_seconds
  parallelization_factor             = var.mapping.parallelization_factor

  function_response_types        = ["ReportBatchItemFailures"]
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = var.mapping.retries
  maximum_record_age_in_seconds  = var.mapping.record_age_seconds

  destination_config {
    on_failure {
      destination_arn = module.failures.arn
    }
  }
}
