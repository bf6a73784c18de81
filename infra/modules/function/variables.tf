variable "name" {
  description = "The name of the function, of its role and of its log group (/aws/lambda/<name>)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,62}[a-z0-9]$", var.name))
    error_message = "A function's name must have 3 to 64 lower-case letters, digits and hyphens."
  }
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The path of the zip with the program `bootstrap`."
  type        = string
  nullable    = false
}

variable "handler" {
  description = "Which handler of the package the function serves."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["http", "jobs", "stream", "work"], var.handler)
    error_message = "The packages have the handlers http and jobs (command-api), stream and work (projector)."
  }
}

variable "settings" {
  description = "What all functions of a deployment have in common."
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

  validation {
    condition     = contains(["arm64", "x86_64"], var.settings.architecture)
    error_message = "The architecture must be arm64 or x86_64, as the packages were built."
  }

  validation {
    condition     = length(var.settings.record_table_arns) == 3
    error_message = "The tables that are only appended to are three: events, accesses and checkpoints."
  }
}

variable "memory_mb" {
  description = "Memory in MB; the share of a processor grows with it."
  type        = number
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Lambda takes 128 to 10240 MB."
  }
}

variable "timeout_seconds" {
  description = "When Lambda ends an invocation, in seconds."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900
    error_message = "Lambda takes 1 to 900 seconds."
  }
}

variable "reserved_concurrency" {
  description = "How many invocations run at once at most, kept free for this function. -1: as many as the account has."
  type        = number
  default     = -1
  nullable    = false

  validation {
    condition     = var.reserved_concurrency == -1 || var.reserved_concurrency >= 1
    error_message = "The reserved concurrency must be -1 (none) or at least 1: with 0 the function never runs."
  }
}

variable "environment" {
  description = "Environment variables beside those of the settings."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "statements" {
  description = "What the function's role may do, beside logging and tracing."
  type = list(object({
    Sid       = string
    Action    = list(string)
    Resource  = list(string)
    Condition = optional(map(map(list(string))), {})
  }))
  nullable = false
}

variable "async_failures_queue_arn" {
  description = "Where an event goes that the function failed on, where it is invoked without anybody waiting. Null for a function that isn't."
  type        = string
  default     = null
}

variable "is_async" {
  description = "Whether the function is invoked without anybody waiting, and has a queue for events it failed on."
  type        = bool
  default     = false
  nullable    = false
}
