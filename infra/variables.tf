# --- the deployment ------------------------------------------------------------------------------

variable "prefix" {
  description = "Starts the name of everything in this deployment; another prefix is another deployment. It is the table prefix of the services, and the metrics' dimension Deployment."
  type        = string
  default     = "casefold"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.prefix))
    error_message = "The prefix must have 3 to 32 characters: lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "deletion_protection" {
  description = "Whether the tables and the bucket refuse to be deleted. Turn it off only for a deployment that is meant to be thrown away."
  type        = bool
  default     = true
  nullable    = false
}

variable "emulator" {
  description = "Whether AWS_ENDPOINT_URL names an emulator of AWS: credentials aren't checked, and the bucket is addressed by path."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything, beside application and deployment."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.tags) : !startswith(lower(key), "aws:")])
    error_message = "Tag keys that begin with aws: are reserved."
  }
}

# --- who may -------------------------------------------------------------------------------------

variable "jwt_issuer" {
  description = "Whose tokens are believed: the URL of the issuer, under which its public keys are found (…/.well-known/openid-configuration)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^https://[^/ ]+", var.jwt_issuer)) || can(regex("^http://(127\\.0\\.0\\.1|localhost)(:|/|$)", var.jwt_issuer))
    error_message = "The issuer must be an https:// URL; http:// is for an emulator on this machine alone."
  }
}

variable "jwt_audience" {
  description = "The audiences of tokens that are meant for this service."
  type        = list(string)
  default     = ["casefold"]
  nullable    = false

  validation {
    condition     = length(var.jwt_audience) > 0 && alltrue([for audience in var.jwt_audience : length(audience) > 0])
    error_message = "Name an audience: without one, any token of the issuer would do."
  }
}

variable "operator_principals" {
  description = "ARNs of IAM roles or users with which operators run the tool: they may append to the record (import) and use the personal key (import, forget), as far as their own policies let them."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.operator_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[^*?]+$", arn))])
    error_message = "Each operator must be the whole ARN of an IAM role or user."
  }
}

variable "break_glass_principals" {
  description = "ARNs of IAM roles or users that may alter the record and remove documents all the same. Nobody, unless a court orders it."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.break_glass_principals : can(regex("^arn:[^:]+:iam::[0-9]{12}:(role|user)/[^*?]+$", arn))])
    error_message = "Each must be the whole ARN of an IAM role or user."
  }
}

variable "table_policies" {
  description = "Whether the tables that are only appended to have policies of their own, which deny altering to everybody in the account. Off only where an emulator knows no such policies."
  type        = bool
  default     = true
  nullable    = false
}

variable "checkpoint_trusted_keys" {
  description = "Public keys with which checkpoints were signed before the key was replaced, as `casefold checkpoint-key` prints them. Without them those checkpoints are not believed any more."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "key_deletion_window_days" {
  description = "How long a key that is to be deleted can still be saved, in days."
  type        = number
  default     = 30
  nullable    = false
}

# --- the functions -------------------------------------------------------------------------------

variable "architecture" {
  description = "Of the processors that the functions run on, as the packages were built: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "The architecture must be arm64 or x86_64."
  }
}

variable "packages_dir" {
  description = "The folder with command-api.zip and projector.zip. Null stands for target/packages/<architecture>, where infra/package puts them, beside this folder."
  type        = string
  default     = null
}

variable "log" {
  description = "What the functions log: a level, or levels by module (CASEFOLD_LOG). Null stands for what the functions log by themselves: `info`, and of libraries what matters."
  type        = string
  default     = null
}

