variable "prefix" {
  description = "Starts the function's name."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The path of the zip with the package command-api."
  type        = string
  nullable    = false
}

variable "settings" {
  description = "What all functions of a deployment have in common: see modules/function."
  type = object({
    account = object({
      partition = string
      region    = string
      id        = string
    })
    architecture       = string
    storage_key_arn    = string
    log_retention_days = number
    environment        = map(string)
    record_table_arns  = list(string)
    tags               = map(string)
  })
  nullable = false
}

variable "sizing" {
  description = "Memory in MB, the time limit in seconds, and the reserved concurrency (-1: none)."
  type = object({
    memory_mb            = number
    timeout_seconds      = number
    reserved_concurrency = number
  })
  nullable = false
}

variable "tables" {
  description = "The ARNs of the tables."
  type = object({
    events      = string
    snapshots   = string
    control     = string
    accesses    = string
    checkpoints = string
    keys        = string
  })
  nullable = false
}

variable "personal_key_arn" {
  description = "The master key of personal values, in KMS."
  type        = string
  nullable    = false
}

variable "documents" {
  description = "The bucket of the documents, and whether commands are refused whose documents aren't stored."
  type = object({
    bucket   = string
    arn      = string
    required = bool
  })
  nullable = false
}

variable "jwt" {
  description = "Whose tokens are believed: the issuer's URL, under which API Gateway finds its public keys, and the audiences."
  type = object({
    issuer   = string
    audience = list(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^https?://[^/ ]+", var.jwt.issuer)) && length(var.jwt.audience) > 0
    error_message = "The issuer must be a URL, and there must be an audience: without one, any token of the issuer would do."
  }
}

variable "throttling" {
  description = "How many requests the API takes: at once, and in a second."
  type = object({
    burst = number
    rate  = number
  })
  nullable = false

  validation {
    condition     = var.throttling.burst >= 1 && var.throttling.rate >= 1
    error_message = "The API must take at least one request."
  }
}

variable "cors_origins" {
  description = "The origins of web pages that may call the API, such as https://cases.example.org. None: browsers can't."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An origin must be a scheme and a host (https://cases.example.org), with neither path nor wildcard."
  }
}
