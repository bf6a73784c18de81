# The command API: a function behind an HTTP API that lets nobody in without a token.

locals {
  # What a function must be able to end by itself before it is ended: see the service's own limit
  # of 25 seconds (command-api/src/http) and API Gateway's of 30.
  gateway_timeout_millis = 29000

  open_routes = ["GET /healthz", "GET /readyz", "GET /openapi.json", "GET /docs", "GET /docs/{proxy+}"]
}

module "function" {
  source = "../function"

  name                 = "${var.prefix}-command-api"
  description          = "Decides commands, answers queries."
  package              = var.package
  handler              = "http"
  settings             = var.settings
  memory_mb            = var.sizing.memory_mb
  timeout_seconds      = var.sizing.timeout_seconds
  reserved_concurrency = var.sizing.reserved_concurrency

  environment = {
    CASEFOLD_KMS_KEY           = var.personal_key_arn
    CASEFOLD_DOCUMENTS_BUCKET  = var.documents.bucket
    CASEFOLD_REQUIRE_DOCUMENTS = tostring(var.documents.required)
    CASEFOLD_JWT_ISSUER        = var.jwt.issuer
  }

  statements = [
    {
      # Appends and reads; scans where the counter was lost, and to see whether there is a case.
      Sid      = "Events"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"]
      Resource = [var.tables.events]
    },
    {
      # Reads what the projector folded. It puts the mark of a new court's first contents.
      Sid      = "Snapshots"
      Action   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.snapshots]
    },
    {
      # The counter, claims of command ids, and which generations there are.
      Sid      = "Control"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
      Resource = [var.tables.control]
    },
    {
      Sid      = "Accesses"
      Action   = ["dynamodb:PutItem", "dynamodb:Query"]
      Resource = [var.tables.accesses]
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
    {
      Sid       = "EncryptDocuments"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = [var.settings.storage_key_arn]
      Condition = { StringEquals = { "kms:ViaService" = ["s3.${var.settings.account.region}.amazonaws.com"] } }
    },
    {
      # Any key: older records name their documents otherwise than by digest.
      Sid      = "ReadDocuments"
      Action   = ["s3:GetObject"]
      Resource = ["${var.documents.arn}/*"]
    },
    {
      Sid      = "WriteDocuments"
      Action   = ["s3:AbortMultipartUpload", "s3:PutObject"]
      Resource = ["${var.documents.arn}/documents/*", "${var.documents.arn}/incoming/*"]
    },
    {
      Sid      = "EndIncoming"
      Action   = ["s3:DeleteObject"]
      Resource = ["${var.documents.arn}/incoming/*"]
    },
    {
      # Without it S3 answers 403 where there is no object, instead of 404.
      Sid      = "TellWhatIsNotThere"
      Action   = ["s3:ListBucket"]
      Resource = [var.documents.arn]
    },
  ]
}

resource "aws_apigatewayv2_api" "this" {
  name          = "${var.prefix}-command-api"
  description   = "Casefold: commands and queries."
  protocol_type = "HTTP"
  tags          = var.settings.tags

  dynamic "cors_configuration" {
    for_each = length(var.cors_origins) == 0 ? [] : [true]

    content {
      allow_origins  = var.cors_origins
      allow_methods  = ["GET", "POST"]
      allow_headers  = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-audit-reason", "x-correlation-id"]
      expose_headers = ["etag", "location", "x-correlation-id"]
      max_age        = 3600
    }
  }
}

resource "aws_apigatewayv2_authorizer" "jwt" {
  api_id           = aws_apigatewayv2_api.this.id
  name             = "jwt"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]

  jwt_configuration {
    issuer   = var.jwt.issuer
    audience = var.jwt.audience
  }
}

resource "aws_apigatewayv2_integration" "function" {
  api_id                 = aws_apigatewayv2_api.this.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.function.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = local.gateway_timeout_millis
}

# Whatever isn't named below needs a token, also what a later version adds.
resource "aws_apigatewayv2_route" "guarded" {
  api_id             = aws_apigatewayv2_api.this.id
  route_key          = "$default"
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "JWT"
  authorizer_id      = aws_apigatewayv2_authorizer.jwt.id
}

# Whether it lives, and its documentation: nothing of any case.
resource "aws_apigatewayv2_route" "open" {
  #checkov:skip=CKV_AWS_309:Health and documentation tell nothing of any case, and are asked before there is a token.
  for_each = toset(local.open_routes)

  api_id             = aws_apigatewayv2_api.this.id
  route_key          = each.value
  target             = "integrations/${aws_apigatewayv2_integration.function.id}"
  authorization_type = "NONE"
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.prefix}-command-api"
  retention_in_days = var.settings.log_retention_days
  kms_key_id        = var.settings.storage_key_arn
  tags              = var.settings.tags
}

resource "aws_apigatewayv2_stage" "default" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
  tags        = var.settings.tags

  # Neither addresses nor who it was, nor paths and queries, in which a name may stand.
  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      requestId         = "$context.requestId"
      requestTime       = "$context.requestTime"
      httpMethod        = "$context.httpMethod"
      routeKey          = "$context.routeKey"
      status            = "$context.status"
      responseLength    = "$context.responseLength"
      responseLatency   = "$context.responseLatency"
      integrationStatus = "$context.integrationStatus"
      integrationError  = "$context.integrationErrorMessage"
      authorizerError   = "$context.authorizer.error"
    })
  }

  default_route_settings {
    detailed_metrics_enabled = true
    throttling_burst_limit   = var.throttling.burst
    throttling_rate_limit    = var.throttling.rate
  }
}

resource "aws_lambda_permission" "api" {
  statement_id  = "invoked-by-this-api"
  action        = "lambda:InvokeFunction"
  function_name = module.function.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.this.execution_arn}/*/*"
}
