output "api_url" {
  description = "Where the API answers."
  value       = module.command_api.url
}

output "api_id" {
  description = "The HTTP API's id."
  value       = module.command_api.api_id
}

output "tables" {
  description = "The tables' names."
  value       = module.tables.names
}

output "events_stream_arn" {
  description = "The event table's stream, which the projector is subscribed to."
  value       = module.tables.events_stream_arn
}

output "documents_bucket" {
  description = "The documents' bucket."
  value       = module.documents.bucket
}

output "keys" {
  description = "The keys of KMS: for what is kept at rest, for personal values (CASEFOLD_KMS_KEY of the tool), for checkpoints (CASEFOLD_CHECKPOINT_KMS_KEY)."
  value = {
    storage     = module.encryption.storage_key_arn
    personal    = module.encryption.personal_key_arn
    checkpoints = module.encryption.checkpoint_key_arn
  }
}

output "functions" {
  description = "The functions' names."
  value = {
    command_api  = module.command_api.function_name
    jobs         = module.jobs.function_name
    projector    = module.projector.function_name
    worker       = module.worker.function_name
    checkpointer = module.checkpointer.function_name
  }
}

output "state_machines" {
  description = "The state machines' ARNs: start a rebuild, or a reconciliation, with them."
  value = {
    rebuild   = module.rebuild.rebuild_arn
    reconcile = module.rebuild.reconcile_arn
  }
}

output "failures_queues" {
  description = "The names of the queues of what failed."
  value = {
    stream   = module.projector.failures_queue_name
    schedule = module.schedule_failures.name
  }
}

output "alarm_topic_arn" {
  description = "Where every alarm goes: subscribe to it."
  value       = module.observability.topic_arn
}

output "dashboard" {
  description = "The dashboard's name."
  value       = module.observability.dashboard
}
