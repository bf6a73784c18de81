# One deployment of Casefold: what is kept, who works on it, what is done by the clock, and what
# tells whoever operates it.

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

locals {
  account = {
    partition = data.aws_partition.current.partition
    region    = data.aws_region.current.name
    id        = data.aws_caller_identity.current.account_id
  }

  packages_dir = coalesce(var.packages_dir, "${path.root}/../target/packages/${var.architecture}")
  packages = {
    command_api = "${local.packages_dir}/command-api.zip"
    projector   = "${local.packages_dir}/projector.zip"
  }

  # Named and not referred to, so that keys and tables can be made before the roles.
  role_arns = {
    for function in ["command-api", "jobs", "projector", "worker", "checkpointer"] :
    function => "arn:${local.account.partition}:iam::${local.account.id}:role/${var.prefix}-${function}"
  }
}

# --- what is kept --------------------------------------------------------------------------------

module "encryption" {
  source = "./modules/encryption"

  prefix               = var.prefix
  account              = local.account
  deletion_window_days = var.key_deletion_window_days
  wrapping_principals  = concat([local.role_arns["command-api"], local.role_arns["jobs"]], var.operator_principals)
  opening_principals   = [local.role_arns["projector"], local.role_arns["worker"]]
  signing_principals   = [local.role_arns["checkpointer"]]
  tags                 = var.tags
}

module "tables" {
  source = "./modules/tables"

  prefix              = var.prefix
  deletion_protection = var.deletion_protection
  kms_key_arn         = module.encryption.storage_key_arn
  tags                = var.tags

  record_policies = var.table_policies
  record_writers = {
    events      = concat([local.role_arns["command-api"], local.role_arns["jobs"]], var.operator_principals)
    accesses    = concat([local.role_arns["command-api"]], var.operator_principals)
    checkpoints = concat([local.role_arns["checkpointer"]], var.operator_principals)
  }
  break_glass_principals = var.break_glass_principals
}

module "documents" {
  source = "./modules/documents"

  bucket                 = coalesce(var.documents_bucket, "${var.prefix}-documents-${local.account.id}-${local.account.region}")
  account                = local.account
  kms_key_arn            = module.encryption.storage_key_arn
  deletion_protection    = var.deletion_protection
  object_lock            = var.documents_object_lock
  cors_origins           = var.cors_origins
  break_glass_principals = var.break_glass_principals
  tags                   = var.tags
}

# --- who works on it -----------------------------------------------------------------------------

locals {
  settings = {
    account            = local.account
    architecture       = var.architecture
    storage_key_arn    = module.encryption.storage_key_arn
    log_retention_days = var.log_retention_days
    record_table_arns  = [module.tables.arns.events, module.tables.arns.accesses, module.tables.arns.checkpoints]
    tags               = var.tags

    environment = merge(
      {
        CASEFOLD_TABLE_PREFIX = var.prefix
        CASEFOLD_METRICS      = "emf"
      },
      { for name, value in { CASEFOLD_LOG = var.log } : name => value if value != null },
    )
  }
}

# What the clock started and what failed, or did not start.
module "schedule_failures" {
  source = "./modules/queue"

  name        = "${var.prefix}-schedule-failures"
  kms_key_arn = module.encryption.storage_key_arn
  account     = local.account
  tags        = var.tags
}

module "command_api" {
  source = "./modules/command-api"

  prefix           = var.prefix
  package          = local.packages.command_api
  settings         = local.settings
  sizing           = var.sizing.command_api
  tables           = module.tables.arns
  personal_key_arn = module.encryption.personal_key_arn
  jwt              = { issuer = var.jwt_issuer, audience = var.jwt_audience }
  throttling       = var.api_throttling
  cors_origins     = var.cors_origins

  documents = {
    bucket   = module.documents.bucket
    arn      = module.documents.arn
    required = var.documents_required
  }
}

module "jobs" {
  source = "./modules/jobs"

  prefix             = var.prefix
  package            = local.packages.command_api
  settings           = local.settings
  sizing             = var.sizing.jobs
  tables             = module.tables.arns
  personal_key_arn   = module.encryption.personal_key_arn
  failures_queue_arn = module.schedule_failures.arn
}

module "projector" {
  source = "./modules/projector"

  prefix           = var.prefix
  package          = local.packages.projector
  settings         = local.settings
  sizing           = var.sizing.projector
  tables           = module.tables.arns
  personal_key_arn = module.encryption.personal_key_arn
  stream_arn       = module.tables.events_stream_arn
  mapping          = var.stream_mapping
}

module "worker" {
  source = "./modules/worker"

  prefix             = var.prefix
  package            = local.packages.projector
  settings           = local.settings
  sizing             = var.sizing.worker
  tables             = module.tables.arns
  personal_key_arn   = module.encryption.personal_key_arn
  failures_queue_arn = module.schedule_failures.arn
}

module "checkpointer" {
  source = "./modules/checkpointer"

  prefix             = var.prefix
  package            = local.packages.projector
  settings           = local.settings
  sizing             = var.sizing.checkpointer
  tables             = module.tables.arns
  checkpoint_key_arn = module.encryption.checkpoint_key_arn
  trusted_keys       = var.checkpoint_trusted_keys
  failures_queue_arn = module.schedule_failures.arn
}

module "rebuild" {
  source = "./modules/rebuild"

  prefix               = var.prefix
  account              = local.account
  worker_arn           = module.worker.function_arn
  step_timeout_seconds = var.sizing.worker.timeout_seconds + 30
  max_concurrency      = var.rebuild_concurrency
  timeout_hours        = var.rebuild_timeout_hours
  log_retention_days   = var.log_retention_days
  kms_key_arn          = module.encryption.storage_key_arn
  tags                 = var.tags
}
