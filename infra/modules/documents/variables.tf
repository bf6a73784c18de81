variable "bucket" {
  description = "The bucket's name. S3 has one space of names for all accounts."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket's name must have 3 to 63 lower-case letters, digits and hyphens."
  }
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

variable "kms_key_arn" {
  description = "The KMS key that encrypts the documents."
  type        = string
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the bucket refuses to be deleted while anything is in it."
  type        = bool
  nullable    = false
}

variable "object_lock" {
  description = "Whether documents can be put under a legal hold (S3 Object Lock). No retention is set for all: S3 then asks for a checksum with every part, and what is under incoming/ would be kept too."
  type        = bool
  default     = false
  nullable    = false
}

variable "cors_origins" {
  description = "The origins of web pages that may upload and download by signed addresses, such as https://cases.example.org. None: browsers can't."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "An origin must be a scheme and a host (https://cases.example.org), with neither path nor wildcard."
  }
}

variable "break_glass_principals" {
  description = "ARNs of IAM roles or users that may remove documents all the same, by order of the court."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of the bucket, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
