# One deployment of Casefold. Region and credentials come from the environment, as for every AWS
# tool; so does AWS_ENDPOINT_URL, which points it at an emulator.

variable "prefix" {
  description = "Starts the name of everything in this deployment."
  type        = string
  default     = "casefold"
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted. Turn it off only for a deployment that is meant to be thrown away."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "The customer-managed KMS key that encrypts what is stored. Null stands for the key that AWS manages."
  type        = string
  default     = null
}

provider "aws" {
  default_tags {
    tags = {
      application = "casefold"
      deployment  = var.prefix
    }
  }
}

module "tables" {
  source = "./modules/tables"

  prefix              = var.prefix
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
}

output "tables" {
  description = "The tables' names."
  value       = module.tables.names
}

output "events_stream_arn" {
  description = "The event table's stream, which the projector is subscribed to."
  value       = module.tables.events_stream_arn
}
