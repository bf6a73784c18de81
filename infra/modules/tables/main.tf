# The tables. Their keys and suffixes are those of the DynamoDB code in `shared`, and a test
# of this folder's crate holds the two together.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

# What happened: one item a commit, never changed and never deleted. Everything else can be derived
# from it. The stream wakes the projector; a commit carries all that a fold needs, and nothing is
# ever overwritten, so the new image is enough.
resource "aws_dynamodb_table" "events" {
  name         = "${var.prefix}-events"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "N"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

# What is derived: the projections, each under its name and generation. It can be thrown away and
# replayed. It tells personal data in clear, so it has no recovery to a point in time: there,
# whoever was forgotten would be told of for five weeks more.
resource "aws_dynamodb_table" "snapshots" {
  #checkov:skip=CKV_AWS_28:It would keep for five weeks what was forgotten: docs/forgetting.md.
  name         = "${var.prefix}-snapshots"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = false
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

# What is neither: docket-number counter, generation pointers, leases, checkpoints, operations log.
resource "aws_dynamodb_table" "control" {
  name         = "${var.prefix}-control"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

# The keys under which personal values in events are encrypted. Destroying one is how somebody is
# forgotten, so there is no recovery to a point in time: it would keep destroyed keys for five
# weeks. Losing the table loses the personal data: deletion protection, and backups of the
# operator's own that end with each act of forgetting (docs/forgetting.md).
resource "aws_dynamodb_table" "keys" {
  #checkov:skip=CKV_AWS_28:It would keep for five weeks what was forgotten: docs/forgetting.md.
  name         = "${var.prefix}-keys"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = false
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

# Who looked at what is sealed, and who asked across cases: one item an access, never changed and
# never deleted, like the commits. No role needs more on it than to put, get, query and scan.
resource "aws_dynamodb_table" "accesses" {
  name         = "${var.prefix}-accesses"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "N"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}

# What was signed: checkpoints over the heads of all cases, with what they stand over. As in the
# event table, nothing is ever changed or deleted: the roles that write it need PutItem alone.
resource "aws_dynamodb_table" "checkpoints" {
  name         = "${var.prefix}-checkpoints"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  tags = var.tags
}
