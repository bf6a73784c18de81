output "topic_arn" {
  description = "Where every alarm goes: subscribe to it."
  value       = aws_sns_topic.alarms.arn
}

output "dashboard" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarms" {
  description = "The alarms' names."
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.single : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.summed : alarm.alarm_name],
  )
}
