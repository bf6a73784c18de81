variable "prefix" {
  description = "Starts the names of the schedules' group and role."
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

variable "timezone" {
  description = "The zone in which the schedules' times are: the court's."
  type        = string
  nullable    = false
}

variable "schedules" {
  description = "What is done when: a name; a rate or a cron expression; the function or state machine; what it is given."
  type = map(object({
    description = string
    expression  = string
    target      = string
    input       = string
  }))
  nullable = false

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(regex("^(rate|cron)\\(.+\\)$", schedule.expression))])
    error_message = "A schedule must be rate(…) or cron(…)."
  }

  validation {
    condition     = alltrue([for schedule in values(var.schedules) : can(jsondecode(schedule.input))])
    error_message = "What a target is given must be JSON."
  }
}

variable "functions" {
  description = "The ARNs of the functions that are scheduled, by name of target."
  type        = map(string)
  nullable    = false
}

variable "state_machines" {
  description = "The ARNs of the state machines that are scheduled, by name of target."
  type        = map(string)
  nullable    = false
}

variable "failures_queue_arn" {
  description = "Where a start goes that did not come about."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts the queue."
  type        = string
  nullable    = false
}

variable "enabled" {
  description = "Whether the schedules run."
  type        = bool
  nullable    = false
}

variable "tags" {
  description = "Tags of the group and the role, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
