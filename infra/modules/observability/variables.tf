variable "prefix" {
  description = "Starts the names of the alarms, the dashboard, the topic and the stored queries. It is the value of the dimension Deployment."
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

variable "functions" {
  description = "The functions' names: command-api, jobs, projector, worker, checkpointer."
  type        = map(string)
  nullable    = false
}

variable "tables" {
  description = "The tables' names."
  type        = map(string)
  nullable    = false
}

variable "api_id" {
  description = "The HTTP API's id."
  type        = string
  nullable    = false
}

variable "state_machines" {
  description = "The ARNs of the state machines: rebuild, reconcile."
  type        = map(string)
  nullable    = false
}

variable "queues" {
  description = "The names of the queues of what failed: stream, schedule."
  type        = map(string)
  nullable    = false
}

variable "log_groups" {
  description = "The names of the log groups: those of the functions by their names, and access."
  type        = map(string)
  nullable    = false
}

variable "stored_queries" {
  description = "Whether questions to the logs are stored. Off only where an emulator can't keep them."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts what the topic keeps."
  type        = string
  nullable    = false
}

variable "email" {
  description = "Where alarms are sent to, if to an address. AWS asks there whether it is wanted."
  type        = string
  default     = null

  validation {
    condition     = var.email == null ? true : can(regex("^[^@ ]+@[^@ ]+$", var.email))
    error_message = "That is no e-mail address."
  }
}

variable "thresholds" {
  description = "From when alarms ring: the age of the oldest record that waits to be folded (seconds), the p99 of the API's answers (milliseconds), its failures in five minutes, the age of the last checkpoint, and of the last reconciliation's start (hours)."
  type = object({
    iterator_age_seconds = number
    latency_millis       = number
    api_failures         = number
    checkpoint_age_hours = number
    reconcile_age_hours  = number
  })
  nullable = false

  validation {
    condition     = alltrue([for threshold in values(var.thresholds) : threshold >= 0])
    error_message = "Thresholds can't be negative."
  }

  validation {
    condition     = alltrue([for hours in [var.thresholds.checkpoint_age_hours, var.thresholds.reconcile_age_hours] : hours >= 1 && hours <= 168])
    error_message = "CloudWatch looks back at most a week: the ages must be between 1 and 168 hours."
  }
}

variable "tags" {
  description = "Tags of the alarms and the topic, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
