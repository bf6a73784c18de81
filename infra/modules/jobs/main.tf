# What the court's rules ask for by the calendar: commands that the service sends to itself.

module "function" {
  source = "../function"

  name                 = "${var.prefix}-jobs"
  description          = "Carries out the jobs of the calendar."
  package              = var.package
  handler              = "jobs"
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
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"]
      Resource = [var.tables.events]
    },
    {
      Sid      = "Snapshots"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.snapshots]
    },
    {
      Sid      = "Control"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = [var.tables.control]
    },
    {
      Sid      = "KeysOfPersonalValues"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.keys]
    },
    {
      Sid       = "WrapKeys"
      Action    = ["kms:Decrypt", "kms:Encrypt"]
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
