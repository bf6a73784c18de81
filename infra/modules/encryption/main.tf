# Three keys, for three reasons to hold one:
#
# - storage: what AWS keeps for us is encrypted with it, through the service that keeps it
# - personal: the keys of personal values are wrapped by it (docs/forgetting.md)
# - checkpoints: signs the heads of all cases (docs/audit.md)
#
# A key's policy lets the account administer it, and names who may use it: administrators can't
# open or sign anything without changing the policy, which CloudTrail keeps.

locals {
  root = "arn:${var.account.partition}:iam::${var.account.id}:root"

  # By name, so that a permission that KMS adds later is not given away.
  administration = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
  ]

  administer = {
    Sid       = "AdministeredByTheAccount"
    Effect    = "Allow"
    Principal = { AWS = local.root }
    Action    = local.administration
    Resource  = "*"
  }

  # What the keys of the court are bound to: `PURPOSE` in shared/src/keys/kms.rs.
  purpose = { "kms:EncryptionContext:purpose" = "casefold.court-key.v1" }
}

# --- storage -------------------------------------------------------------------------------------

resource "aws_kms_key" "storage" {
  description             = "${var.prefix}: tables, documents, queues, logs and the topic at rest"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  tags                    = var.tags
}

resource "aws_kms_alias" "storage" {
  name          = "alias/${var.prefix}-storage"
  target_key_id = aws_kms_key.storage.key_id
}

resource "aws_kms_key_policy" "storage" {
  key_id = aws_kms_key.storage.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        # Nobody uses it by itself: only through a service that keeps something, and only who is
        # allowed to by a policy of their own.
        Sid       = "UsedThroughServices"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = {
          StringEquals = {
            "kms:ViaService" = [for service in ["dynamodb", "lambda", "s3", "sns", "sqs"] : "${service}.${var.account.region}.amazonaws.com"]
          }
        }
      },
      {
        # DynamoDB and Lambda work with the key by grants of whoever makes the table or function.
        Sid       = "GrantedToServices"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = "kms:CreateGrant"
        Resource  = "*"
        Condition = {
          Bool = { "kms:GrantIsForAWSResource" = "true" }
          StringEquals = {
            "kms:ViaService" = [for service in ["dynamodb", "lambda"] : "${service}.${var.account.region}.amazonaws.com"]
          }
        }
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.account.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${var.account.partition}:logs:${var.account.region}:${var.account.id}:log-group:*"
          }
        }
      },
      {
        Sid       = "AlarmsToTheTopic"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.account.id }
        }
      },
    ]
  })
}

# --- personal values -----------------------------------------------------------------------------

resource "aws_kms_key" "personal" {
  description             = "${var.prefix}: wraps the keys of personal values"
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  tags                    = var.tags
}

resource "aws_kms_alias" "personal" {
  name          = "alias/${var.prefix}-personal"
  target_key_id = aws_kms_key.personal.key_id
}

resource "aws_kms_key_policy" "personal" {
  key_id = aws_kms_key.personal.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        Sid       = "WrapAndOpen"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = ["kms:Encrypt", "kms:Decrypt"]
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.wrapping_principals }
          StringEquals = local.purpose
        }
      },
      {
        Sid       = "Open"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = "kms:Decrypt"
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.opening_principals }
          StringEquals = local.purpose
        }
      },
    ]
  })
}

# --- checkpoints ---------------------------------------------------------------------------------

# KMS doesn't rotate keys that sign: docs/audit.md says how one follows another.
resource "aws_kms_key" "checkpoints" {
  description              = "${var.prefix}: signs checkpoints"
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
  deletion_window_in_days  = var.deletion_window_days
  tags                     = var.tags
}

resource "aws_kms_alias" "checkpoints" {
  name          = "alias/${var.prefix}-checkpoints"
  target_key_id = aws_kms_key.checkpoints.key_id
}

resource "aws_kms_key_policy" "checkpoints" {
  key_id = aws_kms_key.checkpoints.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      local.administer,
      {
        Sid       = "Sign"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = "kms:Sign"
        Resource  = "*"
        Condition = {
          ArnEquals    = { "aws:PrincipalArn" = var.signing_principals }
          StringEquals = { "kms:SigningAlgorithm" = "ECDSA_SHA_256" }
        }
      },
    ]
  })
}
