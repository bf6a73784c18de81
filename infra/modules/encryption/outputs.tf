output "storage_key_arn" {
  description = "The key of what is kept at rest."
  value       = aws_kms_key.storage.arn
}

output "personal_key_arn" {
  description = "The master key of personal values. Keys of the court are stored with this name, so it must stay the same."
  value       = aws_kms_key.personal.arn
}

output "checkpoint_key_arn" {
  description = "The key that signs checkpoints."
  value       = aws_kms_key.checkpoints.arn
}
