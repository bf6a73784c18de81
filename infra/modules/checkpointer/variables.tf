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

variable "failures_queue_arn" {
  description = "Where an event goes that the function failed on."
  type        = string
  nullable    = false
}

variable "checkpoint_key_arn" {
  description = "The key of KMS that signs checkpoints."
  type        = string
  nullable    = false
}

variable "trusted_keys" {
  description = "Public keys with which checkpoints were signed before this one, as `casefold checkpoint-key` prints them."
  type        = list(string)
  nullable    = false
}
