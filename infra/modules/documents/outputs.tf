output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.documents.id
}

output "arn" {
  description = "The bucket's ARN."
  value       = local.bucket_arn
}
