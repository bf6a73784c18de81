variable "prefix" {
  description = "Starts the keys' aliases: alias/<prefix>-storage, alias/<prefix>-personal, alias/<prefix>-checkpoints."
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

variable "deletion_window_days" {
  description = "How long a key that is to be deleted can still be saved, in days. Deleting the personal key loses every personal value for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.deletion_window_days >= 7 && var.deletion_window_days <= 30 && floor(var.deletion_window_days) == var.deletion_window_days
    error_message = "KMS takes a deletion window of 7 to 30 whole days."
  }
}

variable "wrapping_principals" {
  description = "ARNs of the principals that may wrap and open keys of personal values: who decides commands, and operators who import or forget."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.wrapping_principals) > 0 && alltrue([for arn in var.wrapping_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[^*?]+$", arn))])
    error_message = "Each principal must be the whole ARN of an IAM role or user, and there must be one."
  }
}

variable "opening_principals" {
  description = "ARNs of the principals that may open keys of personal values and make none: who folds."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.opening_principals) > 0 && alltrue([for arn in var.opening_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[^*?]+$", arn))])
    error_message = "Each principal must be the whole ARN of an IAM role or user, and there must be one."
  }
}

variable "signing_principals" {
  description = "ARNs of the principals that may sign checkpoints."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.signing_principals) > 0 && alltrue([for arn in var.signing_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[^*?]+$", arn))])
    error_message = "Each principal must be the whole ARN of an IAM role or user, and there must be one."
  }
}

variable "tags" {
  description = "Tags of every key, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
