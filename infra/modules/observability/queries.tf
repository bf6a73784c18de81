# Questions to the logs, stored for CloudWatch Logs Insights.

locals {
  all_functions = [for which in sort(keys(var.functions)) : var.log_groups[which]]

  queries = {
    "follow-a-correlation-id" = {
      groups = local.all_functions
      query  = <<-EOT
        # Put the correlation id from an answer's header, or from a commit, in place of the dots.
        fields @timestamp, @log, level, message, @message
        | filter @message like /…/
        | sort @timestamp asc
        | limit 1000
      EOT
    }
    "refusals-by-code" = {
      groups = [var.log_groups["command-api"]]
      query  = <<-EOT
        # The metric lines: each is of one command.
        filter ispresent(Refusals) and ispresent(Code)
        | stats sum(Refusals) as refusals by Code
        | sort refusals desc
      EOT
    }
    "slow-requests" = {
      groups = [var.log_groups["access"]]
      query  = <<-EOT
        fields @timestamp, requestId, httpMethod, routeKey, status, responseLatency
        | filter responseLatency > 1000
        | sort responseLatency desc
        | limit 200
      EOT
    }
    "failed-requests" = {
      groups = [var.log_groups["access"]]
      query  = <<-EOT
        fields @timestamp, requestId, httpMethod, routeKey, status, integrationStatus, integrationError, authorizerError
        | filter status >= 500
        | sort @timestamp desc
        | limit 200
      EOT
    }
    "quarantines" = {
      groups = [var.log_groups["projector"], var.log_groups["worker"]]
      query  = <<-EOT
        fields @timestamp, level, message, docket_number, version, reason
        | filter message like /parked/
        | sort @timestamp desc
        | limit 200
      EOT
    }
    "warnings-and-errors" = {
      groups = local.all_functions
      query  = <<-EOT
        fields @timestamp, @log, level, message, @message
        | filter level in ["WARN", "ERROR"]
        | sort @timestamp desc
        | limit 500
      EOT
    }
  }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = { for name, query in local.queries : name => query if var.stored_queries }

  name            = "${var.prefix}/${each.key}"
  log_group_names = each.value.groups
  query_string    = each.value.query
}
