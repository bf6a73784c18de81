//! Mutations of what is kept: tables, the record, keys, documents.

use super::{Mutation, mutation};

const TABLES: &str = "modules/tables/main.tf";
const RECORD: &str = "modules/tables/record.tf";
const KEYS: &str = "modules/encryption/main.tf";
const DOCUMENTS: &str = "modules/documents/main.tf";
const FUNCTION: &str = "modules/function/main.tf";
const API: &str = "modules/command-api/main.tf";
const PROJECTOR: &str = "modules/projector/main.tf";
const MACHINES: &str = "modules/rebuild/main.tf";

pub(super) const ALL: &[Mutation] = &[
    // --- tables
    mutation(
        "commits aren't recoverable",
        TABLES,
        "\"events\" {…    enabled = true",
        "    enabled = false",
        "tables-recovered-as-declared",
    ),
    mutation(
        "the code knows a table that isn't made",
        TABLES,
        "${var.prefix}-accesses",
        "${var.prefix}-access-log",
        "tables-are-those-of-the-code",
    ),
    mutation(
        "the stream carries keys alone",
        TABLES,
        "\"NEW_IMAGE\"",
        "\"KEYS_ONLY\"",
        "tables-stream-new-images",
    ),
    mutation(
        "snapshots are recoverable, with those who were forgotten",
        TABLES,
        "\"snapshots\" {…enabled = false",
        "enabled = true",
        "tables-recovered-as-declared",
    ),
    mutation(
        "the tables aren't protected by default",
        "variables.tf",
        "variable \"deletion_protection\" {…= true",
        "= false",
        "tables-protected",
    ),
    mutation(
        "the tables are encrypted with another key",
        "main.tf",
        "module \"tables\" {…storage_key_arn",
        "personal_key_arn",
        "encrypted-with-the-storage-key",
    ),
    // --- the record
    mutation(
        "the record's tables have no policies",
        RECORD,
        "var.record_policies ? local.record : {}",
        "var.record_policies ? {} : local.record",
        "record-altered-by-nobody",
    ),
    mutation(
        "an administrator may update a commit",
        RECORD,
        "            \"dynamodb:UpdateItem\",\n",
        "",
        "record-altered-by-nobody",
    ),
    mutation(
        "an administrator may let commits end by themselves",
        RECORD,
        "            \"dynamodb:UpdateTimeToLive\",\n",
        "",
        "record-altered-by-nobody",
    ),
    mutation(
        "the jobs may write who looked",
        "main.tf",
        "    accesses    = concat([local.role_arns[\"command-api\"]]",
        "    accesses    = concat([local.role_arns[\"jobs\"]]",
        "record-appended-by-whom-it-is-for",
    ),
    mutation(
        "anybody may append a commit",
        RECORD,
        "          ArnNotEquals = { \"aws:PrincipalArn\" = concat(var.record_writers[each.key]",
        "          ArnNotEquals = { \"aws:PrincipalArn\" = concat([\"*\"], var.record_writers[each.key]",
        "record-altered-by-nobody",
    ),
    mutation(
        "the service can't append a commit",
        "main.tf",
        "    events      = concat([local.role_arns[\"command-api\"], local.role_arns[\"jobs\"]]",
        "    events      = concat([local.role_arns[\"jobs\"]]",
        "roles-allow-what-is-called",
    ),
    mutation(
        "no role denies altering",
        FUNCTION,
        "Effect = \"Deny\"",
        "Effect = \"Allow\"",
        "record-denied-outright",
    ),
    mutation(
        "a role's denial leaves updating out",
        FUNCTION,
        "          \"dynamodb:UpdateItem\",\n",
        "",
        "record-denied-outright",
    ),
    mutation(
        "the projector may put commits",
        PROJECTOR,
        "\"Events\"…\"dynamodb:GetItem\"",
        "\"dynamodb:GetItem\", \"dynamodb:PutItem\"",
        "roles-allow-nothing-else",
    ),
    mutation(
        "the worker may update what was signed",
        "modules/worker/main.tf",
        "[\"dynamodb:Query\"]",
        "[\"dynamodb:Query\", \"dynamodb:UpdateItem\"]",
        "roles-allow-nothing-else",
    ),
    mutation(
        "a machine may delete any table",
        MACHINES,
        "\"xray:GetSamplingRules\", ",
        "\"xray:GetSamplingRules\", \"dynamodb:DeleteTable\", ",
        "record-altered-by-no-role",
    ),
    // --- keys
    mutation(
        "the personal key isn't rotated",
        KEYS,
        "wraps the keys of personal values…enable_key_rotation     = true",
        "enable_key_rotation     = false",
        "keys-of-their-kinds",
    ),
    mutation(
        "the signing key is of another kind",
        KEYS,
        "\"ECC_NIST_P256\"",
        "\"ECC_NIST_P384\"",
        "keys-of-their-kinds",
    ),
    mutation(
        "a key has no alias",
        KEYS,
        "alias/${var.prefix}-personal",
        "alias/${var.prefix}-court",
        "keys-have-policies-and-aliases",
    ),
    mutation(
        "a key is lost after a week",
        "variables.tf",
        "  default     = 30\n",
        "  default     = 7\n",
        "keys-of-their-kinds",
    ),
    mutation(
        "whoever administers keys may use them",
        KEYS,
        "    \"kms:CreateAlias\",\n",
        "    \"kms:CreateAlias\",\n    \"kms:Decrypt\",\n",
        "keys-used-by-nobody-else",
    ),
    mutation(
        "the projector may sign",
        "main.tf",
        "signing_principals   = [local.role_arns[\"checkpointer\"]]",
        "signing_principals   = [local.role_arns[\"projector\"]]",
        "record-signed-by-the-checkpointer-alone",
    ),
    mutation(
        "the worker can't open personal values",
        "main.tf",
        "opening_principals   = [local.role_arns[\"projector\"], local.role_arns[\"worker\"]]",
        "opening_principals   = [local.role_arns[\"projector\"]]",
        "personal-values-opened-by-whom-they-are-for",
    ),
    mutation(
        "anything can be opened under the personal key",
        KEYS,
        "var.opening_principals…StringEquals = local.purpose",
        "",
        "keys-used-by-nobody-else",
    ),
    // --- documents
    mutation(
        "the bucket is open to the public",
        DOCUMENTS,
        "block_public_policy     = true",
        "block_public_policy     = false",
        "bucket-private-and-versioned",
    ),
    mutation(
        "the bucket keeps no versions",
        DOCUMENTS,
        "versioning_configuration {…\"Enabled\"",
        "\"Suspended\"",
        "bucket-private-and-versioned",
    ),
    mutation(
        "the bucket can be read in clear",
        DOCUMENTS,
        "\"aws:SecureTransport\" = \"false\"",
        "\"aws:SecureTransport\" = \"true\"",
        "bucket-policy",
    ),
    mutation(
        "documents end with what is incoming",
        DOCUMENTS,
        "      prefix = \"incoming/\"",
        "      prefix = \"\"",
        "bucket-emptied-of-what-is-unfinished",
    ),
    mutation(
        "an administrator may remove documents",
        DOCUMENTS,
        "[\"s3:DeleteObject\", \"s3:DeleteObjectVersion\"]",
        "[\"s3:DeleteObject\"]",
        "bucket-policy",
    ),
    mutation(
        "the service may remove documents",
        API,
        "[\"s3:DeleteObject\"]…/incoming/*",
        "/*",
        "roles-without-wildcards",
    ),
];