variable "sizing" {
  description = "Of each function: memory in MB, the time limit in seconds, and the reserved concurrency (-1: none). What is left out is as it is by default."
  type = object({
    command_api = optional(object({
      memory_mb            = optional(number, 1024)
      timeout_seconds      = optional(number, 28)
      reserved_concurrency = optional(number, -1)
    }), {})
    jobs = optional(object({
      memory_mb            = optional(number, 512)
      timeout_seconds      = optional(number, 900)
      reserved_concurrency = optional(number, -1)
    }), {})
    projector = optional(object({
      memory_mb            = optional(number, 1024)
      timeout_seconds      = optional(number, 120)
      reserved_concurrency = optional(number, -1)
    }), {})
    worker = optional(object({
      memory_mb            = optional(number, 1769)
      timeout_seconds      = optional(number, 900)
      reserved_concurrency = optional(number, -1)
    }), {})
    checkpointer = optional(object({
      memory_mb            = optional(number, 3008)
      timeout_seconds      = optional(number, 900)
      reserved_concurrency = optional(number, -1)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.sizing.command_api.timeout_seconds > 25 && var.sizing.command_api.timeout_seconds < 29
    error_message = "The command API ends a request by itself after 25 seconds, and API Gateway gives up after 29: its time limit must be between them, 26 to 28."
  }
}

variable "api_throttling" {
  description = "How many requests the API takes: at once, and in a second."
  type = object({
    burst = number
    rate  = number
  })
  default  = { burst = 200, rate = 100 }
  nullable = false
}

variable "cors_origins" {
  description = "The origins of web pages that may call the API, and upload and download documents by signed addresses. None: browsers can't."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "stream_mapping" {
  description = "How the projector reads the stream: see modules/projector. What is left out is as it is by default."
  type = object({
    batch_size             = optional(number, 100)
    window_seconds         = optional(number, 0)
    parallelization_factor = optional(number, 4)
    retries                = optional(number, 20)
    record_age_seconds     = optional(number, 43200)
  })
  default  = {}
  nullable = false
}

variable "rebuild_concurrency" {
  description = "How many segments are rebuilt at once."
  type        = number
  default     = 8
  nullable    = false
}

variable "rebuild_timeout_hours" {
  description = "When a rebuild or a reconciliation is given up, in hours."
  type        = number
  default     = 48
  nullable    = false
}

# --- documents -----------------------------------------------------------------------------------

variable "documents_bucket" {
  description = "The name of the documents' bucket. Null stands for <prefix>-documents-<account>-<region>."
  type        = string
  default     = null
}

variable "documents_required" {
  description = "Whether commands are refused whose documents aren't stored."
  type        = bool
  default     = true
  nullable    = false
}

variable "documents_object_lock" {
  description = "Whether documents can be put under a legal hold."
  type        = bool
  default     = false
  nullable    = false
}

# --- the clock -----------------------------------------------------------------------------------

variable "schedules_enabled" {
  description = "Whether jobs, reconciliations, checkpoints and measurements come by themselves."
  type        = bool
  default     = true
  nullable    = false
}

variable "schedules" {
  description = "When each comes: a rate or a cron expression."
  type = object({
    ready_for_trial = optional(string, "rate(1 hour)")
    reconcile       = optional(string, "cron(30 2 * * ? *)")
    checkpoint      = optional(string, "cron(0 4 * * ? *)")
    watch           = optional(string, "rate(5 minutes)")
  })
  default  = {}
  nullable = false
}

variable "timezone" {
  description = "The zone in which the schedules' times are."
  type        = string
  default     = "America/New_York"
  nullable    = false
}

# --- whoever operates it -------------------------------------------------------------------------

variable "log_retention_days" {
  description = "How long logs are kept, in days, as CloudWatch takes it."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch takes 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days; logs that are never removed are not offered."
  }
}

variable "alarm_email" {
  description = "Where alarms are sent to, if to an address."
  type        = string
  default     = null
}

variable "alarm_thresholds" {
  description = "From when alarms ring: see modules/observability."
  type = object({
    iterator_age_seconds = optional(number, 60)
    latency_millis       = optional(number, 3000)
    api_failures         = optional(number, 0)
    checkpoint_age_hours = optional(number, 26)
    reconcile_age_hours  = optional(number, 26)
  })
  default  = {}
  nullable = false
}

variable "stored_queries" {
  description = "Whether questions to the logs are stored in CloudWatch. Off only where an emulator can't keep them."
  type        = bool
  default     = true
  nullable    = false
}
