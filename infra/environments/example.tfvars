# A court's deployment. Copy it, say what is yours, and hand it to Terraform:
#
#   terraform -chdir=infra plan -var-file=environments/court.tfvars -out=plan
#
# What is commented out stands as it is by default; infra/README.md explains each.

# Starts every name. Several deployments (court, court-test) can share an account.
prefix = "court"

# Who signs the tokens: API Gateway finds the public keys under this URL.
jwt_issuer   = "https://login.court.example.org"
jwt_audience = ["casefold"]

# The web pages that may call the API and upload documents.
cors_origins = ["https://cases.court.example.org"]

# Who hears of alarms.
alarm_email = "operations@court.example.org"

# With which roles operators run `casefold`: they import, forget, switch.
# operator_principals = ["arn:aws:iam::123456789012:role/court-operators"]

# Memory, time limit and reserved concurrency of a function.
# sizing = {
#   command_api = { memory_mb = 2048, reserved_concurrency = 200 }
#   worker      = { reserved_concurrency = 16 }
# }

# How many requests the API takes: at once, and in a second.
# api_throttling = { burst = 200, rate = 100 }

# How the projector reads the stream, and how many segments of a rebuild run at once.
# stream_mapping      = { parallelization_factor = 4 }
# rebuild_concurrency = 8

# Documents can be put under a legal hold. It can't be taken back.
# documents_object_lock = true

# When things come by themselves, in the court's time.
# timezone  = "America/New_York"
# schedules = { checkpoint = "rate(1 hour)" }

# From when alarms ring.
# alarm_thresholds = { latency_millis = 3000, checkpoint_age_hours = 26 }

# log_retention_days = 365
# log                = "info,casefold_projector=debug"
# architecture       = "arm64"
