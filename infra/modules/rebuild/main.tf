# Two state machines over the worker. Nothing of a case passes through them: projections,
# generations, segments and counts alone, so their logs may hold what passes.

locals {
  names = {
    rebuild   = "${var.prefix}-rebuild"
    reconcile = "${var.prefix}-reconcile"
  }

  arns = { for which, name in local.names : which => "arn:${var.account.partition}:states:${var.account.region}:${var.account.id}:stateMachine:${name}" }

  invoke = "arn:${var.account.partition}:states:::lambda:invoke"

  # What may pass is tried again: what the worker says may, and Lambda's own failures. A worker that
  # was ended in a step left a lease, which runs out within the pauses.
  retry = [{
    ErrorEquals = [
      "Casefold.MayPass",
      "Lambda.ServiceException",
      "Lambda.AWSLambdaException",
      "Lambda.SdkClientException",
      "Lambda.TooManyRequestsException",
      "Lambda.Unknown",
      "Sandbox.Timedout",
      "States.Timeout",
    ]
    IntervalSeconds = 5
    BackoffRate     = 2
    MaxAttempts     = 6
    MaxDelaySeconds = 120
    JitterStrategy  = "FULL"
  }]
}

# --- the machines --------------------------------------------------------------------------------

resource "aws_sfn_state_machine" "rebuild" {
  name       = local.names.rebuild
  role_arn   = aws_iam_role.machine["rebuild"].arn
  type       = "STANDARD"
  tags       = var.tags
  definition = jsonencode(local.rebuild)

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.machine["rebuild"].arn}:*"
    level                  = "ALL"
    include_execution_data = true
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.machine]
}

resource "aws_sfn_state_machine" "reconcile" {
  name       = local.names.reconcile
  role_arn   = aws_iam_role.machine["reconcile"].arn
  type       = "STANDARD"
  tags       = var.tags
  definition = jsonencode(local.reconcile)

  logging_configuration {
    log_destination        = "${aws_cloudwatch_log_group.machine["reconcile"].arn}:*"
    level                  = "ALL"
    include_execution_data = true
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.machine]
}

# The name begins as AWS asks of logs that many machines write, so that no policy grows with them.
resource "aws_cloudwatch_log_group" "machine" {
  for_each = local.names

  name              = "/aws/vendedlogs/states/${each.value}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

# --- their roles ---------------------------------------------------------------------------------

resource "aws_iam_role" "machine" {
  for_each = local.names

  name        = each.value
  description = "Of the state machine ${each.value} alone."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ThisMachineAlone"
      Effect    = "Allow"
      Principal = { Service = "states.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = local.arns[each.key] }
        StringEquals = { "aws:SourceAccount" = var.account.id }
      }
    }]
  })
}

resource "aws_iam_role_policy" "machine" {
  for_each = local.names

  name = "what-it-needs"
  role = aws_iam_role.machine[each.key].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "Step"
          Effect   = "Allow"
          Action   = ["lambda:InvokeFunction"]
          Resource = [var.worker_arn]
        },
        {
          # CloudWatch's delivery of logs knows no resources: AWS asks for these as they are.
          Sid    = "DeliverLogs"
          Effect = "Allow"
          Action = [
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
          ]
          Resource = ["*"]
        },
        {
          Sid      = "Trace"
          Effect   = "Allow"
          Action   = ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource = ["*"]
        },
      ],
      # A distributed map runs each item as an execution of the same machine.
      each.key != "rebuild" ? [] : [
        {
          Sid      = "StartSegments"
          Effect   = "Allow"
          Action   = ["states:StartExecution"]
          Resource = [local.arns.rebuild]
        },
        {
          Sid      = "FollowSegments"
          Effect   = "Allow"
          Action   = ["states:DescribeExecution", "states:StopExecution"]
          Resource = ["arn:${var.account.partition}:states:${var.account.region}:${var.account.id}:execution:${local.names.rebuild}/*"]
        },
      ],
    )
  })
}
