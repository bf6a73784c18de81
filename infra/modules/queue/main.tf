# A queue of what failed, for people to look at: nothing takes from it by itself, so an alarm rings
# while anything is in it.
resource "aws_sqs_queue" "this" {
  name                       = var.name
  message_retention_seconds  = 1209600 # 14 days, the most that SQS gives
  visibility_timeout_seconds = 300     # for whoever looks at a message and puts it back
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NothingInClear"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${var.name}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
