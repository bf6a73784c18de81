# What is done by the clock. A start that doesn't come about is tried again for an hour and then
# lies in the queue; a function that was started and failed reports to the same queue itself.

locals {
  targets = merge(var.functions, var.state_machines)
}

resource "aws_scheduler_schedule_group" "this" {
  name = var.prefix
  tags = var.tags
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:What a schedule hands on is the name of a task; nothing in it is worth a key.
  for_each = var.schedules

  name                         = "${var.prefix}-${each.key}"
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = each.value.description
  schedule_expression          = each.value.expression
  schedule_expression_timezone = var.timezone
  state                        = var.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.targets[each.value.target]
    role_arn = aws_iam_role.this.arn
    input    = each.value.input

    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = var.failures_queue_arn
    }
  }

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_iam_role" "this" {
  name        = "${var.prefix}-scheduler"
  description = "Of the schedules of ${var.prefix} alone."
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TheseSchedulesAlone"
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        ArnEquals    = { "aws:SourceArn" = "arn:${var.account.partition}:scheduler:${var.account.region}:${var.account.id}:schedule-group/${var.prefix}" }
        StringEquals = { "aws:SourceAccount" = var.account.id }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "what-it-needs"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Invoke"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [for name in sort(keys(var.functions)) : var.functions[name]]
      },
      {
        Sid      = "Start"
        Effect   = "Allow"
        Action   = ["states:StartExecution"]
        Resource = [for name in sort(keys(var.state_machines)) : var.state_machines[name]]
      },
      {
        Sid      = "ReportFailedStarts"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.failures_queue_arn]
      },
      {
        Sid       = "EncryptFailedStarts"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = ["sqs.${var.account.region}.amazonaws.com"] } }
      },
    ]
  })
}
