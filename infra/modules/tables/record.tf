# What was recorded is neither changed nor removed, by anybody in the account: not by a role with
# every permission, nor by whoever wrote it. And only who records may put an item.
#
# A put may replace an item all the same: no condition of IAM tells a new item from an old one. The
# service puts on the condition that there is none; against anybody who doesn't stand the hash
# chains, the checkpoints, and the alarm on altered records (docs/audit.md).

locals {
  record = {
    events      = aws_dynamodb_table.events.arn
    accesses    = aws_dynamodb_table.accesses.arn
    checkpoints = aws_dynamodb_table.checkpoints.arn
  }
}

resource "aws_dynamodb_resource_policy" "record" {
  for_each = var.record_policies ? local.record : {}

  resource_arn = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      merge(
        {
          Sid       = "NeverAltered"
          Effect    = "Deny"
          Principal = "*"
          Action = [
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:PartiQLDelete",
            "dynamodb:PartiQLInsert",
            "dynamodb:PartiQLUpdate",
            "dynamodb:UpdateItem",
            "dynamodb:UpdateTimeToLive",
          ]
          Resource = each.value
        },
        length(var.break_glass_principals) == 0 ? {} : {
          Condition = { ArnNotEquals = { "aws:PrincipalArn" = var.break_glass_principals } }
        },
      ),
      {
        Sid       = "RecordedByTheServiceAlone"
        Effect    = "Deny"
        Principal = "*"
        Action    = "dynamodb:PutItem"
        Resource  = each.value
        Condition = {
          ArnNotEquals = { "aws:PrincipalArn" = concat(var.record_writers[each.key], var.break_glass_principals) }
        }
      },
    ]
  })
}
