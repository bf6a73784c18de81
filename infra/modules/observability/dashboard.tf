# One page: what the court notices first, then what is behind it.

locals {
  # A row of widgets: a title, a statistic, and metrics as [namespace, name, dimension, value, …].
  widgets = [
    { title = "Commands and refusals", stat = "Sum", metrics = [for name in ["Commands", "Refusals", "Conflicts", "DecidedBehind", "Failures"] : ["Casefold", name, "Deployment", var.prefix]] },
    { title = "A command takes (p50, p99; ms)", stat = "p99", metrics = [["Casefold", "CommandMillis", "Deployment", var.prefix, { stat = "p50" }], ["Casefold", "CommandMillis", "Deployment", var.prefix]] },
    { title = "The API's answers", stat = "Sum", metrics = [for name in ["Count", "4xx", "5xx"] : ["AWS/ApiGateway", name, "ApiId", var.api_id]] },
    { title = "The API's latency (p99; ms)", stat = "p99", metrics = [["AWS/ApiGateway", "Latency", "ApiId", var.api_id], ["AWS/ApiGateway", "IntegrationLatency", "ApiId", var.api_id]] },
    { title = "Folded", stat = "Sum", metrics = [for name in ["FoldedCommits", "GapsRepaired", "DuplicatesSkipped", "FoldConflicts", "RecordsFailed"] : ["Casefold", name, "Deployment", var.prefix]] },
    { title = "From recorded to folded (p99; ms)", stat = "p99", metrics = [["Casefold", "LagMillis", "Deployment", var.prefix], ["AWS/Lambda", "IteratorAge", "FunctionName", var.functions["projector"], { stat = "Maximum" }]] },
    { title = "Nothing of this should be", stat = "Maximum", metrics = [for name in ["QuarantinedCases", "AlteredRecords", "UnreadableRecords", "ReconcileDiffering", "CheckpointRefused", "JobFailures"] : ["Casefold", name, "Deployment", var.prefix]] },
    { title = "Failures waiting for somebody", stat = "Maximum", metrics = [for which in sort(keys(var.queues)) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queues[which]]] },
    { title = "The last checkpoint's age (h)", stat = "Maximum", metrics = [["Casefold", "CheckpointAgeHours", "Deployment", var.prefix]] },
    { title = "Rebuilt cases", stat = "Sum", metrics = [["Casefold", "RebuildCases", "Deployment", var.prefix], ["Casefold", "ReconcileRuns", "Deployment", var.prefix]] },
    { title = "Functions: errors", stat = "Sum", metrics = [for which in sort(keys(var.functions)) : ["AWS/Lambda", "Errors", "FunctionName", var.functions[which]]] },
    { title = "Functions: at once", stat = "Maximum", metrics = [for which in sort(keys(var.functions)) : ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", var.functions[which]]] },
    { title = "Functions: duration (p99; ms)", stat = "p99", metrics = [for which in sort(keys(var.functions)) : ["AWS/Lambda", "Duration", "FunctionName", var.functions[which]]] },
    { title = "Capacity as DynamoDB reports it", stat = "Sum", metrics = [for name in ["ReadUnits", "WriteUnits", "StoreRequests"] : ["Casefold", name, "Deployment", var.prefix]] },
    { title = "Tables: units read", stat = "Sum", metrics = [for which in sort(keys(var.tables)) : ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", var.tables[which]]] },
    { title = "Tables: units written", stat = "Sum", metrics = [for which in sort(keys(var.tables)) : ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", var.tables[which]]] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix

  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type   = "metric"
      x      = (index % 2) * 12
      y      = floor(index / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = widget.title
        region  = var.account.region
        view    = "timeSeries"
        period  = 300
        stat    = widget.stat
        metrics = widget.metrics
      }
    }]
  })
}
