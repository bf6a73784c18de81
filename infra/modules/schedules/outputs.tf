output "names" {
  description = "The schedules' names."
  value       = [for schedule in aws_scheduler_schedule.this : schedule.name]
}
