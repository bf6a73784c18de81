variable "prefix" {
  description = "Starts the state machines' names: <prefix>-rebuild, <prefix>-reconcile."
  type        = string
  nullable    = false
}

variable "account" {
  description = "Where the deployment is: the partition, the region and the account's number."
  type = object({
    partition = string
    region    = string
    id        = string
  })
  nullable = false
}

variable "worker_arn" {
  description = "The function that does the steps."
  type        = string
  nullable    = false
}

variable "step_timeout_seconds" {
  description = "When a step counts as lost, in seconds: longer than the function's own limit."
  type        = number
  nullable    = false
}

variable "max_concurrency" {
  description = "How many segments are rebuilt at once. Each is an invocation of the worker, and reads the event table beside the service."
  type        = number
  nullable    = false

  validation {
    condition     = var.max_concurrency >= 1 && var.max_concurrency <= 1000
    error_message = "At least one segment at once, and no more than there can be: 1000."
  }
}

variable "timeout_hours" {
  description = "When a rebuild or a reconciliation is given up, in hours. It goes on where it stopped when it is started again."
  type        = number
  nullable    = false

  validation {
    condition     = var.timeout_hours >= 1 && var.timeout_hours <= 720
    error_message = "1 to 720 hours."
  }
}

variable "log_retention_days" {
  description = "How long the log of the executions is kept, in days."
  type        = number
  nullable    = false
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts the log."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of the state machines, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
