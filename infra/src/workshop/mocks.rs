//! What stands for AWS's answers: ARNs and ids that tell what they are of.

use std::fmt::Write as _;
use std::path::Path;

use crate::modules::{Declared, Unreadable, resources};

/// The account in which nothing is.
pub const ACCOUNT: &str = "123456789012";

/// The region in which nothing is.
pub const REGION: &str = "us-east-1";

/// The workshop's own configuration: empty, but for the provider that is mocked.
pub(super) const ROOT: &str = r#"terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
"#;

/// The test file that plans the configuration of a folder.
pub(super) fn file(
    configuration: &Path,
    copy: &str,
    packages: &Path,
) -> Result<String, Unreadable> {
    let mut text = format!(
        r#"mock_provider "aws" {{
  override_during = plan

  mock_data "aws_caller_identity" {{
    defaults = {{ account_id = "{ACCOUNT}" }}
  }}
  mock_data "aws_region" {{
    defaults = {{ name = "{REGION}" }}
  }}
  mock_data "aws_partition" {{
    defaults = {{ partition = "aws" }}
  }}
"#
    );
    for resource in resources(configuration)? {
        let values = values(&resource);
        if values.is_empty() {
            continue;
        }
        let values: Vec<_> = values
            .iter()
            .map(|(name, value)| format!("{name} = \"{value}\""))
            .collect();
        let _ = write!(
            text,
            "  override_resource {{\n    target = {}\n    values = {{ {} }}\n  }}\n",
            resource.address,
            values.join(", "),
        );
    }
    let _ = write!(
        text,
        r#"}}

run "plan" {{
  command = plan

  module {{
    source = "./{copy}"
  }}

  variables {{
    jwt_issuer   = "https://login.court.example.org"
    cors_origins = ["https://cases.court.example.org"]
    alarm_email  = "operations@court.example.org"
    packages_dir = "{}"
  }}
}}
"#,
        packages.display()
    );
    Ok(text)
}

/// What is computed by AWS and used by others.
fn values(of: &Declared) -> Vec<(&'static str, String)> {
    let Declared { address, name, .. } = of;
    let id = address
        .replace("module.", "")
        .replace(&format!("{}.", of.kind), "");
    let id = id.replace('.', "-");
    let arn = |service: &str, rest: String| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    match of.kind.as_str() {
        "aws_kms_key" => vec![
            ("arn", arn("kms", format!("key/{name}"))),
            ("key_id", name.clone()),
        ],
        "aws_dynamodb_table" => vec![
            ("arn", arn("dynamodb", format!("table/casefold-{name}"))),
            (
                "stream_arn",
                arn("dynamodb", format!("table/casefold-{name}/stream/2026")),
            ),
        ],
        "aws_sqs_queue" => vec![
            ("arn", arn("sqs", id.clone())),
            ("url", format!("https://sqs/{id}")),
        ],
        "aws_sns_topic" => vec![("arn", arn("sns", id))],
        "aws_iam_role" => vec![("arn", format!("arn:aws:iam::{ACCOUNT}:role/{id}"))],
        "aws_lambda_function" => vec![
            ("arn", arn("lambda", format!("function:{id}"))),
            (
                "invoke_arn",
                format!("arn:aws:apigateway:{REGION}:lambda:path/{id}"),
            ),
        ],
        "aws_cloudwatch_log_group" => vec![("arn", arn("logs", format!("log-group:{id}")))],
        "aws_apigatewayv2_api" => vec![
            ("id", id.clone()),
            ("execution_arn", arn("execute-api", id)),
        ],
        "aws_apigatewayv2_integration" | "aws_apigatewayv2_authorizer" => vec![("id", id)],
        "aws_sfn_state_machine" => vec![(
            "arn",
            arn("states", format!("stateMachine:casefold-{name}")),
        )],
        "aws_s3_bucket" => vec![("id", format!("casefold-documents-{ACCOUNT}-{REGION}"))],
        _ => Vec::new(),
    }
}
