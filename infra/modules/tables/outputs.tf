output "names" {
  description = "The tables' names, as the services' configuration takes them."
  value = {
    events      = aws_dynamodb_table.events.name
    snapshots   = aws_dynamodb_table.snapshots.name
    control     = aws_dynamodb_table.control.name
    accesses    = aws_dynamodb_table.accesses.name
    checkpoints = aws_dynamodb_table.checkpoints.name
    keys        = aws_dynamodb_table.keys.name
  }
}

output "arns" {
  description = "The tables' ARNs, for the roles that may use them."
  value = {
    events      = aws_dynamodb_table.events.arn
    snapshots   = aws_dynamodb_table.snapshots.arn
    control     = aws_dynamodb_table.control.arn
    accesses    = aws_dynamodb_table.accesses.arn
    checkpoints = aws_dynamodb_table.checkpoints.arn
    keys        = aws_dynamodb_table.keys.arn
  }
}

output "events_stream_arn" {
  description = "The event table's stream, which the projector is subscribed to."
  value       = aws_dynamodb_table.events.stream_arn
}
