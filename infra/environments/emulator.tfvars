# A deployment on an emulator of AWS that is thrown away with it: see infra/README.md.

emulator            = true
deletion_protection = false

# The machine's own: cargo lambda builds for it faster, and an emulator runs it as a process.
architecture = "x86_64"

# Whoever tries it signs tokens of their own, and serves the public key there.
jwt_issuer = "http://127.0.0.1:18090"

# Nothing comes by itself.
schedules_enabled = false

log_retention_days = 1

# ministack 1.5.33 keeps no questions to logs.
stored_queries = false
