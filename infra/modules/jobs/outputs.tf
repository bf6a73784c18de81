output "function_name" {
  description = "The function's name."
  value       = module.function.name
}

output "function_arn" {
  description = "The function's ARN."
  value       = module.function.arn
}

output "role_arn" {
  description = "The ARN of the function's role."
  value       = module.function.role_arn
}

output "log_group_name" {
  description = "The name of the function's log group."
  value       = module.function.log_group_name
}
