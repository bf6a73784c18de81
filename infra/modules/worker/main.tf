# The worker: rebuilds and reconciles generations, a step an invocation, and tells how things stand.

module "function" {
  source = "../function"

  name                 = "${var.prefix}-worker"
  description          = "Rebuilds and reconciles projections, and measures how things stand."
  package              = var.package
  handler              = "work"
  settings             = var.settings
  memory_mb            = var.sizing.memory_mb
  timeout_seconds      = var.sizing.timeout_seconds
  reserved_concurrency = var.sizing.reserved_concurrency

  is_async                 = true
  async_failures_queue_arn = var.failures_queue_arn

  environment = {
    CASEFOLD_KMS_KEY = var.personal_key_arn
  }

  statements = [
    {
      Sid      = "Events"
      Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
      Resource = [var.tables.events]
    },
    {
      Sid      = "Snapshots"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.snapshots]
    },
    {
      # Leases are updated.
      Sid      = "Control"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
      Resource = [var.tables.control]
    },
    {
      # How old the last checkpoint is.
      Sid      = "Checkpoints"
      Action   = ["dynamodb:Query"]
      Resource = [var.tables.checkpoints]
    },
    {
      Sid      = "KeysOfPersonalValues"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
      Resource = [var.tables.keys]
    },
    {
      Sid       = "OpenKeys"
      Action    = ["kms:Decrypt"]
      Resource  = [var.personal_key_arn]
      Condition = { StringEquals = { "kms:EncryptionContext:purpose" = ["casefold.court-key.v1"] } }
    },
    {
      Sid       = "ReadEncryptedTables"
      Action    = ["kms:Decrypt"]
      Resource  = [var.settings.storage_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.settings.account.region}.amazonaws.com"] } }
    },
  ]
}
