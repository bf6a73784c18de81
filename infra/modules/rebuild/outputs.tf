output "rebuild_arn" {
  description = "The state machine that fills a generation."
  value       = aws_sfn_state_machine.rebuild.arn
}

output "reconcile_arn" {
  description = "The state machine that compares every live generation with its commits."
  value       = aws_sfn_state_machine.reconcile.arn
}

output "log_group_names" {
  description = "The names of the machines' log groups."
  value       = { for which, group in aws_cloudwatch_log_group.machine : which => group.name }
}
