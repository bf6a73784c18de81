variable "prefix" {
  description = "Starts the function's name."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The path of the zip with the package projector."
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

variable "stream_arn" {
  description = "The event table's stream."
  type        = string
  nullable    = false
}

variable "mapping" {
  description = "How the stream is read: records in a batch at most, how long a batch may wait to fill (seconds), batches at once for each shard, tries of a batch after the first, and how old a record may be that is still tried (seconds)."
  type = object({
    batch_size             = number
    window_seconds         = number
    parallelization_factor = number
    retries                = number
    record_age_seconds     = number
  })
  nullable = false

  validation {
    condition     = var.mapping.batch_size >= 1 && var.mapping.batch_size <= 1000
    error_message = "A batch must have 1 to 1000 records: above, it may not fit into an invocation."
  }

  validation {
    condition     = var.mapping.parallelization_factor >= 1 && var.mapping.parallelization_factor <= 10
    error_message = "Lambda takes 1 to 10 batches of a shard at once."
  }

  validation {
    condition     = var.mapping.retries >= 1 && var.mapping.retries <= 10000 && var.mapping.record_age_seconds >= 60 && var.mapping.record_age_seconds <= 86400
    error_message = "Tries and the age of a record must be finite: a stream keeps a record for 24 hours (86400 seconds)."
  }
}
