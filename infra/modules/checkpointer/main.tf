# The checkpointer: verifies every hash chain and signs the heads. It alone may sign, it can't
# append a commit, and it has no key to anything personal.

module "function" {
  source = "../function"

  name                 = "${var.prefix}-checkpointer"
  description          = "Verifies the record and signs it."
  package              = var.package
  handler              = "work"
  settings             = var.settings
  memory_mb            = var.sizing.memory_mb
  timeout_seconds      = var.sizing.timeout_seconds
  reserved_concurrency = var.sizing.reserved_concurrency

  is_async                 = true
  async_failures_queue_arn = var.failures_queue_arn

  environment = merge(
    { CASEFOLD_CHECKPOINT_KMS_KEY = var.checkpoint_key_arn },
    length(var.trusted_keys) == 0 ? {} : { CASEFOLD_CHECKPOINT_TRUSTED_KEYS = join(",", var.trusted_keys) },
  )

  statements = [
    {
      Sid      = "Events"
      Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]
      Resource = [var.tables.events]
    },
    {
      Sid      = "Checkpoints"
      Action   = ["dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.checkpoints]
    },
    {
      # What the look at everything came to. Its leases are its own, in memory.
      Sid      = "Control"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem"]
      Resource = [var.tables.control]
    },
    {
      Sid      = "Sign"
      Action   = ["kms:GetPublicKey", "kms:Sign"]
      Resource = [var.checkpoint_key_arn]
    },
    {
      Sid       = "ReadEncryptedTables"
      Action    = ["kms:Decrypt"]
      Resource  = [var.settings.storage_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["dynamodb.${var.settings.account.region}.amazonaws.com"] } }
    },
  ]
}
