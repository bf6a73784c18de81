# The content of documents. `documents/<sha256>` is written once and for ever; `incoming/` holds
# what is on its way, and is emptied after a day (shared/src/documents).

locals {
  bucket_arn = "arn:${var.account.partition}:s3:::${var.bucket}"
}

resource "aws_s3_bucket" "documents" {
  #checkov:skip=CKV_AWS_18:Who had which document is in the log of accesses and in CloudTrail; access logs would hold source addresses.
  #checkov:skip=CKV_AWS_144:Replication to another region is the operator's decision: a court's records may not leave the country.
  #checkov:skip=CKV2_AWS_62:Nothing follows from an object as such; a document counts once a commit names it.
  bucket              = var.bucket
  object_lock_enabled = var.object_lock
  force_destroy       = !var.deletion_protection
  tags                = var.tags
}

resource "aws_s3_bucket_ownership_controls" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket = aws_s3_bucket.documents.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "documents" {
  bucket = aws_s3_bucket.documents.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  rule {
    id     = "incoming"
    status = "Enabled"

    filter {
      prefix = "incoming/"
    }

    expiration {
      days = 1
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.documents]
}

resource "aws_s3_bucket_cors_configuration" "documents" {
  count = length(var.cors_origins) == 0 ? 0 : 1

  bucket = aws_s3_bucket.documents.id

  # The headers are those that an address for uploading is signed with.
  cors_rule {
    allowed_methods = ["GET", "PUT"]
    allowed_origins = var.cors_origins
    allowed_headers = ["content-type", "if-none-match", "x-amz-checksum-sha256"]
    max_age_seconds = 3600
  }
}

resource "aws_s3_bucket_policy" "documents" {
  bucket = aws_s3_bucket.documents.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "NothingInClear"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      merge(
        {
          # Not even by an administrator: whoever must, changes this policy, and CloudTrail tells.
          Sid       = "DocumentsStay"
          Effect    = "Deny"
          Principal = "*"
          Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
          Resource  = "${local.bucket_arn}/documents/*"
        },
        length(var.break_glass_principals) == 0 ? {} : {
          Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.break_glass_principals } }
        },
      ),
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.documents]
}
