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

output "api_id" {
  description = "The HTTP API's id, under which its metrics are."
  value       = aws_apigatewayv2_api.this.id
}

output "url" {
  description = "Where the API answers."
  value       = aws_apigatewayv2_stage.default.invoke_url
}

output "access_log_group_name" {
  description = "The name of the log group of the API's requests."
  value       = aws_cloudwatch_log_group.access.name
}
