variable "prefix" {
  description = "Starts the name of every table, so that several deployments can share an account: <prefix>-events, <prefix>-snapshots, <prefix>-control, <prefix>-accesses, <prefix>-checkpoints, <prefix>-keys."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}[a-z0-9]$", var.prefix))
    error_message = "The prefix must have 2 to 32 characters: lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted. Turn it off only for a deployment that is meant to be thrown away."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The customer-managed KMS key that encrypts the tables and the stream. Null stands for the key that AWS manages for DynamoDB in the account."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "The KMS key must be given as the ARN of a key (arn:…:kms:…:key/…), not as an id or an alias."
  }
}

variable "tags" {
  description = "Tags of every table, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "Tag keys that begin with aws: are reserved."
  }
}

variable "record_policies" {
  description = "Whether the tables that are only appended to (events, accesses, checkpoints) have policies that deny altering to everybody in the account."
  type        = bool
  default     = true
  nullable    = false
}

variable "record_writers" {
  description = "ARNs of the principals that may put items into each of the tables that are only appended to."
  type = object({
    events      = list(string)
    accesses    = list(string)
    checkpoints = list(string)
  })
  nullable = false

  validation {
    condition     = alltrue([for writers in values(var.record_writers) : length(writers) > 0])
    error_message = "Each table needs somebody who may put items into it."
  }
}

variable "break_glass_principals" {
  description = "ARNs of the principals that may alter the record all the same."
  type        = list(string)
  default     = []
  nullable    = false
}
