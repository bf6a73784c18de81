# The alarms: one list, one resource. Each says what is the matter and where docs/runbook.md says
# what to do. `missing` is decided for each:
#
# - notBreaching: what counts failures is silent while nothing fails
# - breaching: what should come by itself and doesn't is the failure
# - ignore: a gauge keeps its last word; whether it still comes is an alarm of its own

locals {
  deployment = { Deployment = var.prefix }

  # Of one metric. The statistic is Sum, and one period over the threshold rings, unless said otherwise.
  single = merge(
    {
      "projector-iterator-age" = {
        about     = "The projector is behind: the oldest record that waits is too old."
        anchor    = "projector-iterator-age"
        namespace = "AWS/Lambda", metric = "IteratorAge", dimensions = { FunctionName = var.functions["projector"] }
        statistic = "Maximum", threshold = var.thresholds.iterator_age_seconds * 1000
        period    = 60, periods = 3
      }
      "stream-failures" = {
        about     = "Records of the stream were given up: they lie in the queue."
        anchor    = "stream-failures"
        namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = var.queues["stream"] }
        statistic = "Maximum"
      }
      "schedule-failures" = {
        about     = "Something that the clock should start did not start, or failed: it lies in the queue."
        anchor    = "schedule-failures"
        namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", dimensions = { QueueName = var.queues["schedule"] }
        statistic = "Maximum"
      }
      "quarantine" = {
        about     = "Cases are parked: they can't be folded as they are."
        anchor    = "quarantine"
        namespace = "Casefold", metric = "QuarantinedCases", dimensions = local.deployment
        statistic = "Maximum", missing = "ignore"
      }
      "altered-records" = {
        about     = "An item of the event table was changed or removed. Nothing of the service does that."
        anchor    = "altered-records"
        namespace = "Casefold", metric = "AlteredRecords", dimensions = local.deployment
        period    = 60
      }
      "unreadable-records" = {
        about     = "The stream has records that this build can't read."
        anchor    = "unreadable-records"
        namespace = "Casefold", metric = "UnreadableRecords", dimensions = local.deployment
      }
      "checkpoint-refused" = {
        about     = "The record is not what was signed: no checkpoint was made."
        anchor    = "checkpoint-refused"
        namespace = "Casefold", metric = "CheckpointRefused", dimensions = local.deployment
      }
      "checkpoint-age" = {
        about     = "The last signed checkpoint is too old."
        anchor    = "checkpoint-missing"
        namespace = "Casefold", metric = "CheckpointAgeHours", dimensions = local.deployment
        statistic = "Maximum", threshold = var.thresholds.checkpoint_age_hours, missing = "ignore"
      }
      "checkpoint-not-run" = {
        about      = "The checkpointer was not started for too long."
        anchor     = "checkpoint-missing"
        namespace  = "AWS/Lambda", metric = "Invocations", dimensions = { FunctionName = var.functions["checkpointer"] }
        comparison = "LessThanThreshold", threshold = 1
        period     = 3600, periods = ceil(var.thresholds.checkpoint_age_hours), missing = "breaching"
      }
      "reconcile-differing" = {
        about     = "Cases are stored otherwise than their commits say."
        anchor    = "reconcile-failed"
        namespace = "Casefold", metric = "ReconcileDiffering", dimensions = local.deployment
      }
      "reconcile-not-run" = {
        about      = "No reconciliation was started for too long."
        anchor     = "reconcile-failed"
        namespace  = "AWS/States", metric = "ExecutionsStarted", dimensions = { StateMachineArn = var.state_machines["reconcile"] }
        comparison = "LessThanThreshold", threshold = 1
        period     = 3600, periods = ceil(var.thresholds.reconcile_age_hours), missing = "breaching"
      }
      "job-failures" = {
        about     = "A job of the calendar could not be carried out for some cases."
        anchor    = "job-failures"
        namespace = "Casefold", metric = "JobFailures", dimensions = local.deployment
      }
      "watch-not-running" = {
        about      = "Nobody measures how things stand: other alarms may be silent for that reason."
        anchor     = "watch-not-running"
        namespace  = "Casefold", metric = "QuarantinedCases", dimensions = local.deployment
        statistic  = "SampleCount"
        comparison = "LessThanThreshold", threshold = 1
        periods    = 3, missing = "breaching"
      }
      "api-5xx" = {
        about     = "The API fails: answers of 5xx."
        anchor    = "api-5xx"
        namespace = "AWS/ApiGateway", metric = "5xx", dimensions = { ApiId = var.api_id }
        threshold = var.thresholds.api_failures
      }
      "api-latency" = {
        about      = "The API is slow: one answer in a hundred takes too long."
        anchor     = "api-latency"
        namespace  = "AWS/ApiGateway", metric = "Latency", dimensions = { ApiId = var.api_id }
        percentile = "p99", threshold = var.thresholds.latency_millis
        periods    = 3
      }
    },
    {
      for function, name in var.functions : "${function}-errors" => {
        about     = "The function ${name} fails."
        anchor    = "function-errors"
        namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }
      }
    },
    {
      for function, name in var.functions : "${function}-throttles" => {
        about     = "The function ${name} is held back: its concurrency, or the account's, is used up."
        anchor    = "function-throttles"
        namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = name }
      }
    },
  )

  # The sum of several metrics.
  summed = merge(
    {
      for table, name in var.tables : "${table}-table-throttles" => {
        about      = "DynamoDB holds back requests to the table ${name}."
        anchor     = "table-throttles"
        namespace  = "AWS/DynamoDB", metrics = ["ReadThrottleEvents", "WriteThrottleEvents"]
        dimensions = { TableName = name }
      }
    },
    {
      for machine, arn in var.state_machines : "${machine}-failed" => {
        about      = "An execution of the state machine ${var.prefix}-${machine} did not succeed."
        anchor     = "${machine}-failed"
        namespace  = "AWS/States", metrics = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"]
        dimensions = { StateMachineArn = arn }
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "single" {
  for_each = local.single

  alarm_name        = "${var.prefix}-${each.key}"
  alarm_description = "${each.value.about} What to do: docs/runbook.md#${each.value.anchor}"

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = try(each.value.percentile, null) == null ? try(each.value.statistic, "Sum") : null
  extended_statistic  = try(each.value.percentile, null)
  comparison_operator = try(each.value.comparison, "GreaterThanThreshold")
  threshold           = try(each.value.threshold, 0)
  period              = try(each.value.period, 300)
  evaluation_periods  = try(each.value.periods, 1)
  datapoints_to_alarm = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")

  # With few answers a percentile says little.
  evaluate_low_sample_count_percentiles = try(each.value.percentile, null) == null ? null : "ignore"

  alarm_actions = [aws_sns_topic.alarms.arn]
  ok_actions    = [aws_sns_topic.alarms.arn]
  tags          = var.tags
}

resource "aws_cloudwatch_metric_alarm" "summed" {
  for_each = local.summed

  alarm_name        = "${var.prefix}-${each.key}"
  alarm_description = "${each.value.about} What to do: docs/runbook.md#${each.value.anchor}"

  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "all"
    label       = each.key
    expression  = join(" + ", [for metric in each.value.metrics : "FILL(${lower(metric)}, 0)"])
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = lower(metric_query.value)
      return_data = false

      metric {
        namespace   = each.value.namespace
        metric_name = metric_query.value
        dimensions  = each.value.dimensions
        period      = 300
        stat        = "Sum"
      }
    }
  }

  alarm_actions = [aws_sns_topic.alarms.arn]
  ok_actions    = [aws_sns_topic.alarms.arn]
  tags          = var.tags
}
