variable "name" {
  description = "The queue's name."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts what is in it."
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

variable "tags" {
  description = "Tags of the queue, beside the provider's default tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
