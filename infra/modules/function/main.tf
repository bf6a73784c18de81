# One function with a role of its own, its log group and nothing that it doesn't need.

locals {
  statements = concat(
    [for statement in var.statements : merge(
      {
        Sid      = statement.Sid
        Effect   = "Allow"
        Action   = statement.Action
        Resource = statement.Resource
      },
      length(statement.Condition) == 0 ? {} : { Condition = statement.Condition },
    )],
    [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      },
      {
        # X-Ray knows no resources: this is the narrowest there is.
        Sid      = "Trace"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = ["*"]
      },
      {
        # Said outright, so that no statement added later can take it away: what was recorded is
        # neither changed nor removed, nor is what keeps it so.
        Sid    = "NeverAlterTheRecord"
        Effect = "Deny"
        Action = [
          "dynamodb:BatchWriteItem",
          "dynamodb:DeleteItem",
          "dynamodb:DeleteResourcePolicy",
          "dynamodb:DeleteTable",
          "dynamodb:PartiQL*",
          "dynamodb:PutResourcePolicy",
          "dynamodb:UpdateContinuousBackups",
          "dynamodb:UpdateItem",
          "dynamodb:UpdateTable",
          "dynamodb:UpdateTimeToLive",
        ]
        Resource = concat(
          var.settings.record_table_arns,
          [for arn in var.settings.record_table_arns : "${arn}/*"],
        )
      },
    ],
    [for statement in [
      {
        Sid      = "ReportFailedEvents"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.async_failures_queue_arn]
      },
      {
        Sid       = "EncryptFailedEvents"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.settings.storage_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = ["sqs.${var.settings.account.region}.amazonaws.com"] } }
      },
    ] : statement if var.is_async],
  )
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.settings.log_retention_days
  kms_key_id        = var.settings.storage_key_arn
  tags              = var.settings.tags
}

resource "aws_iam_role" "this" {
  name        = var.name
  description = "Of the function ${var.name} alone."
  tags        = var.settings.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LambdaAlone"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "what-it-needs"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = local.statements
  })
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Where nobody waits for an invocation, what failed goes to a queue by its event invoke config, and records of the stream by their mapping.
  #checkov:skip=CKV_AWS_117:Nothing in a network of the account's own is reached; outside of one, a function reaches AWS's services and has no address.
  #checkov:skip=CKV_AWS_272:Whoever deploys builds the packages; a signing profile belongs to them.
  function_name = var.name
  description   = var.description
  role          = aws_iam_role.this.arn

  runtime          = "provided.al2023"
  architectures    = [var.settings.architecture]
  handler          = var.handler
  filename         = var.package
  source_code_hash = try(filebase64sha256(var.package), null)

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  kms_key_arn                    = var.settings.storage_key_arn
  tags                           = var.settings.tags

  environment {
    variables = merge(var.settings.environment, var.environment)
  }

  logging_config {
    log_format = "Text" # the function writes JSON lines itself, and metrics among them
    log_group  = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.package)
      error_message = "There is no package at ${var.package}: build the packages first (infra/README.md), or set packages_dir."
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

# Whoever invokes without waiting learns of a failure from the queue alone.
resource "aws_lambda_function_event_invoke_config" "this" {
  count = var.is_async ? 1 : 0

  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = 2
  maximum_event_age_in_seconds = 3600

  destination_config {
    on_failure {
      destination = var.async_failures_queue_arn
    }
  }
}
