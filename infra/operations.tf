# What is done once, what is done by the clock, and what tells whoever operates it.

# The projections of a new build are established before there is a commit that they could miss, or
# at least known as not yet filled. It comes last, when permissions have had time to spread.
resource "aws_lambda_invocation" "establish" {
  function_name = module.worker.function_name
  input         = jsonencode({ task = "watch" })
  triggers      = { package = try(filesha256(local.packages.projector), "none") }

  depends_on = [module.projector, module.schedules, module.observability]
}

module "schedules" {
  source = "./modules/schedules"

  prefix             = var.prefix
  account            = local.account
  timezone           = var.timezone
  enabled            = var.schedules_enabled
  failures_queue_arn = module.schedule_failures.arn
  kms_key_arn        = module.encryption.storage_key_arn
  tags               = var.tags

  functions = {
    jobs         = module.jobs.function_arn
    checkpointer = module.checkpointer.function_arn
    worker       = module.worker.function_arn
  }
  state_machines = {
    reconcile = module.rebuild.reconcile_arn
  }

  schedules = {
    ready-for-trial = {
      description = "Cases whose time for it has come are put to general docket, ready for trial."
      expression  = var.schedules.ready_for_trial
      target      = "jobs"
      input       = jsonencode({ job = "readyForTrial" })
    }
    reconcile = {
      description = "Every live generation is compared with its commits."
      expression  = var.schedules.reconcile
      target      = "reconcile"
      input       = jsonencode({ repair = false, deep = false })
    }
    checkpoint = {
      description = "The record is verified and signed."
      expression  = var.schedules.checkpoint
      target      = "checkpointer"
      input       = jsonencode({ task = "checkpoint" })
    }
    watch = {
      description = "How things stand is measured."
      expression  = var.schedules.watch
      target      = "worker"
      input       = jsonencode({ task = "watch" })
    }
  }
}

module "observability" {
  source = "./modules/observability"

  prefix      = var.prefix
  account     = local.account
  tables      = module.tables.names
  api_id      = module.command_api.api_id
  kms_key_arn = module.encryption.storage_key_arn
  email       = var.alarm_email
  thresholds  = var.alarm_thresholds
  tags        = var.tags

  stored_queries = var.stored_queries

  functions = {
    command-api  = module.command_api.function_name
    jobs         = module.jobs.function_name
    projector    = module.projector.function_name
    worker       = module.worker.function_name
    checkpointer = module.checkpointer.function_name
  }

  state_machines = {
    rebuild   = module.rebuild.rebuild_arn
    reconcile = module.rebuild.reconcile_arn
  }

  queues = {
    stream   = module.projector.failures_queue_name
    schedule = module.schedule_failures.name
  }

  log_groups = {
    command-api  = module.command_api.log_group_name
    jobs         = module.jobs.log_group_name
    projector    = module.projector.log_group_name
    worker       = module.worker.log_group_name
    checkpointer = module.checkpointer.log_group_name
    access       = module.command_api.access_log_group_name
  }
}
